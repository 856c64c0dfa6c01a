"""The register's own history: several vintages of a council's register read as the life of each site.

A vintage says what stood on the register on the day it was published; what it does not list has left, or been listed
under another reference. Nothing is known from before the first vintage held, so ages are least ages there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import HISTORY, HISTORY_EVENTS, REGISTER, SITE_HISTORY_COLUMNS, as_kind, check
from siteprior.registers.matching.lineage import origins
from siteprior.registers.matching.link_versions import FACTS, Sighting, Site, follow

DAYS_PER_YEAR = 365.25
"""Length of the mean calendar year in days: dates become years by it."""

WATCHED = {
    "minimum_net_dwellings": "capacity", "hectares": "hectares", "planning_permission_status": "planning status",
    "ownership_status": "ownership",
}  # fmt: skip
"""Columns whose changes are events, and the events' names."""


class HistoryResult(NamedTuple):
    """The life of every site on the registers given.

    Attributes
    ----------
    sites
        One row per site, those that left among them, on the index ``site_id`` (the id in the last vintage that lists
        it), columns :data:`siteprior.core.schema.SITE_HISTORY_COLUMNS`.
    events
        :data:`siteprior.core.schema.HISTORY`, by site and date.
    issues
        The issue log.
    """

    sites: pd.DataFrame
    events: pd.DataFrame
    issues: pd.DataFrame


def register_history(vintages: Sequence[tuple[dt.date, Any]], *, as_of: dt.date | None = None) -> HistoryResult:
    """Read vintages of registers as the life of each site: ages in years, changes of homes and hectares.

    A site is followed by its id, then by its reference in another spelling, then by place and name where that is
    certain. Only vintages of the same council speak of a site; a file with a handful of a council's rows says what it
    lists and nothing of what it does not.

    Parameters
    ----------
    vintages
        Pairs of the day of publication and :data:`siteprior.core.schema.REGISTER` rows, in any order; rows of one
        council
        and day are one vintage.
    as_of
        Years are counted to this day; to the newest vintage when not given.

    Returns
    -------
    HistoryResult

    Raises
    ------
    InputError
        When there is no vintage, or one is not such a table.

    Examples
    --------
    >>> from siteprior.core.schema import conform
    >>> def vintage(homes):
    ...     rows = pd.DataFrame({"reference": "1", "minimum_net_dwellings": homes}, index=["E08000027:1"])
    ...     return conform(rows.rename_axis("site_id"), REGISTER)
    >>> result = register_history([(dt.date(2018, 1, 1), vintage([5])), (dt.date(2020, 1, 1), vintage([8]))])
    >>> result.sites[["first_seen", "years_on_register", "capacity_change"]].values.tolist()
    [[Timestamp('2018-01-01 00:00:00'), 2.0, 3]]
    >>> result.events[["event", "before", "after"]].dropna().values.tolist()
    [['capacity', '5', '8']]
    """
    if not vintages:
        raise InputError("vintages: none given; name at least one register")
    for number, (_, table) in enumerate(vintages, 1):
        check(table, _PLAIN, name=f"vintages, the {number}. table", needs=FACTS)
    day = as_of or max(date for date, _ in vintages)
    log = IssueLog()
    councils = follow(vintages, log)
    found = origins(councils, log)
    summaries: dict[str, dict[str, Any]] = {}
    events: list[dict[str, Any]] = []
    for council in councils:
        for site in council.sites:
            told = [*_life(site, council.whole, day), *_edits(site), *found.events.get(site.id, ())]
            events += [{"site_id": site.id, **event} for event in told]
            summaries[site.id] = _summary(site, told, council.whole, found.chains.get(site.id, []), day)
    return HistoryResult(_sites(summaries), _events(events), log.table())


_PLAIN = replace(REGISTER, geometry=False)


def _event(seen: Sighting, event: str, **told: Any) -> dict[str, Any]:
    """Return an event read from one row."""
    return {"published": seen.date, "event": event, "file": seen.facts["file"], "row": seen.facts["row"], **told}


def _life(site: Site, whole: list[dt.date], as_of: dt.date) -> list[dict[str, Any]]:
    """Return when a site was first seen, renamed, ended, not listed and listed again."""
    first = site.seen[0]
    told = [_event(first, "first seen", after=first.id, basis=_first_basis(first, whole))]
    over = False
    for before, seen in zip([None, *site.seen[:-1]], site.seen, strict=True):
        gone = [date for date in whole if before is not None and before.date < date < seen.date]
        if gone:
            told += [{"published": gone[0], "event": "not listed"}, _event(seen, "listed again", basis=seen.basis)]
        if before is not None and before.id != seen.id:
            told.append(_event(seen, "reference", field="reference", before=before.id, after=seen.id, basis=seen.basis))
        if _over(seen, as_of) and not over:
            told.append(_event(seen, "ended", field="end_date", after=_text(seen.facts["end_date"])))
        if over and not _over(seen, as_of) and not gone:
            told.append(_event(seen, "listed again", field="end_date", basis="the end date is gone"))
        over = _over(seen, as_of)
    later = [date for date in whole if date > site.seen[-1].date]
    return [*told, {"published": later[0], "event": "not listed"}] if later else told


