"""What is known of the owners of a site: mixed ownership as registered, owners and parcels stated or counted.

A layer of the user's own named ``parcels`` that counts features becomes the number of land parcels that meet a site;
``[evidence] parcels`` counts the registered ones (``inspire_parcels``, over ``registered_share`` of the site).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteprior.appraisal.market_failure.evidence import column, counted, evidence
from siteprior.appraisal.market_failure.facts import OF_COORDINATION
from siteprior.appraisal.market_failure.registry import reading, signal
from siteprior.core.parameters import Parameters, load_parameters

_COUNTS = {"owner_count": "owner", "parcel_count": "parcel", "parcels": "parcel"}
_KNOWN_FROM = {"owner_count": "stated", "parcel_count": "stated", "parcels": "counted in the user's layer"}

COUNT_NOT_OWNERS = "a count of parcels, not of owners: one freeholder may own several"
ONE_PARCEL = "one registered parcel, so nothing has to be brought together; leases in it are not shown"
"""What stands beside a count of registered parcels, and beside a single one."""


@signal(
    "C", title="Coordination", kind="primary", meaning="Many owners, or one who can hold out",
    measured_by="mixed or part ownership, owners or parcels stated; registered parcels counted",
    source="ownership_status",
    parameters=("coordination",),
    facts=OF_COORDINATION,
)  # fmt: skip
def mixed_ownership(sites: pd.DataFrame, coordination: Parameters) -> pd.DataFrame:
    """Measure the coordination problem (0–1) where mixed ownership is stated; grade B.

    Only that statement counts. A single class of owner, public or not, says nothing of the number of owners, and
    unknown or blank ownership says nothing at all: for all of these the signal is missing, not zero.
    """
    mixed = sites["ownership_status"] == "mixed ownership"
    return evidence(
        sites.index[mixed],
        value=coordination.number("mixed_ownership"),
        grade="B",
        reason="mixed ownership is stated",
        counter=other_counts(sites)[mixed],
    )


@reading("C", source="owner_count")
def stated_owners(sites: pd.DataFrame, coordination: Parameters) -> pd.DataFrame:
    """Measure coordination (0–1) by the owners the user's own data states: 1 − exp(−(owners − 1)/3); grade A."""
    return _many(sites, coordination, "owner_count", grade="A")


@reading("C", source="parcel_count")
def stated_parcels(sites: pd.DataFrame, coordination: Parameters) -> pd.DataFrame:
    """Measure coordination (0–1) by the parcels or titles the user's own data states, as by owners; grade A."""
    return _many(sites, coordination, "parcel_count", grade="A")


@reading("C", source="parcels")
def counted_parcels(sites: pd.DataFrame, coordination: Parameters) -> pd.DataFrame:
    """Measure coordination (0–1) by the parcels of the user's layer ``parcels`` that meet the site, as by owners.

    Open parcels carry no title, so that they count land and not owners: grade B within a polygon of the site, C
    within a disc that stands for it, or where nothing says what the site's extent rests on.
    """
    return _many(sites, coordination, "parcels", grade=_by_shape(sites))


@reading("C", source="inspire_parcels")
def registered_parcels(sites: pd.DataFrame, coordination: Parameters) -> pd.DataFrame:
    """Measure coordination (0–1) by the registered parcels on the site, as by owners; one parcel is a known zero.

    Where they cover less than half of the site (``coordination.registered_share``) the signal is missing: of the rest
    nothing is known. Grade B within a polygon of the site, C within a disc that stands for it.
    """
    count = column(sites, "inspire_parcels", "number")
    share = column(sites, "registered_share", "number")
    known = (count >= 1) & (share >= coordination.number("registered_share"))
    reasons = [
        f"{counted(number, 'registered parcel')} counted on the site (INSPIRE index polygons), over {part:.0%} of it"
        for number, part in zip(count[known], share[known], strict=True)
    ]
    beside = np.where(count[known] == 1, ONE_PARCEL, COUNT_NOT_OWNERS)
    others = other_counts(sites, besides="inspire_parcels")[known]
    return evidence(
        sites.index[known],
        value=1 - np.exp(-(count[known] - 1) / coordination.number("parcels")),
        grade=_by_shape(sites)[known],
        reason=reasons,
        counter=[f"{own}; {other}" for own, other in zip(beside, others, strict=True)],
    )


def other_counts(sites: pd.DataFrame, *, besides: str = "") -> pd.Series:
    """Return per site what else is known of the number of owners, in words, as counter-evidence of coordination."""
    words = pd.Series("", index=sites.index, dtype="str")
    for name, noun in _COUNTS.items():
        if name != besides:
            count = column(sites, name, "number")
            stated = [f"; {counted(n, noun)} {_KNOWN_FROM[name]}" if n == n else "" for n in count]
            words += pd.Series(stated, index=sites.index, dtype="str")
    if besides != "inspire_parcels":
        words += _registered_words(sites)
    if besides:
        status = column(sites, "ownership_status", "text")
        words += ("; ownership as registered: " + status).fillna("")
    nothing = "no count of owners or parcels is available" if not besides else "nothing else is known of its owners"
    return words.str.removeprefix("; ").where(words != "", nothing)


def _registered_words(sites: pd.DataFrame) -> pd.Series:
    """Return per site in words how many registered parcels lie on it, and over how much of it; blank where unknown."""
    count, share = column(sites, "inspire_parcels", "number"), column(sites, "registered_share", "number")
    least = load_parameters("failure").table("coordination").number("registered_share")
    words = [
        "" if number != number or part != part
        else f"; {counted(number, 'registered parcel')} over {part:.0%} of the site" if part >= least
        else f"; mostly no registered title: registered parcels over {part:.0%} of the site"
        for number, part in zip(count, share, strict=True)
    ]  # fmt: skip
    return pd.Series(words, index=sites.index, dtype="str")


def _by_shape(sites: pd.DataFrame) -> pd.Series:
    """Return the grade of what was counted within each site's shape: B of its polygon, else C."""
    basis = column(sites, "shape_basis", "text").fillna("")
    polygon = basis.str.startswith("polygon").to_numpy(dtype=bool)
    return pd.Series(np.where(polygon, "B", "C"), index=sites.index)


def _many(sites: pd.DataFrame, coordination: Parameters, name: str, *, grade: str | pd.Series) -> pd.DataFrame:
    """Measure coordination by a column of counts; a count below one is no count."""
    scale = coordination.number("parcels")
    count = column(sites, name, "number")
    known = count >= 1
    return evidence(
        sites.index[known],
        value=1 - np.exp(-(count[known] - 1) / scale),
        grade=grade if isinstance(grade, str) else grade[known],
        reason=[f"{counted(n, _COUNTS[name])} {_KNOWN_FROM[name]}" for n in count[known]],
        counter=other_counts(sites, besides=name)[known],
    )
