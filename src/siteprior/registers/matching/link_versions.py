"""Which site of one vintage of a register is which of the next: by id, by reference, by place and name (metres)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
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


class Attributes(NamedTuple):
    """What one row of a vintage states: columns of :data:`siteprior.core.schema.REGISTER`, ``None`` where missing."""

    reference: str | None
    site_name: str | None
    minimum_net_dwellings: int | None
    hectares: float | None
    planning_permission_status: str | None
    ownership_status: str | None
    part_of_stated: str | None
    notes: str | None
    start_date: pd.Timestamp | None
    entry_date: pd.Timestamp | None
    end_date: pd.Timestamp | None
    file: str | None
    row: int | None


LINKED_BY = (*Attributes._fields, "easting", "northing")
"""The columns of :data:`siteprior.core.schema.REGISTER` a site is followed by."""


@dataclass
class Observation:
    """One row of one vintage: its day, its id then, its attributes and place, and how it was matched to a site.

    Attributes
    ----------
    date
        The day the vintage was published.
    id
        The ``site_id`` the row has in that vintage.
    easting, northing
        Metres, ``nan`` where it has no place.
    key
        Its reference in the form in which spellings are one.
    name
        Its name and address, ready to be compared.
    basis
        How it was matched to the earlier observations of its site.
    """

    date: dt.date
    id: str
    attributes: Attributes
    easting: float
    northing: float
    key: str
    name: Name | None
    basis: str = ""

    @property
    def point(self) -> tuple[float, float]:
        """Easting and northing in metres."""
        return self.easting, self.northing

    @property
    def has_point(self) -> bool:
        """Whether it has a place."""
        return bool(np.isfinite(self.point).all())

    @property
    def radius_m(self) -> float:
        """Radius in metres of the disc of its hectares, 0 where they are missing."""
        return float(disc_radius_m(self.attributes.hectares or 0))

    def distance_m(self, other: Observation) -> float:
        """Return the distance in metres to another observation, ``nan`` where one has no place."""
        return float(np.hypot(self.easting - other.easting, self.northing - other.northing))


@dataclass
class Site:
    """One site through the vintages: its observations by date, and a suffix of its id where a later site has it."""

    observations: list[Observation]
    id_suffix: str = ""

    @property
    def first(self) -> Observation:
        """Its observation in the earliest vintage that lists it."""
        return self.observations[0]

    @property
    def last(self) -> Observation:
        """Its observation in the latest vintage that lists it."""
        return self.observations[-1]

    @property
    def id(self) -> str:
        """The id the site has in the last vintage that lists it; with that day where a later site took the id."""
        return self.last.id + self.id_suffix


class CouncilSites(NamedTuple):
    """One council's sites, and the days of its vintages that are complete registers."""

    code: str
    complete: list[dt.date]
    sites: list[Site]


def link_versions(vintages: Sequence[tuple[dt.date, gpd.GeoDataFrame]], log: IssueLog) -> list[CouncilSites]:
    """Follow every site through the vintages of its council.

    Parameters
    ----------
    vintages
        Pairs of day and register rows, in any order; the rows of one council and day are one vintage.
    log
        Takes what was matched otherwise than by its id, and vintages that are not complete.

    Returns
    -------
    list
        One :class:`CouncilSites` per council, by code.
    """
    councils: dict[str, dict[dt.date, dict[str, Observation]]] = {}
    for date, table in vintages:
        for row in _observations(date, table):
            vintage = councils.setdefault(row.id.partition(":")[0], {}).setdefault(date, {})
            earlier = vintage.get(row.id)
            if earlier is None or _origin(row) < _origin(earlier):
                vintage[row.id] = row
    return [_link_council(code, councils[code], log) for code in sorted(councils)]


def _observations(date: dt.date, table: gpd.GeoDataFrame) -> list[Observation]:
    """Return the rows of a vintage as observations."""
    columns = pd.DataFrame(table[list(Attributes._fields)]).astype(object)
    columns = columns.where(columns.notna(), None)
    east, north = (table[axis].to_numpy(dtype=float, na_value=np.nan).tolist() for axis in ("easting", "northing"))
    observations = []
    rows = zip(table.index, columns.itertuples(index=False, name=None), east, north, strict=True)
    for site, values, easting, northing in rows:
        attributes = Attributes(*values)
        key, name = reference_key(attributes.reference or ""), read_name(attributes.site_name)
        observations.append(Observation(date, site, attributes, easting, northing, key, name))
    return observations


def _origin(row: Observation) -> tuple[str, int]:
    """Return file and record number: of two rows of one id and day the lower counts."""
    return str(row.attributes.file or ""), int(row.attributes.row or 0)


