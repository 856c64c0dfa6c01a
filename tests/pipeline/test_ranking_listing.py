"""What a ranking prints: the shortlist with what changed, and below it who leaves."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pandas as pd

import siteprior as sp
from factories.changed_demo import changed_weights
from siteprior.core.files import shipped
from siteprior.pipeline.ranking_listing import (
    ranking_lines,
    reweighted_lines,
    shortlist_text,
    summary_text,
    unknown_texts,
    weights_text,
)
from siteprior.ranking.criteria import CRITERIA


def test_the_shortlist_is_printed_in_its_order_and_who_leaves_below(sample_run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    new = sp.rerank(changed_weights(), run=sample_run)
    rows = [line.split() for line in shortlist_text(new).splitlines()[1:] if line[:1].strip()]
    leavers = new.changes.index[new.changes["change"] == "leaves"]
    assert len(leavers)
    printed = [next(word for word in row if word in new.changes.index) for row in rows]
    assert printed == [*new.shortlist.index, *leavers]
    assert [row[0] for row in rows[:3]] == ["1", "2", "3"]
    enters = int((new.changes["change"] == "enters").sum())
    others = int((~new.changes["change"].isin(["enters", "leaves", "same"])).sum())
    assert summary_text(new).endswith(
        f"25 on the shortlist; {enters} enter, {len(leavers)} leave, {others} others move."
    )


def test_weights_stand_before_and_now_in_shares_the_heaviest_first():
    text = weights_text({"capacity": 0.25, "deprivation": 0.75}, {"capacity": 0.5, "noise": 0.3, "deprivation": 0.2})
    assert [line.split() for line in text.splitlines()] == [
        ["criterion", "weight", "before", "weight", "now"],
        ["capacity", "25.0%", "50.0%"],
        ["noise", "0.0%", "30.0%"],
        ["deprivation", "75.0%", "20.0%"],
    ]
    assert weights_text({"capacity": 1.0}, {"capacity": 1.0}) == ""
    # made to sum to 1 by another road
    assert weights_text({"capacity": 0.1 + 0.2, "noise": 0.7}, {"capacity": 0.3, "noise": 0.7}) == ""


def test_a_reweighted_run_shows_its_weights_and_who_moves_and_json_stays_json(sample_run):
    run = sp.open_run(sample_run)
    given = {"picture": None, "write": None}
    lines = list(reweighted_lines(sample_run, {"deprivation": 60}, as_json=False, **given))
    said = next(line.text for line in lines if "weight before" in line.text)
    new = sp.ranking.reweight(run, run.stated_weights | {"deprivation": 60})
    row = next(line.split() for line in said.splitlines() if line.startswith("deprivation"))
    assert row[1:] == [f"{run.weights['deprivation']:.1%}", f"{new.weights['deprivation']:.1%}"]
    counts = new.changes["change"].value_counts()
    others = len(new.changes) - counts["enters"] - counts["leaves"] - counts["same"]
    assert (
        f"Of {len(new.changes)} opportunities {counts['enters']} enter, {counts['leaves']} leave, {others} others move"
        in said
    )
    apart = list(reweighted_lines(sample_run, {"deprivation": 60}, as_json=True, **given))
    assert [line.aside for line in apart if "weight before" in line.text] == [True]
    assert len(json.loads(next(line.text for line in apart if not line.aside))) == len(new.changes)


def test_a_weight_on_what_no_ranked_site_has_is_stated():
    sites = pd.DataFrame({"rank": [1, None], "corridor_walk_m": [None, 300.0], "imd_percentile": 10.0},
                         index=pd.Index(["a", "b"], name="site_id"))  # fmt: skip
    run = SimpleNamespace(sites=sites, criteria_known=CRITERIA)
    (text,) = unknown_texts(run, {"corridor_access": 1, "deprivation": 3})
    assert text == (
        f"{CRITERIA['corridor_access'].title} (corridor_access) carries 25% of the weight, and 0 of the 1 ranked sites "
        "have a value of it: it moves none of them"
    )
    assert list(unknown_texts(run, {"corridor_access": 0, "deprivation": 3})) == []


def test_a_ranking_under_changed_weights_shows_them_before_the_shortlist(sample_run, tmp_path):
    lines = list(ranking_lines(changed_weights(), run=sample_run, out=None, as_json=False))
    shown = [line.text for line in lines if not line.aside]
    assert shown[0].startswith("criterion")
    assert shown[1].startswith("rank  before")
    same = list(ranking_lines(shipped("data") / "demo.toml", run=sample_run, out=None, as_json=False))
    assert [line.text[:4] for line in same if not line.aside] == ["rank"]
