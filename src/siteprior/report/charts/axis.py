"""The figures at an axis: where its ticks stand, and how what is measured is written in its unit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

POUNDS, SHARE = "£", "share"
"""Units whose figures are written in others: pounds in millions and the like, shares of 1 in percent."""

MONEY = ((1e9, "£bn"), (1e6, "£m"), (1e3, "£ thousand"))

FROM_ZERO = 0.4
"""An axis begins at 0 where the least figure is less than this share of the greatest."""

TINY = 1e-9
"""Figures below this count as 0, and those that differ by less of their size as equal: floating-point tolerance."""

PAD = 0.06
"""Share of an axis left free at its ends; a third of it below 0, where an axis begins there."""


class Scale(NamedTuple):
    """An axis: its ends and ticks as they are in the table, what figures are divided by, and the unit they are in."""

    low: float
    high: float
    ticks: list[float]
    by: float
    unit: str

    def share(self, value: float) -> float:
        """Return where along the axis a value stands, 0–1."""
        return (value - self.low) / (self.high - self.low)

    def figure(self, value: float) -> str:
        """Return a value as it is written at the axis, as exact as its ticks are."""
        step = abs(self.ticks[1] - self.ticks[0]) / self.by if len(self.ticks) > 1 else 1.0
        digits = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
        return f"{value / self.by:,.{digits}f}"


def log_ticks(high: float) -> list[int]:
    """Return 1, 2, 5 and their tens up to ``high``, for an axis of ranks.

    Examples
    --------
    >>> log_ticks(174)
    [1, 2, 5, 10, 20, 50, 100]
    """
    tens = (10**power for power in range(math.floor(math.log10(high)) + 1))
    return [step * ten for ten in tens for step in (1, 2, 5) if step * ten <= high]


def scale_of(values: np.ndarray, unit: str, *, most: int = 7) -> Scale:
    """Return an axis that shows all values, with ticks at round figures, ``most`` steps or a little over.

    Examples
    --------
    >>> axis = scale_of(np.array([900000.0, 4100000.0]), "£")
    >>> axis.unit, [axis.figure(tick) for tick in axis.ticks], axis.figure(2500000.0)
    ('£m', ['0', '1', '2', '3', '4'], '2')
    """
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    size = max(abs(low), abs(high))
    if size < TINY:
        low, high = 0.0, 1.0
    elif high - low < TINY * size:
        low, high = min(low, 0.0), max(high, 0.0)
    elif 0 <= low < FROM_ZERO * high:
        low = 0.0
    spread = high - low
    by, words = _unit(unit, size)
    least, end = low - PAD / (1 if low else 3) * spread, high + PAD * spread
    step = _round_step(spread / most)
    first = math.ceil(least / step - 1e-9)
    ticks = [place * step for place in range(first, math.floor(end / step + 1e-9) + 1)]
    return Scale(least, end, ticks, by, words)


def _round_step(least: float) -> float:
    """Return the least of 1, 2 and 5 times a power of ten that is no less than ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return next((times * power for times in (1, 2, 5) if times * power >= least * (1 - 1e-9)), 10 * power)


def _unit(unit: str, size: float) -> tuple[float, str]:
    """Return what figures of a unit are divided by, and the unit they are written in."""
    if unit == SHARE:
        return 0.01, "%"
    if unit == POUNDS:
        return next(((by, words) for by, words in MONEY if size >= by), (1.0, POUNDS))
    return 1.0, unit


_WORDS: Mapping[str, tuple[str, str]] = {
    "benefit": ("Benefit", ""),
    "cost": ("Cost", POUNDS),
    "sites": ("Opportunities", ""),
    "homes": ("Homes", ""),
    "jobs": ("Jobs", ""),
    "affordable_homes": ("Affordable homes", ""),
    "share of affordable_homes": ("Affordable homes", SHARE),
}
"""What readers see of measures a programme usually has, and the unit they are in."""


def measure_words(name: str) -> tuple[str, str]:
    """Return a measure of a programme in words, and its unit where that is known.

    Examples
    --------
    >>> measure_words("cost"), measure_words("share of homes in imd_decile 1 to 2"), measure_words("gap_gbp")
    (('Cost', '£'), ('Share of homes in IMD decile 1 to 2', 'share'), ('Gap', '£'))
    """
    if name in _WORDS:
        return _WORDS[name]
    unit = SHARE if name.startswith("share of ") else POUNDS if name.endswith("_gbp") else ""
    words = name.removesuffix("_gbp").replace("imd_decile", "IMD decile").replace("_", " ")
    return words[:1].upper() + words[1:], unit
