"""What the words of a register show: trades and industry in names and notes, part ownership, and who cleaned the land.

The word lists stand in ``parameters/failure.toml``, each tried on the seven registers of the West Midlands. What is
named here leaves contamination open up to 1: nobody has measured it, and a map that shows no landfill has not either.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteprior.appraisal.market_failure.evidence import column, evidence
from siteprior.appraisal.market_failure.evidence_ownership import other_counts
from siteprior.appraisal.market_failure.evidence_register import (
    contaminative_use,
    no_word_of_remediation,
)
from siteprior.appraisal.market_failure.registry import reading
from siteprior.appraisal.named_uses import around, named_uses
from siteprior.appraisal.statements import stated_as_cleaned, states
from siteprior.core.parameters import Parameters

_SAYS = {
    "site_name": "the name states", "notes": "the notes state", "development_description": "the description states",
    "previous_use": "the previous use states",
}  # fmt: skip
"""The columns in which a use may be named, best first, and how a reason begins that rests on one."""

_OPEN = 1.0  # contamination is 0–1: of ground nobody has measured it may be all


@reading("X", source="site_name, notes, development_description: heavy trades")
def heavy_trades(sites: pd.DataFrame, contamination: Parameters) -> pd.DataFrame:
    """Measure contamination (0–1) where the name, notes or description names a heavy trade on the site; grade B.

    The proxy of industrial land, open up to 1. Streets and places named after a trade do not count, nor a trade the
    site is only near, nor one on land the notes say was cleaned.

    Examples
    --------
    >>> sites = pd.DataFrame({"site_name": ["Crane foundry, Canalside", "2 Foundry Street"]}, index=list("ab"))
    >>> heavy_trades(sites)[["value", "grade", "value_high", "reason"]].values.tolist()
    [[0.5, 'B', 1.0, 'the name states a heavy trade: foundry']]
    """
    named = _uses(sites, contamination, "heavy_trades", in_names="heavy_in_names")
    return _of_use(sites, contamination, named, "a heavy trade", grade="B")


@reading("X", source="site_name, notes, development_description, previous_use: industry")
def industry(sites: pd.DataFrame, contamination: Parameters) -> pd.DataFrame:
    """Measure contamination (0–1) where other industry, fuel or a quarry is named on the site; grade C, open up to 1.

    ``works`` by themselves count in a name or a previous use alone. Where a heavy trade is named there is no row.
    """
    heavy = _uses(sites, contamination, "heavy_trades", in_names="heavy_in_names").ne("") | contaminative_use(
        sites, contamination
    )
    factories = _uses(sites, contamination, "industry", in_names="industry_in_names", previous=True).mask(heavy, "")
    pits = _uses(sites, contamination, "quarries").mask(heavy | factories.ne(""), "")
    made = [
        _of_use(sites, contamination, factories, "industry", grade="C"),
        _of_use(sites, contamination, pits, "a quarry", grade="C"),
    ]
    return pd.concat(made)


@reading("X", source="cleaned_by")
def cleaned_land(sites: pd.DataFrame) -> pd.DataFrame:
    """Return contamination as a known zero where the user states who cleaned the land (``cleaned_by``); grade A.

    It ends every other reading of contamination, see :mod:`siteprior.appraisal.market_failure.counter_evidence`.
    """
    by = column(sites, "cleaned_by", "text")
    known = by.notna()
    former = column(sites, "previous_use", "text")[known]
    return evidence(
        sites.index[known],
        value=0.0,
        grade="A",
        reason=[f"the land was cleaned by {_WHO.get(who, who)}, as the user states" for who in by[known]],
        counter=("previous use: " + former).fillna("the previous use is not stated")
        + "; no report of the clean-up was read",
    )


_WHO = {"owner": "its owner", "public": "the public"}


@reading("C", source="site_name, notes: part ownership")
def part_ownership(sites: pd.DataFrame, coordination: Parameters) -> pd.DataFrame:
    """Measure the coordination problem (0–1) where name or notes state that owners share the land; grade B.

    Also where the ownership field says public or private: it names one kind of owner alone.

    Examples
    --------
    >>> sites = pd.DataFrame({"notes": ["Part council and part private"]}, index=["a"])
    >>> part_ownership(sites)[["value", "grade", "reason"]].values.tolist()
    [[0.5, 'B', 'the notes state part ownership']]
    """
    phrases = coordination.table("words").texts("part_ownership")
    stated = {name: states(column(sites, name, "text"), phrases, today=True) for name in ("notes", "site_name")}
    shared = stated["notes"] | stated["site_name"]
    where = pd.Series(np.where(stated["notes"], _SAYS["notes"], _SAYS["site_name"]), index=sites.index, dtype="str")
    return evidence(
        sites.index[shared],
        value=coordination.number("mixed_ownership"),
        grade="B",
        reason=where[shared] + " part ownership",
        counter=other_counts(sites, besides="notes")[shared],
    )


def _uses(
    sites: pd.DataFrame, contamination: Parameters, uses: str, *, in_names: str = "", previous: bool = False
) -> pd.Series:
    """Return what is named of a list of uses and where, in words; blank where nothing is, or the land was cleaned.

    ``in_names`` is the list of words that count in a name or a previous use alone; a previous use is looked at only
    where that is asked (``previous``): heavy trades there have a reading of their own.
    """
    words = contamination.table("words")
    seen = around(words)
    found = pd.Series("", index=sites.index, dtype="str")
    for name, says in _SAYS.items():
        if name == "previous_use" and not previous:
            continue
        more = words.texts(in_names) if in_names and name in ("site_name", "previous_use") else ()
        here = named_uses(column(sites, name, "text"), (*words.texts(uses), *more), seen)
        found = found.mask(found.eq("") & here.ne(""), says + " {}: " + here)
    return found.mask(stated_as_cleaned(column(sites, "notes", "text")), "")


def _of_use(sites: pd.DataFrame, contamination: Parameters, named: pd.Series, what: str, *, grade: str) -> pd.DataFrame:
    """Return contamination where a use is named, open up to 1."""
    known = named.ne("")
    return evidence(
        sites.index[known],
        value=contamination.number("stated"),
        high=_OPEN,
        grade=grade,
        reason=[text.format(what) for text in named[known]],
        counter=no_word_of_remediation(sites)[known],
    )
