"""A corridor drawn from a timetable: the stops of a route in order, and the line its vehicles follow."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.ops
from shapely.geometry import LineString

from siteprior.core.errors import InputError, unknown
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.named_paths import Names, Paths, one_path
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CORRIDOR_STOPS, CORRIDORS, CRS, conform
from siteprior.core.short_repr import short_repr
from siteprior.sources.timetables.feed import Feed, copy_table, open_feed
from siteprior.sources.timetables.places import check_naptan, metres, place_stops
from siteprior.sources.timetables.tables import check_tables, column, feed_database, load_text, log_refused, rows_of
from siteprior.sources.timetables.text import counted
from siteprior.walking.network import Floats, Shapes

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DRAWN = ("agency", "stops", "routes", "trips", "shapes", "stop_times")
"""The tables a corridor is drawn from."""


@short_repr
class Corridor(NamedTuple):
    """A corridor from a timetable.

    Attributes
    ----------
    stops
        :data:`siteprior.core.schema.CORRIDOR_STOPS`.
    lines
        :data:`siteprior.core.schema.CORRIDORS`, one row.
    """

    stops: gpd.GeoDataFrame
    lines: gpd.GeoDataFrame


def corridor_from_timetable(
    path: Paths,
    *,
    routes: Iterable[str],
    kind: str | None = None,
    name: str | None = None,
    naptan: gpd.GeoDataFrame | None = None,
    file: Names | None = None,
) -> Reading[Corridor]:
    """Draw a corridor from a GTFS feed: stops in order with their chainage in metres, and its line on EPSG:27700.

    The order of stops is that of the calling pattern of the routes that makes the most calls (its trips times its
    stops), so that neither a short working nor a rare detour decides. The line is the shape most of its trips follow,
    cut at its first and last stop; without shapes, straight lines through the stops.

    Parameters
    ----------
    path
        A GTFS zip, or a folder of ``.txt`` or ``.txt.gz``. A calendar is not needed.
    routes
        Short names or ids of the routes; several are one corridor.
    kind
        The kind of corridor, such as ``"metro"``.
    name
        The corridor's name; the routes' names joined when ``None``.
    naptan
        :data:`siteprior.core.schema.STOPS`, to give the stops NaPTAN's codes and places.
    file
        The name to put in issues and provenance.

    Returns
    -------
    Reading
        :class:`Corridor`: stops with position ``timetable`` and state ``open``, and the line.

    Raises
    ------
    InputError
        When the feed cannot be read, has no such route, or the route has no trip with two stops in Great Britain.

    Notes
    -----
    Source: General Transit Feed Specification, schedule reference (trips, stop_times, shapes).

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> data = shipped("data")
    >>> drawn = sp.timetables.corridor_from_timetable(data / "transit/timetable.zip", routes=["1"], kind="bus").table
    >>> drawn.stops["order"].head(3).tolist(), len(drawn.lines)
    ([1, 2, 3], 1)
    """
    feed_path, label = one_path(path, file, what="timetable of a corridor", instead="draw a corridor from each")
    check_naptan(naptan)
    wanted_routes = [] if isinstance(routes, str) else list(routes)
    if not wanted_routes:
        raise InputError("routes: needs a list of short names or route ids, such as ['8']")
    log = IssueLog()
    with tempfile.TemporaryDirectory(prefix="siteprior-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary).resolve()
        feed = open_feed(feed_path, label=label, names=DRAWN, folder=folder)
        if faults := check_tables(feed, calendar=False):
            raise InputError(*faults)
        with feed_database(folder) as connection:
            for wanted in ("agency", "stops", "routes", "trips"):
                load_text(connection, feed, wanted, log)
            named = _choose_routes(connection, wanted_routes, label, log)
            pattern, shape_id = _main_pattern(connection, feed, wanted_routes, log)
            stops = _pattern_stops(connection, pattern)
            shape = _shape(connection, feed, shape_id, log)
    corridor = " / ".join(named) if name is None else name
    table = _drawn(stops, shape, naptan, corridor=corridor, kind=kind, label=label, log=log)
    return Reading(table, log.table(), feed.provenance)


def _choose_routes(connection: DuckDBPyConnection, routes: list[str], label: str, log: IssueLog) -> list[str]:
    """Make ``chosen`` of the routes named; return their names, each once. Say where several agencies run them."""
    connection.register("wanted", pd.DataFrame({"wanted": list(routes)}, dtype=object))
    connection.execute(
        "CREATE TABLE chosen AS SELECT route_id, agency_id, "
        "coalesce(route_short_name, route_long_name, route_id) AS name "
        "FROM routes_text WHERE route_id IN (SELECT wanted FROM wanted) "
        "OR route_short_name IN (SELECT wanted FROM wanted)"
    )
    connection.unregister("wanted")
    known = connection.execute(
        "SELECT DISTINCT coalesce(route_short_name, route_id), route_id FROM routes_text"
    ).fetchall()
    names = {name for pair in known for name in pair if name is not None}
    faults = [
        unknown("route", given, {n for n, _ in known if n}, where=label) for given in routes if given not in names
    ]
    if faults:
        raise InputError(*faults)
    agencies = connection.execute(
        "SELECT DISTINCT coalesce(agency_name, agency_id) AS agency "
        "FROM chosen LEFT JOIN agency_text USING (agency_id) WHERE agency IS NOT NULL ORDER BY agency"
    ).fetchall()
    if len(agencies) > 1:
        log.add("combined-value", file=f"{label}/routes.txt", field="agency_id",
                value=counted(len(agencies), "agencies", [row[0] for row in agencies]),
                action="taken together, as named; name route ids to keep them apart")  # fmt: skip
    return [row[0] for row in connection.execute("SELECT DISTINCT name FROM chosen ORDER BY name").fetchall()]


def _main_pattern(
    connection: DuckDBPyConnection, feed: Feed, routes: list[str], log: IssueLog
) -> tuple[list[str], str | None]:
    """Return the stop ids, in order, of the pattern that makes the most calls, and the shape most of its trips have."""
    parts = copy_table(feed, "stop_times", log)
    place = f"TRY_CAST({column(feed, 'stop_times', 'stop_sequence')} AS UINTEGER)"
    connection.execute(
        f"""
        CREATE TABLE patterns AS
        SELECT trip_id, any_value(shape_id) AS shape_id, list(stop_id ORDER BY place, stop_id) AS pattern
        FROM (SELECT {column(feed, "stop_times", "trip_id")} AS trip_id,
                     {column(feed, "stop_times", "stop_id")} AS stop_id, {place} AS place
              FROM {rows_of(feed, "stop_times", parts)})
        JOIN (SELECT DISTINCT trip_id, shape_id FROM trips_text SEMI JOIN chosen USING (route_id)) USING (trip_id)
        WHERE place IS NOT NULL AND stop_id IN (SELECT stop_id FROM stops_text)
        GROUP BY trip_id
        """
    )
    log_refused(connection, feed, "stop_times", log)
    best = connection.execute(
        "SELECT pattern, count(*) FROM patterns WHERE len(pattern) > 1 GROUP BY pattern "
        "ORDER BY count(*) * len(pattern) DESC, len(pattern) DESC, pattern LIMIT 1"
    ).fetchall()
    if not best:
        raise InputError(f"{feed.label}: the routes {', '.join(routes)} have no trip with two stops in stops.txt")
    pattern, trips = best[0]
    number, of = connection.execute("SELECT count(DISTINCT pattern), count(*) FROM patterns").fetchall()[0]
    if number > 1:
        log.add("combined-value", file=f"{feed.label}/stop_times.txt", field="stop_sequence",
                value=f"{number} calling patterns of {of} trips",
                action=f"the corridor is the one of most calls: {trips} trips of {len(pattern)} stops")  # fmt: skip
    shapes = connection.execute(
        "SELECT shape_id FROM patterns WHERE pattern = ? AND shape_id IS NOT NULL GROUP BY shape_id "
        "ORDER BY count(*) DESC, shape_id LIMIT 1",
        [pattern],
    ).fetchall()
    return pattern, shapes[0][0] if shapes else None


def _pattern_stops(connection: DuckDBPyConnection, pattern: list[str]) -> pd.DataFrame:
    """Return the stops of a pattern in order, as :func:`siteprior.sources.timetables.places.place_stops` needs them."""
    connection.register("pattern", pd.DataFrame({"stop_id": pattern, "number": range(1, len(pattern) + 1)}))
    stops = connection.execute(
        """
        WITH stops AS (
            SELECT stop_id, stop_name AS name, TRY_CAST(stop_lat AS DOUBLE) AS lat, TRY_CAST(stop_lon AS DOUBLE) AS lon,
                   parent_station AS parent, wheelchair_boarding AS boarding
            FROM stops_text QUALIFY row_number() OVER (PARTITION BY stop_id ORDER BY line) = 1)
        SELECT s.*, p.lat AS parent_lat, p.lon AS parent_lon
        FROM pattern JOIN stops AS s ON s.stop_id = pattern.stop_id LEFT JOIN stops AS p ON p.stop_id = s.parent
        ORDER BY number
        """
    ).df()
    connection.unregister("pattern")
    return pd.DataFrame(stops)


def _shape(connection: DuckDBPyConnection, feed: Feed, shape_id: str | None, log: IssueLog) -> LineString | None:
    """Return a shape as a line in metres, or ``None`` where the feed has none or it has no two points."""
    if shape_id is None or "shapes" not in feed.columns:
        return None
    fields = {name: column(feed, "shapes", f"shape_pt_{name}") for name in ("lat", "lon", "sequence")}
    points = connection.execute(
        f"SELECT TRY_CAST({fields['lon']} AS DOUBLE) AS lon, TRY_CAST({fields['lat']} AS DOUBLE) AS lat "
        f"FROM {rows_of(feed, 'shapes', copy_table(feed, 'shapes', log))} "
        f"WHERE {column(feed, 'shapes', 'shape_id')} = ? ORDER BY TRY_CAST({fields['sequence']} AS BIGINT), lon, lat",
        [shape_id],
    ).df()
    log_refused(connection, feed, "shapes", log)
    placed = metres(points["lon"], points["lat"]).dropna()
    corners = placed[(placed.diff() != 0).any(axis=1)].to_numpy()  # a point stated twice in a row is one
    return LineString(corners) if len(corners) > 1 else None


def _drawn(
    stops: pd.DataFrame,
    shape: LineString | None,
    naptan: gpd.GeoDataFrame | None,
    *,
    corridor: str,
    kind: str | None,
    label: str,
    log: IssueLog,
) -> Corridor:
    """Make the two tables of a corridor from its stops in order and its shape."""
    served = place_stops(stops.drop_duplicates("stop_id"), naptan, label=label, log=log).reset_index()
    served = served.set_index("stop_id").reindex(stops["stop_id"]).reset_index()
    lost = served.geometry.isna()
    served = served[~lost].reset_index(drop=True)
    points = served.geometry.to_numpy()
    if len(served) < 2 or LineString(shapely.get_coordinates(points)).length == 0:
        raise InputError(f"{label}: the corridor {corridor} has no two stops with places in Great Britain")
    if shape is None:
        log.add("default-value", file=f"{label}/shapes.txt", field="shape_id", value=corridor,
                action="drawn as straight lines from stop to stop: its trips have no shape")  # fmt: skip
        line = LineString(shapely.get_coordinates(points))
        steps = np.diff(shapely.get_coordinates(points), axis=0)
        chainage = np.concatenate([[0.0], np.hypot(*steps.T).cumsum()])
    else:
        line, chainage = _along(shape, points)
        away = shapely.distance(line, points)
        snap = load_parameters("access").number("line_snap_m")
        far = served["stop_id"][away > snap].tolist()
        if far:
            log.add("Unexpected geom type", file=f"{label}/shapes.txt", field="shape_id",
                    value=counted(len(far), "stops", far),
                    action=f"kept, though their corridor's shape passes more than {snap} m from them")  # fmt: skip
    table = served.assign(
        corridor=corridor, kind=kind, order=range(1, len(served) + 1), position="timetable", state="open",
        state_basis=f"called at in {label}", chainage_m=chainage,
    )  # fmt: skip
    table.index = pd.Index(table["corridor"] + "#" + table["order"].astype("str"), name=CORRIDOR_STOPS.index)
    table = table.reindex(columns=[*CORRIDOR_STOPS.names, "geometry"])
    row = {"kind": kind, "stops": len(table), "open_stops": len(table), "length_m": line.length, "geometry": line}
    lines = gpd.GeoDataFrame([row], index=pd.Index([corridor], name=CORRIDORS.index), geometry="geometry", crs=CRS)
    return Corridor(
        conform(gpd.GeoDataFrame(table, geometry="geometry", crs=CRS), CORRIDOR_STOPS), conform(lines, CORRIDORS)
    )


def _along(shape: LineString, points: Shapes) -> tuple[LineString, Floats]:
    """Return the shape from its first stop to its last, and the chainage of each stop on it, never falling.

    Where a line meets itself a stop has several nearest places; of all ways to place the stops in order the one with
    the least squared distances in all is taken.
    """
    corners = shapely.get_coordinates(shape)
    pieces: Shapes = np.asarray(shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1)))
    starts = np.concatenate([[0.0], shapely.length(pieces).cumsum()[:-1]])
    cost = shapely.distance(points[:, None], pieces[None, :]) ** 2
    best = cost.copy()
    came = np.zeros(cost.shape, dtype=np.int64)
    for stop in range(1, len(points)):
        least = np.minimum.accumulate(best[stop - 1])
        first = best[stop - 1] == least
        came[stop] = np.maximum.accumulate(np.where(first, np.arange(len(pieces)), 0))
        best[stop] = cost[stop] + least
    at = np.empty(len(points), dtype=np.int64)
    at[-1] = int(best[-1].argmin())
    for stop in range(len(points) - 1, 0, -1):
        at[stop - 1] = came[stop, at[stop]]
    chainage = np.maximum.accumulate(starts[at] + shapely.line_locate_point(pieces[at], points))
    if chainage[-1] <= chainage[0]:
        coordinates = shapely.get_coordinates(points)
        steps = np.concatenate([[0.0], np.hypot(*np.diff(coordinates, axis=0).T).cumsum()])
        return LineString(coordinates), steps
    part = shapely.ops.substring(shape, chainage[0], chainage[-1])
    assert isinstance(part, LineString)  # of two places apart, as here, the part between is a line
    return part, chainage - chainage[0]
