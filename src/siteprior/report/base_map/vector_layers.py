"""Which layers of vector tiles are drawn, and as what: those of the common schemas, in plain greys, without names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

KINDS: Mapping[str, tuple[str, ...]] = {
    "land": ("earth", "land"),
    "built": ("urban_areas",),
    "green": (
        "landcover", "landuse", "natural", "park", "sites", "greenspace", "greenspaces", "woodland", "national_parks",
    ),
    "water": (
        "water", "ocean", "sea", "waterway", "water_polygons", "water_lines", "surfacewater", "waterlines", "foreshore",
    ),
    "building": ("buildings", "building", "local_buildings", "district_buildings"),
    "road": ("roads", "transportation", "streets", "transit", "rail"),
    "boundary": ("boundaries", "boundary"),
}  # fmt: skip
"""What is drawn, from the ground up, and what it is called in Protomaps, OpenMapTiles, Shortbread and Open Zoomstack.

Names of places and points of interest are in none: text needs fonts, which a page that loads nothing lacks."""


def drawn_layers(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the layers that are drawn and what each is drawn as, from the ground up.

    Examples
    --------
    >>> drawn_layers(["roads", "places", "earth"])
    [('earth', 'land'), ('roads', 'road')]
    """
    there = set(names)
    return [(name, kind) for kind, known in KINDS.items() for name in known if name in there]
