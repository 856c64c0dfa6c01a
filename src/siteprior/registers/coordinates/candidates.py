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

NOTHING_STATED = "?"
"""The group of the rows of which no organisation is stated or found: they may be of one council or of many."""

ENGLAND_EASTING, ENGLAND_NORTHING = (80_000.0, 656_500.0), (5_000.0, 658_000.0)
"""A box around England on the British National Grid."""

BAND_M = 50_000.0
"""The height of the bands of ``england_eastings`` in ``parameters/registers.toml``."""

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
        Which readings lie near the postcode a row states or the place a link in it names: where several lie in the
        own council, only those are considered.
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
    home = _at_home(candidates, ~has_area, councils, confirmed)
    for group in sorted(set(groups[~has_area])):
        rows_of = _Group(~has_area & (groups == group), home, group == NOTHING_STATED)
        _choose_without_area(candidates, rows_of, taken, confidence)
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


def _choose_without_area(
    candidates: Candidates, group: _Group, taken: Ints, confidence: npt.NDArray[np.object_]
) -> None:
    """Where the area of the rows' council is not known, choose by the file's other rows: they lie around one middle.

    The boundaries known are asked first, and links and postcodes: rows that lie in a council as labelled give the
    middle where that of all is elsewhere, and the others never move one of them to a place outside every council.
    Where there are none, and rows that may lie in England as they are contradict each other, only most of the file
    decides; else none is moved, and those that may be wrong are doubted.
    """
    rows, home = group.rows, group.home
    reach = load_parameters("registers").number("file_reach_m")
    possible = _possible(candidates)
    possible[home.labelled, candidates.labelled[home.labelled]] = True
    base = _first_choice(candidates, possible)
    placed = np.flatnonzero(rows & (base != NONE_TAKEN))
    if not len(placed):
        return
    sure = placed[home.labelled[placed]]
    east, north = _middle(candidates, base, placed)
    if len(sure) and np.hypot(*np.subtract(_middle(candidates, base, sure), (east, north))) > reach:
        east, north = _middle(candidates, base, sure)
    fits = possible & (np.hypot(candidates.east - east, candidates.north - north) <= reach)
    company = _company(candidates, base, placed, fits, of_many=group.of_many)
    contested = _contested(placed, base, fits, possible) if not len(sure) else np.zeros(len(rows), dtype=bool)
    for row in map(int, np.flatnonzero(rows)):
        movable = fits[row] & home.readings[row] if home.labelled[row] else fits[row]
        if contested[row]:
            taken[row], confidence[row] = base[row], "low"
        elif base[row] != NONE_TAKEN and (fits[row, base[row]] or row in company):
            taken[row], confidence[row] = base[row], "medium"
        elif movable.sum() == 1 and fits[row].sum() == 1:
            taken[row], confidence[row] = int(movable.argmax()), "medium"
        elif base[row] != NONE_TAKEN:
            taken[row], confidence[row] = base[row], "low"


def _contested(placed: Ints, base: Ints, fits: Bools, possible: Bools) -> Bools:
    """Mark the rows of which nothing says whether they or others of the file have their axes exchanged.

    Those that fit the others only by another reading, and those that may lie in England by another, too; none where
    ``dominant_share`` of both fit as they are.
    """
    marked = np.zeros(len(base), dtype=bool)
    as_they_are = fits[placed, base[placed]]
    against, fitting = placed[~as_they_are & (fits[placed].sum(axis=1) == 1)], placed[as_they_are]
    most = load_parameters("registers").number("dominant_share")
    if len(against) and len(fitting) < most * (len(against) + len(fitting)):
        marked[against] = True
        marked[fitting[possible[fitting].sum(axis=1) > 1]] = True
    return marked


class _Home(NamedTuple):
    """What boundaries, links and postcodes say: the readings that lie where a site can be, and the rows labelled so."""

    readings: Bools
    labelled: Bools


class _Group(NamedTuple):
    """Rows judged by each other: which they are, what the boundaries say of all, and whether they may be of many."""

    rows: Bools
    home: _Home
    of_many: bool


