"""A run's opportunities as a programme chooses from them: their figures added up, one row each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.programme.checked import FUNDS
from siteprior.project.names import OWN_MEASURES, added_columns, programme_benefits
from siteprior.ranking.check_numbers import as_yes
from siteprior.ranking.opportunity_ranks import is_ranked_as
from siteprior.ranking.scoring import Ranked

SHOWN = ("site_name", "reference", "organisation", "rank", "score", "opportunity_id", "members", "imd_decile")
"""Columns a programme shows of what an opportunity is ranked as."""

NEEDED = ("eligible", "rank", "score")
WEIGHTED_HOMES = "weighted_homes"
MONEY = "GBP"


def opportunity_table(
    sites: pd.DataFrame, *, benefit: str = WEIGHTED_HOMES, cost: str | Iterable[str] = "acquisition_cost_gbp"
) -> pd.DataFrame:
    """Return the ranked opportunities with cost (GBP) and benefit (its unit), as a programme chooses from them.

    Parameters
    ----------
    sites
        The sites of a run (``run.sites``), ranked.
    benefit
        What is to be maximised: ``weighted_homes`` (homes × score), ``score``, ``homes``, ``jobs``, ``hectares``, or a
        column of the sites in GBP, homes, jobs or ha.
    cost
        Column or columns of the sites in GBP, added up.

    Returns
    -------
    DataFrame
        One row per ranked opportunity, in the order of the ranks, on the ``site_id`` it is ranked as: ``cost``,
        ``benefit``; ``homes``, ``jobs``, ``hectares`` and all columns of the sites in GBP, homes, jobs or ha, each
        added up over the members that count; ``site_name``, ``organisation``, ``rank``, ``score``, ``members``,
        ``imd_decile`` and the like of the site it is ranked as. Money is missing where that of one member is: a
        programme leaves out what it has no cost of, and no blank makes anything cheaper. A member without a figure of
        homes, jobs or hectares adds nothing to them.

    Raises
    ------
    InputError
        When the sites are not ranked, or a column is unknown.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> table = sp.programme.opportunity_table(run.sites)
    >>> len(table), bool((table["benefit"].dropna() <= table["homes"].dropna()).all())
    (193, True)
    """
    may = (*added_columns(), *(name for name in SHOWN if name not in NEEDED), "ranked_as", "counted_in")
    schema.check(sites, schema.SITES.without_places(), name="sites", needs=NEEDED, may_have=may)
    costs = [cost] if isinstance(cost, str) else list(cost)
    faults = [] if benefit in programme_benefits() else [unknown("benefit", benefit, programme_benefits())]
    faults += [f"cost: the sites lack the column {name}" for name in costs if name not in sites]
    faults += [] if costs else ["cost: names no column"]
    if faults:
        raise InputError(*faults)
    first = is_ranked_as(sites) & as_yes(sites["eligible"], sites.index) & sites["rank"].notna()
    summed = _added_up(sites, first)
    shown = sites.loc[first, [name for name in SHOWN if name in sites]]
    table = pd.DataFrame(shown).join(summed)
    table["cost"] = table[costs].sum(axis=1, skipna=False)
    score = table["score"].astype("float64")
    table["benefit"] = table["homes"] * score if benefit == WEIGHTED_HOMES else table[benefit].astype("float64")
    if "imd_decile" in table:
        table["imd_decile"] = table["imd_decile"].astype("float64")
    return table


def table_of(
    opportunities: pd.DataFrame | Ranked, benefit: str | None, cost: str | Sequence[str] | None
) -> tuple[pd.DataFrame, str, str | Sequence[str]]:
    """Return what is chosen from, and its columns of benefit and cost: of a run its opportunities, of a table itself.

    Examples
    --------
    >>> table_of(pd.DataFrame({"homes": [1]}), "homes", None)[1:]
    ('homes', 'cost')
    """
    if isinstance(opportunities, pd.DataFrame) or not isinstance(opportunities, Ranked):
        return opportunities, benefit or "benefit", cost or "cost"
    settings = load_parameters("programme")
    table = opportunity_table(
        opportunities.sites, benefit=benefit or settings.text("benefit"), cost=settings.texts("cost")
    )
    return table, "benefit", cost or "cost"


def _added_up(sites: pd.DataFrame, first: pd.Series) -> pd.DataFrame:
    """Return each figure of the opportunities: the sum over the members that count.

    Money is missing where that of one member is; homes, jobs and hectares where no member has a figure.
    """
    units = added_columns()
    known = [name for name in units if name in sites]
    named = {own: column for own, column in OWN_MEASURES.items() if column in sites}
    counts = sites["counted_in"].isna() if "counted_in" in sites else pd.Series(True, index=sites.index)
    key = sites["ranked_as"] if "ranked_as" in sites else pd.Series(sites.index, index=sites.index)
    alone = key.isna() & first
    key = key.where(~alone, pd.Series(sites.index, index=sites.index))
    rows = sites.index[counts & key.isin(sites.index[first])].sort_values()  # one order, whatever that of the sites
    figures = sites.loc[rows, known].astype("float64")
    codes, keys = pd.factorize(key[rows].to_numpy(dtype=object), sort=True)
    sums = {}
    for name in known:
        given = figures[name].to_numpy()
        there = np.isfinite(given)
        total = np.bincount(codes, weights=np.where(there, given, 0.0), minlength=len(keys))
        least = np.bincount(codes, minlength=len(keys)) if units[name] == MONEY else 1
        sums[name] = np.where(np.bincount(codes, weights=there, minlength=len(keys)) >= least, total, np.nan)
    table = pd.DataFrame(sums, index=keys).reindex(sites.index[first])
    table.index.name = sites.index.name
    for own in OWN_MEASURES:
        table[own] = table[named[own]] if own in named else np.nan
    return table


def paying_funds(table: pd.DataFrame, funds: Iterable[str], rules: pd.DataFrame | None = None) -> pd.Series:
    """Return which funds may pay for each opportunity, joined by ``;``: none that a rule of it fails.

    Parameters
    ----------
    table
        As :func:`opportunity_table` returns it.
    funds
        The funds of the budget. One whose rules were not checked may pay for all.
    rules
        One row per ``site_id`` and rule with ``fund`` and ``result``, as a run has it (``fund_rules``).

    Returns
    -------
    Series
        Texts on the index of ``table``; empty where none may.

    Examples
    --------
    >>> table = pd.DataFrame({"members": ["a; b", "c"]}, index=["a", "c"])
    >>> rules = pd.DataFrame({"site_id": ["b", "c"], "fund": "gap fund", "result": ["fail", "pass"]})
    >>> paying_funds(table, ["gap fund", "own"], rules).tolist()
    ['own', 'gap fund; own']
    """
    failed: dict[str, set[str]] = {}
    if rules is not None:
        wrong = rules[rules["result"] == "fail"]
        for fund, site in zip(wrong["fund"], wrong["site_id"], strict=True):
            failed.setdefault(str(fund), set()).add(str(site))
    members = table["members"] if "members" in table else pd.Series(None, index=table.index, dtype="str")
    listed = []
    for label, ids in members.items():
        own = {str(label), *([] if pd.isna(ids) else str(ids).split("; "))}
        listed.append("; ".join(fund for fund in funds if not own & failed.get(fund, set())))
    return pd.Series(listed, index=table.index, name=FUNDS, dtype="str")
