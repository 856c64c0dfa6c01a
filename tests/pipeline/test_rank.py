"""Gates, scores, ranks and the shortlist, as the project asks for them."""

from __future__ import annotations

import pandas as pd
import pytest

from factories.results import at_points, plain_project, sample_project, small_result
from siteprior.core.errors import ProjectError
from siteprior.core.progress import no_progress
from siteprior.pipeline import rank
from siteprior.pipeline.registered import evidence_gates
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.gates import GATES
from siteprior.ranking.scoring import default_weights

PLACE = (400_000, 290_000)
GOOD = {
    "lsoa_code": "E01000001", "hectares": 1.0, "minimum_net_dwellings": 40, "corridor_walk_m": 500.0,
    "corridor_walk_low_m": 500.0, "corridor_walk_high_m": 500.0,
    "coordinate_confidence": "high", "easting": PLACE[0], "northing": PLACE[1],
}  # fmt: skip


def staged(project, **columns):
    """Return four sites with criteria and gates chosen and gates applied."""
    sites = at_points(*[PLACE] * 4, **{**GOOD, **columns})
    chosen = rank.choose_criteria(small_result(sites, project=project), no_progress)
    return rank.apply_gates(chosen, no_progress)


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
    bands = rank.redraw_ranks(scored, no_progress)
    done = rank.order_sites(bands, no_progress)
    assert done.sites.index.to_list() == ["b", "d", "a", "c"]
    assert done.shortlist.index.to_list() == ["b", "d"]
    out = done.sites.loc["c"]
    assert out[["score", "coverage", "score_band", "c_capacity", "rank", "rank_p05"]].isna().all()
    assert done.criteria[["criterion", "weight"]].to_numpy().tolist() == [["capacity", 1.0]]
    assert "too_small" in set(done.gates["gate"])
    assert done.sites.crs.to_epsg() == 27700


def test_bands_hold_the_rank_and_are_of_the_eligible_alone(scored):
    bands = rank.redraw_ranks(scored, no_progress).columns["rank_bands"]
    ranks = scored.columns["score"]["rank"]
    assert bands.index.to_list() == list("abcd")
    assert bands.loc["c"].isna().all()
    known = bands.dropna()
    assert (known["rank_p05"] <= ranks[known.index]).all()
    assert (known["rank_p95"] >= ranks[known.index]).all()
    again = rank.redraw_ranks(scored, no_progress).columns["rank_bands"]
    pd.testing.assert_frame_equal(bands, again)
