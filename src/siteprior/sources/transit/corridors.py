"""Corridors: ordered stops from a table, or lines from any vector file with the stops along them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from siteprior.core.code_join import normal_codes
from siteprior.core.errors import InputError
from siteprior.core.files import Input, record
from siteprior.core.io.national_tables import find_columns, read_plain
from siteprior.core.io.shape_collections import LINES, opened_collections
from siteprior.core.io.vector_files import lacking, read_vector
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.named_paths import Names, Paths, named_paths, read_each
from siteprior.core.parameters import load_parameters
from siteprior.core.renamed import renamed_argument
from siteprior.core.schema import CORRIDOR_STOPS, CORRIDORS, CRS, STOPS, check, conform
from siteprior.sources.columns import cells, named_columns, numbered, text_column
from siteprior.sources.transit.corridor_rows import by_corridor, usable_stops
from siteprior.sources.transit.line_files import name_column_of
from siteprior.sources.transit.openings import TAKEN_AS_OPEN, fitting_modes
from siteprior.sources.transit.statements import stated, statement_issues

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
    "stated_as": ("state",),
    "state_date": ("state date",),
    "statement_date": ("statement date",),
    "state_confidence": ("state confidence",),
}


@renamed_argument(path="paths", file="files")
def read_corridor_stops(paths: Paths, *, files: Names | None = None) -> Reading[gpd.GeoDataFrame]:
    r"""Read the ordered stops of corridors, in metres on EPSG:27700, with their chainage in metres.

    Parameters
    ----------
    paths
        One table or several, CSV or Excel, with ``corridor``, ``order``, ``stop_name`` and
        ``easting``/``northing`` (or ``lon``/``lat``), and where known ``kind``, ``atco``, ``position``, ``state``,
        ``state_date``, ``statement_date``, ``state_confidence``.
    files
        The name of each file to put in issues and provenance; its path when ``None``.

    Returns
    -------
    Reading
        :data:`siteprior.core.schema.CORRIDOR_STOPS`, corridors in file order, stops by ``order``. ``state`` is what the
        row says; in a table without a column of states, a stop without a code is taken as open, with an issue.
        :func:`siteprior.sources.transit.openings.apply_openings_to_corridor` determines it for a day. Rows
        without a whole order or a place, and second rows of one order, are left out with an issue.

    Raises
    ------
    InputError
        When the file cannot be read, lacks a column, holds rows but no usable one, or gives all stops of a corridor one
        order. A file of a header alone lists no corridor yet, and is read as such.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "corridors.csv"
    >>> _ = file.write_text("corridor,kind,order,stop_name,easting,northing\n"
    ...                     "Line,metro,2,B,403000,290400\nLine,metro,1,A,400000,286400\n")
    >>> read_corridor_stops(file).table["chainage_m"].to_dict()
    {'Line#1': 0.0, 'Line#2': 5000.0}
    """
    log = IssueLog()

    def read_file(path: Path, label: str) -> tuple[pd.DataFrame, Input]:
        log.file = label
        table = _read_stops(path, label, log)
        return table.assign(file=label), record(path, role="corridors", file=label, rows=len(table))

    tables, provenance = zip(*read_each(named_paths(paths, files, what="corridor stops"), read_file), strict=True)
    table = pd.concat(tables)
    second = table.duplicated(["corridor", "order"])
    for row, label, corridor, order in cells(table[second], "file", "corridor", "order"):
        log.add("reference values are not unique", file=label, row=row, field="order", value=order,
                action=f"left out: {corridor} has this order already")  # fmt: skip
    table = by_corridor(table[~second])
    table["state"] = stated(table["stated_as"].mask(table["taken_as_open"], "open"))
    table["state_basis"] = pd.Series("own row, as read", index=table.index).mask(table["taken_as_open"], TAKEN_AS_OPEN)
    table["chainage_m"] = straight_chainage(table)
    table = table.mask(table == "")
    table.index = pd.Index(table["corridor"] + "#" + table["order"].astype("str"), name=CORRIDOR_STOPS.index)
    table = table[[*CORRIDOR_STOPS.names, "geometry"]]
    stops = conform(gpd.GeoDataFrame(table, geometry="geometry", crs=CRS), CORRIDOR_STOPS)
    return Reading(stops, log.table(), provenance)


def _read_stops(path: Path, label: str, log: IssueLog) -> pd.DataFrame:
    """Read the usable stops of one file with their points, in order, on its row numbers; log the others."""
    raw = read_plain(
        path, fits=lambda names: "corridor" in find_columns(names, COLUMNS), wants="a column 'corridor'", log=log
    )
    table, there = named_columns(raw, COLUMNS)
    table["atco_code"] = normal_codes(table["atco_code"])
    lacks = [name for name in ("order", "stop_name") if name not in there]
    if not ({"easting", "northing"} <= there or {"longitude", "latitude"} <= there):
        lacks.append("easting and northing (or lon and lat)")
    if lacks:
        raise InputError(
            f"{label}: is no table of corridor stops: it lacks {', '.join(lacks)}; it has {', '.join(raw.columns)}"
        )
    if "stated_as" in there:
        statement_issues(table, log)
    table = usable_stops(table, log)
    # Whoever lists the stops of a line and has no word for their state lists those there are; NaPTAN has to agree.
    table["taken_as_open"] = (table["atco_code"] == "") & ("stated_as" not in there)
    if taken := int(table["taken_as_open"].sum()):
        log.add("default-value", field="state", value=f"{taken} of {len(table)} stops",
                action="neither atco nor state is given: taken as open where an open stop of NaPTAN that serves the "
                "corridor stands beside it; add the column atco or state")  # fmt: skip
    if table.empty and len(raw):
        raise InputError(f"{label}: holds no stop with a corridor, a whole order and a place; see its columns")
    return table


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
    step = pd.Series(np.hypot(moved["x"].to_numpy(), moved["y"].to_numpy()), index=steps.index)
    return step.groupby(steps["corridor"], sort=False).cumsum()


def corridor_lines(corridor_stops: gpd.GeoDataFrame, *, lines: gpd.GeoDataFrame | None = None) -> gpd.GeoDataFrame:
    """Draw each corridor as the straight lines through its ordered stops, with its length in metres.

    Parameters
    ----------
    corridor_stops
        :data:`siteprior.core.schema.CORRIDOR_STOPS`.
    lines
        :data:`siteprior.core.schema.CORRIDORS` with surveyed lines, which are taken instead where they hold the
        corridor; one along which no stop was found stands at the end, with 0 stops.

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

    Examples
    --------
    >>> import siteprior as sp
    >>> known = {"corridor": "Line 1", "kind": "metro", "order": [1, 2], "state": "open"}
    >>> known["stop_name"] = ["Alder", "Birch"]
    >>> calls = gpd.GeoDataFrame(known, index=pd.Index(["1#1", "1#2"], name="corridor_stop_id"), crs=27700,
    ...                          geometry=gpd.points_from_xy([400000, 401000], [290000] * 2))
    >>> calls = sp.schema.conform(calls, sp.schema.CORRIDOR_STOPS)
    >>> lines = sp.transit.corridor_lines(calls)
    >>> lines[["kind", "stops", "length_m"]].values.tolist()
    [['metro', 2, 1000.0]]
    """
    check(corridor_stops, CORRIDOR_STOPS, name="corridor_stops")
    if lines is not None:
        check(lines, CORRIDORS, name="lines", needs=())
    rows = {}
    for corridor, stops in corridor_stops.groupby("corridor", sort=False):
        surveyed = lines is not None and corridor in lines.index
        line = lines.geometry[corridor] if lines is not None and surveyed else _line(stops)
        rows[corridor] = {
            "kind": stops["kind"].iloc[0],
            "stops": len(stops),
            "open_stops": int((stops["state"] == "open").sum()),
            "length_m": None if line is None else line.length,
            "geometry": line,
        }
    for corridor in [] if lines is None else [name for name in lines.index if name not in rows]:
        assert lines is not None
        rows[corridor] = {
            "kind": lines["kind"][corridor],
            "stops": 0,
            "open_stops": 0,
            "length_m": lines.geometry[corridor].length,
            "geometry": lines.geometry[corridor],
        }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[*CORRIDORS.names, "geometry"])
    drawn: gpd.GeoDataFrame = conform(
        gpd.GeoDataFrame(table.rename_axis("corridor"), geometry="geometry", crs=CRS), CORRIDORS
    )
    return drawn


def _line(stops: pd.DataFrame) -> LineString | None:
    """Return the line through stops in order, or None where they do not make one."""
    points = stops.sort_values("order")["geometry"]
    line = LineString(shapely.get_coordinates(points.to_numpy())) if len(points) > 1 else None
    return line if line is not None and line.length > 0 else None


@renamed_argument(path="paths", file="files")
def read_corridor_lines(
    paths: Paths,
    *,
    name_column: str | None = None,
    kind: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    files: Names | None = None,
) -> Reading[gpd.GeoDataFrame]:
    """Read corridor lines from any vector file, one per name, with their length in metres.

    Parameters
    ----------
    paths
        One vector file or several of any kind GDAL reads; ``.gz`` and zip members too. Another coordinate system is
        converted.
    name_column
        The column that names the corridor; lines of one name are merged end to end. When ``None``, the one that is
        plainly called so (:data:`siteprior.sources.transit.line_files.LINE_NAMES`).
    kind
        The kind of all of them, such as ``"metro"``.
    layer
        The layer, where the file holds several.
    crs
        The coordinate system; it goes before the one a file declares.
    files
        The name of each file to put in issues and provenance; its path when ``None``.

    Returns
    -------
    Reading
        :data:`siteprior.core.schema.CORRIDORS`, ordered by name; ``stops`` stays missing until stops are looked for
        along them
        (:func:`stops_along`).

    Raises
    ------
    InputError
        When the file cannot be read, has no such column, none or several that plainly name lines, or no named line.

    Examples
    --------
    >>> import siteprior as sp
    >>> line = shapely.LineString([(400000, 290000), (401000, 290000)])
    >>> drawn = gpd.GeoDataFrame({"name": ["Line 1"]}, geometry=[line], crs=27700)
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/line.geojson"
    >>> drawn.to_file(path)
    >>> read = sp.transit.read_corridor_lines(path, name_column="name", kind="metro").table
    >>> read["length_m"].to_dict()
    {'Line 1': 1000.0}
    """
    log = IssueLog()

    def read_file(path: Path, label: str) -> tuple[gpd.GeoSeries, Input]:
        log.file = label
        raw = read_vector(path, layer=layer, crs=crs, log=log)
        shapes = opened_collections(raw.geometry.to_numpy(), raw.index.tolist(), log, wanted=(LINES,))
        raw = raw.set_geometry(shapes, crs=CRS)
        column = name_column_of(raw, label) if name_column is None else name_column
        if faults := lacking(label, raw.columns, {"name_column": column}):
            raise InputError(*faults)
        names = text_column(raw[column])
        lines = raw.geometry.geom_type.isin(["LineString", "MultiLineString"]) & ~raw.geometry.is_empty
        for row, found in numbered(raw.geometry.geom_type[~lines]):
            log.add("Unexpected geom type", row=row, field="geometry", value=found,
                    action="left out: a corridor is a line")  # fmt: skip
        for row in raw.index[lines & (names == "")].tolist():
            log.add("missing value", row=row, field=column, action="left out: the line has no name")
        used = raw.geometry[lines & (names != "")]
        if used.empty and lines.any():
            raise InputError(
                f"{label}: all {int(lines.sum())} lines are blank in column '{column}', which is to name them; say "
                "with name which column does, or fill it"
            )
        if used.empty:
            raise InputError(f"{label}: holds no line; give a layer of lines")
        named_lines: gpd.GeoSeries = gpd.GeoSeries(used.set_axis(names[used.index]))
        return named_lines, record(path, role="corridors", file=label, rows=len(raw))

    read, provenance = zip(*read_each(named_paths(paths, files, what="corridor lines"), read_file), strict=True)
    named = pd.concat(read)
    rows = {}
    for name, pieces in named.groupby(named.index, sort=True):
        parts = shapely.get_parts(shapely.force_2d(pieces.to_numpy()))
        line: BaseGeometry = shapely.line_merge(MultiLineString(list(parts)))
        residual = shapely.get_num_geometries(line)
        if len(pieces) > 1 or residual > 1:
            gaps = f"; {residual} separate pieces remain, chainage runs through them in turn" if residual > 1 else ""
            log.add(
                "combined-value", field=name_column or "name", value=name, action=f"{len(pieces)} features merged{gaps}"
            )
        rows[name] = {"kind": kind, "length_m": line.length, "geometry": line}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("corridor")
    corridors = conform(gpd.GeoDataFrame(table, geometry="geometry", crs=CRS), CORRIDORS)
    return Reading(corridors, log.table(), provenance)


def stops_along(lines: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, *, snap_m: float | None = None) -> gpd.GeoDataFrame:
    """Find the stops along corridor lines, ordered by chainage in metres.

    Parameters
    ----------
    lines
        :data:`siteprior.core.schema.CORRIDORS`.
    stops
        :data:`siteprior.core.schema.STOPS`; those of a mode that serves the corridor's kind are taken, closed ones not.
    snap_m
        Metres a stop may lie from the line; parameter ``access.line_snap_m`` when ``None``.

    Returns
    -------
    GeoDataFrame
        :data:`siteprior.core.schema.CORRIDOR_STOPS`; possibly no row for a line with no stop near it.

    Raises
    ------
    InputError
        When ``lines`` or ``stops`` is not such a table.

    Examples
    --------
    >>> import siteprior as sp
    >>> stops = gpd.GeoDataFrame({"stop_name": ["Alder"], "mode": ["metro"], "state": ["open"]}, crs=27700,
    ...                          index=pd.Index(["9400ZZ1"], name="atco_code"),
    ...                          geometry=gpd.points_from_xy([400000], [290000]))
    >>> stops = sp.schema.conform(stops, sp.schema.STOPS)
    >>> known = {"corridor": "Line 1", "kind": "metro", "order": [1, 2], "state": "open"}
    >>> known["stop_name"] = ["Alder", "Birch"]
    >>> calls = gpd.GeoDataFrame(known, index=pd.Index(["1#1", "1#2"], name="corridor_stop_id"), crs=27700,
    ...                          geometry=gpd.points_from_xy([400000, 401000], [290000] * 2))
    >>> calls = sp.schema.conform(calls, sp.schema.CORRIDOR_STOPS)
    >>> lines = sp.transit.corridor_lines(calls)
    >>> sp.transit.stops_along(lines, stops)[["corridor", "stop_name", "chainage_m"]].values.tolist()
    [['Line 1', 'Alder', 0.0]]
    """
    check(lines, CORRIDORS, name="lines", needs=["kind"])
    check(stops, STOPS, name="stops")
    reach_m = load_parameters("access").number("line_snap_m") if snap_m is None else snap_m
    usable = stops[(stops["state"] != "closed") & stops.geometry.notna()].sort_index()
    shapes, points = lines.geometry.to_numpy(), usable.geometry.to_numpy()
    line, stop = shapely.STRtree(points).query(shapes, predicate="dwithin", distance=reach_m)
    of_kind, kinds = pd.factorize(lines["kind"], use_na_sentinel=False)
    fits = np.array([usable["mode"].isin(fitting_modes(kind)) for kind in kinds], dtype=bool).reshape(-1, len(usable))
    serves = fits[of_kind[line], stop]
    line, stop = line[serves], stop[serves]
    chainage = np.asarray(shapely.line_locate_point(shapes[line], points[stop]))
    by_line = np.lexsort((stop, chainage, line))
    line, stop = line[by_line], stop[by_line]
    table = pd.DataFrame(usable.iloc[stop]).assign(
        corridor=lines.index[line],
        kind=lines["kind"].to_numpy(dtype=object)[line],
        atco_code=usable.index[stop],
        position="naptan",
        chainage_m=chainage[by_line],
    )
    table["order"] = table.groupby("corridor", sort=False).cumcount() + 1
    table.index = pd.Index(table["corridor"] + "#" + table["order"].astype("str"), name=CORRIDOR_STOPS.index)
    table = table.reindex(columns=[*CORRIDOR_STOPS.names, "geometry"])
    found: gpd.GeoDataFrame = conform(gpd.GeoDataFrame(table, geometry="geometry", crs=CRS), CORRIDOR_STOPS)
    return found
