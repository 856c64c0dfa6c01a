"""Tables by hand: those of ``access_tables`` against the run's own tables."""

from __future__ import annotations

import pytest

import siteprior as sp


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


def test_corridors_stand_by_their_part_of_the_shortlist(run):
    assert sp.notebook.show(run, "corridors").data["shortlist"].is_monotonic_decreasing


def test_routes_of_a_site_add_up_to_its_index(run):
    site = run.shortlist.index[0]
    table = sp.notebook.show(run, "routes", site=site, first=500).data
    assert table["contribution"].sum() == pytest.approx(run.sites["access_index"][site], abs=0.01)


def test_walks_count_every_site(run):
    assert sp.notebook.show(run, "walks").data["sites"].sum() == len(run.sites)
