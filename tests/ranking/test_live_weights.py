"""The quick re-scorer: the same order, ranks and scores as ``reweight``, to the last digit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import siteprior as sp
from siteprior.core.errors import InputError
from siteprior.ranking.live_weights import LiveWeights
from siteprior.ranking.other_weights import reweight


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


@pytest.fixture(scope="module")
def live(run):
    return LiveWeights(run)


def same(run, live, weights):
    standing, expected = live.standing(weights), reweight(run, weights).changes
    assert standing.labels.tolist() == expected.index.tolist()
    assert standing.ranks.tolist() == expected["rank_after"].tolist()
    assert standing.scores.tolist() == expected["score_after"].tolist()


def test_it_starts_at_the_run(run, live):
    first = live.standing(run.weights, first=25)
    assert first.labels.tolist() == run.shortlist.index.tolist()
    assert first.ranks.tolist() == run.shortlist["rank"].tolist()


def test_it_agrees_with_reweight(run, live):
    @settings(max_examples=15, deadline=None, database=None)
    @given(st.fixed_dictionaries({}, optional={name: st.integers(0, 100) for name in run.weights}).filter(
        lambda weights: any(weights.values())))  # fmt: skip
    def agrees(weights):
        same(run, live, weights)

    agrees()


def test_equal_scores_share_a_rank_as_in_reweight(run, live):
    weights = {"persistence": 1}
    assert len(set(live.standing(weights).ranks)) < len(live.labels)
    same(run, live, weights)


@pytest.mark.parametrize("first", [0, 1, 7, 25, 10_000])
def test_the_first_are_those_of_all(live, first):
    weights = {"persistence": 1}
    some, everything = live.standing(weights, first=first), live.standing(weights)
    assert some.labels.tolist() == everything.labels[:first].tolist()
    assert some.ranks.tolist() == everything.ranks[:first].tolist()


@pytest.mark.parametrize(
    ("weights", "first", "words"),
    [
        ({"nonsense": 1}, None, "'nonsense' is none of the criteria measured; they are"),
        ({"deprivation": 0}, None, "zero"),
        ({"deprivation": -1}, None, "deprivation"),
        ({"deprivation": 1}, -1, "first: needs a whole number from 0"),
    ],
)
def test_what_cannot_be_ranked_is_refused(live, weights, first, words):
    with pytest.raises(InputError, match=words):
        live.standing(weights, first=first)
