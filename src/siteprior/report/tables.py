"""Tables as CSV and the run record as JSON: the same bytes from the same table, on every system."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from csv import writer
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from io import StringIO
from pathlib import Path, PurePath
from typing import Any, TypeAlias, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.cell_values import CellValue
from siteprior.core.files import write_text
from siteprior.core.schema import CONTRIBUTION, TABLES

Table = TypeVar("Table", bound=pd.DataFrame)
Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

DECIMALS = {"m": 1, "0–1": 6, "%": 3}
"""Decimals by unit; a number in any other unit is written as it is, to ten significant digits."""

DECIMALS_OF = {"longitude": 6, "latitude": 6}
"""Decimals of columns without a declared unit: six of a degree are a decimetre."""

LEADING = (
    "rank", "rank_p05", "rank_p95", "score", "score_band", "coverage", "eligible", "gate_reasons", "reference",
    "site_name", "organisation", "organisation_name", "corridor", "corridor_walk_m", "nearest_stop",
    "nearest_stop_mode", "walk_m", "bus_walk_m", "hectares", "minimum_net_dwellings", "imd_decile",
    "market_failure", "settled", "open_facts", "market_failure_reasons", "market_failure_note",
    "planning_permission_status", "ownership_status", "coordinate_confidence",
)  # fmt: skip
"""The columns a reader of ranked sites looks for first."""

BYTE_ORDER_MARK = "\ufeff"

_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(map(chr, range(0xFE00, 0xFE10)))
"""Signs that show nothing although they are letters or marks to Unicode."""
_ONE = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBERS = re.compile(rf"{_ONE}(?:[,;] ?{_ONE})*|[+-]+")
"""Numbers, alone or in a list as coordinates are, and dashes alone: no formula begins so."""


def leading_columns(sites: Table) -> Table:
    """Return the sites with the columns of :data:`LEADING` first, then the contributions, then all others in order.

    Examples
    --------
    >>> list(leading_columns(pd.DataFrame(columns=["hectares", "c_need", "rank"])))
    ['rank', 'hectares', 'c_need']
    """
    first = [name for name in LEADING if name in sites.columns]
    first += [name for name in sites.columns if str(name).startswith(CONTRIBUTION)]
    return sites.reindex(columns=first + [name for name in sites.columns if name not in first])


def write_csv(
    path: Path | str, table: pd.DataFrame, *, decimals: Mapping[str, int] | None = None, byte_order_mark: bool = False
) -> Path:
    """Write a table as CSV: UTF-8, line feeds, ISO dates, metres to 0.1, scores to six decimals, blanks for missing.

    A named index becomes the first column; the geometry is left out (``easting`` and ``northing`` say it). A text
    cell that a spreadsheet could run as a formula (``=``, ``+``, ``-``, ``@``, tab or line break in front,
    also after signs that are not seen, and in wide or small forms) gets an apostrophe in front, because register texts
    come from anybody (OWASP, "CSV Injection"). What is merely a number, a
    list of numbers (``-1.93, 52.26``) or dashes stays as it is. Line breaks inside a cell become line feeds.

    Parameters
    ----------
    path
        The file to write, whole or not at all.
    table
        Any table; declared columns are rounded by their unit (:data:`DECIMALS`).
    decimals
        Decimals of further columns.
    byte_order_mark
        Whether the file begins with the mark by which Excel knows UTF-8 (``utf-8-sig`` in Python).

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    OutputError
        When the file is open elsewhere or the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "ranking.csv"
    >>> _ = write_csv(file, pd.DataFrame({"walk_m": [12.34, None], "notes": ["=1+1", "fine"]}))
    >>> print(file.read_text())
    walk_m,notes
    12.3,'=1+1
    ,fine
    <BLANKLINE>
    """
    plain = pd.DataFrame(table)
    if isinstance(table, gpd.GeoDataFrame):
        plain = plain.drop(columns=table.active_geometry_name)
    if plain.index.name:
        plain = plain.reset_index()
    places = {**_declared_decimals(plain.columns), **(decimals or {})}
    cells = [_cells(plain[name], places.get(str(name))) for name in plain.columns]
    text = StringIO(newline="")
    rows = writer(text, lineterminator="\n")
    rows.writerow([str(name) for name in plain.columns])
    rows.writerows(zip(*cells, strict=True))
    written = text.getvalue()
    return write_text(path, BYTE_ORDER_MARK + written if byte_order_mark else written)


def write_run_record(path: Path | str, record: Mapping[str, Any]) -> Path:
    """Write a run's record as JSON (UTF-8, keys in order, ISO dates, missing as null) and return the path.

    Raises
    ------
    OutputError
        When the file is open elsewhere or the folder cannot be written.
    """
    return write_text(path, json_text(record))


def json_text(record: Mapping[str, Any]) -> str:
    """Return a record as JSON text that is the same for the same record.

    Examples
    --------
    >>> print(json_text({"b": float("nan"), "a": date(2026, 1, 2)}), end="")
    {
      "a": "2026-01-02",
      "b": null
    }
    """
    return json.dumps(_json_value(record), sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _json_value(value: Any) -> Json:  # anything a record may hold
    """Return a value in the kinds JSON knows."""
    if value is None or type(value) in (str, int, bool):  # most of a record
        known: Json = value
        return known
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(key): _json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_value(item) for item in value]
    if isinstance(value, (set, frozenset)):
        texts: list[Any] = [_json_value(item) for item in value]  # of one kind, or they could not be sorted
        return sorted(texts)
    if isinstance(value, np.generic):
        value = value.item()
    if value is pd.NaT or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, PurePath):
        return value.as_posix()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    plain: Json = value
    return plain


def _declared_decimals(names: Iterable[str]) -> dict[str, int]:
    """Return the decimals of the columns whose unit is declared; contributions are parts of the score."""
    units = {column.name: column.unit for declared in TABLES for column in declared.columns if column.kind == "number"}
    known = {name: DECIMALS[unit] for name, unit in units.items() if unit in DECIMALS} | DECIMALS_OF
    return {
        name: known.get(name, DECIMALS["0–1"]) for name in names if name in known or str(name).startswith(CONTRIBUTION)
    }


def _cells(column: pd.Series, places: int | None) -> list[str]:
    """Return a column as the cells of the file; blank where missing. Each value that stands in it is written once."""
    kind = column.dtype
    # True and 1 may stand in one column of any objects: they are equal, and not the same.
    if pd.api.types.is_object_dtype(kind):
        return ["" if missing else _safe(value) for value, missing in zip(column, column.isna(), strict=True)]
    codes, known = pd.factorize(column)
    values = pd.Series(known)
    if pd.api.types.is_bool_dtype(kind):
        texts = ["yes" if value else "no" for value in values]
    elif pd.api.types.is_datetime64_any_dtype(kind):
        whole = bool((values == values.dt.normalize()).all())
        texts = values.dt.strftime("%Y-%m-%d" if whole else "%Y-%m-%dT%H:%M:%S").tolist()
    elif pd.api.types.is_float_dtype(kind):
        numbers = values.to_numpy(dtype="float64")
        style = "%.10g" if places is None else f"%.{places}f"
        # Adding 0.0 turns a rounded -0.0 into 0.0.
        texts = [
            style % number for number in ((numbers if places is None else np.round(numbers, places)) + 0.0).tolist()
        ]
    elif pd.api.types.is_numeric_dtype(kind):
        texts = values.astype("str").tolist()
    else:
        texts = [_safe(value) for value in values.tolist()]
    cells: list[str] = np.array([*texts, ""], dtype=object)[codes].tolist()  # the code of what is missing is -1
    return cells


def _safe(value: CellValue) -> str:
    """Return a text a spreadsheet shows and does not run."""
    text = value.isoformat() if isinstance(value, date) else str(value)
    # A bare carriage return would end the row for most readers.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "'" + text if begins_formula(text) else text


def as_before_writing(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table read from a CSV of :func:`write_csv` with its texts as they were: without the apostrophes put on.

    Examples
    --------
    >>> as_before_writing(pd.DataFrame({"site_name": ["'+1+1", "'t Mill", None], "homes": [1, 2, 3]}))["site_name"][0]
    '+1+1'
    """
    texts = [str(name) for name in table.select_dtypes(["object", "str"])]
    return table.assign(**{name: table[name].map(_unsafe, na_action="ignore") for name in texts})


def _unsafe(value: CellValue) -> CellValue:
    """Return a text without the apostrophe that keeps a spreadsheet from running it."""
    put_on = isinstance(value, str) and value[:1] == "'" and begins_formula(value[1:])
    return str(value)[1:] if put_on else value


def begins_formula(text: str) -> bool:
    """Return whether a spreadsheet could run a text: what it drops or does not show in front is passed over."""
    if not text or text.isalnum() or (text[0].isascii() and text[0].isalnum()):
        return False
    start = next((place for place, sign in enumerate(text) if not _is_unseen(sign)), len(text))
    seen = text[start:]
    if text[0] in "\t\n":
        return True
    return unicodedata.normalize("NFKC", seen[:1])[:1] in tuple("=+-@") and not _NUMBERS.fullmatch(seen)


def _is_unseen(sign: str) -> bool:
    return sign in _BLANK or unicodedata.category(sign) in _UNSEEN