def _first_basis(first: Sighting, whole: list[dt.date]) -> str:
    """Say what is known of the time before a site was first seen."""
    earlier = [date for date in whole if date < first.date]
    return f"not on the register of {earlier[-1]}" if earlier else "on the first register held"


def _over(seen: Sighting, as_of: dt.date) -> bool:
    """Tell whether a row says that the site has left the register by ``as_of``."""
    end = seen.facts["end_date"]
    return end is not None and end.date() <= as_of


def _edits(site: Site) -> list[dict[str, Any]]:
    """Return the changes of what is watched; a blank between two values is no change."""
    told = []
    for field, event in WATCHED.items():
        last = None
        for seen in site.seen:
            value = _known(seen, field)
            if value is not None and last is not None and value != last:
                told.append(_event(seen, event, field=field, before=_text(last), after=_text(value), basis=seen.basis))
            last = last if value is None else value
    return told


def _known(seen: Sighting, field: str) -> Any:
    """Return what a row states; areas to the two decimals registers give."""
    value = seen.facts[field]
    return round(value, 2) if field == "hectares" and value is not None else value


def _text(value: Any) -> str:
    """Return a value as it is told."""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _summary(
    site: Site, told: list[dict[str, Any]], whole: list[dt.date], chain: list[str], as_of: dt.date
) -> dict[str, Any]:
    """Return the columns of one site."""
    first, last = site.seen[0], site.seen[-1]
    happened = [event["event"] for event in told]
    missing = any(date > last.date for date in whole)
    state = "re-entered" if "listed again" in happened else "listed"
    state = "ended" if _over(last, as_of) else "disappeared" if missing else state
    until = min(last.facts["end_date"].date(), as_of) if state == "ended" else last.date if missing else as_of
    since, basis = _since(site, whole)
    earlier = dict.fromkeys(seen.id for seen in reversed(site.seen))
    return {
        "first_seen": pd.Timestamp(first.date),
        "last_seen": pd.Timestamp(last.date),
        "vintages_seen": len(site.seen),
        "register_state": state,
        "years_on_register": round(max((until - since).days, 0) / DAYS_PER_YEAR, 2),
        "age_basis": basis,
        "capacity_change": _change(site, "minimum_net_dwellings"),
        "hectares_change": _change(site, "hectares"),
        "status_changes": happened.count("planning status"),
        "previously_part_of": "; ".join(chain) or None,
        "earlier_ids": "; ".join(name for name in earlier if name != site.id) or None,
    }


def _since(site: Site, whole: list[dt.date]) -> tuple[dt.date, str]:
    """Return the earliest day a site is known on the register, and what that rests on."""
    first = site.seen[0]
    earliest = dt.date.fromisoformat(load_parameters("history")["earliest_start"].value)
    began = dt.date.fromisoformat(load_parameters("failure")["ageing"]["registers_began"].value)
    starts = [seen.facts["start_date"].date() for seen in site.seen if seen.facts["start_date"] is not None]
    stated = min((start for start in starts if start >= earliest), default=None)
    if stated is not None and stated <= first.date:
        if stated <= began:
            return stated, f"left-censored: the start date stated, {stated}, is of the first registers or before"
        return stated, "start date stated"
    told = "" if stated is None else f"; the start date stated, {stated}, is later"
    if any(date < first.date for date in whole):
        return first.date, f"first seen {first.date}, {_first_basis(first, whole)}{told}"
    return first.date, f"left-censored: {_first_basis(first, whole)}, of {first.date}{told or '; no start date stated'}"


def _change(site: Site, field: str) -> Any:
    """Return the last known value less the first, where it is known at least twice."""
    values = [value for value in (_known(seen, field) for seen in site.seen) if value is not None]
    return round(values[-1] - values[0], 2) if len(values) > 1 else None


def _sites(summaries: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Return the summary table, every column of its kind."""
    index = pd.Index(sorted(summaries), name="site_id", dtype="str")
    columns = {
        column.name: as_kind([summaries[site][column.name] for site in index], column.kind, index)
        for column in SITE_HISTORY_COLUMNS
    }
    return pd.DataFrame(columns, index=index)


def _events(events: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the events by site, date and kind, numbered from 1, every column of its kind."""
    place = {event: number for number, event in enumerate(HISTORY_EVENTS)}
    ordered = sorted(events, key=lambda event: (event["site_id"], event["published"], place[event["event"]]))
    index = pd.RangeIndex(1, len(ordered) + 1, name=HISTORY.index)
    columns = {
        column.name: as_kind([event.get(column.name) for event in ordered], column.kind, index)
        for column in HISTORY.columns
    }
    return pd.DataFrame(columns, index=index)
