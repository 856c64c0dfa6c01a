"""Who entered, who left, who moved between two runs, and why: by data, by settings, by method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.core.cell_values import CellValue
from siteprior.core.short_repr import first_few
from siteprior.pipeline.comparison.decided import overridden
from siteprior.pipeline.comparison.differences import CAUSES, DATA, SETTINGS, Differences, differences
from siteprior.pipeline.comparison.gate_changes import EITHER, gate_changes
from siteprior.pipeline.comparison.score_changes import ScoreChanges, score_changes
from siteprior.pipeline.comparison.two_runs import SEPARATOR, AnyRun, TwoRuns, cell, lead_in_b, read_two_runs
from siteprior.pipeline.comparison.why import TOLERANCE, ranked_as, why_changed

COLUMNS = (
    "site_id", "site_name", "change", "rank_a", "rank_b", "score_a", "score_b", "why", "score_change", "data_change",
    "settings_change", "method_change", "undivided_change", "cause", "reason", "moved_by_others", "shortlisted_a",
    "shortlisted_b", "site_id_a", "matched_by",
)  # fmt: skip

ENTERED, LEFT, UP, DOWN, SCORE, SHORTLIST = CHANGES = ("entered", "left", "up", "down", "score only", "shortlist only")
"""What may become of a site."""

SHOWN = 3
"""Sites named in one reason, at most."""

OTHERS = "others"
"""The cause of a move where a site's own score is unchanged."""


class _Why(NamedTuple):
    """What is known of the causes: of scores, of gates, of the records."""

    scores: ScoreChanges
    gates: Mapping[str, tuple[str, str]]
    found: Differences


def compare_runs(run_a: AnyRun, run_b: AnyRun) -> pd.DataFrame:
    """Compare the rankings of two runs and put every change down to data, settings or method (scores 0–1).

    Parameters
    ----------
    run_a, run_b
        Two runs or their folders, the earlier first.

    Returns
    -------
    DataFrame
        One row per opportunity or site that changed, by the later rank: ``site_id``,
        ``site_name``, ``change`` (``entered``, ``left``, ``up``, ``down``, ``score only``,
        ``shortlist only``), ``rank_a``, ``rank_b``, ``score_a``, ``score_b``, ``why`` (largest
        contributions), ``score_change`` and its parts ``data_change``, ``settings_change``,
        ``method_change``, ``undivided_change``, which sum to it; ``cause`` and ``reason`` in
        words; ``moved_by_others``, ``shortlisted_a``, ``shortlisted_b`` (yes, no); ``site_id_a``
        and ``matched_by``. docs/how-to/compare-runs.md has the formulas.

    Raises
    ------
    InputError
        When a folder holds no run, or a run published without ranks.

    Examples
    --------
    >>> import siteprior as sp
    >>> folder = sp.demo(out="outputs/demo")
    >>> sp.compare(folder, folder).empty
    True
    """
    return changes_between(read_two_runs(run_a, run_b))


def changes_between(two: TwoRuns) -> pd.DataFrame:
    """Return the table of :func:`compare_runs` of two runs that are open."""
    both = _both(two)
    found = differences(two)
    alone = both.index[both["change"].isin([ENTERED, LEFT]) & both["in_both"]]
    why = _Why(score_changes(two, found), gate_changes(two, found, alone), found)
    both["why"] = why_changed(both.index, two.sites_a, two.sites_b)
    both = both.join(why.scores.parts)
    both["score_change"] = both["score_b"] - both["score_a"]
    both["moved_by_others"] = _yes(_by_others(both))
    reasons = [
        _reason(two, str(site), str(change), why, by_others=by == "yes")
        for site, change, by in zip(both.index, both["change"], both["moved_by_others"], strict=True)
    ]
    both["cause"] = [cause for cause, _ in reasons]
    both["reason"] = [
        "; ".join(filter(None, (reason, overridden(two, str(site)))))
        for site, (_, reason) in zip(both.index, reasons, strict=True)
    ]
    names = two.names.reindex(both.index)
    both["site_id_a"], both["matched_by"] = names["site_id_a"], names["matched_by"]
    both = both.reset_index().sort_values(["rank_b", "rank_a", "site_id"], na_position="last")
    for column in ("rank_a", "rank_b"):
        both[column] = both[column].astype("Int64")
    return both[list(COLUMNS)].reset_index(drop=True)


