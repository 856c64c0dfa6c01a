"""The counts of all feeds in one set of tables: stops, services per window, departures per hour."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.files import Input
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS, DEPARTURES, SERVICE_STOPS, SERVICES, conform
from siteprior.core.short_repr import short_repr
from siteprior.sources.timetables.days import Days
from siteprior.sources.timetables.text import counted

SUNDAY = "sunday"
"""The window that is counted on the Sunday; all others are of the weekday."""


@short_repr
class Timetables(NamedTuple):
    """Departures of one weekday and one Sunday.

    Attributes
    ----------
    stops
        :data:`siteprior.core.schema.SERVICE_STOPS`: the stops called at on those days.
    services
        :data:`siteprior.core.schema.SERVICES`: departures per stop, route, direction and window.
    departures
        :data:`siteprior.core.schema.DEPARTURES`: departures per stop, route, direction and hour, of both days.
    service_date
        The weekday.
    sunday_date
        The Sunday; ``None`` where the timetables hold none.
    listed
        The codes of all stops that the timetables list, called at on those days or not: stop ids in capitals without
        blanks, and the ATCO codes of those called at.
    """

    stops: gpd.GeoDataFrame
    services: pd.DataFrame
    departures: pd.DataFrame
    service_date: date
    sunday_date: date | None
    listed: pd.Index = pd.Index([], dtype="str")


class Counted(NamedTuple):
    """What one feed gave: its stops, ``codes`` and ``ways`` by number, and counts that name both by number."""

    stops: gpd.GeoDataFrame
    codes: pd.Series
    ways: pd.DataFrame
    windows: pd.DataFrame
    hours: pd.DataFrame
    provenance: tuple[Input, ...]
    listed: pd.Index = pd.Index([], dtype="str")


def windows_of_day() -> dict[str, tuple[int, int, bool]]:
    """Return the windows of the parameters: from which second, before which second, and whether of the Sunday."""
    windows = {}
    hours = load_parameters("timetables").table("windows")
    for name in hours:
        start, end = ((int(text[:2]) * 60 + int(text[3:])) * 60 for text in hours.texts(name))
        windows[name] = (start, end, name == SUNDAY)
    return windows


def log_lines_twice(parts: list[Counted], log: IssueLog) -> None:
    """Log the lines that two feeds hold: one agency, short name and mode, calling at one stop."""
    if len(parts) < 2:
        return
    line = ["agency", "short_name", "mode"]
    calls = [_lines_at_stops(part)[["feed", *line, "stop_id"]] for part in parts]
    for number, later in enumerate(calls):
        for earlier in calls[:number]:
            both = later.merge(earlier, on=[*line, "stop_id"]).drop_duplicates(line)
            if len(both):
                named = sorted((both["short_name"] + " of " + both["agency"]).str.strip())
                log.add("reference values are not unique", file=both["feed_x"].iloc[0], field="route_id",
                        value=counted(len(both), "lines", named),
                        action=f"counted twice: {both['feed_y'].iloc[0]} holds them too; "
                        "give only one of the feeds")  # fmt: skip


def _lines_at_stops(part: Counted) -> pd.DataFrame:
    """Return which named line calls where: the columns of ``ways``, and ``stop_id``."""
    pairs = part.hours[["stop", "way"]].drop_duplicates()
    stop_id = part.stops["stop_id"].reindex(part.codes.reindex(pairs["stop"]))
    lines = part.ways.reindex(pairs["way"]).assign(stop_id=stop_id.to_numpy())
    return lines[lines["short_name"].notna()]


def combine_feeds(parts: list[Counted], days: Days) -> Timetables:
    """Put the feeds' tables below one another; of a stop in several feeds the first feed's row is kept."""
    stops = pd.concat([part.stops for part in parts])
    stops = conform(gpd.GeoDataFrame(stops[~stops.index.duplicated()].sort_index(), crs=CRS), SERVICE_STOPS)
    codes = pd.Series(stops.index)
    ways = pd.concat([part.ways for part in parts]).reset_index()
    ways["direction"] = ways["direction"].astype("str")  # of an object column where no feed numbers directions
    order = ways.sort_values(["route", "direction"], na_position="first").index
    ways, place = ways.loc[order].reset_index(drop=True), pd.Series(range(len(ways)), index=order).sort_index()
    windows: list[pd.DataFrame] = []
    hours: list[pd.DataFrame] = []
    before = 0
    for part in parts:
        places = stops.index.get_indexer(pd.Index(part.codes)).tolist()
        stop = pd.Series(places, index=part.codes.index, dtype="int64")
        way = place.iloc[before : before + len(part.ways)].set_axis(part.ways.index, axis=0)
        before += len(part.ways)
        for counts, into in ((part.windows, windows), (part.hours, hours)):
            into.append(counts.assign(stop=stop.reindex(counts["stop"]).array, way=way.reindex(counts["way"]).array))
    per_hour = ways[["feed", "route", "mode", "direction"]]
    return Timetables(
        stops,
        _services(
            _named(pd.concat(windows), ["stop", "way", "window"], codes, per_hour.join(ways["route_name"])), days
        ),
        _departures(_named(pd.concat(hours), ["stop", "way", "sunday", "hour"], codes, per_hour), days),
        days.weekday,
        days.sunday,
        pd.Index(sorted({str(code) for part in parts for code in part.listed}), dtype="str"),
    )


def _named(counts: pd.DataFrame, keys: list[str], codes: pd.Series, ways: pd.DataFrame) -> pd.DataFrame:
    """Order counts by their keys, whole numbers that stand once, and put codes and names in the place of numbers."""
    numbers = [counts[key].to_numpy(dtype=np.int64) for key in keys]
    sizes = [int(number.max(initial=0)) + 1 for number in numbers]
    counts = counts.iloc[np.argsort(np.ravel_multi_index(numbers, sizes))].reset_index(drop=True)
    named = {name: ways[name].take(counts["way"].to_numpy()).reset_index(drop=True) for name in ways.columns}
    stop_code = codes.take(counts["stop"].to_numpy()).reset_index(drop=True)
    return counts.drop(columns=["stop", "way"]).assign(stop_code=stop_code, **named)


def _services(counts: pd.DataFrame, days: Days) -> pd.DataFrame:
    """Make the table of services of the counts per window."""
    windows = windows_of_day()
    hours_long = np.array([(end - start) / 3600 for start, end, _ in windows.values()])
    table = counts.assign(
        window=pd.Series(list(windows), dtype="str").take(counts["window"].to_numpy()).array,
        per_hour=counts["departures"] / hours_long[counts["window"]],
    )
    table["service_date"] = _dates(table["window"] == SUNDAY, days)
    direction = table["direction"].fillna("")
    index = table["stop_code"] + "|" + table["route"] + "|" + direction + "|" + table["window"]
    services: pd.DataFrame = conform(table[SERVICES.names].set_index(pd.Index(index, name=SERVICES.index)), SERVICES)
    return services


def _departures(counts: pd.DataFrame, days: Days) -> pd.DataFrame:
    """Make the table of departures of the counts per hour."""
    table = counts.assign(service_date=_dates(counts["sunday"], days))
    departures: pd.DataFrame = conform(table[DEPARTURES.names].rename_axis(DEPARTURES.index), DEPARTURES)
    return departures


def _dates(sunday: pd.Series, days: Days) -> pd.Series:
    """Return the day each row was counted on."""
    on_sunday = days.weekday if days.sunday is None else days.sunday
    weekday = pd.Series(pd.Timestamp(days.weekday), index=sunday.index, dtype="datetime64[s]")
    return weekday.mask(sunday.astype(bool), pd.Timestamp(on_sunday))
