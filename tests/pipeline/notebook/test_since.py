"""What became of an earlier run, and who benefits, in a notebook."""

from __future__ import annotations

import pytest

import siteprior as sp


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


def test_without_an_earlier_run_it_is_stated_how_to_have_one(run):
    for show in (sp.notebook.became, sp.notebook.benefits):
        assert "Name the folder of an older run" in show(None, run).data


def test_all_that_was_ranked_became_something(run):
    table = sp.notebook.became(run.folder, run).data
    assert table["ranked"].sum() == run.record["counts"]["ranked"]
    assert table["shortlisted"].sum() == len(run.shortlist)
    assert (table["homes before"] == table["homes now"]).all()


def test_shares_of_deciles_and_of_councils_are_each_a_whole(run):
    table = sp.notebook.benefits(run.folder, run).data
    sums = table.groupby("by")[["areas", "homes now"]].sum()
    assert sums.to_numpy() == pytest.approx(1.0)
