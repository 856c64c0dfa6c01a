"""Decisions in a run: sites leave the ranking, facts change it, and what is not applied is not passed over."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

import siteprior as sp
from factories.changed_demo import demo, table_of
from siteprior.pipeline.decisions import decision_notices
from siteprior.project.files import File


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The demo before and after three decisions, one of them on no site."""
    folder = tmp_path_factory.mktemp("decisions")
    project = demo()
    before = sp.assess(project)
    first, second, third = before.shortlist.index[:3]
    homes = int(before.sites.loc[third, "minimum_net_dwellings"]) + 400
    rows = [
        (first, "decision", "exclude", "Flood wall", "AB", "2026-01-05"),
        (second, "decision", "already ours", "Bought 2024", "AB", "2026-01-06"),
        (third, "minimum_net_dwellings", str(homes), "Masterplan", "CD", "2026-01-07"),
        ("E09:none", "decision", "exclude", "Gone", "CD", "2026-01-07"),
    ]
    table = pd.DataFrame(rows, columns=["id", "field", "value", "reason", "who", "date"])
    table.to_csv(folder / "decisions.csv", index=False)
    sources = table_of(project, "sources", decisions=(File(path=str(folder / "decisions.csv")),))
    after = sp.assess(demo(sources=sources))
    return before, after, (first, second, third), homes


def test_what_is_excluded_or_ours_leaves_the_ranking_with_its_code(runs):
    _, after, (first, second, _), _ = runs
    reasons = after.sites.loc[[first, second], "gate_reasons"]
    assert reasons.tolist() == ["excluded", "already_ours"]
    assert after.sites.loc[[first, second], "rank"].isna().all()
    assert not {first, second} & set(after.shortlist.index)


def test_the_rank_without_decisions_is_that_of_the_run_before_but_for_facts_overridden(runs):
    before, after, (first, second, _), _ = runs
    assert after.sites.loc[first, "rank_without_decisions"] <= 2
    assert after.sites.loc[second, "rank_without_decisions"] <= 3
    assert before.sites["rank_without_decisions"].isna().all()
    others = after.sites["rank"].notna()
    assert (after.sites.loc[others, "rank_without_decisions"] >= after.sites.loc[others, "rank"]).all()


def test_an_overridden_fact_is_scored_and_stands_beside_the_original(runs):
    before, after, (_, _, third), homes = runs
    assert after.sites.loc[third, "minimum_net_dwellings"] == homes
    assert after.sites.loc[third, "overrides"] == f"minimum_net_dwellings: {homes} (was {homes - 400})"
    assert after.sites.loc[third, "c_capacity"] > before.sites.loc[third, "c_capacity"]


def test_all_stand_in_the_table_and_in_the_log(runs):
    _, after, _, _ = runs
    assert after.decisions["applied"].tolist() == ["yes", "yes", "yes", "no"]
    log = after.issues[after.issues["file"].str.endswith("decisions.csv")]
    assert sorted(log["issue_type"]) == ["patch", "patch", "patch", "unknown entity"]
    assert [sentence for sentence in after.record["notices"] if sentence.startswith("decisions: 1 row not applied")]


def test_a_decision_superseded_is_no_notice():
    issues = pd.DataFrame({"file": ["d.csv"], "row": [2], "action": ["not applied: a later decision on the same"]})
    result = SimpleNamespace(issues=issues, provenance=[SimpleNamespace(role="decisions", file="d.csv")])
    assert list(decision_notices(result)) == []
