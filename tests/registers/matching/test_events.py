"""Events read from one row of one vintage."""

from __future__ import annotations

import pytest

from factories.registers import D18, linked, vintage
from siteprior.core.schema import HISTORY
from siteprior.registers.matching.events import Event, event_of


def test_an_event_carries_day_file_and_row_of_its_observation():
    council, _ = linked((D18, vintage(A1={}, B2={"at": (900, 0)})))
    event = event_of(council.sites[1].first, "ended", field="end_date", after="2017-01-01")
    assert (event.published, event.file, event.row, event.before) == (D18, "a.csv", 3, None)


def test_an_event_has_the_columns_of_the_history_but_the_sites_id():
    assert list(Event._fields) == [name for name in HISTORY.names if name != "site_id"]


@pytest.mark.parametrize("stated", [{}, {"field": "hectares", "before": "1", "after": "2", "basis": "the notes"}])
def test_what_is_not_stated_is_missing(stated):
    council, _ = linked((D18, vintage(A1={"file": "b.csv"})))
    event = event_of(council.sites[0].first, "hectares", **stated)
    assert {name: getattr(event, name) for name in ("field", "before", "after", "basis")} == {
        "field": None, "before": None, "after": None, "basis": None, **stated,
    }  # fmt: skip
    assert (event.event, event.file, event.row) == ("hectares", "b.csv", 2)
