"""Columns of registers by the words of their header, where no declared name fits: ``Minimum amount of Dwellings``.

Every word of the header has to be one the field asks for or one that changes nothing, so that ``Planning reference`` is
never the reference of a site. Source of the words: headers met in 592 registers of 2017 to 2020, and in 378 later ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple


class Words(NamedTuple):
    """What the header of a field consists of.

    Attributes
    ----------
    needed
        Groups of words; of each group one has to be there.
    allowed
        Further words that change nothing.
    """

    needed: tuple[frozenset[str], ...]
    allowed: frozenset[str]


def _words(needed: str, allowed: str) -> Words:
    """Return the words from text: groups apart by blanks, the words of a group by strokes."""
    return Words(tuple(frozenset(group.split("/")) for group in needed.split()), frozenset(allowed.split()))


_PLACE = "site location locations coordinate coordinates coords gis point centroid centre grid map ref reference the of"

FIELDS: Mapping[str, tuple[Words, ...]] = {
    "easting": (_words("easting/eastings", f"{_PLACE} x geox os osgb osgb36 bng national british m metres"),),
    "northing": (_words("northing/northings", f"{_PLACE} y geoy os osgb osgb36 bng national british m metres"),),
    "longitude": (_words("longitude/long/lon", f"{_PLACE} x geox wgs84 wgs etrs89 decimal degrees in"),),
    "latitude": (_words("latitude/lat", f"{_PLACE} y geoy wgs84 wgs etrs89 decimal degrees in"),),
    "point": (
        _words("latitude/lat longitude/long/lon", f"{_PLACE} x y and wgs84 wgs etrs89 decimal degrees in"),
        _words("easting/eastings northing/northings", f"{_PLACE} x y and os osgb osgb36 bng national british"),
    ),
    "hectares": (
        _words("hectares/hectare/ha", "site area size total gross net in of the land"),
    ),
    "min_net_dwellings": (
        _words("minimum/min dwellings/homes/units/houses", "amount number no of net new the estimated residential"),
    ),
    "range_to": (
        _words("maximum/max dwellings/homes/units/houses", "amount number no of net new the estimated residential"),
    ),
    "permission_date": (
        _words(
            "permission/consent/approval date", "planning of the obtained granted grant issued given decision approved"
        ),
    ),
    "first_added": (_words("added date", "first to the brownfield register of on site entered"),),
    "last_updated": (_words("updated/update date", "last of the register entry site"),),
    "reference": (_words("site ref/reference/id/number/no/code", "the unique brownfield blr"),),
    "site_name": (_words("site name/address", "and of the or full location postcode address name"),),
    "ownership_status": (_words("ownership", "status of the site land type current"),),
    "permission_type": (_words("permission/consent type", "planning of the"),),
    "planning_status": (_words("planning status", "permission of the site current"),),
    "previous_use": (_words("previous/former/last use", "land of the site"),),
}  # fmt: skip
"""Field → the ways its header is put in words."""


@lru_cache(maxsize=4096)
def fields_of_header(header: str) -> tuple[str, ...]:
    """Return the fields that the words of a header name; none where a word of it is of no field.

    Examples
    --------
    >>> fields_of_header("Minimum amount of Dwellings"), fields_of_header("Locations Coordinates Easting")
    (('min_net_dwellings',), ('easting',))
    >>> fields_of_header("Planning reference"), fields_of_header("Coordinates (Latitude & Longitude)")
    ((), ('point',))
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    words = set(re.findall(r"[a-z0-9]+", spaced.lower()))
    if not words <= _KNOWN:
        return ()
    return tuple(field for field, ways in FIELDS.items() if any(_means(words, way) for way in ways))


_WAYS = tuple(way for ways in FIELDS.values() for way in ways)
_KNOWN = frozenset[str]().union(*(group for way in _WAYS for group in (*way.needed, way.allowed)))
"""Every word that the header of some field may have."""


def _means(words: set[str], way: Words) -> bool:
    """Return whether every group has its word, and no word is of anything else."""
    asked = frozenset[str]().union(*way.needed)
    return all(words & group for group in way.needed) and words <= asked | way.allowed


def match_by_words(header: Sequence[str], taken: set[int], fields: set[str]) -> dict[int, str]:
    """Return the columns that their words match to a field no other column has; of two that could be, neither.

    Parameters
    ----------
    header
        The header's cells.
    taken
        The columns matched already, and those that are never read.
    fields
        The fields that have a column already.

    Examples
    --------
    >>> match_by_words(["Easting ref", "Northing ref", "Site name", "Name of site"], set(), set())
    {0: 'easting', 1: 'northing'}
    """
    found = {
        column: names[0]
        for column, cell in enumerate(header)
        if column not in taken and len(names := fields_of_header(cell)) == 1 and names[0] not in fields
    }
    several = [field for field in set(found.values()) if list(found.values()).count(field) > 1]
    return {column: field for column, field in found.items() if field not in several}
