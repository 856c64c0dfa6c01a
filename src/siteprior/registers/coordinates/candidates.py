"""Which of the readings of a site's coordinates is the right one, and how sure that is.

A reading that lies in the site's own council as labelled is never touched. Else the readings are scored by the
council's area and by the other rows of the file; one is taken only when it is certain: the single reading inside the
own council, or of several the one most other rows of the file were read by. What stays uncertain is left as labelled
and says so.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from siteprior.core.parameters import load_parameters
from siteprior.registers.coordinates import parse as co
from siteprior.registers.councils import Councils

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

NOWHERE = -1

ENGLAND_EASTING, ENGLAND_NORTHING = (80_000.0, 656_500.0), (5_000.0, 658_000.0)
"""A box around England on the British National Grid."""

EXOTIC = range(6, len(co.SYSTEMS))


class Candidates(NamedTuple):
    """Every place the coordinates of each row can mean.

    Attributes
    ----------
    east, north
        Metres on the British National Grid, one row per site; the columns are :data:`coordinates.SYSTEMS` followed
        by the other coordinate columns of the file.
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
    """The place taken for each row.

    Attributes
    ----------
    east, north
        Metres on the British National Grid; ``NaN`` where no place stands.
    taken
        The column of :class:`Candidates` taken, -1 for none.
    confidence
        ``high``, ``medium``, ``low`` or ``none``.
    others
        How many other readings were possible inside the own council.
    inside
        Whether the place lies in the own council or within the tolerance of it; ``False`` where no area is known.
    """

    east: Floats
    north: Floats
    taken: Ints
    confidence: npt.NDArray[np.object_]
    others: Ints
    inside: Bools


def candidates(x: Floats, y: Floats, kinds: npt.NDArray[np.object_], others: dict[str, co.Pair]) -> Candidates:
    """List the places of each row.

    Parameters
    ----------
    x, y
        The numbers as stated.
    kinds
        What the label says of each row: degrees, metres or nothing.
    others
        Places from other coordinate columns, by the words of the repair.
    """
    east, north = co.readings(x, y)
    small = (np.abs(x) <= 180) & (np.abs(y) <= 180)
    labelled = np.where((kinds == co.DEGREES) | ((kinds == co.UNSAID) & small), co.AS_DEGREES, co.AS_METRES)
    if others:
        east = np.column_stack([east, *(pair[0] for pair in others.values())])
        north = np.column_stack([north, *(pair[1] for pair in others.values())])
    return Candidates(east, north, labelled, (*(system.name for system in co.SYSTEMS), *others))


def choose(
    found: Candidates,
    own: npt.NDArray[np.object_],
    councils: Councils,
    *,
    groups: npt.NDArray[np.object_],
    confirmed: Bools | None = None,
) -> Places:
    """Take the place that is certain for each row, or the labelled one, or none.

    Parameters
    ----------
    found
        From :func:`candidates`.
    own
        ONS code of the council each row belongs to; ``None`` where unknown.
    councils
        Their areas, where known.
    groups
        Rows of one group belong together, also where no area is known: they lie around one middle.
    confirmed
        Which readings something else speaks for, as a postcode the row states: where several lie in the own council,
        only those are looked at.
    """
    rows = len(found.labelled)
    taken, others = np.full(rows, NOWHERE), np.zeros(rows, dtype=np.int64)
    confidence = np.full(rows, "none", dtype=object)
    inside, near = within(found, own, councils)
    judged = np.array([code is not None and code in councils.codes for code in own], dtype=bool)
    every = np.arange(rows)
    good = near[every, found.labelled]
    taken[good] = found.labelled[good]
    confidence[good] = np.where(inside[every, found.labelled][good], "high", "medium")
    near_count = near.sum(axis=1)
    if confirmed is not None:
        heard = ~good & (near & confirmed).any(axis=1)
        near = np.where(heard[:, np.newaxis], near & confirmed, near)
    options = near.sum(axis=1)
    certain = ~good & (options == 1)
    taken[certain], confidence[certain] = near[certain].argmax(axis=1), "medium"
    _by_file(found, near, ~good & (options > 1), taken, confidence)
    others[:] = np.maximum(near_count - 1, 0)
    for group in sorted(set(groups[~judged])):
        _without_area(found, ~judged & (groups == group), taken, confidence)
    _leave(found, taken, confidence)
    placed = taken != NOWHERE
    east, north = np.full(rows, np.nan), np.full(rows, np.nan)
    east[placed] = found.east[every[placed], taken[placed]]
    north[placed] = found.north[every[placed], taken[placed]]
    lies = placed & near[every, np.maximum(taken, 0)]
    return Places(east, north, taken, confidence, others, lies)


