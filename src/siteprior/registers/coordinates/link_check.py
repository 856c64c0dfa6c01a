"""The places that map links name in each row, to check its own by: those of the row's site, in its own council."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.parameters import load_parameters
from siteprior.registers.coordinates.candidates import Bools, Floats, Ints
from siteprior.registers.coordinates.map_links import NamedPlace, holds_link, named_places
from siteprior.registers.rows import Rows


class LinkCheck(NamedTuple):
    """The places that the links of the rows name (metres), flat: one entry per row and place."""

    rows: Ints
    east: Floats
    north: Floats
    around: Floats

    def confirms(self, east: Floats, north: Floats) -> Bools:
        """Return which points lie within ``link_near_m`` of a place named; a row of points per site."""
        near = np.hypot(east[self.rows] - self.east[:, None], north[self.rows] - self.north[:, None])
        confirmed = np.zeros(east.shape, dtype=bool)
        np.logical_or.at(confirmed, self.rows, near <= load_parameters("registers").number("link_near_m"))
        return confirmed

    def nearest(self, east: Floats, north: Floats) -> tuple[Floats, Floats, Floats]:
        """Return how far each row lies from the nearest place its links name, and that place (metres).

        ``inf`` and ``NaN`` where no link names one, or the row has no place; the distance to an extent is that to its
        edge.
        """
        distance, named = np.full(len(east), np.inf), np.full((2, len(east)), np.nan)
        apart = np.hypot(east[self.rows] - self.east, north[self.rows] - self.north) - self.around
        for entry in np.argsort(-apart, kind="stable"):  # the nearest last
            row = self.rows[entry]
            if np.isfinite(apart[entry]):
                distance[row], named[:, row] = max(apart[entry], 0.0), (self.east[entry], self.north[entry])
        return distance, named[0], named[1]


def link_check(rows: Rows, areas: Sequence[BaseGeometry | None], groups: npt.NDArray[np.object_]) -> LinkCheck | None:
    """Return the places named by the links in any cell of the rows; ``None`` where there are none.

    A place that the links of many rows of a register name (the parameter ``genuine_rows``), or those of all its rows,
    is the middle of the council's map and left out; so is one outside the row's own council, or, where its area is
    not known, far from the middle of the register.

    Parameters
    ----------
    rows
        From :func:`siteprior.registers.rows.read_rows`.
    areas
        The area of each row's council, ``None`` where it is not known.
    groups
        The register each row is of.
    """
    found = [(row, place) for row, places in enumerate(_places_by_row(rows)) for place in places]
    if not found:
        return None
    which = np.array([row for row, _ in found])
    east, north, around = np.array([place for _, place in found]).T
    kept = _of_few(which, east, north, groups) & _at_home(which, east, north, areas, groups)
    return LinkCheck(which[kept], east[kept], north[kept], around[kept]) if kept.any() else None


def _places_by_row(rows: Rows) -> list[list[NamedPlace]]:
    """Return the places that the links of each row name, whatever column they stand in but one that can name people."""
    personal = {column for column, name in enumerate(rows.table.header) if name in rows.headers.owners}
    cells = dict(zip(rows.table.numbers, rows.table.rows, strict=False))
    columns: Sequence[Sequence[str]] = list(rows.fields.values())
    if all(number in cells for number in rows.numbers):
        columns = list(zip(*(cells[number] for number in rows.numbers), strict=True))
    with_links = [
        column for place, column in enumerate(columns) if place not in personal and holds_link("\n".join(column))
    ]
    return [
        list(dict.fromkeys(place for column in with_links for place in named_places(column[row])))
        for row in range(len(rows.numbers))
    ]


def _of_few(which: Ints, east: Floats, north: Floats, groups: npt.NDArray[np.object_]) -> Bools:
    """Return which places are named by few rows of their register, and not by all that have a link."""
    parameters = load_parameters("registers")
    same, many = parameters.number("same_place_m"), parameters.integer("genuine_rows")
    keys = [(groups[row], round(e / same), round(n / same)) for row, e, n in zip(which, east, north, strict=True)]
    named: dict[tuple[object, int, int], set[int]] = {}
    linked: dict[object, set[int]] = {}
    for key, row in zip(keys, which, strict=True):
        named.setdefault(key, set()).add(int(row))
        linked.setdefault(key[0], set()).add(int(row))
    counts = [(len(named[key]), len(linked[key[0]])) for key in keys]
    return np.array([count == 1 or (count < many and count < every) for count, every in counts], dtype=bool)


def _at_home(
    which: Ints,
    east: Floats,
    north: Floats,
    areas: Sequence[BaseGeometry | None],
    groups: npt.NDArray[np.object_],
) -> Bools:
    """Return which places named lie in their row's council; without its area, within reach of those of the others."""
    parameters = load_parameters("registers")
    near, reach = parameters.number("near_m"), parameters.number("file_reach_m")
    kept, of = np.ones(len(which), dtype=bool), groups[which]
    for group in sorted(set(of)):
        entries = np.flatnonzero(of == group)
        away = np.hypot(east[entries] - np.median(east[entries]), north[entries] - np.median(north[entries]))
        kept[entries] = away <= reach
    for entry, row in enumerate(which):
        area = areas[row]
        if area is not None:
            kept[entry] = shapely.dwithin(area, shapely.Point(east[entry], north[entry]), near)
    return kept
