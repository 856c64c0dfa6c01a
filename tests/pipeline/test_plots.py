"""The pictures of a run: each is the chart of the report on the run's own tables, with what it shows in words."""

from __future__ import annotations

import pandas as pd
import pytest

import siteprior as sp
from siteprior.core.errors import InputError
from siteprior.pipeline.plots import leading_corridor, part


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


def test_the_map_is_that_of_the_report(run):
    layers = [run[name] for name in ("sites", "shortlist", "corridors", "stops", "areas")]
    words = {"title": run.record["title"], "attribution": " ".join(run.record["attribution"]), "illustrative": True}
    assert sp.plot_map(run).png == sp.report.draw_map(*layers, **words)
    assert sp.plot_map(run).alt.startswith("Map of 25 shortlisted sites with their ranks and 373 other sites")


def test_other_weights_are_drawn_in_place_of_the_runs(run):
    same = sp.ranking.reweight(run, run.stated_weights)
    other = sp.ranking.reweight(run, {**dict.fromkeys(run.stated_weights, 0), "deprivation": 1})
    assert sp.plot_map(run, ranked=same).png != sp.plot_map(run, ranked=other).png


@pytest.mark.parametrize("plot", [sp.plot_contributions, sp.plot_bands])
def test_as_many_are_drawn_as_are_asked_for(run, plot):
    assert "first 3 of" in plot(run, first=3).alt
    assert "first 25 of" in plot(run).alt
    with pytest.raises(InputError, match="first: needs a whole number from 1, got 0"):
        plot(run, first=0)


def test_a_corridor_is_the_leading_one_unless_named(run):
    summary = run["corridor_summary"]
    assert sp.plot_corridor(run).title == leading_corridor(run)
    assert summary.set_index("corridor")["shortlist_sites"][leading_corridor(run)] == summary["shortlist_sites"].max()
    with pytest.raises(InputError, match="corridor"):
        sp.plot_corridor(run, "Nowhere line")


def test_a_frontier_is_drawn_against_what_is_named(run):
    assert sp.plot_frontier(run).title == "What equity costs"
    assert sp.plot_frontier(run, against="cost").png != sp.plot_frontier(run).png
    with pytest.raises(InputError, match="unknown measure 'csot'; did you mean 'cost'"):
        sp.plot_frontier(run, against="csot")


def test_a_run_without_a_programme_says_so(run):
    tables = {name: table for name, table in run.items() if name != "record"}
    tables |= {name: run[name].iloc[:0] for name in ("core_index", "programme_frontier")}
    bare = sp.Run(run.folder, tables, run.record)
    assert sp.plot_frontier(bare).png[1:4] == b"PNG"
    with pytest.raises(InputError, match=r"add \[programme\]"):
        sp.plot_core_index(bare)
    assert "193 opportunities" in sp.plot_core_index(run).alt


def test_what_is_no_run_is_refused(run):
    assert isinstance(part(run, "sites"), pd.DataFrame)
    with pytest.raises(InputError, match=r"needs a run \(sp.open_run\) or a result \(sp.assess\), got str"):
        sp.plot_map("outputs/demo")
