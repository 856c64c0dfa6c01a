"""Corridors: ordered stops from a table, or lines from any vector file with the stops found along them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.errors import InputError
from siteprior.core.files import record
from siteprior.core.io.national_tables import GRID_M, find_columns, numbers, read_plain
from siteprior.core.io.vector_files import lacking, read_vector
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.schema import CORRIDOR_STOPS, CORRIDORS, CRS, STOPS, check, conform
from siteprior.sources.transit.openings import fitting_modes, stated, statement_issues

COLUMNS = {
    "corridor": ("corridor",),
    "kind": ("kind",),
    "order": ("order",),
    "stop_name": ("stop name", "name"),
    "atco_code": ("atco code", "atco", "atcocode"),
    "easting": ("easting",),
    "northing": ("northing",),
    "longitude": ("lon", "longitude"),
    "latitude": ("lat", "latitude"),
    "position": ("position",),
    "said": ("state",),
    "state_date": ("state date",),
    "statement_date": ("statement date",),
    "state_confidence": ("state confidence",),
}


def read_corridor_stops(path: Path | str, *, file: str | None = None) -> Reading:
    r"""Read the ordered stops of corridors, in metres on EPSG:27700, with their chainage in metres.

    Parameters
    ----------
    path
        CSV or Excel with ``corridor``, ``order``, ``stop_name`` and ``easting``/``northing`` (or ``lon``/``lat``), and
        where known ``kind``, ``atco``, ``position``, ``state``, ``state_date``, ``statement_date``,
        ``state_confidence``.
    file
        The name to put in issues and provenance.

    Returns
    -------
    Reading
        :data:`siteprior.core.schema.CORRIDOR_STOPS`, corridors in file order, stops by ``order``. ``state`` is what the
        row
        says; :func:`siteprior.sources.transit.openings.apply_openings_to_corridor` settles it for a day. Rows without a
        whole order or a place, and second rows of one order, are left out with an issue.

    Raises
    ------
    InputError
        When the file cannot be read, lacks a column or holds no usable row.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "corridors.csv"
    >>> _ = file.write_text("corridor,kind,order,stop_name,easting,northing\n"
    ...                     "Line,metro,2,B,403000,290400\nLine,metro,1,A,400000,286400\n")
    >>> read_corridor_stops(file).table["chainage_m"].to_dict()
    {'Line#1': 0.0, 'Line#2': 5000.0}
    """
    label = str(path) if file is None else file
    raw = read_plain(path, fits=lambda names: "corridor" in find_columns(names, COLUMNS), wants="a column 'corridor'")
    found = find_columns(raw.columns, COLUMNS)
    lacks = [name for name in ("order", "stop_name") if name not in found]
    if not ({"easting", "northing"} <= set(found) or {"longitude", "latitude"} <= set(found)):
        lacks.append("easting and northing (or lon and lat)")
    if lacks:
        raise InputError(
            f"{label}: is no table of corridor stops: it lacks {', '.join(lacks)}; it has {', '.join(raw.columns)}"
        )
    table = pd.DataFrame({name: raw[found[name]] if name in found else "" for name in COLUMNS}, index=raw.index)
    log = IssueLog(label)
    if "said" in found:
        statement_issues(table, log)
    table = _placed(_ordered(table, log), log)
    if table.empty:
        raise InputError(f"{label}: holds no stop with a corridor, a whole order and a place; see its columns")
    table["state"] = stated(table["said"])
    table["state_basis"] = "own row, as read"
    table["chainage_m"] = straight_chainage(table)
    table = table.mask(table == "")
    table.index = pd.Index(table["corridor"] + "#" + table["order"].astype("str"), name=CORRIDOR_STOPS.index)
    table = table[[*CORRIDOR_STOPS.names, "geometry"]]
    table = conform(gpd.GeoDataFrame(table, geometry="geometry", crs=CRS), CORRIDOR_STOPS)
    return Reading(table, log.table(), (record(path, role="corridors", file=label, rows=len(table)),))


def _ordered(table: pd.DataFrame, log: IssueLog) -> pd.DataFrame:
    """Order the stops of each corridor; log and leave out those without corridor or whole order, and second ones."""
    order = numbers(table["order"])
    whole = order.notna() & (order % 1 == 0) & (order > 0)
    named = table["corridor"] != ""
    for row in table.index[~named]:
        log.add("missing value", row=row, field="corridor", action="left out")
    for row in table.index[named & ~whole]:
        log.add("invalid integer", row=row, field="order", value=table.loc[row, "order"], action="left out")
    table = table.assign(order=order)[named & whole].astype({"order": "int64"})
    second = table.duplicated(["corridor", "order"])
    for row in table.index[second]:
        told = table.loc[row]
        log.add("reference values are not unique", row=row, field="order", value=told["order"],
                action=f"left out: {told['corridor']} has this order already")  # fmt: skip
    table = table[~second]
    place = pd.Series(pd.factorize(table["corridor"])[0], index=table.index)
    return table.assign(place=place).sort_values(["place", "order"])


def _placed(table: pd.DataFrame, log: IssueLog) -> pd.DataFrame:
    """Give each stop its point, from easting and northing, else from the degrees; log and leave out the others."""
    from pyproj import Transformer

    east, north = numbers(table["easting"]), numbers(table["northing"])
    lon, lat = numbers(table["longitude"]), numbers(table["latitude"])
    metres = east.between(0, GRID_M[0]) & north.between(0, GRID_M[1])
    degrees = ~metres & lon.between(-180, 180) & lat.between(-90, 90)
    x, y = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(
        lon.where(degrees).to_numpy(), lat.where(degrees).to_numpy()
    )
    points = shapely.points(east.where(metres, x).to_numpy(), north.where(metres, y).to_numpy())
    usable = metres | (degrees & np.isfinite(x) & np.isfinite(y))
    for row in table.index[~usable]:
        told = table.loc[row]
        log.add("invalid coordinates", row=row, field="easting; northing",
                value=f"{told['easting']}, {told['northing']}",
                action=f"left out: {told['stop_name']} has no place")  # fmt: skip
    return table.assign(geometry=points)[usable]


def straight_chainage(table: pd.DataFrame) -> pd.Series:
    """Return metres along the straight lines through the stops of each corridor, in the order they stand.

    Parameters
    ----------
    table
        Points ``geometry`` on EPSG:27700 with their ``corridor``.
    """
    x, y = shapely.get_x(table["geometry"].to_numpy()), shapely.get_y(table["geometry"].to_numpy())
    steps = pd.DataFrame({"corridor": table["corridor"], "x": x, "y": y}, index=table.index)
    moved = steps.groupby("corridor", sort=False)[["x", "y"]].diff().fillna(0.0)
    step = np.hypot(moved["x"], moved["y"])
    return step.groupby(steps["corridor"], sort=False).cumsum()


def corridor_lines(corridor_stops: Any, *, lines: Any = None) -> Any:
    """Draw each corridor as the straight lines through its ordered stops, with its length in metres.

    Parameters
    ----------
    corridor_stops
        :data:`siteprior.core.schema.CORRIDOR_STOPS`.
    lines
        :data:`siteprior.core.schema.CORRIDORS` with surveyed lines, which are taken instead where they hold the
        corridor.

    Returns
    -------
    GeoDataFrame
        :data:`siteprior.core.schema.CORRIDORS`, in the order the corridors first stand. A corridor whose stops are all
        in
        one place has no line.

    Raises
    ------
    InputError
        When ``corridor_stops`` or ``lines`` is not such a table.
    """
    check(corridor_stops, CORRIDOR_STOPS, name="corridor_stops")
    if lines is not None:
        check(lines, CORRIDORS, name="lines", needs=())
    rows = {}
    for corridor, stops in corridor_stops.groupby("corridor", sort=False):
        line = lines.geometry[corridor] if lines is not None and corridor in lines.index else _line(stops)
        rows[corridor] = {
            "kind": stops["kind"].iloc[0],
            "stops": len(stops),
            "open_stops": int((stops["state"] == "open").sum()),
            "length_m": None if line is None else line.length,
            "geometry": line,
        }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[*CORRIDORS.names, "geometry"])
    return conform(gpd.GeoDataFrame(table.rename_axis("corridor"), geometry="geometry", crs=CRS), CORRIDORS)


def _line(stops: Any) -> Any:
    """Return the line through stops in order, or None where they do not make one."""
    points = stops.sort_values("order").geometry
    line = shapely.linestrings(shapely.get_coordinates(points.to_numpy())) if len(points) > 1 else None
    return line if line is not None and line.length > 0 else None


def read_corridor_lines(
    path: Path | str, *, name_column: str, kind: str | None = None, layer: str | None = None, file: str | None = None
) -> Reading:
    """Read corridor lines from any vector file, one per name, with their length in metres.

    Parameters
    ----------
    path
        Any vector file GDAL reads; ``.gz`` and zip members too. Another coordinate system is converted.
    name_column
        The column that names the corridor; lines of one name are merged end to end.
    kind
        The kind of all of them, such as ``"metro"``.
    layer
        The layer, where the file holds several.
    file
        The name to put in issues and provenance.

    Returns
    -------
    Reading
        :data:`siteprior.core.schema.CORRIDORS`, ordered by name; ``stops`` stays missing until stops are found along
        them
        (:func:`stops_along`).

    Raises
    ------
    InputError
        When the file cannot be read, has no such column or holds no named line.
    """
    label = str(path) if file is None else file
    raw = read_vector(path, layer=layer)
    faults = lacking(label, raw.columns, {"name_column": name_column})
    if faults:
        raise InputError(*faults)
    log = IssueLog(label)
    names = raw[name_column].astype(object).where(raw[name_column].notna(), "").astype("str").str.strip()
    lines = raw.geometry.geom_type.isin(["LineString", "MultiLineString"]) & ~raw.geometry.is_empty
    for row in raw.index[~lines]:
        log.add("Unexpected geom type", row=row, field="geometry", value=raw.geometry.geom_type[row],
                action="left out: a corridor is a line")  # fmt: skip
    for row in raw.index[lines & (names == "")]:
        log.add("missing value", row=row, field=name_column, action="left out: the line has no name")
    used = raw.geometry[lines & (names != "")]
    rows = {}
    for name, pieces in used.groupby(names[used.index], sort=True):
        parts = shapely.get_parts(shapely.force_2d(pieces.to_numpy()))
        line = shapely.line_merge(shapely.multilinestrings(parts))
        left = shapely.get_num_geometries(line)
        if len(pieces) > 1 or left > 1:
            gaps = f"; {left} separate pieces remain, chainage runs through them in turn" if left > 1 else ""
            log.add("combined-value", field=name_column, value=name, action=f"{len(pieces)} features merged{gaps}")
        rows[name] = {"kind": kind, "length_m": line.length, "geometry": line}
    if not rows:
        raise InputError(f"{label}: holds no line named in column '{name_column}'; give a layer of lines")
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("corridor")
    table = conform(gpd.GeoDataFrame(table, geometry="geometry", crs=CRS), CORRIDORS)
    return Reading(table, log.table(), (record(path, role="corridors", file=label, rows=len(raw)),))


def stops_along(lines: Any, stops: Any, *, snap_m: float) -> Any:
    """Find the stops along corridor lines, ordered by chainage in metres.

    Parameters
    ----------
    lines
        :data:`siteprior.core.schema.CORRIDORS`.
    stops
        :data:`siteprior.core.schema.STOPS`; those of a mode that serves the corridor's kind are taken, closed ones not.
    snap_m
        Metres a stop may lie from the line.

    Returns
    -------
    GeoDataFrame
        :data:`siteprior.core.schema.CORRIDOR_STOPS`; possibly no row for a line with no stop near it.

    Raises
    ------
    InputError
        When ``lines`` or ``stops`` is not such a table.
    """
    check(lines, CORRIDORS, name="lines", needs=["kind"])
    check(stops, STOPS, name="stops")
    usable = stops[(stops["state"] != "closed") & stops.geometry.notna()].sort_index()
    tree = shapely.STRtree(usable.geometry.to_numpy())
    tables = [pd.DataFrame(columns=[*CORRIDOR_STOPS.names, "geometry"])]
    for corridor, line in lines.geometry.items():
        if line is None:
            continue
        near = usable.iloc[np.sort(tree.query(line, predicate="dwithin", distance=snap_m))]
        near = near[near["mode"].isin(fitting_modes(lines["kind"][corridor]))]
        found = pd.DataFrame(near).assign(
            corridor=corridor,
            kind=lines["kind"][corridor],
            atco_code=near.index,
            position="naptan",
            chainage_m=shapely.line_locate_point(line, near.geometry.to_numpy()),
        )
        found = found.sort_values("chainage_m", kind="stable")
        tables.append(found.assign(order=range(1, len(found) + 1)))
    table = pd.concat([table for table in tables if len(table)] or tables, ignore_index=True)
    table.index = pd.Index(table["corridor"] + "#" + table["order"].astype("str"), name=CORRIDOR_STOPS.index)
    table = table.reindex(columns=[*CORRIDOR_STOPS.names, "geometry"])
    return conform(gpd.GeoDataFrame(table, geometry="geometry", crs=CRS), CORRIDOR_STOPS)
