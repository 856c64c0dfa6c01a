"""Tables by hand: those of ``decision_tables`` against the run's own tables."""

from __future__ import annotations

import pytest

import siteprior as sp


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


def test_the_programme_is_that_of_the_run(run):
    assert len(sp.notebook.show(run, "programme", first=500).data) == len(run["programme"])


def test_doubtful_ones_are_the_borderline(run):
    index = run["core_index"]
    assert len(sp.notebook.show(run, "doubtful", first=500).data) == (index["core_class"] == "borderline").sum()


def test_other_methods_are_compared_two_by_two(run):
    table = sp.notebook.show(run, "methods").data
    assert (table["one"] != table["other"]).all()
    assert table["kendall_tau_b"].between(-1, 1).all()
