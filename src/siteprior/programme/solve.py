"""The engine: mixed-integer programmes by HiGHS, the same on every machine; many options by the relaxation and a core.

Of many options the linear relaxation decides most. A small core, those of the smallest reduced cost, is searched with
the others fixed; the relaxation's bound then often proves the result good enough. Where it does not, every option
whose reduced cost shows that no better programme has it the other way stays fixed, and all others are searched.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple, TypeAlias

import highspy
import numpy as np
import numpy.typing as npt
from highspy import _Highs  # type: ignore[attr-defined]  # there, though its stub leaves it out
from scipy.sparse import csr_array, vstack

from siteprior.core.errors import SitePriorError
from siteprior.core.parameters import load_parameters

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

TOLERANCE = 1e-9
"""What HiGHS may miss a scaled row or a whole number by: near the least it takes."""

EXCESS = 1e-8
"""By what share of its limit a result may miss a row, the rounding of sums included."""

DECIMALS = 12
"""Scaled figures are rounded to these, so that costs in pounds and in thousands give the same programme."""


class Rows(NamedTuple):
    """Rows over options: low ≤ matrix · x ≤ high."""

    matrix: csr_array
    low: Floats
    high: Floats


class Found(NamedTuple):
    """The best that was found.

    Attributes
    ----------
    x
        Value per variable; whole where it has to be.
    value, bound
        The objective reached, and what it cannot exceed.
    """

    x: Floats
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """How far the bound lies above the value, as a share of the value."""
        return proven_gap(self.value, self.bound)


class _Answer(NamedTuple):
    found: Found
    reduced: Floats


def proven_gap(value: float, bound: float) -> float:
    """Return by what share of its value a result may be bettered, 0 where it cannot.

    Examples
    --------
    >>> proven_gap(100.0, 100.1) < 0.0011, proven_gap(100.0, 100.0)
    (True, 0.0)
    """
    above = max(0.0, bound - value)
    if above <= TOLERANCE * max(1.0, abs(value)):
        return 0.0
    return above / abs(value) if value else float("inf")


def row_of(values: Floats, *, low: float = -np.inf, high: float = np.inf) -> Rows:
    """Return one row over the options."""
    return Rows(csr_array(np.atleast_2d(values)), np.array([low], dtype=float), np.array([high], dtype=float))


def beyond_share(part: Floats, whole: Floats, share: float) -> Floats:
    """Return part − share × whole of each option; what only rounding leaves of an equal one is zero.

    A row is scaled by its largest figure: were all of them rounding, it would forbid what keeps to the share exactly.

    Examples
    --------
    >>> beyond_share(np.array([24.8, 30.0]), np.array([124.0, 100.0]), 0.2).tolist()
    [0.0, 10.0]
    """
    beyond = part - share * whole
    return np.where(np.abs(beyond) <= TOLERANCE * (np.abs(part) + np.abs(share * whole)), 0.0, beyond)


def stacked(rows: Sequence[Rows]) -> Rows:
    """Return rows below each other."""
    matrix = csr_array(vstack([each.matrix for each in rows], format="csr"))
    return Rows(matrix, np.concatenate([each.low for each in rows]), np.concatenate([each.high for each in rows]))


def maximise(
    objective: Floats, rows: Rows, *, gap: float, most: Floats | None = None, near: float = 0.0
) -> Found | None:
    """Return what maximises an objective within rows, to a proven gap; nothing where no choice keeps to the rows.

    Parameters
    ----------
    objective
        Per variable. Variables are 0 or 1.
    rows
        What to keep to.
    gap
        Share of the objective by which the result may be bettered.
    most
        Upper bounds of variables; one that is none of 0 and 1 makes its variable continuous.
    near
        By how much the result may be bettered, too, in the unit of the objective: of one that may be zero a share says
        nothing.

    Raises
    ------
    SitePriorError
        When the search ends at its most nodes without a result.

    Examples
    --------
    >>> found = maximise(np.array([60.0, 50.0]), row_of(np.array([10.0, 9.0]), high=15.0), gap=0.0)
    >>> found.x.tolist(), found.value, found.bound
    ([1.0, 0.0], 60.0, 60.0)
    """
    numbers = load_parameters("programme")
    scaled = _scaled(rows)
    weight = float(np.abs(objective).max(initial=0.0)) or 1.0
    aim = np.round(objective / weight, DECIMALS)
    high = np.ones(len(objective)) if most is None else most
    whole = np.isin(high, (0.0, 1.0))
    if len(objective) < numbers.integer("core_from"):
        answer = _highs(aim, scaled, np.zeros(len(aim)), high, whole, gap, near / weight)
        found = None if answer is None else answer.found
    else:
        found = _by_core(aim, scaled, high, whole, gap, near / weight)
    if found is None:
        return None
    x = np.where(whole, np.round(found.x), found.x) + 0.0
    _keeps(x, rows)
    value = float(objective @ x)
    return Found(x, value, max(value, found.bound * weight))


def _by_core(aim: Floats, rows: Rows, high: Floats, whole: Flags, gap: float, near: float) -> Found | None:
    """Search a core with all other options as the relaxation has them, then all that a better result could change."""
    zero = np.zeros(len(aim))
    relaxed = _highs(aim, rows, zero, high, np.zeros(len(aim), dtype=bool), gap, near)
    if relaxed is None:
        return None
    rounded, reduced = np.round(relaxed.found.x), np.abs(relaxed.reduced)
    split = (np.abs(relaxed.found.x - rounded) > TOLERANCE) | ~whole  # what is continuous is always free
    order = np.argsort(np.where(split, -1.0, reduced), kind="stable")
    numbers = load_parameters("programme")
    few = min(numbers.integer("core_options"), ceil(numbers.number("core_share") * len(aim)))
    size = few + int(split.sum())
    best: Found | None = None
    enough = max(near, gap * abs(relaxed.found.value)) / 2  # a share of the whole, not of the part that is free
    while best is None and size < len(aim):
        free = np.zeros(len(aim), dtype=bool)
        free[order[:size]] = True
        answer = _within(aim, rows, rounded, high, whole, free, 0.0, enough, presolve=False)
        best = None if answer is None else answer.found
        size *= 8
    if best is not None:
        bound = relaxed.found.bound
        if proven_gap(best.value, bound) <= gap or bound - best.value <= near:
            return Found(best.x, best.value, bound)
        free = (reduced <= bound - best.value + TOLERANCE) | ~whole
        # From a start, the search has but to prove how good it is, which presolve and its restarts put off. The share
        # is of the whole, not of the part that is free.
        start, near = best.x, max(near, gap * best.value)
    else:
        free, start = np.ones(len(aim), dtype=bool), None
    answer = _within(aim, rows, rounded, high, whole, free, gap, near, start=start, presolve=start is None)
    if answer is None:
        return best
    last = answer.found
    if best is not None and best.value > last.value:
        last = Found(best.x, best.value, last.bound)
    return Found(last.x, last.value, max(last.value, min(last.bound, relaxed.found.bound)))


def _within(
    aim: Floats,
    rows: Rows,
    fixed: Floats,
    high: Floats,
    whole: Flags,
    free: Flags,
    gap: float,
    near: float,
    *,
    start: Floats | None = None,
    presolve: bool = True,
) -> _Answer | None:
    """Search the free options alone, all others as they are fixed; from a result that is known, where one is."""
    rest = np.where(free, 0.0, fixed)
    taken = rows.matrix @ rest
    matrix = csr_array(rows.matrix[:, np.flatnonzero(free)])
    used = np.diff(matrix.indptr) > 0
    short = np.maximum(rows.low - taken, taken - rows.high)
    if (short[~used] > TOLERANCE).any():
        return None
    part = Rows(csr_array(matrix[np.flatnonzero(used)]), (rows.low - taken)[used], (rows.high - taken)[used])
    known = None if start is None else start[free]
    answer = _highs(
        aim[free], part, np.zeros(int(free.sum())), high[free], whole[free], gap, near, start=known, presolve=presolve
    )
    if answer is None:
        return None
    x = rest.copy()
    x[free] = answer.found.x
    base = float(aim @ rest)
    return _Answer(Found(x, answer.found.value + base, answer.found.bound + base), answer.reduced)


def _highs(
    aim: Floats,
    rows: Rows,
    low: Floats,
    high: Floats,
    whole: Flags,
    gap: float,
    near: float,
    *,
    start: Floats | None = None,
    presolve: bool = True,
) -> _Answer | None:
    """Return what HiGHS finds, one thread, one seed, from a start where one is given; nothing where there is none.

    Its presolve compares the options of a single row in pairs: a minute of 40,000, so the relaxation goes without.
    """
    if not len(aim):
        short = np.maximum(rows.low, -rows.high)
        return None if (short > TOLERANCE).any() else _Answer(Found(low, 0.0, 0.0), low)
    solver = _Highs()  # its subclass Highs prints a banner when it is made
    for name, value in {
        "output_flag": False, "threads": 1, "parallel": "off", "random_seed": 0, "mip_rel_gap": float(gap),
        "mip_abs_gap": max(TOLERANCE, float(near)), "primal_feasibility_tolerance": TOLERANCE,
        "mip_feasibility_tolerance": TOLERANCE,
        "mip_max_nodes": load_parameters("programme").integer("most_nodes"),
        # Searches within the search, which 1.16 can repeat within each other for more than ten minutes on 490 options.
        "mip_heuristic_run_rens": False, "mip_heuristic_run_rins": False,
    }.items():  # fmt: skip
        solver.setOptionValue(name, value)
    if not (presolve and whole.any()):
        solver.setOptionValue("presolve", "off")
    solver.passModel(_lp(aim, rows, low, high, whole))
    if start is not None:
        known = highspy.HighsSolution()
        known.col_value = start.tolist()
        solver.setSolution(known)
    solver.run()
    status = solver.getModelStatus()
    kinds = highspy.HighsModelStatus
    if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        return None
    solution, info = solver.getSolution(), solver.getInfo()
    x = np.array(solution.col_value, dtype=float)
    if status not in (kinds.kOptimal, kinds.kSolutionLimit) or info.primal_solution_status != 2:
        raise SitePriorError(f"programme: the search ended without a result ({status.name}); give a larger gap")
    reduced = np.array(solution.col_dual, dtype=float) if not whole.any() else np.zeros(len(aim))
    bound = -info.mip_dual_bound if whole.any() else float(aim @ x)
    return _Answer(Found(x, float(aim @ x), float(bound)), reduced)


def _lp(aim: Floats, rows: Rows, low: Floats, high: Floats, whole: Flags) -> highspy.HighsLp:
    """Return the model as HiGHS takes it: it minimises."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(aim), len(rows.low)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = -aim, low, high
    lp.row_lower_, lp.row_upper_ = rows.low, rows.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = rows.matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = rows.matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = rows.matrix.data.astype(float)
    if whole.any():
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if each else kinds.kContinuous for each in whole]
    return lp


