"""Which site of one vintage of a register is which of the next: by id, by reference, by place and name (metres)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.registers.matching.similarity import (
    Name,
    disc_radius_m,
    read_name,
    reference_key,
    same_marks,
    similarity,
    sub_references,
)

FACTS = (
    "reference", "site_name", "minimum_net_dwellings", "hectares", "planning_permission_status", "ownership_status",
    "part_of_stated", "notes", "start_date", "entry_date", "end_date", "file", "row", "easting", "northing",
)  # fmt: skip
"""The columns of :data:`siteprior.core.schema.REGISTER` a site is followed by."""


@dataclass
class Sighting:
    """One row of one vintage: the day it was published, the id it had then, what it said, how it was recognised."""

    date: dt.date
    id: str
    facts: dict[str, Any]
    key: str
    name: Name | None
    basis: str = ""

    @property
    def place(self) -> tuple[float, float]:
        """Easting and northing in metres, ``nan`` where it has no place."""
        return self.facts["easting"], self.facts["northing"]


@dataclass
class Site:
    """One site through the vintages, its sightings in order of date; ``since`` where its id is another site's now."""

    seen: list[Sighting]
    since: str = ""

    @property
    def id(self) -> str:
        """The id the site has in the last vintage that lists it; with that day where a later site took the id."""
        return self.seen[-1].id + self.since


class Council(NamedTuple):
    """One council's sites, and the days of its vintages that are whole registers."""

    code: str
    whole: list[dt.date]
    sites: list[Site]


def follow(vintages: Sequence[tuple[dt.date, Any]], log: IssueLog) -> list[Council]:
    """Follow every site through the vintages of its council.

    Parameters
    ----------
    vintages
        Pairs of day and register rows, in any order; the rows of one council and day are one vintage.
    log
        Takes what was recognised otherwise than by its id, and vintages that are not whole.

    Returns
    -------
    list
        One :class:`Council` per council, by code.
    """
    books: dict[str, dict[dt.date, dict[str, Sighting]]] = {}
    for date, table in vintages:
        for seen in _sightings(date, table):
            book = books.setdefault(seen.id.partition(":")[0], {}).setdefault(date, {})
            held = book.get(seen.id)
            if held is None or _origin(seen) < _origin(held):
                book[seen.id] = seen
    return [_follow(code, books[code], log) for code in sorted(books)]


def _sightings(date: dt.date, table: Any) -> list[Sighting]:
    """Return the rows of a vintage as sightings."""
    columns = pd.DataFrame(table[list(FACTS)]).astype(object)
    columns = columns.where(columns.notna(), None)
    found = []
    for site, row in zip(table.index, columns.itertuples(index=False, name=None), strict=True):
        facts = dict(zip(FACTS, row, strict=True))
        for axis in ("easting", "northing"):
            facts[axis] = float("nan") if facts[axis] is None else float(facts[axis])
        found.append(
            Sighting(date, site, facts, reference_key(facts["reference"] or ""), read_name(facts["site_name"]))
        )
    return found


def _origin(seen: Sighting) -> tuple[str, int]:
    """Return file and row, to settle which of two rows of one id and day counts."""
    return str(seen.facts["file"] or ""), int(seen.facts["row"] or 0)


def _follow(code: str, book: dict[dt.date, dict[str, Sighting]], log: IssueLog) -> Council:
    """Follow the sites of one council."""
    longest = max(len(rows) for rows in book.values())
    share = load_parameters("history")["whole_share"].value
    whole = [date for date in sorted(book) if len(book[date]) >= share * longest]
    sites: list[Site] = []
    for date in sorted(book):
        rows = sorted(book[date].values(), key=lambda seen: seen.id)
        if date not in whole:
            log.add(
                "unknown entity", file=rows[0].facts["file"], field="organisation", value=code,
                action=f"lists {len(rows)} of the council's sites (another vintage {longest}); its gaps say nothing",
            )  # fmt: skip
        free = _by_place(*_by_reference(sites, rows, log), log)
        sites += [Site([seen]) for seen in free]
    holder: dict[str, Site] = {}
    for site in sorted(sites, key=lambda site: site.seen[-1].date, reverse=True):
        last = site.seen[-1]
        if holder.setdefault(last.id, site) is not site:
            site.since = f"@{last.date}"
            _log(log, "reference values are not unique", last, last, f"another site has this id now; called {site.id}")
    return Council(code, whole, sorted(sites, key=lambda site: site.id))


