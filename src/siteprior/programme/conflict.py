"""Why no programme keeps to all constraints: which of them conflict, and how far each would have to give way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.programme.model import CHOICE, SHARE, Block, Model
from siteprior.programme.solve import TOLERANCE, Floats, Rows, beyond_share, maximise, row_of, stacked


class InfeasibleError(InputError):
    """No programme keeps to all constraints: which conflict, and how far each would have to give way, in its unit.

    Attributes
    ----------
    conflict
        One row per ``constraint`` of a smallest conflict: all of them together cannot be kept to, yet all but any one
        can. ``limit``; ``relax_by``, the least by which this one alone has to give way for the rest of the conflict to
        be kept to (a share as 0–1, a lock or a prerequisite as 1: to be dropped); ``becomes``, the limit then;
        ``relax_for_all``, the least that makes the whole programme possible, missing where this one alone cannot. Of
        many sites each of these does, and is the least to the parameter ``gap``.

    Examples
    --------
    >>> import siteprior as sp
    >>> sites = pd.DataFrame({"benefit": [60, 50], "cost": [10, 9], "homes": [80, 40]}, index=["a", "b"])
    >>> try:
    ...     sp.choose_programme(sites, budget=15, constraints=sp.programme.Floor("homes", 100))
    ... except sp.programme.InfeasibleError as error:
    ...     error.conflict["relax_by"].to_dict()
    {'budget at most 15': 4.0, 'homes at least 100': 20.0}
    """

    def __init__(self, conflict: pd.DataFrame | str) -> None:
        if isinstance(conflict, str):  # as pickle and copy make it again
            super().__init__(conflict)
            return
        self.conflict = conflict
        ways = [f"{name} → {row['becomes']:,.6g}" for name, row in conflict.iterrows() if np.isfinite(row["becomes"])]
        drops = [f"drop '{name}'" for name, row in conflict.iterrows() if not np.isfinite(row["becomes"])]
        names = "; ".join(map(str, conflict.index))
        super().__init__(
            f"programme: cannot keep to all of: {names}. Of these alone any one would do: {'; '.join([*ways, *drops])}"
        )


def conflict_table(model: Model) -> pd.DataFrame:
    """Return a smallest conflict of a programme that cannot be, with how far each constraint would have to give way.

    By deletion filtering (Chinneck 2008, *Feasibility and Infeasibility in Optimization*): a constraint without which
    the rest still cannot be kept to is no part of it. Halves are tried first, then each on its own.
    """
    conflict = smallest_conflict(model)
    rows = []
    for block in conflict:
        by, becomes = relaxed(model, block, [other for other in conflict if other is not block])
        whole, _ = relaxed(model, block, [other for other in model.blocks if other is not block])
        rows.append((block.name, block.limit, by, becomes, whole))
    columns = ["constraint", "limit", "relax_by", "becomes", "relax_for_all"]
    return pd.DataFrame(rows, columns=columns).set_index("constraint")


def smallest_conflict(model: Model) -> list[Block]:
    """Return constraints that cannot be kept to together, while all but any one of them can."""
    kept = list(model.blocks)
    size = max(1, len(kept) // 2)
    while True:
        place = 0
        while place < len(kept):
            rest = [*kept[:place], *kept[place + size :]]
            if rest and not _possible(model, rest):
                kept = rest
            else:
                place += size
        if size == 1:
            return kept
        size //= 2


def _possible(model: Model, blocks: Sequence[Block]) -> bool:
    return maximise(np.zeros(len(model.benefit)), model.rows(blocks), gap=0.0) is not None


def relaxed(model: Model, block: Block, others: Sequence[Block]) -> tuple[float, float]:
    """Return the least by which a constraint has to give way so that others can be kept to, and its limit then.

    Both in the constraint's unit, a share as 0–1; missing where giving way does not help, and no limit where a lock,
    an exclusion or a prerequisite is dropped.
    """
    if block.kind == SHARE and block.part is not None and block.whole is not None:
        best = best_share(model, block.part, block.whole, others)
        return (np.nan, np.nan) if best is None else (block.limit - best[0], best[0])
    size = float(np.abs(block.rows.matrix.data).max(initial=0.0)) or 1.0
    rows = model.rows(others)
    count, own = rows.matrix.shape[0], len(block.rows.low)
    up = np.where(np.isfinite(block.rows.low), size, -size)  # at least: more; at most: less
    wide = stacked([
        Rows(csr_array(hstack([rows.matrix, csr_array((count, 1))], format="csr")), rows.low, rows.high),
        Rows(csr_array(hstack([block.rows.matrix, csr_array(up.reshape(own, 1))], format="csr")),
             block.rows.low, block.rows.high),
    ])  # fmt: skip
    aim = np.zeros(len(model.benefit) + 1)
    aim[-1] = -1.0
    most = np.ones(len(aim))
    most[-1] = np.inf
    found = maximise(aim, wide, gap=_gap(model), most=most)
    if found is None:
        return np.nan, np.nan
    # by the figures as given: what the choice misses the limit by
    taken = block.rows.matrix @ found.x[:-1]
    by = float(np.maximum(block.rows.low - taken, taken - block.rows.high).max())
    if block.kind == CHOICE:
        return by, np.nan
    return by, block.limit - by if np.isfinite(block.rows.low[0]) else block.limit + by


def best_share(
    model: Model, part: Floats, whole: Floats, others: Sequence[Block], *, near: float = 0.0
) -> tuple[float, Floats] | None:
    """Return the highest share that others leave possible, 0–1, and a choice that has it; nothing where none does.

    ``near`` is by how much the share may be bettered.

    Each step maximises part − share × whole; where that is zero the share is the highest (Dinkelbach 1967).
    """
    rows = stacked([model.rows(others), row_of(whole, low=_least(whole))])
    share, slack = 0.0, 0.0
    while True:
        found = maximise(beyond_share(part, whole, share), rows, gap=max(near, _gap(model)), near=slack)
        if found is None:
            return None
        best = float(part @ found.x) / float(whole @ found.x)
        if best <= share + TOLERANCE:
            return max(best, share), found.x
        share, slack = best, near * float(whole @ found.x)


def _gap(model: Model) -> float:
    """Return the gap to which giving way is least: none of few options, that of the parameters of many."""
    numbers = load_parameters("programme")
    return 0.0 if len(model.benefit) < numbers.integer("exact_below") else numbers.number("gap")


def _least(whole: Floats) -> float:
    """Return the least that some site has: a share is of something."""
    some = whole[whole > 0]
    return float(some.min()) if len(some) else 1.0
