"""What a band of ranks comes from: the weights, facts measured in doubt, or facts that nobody knows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.progress import Progress
from siteprior.ranking.bands import rank_bands
from siteprior.ranking.scoring import normalised
from siteprior.ranking.smaa_facts import missing_facts

PARTS = ("weights", "measured", "missing", "all")


def rank_band_parts(
    values: pd.DataFrame,
    weights: Mapping[str, float],
    *,
    low: pd.DataFrame,
    high: pd.DataFrame,
    seed: int,
    known: pd.DataFrame | None = None,
    draws: int | None = None,
    spread: float | None = None,
    bands: pd.DataFrame | None = None,
    progress: Progress | bool | None = None,
) -> pd.DataFrame:
    """Return the band of ranks (1 = first) by what it comes from: one kind of doubt drawn at a time, and all together.

    Parameters
    ----------
    values
        Sites × criteria, 0–1, of the sites that are ranked; missing counts as 0, the worst.
    weights
        Weight per criterion, in any unit.
    low, high
        Lowest and highest each value may be, as :func:`siteprior.ranking.uncertainty.value_ranges` gives them.
    seed
        Seed of the draws: each part is drawn from the streams of all together.
    known
        The known share of each measurement, as :func:`siteprior.ranking.uncertainty.known_shares` gives it: what is
        known in part counts as missing, its range too. By default what is there is known.
    draws, spread
        As :func:`siteprior.ranking.rank_bands`.
    bands
        What :func:`siteprior.ranking.rank_bands` returned of the same, where it was drawn already.
    progress
        ``True`` counts the draws of facts on a terminal or in a notebook; a function gets lines.

    Returns
    -------
    DataFrame
        On the index of ``values``, whole numbers, the 5th and the 95th percentile of the ranks with

        - ``rank_p05_weights``, ``rank_p95_weights``: the weights redrawn, all facts as given;
        - ``rank_p05_measured``, ``rank_p95_measured``: known facts redrawn within their ranges, weights as given;
        - ``rank_p05_missing``, ``rank_p95_missing``: missing facts from worst to best, all else as given;
        - ``rank_p05_all``, ``rank_p95_all``: everything redrawn, the band of :func:`siteprior.ranking.rank_bands`.

        The widths need not add up: a doubt may hide behind another.

    Raises
    ------
    InputError
        As :func:`siteprior.ranking.rank_bands`; or when there are no ranges.

    Examples
    --------
    >>> values = pd.DataFrame({"capacity": [0.9, 0.5, None, 0.3]}, index=list("abcd"))
    >>> low, high = values.fillna(0.0), values.fillna(1.0)
    >>> parts = rank_band_parts(values, {"capacity": 1}, low=low, high=high, seed=1, draws=200)
    >>> parts[["rank_p05_weights", "rank_p95_measured", "rank_p05_missing", "rank_p95_missing"]].loc["c"].tolist()
    [4, 4, 1, 4]
    """
    if low is None or high is None:
        raise InputError("low, high: needs both, as value_ranges gives them; rank_bands does without")
    whole = bands
    if whole is None:
        whole = rank_bands(
            values, weights, seed=seed, draws=draws, spread=spread, low=low, high=high, progress=progress
        )
    made = {"weights": rank_bands(values, weights, seed=seed, draws=draws, spread=spread)}
    names = [name for name, share in normalised(weights).items() if share > 0]
    given = values[names].fillna(0.0)
    missing = missing_facts(values, names, known)
    for part, redrawn in (("measured", ~missing), ("missing", missing)):
        least, most = (
            pd.DataFrame(np.where(redrawn, table[names], given), values.index, names) for table in (low, high)
        )
        made[part] = rank_bands(
            values, weights, seed=seed, draws=draws, spread=0, low=least, high=most, progress=progress
        )
    made["all"] = whole
    return pd.concat([made[part].add_suffix(f"_{part}") for part in PARTS], axis=1)
