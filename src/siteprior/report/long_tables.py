"""Tables with rows per site: a CSV file; beyond a stated size Parquet, beside a CSV of the shortlist alone.

A spreadsheet opens a million cells slowly and no more than 1,048,576 rows; whoever needs all of them reads Parquet.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as pa

from siteprior.core.errors import InputError
from siteprior.core.files import read_bytes, whole_file
from siteprior.core.io.one_chunk import mixed_as_text, one_chunk
from siteprior.core.parameters import load_parameters
from siteprior.report.tables import write_csv


def is_large(table: pd.DataFrame) -> bool:
    """Return whether a table has more cells, rows by columns, than a CSV of a run should hold (``large_table_cells``).

    Examples
    --------
    >>> is_large(pd.DataFrame({"site_id": ["a"]})), is_large(pd.DataFrame(index=range(500_001), columns=["a", "b"]))
    (False, True)
    """
    return len(table) * len(table.columns) > load_parameters("report").integer("large_table_cells")


def write_long(
    folder: Path,
    name: str,
    table: pd.DataFrame,
    *,
    whole: bool,
    shortlist: Iterable[str],
    byte_order_mark: bool = False,
) -> None:
    """Write a table of a run: ``<name>.csv``; of one whose ``whole`` is asked for also ``<name>.parquet``.

    The CSV then holds the rows of the shortlisted sites alone (by ``site_id``), and the Parquet file holds all,
    unrounded; a column of several kinds is text there. ``byte_order_mark`` is that of the CSV.

    Raises
    ------
    OutputError
        When a file is open elsewhere or the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> table = pd.DataFrame({"site_id": ["a", "b"], "fund": ["F", "F"]})
    >>> write_long(folder, "fund_rules", table, whole=True, shortlist=["a"])
    >>> sorted(path.name for path in folder.iterdir()), len(pd.read_csv(folder / "fund_rules.csv"))
    (['fund_rules.csv', 'fund_rules.parquet'], 1)
    """
    if table.index.name:
        table = table.reset_index()
    if whole:
        with whole_file(folder / f"{name}.parquet") as path:
            one_chunk(mixed_as_text(table)).to_parquet(path, index=False, compression="zstd")
        table = table[table["site_id"].isin(list(shortlist))]
    write_csv(folder / f"{name}.csv", table, byte_order_mark=byte_order_mark)


def read_long(folder: Path, name: str) -> pd.DataFrame | None:
    """Read a table of a run whole: of its Parquet file where there is one, else of its CSV; ``None`` without either.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    whole, csv = folder / f"{name}.parquet", folder / f"{name}.csv"
    if whole.is_file():
        try:
            return pd.read_parquet(io.BytesIO(read_bytes(whole)))
        except pa.ArrowException as fault:
            raise InputError(
                f"{whole}: cannot be read as Parquet ({fault}); run again, or copy the file anew"
            ) from None
    return pd.read_csv(io.BytesIO(read_bytes(csv))) if csv.is_file() else None
