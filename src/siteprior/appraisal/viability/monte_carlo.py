"""The shortfall of a site as a distribution: every input drawn within its stated range, thousands of times.

Drawn by Latin hypercube (McKay, Beckman and Conover, Technometrics 21, 1979): the distribution of each input is cut
into as many equally likely slices as there are draws, and each slice is drawn once, at its middle. The inputs shared by
all sites take their slices in one shuffled order, so that two sites are always compared under the same costs; a site's
own inputs (value, remediation) take theirs in an order that starts at a slice of the site's own. So a site's result
depends on its own facts, its label and the seed, never on which other sites there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.appraisal.viability.inputs import ENDS, Costs
from siteprior.core.random_streams import Floats, seed_keys

Number: TypeAlias = float | Floats

_BLOCK = 200
"""Sites drawn in one call, so that their draws stay in the processor's cache: never a matter of the result."""

_THREADS = 2
"""Blocks drawn at a time: a matter of speed, never of the result."""

_RANK_DECIMALS = 9  # floating-point tolerance before a share of the draws becomes a whole number


class Multipliers(NamedTuple):
    """What the shared inputs come down to: the shortfall is linear in a site's own facts.

    Shortfall (GBP) = hectares × ``land_gbp_per_ha`` + homes × (``cost_gbp_per_home`` − value per m² ×
    ``value_m2_per_home``) + remediation × ``remediation_factor``. Each is a number, or an array with one per draw.
    """

    land_gbp_per_ha: Number
    cost_gbp_per_home: Number
    value_m2_per_home: Number
    remediation_factor: Number


def multipliers(inputs: Mapping[str, Number]) -> Multipliers:
    """Return what the inputs of costs and scheme come down to; see :class:`Multipliers`.

    The lines are those of :func:`siteprior.appraisal.viability.residual.residual_land_value`, collected by homes,
    hectares, value and remediation.
    """
    share, size = inputs["affordable_share"], inputs["home_size_m2"]
    on_build = (1 + inputs["externals_share"]) * (1 + inputs["contingency_share"] + inputs["fees_share"])
    financed = 1 + inputs["finance_rate"] * inputs["finance_spend_share"] * inputs["finance_years"]
    kept_market = (1 - share) * (1 - inputs["marketing_share"] - inputs["return_market_share"])
    kept_affordable = share * inputs["affordable_value_share"] * (1 - inputs["return_affordable_share"])
    return Multipliers(
        land_gbp_per_ha=inputs["euv_gbp_per_ha"] * (1 + inputs["premium_share"]),
        cost_gbp_per_home=financed * (size * inputs["build_gbp_per_m2"] * on_build + inputs["s106_gbp_per_home"]),
        value_m2_per_home=size * (kept_market + kept_affordable),
        remediation_factor=financed,
    )


def shared_draws(*tables: Costs, draws: int, seed: int) -> dict[str, Number]:
    """Draw the shared inputs: an array per input that has a range, one number for every other.

    Each input is triangular between its low and high, most likely at its central value; its stream is its own, so
    that stating another input's range does not redraw it.
    """
    drawn: dict[str, Number] = {}
    for table in tables:
        low, central, high = (table.at(end) for end in ENDS)
        drawn |= central
        for name in table.ranged:
            drawn[name] = triangular(slices(draws, seed=seed, of=name), low[name], central[name], high[name])
    return drawn


def slices(draws: int, *, seed: int, of: str) -> Floats:
    """Return the middles of ``draws`` equal slices of 0–1 in a shuffled order, from the seed and the name alone.

    Examples
    --------
    >>> sorted(slices(4, seed=1, of="build").tolist())
    [0.125, 0.375, 0.625, 0.875]
    """
    shuffled = np.argsort(seed_keys(range(draws), seed=seed, of=of), kind="stable")
    return np.asarray((shuffled + 0.5) / draws, dtype=np.float64)


def triangular(u: Floats, low: float, central: float, high: float) -> Floats:
    """Return the numbers below which a share ``u`` of a triangular distribution lies.

    Examples
    --------
    >>> triangular(np.array([0.0, 0.125, 0.5, 1.0]), 10, 20, 30).tolist()
    [10.0, 15.0, 20.0, 30.0]
    """
    rising = low + np.sqrt(u * ((high - low) * (central - low)))
    falling = high - np.sqrt((1 - u) * ((high - low) * (high - central)))
    return np.asarray(np.where(u * (high - low) <= central - low, rising, falling))


