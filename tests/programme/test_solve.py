"""The engine: bounds that hold, a core that is proven, the same from figures of any size, and silence."""

import numpy as np
import pytest

from siteprior.core.errors import SitePriorError
from siteprior.programme import solve
from siteprior.programme.solve import Rows, maximise, proven_gap, row_of, stacked


def knapsack(rng, number):
    """Return values and rows of a programme of several limits."""
    value, cost = rng.integers(20, 60, number).astype(float), rng.integers(20, 60, number).astype(float)
    jobs = rng.integers(0, 9, number).astype(float)
    rows = [row_of(cost, high=cost.sum() // 5), row_of(jobs, low=jobs.sum() // 5)]
    rows += [row_of((np.arange(number) // 2 == pair).astype(float), high=1.0) for pair in range(20)]
    return value, stacked(rows)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("gap", [0.0, 0.001])
def test_by_a_core_as_good_as_at_once(seed, gap, monkeypatch):
    value, rows = knapsack(np.random.default_rng(seed), 160)
    whole = maximise(value, rows, gap=0.0)
    smaller = {"core_from": 100, "core_options": 4}
    numbers = solve.load_parameters("programme")

    class Numbers:
        number = numbers.number

        def integer(self, name):
            return smaller.get(name) or numbers.integer(name)

    monkeypatch.setattr(solve, "load_parameters", lambda name: Numbers())
    core = maximise(value, rows, gap=gap)
    assert core.gap <= gap + 1e-9
    assert core.value >= whole.value * (1 - gap) - 1e-9
    assert core.bound >= whole.value - 1e-9
    assert core.value == pytest.approx(value @ core.x)
    taken = rows.matrix @ core.x
    assert ((taken >= rows.low) & (taken <= rows.high)).all()


def test_a_core_is_searched_to_a_share_of_the_whole_not_of_its_own_small_part(monkeypatch):
    value, rows = knapsack(np.random.default_rng(0), 2_000)
    searched, as_it_is = [], solve._highs

    def seen(aim, rows, low, high, whole, gap, near, **more):
        answer = as_it_is(aim, rows, low, high, whole, gap, near, **more)
        searched.append((len(aim), gap, near, answer.found.value))
        return answer

    monkeypatch.setattr(solve, "_highs", seen)
    found = maximise(value, rows, gap=0.01)
    (many, _, _, best), (few, gap, near, part) = searched[:2]
    assert (many, gap) == (2_000, 0.0)
    assert few < 300
    assert part < best / 2
    assert near == pytest.approx(0.005 * best)
    assert found.gap <= 0.01


@pytest.mark.parametrize("number", [12, 160])
def test_a_result_may_be_bettered_by_an_amount_where_one_is_given(number):
    value, rows = knapsack(np.random.default_rng(7), number)
    best = maximise(value, rows, gap=0.0).value
    amount = 0.05 * best
    near = maximise(value, rows, gap=0.0, near=amount)
    assert best - amount - 1e-9 <= near.value <= best + 1e-9
    assert near.bound >= best - 1e-9


def test_a_share_that_every_option_keeps_exactly_binds_nothing():
    homes, affordable = np.array([124.0, 67.0, 283.0]), np.array([24.8, 13.4, 56.6])
    beyond = solve.beyond_share(affordable, homes, 0.2)
    assert beyond.tolist() == [0.0, 0.0, 0.0]
    assert solve.beyond_share(affordable, homes, 0.1).min() > 0
    value = np.array([60.0, 50.0, 42.0])
    rows = stacked([row_of(np.array([10.0, 9.0, 7.0]), high=17.0), row_of(beyond, low=0.0)])
    assert maximise(value, rows, gap=0.0).x.tolist() == [1.0, 0.0, 1.0]


def test_what_cannot_be_is_nothing():
    two = np.ones(2)
    assert maximise(two, row_of(two, low=3.0), gap=0.0) is None
    # between two whole numbers there is none, though the relaxation has one
    assert maximise(two, row_of(2 * two, low=1.0, high=1.0), gap=0.0) is None
    assert maximise(np.zeros(0), Rows(row_of(np.zeros(0)).matrix, np.array([1.0]), np.array([2.0])), gap=0.0) is None
    many = np.ones(1500)
    assert maximise(many, row_of(many, low=1501.0), gap=0.0) is None
    assert maximise(many, row_of(2 * many, low=1.0, high=1.0), gap=0.0) is None


@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e9])
def test_the_size_of_figures_changes_nothing(factor):
    value, rows = knapsack(np.random.default_rng(1), 60)
    usual = maximise(value, rows, gap=0.0)
    other = maximise(value * factor, Rows(rows.matrix * factor, rows.low * factor, rows.high * factor), gap=0.0)
    assert (other.x == usual.x).all()
    assert other.value == pytest.approx(usual.value * factor)


def test_a_continuous_variable_besides():
    found = maximise(np.array([1.0, -0.5]), row_of(np.array([1.0, -1.0]), high=0.25), gap=0.0,
                     most=np.array([1.0, np.inf]))  # fmt: skip
    assert found.x.tolist() == pytest.approx([1, 0.75])


def test_a_result_is_looked_at_by_the_figures_as_given():
    rows = row_of(np.array([10.0, 9.0]), high=15.0)
    solve._keeps(np.array([1.0, 0.0]), rows)
    with pytest.raises(SitePriorError, match="misses a limit"):
        solve._keeps(np.array([1.0, 1.0]), rows)


def test_a_gap_is_a_share_of_the_value():
    assert proven_gap(100, 101) == pytest.approx(0.01)
    assert proven_gap(-100, -99) == pytest.approx(0.01)
    assert proven_gap(0, 1) == np.inf
    assert proven_gap(0, 0) == proven_gap(5, 4.9999) == 0


def test_nothing_is_printed(capfd):
    value, rows = knapsack(np.random.default_rng(1), 60)
    maximise(value, rows, gap=0.0)
    assert capfd.readouterr() == ("", "")
