"""Whose own sites are: a list may be of an authority that is no council; the council of a site is where it lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.councils import COMBINED_AUTHORITIES
from siteprior.core.issues import IssueLog
from siteprior.registers.councils import Councils


def with_council_of_point(
    table: pd.DataFrame, stated: Sequence[str], known_councils: Councils, log: IssueLog
) -> pd.DataFrame:
    """Give each own site the council it lies in, where the one stated is not one whose area is known.

    Without areas what is stated stands. A code of a combined authority that lists a site outside every area is left
    blank in ``organisation``: it says who lists the site, as the first part of ``site_id`` still does, not where it is.

    Parameters
    ----------
    table
        The rows of one file with ``organisation`` (ONS code), ``prefix`` (what their ids begin with), ``row``, and
        ``easting`` and ``northing`` in metres.
    stated
        What the caller or else the row states of its organisation, blank where nothing is stated.
    known_councils
        The councils known, with their areas where the caller has boundaries.
    log
        Takes on what a council rests, and the rows for which none is found.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> from siteprior.registers.councils import councils
    >>> areas = gpd.GeoDataFrame({"name": ["Coventry"]}, index=pd.Index(["E08000026"], name="organisation"),
    ...     geometry=[shapely.box(430_000, 275_000, 440_000, 285_000)], crs=27700)
    >>> listed = pd.DataFrame({"organisation": ["E47000007"], "prefix": ["E47000007"], "row": [2],
    ...     "easting": [435_000.0], "northing": [280_000.0]}, dtype=object)
    >>> with_council_of_point(listed, [""], councils(areas), IssueLog("estate.csv"))["organisation"].tolist()
    ['E08000026']
    """
    if not known_councils.with_areas:
        return table
    before = table["organisation"]
    blank = before.isna().to_numpy()
    east, north = (table[column].to_numpy(dtype=float) for column in ("easting", "northing"))
    lies_in = known_councils.at(east, north)
    found = np.array([code is not None for code in lies_in], dtype=bool)
    elsewhere = ~blank & ~before.isin(list(known_councils.codes)).to_numpy()
    taken = found & (blank | elsewhere)
    table = table.copy()
    table.loc[taken, "organisation"] = lies_in[taken]
    named = taken & blank
    table.loc[named, "prefix"] = lies_in[named]
    authority = before.isin(list(COMBINED_AUTHORITIES)).to_numpy()
    table.loc[authority & ~found, "organisation"] = None
    _report(table, stated, taken, log)
    return table


def _report(table: pd.DataFrame, stated: Sequence[str], taken: npt.NDArray[np.bool_], log: IssueLog) -> None:
    """Report on what the councils rest, and of how many rows none was found, in place of what was reported before."""
    log.rows = [row for row in log.rows if row["issue_type"] != "invalid organisation" or row["row"] is not None]
    rows = list(zip(stated, taken, table["organisation"].notna(), strict=True))
    if any(not text and found for text, _, found in rows):
        log.add("default-value", field="organisation", action="the council the site lies in, where none is stated")
    for text, count in Counter(text for text, placed, _ in rows if text and placed).items():
        log.add("default-value", field="organisation", value=text,
                action=f"{_why_not(text)}; the council each site lies in is taken ({count} rows)")  # fmt: skip
    for text, count in Counter(text for text, *_, found in rows if not found).items():
        why = _why_not(text) if text else "none is stated"
        log.add("unknown entity" if _authority(text) else "invalid organisation", field="organisation", value=text,
                action=f"{why}, and no area known holds the site; left blank in {count} rows")  # fmt: skip


def _why_not(text: str) -> str:
    """Return why what is stated is not the council of a site."""
    authority = _authority(text)
    return f"{authority} lists the sites and is no council" if authority else "no council whose area is known"


def _authority(text: str) -> str:
    """Return the name of the combined authority a text is the code of; blank where it is none."""
    return COMBINED_AUTHORITIES.get(text.strip().upper(), "")
