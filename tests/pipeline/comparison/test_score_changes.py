from __future__ import annotations

import pytest

from factories.two_runs import later_run
from siteprior.pipeline.comparison.differences import differences
from siteprior.pipeline.comparison.score_changes import anchors_causes, score_changes, weights_cause
from siteprior.pipeline.comparison.two_runs import read_two_runs


def test_weights_are_settings_where_stated_and_method_where_siteprior_s_own_changed(run):
    assert weights_cause(read_two_runs(run, later_run(run, weights={"capacity": 1}))) == "settings"
    later = later_run(run)
    row = next(row for row in later.record["parameters"] if row["name"] == "weights.timetabled.capacity")
    row["value"] = 99
    assert weights_cause(read_two_runs(run, later)) == "method"
    assert weights_cause(read_two_runs(run, later_run(run))) == "settings"


def test_anchors_of_a_layer_of_the_user_s_own_are_settings(run):
    causes = anchors_causes(read_two_runs(run, run), run.criteria_known)
    assert causes["capacity"] == "method"
    own = {layer["name"] for layer in run.record["settings"]["layers"]}
    assert all(causes[name] == "settings" for name in own if name in causes)


def test_the_largest_parts_are_named_first_and_three_at_most(run):
    two = read_two_runs(run, later_run(run, weights={"deprivation": 90, "capacity": 10}))
    found = score_changes(two, differences(two))
    longest = found.reason[found.reason.str.contains("smaller")]
    assert len(longest)
    assert longest.str.count(r"\(settings\)").eq(3).all()
    sizes = [float(part.rpartition(":")[2].split()[0]) for part in longest.iloc[0].split("; ")[:3]]
    assert [abs(size) for size in sizes] == sorted(map(abs, sizes), reverse=True)


def test_nothing_changed_has_no_cause(run):
    two = read_two_runs(run, run)
    found = score_changes(two, differences(two))
    assert found.parts.eq(0).all(axis=None)
    assert set(found.cause) == {""} == set(found.reason)


@pytest.mark.parametrize(
    ("files", "cause"), [([], "decisions"), (["register"], "decisions"), (["register", None], "data")]
)
def test_a_score_that_decided_facts_moved_is_put_down_to_decisions(run, files, cause):
    known = run.sites["rank"].notna() & run.sites["minimum_net_dwellings"].notna()
    site = str(run.sites.index[known & (run.sites["members"] == run.sites.index)][0])
    homes = float(run.sites.loc[site, "minimum_net_dwellings"]) - 5
    facts = {"minimum_net_dwellings": homes, "capacity_dwellings": run.sites.loc[site, "capacity_dwellings"] / 2}
    facts["overrides"] = f"minimum_net_dwellings: {homes:g} (was {homes + 5:g})" if None not in files else None
    later = later_run(run, facts={site: facts}, files=[role for role in files if role])
    later.record["inputs"] = [*later.record["inputs"], {"role": "decisions", "file": "d.csv", "sha256": "d" * 64}]
    two = read_two_runs(run, later)
    found = score_changes(two, differences(two))
    assert found.cause[site] == cause
    assert f"({cause})" in found.reason[site]
    assert abs(found.parts.loc[site, "data_change"]) > 0.01
    assert found.parts.loc[site, "undivided_change"] == 0
