"""Gates, scores, ranks and the shortlist, as the project asks for them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from factories.results import at_points, plain_project, sample_project, small_result
from siteprior.core.errors import ProjectError
from siteprior.core.progress import no_progress
from siteprior.pipeline import rank, robustness
from siteprior.pipeline.registered import evidence_gates
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.gates import GATES
from siteprior.ranking.other_weights import reweight
from siteprior.ranking.scoring import default_weights, score

LINKED = ("opportunity_reason", "opportunity_confidence")
PLACE = (400_000, 290_000)
GOOD = {
    "lsoa_code": "E01000001", "hectares": 1.0, "minimum_net_dwellings": 40, "corridor_walk_m": 500.0,
    "corridor_walk_low_m": 500.0, "corridor_walk_high_m": 500.0,
    "coordinate_confidence": "high", "easting": PLACE[0], "northing": PLACE[1],
}  # fmt: skip


def staged(project, *, together=None, twice=(), **columns):
    """Return four sites with criteria and gates chosen and gates applied; each alone unless ``together`` says so."""
    sites = at_points(*[PLACE] * 4, **{**GOOD, **columns})
    chosen = rank.choose_criteria(small_result(sites, project=project), no_progress)
    named = pd.Series(list(sites.index if together is None else together), index=sites.index, dtype="str")
    found = {"opportunity_id": named, "opportunity_sites": named.map(named.value_counts())}
    found |= {name: pd.Series(None, index=sites.index, dtype="str") for name in LINKED}
    pairs = pd.DataFrame(twice, columns=["site_a", "site_b", "confidence"])
    known = replace(chosen.with_columns("opportunity", pd.DataFrame(found)), duplicates=pairs)
    return rank.apply_gates(known, no_progress)


@pytest.mark.parametrize(
    ("weights", "timetables", "expected"),
    [
        ({}, True, default_weights("timetabled")),
        ({}, False, default_weights("balanced")),
        ({"set": "without-transit"}, True, default_weights("without-transit")),
        ({"capacity": 3.0, "deprivation": 1.0}, True, {"capacity": 3.0, "deprivation": 1.0}),
    ],
)
def test_weights_are_the_projects_own_a_named_set_or_what_its_sources_allow(weights, timetables, expected):
    sources = {} if timetables else {"timetables": ()}
    project = plain_project(weights=weights, sources=sources)
    done = rank.choose_criteria(small_result(project=project), no_progress)
    assert done.weights == expected
    assert set(done.criteria_known) == set(CRITERIA)
    assert set(done.gates_known) == set(GATES) | set(evidence_gates(project))


def test_layers_of_the_project_are_criteria_and_gates_beside_the_others():
    project = sample_project()
    done = rank.choose_criteria(small_result(project=project), no_progress)
    own = {layer.name for layer in project.layers if layer.criterion}
    assert set(done.criteria_known) == set(CRITERIA) | own
    assert set(done.gates_known) == set(GATES) | set(evidence_gates(project)) | {
        layer.name for layer in project.layers if layer.gate
    }


def test_gates_stand_as_the_project_states_them():
    project = plain_project(gates={"too_small": {"hectares": 2.0, "homes": 50}})
    done = staged(project, hectares=[1.0, 3.0, 1.0, 3.0], minimum_net_dwellings=[40, 40, 60, 60])
    assert done.columns["gates"]["eligible"].to_list() == ["no", "yes", "yes", "yes"]
    assert done.columns["gates"]["gate_reasons"].fillna("").to_list() == ["too_small", "", "", ""]
    with pytest.raises(ProjectError, match=r"demo\.toml: \[gates\] too_smal: unknown gate 'too_smal'"):
        staged(plain_project(gates={"too_smal": True}))


@pytest.fixture
def scored():
    """Capacity alone decides; c is too small, b and d are equal."""
    project = plain_project(weights={"capacity": 1.0}, shortlist={"n": 2})
    homes = {f"capacity_{end}dwellings": [100, 250, 400, 250] for end in ("", "low_", "high_")}
    gated = staged(project, hectares=[1, 1, 0.1, 1], minimum_net_dwellings=[40, 40, 2, 40], **homes)
    return rank.score_sites(gated, no_progress)


def test_the_eligible_are_ranked_and_equals_share_a_rank(scored):
    found = scored.columns["score"]
    assert found["rank"].astype(object).where(found["rank"].notna(), None).to_list() == [3, 1, None, 1]
    assert found["c_capacity"].equals(found["score"].rename("c_capacity"))
    assert (found["score"].diff().abs().iloc[1:] > 0).all()
    assert found["rank_without_transit"].dropna().to_list() == [3, 1, 1]  # no weight was on transit


def test_without_any_other_weight_there_is_no_rank_without_transit():
    project = plain_project(weights={"corridor_access": 1.0})
    found = rank.score_sites(staged(project), no_progress).columns["score"]
    assert found["rank_without_transit"].isna().all()
    assert found["rank"].to_list() == [1, 1, 1, 1]


def test_a_site_that_fails_a_gate_is_shown_without_a_score(scored):
    bands = robustness.redraw_ranks(scored, no_progress)
    done = rank.order_sites(bands, no_progress)
    assert done.sites.index.to_list() == ["b", "d", "a", "c"]
    assert done.shortlist.index.to_list() == ["b", "d"]
    out = done.sites.loc["c"]
    assert out[["score", "coverage", "score_band", "c_capacity", "rank", "rank_p05"]].isna().all()
    assert done.criteria[["criterion", "weight"]].to_numpy().tolist() == [["capacity", 1.0]]
    assert "too_small" in set(done.gates["gate"])
    assert done.sites.crs.to_epsg() == 27700


def test_bands_hold_the_rank_and_are_of_the_eligible_alone(scored):
    bands = robustness.redraw_ranks(scored, no_progress).columns["rank_bands"]
    ranks = scored.columns["score"]["rank"]
    assert bands.index.to_list() == list("abcd")
    assert bands.loc["c"].isna().all()
    known = bands.dropna()
    assert (known["rank_p05"] <= ranks[known.index]).all()
    assert (known["rank_p95"] >= ranks[known.index]).all()
    again = robustness.redraw_ranks(scored, no_progress).columns["rank_bands"]
    pd.testing.assert_frame_equal(bands, again)


def ranked(unit, **options):
    """Return four sites ranked by homes alone, ``a``, ``b`` and ``c`` being plots of one."""
    project = plain_project(weights={"capacity": 1.0}, shortlist={"n": 2}, ranking={"unit": unit})
    homes = {f"capacity_{end}dwellings": [100, 50, 20, 120] for end in ("", "low_", "high_")}
    done = staged(project, together="aaad", **{**homes, "hectares": [1.0, 3.0, 1.0, 1.0], **options})
    return rank.order_sites(robustness.redraw_ranks(rank.score_sites(done, no_progress), no_progress), no_progress)


def test_plots_are_ranked_and_shortlisted_as_one():
    done = ranked("opportunity")
    assert done.shortlist.index.to_list() == ["b", "d"]
    assert done.shortlist["members"].to_list() == ["b; a; c", "d"]
    assert done.shortlist["opportunity_dwellings"].to_list() == [170, 120]
    assert done.shortlist["opportunity_hectares"].to_list() == [5.0, 1.0]
    assert done.sites.index.to_list() == ["b", "a", "c", "d"]
    assert done.sites["rank"].to_list() == [1, 1, 1, 2]
    of_one = done.sites.loc[["a", "b", "c"], ["score", "coverage", "c_capacity", "rank_p05", "rank_p95", "score_band"]]
    assert len(of_one.drop_duplicates()) == 1
    assert done.opportunities.index.to_list() == ["b", "d"]
    assert done.opportunities["refused_members"].isna().all()


def test_site_by_site_each_is_ranked_alone():
    done = ranked("site")
    assert done.sites.index.to_list() == ["d", "a", "b", "c"]
    assert done.shortlist.index.to_list() == ["d", "a"]
    assert done.shortlist["members"].to_list() == ["d", "a"]
    assert done.opportunities.index.to_list() == ["d", "a", "b", "c"]
    assert done.sites["opportunity_id"].to_list() == ["d", "a", "a", "a"]


def test_a_refused_plot_is_listed_beside_the_opportunity_and_adds_nothing():
    done = ranked("opportunity", corridor_walk_m=[500.0, 9_000.0, 500.0, 500.0])
    assert done.shortlist.index.to_list() == ["a", "d"] or done.shortlist.index.to_list() == ["d", "a"]
    row = done.opportunities.loc["a"]
    assert row[["members", "refused_members", "opportunity_dwellings"]].to_list() == ["a; c", "b", 120]
    assert done.sites.loc["b", "gate_reasons"] == "beyond_corridor_walk"
    assert done.sites.loc["b", ["rank", "score", "members", "ranked_as"]].isna().all()


def test_what_is_likely_listed_twice_counts_once_and_what_may_be_counts_in_full():
    done = ranked("opportunity", twice=[("a", "c", "likely"), ("a", "b", "possible")])
    assert done.shortlist.loc["b", "opportunity_dwellings"] == 150
    assert done.sites.loc["c", "counted_in"] == "a"
    assert done.shortlist.loc["b", "members"] == "b; a; c"


def test_a_score_and_new_weights_follow_the_opportunity():
    done = ranked("opportunity")
    assert score(done)["score"].equals(done.sites["score"])
    new = reweight(done, {"deprivation": 1.0, "capacity": 1.0})
    assert new.shortlist.index.to_list() == ["b", "d"]
    assert new.changes.index.to_list() == ["b", "d"]
    assert new.sites["rank"].to_list() == [1, 1, 1, 2]
