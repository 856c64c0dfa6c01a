"""Weights that the numbers themselves would give, by entropy and CRITIC: diagnostics of spread, never of importance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.ranking.options import Anchors, Criteria, Weights, options_of
from siteprior.ranking.scoring import Ranked

Floats = npt.NDArray[np.float64]


def spread_weights(
    matrix: pd.DataFrame | Ranked,
    weights: Weights | None = None,
    *,
    anchors: Anchors | None = None,
    criteria: Criteria | None = None,
) -> pd.DataFrame:
    """Return, beside the stated weights (shares), those by entropy and by CRITIC: on what the sites differ.

    They say on which criteria the sites differ, which is no reason for a criterion to matter: a diagnostic, not a way
    to choose weights. A missing measurement counts as the worst anchor.

    Parameters
    ----------
    matrix, weights, anchors, criteria
        As of :func:`siteprior.ranking.cross_checks.compare_methods`.

    Returns
    -------
    DataFrame
        One row per weighed criterion: ``stated``; ``entropy``, of the measurements, missing where one is negative or
        all are 0; ``critic``, of the measurements from worst to best of the sites. Each sums to 1.

    Raises
    ------
    InputError
        When weights, measurements or anchors cannot be used, or there are fewer than two sites.

    Source
    ------
    Shannon entropy, p ln p; Diakoulaki, Mavrotas and Papayannakis 1995 (CRITIC).

    Examples
    --------
    >>> sites = pd.DataFrame({"walk_m": [300.0, 310.0, 320.0], "homes": [20.0, 200.0, 5.0]})
    >>> done = spread_weights(sites, {"walk_m": 1, "homes": 1}, anchors={"walk_m": (1000, 200), "homes": (0, 200)})
    >>> done["entropy"].round(3).tolist()
    [0.0, 1.0]
    """
    options = options_of(matrix, weights, anchors=anchors, criteria=criteria)
    if len(options.value_table) < 2:
        raise InputError(f"matrix: spread is that of at least two sites, it holds {len(options.value_table)}")
    table = options.measured.to_numpy()
    signs = np.array([np.sign(options.criteria[name].best - options.criteria[name].worst) for name in options.weights])
    rows = {"stated": list(options.weights.values()), "entropy": _entropy(table), "critic": _critic(table * signs)}
    return pd.DataFrame(rows, index=pd.Index(list(options.weights), name="criterion"))


def _entropy(table: Floats) -> Floats:
    """Return 1 − the entropy of each criterion's shares, made to sum to 1; nothing of numbers that have no shares."""
    totals = table.sum(axis=0)
    if (table < 0).any() or not (totals > 0).all():
        return np.full(table.shape[1], np.nan)
    shares = table / totals
    logs = np.log(shares, where=shares > 0, out=np.zeros_like(shares))  # 0 ln 0 is 0
    return _shared(1 + (shares * logs).sum(axis=0) / np.log(len(table)))


def _critic(table: Floats) -> Floats:
    """Return the deviation of each criterion times its disagreement with the others, made to sum to 1."""
    low, high = table.min(axis=0), table.max(axis=0)
    wide = high > low
    contrast = np.zeros(len(wide))
    if wide.any():
        scaled = (table[:, wide] - low[wide]) / (high - low)[wide]
        disagreement = (1 - np.atleast_2d(np.corrcoef(scaled, rowvar=False))).sum(axis=0)
        contrast[wide] = scaled.std(axis=0, ddof=1) * disagreement
    return _shared(contrast)


def _shared(numbers: Floats) -> Floats:
    """Return numbers divided by their sum; missing where they have none."""
    numbers = np.maximum(numbers, 0.0)
    total = numbers.sum()
    return numbers / total if total > 1e-12 else np.full(len(numbers), np.nan)
