"""What the user's own layers tell of market failure: counts of parcels, and signals a layer was made one for.

A layer named ``parcels`` that counts features becomes the number of land parcels that meet a site. Any layer may
speak for X, C, I or P as its ``signal`` in the project file says; a share of historic landfill or industrial land is
worth half (``zero = 0, full = 2``), a share of flood zone 3 all of itself (``zero = 0, full = 1``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteprior.appraisal.market_failure.evidence import column, counted, evidence
from siteprior.core.parameters import load_parameters

_MANY_OF = {"owner_count": "owner", "parcel_count": "parcel", "parcels": "parcel"}
_SAID = {"owner_count": "stated", "parcel_count": "stated", "parcels": "counted in the user's layer"}


def stated_owners(sites: pd.DataFrame) -> pd.DataFrame:
    """Measure coordination (0–1) by the owners the user's own data states: 1 − exp(−(owners − 1)/3); grade A."""
    return _many(sites, "owner_count", grade="A")


def stated_parcels(sites: pd.DataFrame) -> pd.DataFrame:
    """Measure coordination (0–1) by the parcels or titles the user's own data states, as by owners; grade A."""
    return _many(sites, "parcel_count", grade="A")


def counted_parcels(sites: pd.DataFrame) -> pd.DataFrame:
    """Measure coordination (0–1) by the parcels of the user's layer ``parcels`` that meet the site, as by owners.

    Open parcels carry no title, so that they count land and not owners: grade B within a polygon of the site, C
    within a disc that stands for it, or where nothing says what the site's extent rests on.
    """
    basis = column(sites, "shape_basis", "text").fillna("")
    polygon = basis.str.startswith("polygon").to_numpy(dtype=bool)
    return _many(sites, "parcels", grade=pd.Series(np.where(polygon, "B", "C"), index=sites.index))


def ownership_found(sites: pd.DataFrame, *, besides: str = "") -> pd.Series:
    """Say per site what else is known of the number of owners, as counter-evidence of coordination."""
    told = pd.Series("", index=sites.index, dtype="str")
    for name, noun in _MANY_OF.items():
        if name != besides:
            count = column(sites, name, "number")
            words = [f"; {counted(n, noun)} {_SAID[name]}" if n == n else "" for n in count]
            told += pd.Series(words, index=sites.index, dtype="str")
    if besides:
        status = column(sites, "ownership_status", "text")
        told += ("; ownership as registered: " + status).fillna("")
    nothing = "no count of owners or parcels is held" if not besides else "nothing else is held on its owners"
    return told.str.removeprefix("; ").where(told != "", nothing)


def _many(sites: pd.DataFrame, name: str, *, grade: str | pd.Series) -> pd.DataFrame:
    """Measure coordination by a column of counts; a count below one is no count."""
    scale = float(load_parameters("failure")["coordination"]["parcels"].value)
    count = column(sites, name, "number")
    known = count >= 1
    return evidence(
        sites.index[known],
        value=1 - np.exp(-(count[known] - 1) / scale),
        grade=grade if isinstance(grade, str) else grade[known],
        reason=[f"{counted(n, _MANY_OF[name])} {_SAID[name]}" for n in count[known]],
        counter=ownership_found(sites, besides=name)[known],
    )
