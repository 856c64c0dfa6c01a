"""Columns as the readers of several sources need them: trimmed text, one row per code."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, TypeVar

import pandas as pd

from siteprior.core.io.national_tables import find_columns
from siteprior.core.issues import IssueLog

Frame = TypeVar("Frame", bound=pd.DataFrame)


def text_column(values: pd.Series) -> pd.Series:
    """Return any column as trimmed text, blank where missing; a whole number stored as a decimal loses its '.0'.

    Examples
    --------
    >>> text_column(pd.Series([" E01 ", None])).tolist(), text_column(pd.Series([7.0, 0.25])).tolist()
    (['E01', ''], ['7', '0.25'])
    """
    if pd.api.types.is_float_dtype(values):
        values = values.map("{:.15g}".format, na_action="ignore")
    return values.astype(object).where(values.notna(), "").astype("str").str.strip()


def named_columns(raw: pd.DataFrame, wanted: dict[str, tuple[str, ...]]) -> tuple[pd.DataFrame, set[str]]:
    """Return the wanted columns of a text table under their own names, blank where it has none, and which it has.

    Examples
    --------
    >>> raw = pd.DataFrame({"ATCO_Code": ["9400ZZWMAS"], "Notes": ["x"]})
    >>> table, there = named_columns(raw, {"atco_code": ("atco code",), "kind": ("kind",)})
    >>> table.iloc[0].to_dict(), there
    ({'atco_code': '9400ZZWMAS', 'kind': ''}, {'atco_code'})
    """
    there = find_columns(raw.columns, wanted)
    table = pd.DataFrame({name: raw[there[name]] if name in there else "" for name in wanted}, index=raw.index)
    return table, set(there)


def numbered(values: pd.Series) -> Iterator[tuple[int, Any]]:
    """Give each cell of a column with the number of its row.

    Examples
    --------
    >>> list(numbered(pd.Series(["a", "b"], index=[2, 5])))
    [(2, 'a'), (5, 'b')]
    """
    return zip(values.index.tolist(), values.tolist(), strict=True)


def cells(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Give the number of each row with its cells in the columns.

    Examples
    --------
    >>> list(cells(pd.DataFrame({"a": ["x"], "b": [1]}, index=[2]), "b", "a"))
    [(2, 1, 'x')]
    """
    return zip(table.index.tolist(), *(table[column].tolist() for column in columns), strict=True)


def first_per_code(
    table: Frame, column: str, log: IssueLog, *, field: str, what: str, seen: Collection[str] = ()
) -> Frame:
    """Return the rows that have a code, the first of each; log those without one, and the second rows of a code.

    Parameters
    ----------
    table
        On the row numbers of its file.
    column
        Holds the codes as text, missing or blank where there is none.
    log
        Takes one row per row left out.
    field
        What the column is called in the file.
    what
        What a row is, such as ``"polygon"``.
    seen
        Codes of earlier files: their rows here are second ones.

    Examples
    --------
    >>> table, log = pd.DataFrame({"code": ["E01", "", "E01"]}, index=[2, 3, 4]), IssueLog("areas.csv")
    >>> first_per_code(table, "code", log, field="LSOA21CD", what="row").index.tolist(), log.table()["row"].tolist()
    ([2], [3, 4])
    """
    coded = table[column].fillna("") != ""
    for row in table.index[~coded]:
        log.add("unknown entity - missing reference", row=int(row), field=field,
                action=f"left out: the {what} has no code")  # fmt: skip
    table = table.loc[coded]
    second = table.duplicated(column) | table[column].isin(list(seen))
    for row, value in numbered(table.loc[second, column]):
        log.add("reference values are not unique", row=row, field=field, value=value,
                action=f"left out: the first {what} of this code was kept")  # fmt: skip
    return table.loc[~second]
