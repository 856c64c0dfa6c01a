"""The compiled loops: the very streams of rank_bands, and sums that a plain loop gives to the last bit."""

from __future__ import annotations

import numpy as np

from siteprior.core.random_streams import seed_keys, uniform
from siteprior.ranking.smaa_kernel import drawn_scores, one_score, times_first, uniform_at

KEYS = np.array([seed_keys(range(30), seed=3, of=name) for name in "abc"])
RANDOM = np.random.default_rng(1)
LOW = RANDOM.random((3, 30)) * 0.7
HIGH = LOW + RANDOM.random((3, 30)) * 0.3 * (RANDOM.random((3, 30)) > 0.3)
WEIGHTS = RANDOM.dirichlet(np.ones(3), 8)


def plain(weights, draw):
    total = np.zeros(LOW.shape[1])
    for k, weight in enumerate(weights):
        total += weight * np.minimum(LOW[k] + (HIGH[k] - LOW[k]) * uniform(KEYS[k], draw), HIGH[k])
    return total


def test_the_streams_are_those_of_the_package():
    for draw in (0, 1, 7, 9_603):
        ours = [uniform_at(key, np.uint64(draw + 1)) for key in KEYS[0]]
        assert ours == uniform(KEYS[0], draw).tolist()


def test_scores_are_those_of_a_plain_loop():
    scores = np.empty((8, 30))
    drawn_scores(LOW, HIGH, np.ones(3, dtype=bool), KEYS, WEIGHTS, 5, scores)
    np.testing.assert_allclose(scores, [plain(weights, 5 + row) for row, weights in enumerate(WEIGHTS)], rtol=1e-15)
    still = np.empty((8, 30))
    drawn_scores(LOW, HIGH, np.array([True, False, True]), KEYS, WEIGHTS, 5, still)
    fixed = np.empty((8, 30))
    second = np.vstack([HIGH[0], LOW[1], HIGH[2]])
    drawn_scores(LOW, second, np.ones(3, dtype=bool), KEYS, WEIGHTS, 5, fixed)
    np.testing.assert_allclose(still, fixed, rtol=1e-15)


def test_how_often_a_site_is_first():
    unit = 1e-12
    weights = WEIGHTS[0]
    scores = np.rint(np.array([plain(weights, draw) for draw in range(40, 240)]) / unit)
    firsts = (scores == scores.max(axis=1)[:, None]).sum(axis=0)
    low, high, keys = (np.ascontiguousarray(part.T) for part in (LOW, HIGH, KEYS))
    best = high @ weights / unit + 1
    for site in range(30):
        rivals = np.array([other for other in np.argsort(-best) if other != site])
        assert times_first(low, high, keys, weights, best[rivals], site, rivals, 40, 200, unit) == firsts[site]
    assert one_score(low, high, keys, weights, 3, np.uint64(41), unit) == scores[0, 3]
