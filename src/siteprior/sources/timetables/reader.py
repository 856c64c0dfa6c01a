"""Timetables (GTFS) read whole: departures per stop, route, direction and hour or window of a weekday and a Sunday."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from siteprior.core.code_join import normal_codes
from siteprior.core.errors import InputError
from siteprior.core.files import Input
from siteprior.core.io.duckdb_session import scalar
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.named_paths import NamedPath, Names, Paths, named_paths, read_each
from siteprior.sources.timetables.calls import read_calls
from siteprior.sources.timetables.combine_feeds import (
    Counted,
    Timetables,
    combine_feeds,
    log_lines_twice,
    windows_of_day,
)
from siteprior.sources.timetables.days import Calendar, Days, choose_days, read_calendar, trips_by_day
from siteprior.sources.timetables.departures import (
    collect_departures,
    count_by_hour,
    count_by_window,
    count_departures,
    name_ways,
    stops_served,
    ways_served,
)
from siteprior.sources.timetables.feed import Feed, copy_ahead, open_feed
from siteprior.sources.timetables.places import check_naptan, place_stops
from siteprior.sources.timetables.tables import COUNTED, check_tables, feed_database, load_text
from siteprior.sources.timetables.trips import number_lines, number_runs, number_stops, number_trips, trips_by_service
from siteprior.sources.timetables.twins import count_twins_once, open_seen

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def read_timetables(
    paths: Paths,
    *,
    files: Names | None = None,
    naptan: gpd.GeoDataFrame | None = None,
    service_date: date | None = None,
    as_of: date | None = None,
    memory_limit_mb: int | None = None,
) -> Reading[Timetables]:
    r"""Read GTFS feeds into departures per hour (1/h) of each stop, route and direction on one weekday and one Sunday.

    A departure is a call of a trip that is not its last and where passengers get on; times run past 24:00 and belong
    to the service day they follow. Blank times are interpolated, trips with headways are run as often as these say.
    One route are the routes of one agency, one short name and one mode; of mode rail each calling pattern is a route.
    Route ids are always ``<feed label>:<route_id>``, so that feeds never mix.

    Parameters
    ----------
    paths
        One feed or several: GTFS zips, or folders of ``.txt`` (``.txt.gz``).
    files
        The names to put in issues, ids and provenance; the paths when ``None``.
    naptan
        :data:`siteprior.core.schema.STOPS` of :func:`siteprior.sources.transit.naptan.read_stops`, or any GeoDataFrame
        of
        points on ``atco_code``; without it stops are placed by the feeds.
    service_date
        The weekday; the ordinary weekday with the most trips when ``None`` (no bank holiday, the earliest of equals).
        The Sunday is always chosen so.
    as_of
        The day the result is to describe; an issue row says where the timetables do not hold it.
    memory_limit_mb
        Megabytes the query engine may hold before it writes to a temporary folder; the parameter when ``None``.

    Returns
    -------
    Reading
        :class:`Timetables`.

    Raises
    ------
    InputError
        When a feed cannot be unpacked safely, lacks a table or a calendar, the feeds have no weekday in common, or
        ``service_date`` is not a weekday within them. Damaged rows are issues.

    Notes
    -----
    Source: General Transit Feed Specification, schedule reference; TfL, *Assessing transport connectivity in London*
    (2015), section 2.5, for the morning peak and the rail route.

    Examples
    --------
    >>> import tempfile, zipfile
    >>> feed = Path(tempfile.mkdtemp()) / "feed.zip"
    >>> tables = {
    ...     "stops": "stop_id,stop_name,stop_lat,stop_lon|A,A,52.5,-1.9|B,B,52.51,-1.9",
    ...     "routes": "route_id,route_short_name,route_type|R,1,3",
    ...     "trips": "route_id,service_id,trip_id|R,S,T|R,S,U",
    ...     "stop_times": "trip_id,departure_time,stop_id,stop_sequence|T,8:20:00,A,1|T,8:30:00,B,2|"
    ...                   "U,8:50:00,A,1|U,9:00:00,B,2",
    ...     "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date|"
    ...                 "S,1,1,1,1,1,0,0,20230605,20230609"}
    >>> with zipfile.ZipFile(feed, "w") as archive:
    ...     for name, text in tables.items():
    ...         archive.writestr(f"{name}.txt", text.replace("|", "\n"))
    >>> services = read_timetables(feed, files=["bus.zip"]).table.services
    >>> services[["stop_code", "route", "window", "per_hour"]].to_numpy().tolist()
    [['bus.zip:A', 'bus.zip:R', 'am peak', 2.0]]
    """
    listed = named_paths(paths, files, what="timetables")
    check_naptan(naptan)
    log = IssueLog()
    with tempfile.TemporaryDirectory(prefix="siteprior-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary).resolve()
        feeds = _open_feeds(listed, folder)
        pool = ThreadPoolExecutor(1)
        try:
            calls = [copy_ahead(feed, "stop_times", log, pool) for feed in feeds]
            with feed_database(folder, memory_limit_mb=memory_limit_mb) as connection:
                calendars = [_load(connection, feed, number, log) for number, feed in enumerate(feeds)]
                trips = {feed.label: trips for feed, (_, trips) in zip(feeds, calendars, strict=True)}
                open_seen(connection)
                days = choose_days(trips, log, service_date=service_date, as_of=as_of)
                parts = [
                    _count(connection, feed, number, calendar, given, days, naptan, log)
                    for number, (feed, (calendar, _), given) in enumerate(zip(feeds, calendars, calls, strict=True))
                ]
        finally:
            pool.shutdown(cancel_futures=True)
    log_lines_twice(parts, log)
    table = combine_feeds(parts, days)
    return Reading(table, log.table(), tuple(given for part in parts for given in part.provenance))


def _open_feeds(files: list[NamedPath], folder: Path) -> list[Feed]:
    """Open every feed in a folder of its own; the faults of all are raised together."""
    number = count()

    def open_whole(path: Path, label: str) -> Feed:
        into = folder / str(next(number))
        into.mkdir()
        feed = open_feed(path, label=label, names=COUNTED, folder=into)
        if faults := check_tables(feed):
            raise InputError(*faults)
        return feed

    return read_each(files, open_whole)


def _load(connection: DuckDBPyConnection, feed: Feed, number: int, log: IssueLog) -> tuple[Calendar, pd.Series]:
    """Load the small tables of a feed into a schema of its own; return its calendar and its trips by day."""
    connection.execute(f"CREATE SCHEMA feed{number}; SET schema = 'feed{number}'")
    for name in COUNTED:
        if name != "stop_times":
            load_text(connection, feed, name, log)
    calendar = read_calendar(connection, feed, log)
    return calendar, trips_by_day(calendar, trips_by_service(connection))


def _count(
    connection: DuckDBPyConnection,
    feed: Feed,
    number: int,
    calendar: Calendar,
    calls: Iterable[Path],
    days: Days,
    naptan: gpd.GeoDataFrame | None,
    log: IssueLog,
) -> Counted:
    """Count the departures of one feed, and free what it took."""
    connection.execute(f"SET schema = 'feed{number}'")
    number_stops(connection, feed, log)
    number_lines(connection, feed, log)
    number_trips(connection, feed, calendar, days, log)
    number_runs(connection, feed, log)
    read_calls(connection, feed, calls, log)
    name_ways(connection, feed)
    served = stops_served(connection)
    stops = place_stops(served, naptan, label=feed.label, log=log)
    by_id = pd.Series(stops.index, index=stops["stop_id"].to_numpy())
    codes = by_id.reindex(served["stop_id"]).set_axis(served["stop"], axis=0)
    # feeds call one stop differently: NaPTAN's code counts, else the place to the metre, else the feed's own id
    placed = stops.geometry.notna()
    metre = stops.geometry.x.round().astype("str") + "|" + stops.geometry.y.round().astype("str")
    same = stops["atco_code"].fillna(metre.where(placed)).fillna(stops["stop_id"])
    of_all = pd.Series(same.to_numpy(), index=by_id.index)
    every = pd.Series([row[0] for row in connection.execute("SELECT stop_id FROM stops").fetchall()], dtype="str")
    listed = pd.Index(pd.concat([normal_codes(every), stops["atco_code"], stops["station"]]).dropna().unique())
    count_twins_once(connection, feed, of_all.reindex(served["stop_id"]).set_axis(served["stop"], axis=0), log)
    collect_departures(connection)
    count_departures(connection, windows_of_day())
    windows, hours = count_by_window(connection, windows_of_day()), count_by_hour(connection)
    ways = ways_served(connection).set_index("way").assign(feed=feed.label)
    provenance = _described(connection, feed)
    connection.execute(f"SET schema = 'main'; DROP SCHEMA feed{number} CASCADE")
    return Counted(stops, codes, ways, windows, hours, provenance, listed)


def _described(connection: DuckDBPyConnection, feed: Feed) -> tuple[Input, ...]:
    """Return where a feed came from, with its publisher and version as it states them and the stop times counted."""
    stated = connection.execute(
        "SELECT coalesce(feed_publisher_name, ''), coalesce(feed_version, feed_start_date, '') FROM feed_info_text "
        "ORDER BY line LIMIT 1"
    ).fetchall()
    publisher, vintage = stated[0] if stated else ("", "")
    rows = scalar(connection, "SELECT count(*) FROM calls")
    described = (replace(given, publisher=publisher, vintage=vintage) for given in feed.provenance)
    return tuple(given if _is_small(given, feed) else replace(given, rows=rows) for given in described)


def _is_small(given: Input, feed: Feed) -> bool:
    """Return whether an input is one file of a folder, and not its stop_times."""
    return given.file != feed.label and not given.file.startswith(f"{feed.label}/stop_times.")
