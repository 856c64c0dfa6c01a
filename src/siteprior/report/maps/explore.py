"""A table on a map to move and click in a notebook, with what files say shown as it is written.

geopandas' own ``.explore()`` puts values and names of columns into a page as they stand: markup in a site's name runs
when one points at the site, and ``{% … %}`` in it runs in Python while the page is made. So they are coded before.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from siteprior.core.cell_values import CellValue
from siteprior.core.errors import InputError, unknown

if TYPE_CHECKING:
    import folium

_MARKUP = {ord(sign): f"&#{ord(sign)};" for sign in "<>&\"'`{}\\"}
"""What begins markup in HTML, in JavaScript and in the templates (Jinja) that folium fills in, as character codes."""


def explore(
    table: gpd.GeoDataFrame,
    column: str | Iterable[CellValue] | None = None,
    *,
    tooltip: bool | int | str | list[str] | None = True,
    popup: bool | int | str | list[str] | None = False,
    **options: Any,
) -> folium.Map:
    """Draw a table as a map to move and click: geopandas' ``.explore()`` with every text shown as it is written.

    Use it wherever text of other people's files is in the table: ``.explore()`` itself takes that text for markup. The
    map's scripts and tiles come from the web while it is looked at.

    Parameters
    ----------
    table
        Any table with places; a row without a place is not on the map.
    column
        The column, or one value per row, to colour by.
    tooltip, popup
        What pointing and clicking show: all columns (``True``), none, the first so many, or those named.
    **options
        All else that ``.explore()`` of geopandas takes, such as ``cmap``, ``tiles`` or ``style_kwds``.

    Returns
    -------
    folium.Map
        Shows itself as the last line of a notebook's cell; ``.save("map.html")`` writes it as a page.

    Raises
    ------
    InputError
        When it is no table with places, no row has one, a column is unknown, or two have one name.

    Examples
    --------
    >>> import geopandas as gpd
    >>> named = {"site_name": ["<b>Mill</b>"]}
    >>> sites = gpd.GeoDataFrame(named, geometry=gpd.points_from_xy([400_000], [290_000]), crs=27700)
    >>> page = explore(sites, tooltip=["site_name"], tiles=None).get_root().render()
    >>> "u0026#60;b" in page, "u003cb" in page
    (True, False)
    """
    shown, names = _as_text(table)
    chosen = {"tooltip": _named(tooltip, names, "tooltip"), "popup": _named(popup, names, "popup")}
    if isinstance(options.get("color"), str):
        options["color"] = names.get(options["color"], options["color"])
    if options.get("categories") is not None:
        options["categories"] = [_coded(value) for value in options["categories"]]
    by = _in_order(column, table) if pd.api.types.is_list_like(column) else _named(column, names, "column")
    return shown.explore(by, **chosen, **options)


def _as_text(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[Hashable, str]]:
    """Return a table whose names and texts are no markup, and the new name of each of its columns."""
    if not isinstance(table, gpd.GeoDataFrame) or table.active_geometry_name is None:
        raise InputError(f"table: needs a table with places (GeoDataFrame), got {type(table).__name__} without")
    if (table.geometry.isna() | table.geometry.is_empty).all():
        raise InputError(f"table: none of its {len(table)} rows has a place, so there is nothing to draw")
    place = table.active_geometry_name
    # A name of its own makes the index a column, as geopandas does; without one it would stand in the page uncoded.
    levels = {name: table.index.get_level_values(at) for at, name in enumerate(table.index.names) if name is not None}
    called = pd.Series([str(_coded(str(name))) for name in [*levels, *table.columns]], dtype=object)
    if called.duplicated().any():
        twice = ", ".join(sorted(set(called[called.duplicated()])))
        raise InputError(f"table: two columns, or a column and the index, are called {twice}; rename one")
    columns = {name: pd.Series(level) for name, level in levels.items()}
    columns |= {name: table[name] for name in table.columns if table[name].dtype != "geometry"}
    names: dict[Hashable, str] = {name: str(_coded(str(name))) for name in columns}
    texts = {names[name]: _values(values).array for name, values in columns.items()}
    there = str(_coded(str(place)))
    shown = pd.DataFrame({**texts, there: table.geometry.array}, index=pd.RangeIndex(len(table)))
    return gpd.GeoDataFrame(shown, geometry=there, crs=table.crs), names


def _in_order(given: Any, table: pd.DataFrame) -> Any:
    """Return one value per row without markup, in the order of the table's rows where they know theirs."""
    values = given if isinstance(given, pd.Series) else pd.Series(list(given))
    if isinstance(given, pd.Series) and not given.index.equals(table.index):
        if not given.index.is_unique:
            raise InputError("column: gives several values for one row; give one for each row of the table")
        values = given.reindex(table.index)
    if len(values) != len(table):
        raise InputError(f"column: gives {len(values)} values for {len(table)} rows; give one for each row")
    return _values(values).array


def _named(asked: Any, names: dict[Hashable, str], where: str) -> Any:
    """Return the new names of columns asked for; ``True``, ``False`` and numbers of columns as they are."""
    if asked is None or (isinstance(asked, bool | int) and where != "column"):
        return asked
    listed = list(asked) if isinstance(asked, list | tuple) else [asked]
    for name in listed:
        if not isinstance(name, Hashable) or name not in names:
            raise InputError(unknown("column", name, map(str, names), where=where))
    found = [names[name] for name in listed]
    return found if isinstance(asked, list | tuple) else found[0]


def _values(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column without markup: numbers, dates and missing values as they are, all else as text."""
    kind = values.dtype
    if isinstance(kind, pd.CategoricalDtype):
        listed = list(dict.fromkeys(map(_coded, kind.categories)))
        coded = [_coded(value) for value in values]
        return pd.Series(pd.Categorical(coded, categories=listed, ordered=kind.ordered))
    numbers = pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind)
    if numbers or pd.api.types.is_datetime64_any_dtype(kind):
        return values
    return pd.Series([_coded(value) for value in values], dtype=object)


def _coded(value: Any) -> Any:
    """Return a value as text in which nothing is markup, on one line; numbers and missing values as they are."""
    if isinstance(value, bool | int | float) or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return value
    return " ".join(str(value).split()).translate(_MARKUP)
