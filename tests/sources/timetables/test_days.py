"""Service calendars: which trips run when, and which day is counted."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from dateutil.easter import easter
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.sources.timetables.days import Calendar, choose_days, services_on, trips_by_day
from siteprior.sources.timetables.tables import WEEKDAYS

START = pd.Timestamp(2023, 6, 1)


def weekly(rows):
    table = pd.DataFrame(
        [(s, START + timedelta(a), START + timedelta(b), *flags) for s, a, b, flags in rows],
        columns=["service_id", "first", "last", *WEEKDAYS],
    )
    return table.astype({"service_id": "str", "first": "datetime64[s]", "last": "datetime64[s]"})


def exceptions(rows):
    table = pd.DataFrame([(s, START + timedelta(d), a) for s, d, a in rows], columns=["service_id", "day", "added"])
    return table.astype({"service_id": "str", "day": "datetime64[s]", "added": bool})


def by_day(counts, first="2023-06-01"):
    return pd.Series(counts, index=pd.date_range(first, periods=len(counts), freq="D"), dtype="int64")


flags = st.lists(st.booleans(), min_size=7, max_size=7)
services = st.sampled_from("STU")
spans = st.tuples(services, st.integers(0, 20), st.integers(0, 20), flags).map(
    lambda t: (t[0], min(t[1:3]), max(t[1:3]), t[3])
)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(spans, max_size=4, unique_by=lambda row: row[0]),
    st.lists(st.tuples(services, st.integers(-3, 23), st.booleans()), max_size=8, unique_by=lambda row: row[:2]),
)
def test_trips_by_day_are_those_of_the_services_of_each_day(rows, told):
    calendar = Calendar(weekly(rows), exceptions(told))
    trips = pd.Series({"S": 1, "T": 10, "U": 100})
    counts = trips_by_day(calendar, trips)
    for offset in range(-5, 26):
        day = (START + timedelta(offset)).date()
        expected = sum(trips[service] for service in services_on(calendar, day))
        assert counts.get(pd.Timestamp(day), 0) == expected
    if len(counts):
        assert counts.iloc[0] > 0
        assert counts.iloc[-1] > 0


def test_a_service_removed_does_not_run_even_where_it_is_added_too():
    calendar = Calendar(weekly([("S", 0, 9, [True] * 7)]), exceptions([("S", 2, False), ("T", 2, True)]))
    assert services_on(calendar, date(2023, 6, 3)) == {"T"}


def test_the_busiest_ordinary_weekday_is_counted_the_earliest_of_equals():
    # 1 June 2023 is a Thursday, 5 June a Monday; 29 May would be a bank holiday
    log = IssueLog()
    days = choose_days({"a": by_day([5, 9, 50, 60, 9, 9, 8, 7, 9, 50, 70])}, log)
    assert days == (date(2023, 6, 2), date(2023, 6, 11))
    assert not log.rows


def test_bank_holidays_are_no_ordinary_days():
    days = choose_days({"a": by_day([8, 9, 99, 7, 6, 5, 3], first="2023-05-27")}, IssueLog())
    assert days == (date(2023, 5, 30), date(2023, 5, 28))  # 29 May is the spring bank holiday


def test_only_days_all_feeds_hold_count():
    first, second = by_day([1] * 14), by_day([9, 1, 1], first="2023-06-13")
    assert choose_days({"a": first, "b": second}, IssueLog()).weekday == date(2023, 6, 13)
    with pytest.raises(InputError, match=r"no day in common: a 2023-06-01 to 2023-06-03; b 2023-06-05 to 2023-06-06"):
        choose_days({"a": by_day([1, 1, 1]), "b": by_day([1, 1], first="2023-06-05")}, IssueLog())


def test_a_named_day_is_taken_or_refused_with_the_days_that_are_covered():
    feeds = {"a": by_day([3] * 10)}
    assert choose_days(feeds, IssueLog(), service_date=date(2023, 6, 7)).weekday == date(2023, 6, 7)
    with pytest.raises(InputError, match="service_date 2023-07-05: is outside what the timetables hold, 2023-06-01 to"):
        choose_days(feeds, IssueLog(), service_date=date(2023, 7, 5))
    with pytest.raises(InputError, match="is a Saturday; name a day from Monday to Friday"):
        choose_days(feeds, IssueLog(), service_date=date(2023, 6, 3))
    log = IssueLog()
    holiday = choose_days({"a": by_day([3] * 5, first="2023-05-27")}, log, service_date=date(2023, 5, 29))
    assert holiday.weekday == date(2023, 5, 29)
    assert log.table()["action"].tolist() == ["counted as named, though it is a bank holiday"]


def test_what_a_reader_should_know_of_the_days_is_reported():
    log = IssueLog()
    days = choose_days({"a": by_day([3, 4], first="2035-06-05")}, log, as_of=date(2026, 1, 1))
    assert days == (date(2035, 6, 6), None)
    told = log.table().set_index("field")["action"]
    assert told["as_of"] == "the timetables hold 2035-06-05 to 2035-06-06; counted as it was then"
    assert told["date"].tolist() == [
        "no bank holiday is left out: those of these years are not known",
        "no Sunday is counted: the timetables hold none in common",
    ]


def test_feeds_without_a_weekday_or_a_trip_are_refused():
    with pytest.raises(InputError, match="no ordinary weekday in common"):
        choose_days({"a": by_day([3, 4], first="2023-06-03")}, IssueLog())
    with pytest.raises(InputError, match="b: no trip runs on any day"):
        choose_days({"a": by_day([3]), "b": by_day([])}, IssueLog())


def by_statute(year):
    """The Banking and Financial Dealings Act 1971, Schedule 1, with New Year's Day, Good Friday and Christmas Day."""

    def monday(month, last=False):
        days = [date(year, month, day) for day in range(1, 32) if month != 6 or day < 31]
        mondays = [day for day in days if day.weekday() == 0]
        return mondays[-1] if last else mondays[0]

    fixed = [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)]
    found = {monday(5), monday(5, last=True), monday(8, last=True)}
    found |= {easter(year) - timedelta(2), easter(year) + timedelta(1)}
    for day in fixed:
        if day.weekday() < 5:
            found.add(day)
    for day in fixed:
        substitute = day
        while substitute.weekday() > 4 or (substitute != day and substitute in found):
            substitute += timedelta(1)
        found.add(substitute)
    return found


PROCLAIMED = {
    2020: ({date(2020, 5, 8)}, {date(2020, 5, 4)}),
    2022: ({date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19)}, {date(2022, 5, 30)}),
    2023: ({date(2023, 5, 8)}, set()),
}


def test_the_bank_holidays_are_those_of_the_statute_and_the_proclamations():
    presets = load_parameters("timetables")["bank_holidays"]
    assert [int(year) for year in presets] == list(range(2019, 2029))
    for year, preset in presets.items():
        added, moved = PROCLAIMED.get(int(year), (set(), set()))
        expected = (by_statute(int(year)) | added) - moved
        assert preset.value == tuple(sorted(day.isoformat() for day in expected)), year


def test_a_calendar_of_many_years_stays_small():
    long = Calendar(weekly([("S", 0, 25_000, [True] * 7)] * 3), exceptions([]))
    counts = trips_by_day(long, pd.Series({"S": 2}))
    assert len(counts) == 25_001
    assert np.all(counts == 6)
