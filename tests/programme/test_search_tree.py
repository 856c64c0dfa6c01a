"""One search tree for many like programmes: every answer is that of scipy's own call, whatever was searched before."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from siteprior.programme.search_tree import SearchTree
from siteprior.programme.solve import Rows, maximise


def _rows(random: np.random.Generator, options: int) -> Rows:
    cost = random.uniform(1, 9, options)
    part = np.where(random.random(options) < 0.4, 1.0, 0.0) - 0.3
    matrix = csr_array(np.vstack([cost, np.ones(options), part]))
    return Rows(matrix, np.array([-np.inf, -np.inf, 0.0]), np.array([cost.sum() / 5, options / 4, np.inf]))


def _best(value: np.ndarray, rows: Rows) -> float:
    found = milp(-value, constraints=LinearConstraint(rows.matrix, rows.low, rows.high), integrality=1,
                 bounds=Bounds(0, 1), options={"mip_rel_gap": 0.0})  # fmt: skip
    return float(-found.fun)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**16), gap=st.sampled_from([0.0, 0.005]))
def test_each_search_is_proven_whatever_was_searched_before(seed, gap):
    random = np.random.default_rng(seed)
    tree, rows, value = SearchTree(), _rows(random, 30), random.uniform(1, 9, 30)
    for _ in range(4):
        value = value * random.uniform(0.8, 1.2, 30)
        best = _best(value, rows)
        found = tree.search(value, rows, gap=gap, near=0.0)
        assert found.value <= best + 1e-6 <= found.bound + 2e-6
        assert found.value >= best / (1 + gap) - 1e-6
        taken = rows.matrix @ found.x
        assert (taken <= rows.high + 1e-6).all()
        assert (taken >= rows.low - 1e-6).all()
        rows = Rows(rows.matrix, rows.low, rows.high * np.array([0.9, 1.0, 1.0]))  # a limit changes, too


def test_what_was_infeasible_before_is_looked_at_again():
    tree, value = SearchTree(), np.array([3.0, 2.0])
    matrix = csr_array(np.ones((1, 2)))
    assert tree.search(value, Rows(matrix, np.array([3.0]), np.array([np.inf])), gap=0.0, near=0.0) is None
    found = tree.search(value, Rows(matrix, np.array([1.0]), np.array([1.0])), gap=0.0, near=0.0)
    assert found.x.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("most", [1, 300])
def test_where_the_tree_proves_too_little_the_whole_is_searched(monkeypatch, most):
    tree = SearchTree()
    monkeypatch.setattr(tree, "_most", most)
    random = np.random.default_rng(5)
    rows, value = _rows(random, 80), random.uniform(1, 9, 80)
    found = maximise(value, rows, gap=1e-4, tree=tree)
    assert found.value >= _best(value, rows) / (1 + 1e-4) - 1e-6
    assert found.gap <= 1e-4
