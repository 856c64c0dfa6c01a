"""What else people call the columns and criteria siteprior has: where to point whoever writes such a name."""

from __future__ import annotations

from collections.abc import Container, Mapping
from types import MappingProxyType

_HOMES = ("capacity", "capacity_dwellings", "minimum_net_dwellings")

OTHER_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "homes": _HOMES, "dwellings": _HOMES, "units": _HOMES, "net_dwellings": _HOMES, "net_homes": _HOMES,
    "capacity_dwellings": ("minimum_net_dwellings",), "area_ha": ("hectares",), "ha": ("hectares",),
    "size_ha": ("hectares",), "id": ("reference",), "ref": ("reference",), "site_id": ("reference",),
    "asset_id": ("reference",), "name": ("site_name",), "address": ("site_name",), "lat": ("latitude",),
    "lon": ("longitude",), "lng": ("longitude",), "long": ("longitude",),
})  # fmt: skip
"""Name → siteprior's own for it, of a criterion first, then of a column of a run, then of a list of sites."""


def own_name(name: str, known: Container[str]) -> str | None:
    """Return siteprior's own name, of those that are valid, for what people call otherwise; ``None`` for no such name.

    Examples
    --------
    >>> own_name("Homes", ["capacity", "deprivation"]), own_name("homes", ["capacity_dwellings", "hectares"])
    ('capacity', 'capacity_dwellings')
    >>> own_name("homes", ["deprivation"]), own_name("deprivation", ["deprivation"])
    (None, None)
    """
    return next((one for one in OTHER_NAMES.get(name.strip().casefold(), ()) if one in known), None)
