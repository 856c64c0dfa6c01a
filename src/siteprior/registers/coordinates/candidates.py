"""Which of the readings of a site's coordinates is the right one, and how sure that is.

A reading that lies in the site's own council as labelled is never changed. Else the readings are compared with the
council's area and with the other rows of the file; one is taken only when it is certain: the single reading inside the
own council, or of several the one most other rows of the file were read by. What stays uncertain is left as labelled,
with low confidence.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.parameters import load_parameters
from siteprior.registers.coordinates import parse
from siteprior.registers.councils import Councils

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

NONE_TAKEN = -1

ENGLAND_EASTING, ENGLAND_NORTHING = (80_000.0, 656_500.0), (5_000.0, 658_000.0)
"""A box around England on the British National Grid."""

RARE_SYSTEMS = range(6, len(parse.SYSTEMS))


class Candidates(NamedTuple):
    """Every point the coordinates of each row can mean.

    Attributes
    ----------
    east, north
        Metres on the British National Grid, one row per site; the columns are
        :data:`siteprior.registers.coordinates.parse.SYSTEMS` followed by the other coordinate columns of the file.
    labelled
        The column that reads the row as labelled.
    names
        What each column is called.
    """

    east: Floats
    north: Floats
    labelled: Ints
    names: tuple[str, ...]


class Places(NamedTuple):
    """The point taken for each row.

    Attributes
    ----------
    east, north
        Metres on the British National Grid; ``NaN`` where there is no point.
    taken
        The column of :class:`Candidates` taken, -1 for none.
    confidence
        ``high``, ``medium``, ``low`` or ``none``.
    others
        How many other readings were possible inside the own council.
    inside
        Whether the point lies in the own council or within the tolerance of it; ``False`` where no area is known.
    """

    east: Floats
    north: Floats
    taken: Ints
    confidence: npt.NDArray[np.object_]
    others: Ints
    inside: Bools


def list_candidates(x: Floats, y: Floats, kinds: npt.NDArray[np.object_], others: dict[str, parse.Pair]) -> Candidates:
    """List the points that the coordinates of each row can mean (metres).

    Parameters
    ----------
    x, y
        The numbers as stated.
    kinds
        What the label of each row states: degrees, metres or nothing.
    others
        Points from other coordinate columns, by the name of the repair.
    """
    east, north = parse.readings(x, y)
    labelled = np.where(parse.labelled_degrees(x, y, kinds), parse.AS_DEGREES, parse.AS_METRES)
    if others:
        east = np.column_stack([east, *(pair[0] for pair in others.values())])
        north = np.column_stack([north, *(pair[1] for pair in others.values())])
    return Candidates(east, north, labelled, (*(system.name for system in parse.SYSTEMS), *others))


def choose(
    candidates: Candidates,
    own: npt.NDArray[np.object_],
    councils: Councils,
    *,
    groups: npt.NDArray[np.object_],
    confirmed: Bools | None = None,
) -> Places:
    """Take the point that is certain for each row, or the labelled one, or none (metres).

    Parameters
    ----------
    candidates
        From :func:`list_candidates`.
    own
        ONS code of the council each row belongs to; ``None`` where unknown.
    councils
        Their areas, where known.
    groups
        Rows of one group belong together, also where no area is known: they lie around one middle.
    confirmed
        Which readings lie near the postcode a row states: where several lie in the own council, only those are
        considered.
    """
    rows = len(candidates.labelled)
    taken, others = np.full(rows, NONE_TAKEN), np.zeros(rows, dtype=np.int64)
    confidence = np.full(rows, "none", dtype=object)
    inside, near = within(candidates, own, councils)
    has_area = np.array([code is not None and code in councils.codes for code in own], dtype=bool)
    every = np.arange(rows)
    good = near[every, candidates.labelled]
    taken[good] = candidates.labelled[good]
    confidence[good] = np.where(inside[every, candidates.labelled][good], "high", "medium")
    near_count = near.sum(axis=1)
    if confirmed is not None:
        decided = ~good & (near & confirmed).any(axis=1)
        near = np.where(decided[:, np.newaxis], near & confirmed, near)
    options = near.sum(axis=1)
    certain = ~good & (options == 1)
    taken[certain], confidence[certain] = near[certain].argmax(axis=1), "medium"
    _choose_by_file(candidates, near, ~good & (options > 1), taken, confidence)
    others[:] = np.maximum(near_count - 1, 0)
    for group in sorted(set(groups[~has_area])):
        _choose_without_area(candidates, ~has_area & (groups == group), taken, confidence)
    labelled = (taken == NONE_TAKEN) & np.isfinite(candidates.east[every, candidates.labelled])
    taken[labelled], confidence[labelled] = candidates.labelled[labelled], "low"
    placed = taken != NONE_TAKEN
    east, north = np.full(rows, np.nan), np.full(rows, np.nan)
    east[placed] = candidates.east[every[placed], taken[placed]]
    north[placed] = candidates.north[every[placed], taken[placed]]
    in_council = placed & near[every, np.maximum(taken, 0)]
    return Places(east, north, taken, confidence, others, in_council)


def within(candidates: Candidates, own: npt.NDArray[np.object_], councils: Councils) -> tuple[Bools, Bools]:
    """Return which readings lie in the row's own council, and which in it or within the tolerance of its boundary."""
    inside = np.zeros(candidates.east.shape, dtype=bool)
    near = inside.copy()
    tolerance = load_parameters("registers").number("near_m")
    for code in sorted({code for code in own if code is not None}):
        area = councils.area(code)
        if area is None:
            continue
        rows = np.flatnonzero(own == code)
        r, c = np.nonzero(np.isfinite(candidates.east[rows]))
        east, north = candidates.east[rows[r], c], candidates.north[rows[r], c]
        contained = shapely.contains_xy(area, east, north)
        close = contained.copy()
        close[~contained] = _close(area, east[~contained], north[~contained], tolerance)
        inside[rows[r], c], near[rows[r], c] = contained, close
    return inside, near


