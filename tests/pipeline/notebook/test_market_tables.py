"""Tables by hand: those of ``market_tables`` against the run's own tables."""

from __future__ import annotations

import pytest

import siteprior as sp


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


def test_verdicts_count_every_site(run):
    table = sp.notebook.show(run, "verdicts").data
    assert table["all sites"].sum() == len(run.sites)
    assert table["ranked"].sum() == run.sites["rank"].notna().sum()


def test_a_gap_is_in_whole_pounds_and_its_probability_in_percent(run):
    site = run.sites["gap_gbp_per_home"].dropna().index[0]
    table = sp.notebook.show(run, "gap", site=site).data.set_index("what")["value"]
    assert table["gap per home £"] == f"{run.sites['gap_gbp_per_home'][site]:,.0f}"
    assert table["probability of a gap"].endswith("%")


def test_the_record_is_that_of_the_site(run):
    site = run.shortlist.index[0]
    assert len(sp.notebook.show(run, "record", site=site).data) == (run["market_failure"]["site_id"] == site).sum()
