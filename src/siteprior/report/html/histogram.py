"""The histogram of viability gaps in the report: laid out here, drawn by the template."""

from __future__ import annotations

from typing import Any

import pandas as pd

_STEPS = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
_BARS = 8  # of the histogram, at most, beside those of no gap and of what lies beyond
_CHART = {"width": 720, "height": 150, "foot": 34, "head": 16}


def histogram(gap: pd.Series) -> dict[str, Any]:
    """Lay out a histogram (pixels of its own viewBox) of gaps per home in GBP: no gap, equal steps, and the rest.

    Examples
    --------
    >>> chart = histogram(pd.Series([0.0, 500.0, 1500.0, 1600.0]))
    >>> [(bar["label"], bar["sites"]) for bar in chart["bars"]]
    [('no gap', 1), ('£0–1k', 1), ('£1–2k', 2)]
    """
    top = float(gap.max())
    reach = float(gap.quantile(0.95))
    step = next((step for step in _STEPS if step * _BARS >= reach), _STEPS[-1])
    last = min(max(int(-(-top // step)), 1), _BARS)
    bars: list[dict[str, Any]] = [{"label": "no gap", "sites": int((gap <= 0).sum())}]
    for place in range(last):
        low, high = place * step, (place + 1) * step
        label = f"£{low // 1000:,}–{high // 1000:,}k"
        bars.append({"label": label, "sites": int(((gap > low) & (gap <= high)).sum())})
    if top > last * step:
        bars.append({"label": f"over £{last * step // 1000:,}k", "sites": int((gap > last * step).sum())})
    slot = _CHART["width"] / len(bars)
    most = max(bar["sites"] for bar in bars)
    height = _CHART["height"] - _CHART["foot"] - _CHART["head"]
    drawn = []
    for place, bar in enumerate(bars):
        tall = height * bar["sites"] / most
        drawn.append(
            {
                **bar,
                "x": place * slot + 2,
                "width": slot - 4,
                "y": _CHART["head"] + height - tall,
                "height": tall,
                "middle": (place + 0.5) * slot,
            }
        )
    return {**_CHART, "base": _CHART["head"] + height, "bars": drawn}
