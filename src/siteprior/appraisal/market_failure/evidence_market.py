"""What prices and costs show of market failure: the viability gap, remediation over value, a thin market.

Each reads columns that other appraisals add, and is silent where they are not there or blank. What rests on the
user's assumptions says so. The numbers stand in ``parameters/failure.toml``; the rules are this project's proposal.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteprior.appraisal.market_failure import facts
from siteprior.appraisal.market_failure.evidence import column, counted, evidence, ramp, weakest
from siteprior.appraisal.market_failure.registry import reading, signal
from siteprior.core.parameters import Parameters

_SOURCED = "user assumptions"  # as viability_basis begins where every input it rests on has a source
_UNSOURCED, _SPANNED = "without a source", "former use unknown"
_MADE_UP = "illustrative"  # as viability_basis begins where the user marked the inputs as made up
_YEARS = 5  # of the columns of sales near a site, by their names


@signal(
    "V", title="Viability gap", kind="primary", meaning="A missing market: costs exceed value",
    measured_by="gap per home, headroom on published land values", source="gap_gbp_per_home",
    parameters=("viability", "headroom"), facts=facts.OF_VIABILITY, averages=("headroom_gbp_per_ha",),
)  # fmt: skip
def viability_gap(sites: pd.DataFrame, viability: Parameters) -> pd.DataFrame:
    """Measure the missing market (0–1) by the viability gap per home: 0 at no gap, 1 from £25,000.

    Grade A where every cost has a source and the price is modelled from sales near the site; B where a cost is the
    user's without a source, the former use is not known, or the price is an area's median; C where it rests on anything
    else. Costs made up for illustration show nothing, nor does a gap of which nothing says what it rests on: the signal
    is then missing.
    """
    gap = column(sites, "gap_gbp_per_home", "number")
    basis = column(sites, "viability_basis", "text")
    known = gap.notna() & ~_no_evidence(basis)
    modelled = column(sites, "value_basis", "text").str.startswith("model").fillna(False)
    grade = _cost_grade(basis).where(modelled | _cost_grade(basis).ne("A"), "B")
    reasons = [
        f"{f'gap of £{pounds:,.0f} a home' if pounds > 0 else 'no gap: the value covers the costs and the land'}"
        f" ({_words(text)})"
        for pounds, text in zip(gap[known], basis[known], strict=True)
    ]
    chance = column(sites, "gap_probability", "number")
    against = zip(chance[known], nearby_sales(sites)[known], _scheme(sites)[known], strict=True)
    counter = [f"{_draws(p)}; {sold}; {scheme}" for p, sold, scheme in against]
    return evidence(
        sites.index[known],
        value=ramp(gap[known], viability),
        grade=grade[known],
        reason=reasons,
        counter=counter,
    )


@signal(
    "X", title="Contamination", kind="primary",
    meaning="An externality left by past users, and the liability",
    measured_by="remediation over value, historic landfill, uses named in the register, own layers",
    source="remediation_share_of_gdv",
    parameters=("remediation_share", "contamination"),
    facts=facts.OF_CONTAMINATION,
)  # fmt: skip
def remediation_over_value(sites: pd.DataFrame, remediation_share: Parameters) -> pd.DataFrame:
    """Measure what past users left (0–1) by remediation over gross development value: 0 at 2%, 1 at 10%.

    The grade is the weaker of the costs' and of the evidence of the former use (``remediation_evidence``). Costs made
    up for illustration show nothing, nor do those of which nothing is stated.
    """
    share = column(sites, "remediation_share_of_gdv", "number")
    basis = column(sites, "viability_basis", "text")
    known = share.notna() & ~_no_evidence(basis)
    former = column(sites, "remediation_basis", "text").fillna("what shows the former use is not stated")
    grades = weakest(_cost_grade(basis), column(sites, "remediation_evidence", "text"))
    return evidence(
        sites.index[known],
        value=ramp(share[known], remediation_share),
        grade=grades[known],
        reason=[
            f"remediation takes {part:.1%} of the value ({_words(text)})"
            for part, text in zip(share[known], basis[known], strict=True)
        ],
        counter=[
            f"{text}; no ground investigation is available; {scheme}"
            for text, scheme in zip(former[known], _scheme(sites)[known], strict=True)
        ],
    )


@signal(
    "T", title="Thin market", kind="corroborating", meaning="Too few sales for a price",
    measured_by="sales per 1,000 private households or dwellings, new-build sales", source="thin_market_percentile",
    parameters=("thin_market",),
    facts=facts.OF_THIN_MARKET,
)  # fmt: skip
def few_sales(sites: pd.DataFrame) -> pd.DataFrame:
    """Measure a thin market (0–1) by the share of areas that sell more of their homes than the site's; grade B.

    Of the homes that do not rent socially where households were read, else of all dwellings.
    """
    percentile = column(sites, "thin_market_percentile", "number")
    known = percentile.between(0, 100)
    private = column(sites, "sales_per_1000_private_households", "number")
    rate = private.fillna(column(sites, "sales_per_1000_dwellings", "number"))
    homes = private.notna().map({True: "private homes", False: "dwellings"})
    reasons = [
        f"{part:.0f}% of the areas sell more of their {of}{f' ({per:.1f} a year per 1,000 here)' if per == per else ''}"
        for part, per, of in zip(percentile[known], rate[known], homes[known], strict=True)
    ]
    return evidence(
        sites.index[known],
        value=percentile[known] / 100,
        grade="B",
        reason=reasons,
        counter=nearby_sales(sites)[known],
    )


@reading("T", source="no_new_build_5y")
def no_new_build(sites: pd.DataFrame, thin_market: Parameters) -> pd.DataFrame:
    """Return a thin market (0.5) where no new home was sold near the site in five years; grade B.

    Only where the sales read cover those years whole (``no_new_build_5y``): a month's file cannot tell that.
    """
    none = column(sites, "no_new_build_5y", "flag") == "yes"
    every = column(sites, "sales_5y", "number")
    return evidence(
        sites.index[none],
        value=thin_market.number("no_new_build"),
        grade="B",
        reason="no new-build sale near it in 5 years",
        counter=[
            f"{counted(n, 'sale')} of any home near it in that time" if n == n else "sales of other homes not counted"
            for n in every[none]
        ],
    )


def nearby_sales(sites: pd.DataFrame) -> pd.Series:
    """Return per site how many new homes were sold near it, in words, as counter-evidence."""
    sold = column(sites, "new_build_sales_5y", "number")
    covered = column(sites, "sales_years_covered", "number")

    def words(new: float, years: float) -> str:
        if np.isnan(new) and np.isnan(years):
            return "sales of new homes near it were not looked at"
        if np.isnan(new):
            return f"no new-build sale near it was read; the sales cover {counted(years, 'whole year')}"
        return f"{'' if years >= _YEARS else 'at least '}{counted(new, 'new-build sale')} near it in {_YEARS} years"

    stated = [words(new, years) for new, years in zip(sold, covered, strict=True)]
    return pd.Series(stated, index=sites.index, dtype="str")


def _scheme(sites: pd.DataFrame) -> pd.Series:
    """Return the scheme a gap is calculated for, in words: a few homes on much land show a large gap per home."""
    homes = column(sites, "capacity_dwellings", "number").fillna(0)
    area = column(sites, "hectares", "number")
    schemes = [
        f"estimated for {counted(n, 'home')} on {f'{ha:,.2f} ha' if ha == ha else 'land of unknown area'}"
        for n, ha in zip(homes, area, strict=True)
    ]
    unknown = "the homes it is estimated for are not stated"
    return pd.Series(schemes, index=sites.index, dtype="str").where(homes > 0, unknown)


def _draws(chance: float) -> str:
    """Return the share of draws without a gap, in words."""
    if np.isnan(chance):
        return "how often there is no gap was not drawn"
    return "every draw shows a gap" if chance == 1 else f"no gap in {1 - chance:.0%} of the draws"


def _no_evidence(basis: pd.Series) -> pd.Series:
    """Return whether a figure rests on costs made up for illustration, or on what is not stated: it may be those."""
    return (basis.isna() | basis.str.startswith(_MADE_UP).fillna(False)).astype("bool")


def sourced(basis: pd.Series) -> pd.Series:
    """Return whether a figure rests on the user's own costs, each with a source.

    Examples
    --------
    >>> sourced(pd.Series(["user assumptions; use unknown", "user assumptions, without a source for x"])).tolist()
    [True, False]
    """
    text = basis.fillna("")
    return (text.str.startswith(_SOURCED) & ~text.str.contains(_UNSOURCED, regex=False)).astype("bool")


def _cost_grade(basis: pd.Series) -> pd.Series:
    """Grade what rests on costs by what the viability appraisal says of them; of made-up ones there is no row."""
    text = basis.fillna("")
    flawed = text.str.contains(_UNSOURCED, regex=False) | text.str.contains(_SPANNED, regex=False)
    own = text.str.startswith(_SOURCED)
    graded = np.select([own & ~flawed, own], ["A", "B"], "C")
    return pd.Series(graded, index=basis.index, dtype="str")


def _words(basis: str | float) -> str:
    """Return what a figure rests on: the first part of its basis."""
    return basis.split(",")[0].split(";")[0] if isinstance(basis, str) else "what it rests on is not stated"
