from __future__ import annotations

import pandas as pd
import pytest

from factories.two_runs import gate_row, later_run
from siteprior.pipeline.comparison.differences import differences
from siteprior.pipeline.comparison.gate_changes import gate_changes
from siteprior.pipeline.comparison.two_runs import read_two_runs

LOST = {"eligible": "no", "ranked_as": None}


@pytest.fixture
def site(run):
    alone = run.sites[run.sites["rank"].notna() & (run.sites["members"] == run.sites.index)]
    return str(alone[alone["corridor_walk_m"].between(400, 900)].index[0])


def change(run, later, site):
    two = read_two_runs(run, later)
    return gate_changes(two, differences(two), pd.Index([site]))[site]


def at(run, later, metres):
    later.record["gates"] = gate_row(run, "beyond_corridor_walk", needed=f"at most {metres} m")
    later.record["settings"]["gates"] = {"beyond_corridor_walk": float(metres)}
    return later


def test_each_alone_and_both_together(run, site):
    failed = LOST | {"gate_reasons": "beyond_corridor_walk"}
    walk = float(run.sites.loc[site, "corridor_walk_m"])
    far = later_run(run, files=["stops"], facts={site: failed | {"corridor_walk_m": 2000.0}})
    assert change(run, far, site).cause == "data"
    assert change(run, far, site).reason.startswith("Too far from a corridor: walk to corridor")
    lower = at(run, later_run(run, facts={site: failed}), 300)
    assert change(run, lower, site).cause == "settings"
    either = at(run, later_run(run, files=["stops"], facts={site: failed | {"corridor_walk_m": 2000.0}}), 300)
    assert change(run, either, site).cause == "data and also settings"
    # farther by a little, and a threshold between: the old walk passes both, the new walk passes the old gate
    both = at(
        run, later_run(run, files=["stops"], facts={site: failed | {"corridor_walk_m": walk + 50}}), int(walk) + 25
    )
    assert change(run, both, site).cause == "data and settings"
    stricter = later_run(run, files=["stops"], facts={site: failed | {"corridor_walk_m": walk + 50}})
    assert change(run, at(run, stricter, int(walk) - 25), site).cause == "settings"


def test_a_number_of_siteprior_s_own_that_moved_is_method(run, site):
    later = later_run(run, facts={site: LOST | {"gate_reasons": "beyond_corridor_walk"}})
    later.record["gates"] = gate_row(run, "beyond_corridor_walk", needed="at most 300 m")
    row = next(row for row in later.record["parameters"] if row["name"] == "gates.beyond_corridor_walk.walk_m")
    row["value"] = 300.0
    assert change(run, later, site).cause == "method"


def test_no_site_asks_nothing(run):
    two = read_two_runs(run, run)
    assert gate_changes(two, differences(two), pd.Index([])) == {}


def test_a_gate_of_a_module_that_is_not_there_is_named(run, site):
    later = later_run(run, files=["register"], facts={site: LOST | {"gate_reasons": "too_loud"}})
    assert change(run, later, site).reason == "too_loud: the gate is of a module that is not imported"


@pytest.mark.parametrize(("words", "cause"), [("hectares: 0.1 (was 1)", "decisions"), (None, "data")])
def test_a_site_a_decided_fact_keeps_out_left_by_decision(run, site, words, cause):
    facts = LOST | {"gate_reasons": "too_small", "hectares": 0.1, "overrides": words}
    later = later_run(run, facts={site: facts}, files=["register"])
    later.record["inputs"] = [*later.record["inputs"], {"role": "decisions", "file": "d.csv", "sha256": "d" * 64}]
    assert change(run, later, site).cause == cause
