from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.two_runs import later_run
from siteprior.pipeline.comparison.score_split import ranked_in_both, shapley, split_scores
from siteprior.pipeline.comparison.two_runs import read_two_runs

WEIGHTS = {"deprivation": 50, "capacity": 20, "corridor_access": 30}


def test_by_hand_of_one_site_on_one_criterion():
    # value 0.2 → 0.5 by the facts, 0.25 by the anchors alone, 0.6 by both; weight 0.4 → 0.5
    value = {(0, 0): 0.2, (1, 0): 0.5, (0, 1): 0.25, (1, 1): 0.6}
    worth = {(f, w, a): np.array([(0.4, 0.5)[w] * value[f, a]]) for f, w, a in product((0, 1), repeat=3)}
    # facts: alone 0.12, after weights 0.15, after anchors 0.14, last 0.175 → (2×0.12 + 0.15 + 0.14 + 2×0.175) / 6
    facts, weights, anchors = (float(part[0]) for part in shapley(worth))
    assert facts == pytest.approx((2 * 0.12 + 0.15 + 0.14 + 2 * 0.175) / 6)
    assert weights == pytest.approx((2 * 0.02 + 0.05 + 0.025 + 2 * 0.06) / 6)
    assert anchors == pytest.approx((2 * 0.02 + 0.04 + 0.025 + 2 * 0.05) / 6)
    assert facts + weights + anchors == pytest.approx(0.5 * 0.6 - 0.4 * 0.2, abs=1e-15)


@given(st.lists(st.floats(-1, 1), min_size=8, max_size=8))
def test_parts_sum_to_the_change_and_do_not_depend_on_who_is_named_first(numbers):
    worth = dict(zip(product((0, 1), repeat=3), (np.array([number]) for number in numbers), strict=True))
    parts = shapley(worth)
    assert sum(parts)[0] == pytest.approx(numbers[-1] - numbers[0], abs=1e-12)
    for order in permutations(range(3)):
        turned = {tuple(state[place] for place in order): value for state, value in worth.items()}
        assert [part[0] for part in shapley(turned)] == pytest.approx([parts[place][0] for place in order], abs=1e-12)


def test_who_changes_nothing_has_no_part():
    worth = {(a, b, c): np.array([0.3 * a + 0.2 * b]) for a, b, c in product((0, 1), repeat=3)}
    assert [float(part[0]) for part in shapley(worth)] == pytest.approx([0.3, 0.2, 0])


def test_all_three_at_once_are_exact_on_the_sample(run):
    site = str(run.shortlist.index[0])
    later = later_run(
        run, weights=WEIGHTS, anchors={"deprivation": (80.0, 5.0)}, facts={site: {"imd_percentile": 55.0}}
    )
    two = read_two_runs(run, later)
    split = split_scores(two)
    assert len(split.rest) == len(ranked_in_both(two)) == run.sites["rank"].notna().sum()
    total = split.facts.sum(axis=1) + split.weights.sum(axis=1) + split.anchors.sum(axis=1)
    change = later.sites["score"] - run.sites["score"]
    assert (total - change.reindex(total.index)).abs().max() < 1e-9
    assert split.rest.eq(0).all()
    assert split.facts["deprivation"].abs().gt(0).sum() == 1
    assert split.measured_b.loc[site, "deprivation"] == 55.0


def test_a_criterion_of_one_run_alone_counts_as_worst_where_it_was_not_measured(run):
    later = later_run(run, weights=WEIGHTS)
    two = read_two_runs(run, later)
    bare = two._replace(sites_a=two.sites_a.drop(columns="imd_percentile"))
    split = split_scores(bare)
    assert split.measured_a["deprivation"].isna().all()
    assert (split.facts["deprivation"] > 0).any()


def test_what_another_rule_of_scoring_made_is_left_over(run):
    two = read_two_runs(run, later_run(run))
    two.sites_b["score"] = two.sites_b["score"] + 0.01
    assert split_scores(two).rest.to_numpy() == pytest.approx(0.01)