def _close(area: BaseGeometry, east: Floats, north: Floats, tolerance: float) -> Bools:
    """Return which points lie within a distance (metres) of an area; the distance is measured near its box only."""
    west, south, right, top = area.bounds
    close = parse.between(east, (west - tolerance, right + tolerance))
    close &= parse.between(north, (south - tolerance, top + tolerance))
    close[close] = shapely.dwithin(area, shapely.points(east[close], north[close]), tolerance)
    return np.asarray(close, dtype=bool)


def _choose_by_file(
    candidates: Candidates, near: Bools, open_rows: Bools, taken: Ints, confidence: npt.NDArray[np.object_]
) -> None:
    """Choose for rows with several readings in their council.

    The source's other coordinate columns come first; then the reading most other rows of the file were read by; then
    readings that mean the same place. The rest is not certain and stays open.
    """
    counts = np.bincount(taken[taken != NONE_TAKEN], minlength=near.shape[1])
    tolerance = load_parameters("registers").number("same_place_m")
    for row in np.flatnonzero(open_rows):
        options = np.flatnonzero(near[row])
        beside = options[options >= len(parse.SYSTEMS)]
        extent = max(np.ptp(candidates.east[row, options]), np.ptp(candidates.north[row, options]))
        ranked = options[np.argsort(-counts[options], kind="stable")]
        if len(beside) or extent <= tolerance or counts[ranked[0]] > counts[ranked[1]]:
            taken[row], confidence[row] = (beside[0] if len(beside) else ranked[0]), "medium"


def _choose_without_area(candidates: Candidates, rows: Bools, taken: Ints, confidence: npt.NDArray[np.object_]) -> None:
    """Where no council's area is known, choose by the file's other rows: its sites lie around one middle."""
    reach = load_parameters("registers").number("file_reach_m")
    possible = parse.between(candidates.east, ENGLAND_EASTING) & parse.between(candidates.north, ENGLAND_NORTHING)
    rare = possible[:, RARE_SYSTEMS.start : RARE_SYSTEMS.stop]
    possible[:, RARE_SYSTEMS.start : RARE_SYSTEMS.stop] &= rare.sum(axis=1, keepdims=True) == 1
    order = [parse.AS_DEGREES, parse.AS_METRES, parse.DEGREES_SWAPPED, *range(len(parse.SYSTEMS), possible.shape[1])]
    order += [*RARE_SYSTEMS, parse.SIGN]
    base = np.full(len(rows), NONE_TAKEN)
    for column in reversed(order):
        base[possible[:, column]] = column
    own = possible[np.arange(len(rows)), candidates.labelled]
    base[own] = candidates.labelled[own]
    placed = np.flatnonzero(rows & (base != NONE_TAKEN))
    if not len(placed):
        return
    east, north = np.median(candidates.east[placed, base[placed]]), np.median(candidates.north[placed, base[placed]])
    fits = possible & (np.hypot(candidates.east - east, candidates.north - north) <= reach)
    for row in np.flatnonzero(rows):
        if base[row] != NONE_TAKEN and fits[row, base[row]]:
            taken[row], confidence[row] = base[row], "medium"
        elif fits[row].sum() == 1:
            taken[row], confidence[row] = int(fits[row].argmax()), "medium"
        elif base[row] != NONE_TAKEN:
            taken[row], confidence[row] = base[row], "low"
