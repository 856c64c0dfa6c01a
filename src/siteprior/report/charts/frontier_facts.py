"""What a chart of a frontier shows, as figures and words: its points, their measures, and whether it is one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.report.charts.axis import Scale, measure_words, scale_of
from siteprior.report.charts.page import as_numbers

Floats = npt.NDArray[np.float64]

LESS_IS_BETTER = ("cost",)
"""Measures of which less is better."""


def frontier_words(
    frontier: pd.DataFrame,
    *,
    x: str,
    y: str,
    labels: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> str:
    """Return the chart in words, for those who do not see it: its two ends.

    Examples
    --------
    >>> frontier_words(pd.DataFrame({"homes": [40, 10], "cost": [4e6, 1.5e6]}), x="cost", y="homes")
    '2 programmes, none of which betters another on both measures. One end: Cost (£m) 1.5, Homes 10. The other: \
Cost (£m) 4.0, Homes 40.'
    """
    return programme_words(
        known_points(frontier, x, y), (x, y), [named_measure(name, labels or {}, units or {}) for name in (x, y)]
    )


def known_points(frontier: pd.DataFrame, x: str, y: str) -> pd.DataFrame:
    """Return the programmes that have both figures, from the left to the right."""
    table = as_numbers(frontier, (x, y, "sites")).sort_values([x, y], kind="stable")
    return table[pd.Series(np.isfinite(table[[x, y]].to_numpy()).all(axis=1), index=table.index)]


def named_measure(name: str, labels: Mapping[str, str], units: Mapping[str, str]) -> tuple[str, str]:
    """Return a measure's words and its unit: those that were given, or its own."""
    words, unit = measure_words(name)
    return " ".join(str(labels.get(name, words)).split()), str(units.get(name, unit))


def axis_title(words: str, axis: Scale) -> str:
    """Return what stands at an axis: words and unit."""
    return f"{words} ({axis.unit})" if axis.unit else words


def programme_words(known: pd.DataFrame, names: tuple[str, str], words: list[tuple[str, str]]) -> str:
    """Say how many programmes there are, and what both measures are at the two ends."""
    if known.empty:
        return "No programme to show."
    points = known[list(names)].to_numpy(dtype=float)
    axes = [scale_of(points[:, at], unit) for at, (_, unit) in enumerate(words)]
    titles = [axis_title(of, axis) for (of, _), axis in zip(words, axes, strict=True)]
    first, last = (
        ", ".join(f"{title} {_figures(points[:, at], axes[at], end[at])}" for at, title in enumerate(titles))
        for end in points[[0, -1]]
    )
    if len(points) == 1:
        return f"1 programme: {first}."
    none = ", none of which betters another on both measures" if is_frontier(points, names) else ""
    return f"{len(points)} programmes{none}. One end: {first}. The other: {last}."


def is_frontier(points: Floats, names: tuple[str, str]) -> bool:
    """Return whether no point is better than another on one measure and no worse on the other.

    They need not be where other measures are drawn than those the frontier was made of.

    Examples
    --------
    >>> points = np.array([[1.0, 10.0], [2.0, 20.0]])
    >>> is_frontier(points, ("cost", "homes")), is_frontier(points, ("benefit", "homes"))
    (True, False)
    """
    better = points * [-1.0 if name in LESS_IS_BETTER else 1.0 for name in names]
    ahead = better[:, None, :] - better[None, :, :]
    return not bool(((ahead >= 0).all(axis=2) & (ahead > 0).any(axis=2)).any())


def _figures(values: Floats, axis: Scale, value: float) -> str:
    """Return a figure in words, with a decimal where the largest has less than two digits before it."""
    few = float(np.abs(values).max()) / axis.by < 10
    return f"{value / axis.by:,.{1 if few and axis.unit else 2 if few and value % 1 else 0}f}"