def _at_home(candidates: Candidates, rows: Bools, councils: Councils, confirmed: Bools | None) -> _Home:
    """Return which readings lie in some council or are confirmed, and which rows are so as labelled or lie near one."""
    readings, every = np.zeros(candidates.east.shape, dtype=bool), np.arange(len(rows))
    r, c = np.nonzero(np.isfinite(candidates.east) & rows[:, np.newaxis])
    readings[r, c] = councils.holds(candidates.east[r, c], candidates.north[r, c])
    if confirmed is not None:
        readings |= confirmed
    east, north = (axis[every, candidates.labelled] for axis in (candidates.east, candidates.north))
    near = councils.holds(east, north, within=load_parameters("registers").number("near_m"))
    return _Home(readings, rows & (near | readings[every, candidates.labelled]))


def _middle(candidates: Candidates, base: Ints, rows: Ints) -> tuple[float, float]:
    """Return the median easting and northing of some rows by the reading chosen first (metres)."""
    east, north = (float(np.median(axis[rows, base[rows]])) for axis in (candidates.east, candidates.north))
    return east, north


def _about_england(east: Floats, north: Floats) -> Bools:
    """Return which points (metres) lie about England's land: between its west and east end at their northing."""
    ends = np.asarray(load_parameters("registers").parameter("england_eastings").value, dtype=np.float64)
    band = np.clip(np.nan_to_num(north) // BAND_M, 0, len(ends) - 1).astype(np.int64)
    about = (east >= ends[band, 0]) & (east <= ends[band, 1])
    return np.asarray(about & parse.between(north, ENGLAND_NORTHING), dtype=bool)


def _possible(candidates: Candidates) -> Bools:
    """Return which readings lie about England; of the rarer systems only one that is the only one of its row."""
    possible = _about_england(candidates.east, candidates.north)
    rare = possible[:, RARE_SYSTEMS.start : RARE_SYSTEMS.stop]
    possible[:, RARE_SYSTEMS.start : RARE_SYSTEMS.stop] &= rare.sum(axis=1, keepdims=True) == 1
    return possible


def _first_choice(candidates: Candidates, possible: Bools) -> Ints:
    """Return the labelled reading of each row where it is possible, else the plainest that is."""
    order = [parse.AS_DEGREES, parse.AS_METRES, parse.DEGREES_SWAPPED, *range(len(parse.SYSTEMS), possible.shape[1])]
    order += [*RARE_SYSTEMS, parse.SIGN]
    base = np.full(len(possible), NONE_TAKEN)
    for column in reversed(order):
        base[possible[:, column]] = column
    own = possible[np.arange(len(possible)), candidates.labelled]
    base[own] = candidates.labelled[own]
    return base


def _company(candidates: Candidates, base: Ints, placed: Ints, fits: Bools, *, of_many: bool) -> set[int]:
    """Return the far-off rows in company: near others, step by step, as in a long county, or of a council of their own.

    The second only where the file may be of many councils: enough others of the far-off rows lie within reach of it.
    """
    parameters = load_parameters("registers")
    at = (candidates.east[placed, base[placed]], candidates.north[placed, base[placed]])
    points = np.asarray(shapely.points(*at), dtype=object)
    far = ~fits[placed].any(axis=1)
    joined = fits[placed, base[placed]]
    before = -1
    while joined.sum() > before:
        before = int(joined.sum())
        rest = np.flatnonzero(far & ~joined)
        near, _ = shapely.STRtree(points[joined]).query(
            points[rest], predicate="dwithin", distance=parameters.number("neighbour_m")
        )
        joined[rest[near]] = True
    if of_many:
        found, _ = shapely.STRtree(points[far]).query(
            points[far], predicate="dwithin", distance=parameters.number("file_reach_m")
        )
        joined[far] |= np.bincount(found, minlength=far.sum()) >= parameters.integer("genuine_rows")
    return {int(row) for row in placed[far & joined]}
