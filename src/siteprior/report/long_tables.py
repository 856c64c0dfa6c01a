"""Tables with many rows per site: a CSV file; beyond a stated length Parquet, beside a CSV of the shortlist alone.

A spreadsheet opens a hundred thousand rows slowly and no more than 1,048,576; whoever needs all of them reads Parquet.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from siteprior.core.files import read_bytes, whole_file
from siteprior.core.parameters import load_parameters
from siteprior.report.tables import write_csv


def write_long(folder: Path, name: str, table: pd.DataFrame, *, shortlist: Iterable[str]) -> None:
    """Write a table of a run: ``<name>.csv``; of more rows than ``long_table_rows`` also ``<name>.parquet``.

    The CSV then holds the rows of the shortlisted sites alone, and the Parquet file holds all, unrounded. A table
    without ``site_id`` is a CSV file however long.

    Raises
    ------
    OutputError
        When a file is open elsewhere or the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_long(folder, "fund_rules", pd.DataFrame({"site_id": ["a"], "fund": ["F"]}), shortlist=["a"])
    >>> [path.name for path in folder.iterdir()]
    ['fund_rules.csv']
    """
    if len(table) > load_parameters("report").integer("long_table_rows") and "site_id" in table:
        with whole_file(folder / f"{name}.parquet") as path:
            table.to_parquet(path, index=False, compression="zstd")
        table = table[table["site_id"].isin(list(shortlist))]
    write_csv(folder / f"{name}.csv", table)


def read_long(folder: Path, name: str) -> pd.DataFrame | None:
    """Read a table of a run whole: of its Parquet file where there is one, else of its CSV; ``None`` without either.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    whole, csv = folder / f"{name}.parquet", folder / f"{name}.csv"
    if whole.is_file():
        return pd.read_parquet(io.BytesIO(read_bytes(whole)))
    return pd.read_csv(io.BytesIO(read_bytes(csv))) if csv.is_file() else None
