"""One search tree for many like programmes: what branched for one objective or limit bounds the next one, too.

Any prices of the rows give a bound on any objective (Lagrange): what the limits are worth, and of every option what it
is worth above the rows it takes up. So a partition of all choices into boxes, each with the prices of its relaxation,
stays good when the objective or a limit changes: most boxes are then ruled out by one product of matrices, and HiGHS
has but to solve the relaxations of the few that are not, from the basis of the last. The best choices found are kept
as well, bettered by exchanges of two options near the margin.
"""

from __future__ import annotations

import highspy
import numpy as np
from highspy import _Highs  # type: ignore[attr-defined]  # there, though its stub leaves it out

from siteprior.core.parameters import load_parameters
from siteprior.programme.solve import TOLERANCE, Floats, Found, Rows, lp_of


class SearchTree:
    """Boxes of choices with prices of the rows, and the choices found, over searches of as many options and rows.

    Examples
    --------
    >>> from siteprior.programme.solve import row_of
    >>> tree, rows = SearchTree(), row_of(np.array([10.0, 9.0, 7.0]), high=17.0)
    >>> tree.search(np.array([60.0, 50.0, 42.0]), rows, gap=0.0, near=0.0).x.tolist()
    [1.0, 0.0, 1.0]
    >>> tree.search(np.array([60.0, 55.0, 42.0]), rows, gap=0.0, near=0.0).value
    102.0
    """

    def __init__(self) -> None:
        numbers = load_parameters("programme")
        self._most, self._swaps = numbers.integer("tree_relaxations"), numbers.integer("tree_exchanged")
        self._rows: Rows | None = None

    def search(self, aim: Floats, rows: Rows, *, gap: float, near: float) -> Found | None:
        """Return the best choice of options found, and what none exceeds; nothing where no choice keeps to the rows.

        Where ``tree_relaxations`` relaxations do not prove the gap the bound lies further above the value; where they
        find no choice at all, the value is minus infinity.
        """
        self._take(rows)
        count = len(aim)
        self._engine.changeColsCost(count, self._all, -aim)
        bounds = self._bounds(aim)
        kept = [x for x in self._pool if self._missed(self._matrix @ x) == 0]
        best = max(kept, key=lambda x: float(aim @ x), default=np.zeros(count))
        best, value = self._bettered(aim, best)
        for _ in range(self._most):
            place = int(np.argmax(bounds))
            if bounds[place] <= _enough(value, gap, near):
                break
            relaxed = self._relaxed(place)
            if relaxed is None and self._engine.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
                break
            if relaxed is None:
                bounds[place] = -np.inf
                continue
            x, self._prices[place] = relaxed
            bounds[place] = min(bounds[place], float(aim @ x))
            split = np.abs(x - np.round(x))
            whole = bool((split <= TOLERANCE).all())
            found, reached = self._bettered(aim, np.floor(x + TOLERANCE))
            if reached > value:
                best, value = found, reached
            if bounds[place] > _enough(value, gap, near):
                if whole:  # it misses a row by more than rounding
                    break
                self._branch(
                    place, int(np.argmax(np.where(split > TOLERANCE, (np.abs(aim) + TOLERANCE) * split, -1.0)))
                )
                bounds = np.append(bounds, bounds[place])
        if np.isfinite(value):
            if not any(np.array_equal(best, x) for x in self._pool):
                self._pool.append(best)
        elif not np.isfinite(bounds.max()):
            return None
        return Found(best, value, max(value, float(bounds.max())))

    def _take(self, rows: Rows) -> None:
        """Take the rows of a search; boxes, prices and choices stay where there are as many rows as before."""
        last, self._rows = self._rows, rows
        if last is not None and _same(last, rows):
            return
        options = rows.matrix.shape[1]
        if last is None or last.matrix.shape != rows.matrix.shape:
            self._least, self._highest = np.zeros((1, options), dtype=bool), np.ones((1, options), dtype=bool)
            self._prices, self._pool = np.zeros((1, rows.matrix.shape[0])), list[Floats]()
            self._all = np.arange(options, dtype=np.int32)
        self._matrix = rows.matrix.toarray()
        engine = _Highs()
        for name, value in {"output_flag": False, "threads": 1, "parallel": "off", "random_seed": 0, "presolve": "off",
                            "primal_feasibility_tolerance": TOLERANCE, "solver": "simplex"}.items():  # fmt: skip
            engine.setOptionValue(name, value)
        zero = np.zeros(options)
        engine.passModel(lp_of(zero, rows, zero, zero + 1, np.zeros(options, dtype=bool)))
        self._engine = engine

    def _bounds(self, aim: Floats) -> Floats:
        """Return what no choice of each box exceeds, by the prices of its rows."""
        assert self._rows is not None
        low, high = self._rows.low, self._rows.high
        prices = np.where(self._prices > 0, np.where(np.isfinite(high), self._prices, 0.0),
                          np.where(np.isfinite(low), self._prices, 0.0))  # fmt: skip
        worth = np.where(prices > 0, prices * np.where(np.isfinite(high), high, 0.0),
                         prices * np.where(np.isfinite(low), low, 0.0)).sum(axis=1)  # fmt: skip
        above = aim - prices @ self._matrix
        worth += np.where(self._least, above, np.where(self._highest, np.maximum(above, 0.0), 0.0)).sum(axis=1)
        return np.asarray(worth, dtype=np.float64)

    def _relaxed(self, place: int) -> tuple[Floats, Floats] | None:
        """Return the relaxation of a box and its prices; nothing where there is none."""
        engine, count = self._engine, len(self._all)
        engine.changeColsBounds(count, self._all, self._least[place].astype(float), self._highest[place].astype(float))
        engine.run()
        if engine.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = engine.getSolution()
        return np.array(solution.col_value, dtype=float), -np.array(solution.row_dual, dtype=float)

    def _branch(self, place: int, option: int) -> None:
        """Part a box by one option: left out in it, chosen in a new one."""
        least, highest = self._least[place].copy(), self._highest[place].copy()
        self._highest[place, option], least[option] = False, True
        self._least = np.vstack([self._least, least])
        self._highest = np.vstack([self._highest, highest])
        self._prices = np.vstack([self._prices, self._prices[place]])

    def _missed(self, taken: Floats) -> float:
        """Return by how much rows are missed in all, rounding apart."""
        assert self._rows is not None
        short = np.maximum(self._rows.low - taken, taken - self._rows.high)
        return float(np.where(short > TOLERANCE, short, 0.0).sum())

    def _bettered(self, aim: Floats, x: Floats) -> tuple[Floats, float]:
        """Return a choice that keeps to the rows, no exchange of one or two options bettering it, and its value.

        Options near the margin are exchanged, those of which the prices of the first box say so. A choice that misses
        rows is mended first; where that fails, its value is minus infinity.
        """
        assert self._rows is not None
        near = np.argsort(np.abs(aim - self._prices[0] @ self._matrix), kind="stable")[: self._swaps]
        x, matrix = x.copy(), np.pad(self._matrix[:, near], ((0, 0), (0, 1)))  # the last stands for none
        worth = np.append(aim[near], 0.0)
        low, high = self._rows.low[:, None, None], self._rows.high[:, None, None]
        while True:
            inside = np.append(x[near] > 0, True)
            out, into = np.flatnonzero(inside), np.flatnonzero(np.append(~inside[:-1], True))
            used = self._matrix @ x
            taken = used[:, None, None] - matrix[:, out, None] + matrix[:, None, into]
            short = np.maximum(low - taken, taken - high)
            missed = np.where(short > TOLERANCE, short, 0.0).sum(axis=0)
            gain = worth[into] - worth[out][:, None]
            now = self._missed(used)
            if now > 0:
                if missed.min() >= now:
                    return x, -np.inf
                gain = np.where(missed <= missed.min(), gain, -np.inf)
            else:
                gain = np.where(missed > 0, -np.inf, gain)
                if gain.max() <= TOLERANCE:
                    return x, float(aim @ x)
            leaves, enters = np.unravel_index(int(np.argmax(gain)), gain.shape)
            for place, value in ((out[leaves], 0.0), (into[enters], 1.0)):
                if place < len(near):
                    x[near[place]] = value


def _enough(value: float, gap: float, near: float) -> float:
    """Return up to which bound a value is good enough."""
    return value + max(gap * abs(value), near, TOLERANCE * max(1.0, abs(value))) if np.isfinite(value) else -np.inf


def _same(one: Rows, other: Rows) -> bool:
    """Return whether rows are the same."""
    pairs = [(one.matrix.indptr, other.matrix.indptr), (one.matrix.indices, other.matrix.indices),
             (one.matrix.data, other.matrix.data), (one.low, other.low), (one.high, other.high)]  # fmt: skip
    return all(np.array_equal(*pair) for pair in pairs)
