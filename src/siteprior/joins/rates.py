"""Counts of sales near places, and rates shrunk to the rate of all where counts are small."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from siteprior.joins._geometry import known_places
from siteprior.walking.network import Floats

CHUNK = 4_000
"""Sites looked at together."""


def counts_within(places: Floats, sale_points: Floats, *, radius_m: float) -> Floats:
    """Count the sales within a distance (m) of each place; ``nan`` where the place is unknown.

    Examples
    --------
    >>> counts_within(np.array([[0.0, 0.0], [np.nan, 0.0]]), np.array([[3.0, 4.0], [9.0, 0.0]]), radius_m=5).tolist()
    [1.0, nan]
    """
    known = np.flatnonzero(known_places(places))
    counted = np.full(len(places), np.nan)
    counted[known] = 0.0
    if len(sale_points):
        distinct, many = np.unique(sale_points, axis=0, return_counts=True)  # thousands of homes share a postcode
        tree = cKDTree(distinct)
        for start in range(0, len(known), CHUNK):
            rows = known[start : start + CHUNK]
            near = tree.query_ball_point(places[rows], radius_m)
            counted[rows] = [many[inside].sum() for inside in near]
    return counted


def shrunk_rates(counts: Floats, exposure: Floats, *, counts_all: Floats, exposure_all: Floats) -> Floats:
    """Return counts over exposure, shrunk to the mean of all areas the more the less exposure there is.

    Global empirical Bayes by moments: with mean m = Σ counts / Σ exposure and variance A = s² − m / mean exposure (not
    below zero) of ``counts_all`` and ``exposure_all``, the rate is m + A / (A + m / exposure) × (counts / exposure
    − m). Where areas differ by no more than chance all have the mean.

    Notes
    -----
    Marshall 1991, *Mapping disease and mortality rates using empirical Bayes estimators*, Applied Statistics 40.

    Examples
    --------
    >>> counts, exposure = np.array([10.0, 30.0]), np.array([1000.0, 1000.0])
    >>> shrunk_rates(counts, exposure, counts_all=counts, exposure_all=exposure).round(3).tolist()
    [0.012, 0.028]
    """
    mean = counts_all.sum() / exposure_all.sum()
    rate = counts_all / exposure_all
    between = (exposure_all * (rate - mean) ** 2).sum() / exposure_all.sum() - mean / exposure_all.mean()
    between = max(float(between), 0.0)
    own = counts / exposure
    if between == 0:
        return np.where(np.isfinite(own), mean, np.nan)
    return np.asarray(mean + between / (between + mean / exposure) * (own - mean))
