"""What became of the sites an earlier run ranked: built, permitted, gone from the register, or still there."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from siteprior.core import schema
from siteprior.pipeline.comparison.two_runs import AnyRun, TwoRuns, read_two_runs
from siteprior.report.audience import as_registered

COMPLETED = "completed"
BUILDING = "under construction"
ENDED = "ended"
SPLIT = "listed in parts"
GONE = "left the register"
PERMITTED = "newly permissioned"
LISTED = "still listed"
UNKNOWN = "not followed"
OUTCOMES: tuple[str, ...] = (COMPLETED, BUILDING, ENDED, SPLIT, GONE, PERMITTED, LISTED, UNKNOWN)
"""What may have become of a site, the furthest first: each site has the first that holds."""

COLUMNS = (
    "site_id", "site_id_a", "site_name", "organisation", "organisation_name", "rank_a", "shortlisted_a", "outcome",
    "seen", "basis", "planning_a", "planning_b", "ownership_a", "ownership_b", "hectares_a", "hectares_b", "homes_a",
    "homes_b", "homes_change", "homes_changed", "hectares_changed", "ownership_changed", "rank_b",
)  # fmt: skip

EVENT_OF = {ENDED: "ended", SPLIT: "not listed", GONE: "not listed", PERMITTED: "planning status"}
"""The event of the register history that an outcome is seen by."""

PERMISSIONED = "permissioned"
LEAST_HA = 1e-6
"""Hectares that differ by less are the same."""


def outcomes(run_a: AnyRun, run_b: AnyRun) -> pd.DataFrame:
    """Follow every site the earlier run ranked into the later run: what its register says became of it.

    Parameters
    ----------
    run_a, run_b
        Two runs or their folders, the earlier first.

    Returns
    -------
    DataFrame
        One row per site ranked in the earlier run, by its rank: ``outcome`` (:data:`OUTCOMES`:
        the furthest that holds), ``seen`` (the day of the register that shows it) and ``basis``;
        planning status, ownership, hectares and homes (fewest net) in both runs, with ``yes`` or
        ``no`` for what changed; blank where a run states nothing, which is no change.

    Raises
    ------
    InputError
        When a folder holds no run, or a run published without ranks.

    Examples
    --------
    >>> import siteprior as sp
    >>> folder = sp.demo(out="outputs/demo")
    >>> sp.outcomes(folder, folder)["outcome"].unique().tolist()
    ['still listed']
    """
    return outcomes_between(read_two_runs(run_a, run_b))


def outcomes_between(two: TwoRuns) -> pd.DataFrame:
    """Return the table of :func:`outcomes` of two runs that are open."""
    ranked = two.sites_a[two.sites_a["rank"].notna()].copy()
    # What became of a site is for its register to say, not for the team's own decisions about it.
    registered = as_registered(two.sites_b, two.b.decisions)
    later = _with_parts(two, registered.reindex(ranked.index))
    table = pd.DataFrame(index=ranked.index.rename("site_id"))
    table["site_id_a"] = two.names["site_id_a"].reindex(table.index)
    for name in ("site_name", "organisation", "organisation_name"):
        table[name] = ranked[name]
    table["rank_a"], table["rank_b"] = (part["rank"].astype("Int64") for part in (ranked, later))
    table["shortlisted_a"] = np.where(table["site_id_a"].isin(_on_shortlist(two)), "yes", "no")
    for name, column in (
        ("planning", "planning_permission_status"), ("ownership", "ownership_status"), ("hectares", "hectares"),
        ("homes", "minimum_net_dwellings"),
    ):  # fmt: skip
        table[f"{name}_a"], table[f"{name}_b"] = ranked[column], later[column]
    table["homes_change"] = (table["homes_b"] - table["homes_a"]).astype("Int64")
    table["homes_changed"] = _yes(table["homes_change"].fillna(0) != 0)
    table["hectares_changed"] = _yes((table["hectares_b"] - table["hectares_a"]).abs() > LEAST_HA)
    owner = table["ownership_a"].notna() & table["ownership_b"].notna()
    table["ownership_changed"] = _yes(owner & (table["ownership_a"] != table["ownership_b"]))
    table["outcome"] = _outcome(two, ranked, later)
    table = table.join(_seen(two, table["outcome"]))
    return table.sort_values(["rank_a", "site_id_a"]).reset_index()[list(COLUMNS)]


def outcome_counts(table: pd.DataFrame) -> pd.DataFrame:
    """Count outcomes: sites and homes, of all that were ranked and of the shortlist.

    Parameters
    ----------
    table
        What :func:`outcomes` returned.

    Returns
    -------
    DataFrame
        One row per outcome that occurs, in their order: ``ranked_sites``, ``ranked_homes``, ``shortlist_sites``,
        ``shortlist_homes`` (homes the earlier run stated).

    Examples
    --------
    >>> import siteprior as sp
    >>> folder = sp.demo(out="outputs/demo")
    >>> outcome_counts(sp.outcomes(folder, folder))["ranked_sites"].to_dict()
    {'still listed': 194}
    """
    listed = table[table["shortlisted_a"] == "yes"]
    rows = {
        name: {
            "ranked_sites": int((table["outcome"] == name).sum()),
            "ranked_homes": int(table.loc[table["outcome"] == name, "homes_a"].sum()),
            "shortlist_sites": int((listed["outcome"] == name).sum()),
            "shortlist_homes": int(listed.loc[listed["outcome"] == name, "homes_a"].sum()),
        }
        for name in OUTCOMES
        if (table["outcome"] == name).any()
    }
    columns = ["ranked_sites", "ranked_homes", "shortlist_sites", "shortlist_homes"]
    counts = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return counts.rename_axis("outcome")


def _with_parts(two: TwoRuns, later: pd.DataFrame) -> pd.DataFrame:
    """Fill in of sites listed in parts what their parts come to: hectares and homes added up, the best rank."""
    later = pd.DataFrame(later).copy()
    for whole, parts in two.parts.items():
        if whole in later.index:
            rows = two.sites_b.loc[parts]
            for name in ("hectares", "minimum_net_dwellings"):
                later.loc[whole, name] = rows[name].sum(min_count=1)
            later.loc[whole, "rank"] = rows["rank"].min()
    return later


def _on_shortlist(two: TwoRuns) -> list[str]:
    """Return the sites of the earlier shortlist, all plots of its opportunities."""
    members = two.a.shortlist["members"] if "members" in two.a.shortlist else pd.Series(dtype="str")
    return [*two.a.shortlist.index, *members.dropna().str.split("; ").explode()]


def _outcome(two: TwoRuns, ranked: pd.DataFrame, later: pd.DataFrame) -> np.ndarray:
    """Name what became of each site."""
    there = pd.Series(ranked.index.isin(two.sites_b.index), index=ranked.index)
    covered = ranked["organisation"].isin(set(two.sites_b["organisation"].dropna()))
    state = later["register_state"] if "register_state" in later else pd.Series(None, index=later.index)
    ended = (later["end_date"] <= pd.Timestamp(two.b.record["as_of"])) | (state == "ended")
    newly = (later["planning_permission_status"] == PERMISSIONED) & (
        ranked["planning_permission_status"] != PERMISSIONED
    )
    gone = ~there & covered | (state == "disappeared")
    stage = later["development_status"]
    parts = pd.Series(ranked.index.isin(list(two.parts)), index=ranked.index)
    cases = [stage == "completed", stage == "under construction", ended, parts, gone, newly, there]
    return np.select([case.fillna(False).astype(bool) for case in cases], OUTCOMES[:-1], UNKNOWN)


def _seen(two: TwoRuns, outcome: pd.Series) -> pd.DataFrame:
    """Return the day of the register that shows each outcome, and what it rests on."""
    events = two.b["history"].sort_values("published", kind="stable")
    events = events[events["published"].astype("str") > str(two.a.record["as_of"])] if len(events) else events
    days, basis = [], []
    for site, name in outcome.items():
        day = _day(events, {str(site), str(two.names["site_id_a"].get(site))}, str(name))
        days.append(day)
        basis.append("" if name == LISTED else _BASIS[str(name)] + (", by the register history" if day else ""))
    return pd.DataFrame({"seen": pd.Series(days, dtype="object"), "basis": basis}).set_index(outcome.index)


def _day(events: pd.DataFrame, ids: Collection[str], outcome: str) -> str | None:
    """Return the day an outcome was first seen in a register after the earlier run; ``None`` without a history."""
    event = EVENT_OF.get(outcome)
    if event is None or events.empty:
        return None
    own = events[events["site_id"].isin(list(ids)) & (events["event"] == event)]
    if outcome == PERMITTED:
        own = own[own["after"] == PERMISSIONED]
    return None if own.empty else str(own["published"].iloc[0])[:10]


_BASIS = {
    COMPLETED: "the register says it is built",
    BUILDING: "the register says it is being built",
    ENDED: "the register states an end date",
    SPLIT: "the register history: other sites were part of it",
    GONE: "the later register does not list it; it does not say why",
    PERMITTED: "the planning status is permissioned, and was not, or was not stated",
    LISTED: "",
    UNKNOWN: "the later run reads no register of its council",
}
"""What an outcome rests on."""

assert set(EVENT_OF.values()) <= {*schema.VALUES["history event"]}


def _yes(mask: pd.Series) -> pd.Series:
    """Return a mask as yes and no; what is not known is no."""
    return pd.Series(np.where(mask.fillna(False).astype(bool), "yes", "no"), index=mask.index)
