"""What a run states at its end: no site passed, all of one score, nothing in reach; nothing where all is well."""

from __future__ import annotations

import pandas as pd
import pytest

from factories.results import at_points, small_result
from siteprior.pipeline.notices import notices


def stated(*, rank, reasons, walks, scores=None, places=None):
    count = len(rank)
    sites = at_points(
        *(places or [(400_000, 290_000)] * count), rank=pd.array(rank, dtype="Int64"), gate_reasons=reasons,
        corridor_walk_m=walks, score=scores or [None] * count,
    )  # fmt: skip
    return notices(small_result(sites, sites=sites))


def test_a_run_that_ranks_states_nothing():
    assert stated(rank=[1, 2], reasons=[None, None], walks=[100.0, 300.0], scores=[0.9, 0.5]) == []
    assert stated(rank=[1, None], reasons=[None, "ended"], walks=[100.0, 300.0], scores=[0.9, None]) == []


def test_no_site_passed_names_the_gates_that_kept_most_out_and_the_nearest_miss():
    (sentence,) = stated(
        rank=[None] * 4,
        reasons=["beyond_corridor_walk; too_small", "beyond_corridor_walk", "beyond_corridor_walk; ended", "ended"],
        walks=[1432.4, 1500.0, 2000.0, 90.0],
    )
    assert sentence.startswith(
        "no site passed the gates: 3 of 4 failed by beyond_corridor_walk (nearest 1,432 m), 2 of 4 failed by ended, "
        "1 of 4 failed by too_small; change [gates]"
    )


def test_the_nearest_miss_is_of_the_sites_that_failed_by_it():
    # d is near, and fails by another gate: its 90 m are no miss
    (sentence,) = stated(
        rank=[None, None], reasons=["beyond_corridor_walk", "ended"], walks=[1200.0, 90.0],
    )  # fmt: skip
    assert "beyond_corridor_walk (nearest 1,200 m)" in sentence


def test_all_of_one_score():
    (sentence,) = stated(rank=[1, 1, 1], reasons=[None] * 3, walks=[9.0] * 3, scores=[0.5] * 3)
    assert sentence.startswith("all ranked sites have one score, so all share rank 1")
    assert stated(rank=[1], reasons=[None], walks=[9.0], scores=[0.5]) == []


def test_no_walk_to_any_corridor():
    first, second = stated(rank=[None, None], reasons=["beyond_corridor_walk"] * 2, walks=[None, None])
    assert first.startswith("no site passed the gates: 2 of 2 failed by beyond_corridor_walk;")
    assert second.startswith("no site has a walk to a counted stop of a corridor")


@pytest.mark.parametrize("walks", [[None, None], [10.0, None]])
def test_sites_without_a_place_have_no_walk_and_that_is_another_matter(walks):
    places = [None, None] if walks[0] is None else [(400_000, 290_000), None]
    sentences = stated(rank=[None, None], reasons=["no_location"] * 2, walks=walks, places=places)
    assert len(sentences) == 1
    assert "no_location" in sentences[0]
