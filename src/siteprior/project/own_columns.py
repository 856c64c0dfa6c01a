"""The map of columns of the user's own sites: which columns it may name, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from siteprior.core import other_names
from siteprior.core.errors import unknown

FIELDS: Mapping[str, str] = MappingProxyType({
    "reference": "reference", "organisation": "organisation_uri", "site_name": "site_name", "hectares": "hectares",
    "minimum_net_dwellings": "min_net_dwellings", "maximum_net_dwellings": "range_to",
    "ownership_status": "ownership_status", "deliverable": "deliverable",
    "planning_permission_status": "planning_status", "planning_permission_type": "permission_type",
    "planning_permission_date": "permission_date", "planning_permission_history": "planning_history",
    "hazardous_substances": "hazardous_substances", "development_status": "planning_stage",
    "previous_use": "previous_use", "derelict_since": "derelict_since", "notes": "notes",
    "owner_count": "owner_count", "parcel_count": "parcel_count", "cleaned_by": "cleaned_by",
    "development_description": "description",
    "site_plan_url": "site_plan_url", "start_date": "first_added", "entry_date": "last_updated",
    "end_date": "end_date", "coordinate_system": "coordinate_system", "easting": "easting", "northing": "northing",
    "longitude": "longitude", "latitude": "latitude",
})  # fmt: skip
"""Column a map may name → the field of a register it is read as; ``longitude`` and ``latitude`` give the point."""

PAIRS = (("easting", "northing"), ("longitude", "latitude"))
"""Columns that say together where a site is."""


OTHER_NAMES: Mapping[str, str] = MappingProxyType(
    {name: column for name in other_names.OTHER_NAMES if (column := other_names.own_name(name, FIELDS)) is not None}
)
"""What else people call a column a map may name, siteprior's own names of other tables among them."""


def map_faults(columns: Iterable[str]) -> list[tuple[str, str]]:
    """Return what is wrong with the names a map gives: the name it is about, blank where it is the map, and why.

    Examples
    --------
    >>> map_faults(["reference", "easting"])
    [('easting', 'easting and northing are mapped together or not at all')]
    """
    given = list(columns)
    faults = [(name, unknown("column", name, FIELDS)) for name in given if column_named(name) not in FIELDS]
    named: dict[str, str] = {}
    for name in given:
        column = column_named(name)
        if column in named:
            faults.append((name, f"'{named[column]}' and '{name}' both are {column}; keep one"))
        named.setdefault(column, name)
    for pair in PAIRS:
        present = [name for name in pair if name in named]
        if len(present) == 1:
            faults.append((named[present[0]], f"{pair[0]} and {pair[1]} are mapped together or not at all"))
    if not {"reference", "site_name"} & set(named):
        faults.append(("", "map a reference or a site_name to call the sites by"))
    return faults


def column_named(name: str) -> str:
    """Return siteprior's column that a name of a map means: its own name or a common other one; else the name as is.

    Examples
    --------
    >>> column_named("homes"), column_named("hectares"), column_named("hectars")
    ('minimum_net_dwellings', 'hectares', 'hectars')
    """
    return name if name in FIELDS else OTHER_NAMES.get(name.strip().casefold(), name)


def named_as_siteprior(columns: Mapping[str, str]) -> dict[str, str]:
    """Return a map without faults with siteprior's own names for its columns, in its order.

    Examples
    --------
    >>> named_as_siteprior({"ref": "Asset", "homes": "Est. homes"})
    {'reference': 'Asset', 'minimum_net_dwellings': 'Est. homes'}
    """
    return {column_named(name): source for name, source in columns.items()}