def within(found: Candidates, own: npt.NDArray[np.object_], councils: Councils) -> tuple[Bools, Bools]:
    """Say which readings lie in the row's own council, and which in it or within the tolerance of its boundary."""
    inside = np.zeros(found.east.shape, dtype=bool)
    near = inside.copy()
    tolerance = float(load_parameters("registers")["near_m"].value)
    for code in sorted({code for code in own if code is not None}):
        area = councils.area(code)
        if area is None:
            continue
        rows = np.flatnonzero(own == code)
        place = np.isfinite(found.east[rows])
        r, c = np.nonzero(place)
        east, north = found.east[rows[r], c], found.north[rows[r], c]
        holds = shapely.contains_xy(area, east, north)
        close = holds.copy()
        close[~holds] = _close(area, east[~holds], north[~holds], tolerance)
        inside[rows[r], c], near[rows[r], c] = holds, close
    return inside, near


def _close(area: Any, east: Floats, north: Floats, tolerance: float) -> Bools:
    """Say which places lie within a distance (metres) of an area; far ones are told by its box alone."""
    west, south, right, top = shapely.bounds(area)
    close = co.between(east, (west - tolerance, right + tolerance))
    close &= co.between(north, (south - tolerance, top + tolerance))
    close[close] = shapely.dwithin(area, shapely.points(east[close], north[close]), tolerance)
    return np.asarray(close, dtype=bool)


def _by_file(
    found: Candidates, near: Bools, open_rows: Bools, taken: Ints, confidence: npt.NDArray[np.object_]
) -> None:
    """Settle rows with several readings in their council.

    The source's other coordinate columns come first; then the reading most other rows of the file were read by; then
    readings that mean the same place. The rest is not certain and stays open.
    """
    counts = np.bincount(taken[taken != NOWHERE], minlength=near.shape[1])
    tolerance = float(load_parameters("registers")["same_place_m"].value)
    for row in np.flatnonzero(open_rows):
        options = np.flatnonzero(near[row])
        beside = options[options >= len(co.SYSTEMS)]
        spread = max(np.ptp(found.east[row, options]), np.ptp(found.north[row, options]))
        ranked = options[np.argsort(-counts[options], kind="stable")]
        if len(beside) or spread <= tolerance or counts[ranked[0]] > counts[ranked[1]]:
            taken[row], confidence[row] = (beside[0] if len(beside) else ranked[0]), "medium"


def _without_area(found: Candidates, rows: Bools, taken: Ints, confidence: npt.NDArray[np.object_]) -> None:
    """Where no council's area is known, let the file's other rows speak: its sites lie around one middle."""
    reach = float(load_parameters("registers")["file_reach_m"].value)
    possible = co.between(found.east, ENGLAND_EASTING) & co.between(found.north, ENGLAND_NORTHING)
    exotic = possible[:, EXOTIC.start : EXOTIC.stop]
    possible[:, EXOTIC.start : EXOTIC.stop] &= exotic.sum(axis=1, keepdims=True) == 1
    order = [co.AS_DEGREES, co.AS_METRES, co.DEGREES_SWAPPED, *range(len(co.SYSTEMS), possible.shape[1])]
    order += [*EXOTIC, co.SIGN]
    base = np.full(len(rows), NOWHERE)
    for column in reversed(order):
        base[possible[:, column]] = column
    own = possible[np.arange(len(rows)), found.labelled]
    base[own] = found.labelled[own]
    placed = np.flatnonzero(rows & (base != NOWHERE))
    if not len(placed):
        return
    east, north = np.median(found.east[placed, base[placed]]), np.median(found.north[placed, base[placed]])
    fits = possible & (np.hypot(found.east - east, found.north - north) <= reach)
    for row in np.flatnonzero(rows):
        if base[row] != NOWHERE and fits[row, base[row]]:
            taken[row], confidence[row] = base[row], "medium"
        elif fits[row].sum() == 1:
            taken[row], confidence[row] = int(fits[row].argmax()), "medium"
        elif base[row] != NOWHERE:
            taken[row], confidence[row] = base[row], "low"


def _leave(found: Candidates, taken: Ints, confidence: npt.NDArray[np.object_]) -> None:
    """Leave rows that nothing settled where they are labelled; where that is no place, they have none."""
    every = np.arange(len(taken))
    stands = (taken == NOWHERE) & np.isfinite(found.east[every, found.labelled])
    taken[stands], confidence[stands] = found.labelled[stands], "low"
