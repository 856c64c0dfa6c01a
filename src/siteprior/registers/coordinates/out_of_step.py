"""Registers whose coordinates, or whose links, stand in other rows than those they belong to.

The links of such a register contradict the coordinates of their rows and name the places of other rows. Which of the
two is out of step, the postcodes say where there are some, else the names: sites that share a rare word of their name,
a town's or a street's, lie nearer to each other by the column that is in step.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from siteprior.core.parameters import load_parameters
from siteprior.registers.coordinates.candidates import Bools, Floats, Ints, Places
from siteprior.registers.coordinates.postcode_check import PostcodeCheck

OUT_OF_STEP = "places and rows are out of step"
"""What is stated of a file whose links name the places of other rows."""


class Seen(NamedTuple):
    """What links and postcodes say of each row's place.

    Attributes
    ----------
    near, against
        Whether a link of the row names a place near it, or only places far from it.
    by_postcode, doubted
        Whether it lies near the postcode stated, or far from it.
    distance, east, north
        The nearest place a link of the row names, and how far it is (metres); ``inf`` and ``NaN`` where none does.
    """

    near: Bools
    against: Bools
    by_postcode: Bools
    doubted: Bools
    distance: Floats
    east: Floats
    north: Floats


class Step(NamedTuple):
    """The rows out of step in one register.

    Attributes
    ----------
    rows, others
        The rows that their links contradict, and the row at whose place each link points, -1 where at none.
    linked
        How many rows of the register have a link that names a place.
    touched
        The rows whose places cannot be certain: of a register mostly confirmed by its links ``rows``, else all.
    shown_by
        What shows that the links are out of step and not the places: ``postcodes``, ``names``, or blank.
    """

    rows: Ints
    others: Ints
    linked: int
    touched: Bools
    shown_by: str


def find_out_of_step(
    places: Places,
    seen: Seen,
    groups: npt.NDArray[np.object_],
    names: Sequence[str],
    postcodes: PostcodeCheck | None,
) -> list[Step]:
    """Return the registers in which half or more of the links that contradict their row name another row's place.

    Three such rows show it, or two that name each other's place.

    Parameters
    ----------
    places
        The places taken (metres).
    seen
        What links and postcodes say of them.
    groups
        The register each row is of.
    names
        The name and address of each row's site.
    postcodes
        The cross-check by postcodes, where there is one.
    """
    enough = load_parameters("registers").integer("genuine_rows")
    steps = []
    for group in sorted(set(groups[seen.against])):
        register = (groups == group) & np.isfinite(places.east)
        rows = np.flatnonzero(register & seen.against)
        others = _rows_named(places, seen, rows, np.flatnonzero(register))
        matched = others >= 0
        exchanged = matched.sum() == 2 and set(rows[matched]) == set(others[matched])
        if 2 * matched.sum() < len(rows) or not (matched.sum() >= enough or exchanged):
            continue
        linked = int((register & np.isfinite(seen.distance)).sum())
        touched = register if 2 * len(rows) >= linked else np.isin(np.arange(len(register)), rows)
        shown_by = _by_postcodes(seen, rows, postcodes)
        if shown_by is None:
            beside = np.flatnonzero(register & seen.near)
            shown_by = "names" if _names_agree(places, seen, rows, beside, names) else ""
        steps.append(Step(rows, others, linked, touched, shown_by))
    return steps


def _rows_named(places: Places, seen: Seen, rows: Ints, among: Ints) -> Ints:
    """Return the nearest row of a register at the place each link names, -1 where none is within ``link_near_m``."""
    points = np.asarray(shapely.points(places.east[among], places.north[among]), dtype=object)
    named = shapely.points(seen.east[rows], seen.north[rows])
    near = load_parameters("registers").number("link_near_m")
    asked, found = shapely.STRtree(points).query_nearest(named, max_distance=near, all_matches=False)
    others = np.full(len(rows), -1)
    others[asked] = among[found]
    return others


def _by_postcodes(seen: Seen, rows: Ints, postcodes: PostcodeCheck | None) -> str | None:
    """Return ``postcodes`` where they confirm more places than links, blank where fewer, ``None`` where neither."""
    if postcodes is None:
        return None
    apart = np.hypot(seen.east[rows] - postcodes.east[rows], seen.north[rows] - postcodes.north[rows])
    at_links = (apart <= load_parameters("registers").number("postcode_near_m")).sum()
    at_places = seen.by_postcode[rows].sum()
    return None if at_places == at_links else "postcodes" if at_places > at_links else ""


def _names_agree(places: Places, seen: Seen, rows: Ints, beside: Ints, names: Sequence[str]) -> bool:
    """Return whether sites that share a rare word lie nearer to each other by coordinates than by links.

    A sign test over the rows: how many lie nearer to their namesakes, on average, by the coordinates.

    Parameters
    ----------
    places, seen
        The coordinates, and the places the links name (metres).
    rows, beside
        The rows out of step, and those whose place their link confirms.
    names
        The name and address of each row's site.
    """
    known = np.concatenate([rows, beside])
    words = [set(_WORD.findall(names[row].lower())) for row in known]
    having: dict[str, list[int]] = {}
    for entry, line in enumerate(words):
        for word in sorted(line):
            having.setdefault(word, []).append(entry)
    by_place = np.column_stack([places.east[known], places.north[known]])
    by_link = by_place.copy()
    by_link[: len(rows)] = np.column_stack([seen.east[rows], seen.north[rows]])
    nearer = counted = 0
    for entry in range(len(rows)):
        sharing = [having[word] for word in sorted(words[entry]) if 1 < len(having[word]) <= len(known) / 2]
        namesakes = [other for others in sharing for other in others if other != entry]
        if namesakes:
            apart = [np.hypot(*(at[namesakes] - at[entry]).T).mean() for at in (by_place, by_link)]
            nearer, counted = nearer + int(apart[0] < apart[1]), counted + int(apart[0] != apart[1])
    if not nearer:
        return False
    from scipy.special import bdtrc

    chance = float(bdtrc(nearer - 1, counted, 0.5))  # of so many or more, were either as likely
    return chance <= load_parameters("registers").number("names_chance")


_WORD = re.compile(r"[a-z]{4,30}|\b[a-z]{1,2}\d[a-z\d]?(?= ?\d[a-z]{2}\b)")
"""A word of four letters or more, or the outward part of a postcode."""
