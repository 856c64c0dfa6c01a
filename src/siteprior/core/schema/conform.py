"""Brings a table into its declared form: columns in order, each of its kind, absent ones as missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.schema.model import DTYPES, Table

Frame = TypeVar("Frame", pd.DataFrame, gpd.GeoDataFrame)


def conform(table: Frame, declared: Table) -> Frame:
    """Return the table with its declared columns first and in order, of their kinds; absent ones come in as missing.

    Parameters
    ----------
    table
        DataFrame or GeoDataFrame on the declared index.
    declared
        One of :data:`~siteprior.core.schema.TABLES` or :data:`~siteprior.core.schema.REGISTER`.

    Returns
    -------
    DataFrame or GeoDataFrame
        A new table; columns that are not declared follow in their own order, then the geometry. Periods, lengths of
        time and intervals among them become text, for neither a map nor a file knows them.

    Raises
    ------
    InputError
        Naming every column whose values cannot be read as its kind.

    Examples
    --------
    >>> table = pd.DataFrame({"easting": ["406800"]}, index=pd.Index(["B1 1AA"], name="postcode"))
    >>> from siteprior.core.schema import POSTCODES
    >>> conform(table, POSTCODES).iloc[0].tolist()
    [406800.0, nan]
    """
    filled, faults = {}, []
    for column in declared.columns:
        try:
            filled[column.name] = as_kind(table.get(column.name), column.kind, table.index)
        except (TypeError, ValueError) as error:
            faults.append(f"{declared.name}: {column.name} cannot be read as {column.kind}: {error}")
    if faults:
        raise InputError(*faults)
    rest = [name for name in table.columns if name not in filled]
    others = pd.DataFrame(table[rest])
    texts = {name: as_kind(others[name], "text", table.index) for name in rest if _unknown(others[name])}
    others = others.assign(**texts)
    result = pd.concat([pd.DataFrame(filled, index=table.index), others], axis=1)
    result = result.rename_axis(declared.index)
    if isinstance(table, gpd.GeoDataFrame):
        return gpd.GeoDataFrame(result, geometry=table.geometry.name, crs=table.crs)
    return result


def as_kind(values: pd.Series | Sequence[object] | None, kind: str, index: pd.Index) -> pd.Series:
    """Return the values as a Series of a declared kind on ``index``; ``None`` gives all missing.

    Examples
    --------
    >>> as_kind(["1", None], "integer", pd.Index(["a", "b"])).tolist()
    [1, <NA>]
    >>> as_kind([True, "no"], "flag", pd.Index(["a", "b"])).tolist()
    ['yes', 'no']
    """
    if values is None:
        values = [None] * len(index)
    series = pd.Series(values, index=index)
    if kind == "flag":
        series = _as_words(series)
    if kind in ("text", "flag"):
        if series.dtype == DTYPES[kind]:
            return series  # already that kind: millions of departures pass here
        series = series.astype(object)
        return series.where(series.notna(), None).astype("str").where(series.notna())
    if kind == "date":
        return pd.to_datetime(series).astype("datetime64[s]")
    numbers = pd.to_numeric(series)
    return numbers.astype("Int64") if kind == "integer" else numbers.astype("float64")


def _unknown(values: pd.Series) -> bool:
    """Return whether a column is of a kind that no map and no file holds."""
    kind = values.dtype.categories.dtype if isinstance(values.dtype, pd.CategoricalDtype) else values.dtype
    return isinstance(kind, pd.PeriodDtype | pd.IntervalDtype) or pd.api.types.is_timedelta64_dtype(kind)


def _as_words(flags: pd.Series) -> pd.Series:
    """Return flags as the words tables hold, where files hold truth values; 1 and 0 are none."""
    if not (pd.api.types.is_bool_dtype(flags.dtype) or flags.dtype == object):
        return flags
    words = {True: "yes", False: "no"}
    return flags.astype(object).map(
        lambda flag: words[bool(flag)] if isinstance(flag, bool | np.bool_) else flag, na_action="ignore"
    )