def _link_council(code: str, vintages: dict[dt.date, dict[str, Observation]], log: IssueLog) -> CouncilSites:
    """Follow the sites of one council."""
    longest = max(len(rows) for rows in vintages.values())
    share = load_parameters("history").number("whole_share")
    complete = [date for date in sorted(vintages) if len(vintages[date]) >= share * longest]
    sites: list[Site] = []
    for date in sorted(vintages):
        rows = sorted(vintages[date].values(), key=lambda row: row.id)
        if date not in complete:
            log.add(
                "unknown entity", file=rows[0].attributes.file, field="organisation", value=code,
                action=f"lists {len(rows)} of the council's sites (another vintage {longest}); its gaps say nothing",
            )  # fmt: skip
        new = _match_by_place(*_match_by_reference(sites, rows, log), log)
        sites += [Site([row]) for row in new]
    id_of: dict[str, Site] = {}
    for site in sorted(sites, key=lambda site: site.last.date, reverse=True):
        last = site.last
        if id_of.setdefault(last.id, site) is not site:
            site.id_suffix = f"@{last.date}"
            action = f"another site has this id now; called {site.id}"
            _report(log, "reference values are not unique", last, last, action)
    return CouncilSites(code, complete, sorted(sites, key=lambda site: site.id))


def _match_by_reference(
    sites: list[Site], rows: list[Observation], log: IssueLog
) -> tuple[list[Site], list[Observation]]:
    """Match rows to sites by id, then by the reference's spelling; return the sites and rows left over."""
    sites_of: dict[str, list[Site]] = {}
    for site in sites:
        sites_of.setdefault(site.last.key, []).append(site)
    rows_of: dict[str, list[Observation]] = {}
    for row in rows:
        rows_of.setdefault(row.key, []).append(row)
    unmatched_sites: list[Site] = []
    unmatched_rows: list[Observation] = []
    for key in sorted(sites_of.keys() | rows_of.keys()):
        old, new = sites_of.get(key, []), rows_of.get(key, [])
        ranked = sorted(
            (_rank(site.last, row, alone=len(old) == len(new) == 1), site.id, row.id, a, b)
            for a, site in enumerate(old)
            for b, row in enumerate(new)
        )
        matched_old: set[int] = set()
        matched_new: set[int] = set()
        for rank, _, _, a, b in ranked:
            if rank < _NO_MATCH and a not in matched_old and b not in matched_new:
                matched_old.add(a)
                matched_new.add(b)
                _add_by_reference(old[a], new[b], log)
        unmatched_sites += [site for a, site in enumerate(old) if a not in matched_old]
        unmatched_rows += [row for b, row in enumerate(new) if b not in matched_new]
    return unmatched_sites, unmatched_rows


_NO_MATCH = 3


def _rank(before: Observation, now: Observation, *, alone: bool) -> int:
    """Rank how well two observations of one reference fit, 0 best; :data:`_NO_MATCH` does not.

    A reference that stands once before and once now is the same site. Where it stands several times (``~2``, which
    counts in file order) name and place decide before the number does.
    """
    if alone:
        return 0
    near = not before.distance_m(now) > load_parameters("history").number("same_site_m")
    if before.name and now.name and before.name.key == now.name.key and near:
        return 0 if before.attributes.hectares == now.attributes.hectares else 1
    return 2 if before.id == now.id else _NO_MATCH


def _add_by_reference(site: Site, row: Observation, log: IssueLog) -> None:
    """Add an observation matched by its reference."""
    before = site.last
    if before.id == row.id:
        row.basis = "same id"
        reach = max(load_parameters("history").number("same_site_m"), before.radius_m)
        resembling = load_parameters("duplicates").number("resembling")
        if before.distance_m(row) > reach and similarity(before.name, row.name) < resembling:
            _report(log, "reference values are not unique", row, before, "name and place differ; taken as one site")
    else:
        row.basis = f"reference in another spelling, before {before.id}"
        _report(log, "default-value", row, before, row.basis)
    site.observations.append(row)


def _match_by_place(sites: list[Site], rows: list[Observation], log: IssueLog) -> list[Observation]:
    """Match what is left by place and name where that is certain; return the rows that are new sites."""
    old = [site for site in sites if site.last.has_point]
    new = [row for row in rows if row.has_point]
    if not old or not new:
        return rows
    same_site_m = load_parameters("history").number("same_site_m")
    names = load_parameters("duplicates")
    reach = [max(same_site_m, min(names.number("reach_m"), site.last.radius_m)) for site in old]
    near = cKDTree([row.point for row in new]).query_ball_point([site.last.point for site in old], reach)
    pairs = [
        (a, b)
        for a, others in enumerate(near)
        for b in sorted(others)
        if same_marks(old[a].last.name, new[b].name)
        and similarity(old[a].last.name, new[b].name) >= names.number("alike")
        and not sub_references(old[a].last.key, new[b].key)
    ]
    matched = set()
    for a, b in pairs:
        before, row = old[a].last, new[b]
        if sum(a == one for one, _ in pairs) > 1 or sum(b == other for _, other in pairs) > 1:
            action = "several sites fit by place and name; not matched"
            _report(log, "reference values are not unique", row, before, action)
            continue
        distance, alike = before.distance_m(row), similarity(before.name, row.name)
        row.basis = f"place and name, before {before.id}: {distance:.0f} m apart, names {alike:.2f} alike"
        _report(log, "default-value", row, before, row.basis)
        old[a].observations.append(row)
        matched.add(id(row))
    return [row for row in rows if id(row) not in matched]


def _report(log: IssueLog, code: str, row: Observation, before: Observation, action: str) -> None:
    """Report how a row was, or was not, matched."""
    log.add(
        code, file=row.attributes.file, row=row.attributes.row, field="reference", value=before.id, action=action,
        site_id=row.id,
    )  # fmt: skip
