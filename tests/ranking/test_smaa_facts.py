"""Facts for draws: fixed or within ranges, what is missing, and the confidence factor by brute force."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.core.random_streams import seed_keys, uniform
from siteprior.ranking.smaa_facts import UNIT, DrawnFacts, FixedFacts, check_values, facts_of, missing_facts

NAMES = ["a", "b"]


def table(cells):
    return pd.DataFrame(cells, columns=NAMES, index=[f"s{n}" for n in range(len(cells))])


def test_equal_rows_are_one_and_score_alike():
    facts = facts_of(table([[0.2, 0.5], [0.1, 0.3], [0.2, 0.5]]), NAMES, None, None, None, seed=1)
    assert isinstance(facts, FixedFacts)
    scores = facts.scores(np.array([[1.0, 0.0], [0.5, 0.5]]), 0)[:, facts.place]
    np.testing.assert_allclose(scores, [[0.2, 0.1, 0.2], [0.35, 0.2, 0.35]])
    assert (scores[:, 0] == scores[:, 2]).all()
    assert facts.with_missing_drawn() is facts


def test_the_factor_of_fixed_facts_is_one_or_zero():
    facts = facts_of(table([[1.0, 0.0], [0.0, 1.0], [0.4, 0.4]]), NAMES, None, None, None, seed=1)
    central = np.full((3, 2), np.nan)
    central[facts.place] = [[0.9, 0.1], [0.9, 0.1], [np.nan, np.nan]]
    assert facts.confidence(central, 0, 10)[facts.place].tolist()[:2] == [1, 0]
    assert np.isnan(facts.confidence(central, 0, 10)[facts.place][2])


def test_the_factor_of_drawn_facts_against_the_plain_way():
    random = np.random.default_rng(5)
    low = table(random.random((25, 2)) * 0.5)
    high = low + 0.4
    facts = facts_of(low, NAMES, low, high, None, seed=6)
    assert isinstance(facts, DrawnFacts)
    central = random.dirichlet(np.ones(2), 25)
    central[4] = np.nan
    done = facts.confidence(central, 100, 80)
    firsts = np.zeros(25)
    for draw in range(100, 180):
        chance = np.column_stack([uniform(seed_keys(low.index, seed=6, of=name), draw) for name in NAMES])
        drawn = (low + (high - low) * chance).to_numpy()
        for site in range(25):
            scores = np.rint(drawn @ central[site] / UNIT)
            firsts[site] += scores[site] == scores.max()
    firsts[4] = np.nan
    np.testing.assert_array_equal(done, firsts / 80)
    assert done[~np.isnan(done)].max() > 0.1


def test_what_is_missing_is_drawn_only_where_asked_for():
    values = table([[0.2, np.nan], [0.3, 0.4]])
    facts = facts_of(values, NAMES, values.fillna(0), values.fillna(1), None, seed=1)
    assert facts.has_missing
    weights = np.array([[0.5, 0.5]] * 3)
    np.testing.assert_allclose(facts.scores(weights, 0)[:, 0], [0.1] * 3)
    drawn = facts.with_missing_drawn().scores(weights, 0)
    assert (drawn[:, 0] > 0.1).all()
    assert len(set(drawn[:, 0])) == 3
    np.testing.assert_allclose(drawn[:, 1], [0.35] * 3)


def test_what_counts_as_missing():
    values = table([[0.2, np.nan], [0.3, 0.4]])
    assert missing_facts(values, NAMES, None).tolist() == [[False, True], [False, False]]
    known = table([[1.0, 0.0], [0.5, 1.0]])
    assert missing_facts(values, NAMES, known).tolist() == [[False, True], [True, False]]
    for wrong, says in (
        (known.iloc[:1], "known: needs the sites of values and the criteria a, b"),
        (known[["a"]], "known: needs the sites of values and the criteria a, b"),
        (known * 2, "known: needs shares from 0 to 1"),
        (known.where(known > 0), "known: needs shares from 0 to 1"),
        ("all", r"known: needs a table \(DataFrame\), got str"),
    ):
        with pytest.raises(InputError, match=says):
            missing_facts(values, NAMES, wrong)


def test_values_that_make_no_sense_are_refused_at_once():
    with pytest.raises(InputError) as caught:
        check_values(table([[1.2, 0.1]]), ["a", "z"])
    assert len(caught.value.faults) == 2
