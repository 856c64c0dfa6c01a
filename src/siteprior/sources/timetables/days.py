"""Which services run on which day, and which day the departures are counted on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.sources.timetables.feed import Feed
from siteprior.sources.timetables.tables import WEEKDAYS, day, log_rows
from siteprior.sources.timetables.text import counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ADDED, REMOVED = "1", "2"
"""exception_type in calendar_dates.txt (GTFS reference)."""

YEARS = (1990, 2100)
"""Dates outside are typing errors, or mean 'without end' and are cut to the last of these years."""


class Calendar(NamedTuple):
    """The days of a feed's services: weekly patterns, and single days added to or taken from them.

    Attributes
    ----------
    weekly
        ``service_id``, ``first``, ``last`` (days) and a flag per weekday.
    exceptions
        ``service_id``, ``day``, ``added`` (else removed).
    """

    weekly: pd.DataFrame
    exceptions: pd.DataFrame


class Days(NamedTuple):
    """The days departures are counted on; ``sunday`` is ``None`` where the timetables hold none."""

    weekday: date
    sunday: date | None


def read_calendar(connection: DuckDBPyConnection, feed: Feed, log: IssueLog) -> Calendar:
    """Read ``calendar`` and ``calendar_dates`` of a feed whose text was loaded; unreadable rows are logged, left out.

    Parameters
    ----------
    connection
        DuckDB with ``calendar_text`` and ``calendar_dates_text``.
    feed
        The feed, for its label.
    log
        Takes what was left out.

    Returns
    -------
    Calendar
        The services' days.
    """
    flags = ", ".join(f"{name} = '1' AS {name}" for name in WEEKDAYS)
    bad = f"{day('start_date')} IS NULL OR {day('end_date')} IS NULL OR service_id IS NULL"
    log_rows(connection, log, f"SELECT coalesce(service_id, '(blank)') AS id FROM calendar_text WHERE {bad}",
             "invalid date", things="services", file=f"{feed.label}/calendar.txt", field="start_date; end_date",
             action="left out: its days cannot be read")  # fmt: skip
    log_rows(connection, log,
             "SELECT service_id AS id FROM calendar_text GROUP BY service_id HAVING count(*) > 1 AND id IS NOT NULL",
             "reference values are not unique", things="services", file=f"{feed.label}/calendar.txt",
             field="service_id", action="all its rows are read: it runs on the days of each")  # fmt: skip
    weekly = connection.execute(
        f"SELECT service_id, {day('start_date')} AS first, {day('end_date')} AS last, {flags} "
        f"FROM calendar_text WHERE NOT ({bad}) ORDER BY ALL"
    ).df()
    wrong = f"{day('date')} IS NULL OR service_id IS NULL OR coalesce(exception_type, '') NOT IN ('1', '2')"
    log_rows(connection, log, f"SELECT coalesce(service_id, '(blank)') AS id FROM calendar_dates_text WHERE {wrong}",
             "invalid date", things="exceptions", file=f"{feed.label}/calendar_dates.txt",
             field="date; exception_type", action="left out: cannot be read")  # fmt: skip
    exceptions = connection.execute(
        f"SELECT service_id, {day('date')} AS day, bool_and(exception_type = '{ADDED}') AS added "
        f"FROM calendar_dates_text WHERE NOT ({wrong}) GROUP BY ALL ORDER BY ALL"
    ).df()
    for table, columns in ((weekly, ("first", "last")), (exceptions, ("day",))):
        for name in columns:
            table[name] = table[name].astype("datetime64[s]")
    return _within_years(Calendar(weekly, exceptions), feed, log)


def _within_years(calendar: Calendar, feed: Feed, log: IssueLog) -> Calendar:
    """Cut weekly services to the years a timetable can cover, and leave out exceptions beyond them."""
    lowest, highest = pd.Timestamp(YEARS[0], 1, 1), pd.Timestamp(YEARS[1], 12, 31)
    weekly, exceptions = calendar
    far = (weekly["first"] < lowest) | (weekly["last"] > highest)
    backwards = weekly["last"] < weekly["first"]
    beyond = ~exceptions["day"].between(lowest, highest)
    for services, where, action in (
        (weekly.loc[far, "service_id"], "calendar", f"cut to the years {YEARS[0]} to {YEARS[1]}"),
        (weekly.loc[backwards, "service_id"], "calendar", "left out: it ends before it begins"),
        (exceptions.loc[beyond, "service_id"], "calendar_dates", f"left out: not in {YEARS[0]} to {YEARS[1]}"),
    ):
        if len(services):
            log.add("invalid date", file=f"{feed.label}/{where}.txt", field="date",
                    value=counted(len(services), "services", sorted(set(services))), action=action)  # fmt: skip
    weekly = weekly.assign(
        first=weekly["first"].where(weekly["first"] >= lowest, lowest),
        last=weekly["last"].where(weekly["last"] <= highest, highest),
    )
    return Calendar(weekly[~backwards], exceptions[~beyond])


def services_on(calendar: Calendar, when: date) -> set[str]:
    """Return the ids of the services that run on a day.

    Examples
    --------
    >>> weekly = pd.DataFrame({"service_id": ["S"], "first": pd.to_datetime(["2023-06-05"]),
    ...                        "last": pd.to_datetime(["2023-06-30"]), **dict.fromkeys(WEEKDAYS, True)})
    >>> exceptions = pd.DataFrame({"service_id": ["S"], "day": pd.to_datetime(["2023-06-07"]), "added": [False]})
    >>> calendar = Calendar(weekly, exceptions)
    >>> services_on(calendar, date(2023, 6, 6)), services_on(calendar, date(2023, 6, 7))
    ({'S'}, set())
    """
    at = pd.Timestamp(when)
    weekly, exceptions = calendar
    runs = (weekly["first"] <= at) & (at <= weekly["last"]) & weekly[WEEKDAYS[at.day_of_week]].astype(bool)
    today = exceptions[exceptions["day"] == at]
    added = set(today.loc[today["added"].astype(bool), "service_id"])
    removed = set(today.loc[~today["added"].astype(bool), "service_id"])
    return (set(weekly.loc[runs, "service_id"]) | added) - removed


def trips_by_day(calendar: Calendar, trips: pd.Series) -> pd.Series:
    """Count the trips of each day, from the first to the last day on which any runs.

    Parameters
    ----------
    calendar
        The services' days.
    trips
        Trips per service, on the service id.

    Returns
    -------
    Series
        Trips on a daily index; empty where no trip ever runs.
    """
    weekly = calendar.weekly[calendar.weekly["service_id"].isin(trips.index)]
    exceptions = calendar.exceptions[calendar.exceptions["service_id"].isin(trips.index)]
    if weekly.empty and exceptions.empty:
        return pd.Series([], index=pd.DatetimeIndex([]), dtype="int64")
    first = min(weekly["first"].min(), exceptions["day"].min(), key=_missing_last)
    last = max(weekly["last"].max(), exceptions["day"].max(), key=_missing_first)
    days = pd.date_range(first, last, freq="D")
    counts = np.zeros(len(days), dtype=np.int64)
    starts, ends = (weekly["first"] - first).dt.days.to_numpy(), (weekly["last"] - first).dt.days.to_numpy()
    running = trips.reindex(weekly["service_id"]).to_numpy()
    for number, name in enumerate(WEEKDAYS):
        flagged = weekly[name].to_numpy(dtype=bool)
        change = np.zeros(len(days) + 1, dtype=np.int64)
        np.add.at(change, starts[flagged], running[flagged])
        np.add.at(change, ends[flagged] + 1, -running[flagged])
        counts += np.where(days.day_of_week == number, change.cumsum()[:-1], 0)
    np.add.at(counts, (exceptions["day"] - first).dt.days.to_numpy(), _changes(weekly, exceptions, trips))
    counted_days = pd.Series(counts, index=days)
    busy = np.flatnonzero(counts > 0)
    return counted_days.iloc[busy[0] : busy[-1] + 1] if len(busy) else counted_days.iloc[:0]


def _missing_last(value: pd.Timestamp) -> pd.Timestamp:
    """Order a missing day after every other."""
    return pd.Timestamp.max if pd.isna(value) else value


def _missing_first(value: pd.Timestamp) -> pd.Timestamp:
    """Order a missing day before every other."""
    return pd.Timestamp.min if pd.isna(value) else value


def _changes(weekly: pd.DataFrame, exceptions: pd.DataFrame, trips: pd.Series) -> npt.NDArray[np.int64]:
    """Return how many trips each exception adds to its day, or takes from it."""
    pairs = exceptions.reset_index(drop=True).reset_index(names="exception").merge(weekly, on="service_id", how="left")
    flags = pairs[list(WEEKDAYS)].fillna(value=False).to_numpy(dtype=bool)
    on_day = flags[np.arange(len(pairs)), pairs["day"].dt.day_of_week.to_numpy()]
    runs = on_day & (pairs["first"] <= pairs["day"]) & (pairs["day"] <= pairs["last"])
    before = runs.groupby(pairs["exception"]).sum().to_numpy()
    number = trips.reindex(exceptions["service_id"]).to_numpy()
    added = exceptions["added"].to_numpy(dtype=bool)
    return np.asarray(number * np.where(added, np.where(before == 0, 1, 0), -before))


def choose_days(
    trips: Mapping[str, pd.Series], log: IssueLog, *, service_date: date | None = None, as_of: date | None = None
) -> Days:
    """Choose the weekday and the Sunday departures are counted on, within the days all feeds hold.

    Without a ``service_date`` it is the ordinary weekday (Monday to Friday, no bank holiday) with the most trips, the
    earliest of equals; the Sunday likewise.

    Parameters
    ----------
    trips
        Per feed the trips of each day, as :func:`trips_by_day` gives them.
    log
        Takes what a reader of the result should know: no Sunday, a bank holiday named, years without known holidays.
    service_date
        The weekday, where it is named.
    as_of
        The day the result is to describe; logged, where the timetables do not cover it.

    Returns
    -------
    Days
        The days.

    Raises
    ------
    InputError
        When no trip of a feed ever runs, the feeds have no weekday in common, or the named day is none of them.
    """
    faults = [f"{label}: no trip runs on any day; its services and calendar do not meet"
              for label, each in trips.items() if each.empty]  # fmt: skip
    if faults:
        raise InputError(*faults)
    spans = "; ".join(f"{label} {each.index[0].date()} to {each.index[-1].date()}" for label, each in trips.items())
    first = max(each.index[0] for each in trips.values())
    last = min(each.index[-1] for each in trips.values())
    if last < first:
        raise InputError(f"the timetables have no day in common: {spans}; give feeds of the same weeks")
    total = pd.concat([each[first:last] for each in trips.values()], axis=1).fillna(0).sum(axis=1).astype("int64")
    days = pd.DatetimeIndex(total.index)
    ordinary = total[~days.isin(_bank_holidays(days, log))]
    weekdays = ordinary[pd.DatetimeIndex(ordinary.index).day_of_week < 5]
    sundays = ordinary[pd.DatetimeIndex(ordinary.index).day_of_week == 6]
    if as_of is not None and not first.date() <= as_of <= last.date():
        log.add("invalid date", field="as_of", value=as_of.isoformat(),
                action=f"the timetables hold {first.date()} to {last.date()}; counted as it was then")  # fmt: skip
    if sundays.empty:
        log.add("missing value", field="date", value=f"{first.date()} to {last.date()}",
                action="no Sunday is counted: the timetables hold none in common")  # fmt: skip
    sunday = None if sundays.empty else _busiest(sundays)
    if service_date is not None:
        return Days(_named(service_date, total, ordinary, spans, log), sunday)
    if weekdays.empty:
        raise InputError(f"the timetables have no ordinary weekday in common: {spans}; name one as service_date")
    return Days(_busiest(weekdays), sunday)


def _busiest(trips: pd.Series) -> date:
    """Return the day with the most trips, the earliest of equals."""
    return pd.DatetimeIndex(trips.index)[int(trips.to_numpy().argmax())].date()


def _named(when: date, total: pd.Series, ordinary: pd.Series, spans: str, log: IssueLog) -> date:
    """Return the weekday named, after the timetables were found to hold it."""
    at = pd.Timestamp(when)
    if at not in total.index:
        span = f"{total.index[0].date()} to {total.index[-1].date()}"
        raise InputError(f"service_date {at.date()}: is outside what the timetables hold, {span} ({spans})")
    if at.day_of_week > 4:
        raise InputError(f"service_date {at.date()}: is a {at.day_name()}; name a day from Monday to Friday")
    if at not in ordinary.index:
        log.add("invalid date", field="service_date", value=str(at.date()),
                action="counted as named, though it is a bank holiday")  # fmt: skip
    return when


def _bank_holidays(days: pd.DatetimeIndex, log: IssueLog) -> pd.DatetimeIndex:
    """Return the bank holidays of England and Wales in the years of the days; say which years are not known."""
    known = load_parameters("timetables").table("bank_holidays")
    years = [str(year) for year in range(days[0].year, days[-1].year + 1)]
    unknown = [year for year in years if year not in known]
    if unknown:
        named = unknown[0] if len(unknown) == 1 else f"{unknown[0]} to {unknown[-1]}"
        log.add("default-value", field="date", value=named,
                action="no bank holiday is left out: those of these years are not known")  # fmt: skip
    return pd.DatetimeIndex([day for year in years if year in known for day in known.parameter(year).value])
