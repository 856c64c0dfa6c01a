"""Pairwise judgements against the check value and an independent library."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from pymcdm.weights.subjective import AHP

from siteprior.core.errors import InputError
from siteprior.ranking.pairwise import ahp_weights

CHECK = {("near", "poor"): 3, ("near", "large"): 5, ("poor", "large"): 2}


def test_the_check_values_of_the_methods():
    # METHODS 2e: [[1,3,5],[1/3,1,2],[1/5,1/2,1]]
    done = ahp_weights(CHECK)
    assert [round(weight, 6) for weight in done.weights.values()] == [0.648329, 0.229651, 0.122020]
    assert round(done.largest_eigenvalue, 6) == 3.003695
    assert round(done.consistency_index, 6) == 0.001847
    assert round(done.consistency_ratio, 6) == 0.003185
    assert (done.random_index, done.table, done.warning) == (0.58, "saaty", "")
    other = ahp_weights(CHECK, random_index="simulated")
    assert (other.random_index, other.table) == (0.525, "simulated")
    assert other.consistency_ratio == pytest.approx(done.consistency_index / 0.525)


def test_both_tables_are_those_of_the_methods():
    saaty = [0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49]
    simulated = [0.525, 0.884, 1.108, 1.249, 1.342, 1.405]
    for table, indices in (("saaty", saaty), ("simulated", simulated)):
        for count, index in enumerate(indices, 3):
            names = [f"c{place}" for place in range(count)]
            assert ahp_weights(dict.fromkeys(combinations(names, 2), 1), random_index=table).random_index == index


@pytest.mark.parametrize("seed", range(40))
def test_weights_and_consistency_are_those_of_pymcdm(seed):
    random = np.random.default_rng(seed)
    count = int(random.integers(3, 9))
    matrix = np.ones((count, count))
    judgements = {}
    for row, column in combinations(range(count), 2):
        ratio = float(random.integers(1, 10)) ** random.choice([-1, 1])
        matrix[row, column], matrix[column, row] = ratio, 1 / ratio
        pair = (f"c{row}", f"c{column}")
        judgements |= {pair: ratio} if random.random() < 0.5 or row == 0 else {pair[::-1]: 1 / ratio}
    done = ahp_weights(judgements)
    oracle = AHP(matrix=matrix)
    np.testing.assert_allclose([done.weights[f"c{place}"] for place in range(count)], oracle(), rtol=0, atol=1e-9)
    # its random indices are others (Tummala and Ling 1998); its consistency index is ours
    np.testing.assert_allclose(done.consistency_index, oracle.get_cr() * AHP.RI_M[count - 1], rtol=0, atol=1e-9)
    assert bool(done.warning) == (done.consistency_ratio >= 0.10)


def test_judgements_that_contradict_are_warned_of_not_refused():
    done = ahp_weights({("a", "b"): 9, ("b", "c"): 9, ("c", "a"): 9})
    assert list(done.weights.values()) == pytest.approx([1 / 3] * 3)
    assert done.consistency_ratio > 1
    assert done.warning.startswith("the consistency ratio is")
    assert done.warning.endswith("at least 0.10: look at the judgements again")


def test_two_criteria_are_always_consistent_and_nine_are_beyond_the_shorter_table():
    done = ahp_weights({("a", "b"): 4})
    assert done.weights == pytest.approx({"a": 0.8, "b": 0.2})
    assert (done.consistency_ratio, done.warning) == (0.0, "")
    nine = dict.fromkeys(combinations("abcdefghi", 2), 1)
    assert ahp_weights(nine).consistency_ratio == pytest.approx(0, abs=1e-9)
    beyond = ahp_weights(nine, random_index="simulated")
    assert np.isnan(beyond.consistency_ratio)
    assert beyond.warning == "table simulated has no random index of 9 criteria: the consistency ratio is not known"


def test_judgements_that_are_none_are_refused_at_once():
    with pytest.raises(InputError) as caught:
        ahp_weights({("a", "b"): 3, ("b", "a"): 3, ("a", "c"): 0, "ab": 2, ("a", "a"): 1, ("d", "b"): 2})
    assert caught.value.faults == (
        "judgements: ('b', 'a') stands in both orders; keep one",
        "judgements: ('a', 'c') needs a ratio above 0, not 0",
        "judgements: needs pairs of two criteria, not 'ab'",
        "judgements: needs pairs of two criteria, not ('a', 'a')",
        "judgements: lacks the pair ('a', 'd')",
    )
    with pytest.raises(InputError, match="judgements: none given"):
        ahp_weights({})
    with pytest.raises(InputError, match="did you mean 'saaty'"):
        ahp_weights(CHECK, random_index="saty")
