"""The register's own history: several vintages of a council's register read as the history of each site.

A vintage lists what stood on the register on the day it was published; what it does not list has left, or been listed
under another reference. Nothing is known from before the first vintage given, so ages are least ages there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import HISTORY, HISTORY_EVENTS, REGISTER, SITE_HISTORY_COLUMNS, as_kind, check
from siteprior.core.short_repr import short_repr
from siteprior.registers.matching.cells import Cell, format_cell
from siteprior.registers.matching.events import Event, event_of
from siteprior.registers.matching.lineage import origins
from siteprior.registers.matching.link_versions import LINKED_BY, Observation, Site, link_versions

DAYS_PER_YEAR = 365.25
"""Length of the mean calendar year in days: dates become years by it."""

WATCHED = {
    "minimum_net_dwellings": "capacity", "hectares": "hectares", "planning_permission_status": "planning status",
    "ownership_status": "ownership",
}  # fmt: skip
"""Columns whose changes are events, and the events' names."""


@short_repr
class HistoryResult(NamedTuple):
    """The history of every site on the registers given.

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


def register_history(
    vintages: Sequence[tuple[dt.date, gpd.GeoDataFrame]], *, as_of: dt.date | None = None
) -> HistoryResult:
    """Read vintages of registers as the history of each site: ages in years, changes of homes and hectares.

    A site is followed by its id, then by its reference in another spelling, then by place and name where that is
    certain. Only vintages of the same council count for a site; that a file with a handful of a council's rows does not
    list a site means nothing.

    Parameters
    ----------
    vintages
        Pairs of the day of publication and :data:`siteprior.core.schema.REGISTER` rows, in any order; rows of one
        council and day are one vintage.
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
        check(table, _WITHOUT_GEOMETRY, name=f"vintages, the {number}. table", needs=LINKED_BY)
    day = as_of or max(date for date, _ in vintages)
    log = IssueLog()
    councils = link_versions(vintages, log)
    lineage = origins(councils, log)
    summaries: dict[str, dict[str, Cell]] = {}
    events: list[tuple[str, Event]] = []
    for council in councils:
        for site in council.sites:
            of_site = [*_listings(site, council.complete, day), *_changes(site), *lineage.events.get(site.id, ())]
            events += [(site.id, event) for event in of_site]
            summaries[site.id] = _summary(site, of_site, council.complete, lineage.chains.get(site.id, []), day)
    return HistoryResult(_site_table(summaries), _event_table(events), log.table())


_WITHOUT_GEOMETRY = REGISTER.without_places()


def _listings(site: Site, complete: list[dt.date], as_of: dt.date) -> list[Event]:
    """Return when a site was first seen, renamed, ended, not listed and listed again."""
    first = site.first
    events = [event_of(first, "first seen", after=first.id, basis=_first_basis(first, complete))]
    ended = False
    for before, row in zip([None, *site.observations[:-1]], site.observations, strict=True):
        gaps = [date for date in complete if before is not None and before.date < date < row.date]
        if gaps:
            events += [Event(gaps[0], "not listed"), event_of(row, "listed again", basis=row.basis)]
        if before is not None and before.id != row.id:
            events.append(
                event_of(row, "reference", field="reference", before=before.id, after=row.id, basis=row.basis)
            )
        if _has_ended(row, as_of) and not ended:
            events.append(event_of(row, "ended", field="end_date", after=format_cell(row.attributes.end_date)))
        if ended and not _has_ended(row, as_of) and not gaps:
            events.append(event_of(row, "listed again", field="end_date", basis="the end date is gone"))
        ended = _has_ended(row, as_of)
    later = [date for date in complete if date > site.last.date]
    return [*events, Event(later[0], "not listed")] if later else events


def _first_basis(first: Observation, complete: list[dt.date]) -> str:
    """Return what is known of the time before a site was first seen."""
    earlier = [date for date in complete if date < first.date]
    return f"not on the register of {earlier[-1]}" if earlier else "on the first register read"


def _has_ended(row: Observation, as_of: dt.date) -> bool:
    """Return whether a row states that the site has left the register by ``as_of``."""
    end = row.attributes.end_date
    return end is not None and end.date() <= as_of