def _sizes(matrix: csr_array) -> Floats:
    """Return the largest figure of each row, 0 where it has none."""
    sizes = np.zeros(matrix.shape[0])
    np.maximum.at(sizes, np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), np.abs(matrix.data))
    return sizes


def _scaled(rows: Rows) -> Rows:
    """Return the rows with a largest figure of 1 each, rounded."""
    matrix = rows.matrix.copy()
    size = _sizes(matrix)
    size = np.where(size > 0, size, 1.0)
    matrix.data = np.round(matrix.data / np.repeat(size, np.diff(matrix.indptr)), DECIMALS)
    matrix.eliminate_zeros()
    return Rows(matrix, rows.low / size, rows.high / size)


def _keeps(x: Floats, rows: Rows) -> None:
    """Look at a result by the figures as given.

    Raises
    ------
    SitePriorError
        When it misses a row by more than the rounding of sums.
    """
    taken = rows.matrix @ x
    size = _sizes(rows.matrix)
    limit = sum(np.abs(np.where(np.isfinite(end), end, 0.0)) for end in (rows.low, rows.high))
    missed = np.maximum(rows.low - taken, taken - rows.high) > EXCESS * (size + limit)
    if missed.any():
        raise SitePriorError("programme: the result misses a limit by more than rounding; give figures of like size")
