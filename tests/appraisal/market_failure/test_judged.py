"""Sites and signals checked before they are judged: every fault named, and the screen that keeps a site from more."""

from __future__ import annotations

import pandas as pd
import pytest

from factories.open_verdicts import as_tables, random_records
from siteprior.appraisal.market_failure.judged import deadweight_screen, judge
from siteprior.core.errors import InputError


def test_what_was_judged_has_one_counted_reading_per_signal_and_the_rules():
    sites, signals = as_tables(random_records(30, 3))
    done = judge(sites, signals, (), None)
    assert not done.counted.duplicated(["site_id", "signal"]).any()
    assert len(done.readings) == len(signals)
    assert done.record.sites.equals(sites.index)
    assert done.record.known.sum() == len(done.counted)
    assert done.record.rules.thresholds["cannot_tell_above"] == 0.5


def test_what_cannot_be_judged_is_refused():
    sites, signals = as_tables(random_records(3, 3))
    with pytest.raises(InputError, match="sites: lacks the columns development_status"):
        judge(sites.drop(columns="development_status"), signals, (), None)
    with pytest.raises(InputError, match="signals: gives unknown grades D"):
        judge(sites, signals.assign(grade="D"), (), None)
    with pytest.raises(InputError, match="loaded"):
        judge(sites, signals, 7, None)


def test_the_screen_of_the_register_stands_where_there_is_no_other():
    sites = pd.DataFrame({"development_status": [None, "completed"], "planning_permission_status": [None, None]})
    assert deadweight_screen(sites).tolist() == ["", "completed"]
