"""Counter-evidence of market failure, set beside every reading it concerns: a clean-up, a consent, sales, words.

Only a clean-up the user states changes a number (:func:`with_cleaned_land`); all else is words beside the signals.
"""

from __future__ import annotations

import pandas as pd

from siteprior.appraisal.deadweight_evidence import attributes, permissions
from siteprior.appraisal.market_failure.evidence import RANGE, column, counted
from siteprior.appraisal.statements import states
from siteprior.core.parameters import load_parameters

_CLEANED = "cleaned by {}, as the user states, so that this counts for nothing"
_WHO = {"owner": "its owner", "public": "the public"}


def with_cleaned_land(rows: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with contamination at zero wherever the user states who cleaned the land, each saying so.

    Parameters
    ----------
    rows
        Readings with ``site_id``, ``signal``, ``source``, the signal (0–1) and its range, and ``counter_evidence``.
    sites
        The sites with ``cleaned_by`` where anybody stated it; index ``site_id``.

    Returns
    -------
    DataFrame
        The same rows; of land that was cleaned the statement itself stands first, so that it is the one that counts.

    Examples
    --------
    >>> sites = pd.DataFrame({"cleaned_by": ["owner"]}, index=pd.Index(["a"], name="site_id"))
    >>> row = {"site_id": "a", "signal": "X", "source": "landfill", "value": 0.8, "counter_evidence": "a map"}
    >>> with_cleaned_land(pd.DataFrame([row]), sites)[["value", "counter_evidence"]].values.tolist()
    [[0.0, 'a map; cleaned by its owner, as the user states, so that this counts for nothing']]
    """
    by = column(sites, "cleaned_by", "text").dropna()
    statement = rows["source"] == "cleaned_by"
    ended = (rows["signal"] == "X") & rows["site_id"].isin(by.index) & ~statement
    changed = rows.copy()
    for name in ("value", *(end for end in RANGE if end in rows)):
        changed[name] = changed[name].mask(ended, 0.0)
    words = changed.loc[ended, "site_id"].map(by.map(_WHO)).map(_CLEANED.format)
    changed.loc[ended, "counter_evidence"] = changed.loc[ended, "counter_evidence"] + "; " + words
    return pd.concat([changed[statement], changed[~statement]], ignore_index=True)


def with_counter_evidence(rows: pd.DataFrame, sites: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the rows with more counter-evidence of each primary signal added to its ``counter_evidence``, in words.

    Beside every primary signal: a live consent, and new-build sales near the site where the reading does not give
    them itself. Beside the viability gap: that the register calls the site a viable option. No number changes.

    Parameters
    ----------
    rows
        Readings with ``site_id``, ``signal``, ``kind`` and ``counter_evidence``.
    sites
        The sites with the register's columns; index ``site_id``.
    as_of
        The day on which a consent is live.

    Returns
    -------
    DataFrame
        The same rows.

    Examples
    --------
    >>> sites = pd.DataFrame({"development_description": ["A viable redevelopment option"]}, index=["a"])
    >>> row = {"site_id": "a", "signal": "V", "kind": "primary", "counter_evidence": "no draws"}
    >>> with_counter_evidence(pd.DataFrame([row]), sites, pd.Timestamp("2021-01-01"))["counter_evidence"].tolist()
    ['no draws; the register calls it a viable redevelopment option']
    """
    stated_of = [
        (rows["kind"] == "primary", live_consents(sites, as_of)),
        ((rows["kind"] == "primary") & (rows["signal"] != "V"), new_homes_sold(sites)),
        (rows["signal"] == "V", called_viable(sites)),
    ]
    stated = rows["counter_evidence"].astype("str")
    for concerned, words in stated_of:
        more = rows["site_id"].map(words.mask(words.eq(""))).where(concerned)
        stated = stated.where(more.isna(), stated + "; " + more)
    return rows.assign(counter_evidence=stated)


def called_viable(sites: pd.DataFrame) -> pd.Series:
    """Return where notes or description call the site a viable option, in words; blank elsewhere.

    Examples
    --------
    >>> called_viable(pd.DataFrame({"notes": ["Considered to be a viable redevelopment option.", None]})).tolist()
    ['the register calls it a viable redevelopment option', '']
    """
    phrases = load_parameters("failure").table("viability").table("words").texts("viable")
    called = states(column(sites, "notes", "text"), phrases, today=True)
    called |= states(column(sites, "development_description", "text"), phrases, today=True)
    return called.map({True: "the register calls it a viable redevelopment option", False: ""}).astype("str")


def live_consents(sites: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Return the permission of each site that is within the years its start is expected in, in words; else blank."""
    found = permissions(attributes(sites, as_of), as_of)["finding"].astype("str")
    return ("live consent: " + found).reindex(sites.index).fillna("").astype("str")


def new_homes_sold(sites: pd.DataFrame) -> pd.Series:
    """Return how many new homes were sold near each site in five years, in words; blank where none is known."""
    sold = column(sites, "new_build_sales_5y", "number")
    words = [f"{counted(n, 'new-build sale')} near it in 5 years" if n > 0 else "" for n in sold]
    return pd.Series(words, index=sites.index, dtype="str")
