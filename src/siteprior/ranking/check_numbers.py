"""The tables and rows of numbers that scores, ranks and bands are made of, checked: finite numbers, each site once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.schema import Column
from siteprior.core.schema.check import column_fault


def check_numbers(table: pd.DataFrame, *, name: str, unique: bool = True) -> None:
    """Check a table of numbers, sites × criteria, and name every fault at once; missing values are allowed.

    Parameters
    ----------
    table
        What the caller gave.
    name
        The argument's name, for the message.
    unique
        Whether each row may stand once only.

    Raises
    ------
    InputError
        When it is no table, a row or a column stands twice, or a value is no finite number: the first such row of each
        column, its value and the fix.

    Examples
    --------
    >>> check_numbers(pd.DataFrame({"capacity": ["9", "50"]}, index=["a", "b"]), name="matrix")
    Traceback (most recent call last):
    siteprior.core.errors.InputError: matrix: capacity needs numbers, holds '9' in row 'a'; use pd.to_numeric
    """
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"{name}: needs a table (DataFrame), got {type(table).__name__}")
    faults = _index_faults(table.index, name) if unique else []
    for place, column in enumerate(table.columns):
        if column in table.columns[:place]:
            faults.append(f"{name}: has the column {column} more than once; keep one")
        elif fault := _number_fault(table.iloc[:, place], str(column)):
            faults.append(f"{name}: {fault}")
    if faults:
        raise InputError(*faults)


def check_number_series(values: pd.Series, *, name: str, unique: bool = True) -> None:
    """Check one number per site, as :func:`check_numbers` does a table of them.

    Examples
    --------
    >>> check_number_series(pd.Series([0.4, float("inf")], index=["a", "b"]), name="scores")
    Traceback (most recent call last):
    siteprior.core.errors.InputError: scores needs finite numbers, holds inf in row 'b'; mend it, or leave it missing
    """
    if not isinstance(values, pd.Series):
        raise InputError(f"{name}: needs a Series, one number per site, got {type(values).__name__}")
    faults = _index_faults(values.index, name) if unique else []
    if fault := _number_fault(values, name):
        faults.append(fault)
    if faults:
        raise InputError(*faults)


def as_yes(eligible: pd.Series, index: pd.Index) -> pd.Series:
    """Return which sites are eligible, on an index, of ``True`` and ``False`` or ``yes`` and ``no``.

    Raises
    ------
    InputError
        When it is of other sites, or holds another value or none: the first such row and value, and the fix.

    Examples
    --------
    >>> as_yes(pd.Series(["yes", "no"], index=["a", "b"]), pd.Index(["b", "a"])).tolist()
    [False, True]
    """
    if not isinstance(eligible, pd.Series):
        raise InputError(f"eligible: needs a Series, True or False per site, got {type(eligible).__name__}")
    placed = on_same_sites(eligible.to_frame(), index, name="eligible", of="scores").iloc[:, 0]
    # a truth value of Python or numpy; 1 and 0 are none, though they equal one
    stated = [value if isinstance(value, str | bool | np.bool_) else None for value in placed]
    right = np.array([value in ("yes", "no", True, False) for value in stated], dtype=bool)
    if not right.all():
        at = int(np.flatnonzero(~right)[0])
        raise InputError(
            f"eligible: needs True or False, or 'yes' or 'no', holds {placed.iloc[at]!r} in row "
            f"'{placed.index[at]}'; map what else there is to one of them"
        )
    return pd.Series([value in ("yes", True) for value in stated], index=index, dtype=bool)


def on_same_sites(table: pd.DataFrame, index: pd.Index, *, name: str, of: str) -> pd.DataFrame:
    """Return a table in the order of an index, or refuse it where it is not of the same sites.

    Parameters
    ----------
    table
        One row per site.
    index
        The sites it should be of, each once.
    name, of
        The table's argument, and that of the index, for the message.

    Raises
    ------
    InputError
        When a site stands twice, is not there, or is not of the index.
    """
    faults = _index_faults(table.index, name)
    for what, odd in (("lacks", index.difference(table.index)), ("has besides", table.index.difference(index))):
        if len(odd):
            more = f" and {len(odd) - 1:,} more" if len(odd) > 1 else ""
            faults.append(f"{name}: {what} row '{odd[0]}'{more}; give it on the index of {of}")
    if faults:
        raise InputError(*faults)
    return table.reindex(index)


def _index_faults(index: pd.Index, name: str) -> list[str]:
    """Return which row stands twice, if one does."""
    if index.is_unique:
        return []
    return [f"{name}: the index holds '{index[index.duplicated()][0]}' more than once; make it unique"]


def _number_fault(values: pd.Series, name: str) -> str | None:
    """Return what is wrong with numbers: the first that is none, or has no end."""
    fault = column_fault(values, Column(name, "number", name, name))
    if fault is not None:
        return fault
    endless = np.flatnonzero(np.isinf(values.to_numpy(dtype="float64", na_value=np.nan)))
    if not len(endless):
        return None
    at = int(endless[0])
    holds = f"{values.iloc[at]} in row '{values.index[at]}'"
    return f"{name} needs finite numbers, holds {holds}; mend it, or leave it missing"
