"""A blank never improves a score: every column a criterion reads is blanked in turn, on sites like real ones.

What starts, completes or ends a site is asked by gates, not by criteria, and is left alone here; the verdict on market
failure has its own test (``tests/appraisal/test_blanks.py``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siteprior.core import schema
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.decision_matrix import measure
from siteprior.ranking.scoring import default_weights, score
from siteprior.ranking.uncertainty import known_shares, value_ranges

SETS = ("balanced", "timetabled", "without-transit")
COLUMNS = sorted({name for declared in CRITERIA.values() for name in declared.needs})
RANGES = sorted({n for declared in CRITERIA.values() for n in (declared.low, declared.high, declared.known) if n})
PARTS = sorted({declared.known for declared in CRITERIA.values() if declared.known})
REACH = {"m": 2_500.0, "homes": 1_200.0, "%": 100.0, "0-1": 1.0, "decile": 10.0, "index": 30.0}


def random_sites(count=300):
    """Return sites whose criteria reach beyond both anchors, a third of the values missing."""
    draw = np.random.default_rng(20261122)
    columns = {}
    for declared in CRITERIA.values():
        known = draw.uniform(0, REACH[declared.unit], count)
        for name in declared.needs:
            columns[name] = np.where(draw.random(count) < 1 / 3, np.nan, np.ceil(known) if known.max() > 1 else known)
        if declared.low:
            columns[declared.low], columns[declared.high] = np.floor(known * 0.8), np.ceil(known * 1.2)
        if declared.known:
            columns[declared.known] = draw.integers(0, 6, count) / 5
    frame = pd.DataFrame(columns, index=pd.Index([f"E1:{n}" for n in range(count)], name="site_id"))
    return schema.conform(frame, schema.SITES)


@pytest.fixture(scope="module")
def sites():
    return random_sites()


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("weights", [*SETS, "every criterion"])
def test_no_score_rises_where_a_criterion_is_blank(sites, name, weights):
    points = default_weights(weights) if weights in SETS else dict.fromkeys(CRITERIA, 1.0)
    matrix, blank = measure(sites, points), sites.assign(**{name: None})
    of_blank = measure(blank, points)
    whole = score(matrix, points, known=known_shares(sites, matrix))
    blanked = score(of_blank, points, known=known_shares(blank, of_blank))
    assert (blanked["score"] <= whole["score"] + 1e-12).all()
    assert (blanked["coverage"] <= whole["coverage"] + 1e-12).all()
    if weights == "every criterion":
        assert (blanked["score"] < whole["score"]).any()  # the column is one that counts


@pytest.mark.parametrize("name", [*COLUMNS, *RANGES])
def test_no_range_narrows_where_a_criterion_or_its_range_is_blank(sites, name):
    points = dict.fromkeys(CRITERIA, 1.0)
    low, high = value_ranges(sites, measure(sites, points))
    blank = sites.assign(**{name: None})
    wider_low, wider_high = value_ranges(blank, measure(blank, points))
    assert (wider_low.fillna(0) <= low.fillna(0) + 1e-12).all(axis=None)
    assert (wider_high.fillna(1) >= high.fillna(1) - 1e-12).all(axis=None)


@pytest.mark.parametrize("name", PARTS)
def test_coverage_falls_where_less_of_a_criterion_is_known_and_the_score_stays(sites, name):
    points = dict.fromkeys(CRITERIA, 1.0)
    matrix, less = measure(sites, points), sites.assign(**{name: sites[name] / 2})
    whole = score(matrix, points, known=known_shares(sites, matrix))
    partly = score(matrix, points, known=known_shares(less, matrix))
    assert (partly["coverage"] <= whole["coverage"]).all()
    assert (partly["coverage"] < whole["coverage"]).any()
    assert partly["score"].equals(whole["score"])
