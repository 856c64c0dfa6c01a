"""Additions, changes and deletions applied by transaction: of a sale that stands several times the last counts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.io.duckdb_session import EXAMPLES, quoted, scalar
from siteprior.sources.sales.parsing import COMPRESSION, KEPT, LOST, counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FAULTS = (
    ("status = 'D' AND NOT known", "unknown entity", "deleted, but not in the files before: nothing to delete"),
    ("status = 'C' AND NOT known", "unknown entity", "changed, but not in the files before: added as they stand"),
    ("status = 'A' AND known", "reference values are not unique", "stand more than once: the last counts"),
)
"""Versions of a sale that do not follow from those before, the issue code, and what was done."""


def apply_changes(connection: DuckDBPyConnection, parts: Sequence[Path]) -> tuple[list[dict[str, Any]], list[int]]:
    """Leave in each part the sales that stand after all changes; parts that lose none stay as they are.

    Identifiers are compared by their hashes first, 8 bytes each, so that 28 million take 0.2 GB; only sales that are
    changed, deleted or share a hash are looked at themselves.

    Returns
    -------
    tuple
        Issues (``part`` and ``issue``, the arguments of :meth:`siteprior.core.issues.IssueLog.add`), and the sales
        that stand in each part.
    """
    rows = " UNION ALL ".join(
        f"SELECT transaction, status, price, transfer_date, {number} AS part, file_row_number AS line "
        f"FROM read_parquet({quoted(part)}, file_row_number = true)"
        for number, part in enumerate(parts)
    )
    connection.register("doubled", pd.DataFrame({"hash": _doubled(connection, parts)}))
    connection.execute(
        f"CREATE TABLE versions AS SELECT *, before IS NOT NULL AND before <> 'D' AS known FROM ("
        f"SELECT transaction, status, part, line, lag(status) OVER o AS before, lead(status) OVER o IS NULL AS last "
        f"FROM ({rows}) WHERE NOT ({LOST}) AND (status <> 'A' OR hash(transaction) IN (SELECT hash FROM doubled)) "
        "WINDOW o AS (PARTITION BY transaction ORDER BY part, line))"
    )
    connection.execute(
        f"CREATE TABLE gone AS SELECT part, line FROM versions WHERE NOT last OR status = 'D' "
        f"UNION ALL SELECT part, line FROM ({rows}) WHERE {LOST}"
    )
    issues = [issue for fault in _FAULTS for issue in _issues(connection, *fault)]
    return issues, [_rewritten(connection, part, number) for number, part in enumerate(parts)]


def _doubled(connection: DuckDBPyConnection, parts: Sequence[Path]) -> npt.NDArray[np.uint64]:
    """Return the hashes that stand more than once among the identifiers of all parts."""
    listed = ", ".join(quoted(part) for part in parts)
    hashes = connection.execute(
        f"SELECT hash(transaction) AS hash FROM read_parquet([{listed}]) WHERE transaction IS NOT NULL"
    ).fetchnumpy()["hash"]
    hashes = np.asarray(hashes)
    hashes.sort()
    return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])


def _issues(connection: DuckDBPyConnection, which: str, issue: str, action: str) -> list[dict[str, Any]]:
    """Return one issue for each part that has such versions."""
    versions = connection.execute(
        f"SELECT part, count(*), list(transaction ORDER BY transaction)[:{EXAMPLES}] FROM versions WHERE {which} "
        "GROUP BY part ORDER BY part"
    ).fetchall()
    return [
        {
            "part": part,
            "issue": {"issue_type": issue, "field": "transaction", "value": counted(number, first), "action": action},
        }
        for part, number, first in versions
    ]


def _rewritten(connection: DuckDBPyConnection, part: Path, number: int) -> int:
    """Write a part again without the rows that are gone, where there are any; return the rows it has."""
    gone = f"SELECT line FROM gone WHERE part = {number}"
    if scalar(connection, f"SELECT count(*) FROM ({gone})"):
        target = part.with_name(f"{part.stem}-changed.parquet")
        connection.execute(
            f"COPY (SELECT {', '.join(KEPT)} FROM read_parquet({quoted(part)}, file_row_number = true) "
            f"WHERE file_row_number NOT IN ({gone})) TO {quoted(target)} ({COMPRESSION})"
        )
        target.replace(part)
    return scalar(connection, f"SELECT count(*) FROM read_parquet({quoted(part)})")
