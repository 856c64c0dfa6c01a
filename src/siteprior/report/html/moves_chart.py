"""The chart of moves: a line per site on either shortlist, from its earlier rank to its later; laid out here."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import pandas as pd

from siteprior.report.html._common import plain_rows

_CHART = {"width": 1000, "left": 410, "right": 590, "head": 26, "step": 34, "gap": 16}
_LINE = 48  # letters of a line of a name beside the chart
_LINES = 2
_KINDS = {("yes", "yes"): "stays", ("no", "yes"): "comes", ("yes", "no"): "goes"}


def moves_chart(moves: pd.DataFrame) -> dict[str, Any]:
    """Lay out the lines (pixels of its own viewBox): places of either shortlist by rank, others beneath them.

    Parameters
    ----------
    moves
        ``site_name``, ``rank_a``, ``rank_b``, ``shortlisted_a`` and ``shortlisted_b``, of either shortlist.

    Examples
    --------
    >>> moves = pd.DataFrame({"site_name": ["A", "B"], "rank_a": [1, 2], "rank_b": [2, 1],
    ...     "shortlisted_a": "yes", "shortlisted_b": "yes"})
    >>> [(line["from"], line["to"]) for line in moves_chart(moves)["lines"]]
    [(43.0, 77.0), (77.0, 43.0)]
    """
    table = moves.reset_index(drop=True)
    before, after = (_heights(table, side) for side in "ab")
    lines = [
        {
            "name": _wrapped(str(row["site_name"]) if row["site_name"] is not None else "no name"),
            "kind": _KINDS.get((row["shortlisted_a"], row["shortlisted_b"]), "stays"),
            "rank_a": row["rank_a"],
            "rank_b": row["rank_b"],
            "from": before[place],
            "to": after[place],
        }
        for place, row in enumerate(plain_rows(table))
    ]
    deepest = max([_CHART["head"], *before.values(), *after.values()])
    return {**_CHART, "height": deepest + _CHART["step"], "lines": lines}


def _heights(table: pd.DataFrame, side: str) -> dict[int, float]:
    """Return how far down each row stands on one side: the shortlist by rank, a gap, then all that are not on it."""
    listed = table[f"shortlisted_{side}"] == "yes"
    order = table.assign(off=~listed).sort_values(["off", f"rank_{side}", "site_name"], na_position="last").index
    heights = {}
    for place, row in enumerate(order):
        gap = 0 if listed[row] else _CHART["gap"]
        heights[int(row)] = _CHART["head"] + (place + 0.5) * _CHART["step"] + gap
    return heights


def _wrapped(name: str) -> list[str]:
    """Return a name in its lines; what two cannot take is cut, for the table of changes has it whole."""
    return wrap(name, _LINE, max_lines=_LINES, placeholder="…", break_on_hyphens=False) or ["no name"]
