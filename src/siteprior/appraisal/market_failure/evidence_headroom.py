"""What published land values show of a missing market: the headroom of a hectare against announced public grants.

A council's average never decides a verdict: :mod:`siteprior.appraisal.market_failure.verdict` knows this reading by its
source. Where the user's own appraisal with sources says something of a site, this reading is silent.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteprior.appraisal.market_failure.evidence import column, evidence
from siteprior.appraisal.market_failure.evidence_market import nearby_sales, sourced
from siteprior.appraisal.market_failure.registry import reading
from siteprior.appraisal.viability.study_costs import WORDS
from siteprior.core.parameters import Parameters

SOURCE = "headroom_gbp_per_ha"
"""The source of the reading, by which the verdict knows that it is a council's average."""

CAVEAT = (
    "grants are what closed the gaps of chosen sites, not costs, of mixed years and the region's own past choices; a "
    "council's average says nothing of this site's ground"
)
"""Stated with every such reading."""


@reading("V", source=SOURCE)
def little_headroom(sites: pd.DataFrame, headroom: Parameters) -> pd.DataFrame:
    """Measure the missing market (0–1) by what land can bear per hectare on published land values.

    Grade B and 1 where there is no headroom over its whole range. Else grade C and never below the least of the scale:
    the share of announced public grants per hectare that is above the headroom. ``value_low`` and ``value_high`` are at
    the ends of the range; where the site's local price is not known the value is that at the end with most headroom.
    No row where the user's own appraisal, each of its costs with a source, states a gap or none.
    """
    low, central, high = (
        column(sites, f"headroom{end}_gbp_per_ha", "number").astype("float64") for end in ("_low", "", "_high")
    )
    own = column(sites, "gap_gbp_per_home", "number").notna() & sourced(column(sites, "viability_basis", "text"))
    known = low.notna() & central.notna() & high.notna() & ~own
    priced = column(sites, "local_price_ratio", "number").notna()
    none = high <= 0
    least, most = (_above(part, headroom).mask(none, 1.0) for part in (high, low))
    value = _above(central, headroom).mask(none, 1.0).where(priced, least)
    basis = column(sites, "headroom_basis", "text").fillna("what it rests on is not stated")
    pays = column(sites, "viable_at_study_costs", "flag") == "yes"
    ends = zip(central[known], low[known], high[known], basis[known], strict=True)
    sold = zip(pays[known], nearby_sales(sites)[known], strict=True)
    return evidence(
        sites.index[known],
        value=value[known],
        grade=np.where(none[known], "B", "C"),
        reason=[f"{_bears(middle, floor, top)} ({_edition(text)})" for middle, floor, top, text in ends],
        counter=[f"{f'{WORDS}; ' if viable else ''}{near}; {CAVEAT}" for viable, near in sold],
        low=least[known],
        high=most[known],
    )


def _above(headroom: pd.Series, scale: Parameters) -> pd.Series:
    """Return the share of announced grants per hectare above a headroom, linear between, constant beyond."""
    knots = np.array(scale.parameter("signals").value, dtype=float)
    share = np.interp(headroom.to_numpy(dtype=float, na_value=np.nan), knots[:, 0], knots[:, 1])
    return pd.Series(share, index=headroom.index)


def _bears(central: float, low: float, high: float) -> str:
    """Return in words what a hectare can bear."""
    ends = f"{_pounds(low)} to {_pounds(high)}"
    if high <= 0:
        return f"land for homes is worth no more than it is now: headroom {ends} a hectare"
    return f"needs help if clean-up, servicing and contributions exceed {_pounds(max(central, 0))} a hectare ({ends})"


def _pounds(amount: float) -> str:
    """Write pounds, a minus before the sign."""
    return f"{'−' if amount < 0 else ''}£{abs(amount):,.0f}"


def _edition(basis: str) -> str:
    """Return the edition a headroom rests on: the first part of its basis."""
    return basis.partition(":")[0]
