"""The map of columns of the user's own sites: which columns it may name, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from siteprior.core.errors import unknown

FIELDS: Mapping[str, str] = MappingProxyType({
    "reference": "reference", "organisation": "organisation_uri", "site_name": "site_name", "hectares": "hectares",
    "minimum_net_dwellings": "min_net_dwellings", "maximum_net_dwellings": "range_to",
    "ownership_status": "ownership_status", "deliverable": "deliverable",
    "planning_permission_status": "planning_status", "planning_permission_type": "permission_type",
    "planning_permission_date": "permission_date", "planning_permission_history": "planning_history",
    "hazardous_substances": "hazardous_substances", "development_status": "planning_stage",
    "previous_use": "previous_use", "derelict_since": "derelict_since", "notes": "notes",
    "owner_count": "owner_count", "parcel_count": "parcel_count",
    "site_plan_url": "site_plan_url", "start_date": "first_added", "entry_date": "last_updated",
    "end_date": "end_date", "coordinate_system": "coordinate_system", "easting": "easting", "northing": "northing",
    "longitude": "longitude", "latitude": "latitude",
})  # fmt: skip
"""Column a map may name → the field of a register it is read as; ``longitude`` and ``latitude`` give the point."""

PAIRS = (("easting", "northing"), ("longitude", "latitude"))
"""Columns that say together where a site is."""


OTHER_NAMES: Mapping[str, str] = MappingProxyType({
    "homes": "minimum_net_dwellings", "dwellings": "minimum_net_dwellings", "units": "minimum_net_dwellings",
    "net_dwellings": "minimum_net_dwellings", "area_ha": "hectares", "ha": "hectares", "size_ha": "hectares",
    "id": "reference", "ref": "reference", "site_id": "reference", "asset_id": "reference", "name": "site_name",
    "address": "site_name", "lat": "latitude", "lon": "longitude", "lng": "longitude", "long": "longitude",
})  # fmt: skip
"""What else people call a column a map may name, siteprior's own names of other tables among them."""


def map_faults(columns: Iterable[str]) -> list[tuple[str, str]]:
    """Return what is wrong with the names a map gives: the name it is about, blank where it is the map, and why.

    Examples
    --------
    >>> map_faults(["reference", "easting"])
    [('easting', 'easting and northing are mapped together or not at all')]
    """
    named = list(columns)
    faults = [(name, _unknown_column(name)) for name in named if name not in FIELDS]
    for pair in PAIRS:
        present = [name for name in pair if name in named]
        if len(present) == 1:
            faults.append((present[0], f"{pair[0]} and {pair[1]} are mapped together or not at all"))
    if not {"reference", "site_name"} & set(named):
        faults.append(("", "map a reference or a site_name to call the sites by"))
    return faults


def _unknown_column(name: str) -> str:
    """Say that no column of a register is called so, and what siteprior calls it."""
    meant = OTHER_NAMES.get(name.strip().casefold())
    if meant is None:
        return unknown("column", name, FIELDS)
    return f"'{name}' is no column of a register; siteprior calls it {meant}: write {meant} = \"the file's column\""