def _sides(two: TwoRuns) -> pd.DataFrame:
    """Return every site with name, rank, score and place on the shortlist in both runs."""
    a, b = _facts(two.sites_a, _shortlist_a(two)), _facts(two.sites_b, two.b.shortlist.index)
    both = a.merge(b, how="outer", left_index=True, right_index=True, suffixes=("_a", "_b")).sort_index()
    both.index.name = "site_id"
    for side in ("a", "b"):
        both[f"shortlisted_{side}"] = both[f"shortlisted_{side}"].fillna("no").astype("str")
    both["site_name"] = both["site_name_b"].fillna(both["site_name_a"])
    return both


def _both(two: TwoRuns) -> pd.DataFrame:
    """Return the sites that changed."""
    both = _sides(two)
    both["change"] = _change(both)
    as_a, as_b = (ranked_as(sites).reindex(both.index) for sites in (two.sites_a, two.sites_b))
    beneath = (as_a == as_b) & (as_a != as_a.index)  # its row is that of the site it is ranked as
    for name, lead in ((ENTERED, as_b), (LEFT, as_a)):
        led = both["change"].reindex(lead.to_numpy()).to_numpy() == name
        beneath |= (both["change"] == name) & (lead != lead.index) & led
    both["in_both"] = both.index.isin(two.sites_a.index) & both.index.isin(two.sites_b.index)
    changed: pd.DataFrame = both[(both["change"] != "") & ~beneath].copy()
    return changed


def _facts(sites: pd.DataFrame, shortlist: pd.Index) -> pd.DataFrame:
    """Return name, rank, score and whether it is shortlisted, of each site."""
    table = pd.DataFrame(sites[["site_name", "rank", "score"]]).astype({"rank": "float64", "score": "float64"})
    return table.assign(shortlisted=np.where(table.index.isin(shortlist), "yes", "no"))


def _shortlist_a(two: TwoRuns) -> pd.Index:
    """Return the earlier shortlist under the ids of the later run."""
    later = two.names.dropna(subset="site_id_a").reset_index().set_index("site_id_a")["site_id"]
    return pd.Index([str(later.get(site, site)) for site in two.a.shortlist.index], dtype="str")


def _change(both: pd.DataFrame) -> np.ndarray:
    """Name what became of each site; blank where nothing did."""
    rank_a, rank_b = both["rank_a"], both["rank_b"]
    return np.select(
        [
            rank_a.isna() & rank_b.notna(),
            rank_a.notna() & rank_b.isna(),
            (rank_b < rank_a).fillna(False),
            (rank_b > rank_a).fillna(False),
            (both["score_a"] - both["score_b"]).abs() > TOLERANCE,
            both["shortlisted_a"] != both["shortlisted_b"],
        ],
        CHANGES,
        "",
    )


def _by_others(both: pd.DataFrame) -> pd.Series:
    """Mark the moves that a site's own score does not make: it is unchanged, or moved the other way."""
    rose, fell = both["score_change"] > TOLERANCE, both["score_change"] < -TOLERANCE
    return ((both["change"] == UP) & ~rose) | ((both["change"] == DOWN) & ~fell)


def _reason(two: TwoRuns, site: str, change: str, why: _Why, *, by_others: bool) -> tuple[str, str]:
    """Return the cause of a change, and the reason in words."""
    if change in (ENTERED, LEFT):
        if site in why.gates:
            return why.gates[site]
        return _of_one_run(two, site, why.found)
    if site in why.scores.cause.index and why.scores.cause[site]:
        own = str(why.scores.reason[site])
        if by_others:
            past, way = ("moved past it", "rose") if change == DOWN else ("fell behind it", "fell")
            return OTHERS, f"others {past}, though its own score {way}: {own}"
        return str(why.scores.cause[site]), own
    if change == SHORTLIST:
        places = [run.record["settings"]["shortlist"]["n"] for run in (two.a, two.b)]
        if places[0] != places[1]:
            return SETTINGS, f"the shortlist has {places[1]} places, before {places[0]}"
    a, b = (ranked_as(sites).get(site) for sites in (two.sites_a, two.sites_b))
    if a != b:
        return OTHERS, f"ranked as {b}, before as {a}"
    return OTHERS, f"its own score is unchanged; others {'fell behind' if change == UP else 'moved past'} it"