def shortfall_bands(
    sites: pd.DataFrame,
    shared: Multipliers,
    *,
    draws: int,
    seed: int,
    value_interval: float,
    ends: tuple[float, float],
) -> pd.DataFrame:
    """Return the shortfall (GBP, benchmark less residual land value) over the draws: percentiles and the chance of one.

    A site's value per m² is lognormal on either side of its central value, which is its median: it lies below the
    stated low, and above the stated high, with a chance of (1 − ``value_interval``) / 2 each. Its remediation is
    triangular. Homes and hectares are taken as given.

    Parameters
    ----------
    sites
        ``homes``, ``hectares``, ``value_low``, ``value_central``, ``value_high`` (GBP/m², above zero) and
        ``remediation_low``, ``remediation_central``, ``remediation_high`` (GBP); nothing missing. The index labels
        the sites.
    shared
        The shared inputs as drawn, from :func:`multipliers`.
    draws
        How many draws.
    seed
        Seed of the draws.
    value_interval
        Chance that a site's value lies in its stated interval, between 0 and 1.
    ends
        The shares of the draws at the low and the high end of the band.

    Returns
    -------
    DataFrame
        ``low``, ``median``, ``high`` (shortfalls that occurred) and ``probability`` of one above zero.
    """
    from scipy.special import ndtri

    from siteprior.appraisal.viability.kernel import draw_sites

    ranks = np.array([max(1, ceil(round(share * draws, _RANK_DECIMALS))) - 1 for share in (ends[0], 0.5, ends[1])])
    deviations = ndtri((1 + value_interval) / 2)  # standard deviations from the median to an end of the interval
    facts = sites[["homes", "hectares", "value_central"]].astype("float64")
    facts["below"] = np.log(sites["value_central"] / sites["value_low"]) / deviations
    facts["above"] = np.log(sites["value_high"] / sites["value_central"]) / deviations
    facts[[f"remediation_{end}" for end in ENDS]] = sites[[f"remediation_{end}" for end in ENDS]]
    rows = np.ascontiguousarray(facts.to_numpy(dtype=np.float64))
    begin = [seed_keys(sites.index, seed=seed, of=of) % np.uint64(draws) for of in ("value", "remediation")]
    starts = np.column_stack(begin).astype(np.int64)
    z = ndtri(slices(draws, seed=seed, of="value"))
    u = slices(draws, seed=seed, of="remediation")
    roots = np.sqrt([u, 1 - u])
    numbers = np.array([np.broadcast_to(number, draws) for number in shared], dtype=np.float64)
    bands = np.empty((len(rows), 4))

    def draw(part: slice) -> None:
        drawn = np.empty((len(rows[part]), draws))
        draw_sites(rows[part], starts[part], np.tile(z, 2), np.tile(roots, 2), numbers, drawn)
        bands[part, 3] = np.count_nonzero(drawn > 0, axis=1) / draws
        bands[part, :3] = order_statistics(drawn, ranks)

    # compiled loops and numpy let other threads run, and each site is drawn by itself: the result is the same
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(draw, (slice(start, start + _BLOCK) for start in range(0, len(rows), _BLOCK))))
    return pd.DataFrame(bands, index=sites.index, columns=["low", "median", "high", "probability"])


def order_statistics(drawn: Floats, ranks: npt.NDArray[np.int64]) -> Floats:
    """Return per row the numbers that stand at the ``ranks`` (from 0) when the row is put in order; reorders ``drawn``.

    Each is a number that occurred. A compiled search by counting into bins gives the same numbers: 4.9 times as fast
    for this step alone (4,000 sites, 5,000 draws: 0.09 s against 0.44 s of one processor), 1.4 times for the whole of
    ``benchmarks/viability.py`` (40,000 sites: 8.3 s against 11.8 s of processor time); not enough to keep it.

    Examples
    --------
    >>> order_statistics(np.array([[3.0, 1.0, 2.0]]), np.array([0, 2])).tolist()
    [[1.0, 3.0]]
    """
    drawn.partition(ranks, axis=1)
    return drawn[:, ranks]
