"""The check of the tables given to every public function: names, index, coordinate system, kinds and allowed values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

import numpy as np
import pandas as pd
import pyproj
import shapely

from siteprior.core.cell_values import CellValue
from siteprior.core.errors import InputError, unknown
from siteprior.core.schema.model import CRS, Column, Table

KIND_WORDS = {
    "text": ("text", "astype('str')"),
    "flag": ("'yes' or 'no'", "map({True: 'yes', False: 'no'})"),
    "number": ("numbers", "pd.to_numeric"),
    "integer": ("whole numbers", "pd.to_numeric, and round what is no whole number"),
    "date": ("dates", "pd.to_datetime, without a time zone"),
}
"""What a column of each kind holds, and what turns other values into it."""

OBJECT_KINDS = {
    "text": ("string",),
    "flag": ("string",),
    "number": ("integer", "floating", "mixed-integer-float"),
    "integer": ("integer", "floating", "mixed-integer-float"),
}
"""What pandas may infer of a column of Python objects of each kind, missing values left out; dates are looked at one
by one, for Python's own are none of pandas'."""

INSTANCES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "flag": (str,),
    "number": (int, float, np.number),
    "integer": (int, float, np.number),
    "date": (dt.datetime, np.datetime64),
}
"""The Python types a column of objects may hold, to name the first value of another."""

DRAWN_AS = {"points": (0, 3, 6), "lines": (1, 5), "polygons": (3, 6)}
"""What shapely calls the geometries a table of each kind may have; a polygon counts by its centroid as a point."""

MISSING_TYPE = -1

SHOWN = 5
"""Wrong values named in one message, at most."""


def check(
    table: object, declared: Table, *, name: str, needs: Iterable[str] | None = None, may_have: Iterable[str] = ()
) -> None:
    """Check a table and name every fault at once.

    Missing values are of every kind and allowed everywhere. Whole numbers may stand as floats, texts as objects, and a
    column that is wholly missing has any dtype. Categories and Python's own dates are refused, for they can neither be
    compared nor filled as texts, numbers and dates of pandas can.

    Parameters
    ----------
    table
        What the caller gave.
    declared
        The table it should be; one without an index (``replace(declared, index="")``) takes rows of any name.
    name
        The argument's name, for the message.
    needs
        Columns that must be there, of their declared kinds and allowed values; all declared ones when ``None``.
    may_have
        Columns that are read where they are there: they may be absent, but not wrong.

    Raises
    ------
    InputError
        Naming the missing columns, a wrong or doubled index, a missing or wrong coordinate system, degrees labelled as
        metres, lines where points are needed and the like, and each column of another kind, or with a value that is not
        allowed: the first such row and value, and the fix.

    Examples
    --------
    >>> from siteprior.core.schema import SITES
    >>> sites = pd.DataFrame({"hectares": ["1.2 ha"]}, index=pd.Index(["E1:a"], name="site_id"))
    >>> check(sites, SITES.without_places(), name="sites", needs=["hectares"])
    Traceback (most recent call last):
    siteprior.core.errors.InputError: sites: hectares needs numbers, holds '1.2 ha' in row 'E1:a'; use pd.to_numeric
    """
    if faults := table_faults(table, declared, name=name, needs=needs, may_have=may_have):
        raise InputError(*faults)


def table_faults(
    table: object, declared: Table, *, name: str, needs: Iterable[str] | None = None, may_have: Iterable[str] = ()
) -> list[str]:
    """Return what :func:`check` refuses a table for, for functions that take several; nothing where it is right.

    Examples
    --------
    >>> from siteprior.core.schema import POSTCODES
    >>> table_faults(pd.DataFrame(index=pd.Index([], name="postcode")), POSTCODES, name="postcodes", needs=["easting"])
    ['postcodes: lacks the columns easting; it has ']
    """
    if not isinstance(table, pd.DataFrame):
        hint = "; give its .table" if isinstance(getattr(table, "table", None), pd.DataFrame) else ""
        return [f"{name}: needs a table (DataFrame), got {type(table).__name__}{hint}"]
    columns = {column.name: column for column in declared.columns}
    wanted = list(columns) if needs is None else list(needs)
    missing = [column for column in wanted if column not in table.columns]
    faults = []
    if missing:
        has = f"it has {', '.join(map(str, table.columns))}"
        faults.append(f"{name}: lacks the columns {', '.join(missing)}; {has}{undeclared(missing, declared)}")
    faults += _index_faults(table, declared, name)
    if declared.geometry:
        faults += _crs_faults(table, name) or _place_faults(table, declared, name)
    for column in dict.fromkeys((*wanted, *may_have)):
        if column in columns and column in table.columns:
            values = table[column]
            if isinstance(values, pd.DataFrame):
                faults.append(f"{name}: has the column {column} {values.shape[1]} times; keep one")
            elif fault := column_fault(values, columns[column]):
                faults.append(f"{name}: {fault}")
    return faults


def undeclared(names: Iterable[str], declared: Table) -> str:
    """Return what to say of missing columns that no declaration knows, as a misspelt one; blank where all are declared.

    Examples
    --------
    >>> from siteprior.core.schema import SITES
    >>> undeclared(["walk_m"], SITES), undeclared(["walk_mm"], SITES)
    ('', "; 'walk_mm' is no column of the table 'sites', did you mean 'walk_m'? schema.extend adds a new one")
    """
    known = declared.names
    words = []
    for name in (name for name in names if name not in known):
        near = get_close_matches(name, known, n=1)
        hint = f", did you mean '{near[0]}'?" if near else ";"
        words.append(f"'{name}' is no column of the table '{declared.name}'{hint}")
    return f"; {', '.join(words)} schema.extend adds a new one" if words else ""


def column_fault(values: pd.Series, column: Column) -> str | None:
    """Return what is wrong with the values of a column, with the first such row and value and the fix.

    Examples
    --------
    >>> stage = Column("stage", "text", "Stage", "Building stage", allowed=("under construction", "completed"))
    >>> column_fault(pd.Series([None, "Completed"], index=["a", "b"]), stage)
    "unknown value of stage 'Completed' in row 'b'; did you mean 'completed'? Valid: completed, under construction"
    """
    wrong = _first_of_another_kind(values, column.kind)
    if wrong is not None:
        words, fix = KIND_WORDS[column.kind]
        found = f"{_shown(values.iloc[wrong])} in row {_row(values, wrong)}"
        if isinstance(values.dtype, pd.CategoricalDtype):
            found += ", a category"
            fix = "astype('str')" if column.kind in ("text", "flag") else f"astype(object), then {fix}"
        return f"{column.name} needs {words}, holds {found}; use {fix}"
    if column.allowed:
        return _value_fault(values, column)
    return None if column.least is None else _least_fault(values, column.name, column.least)


def _index_faults(table: pd.DataFrame, declared: Table, name: str) -> list[str]:
    if not declared.index:
        return []
    if table.index.name != declared.index:
        return [
            f"{name}: needs the index '{declared.index}', has '{table.index.name}'; use set_index('{declared.index}')"
        ]
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        return [f"{name}: the index '{declared.index}' holds '{twice}' more than once; make it unique"]
    return []


def _crs_faults(table: pd.DataFrame, name: str) -> list[str]:
    if not hasattr(table, "crs"):
        return [f"{name}: has no geometry; give the GeoDataFrame, with new columns joined to it: sites.join(columns)"]
    crs = table.crs
    if crs is None:
        return [f"{name}: has no coordinate system; say which it is with set_crs, then to_crs('{CRS}')"]
    if crs.to_epsg() != int(CRS.removeprefix("EPSG:")):
        return [f"{name}: is in {crs.to_string()}, needs metres in {CRS}; convert with to_crs('{CRS}')"]
    return []


def _place_faults(table: pd.DataFrame, declared: Table, name: str) -> list[str]:
    """Return what is wrong with the places themselves: degrees that are labelled as metres, or of another kind."""
    places = np.asarray(table.geometry.to_numpy(), dtype=object)  # a GeoDataFrame: _crs_faults has looked
    if not len(places):
        return []
    faults = []
    west, south, east, north = shapely.total_bounds(places)
    (least_lon, least_lat, most_lon, most_lat) = british_degrees()
    if least_lon <= west and east <= most_lon and least_lat <= south and north <= most_lat:
        faults.append(
            f"{name}: its places look like degrees labelled as metres ({west:.3f}, {south:.3f} to {east:.3f}, "
            f"{north:.3f}); say what they are, then convert: set_crs('EPSG:4326', allow_override=True).to_crs('{CRS}')"
        )
    right = DRAWN_AS.get(declared.drawn_as)
    if right is not None:
        types = shapely.get_type_id(places)
        wrong = _first(~np.isin(types, [MISSING_TYPE, *right]) & ~shapely.is_empty(places))
        if wrong is not None:
            found = f"{places[wrong].geom_type} in row {str(table.index[wrong])!r}"
            also = " (or polygons, which count by their centroid)" if declared.drawn_as == "points" else ""
            faults.append(f"{name}: needs {declared.drawn_as}{also}, holds a {found}")
    return faults


@cache
def british_degrees() -> tuple[float, float, float, float]:
    """Return the longitudes and latitudes of Great Britain, as its grid is defined for: west, south, east, north."""
    area = pyproj.CRS(CRS).area_of_use
    return (0.0, 0.0, 0.0, 0.0) if area is None else area.bounds


def _first_of_another_kind(values: pd.Series, kind: str) -> int | None:
    """Return the position of the first value that is not of a kind; ``None`` where all are, or are missing."""
    dtype = values.dtype
    if isinstance(dtype, pd.DatetimeTZDtype | pd.CategoricalDtype):
        return _first(values.notna())
    if isinstance(dtype, pd.StringDtype) or dtype.kind == "U":
        right = kind in ("text", "flag")
    elif dtype.kind in "iuf":
        if kind == "integer" and dtype.kind == "f":
            return _first_fraction(values)
        right = kind in ("number", "integer")
    elif dtype.kind == "M":
        right = kind == "date"
    elif dtype.kind == "O":
        inferred = pd.api.types.infer_dtype(values, skipna=True)
        if inferred in OBJECT_KINDS.get(kind, ()):
            return _first_fraction(pd.to_numeric(values)) if kind == "integer" and inferred != "integer" else None
        return _first(values.map(lambda value: not _is_of_kind(value, kind), na_action="ignore").eq(True))
    else:
        right = False
    return None if right else _first(values.notna())


def _is_of_kind(value: CellValue, kind: str) -> bool:
    """Return whether a Python object is of a kind; a truth value is no number, a day with a time zone no date."""
    right = isinstance(value, INSTANCES[kind]) and not isinstance(value, bool | np.bool_)
    return right and getattr(value, "tzinfo", None) is None


def _first_fraction(values: pd.Series) -> int | None:
    """Return the position of the first number that is not whole, or has no end; ``None`` where there is none."""
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    return _first(~(np.isnan(numbers) | (np.isfinite(numbers) & (np.trunc(numbers) == numbers))))


def _first(wrong: pd.Series | np.ndarray) -> int | None:
    """Return the first position that is true; ``None`` where none is."""
    positions = np.flatnonzero(wrong)
    return int(positions[0]) if len(positions) else None


def _value_fault(values: pd.Series, column: Column) -> str | None:
    """Return which values are not among those allowed, the first with its row and the nearest valid one."""
    present = values.dropna().unique()
    wrong = [str(value) for value in present if value not in column.allowed]
    if not wrong:
        return None
    position = _first(values == wrong[0]) or 0
    others = "".join(f", {_shown(value)}" for value in wrong[1:SHOWN]) + (", …" if len(wrong) > SHOWN else "")
    fault = unknown(f"value of {column.name}", wrong[0], column.allowed)
    row = f"in row {_row(values, position)}" + (f", and so are {others.removeprefix(', ')}" if others else "")
    return fault.replace(f"'{wrong[0]}';", f"'{wrong[0]}' {row};", 1)


def _least_fault(values: pd.Series, name: str, least: float) -> str | None:
    """Return what is wrong with numbers below the least there may be, or without an end."""
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    position = _first((numbers < least) | np.isinf(numbers))
    if position is None:
        return None
    return (
        f"{name} needs numbers of at least {least:g}, holds {_shown(values.iloc[position])} in row "
        f"{_row(values, position)}; mend it, or leave it missing"
    )


def _row(values: pd.Series, position: int) -> str:
    return repr(str(values.index[position]))


def _shown(value: CellValue) -> str:
    """Return a value as a message shows it: texts in quotes, long ones cut."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}…"