def _by_reference(sites: list[Site], rows: list[Sighting], log: IssueLog) -> tuple[list[Site], list[Sighting]]:
    """Match rows to sites by id, then by the reference's spelling; return the sites and rows left over."""
    known: dict[str, list[Site]] = {}
    for site in sites:
        known.setdefault(site.seen[-1].key, []).append(site)
    rest: list[Site] = []
    free: list[Sighting] = []
    groups: dict[str, list[Sighting]] = {}
    for seen in rows:
        groups.setdefault(seen.key, []).append(seen)
    for key in sorted(known.keys() | groups.keys()):
        old, new = known.get(key, []), groups.get(key, [])
        ranked = sorted(
            (_rank(site.seen[-1], seen, alone=len(old) == len(new) == 1), site.id, seen.id, a, b)
            for a, site in enumerate(old)
            for b, seen in enumerate(new)
        )
        taken_old: set[int] = set()
        taken_new: set[int] = set()
        for rank, _, _, a, b in ranked:
            if rank < _STRANGER and a not in taken_old and b not in taken_new:
                taken_old.add(a)
                taken_new.add(b)
                _recognise(old[a], new[b], log)
        rest += [site for a, site in enumerate(old) if a not in taken_old]
        free += [seen for b, seen in enumerate(new) if b not in taken_new]
    return rest, free


_STRANGER = 3


def _rank(before: Sighting, now: Sighting, *, alone: bool) -> int:
    """Rank how well two sightings of one reference fit, 0 best; :data:`_STRANGER` does not.

    A reference that stands once before and once now is the same site. Where it stands several times (``~2``, which
    counts in file order) name and place decide before the number does.
    """
    if alone:
        return 0
    apart = np.hypot(before.place[0] - now.place[0], before.place[1] - now.place[1])
    near = not apart > load_parameters("history")["same_site_m"].value
    if before.name and now.name and before.name.key == now.name.key and near:
        return 0 if before.facts["hectares"] == now.facts["hectares"] else 1
    return 2 if before.id == now.id else _STRANGER


def _recognise(site: Site, seen: Sighting, log: IssueLog) -> None:
    """Add a sighting recognised by its reference."""
    before = site.seen[-1]
    if before.id == seen.id:
        seen.basis = "same id"
        apart = np.hypot(before.place[0] - seen.place[0], before.place[1] - seen.place[1])
        alike = similarity(before.name, seen.name)
        reach = max(
            load_parameters("history")["same_site_m"].value, float(disc_radius_m(before.facts["hectares"] or 0))
        )
        if apart > reach and alike < load_parameters("duplicates")["resembling"].value:
            _log(log, "reference values are not unique", seen, before, "name and place differ; taken as one site")
    else:
        seen.basis = f"reference in another spelling, before {before.id}"
        _log(log, "default-value", seen, before, seen.basis)
    site.seen.append(seen)


def _by_place(rest: list[Site], free: list[Sighting], log: IssueLog) -> list[Sighting]:
    """Match what is left by place and name where that is certain; return the rows that are new sites."""
    old = [site for site in rest if np.isfinite(site.seen[-1].place).all()]
    new = [seen for seen in free if np.isfinite(seen.place).all()]
    if not old or not new:
        return free
    presets, names = load_parameters("history"), load_parameters("duplicates")
    reach = [
        max(
            presets["same_site_m"].value,
            min(names["reach_m"].value, float(disc_radius_m(s.seen[-1].facts["hectares"] or 0))),
        )
        for s in old
    ]
    near = cKDTree([seen.place for seen in new]).query_ball_point([site.seen[-1].place for site in old], reach)
    fits = [
        (a, b)
        for a, others in enumerate(near)
        for b in sorted(others)
        if same_marks(old[a].seen[-1].name, new[b].name)
        and similarity(old[a].seen[-1].name, new[b].name) >= names["alike"].value
        and not sub_references(old[a].seen[-1].key, new[b].key)
    ]
    matched = set()
    for a, b in fits:
        before, seen = old[a].seen[-1], new[b]
        if sum(a == one for one, _ in fits) > 1 or sum(b == other for _, other in fits) > 1:
            _log(
                log, "reference values are not unique", seen, before, "several sites fit by place and name; not matched"
            )
            continue
        apart = np.hypot(before.place[0] - seen.place[0], before.place[1] - seen.place[1])
        alike = similarity(before.name, seen.name)
        seen.basis = f"place and name, before {before.id}: {apart:.0f} m apart, names {alike:.2f} alike"
        _log(log, "default-value", seen, before, seen.basis)
        old[a].seen.append(seen)
        matched.add(id(seen))
    return [seen for seen in free if id(seen) not in matched]


def _log(log: IssueLog, code: str, seen: Sighting, before: Sighting, action: str) -> None:
    """Report how a row was, or was not, recognised."""
    log.add(
        code, file=seen.facts["file"], row=seen.facts["row"], field="reference", value=before.id, action=action,
        site_id=seen.id,
    )  # fmt: skip