def _changes(site: Site) -> list[Event]:
    """Return the changes of the columns watched; a blank between two values is no change."""
    events = []
    for field, kind in WATCHED.items():
        last: str | float | None = None
        for row in site.observations:
            value = _value(row, field)
            if value is not None and last is not None and value != last:
                events.append(
                    event_of(
                        row, kind, field=field, before=format_cell(last), after=format_cell(value), basis=row.basis
                    )
                )
            last = last if value is None else value
    return events


def _value(row: Observation, field: str) -> str | float | None:
    """Return what a row states; areas to the two decimals registers give."""
    value: str | float | None = getattr(row.attributes, field)
    return round(value, 2) if field == "hectares" and isinstance(value, float) else value


def _summary(
    site: Site, events: list[Event], complete: list[dt.date], chain: list[str], as_of: dt.date
) -> dict[str, Cell]:
    """Return the columns of one site."""
    first, last = site.first, site.last
    kinds = [event.event for event in events]
    missing = any(date > last.date for date in complete)
    state, until = "re-entered" if "listed again" in kinds else "listed", as_of
    if missing:
        state, until = "disappeared", last.date
    if last.attributes.end_date is not None and _has_ended(last, as_of):
        state, until = "ended", min(last.attributes.end_date.date(), as_of)
    since, basis = _since(site, complete)
    earlier_ids = dict.fromkeys(row.id for row in reversed(site.observations))
    return {
        "first_seen": pd.Timestamp(first.date),
        "last_seen": pd.Timestamp(last.date),
        "vintages_seen": len(site.observations),
        "register_state": state,
        "years_on_register": round(max((until - since).days, 0) / DAYS_PER_YEAR, 2),
        "age_basis": basis,
        "capacity_change": _total_change(site, "minimum_net_dwellings"),
        "hectares_change": _total_change(site, "hectares"),
        "status_changes": kinds.count("planning status"),
        "previously_part_of": "; ".join(chain) or None,
        "earlier_ids": "; ".join(name for name in earlier_ids if name != site.id) or None,
    }


def _since(site: Site, complete: list[dt.date]) -> tuple[dt.date, str]:
    """Return the earliest day a site is known on the register, and what that rests on."""
    first = site.first
    earliest = dt.date.fromisoformat(load_parameters("history").text("earliest_start"))
    began = dt.date.fromisoformat(load_parameters("failure").table("ageing").text("registers_began"))
    starts = [row.attributes.start_date.date() for row in site.observations if row.attributes.start_date is not None]
    stated = min((start for start in starts if start >= earliest), default=None)
    if stated is not None and stated <= first.date:
        if stated <= began:
            return stated, f"left-censored: the start date stated, {stated}, is of the first registers or before"
        return stated, "start date stated"
    later = "" if stated is None else f"; the start date stated, {stated}, is later"
    basis = _first_basis(first, complete)
    if any(date < first.date for date in complete):
        return first.date, f"first seen {first.date}, {basis}{later}"
    return first.date, f"left-censored: {basis}, of {first.date}{later or '; no start date stated'}"


def _total_change(site: Site, field: str) -> float | None:
    """Return the last known value less the first, where it is known at least twice."""
    stated = (getattr(row.attributes, field) for row in site.observations)
    values = [round(value, 2) for value in stated if value is not None]
    return round(values[-1] - values[0], 2) if len(values) > 1 else None


def _site_table(summaries: dict[str, dict[str, Cell]]) -> pd.DataFrame:
    """Return the summary table, every column of its kind."""
    index = pd.Index(sorted(summaries), name="site_id", dtype="str")
    columns = {
        column.name: as_kind([summaries[site][column.name] for site in index], column.kind, index)
        for column in SITE_HISTORY_COLUMNS
    }
    return pd.DataFrame(columns, index=index)


def _event_table(events: list[tuple[str, Event]]) -> pd.DataFrame:
    """Return the events by site, date and kind, numbered from 1, every column of its kind."""
    rank = {event: number for number, event in enumerate(HISTORY_EVENTS)}
    ordered = sorted(events, key=lambda pair: (pair[0], pair[1].published, rank[pair[1].event]))
    rows = pd.DataFrame([(site, *event) for site, event in ordered], columns=["site_id", *Event._fields], dtype=object)
    index = pd.RangeIndex(1, len(ordered) + 1, name=HISTORY.index)
    columns = {column.name: as_kind(rows[column.name].tolist(), column.kind, index) for column in HISTORY.columns}
    return pd.DataFrame(columns, index=index)