def _of_one_run(two: TwoRuns, site: str, found: Differences) -> tuple[str, str]:
    """Say why a run has a site that the other has not: the registers differ, or how they are read."""
    of_data = {"register", "own sites", "site facts"} & found.roles
    there = (of_data, found.settings & {"sources"}, found.version)
    causes = [cause for cause, each in zip(CAUSES, there, strict=True) if each]
    words = _of_register(two, site)
    return EITHER.join(causes) or DATA, words


def _of_register(two: TwoRuns, site: str) -> str:
    """Say where a site of one run alone stands in the registers of the other: in parts, as a part, or nowhere."""
    if site not in two.sites_b.index:
        parts = two.parts.get(site, [])
        return f"now listed in parts: {first_few(parts, SHOWN)}" if parts else "not on the registers of the later run"
    whole = next((name for name, parts in two.parts.items() if site in parts), None)
    text = "not on the registers of the earlier run" if whole is None else _as_part(two, whole)
    before = [name for name in _plots(two, site) if name != site and name in two.sites_a.index]
    ranked = [name for name in before if pd.notna(cell(two.sites_a, name, "rank"))]
    return text + (f"; ranked together with {first_few(ranked, SHOWN)}, ranked before" if ranked else "")


def _as_part(two: TwoRuns, whole: str) -> str:
    """Say of which site of the earlier run a site was part, and what rank that had."""
    rank = cell(two.sites_a, whole, "rank")
    return f"listed before as part of {whole}, {'which had no rank' if pd.isna(rank) else f'rank {int(rank)}'}"


def _plots(two: TwoRuns, site: str) -> list[str]:
    """Return the plots a site of the later run is ranked with."""
    members = cell(two.sites_b, site, "members")
    return str(members).split(SEPARATOR) if pd.notna(members) else [site]


def _yes(mask: pd.Series) -> pd.Series:
    """Return a mask as yes and no."""
    return pd.Series(np.where(mask, "yes", "no"), index=mask.index)


def shortlist_moves(two: TwoRuns) -> pd.DataFrame:
    """Return the opportunities on either shortlist with their ranks in both runs, by the later rank, then the earlier.

    What is ranked as another plot in the later run, or listed in parts there, is one row all the same.
    """
    table = _sides(two)
    leads = {site: lead_in_b(two, site) or site for site in _shortlist_a(two)}
    rows = dict[str, dict[str, CellValue]]()
    for site, lead in leads.items():
        best = min(float(cell(table, site, "rank_a")), float(str(rows.get(lead, {}).get("rank_a", "inf"))))
        rows[lead] = {"rank_a": best, "shortlisted_a": "yes"}
    for site in two.b.shortlist.index.difference(list(rows), sort=False):
        rows[str(site)] = {"rank_a": _rank_before(two, table, str(site)), "shortlisted_a": "no"}
    made = pd.DataFrame.from_dict(rows, orient="index", columns=["rank_a", "shortlisted_a"]).rename_axis("site_id")
    made = made.join(table[["site_name", "rank_b", "shortlisted_b"]])
    made = made.sort_values(["rank_b", "rank_a", "site_id"], na_position="last").reset_index()
    for column in ("rank_a", "rank_b"):
        made[column] = made[column].astype("float64").astype("Int64")
    return made[["site_id", "site_name", "rank_a", "rank_b", "shortlisted_a", "shortlisted_b"]]


def _rank_before(two: TwoRuns, table: pd.DataFrame, lead: str) -> float:
    """Return the best earlier rank of the plots of an opportunity; missing where none had one."""
    return float(table["rank_a"].reindex(_plots(two, lead)).min())
