"""The public transport access index by TfL's PTAL method, with every route that makes it up.

TfL, *Assessing transport connectivity in London* (2015), section 2.5. Of each route only the nearest access point
counts. The wait is half the headway plus an allowance for unreliability; the walk and the wait make the total access
time, 30 minutes over it the equivalent doorstep frequency (EDF). In each mode the best route counts in full and every
other by half; the index is their sum over all modes. All figures stand in ``parameters/ptal.toml``.

The index rewards many routes more than frequent ones, and says nothing of where they go, how fast or how full.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import ACCESS_MODES, ACCESS_ROUTES, SERVICES, WINDOWS, Table, check
from siteprior.walking.network import Floats, Ints

Numbers = TypeVar("Numbers", Ints, Floats)

GROUPS = {"bus": ("bus",), "tram": ("tram", "underground"), "rail": ("rail",)}
"""Modes shown apart: trams and underground stand together; ferries count in the whole alone."""

ROUTE_COLUMNS = (
    "point", "mode", "route", "route_name", "stop_code", "walk_m", "walk_min", "per_hour", "swt_min", "awt_min",
    "tat_min", "edf", "weight", "contribution",
)  # fmt: skip

WALKS = Table(
    "walks", "", False, tuple(column for column in ACCESS_ROUTES.declared if column.name in ("stop_code", "walk_m"))
)
"""Walks to stops, as :func:`access_index` takes them; the points they start at may be called anything."""

EDF_STEP = 2.0**-40
"""Each EDF is a whole number of these: sums are then exact, whatever the order they are added up in."""

BAND_DECIMALS = 9
"""Digits of an index that decide its band, so that no rounding in the last place does."""


class WindowServices(NamedTuple):
    """The services of one window as arrays: what calls at each stop, and how often.

    Attributes
    ----------
    stops
        Codes of the stops served, sorted.
    start
        Services of stop ``s`` stand at ``start[s]:start[s + 1]``.
    pattern
        Route and direction of each service, numbered by route.
    pattern_route
        Route of each pattern, as a row of ``routes``.
    per_hour
        Departures per hour of each service, above zero.
    routes
        ``feed``, ``mode``, ``route`` and ``route_name``, by mode, route name, route and feed.
    mode
        Position of each route's mode in :data:`siteprior.core.schema.ACCESS_MODES`.
    """

    stops: pd.Index
    start: Ints
    pattern: Ints
    pattern_route: Ints
    per_hour: Floats
    routes: pd.DataFrame
    mode: Ints


class Counted(NamedTuple):
    """The routes that count, by point, mode and route name; one entry per point and route.

    ``contribution`` is ``weight`` × ``edf``; times are in minutes, walks in metres; ``walk`` is the row of the walks
    given that leads to the route's nearest stop.
    """

    point: Ints
    route: Ints
    walk: Ints
    walk_m: Floats
    per_hour: Floats
    walk_min: Floats
    swt_min: Floats
    awt_min: Floats
    tat_min: Floats
    edf: Floats
    weight: Floats
    contribution: Floats


def access_index(
    walks: pd.DataFrame, services: pd.DataFrame, *, window: str = "am peak", points: Iterable[str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure the access index (TfL's PTAL method, no unit) of points from their walks to stops, in metres.

    A route is taken at its nearest stop within its mode's cut-off, which is inclusive. Directions are distinguished
    first: of each direction the nearest stop with departures in the window is found. The walk is the shorter of the
    two, the frequency the higher of the two, as counted at the nearest stop *of its own direction*, so that a stop
    across the street, or a one-way loop, does not halve a route. ``stop_code`` names the stop of the shorter walk; of
    stops equally far, the lowest code. Departures without a direction are a direction of their own: where a feed
    states none and both ways share a stop, they are counted together, and the frequency is too high.

    A route without departures in the window does not count (its EDF is 0). Coaches and other modes never count.

    Parameters
    ----------
    walks
        ``point``, ``stop_code`` and ``walk_m``, at most one row each that matters: the shortest of a pair counts.
        Walks beyond the cut-offs may stand in it; pairs that cannot be walked must not.
    services
        :data:`siteprior.core.schema.SERVICES`.
    window
        One of :data:`siteprior.core.schema.WINDOWS`.
    points
        The points that were measured, in the order wanted; one of them without a walk has index 0. Without it, the
        points that stand in ``walks``, sorted: a point with no stop near is then in no row, not a 0.

    Returns
    -------
    tuple of DataFrames
        First one row per point: ``access_index``, its parts ``access_index_bus``, ``_tram`` (with underground) and
        ``_rail`` (a ferry counts in the whole alone), ``access_band`` and ``access_routes``. Then the explanation,
        one row per point and route that counts, columns :data:`ROUTE_COLUMNS`: the ``contribution`` of a point's
        rows adds up to its index exactly.

    Raises
    ------
    InputError
        When a table lacks columns, the window is unknown, a walk or a frequency is missing or negative, or ``walks``
        holds a point that is not among ``points``.

    Notes
    -----
    TfL, *Assessing transport connectivity in London* (2015), section 2.5 and figure 2.15.

    Examples
    --------
    >>> services = pd.DataFrame(
    ...     {"stop_code": ["A", "B"], "feed": "f", "route": ["9", "T"], "route_name": ["9", "Tram"],
    ...      "mode": ["bus", "tram"], "direction": "0", "window": "am peak", "service_date": None,
    ...      "departures": [6, 10], "per_hour": [6.0, 10.0]}, index=pd.Index(["s1", "s2"], name="service"))
    >>> walks = pd.DataFrame({"point": "x", "stop_code": ["A", "B"], "walk_m": [240.0, 480.0]})
    >>> index, routes = access_index(walks, services)
    >>> index["access_index"].round(4).tolist(), index["access_band"].tolist()
    ([6.0769], ['2'])
    >>> routes["edf"].round(4).tolist()
    [3.0, 3.0769]
    """
    running = window_services(services, window)
    _check_walks(walks)
    names = pd.Index(np.unique(walks["point"].to_numpy()) if points is None else points, name="point")
    place = names.get_indexer(pd.Index(walks["point"]))
    if not names.is_unique or (place < 0).any():
        raise InputError("points: name a point twice, or lack one that walks holds; list every point measured once")
    stop = running.stops.get_indexer(pd.Index(walks["stop_code"]))
    served = np.flatnonzero(stop >= 0)
    counted = count_routes(place[served], stop[served], walks["walk_m"].to_numpy(dtype=float)[served], running)
    sums = mode_sums(counted, running, len(names))
    index = pd.DataFrame({"access_index": sums.sum(axis=1)}, index=names)
    for group, modes in GROUPS.items():
        index[f"access_index_{group}"] = sums[:, [ACCESS_MODES.index(mode) for mode in modes]].sum(axis=1)
    index["access_band"] = access_band(index["access_index"])
    index["access_routes"] = pd.array(np.bincount(counted.point, minlength=len(names)), dtype="Int64")
    route_rows = running.routes.iloc[counted.route].reset_index(drop=True)
    facts = {
        "point": names.take(counted.point),
        "mode": route_rows["mode"], "route": route_rows["route"], "route_name": route_rows["route_name"],
        "stop_code": running.stops.take(stop[served][counted.walk]),
        **{name: getattr(counted, name) for name in ROUTE_COLUMNS[5:]},
    }  # fmt: skip
    return index, pd.DataFrame(facts, columns=list(ROUTE_COLUMNS))


def access_band(index: pd.Series) -> pd.Series:
    """Return the band of each access index, 0 to 6b; missing where the index is.

    A band holds its upper end: exactly 5 is 1b.

    Examples
    --------
    >>> access_band(pd.Series([0.0, 2.5, 5.0, 15.1619, 40.1])).tolist()
    ['0', '1a', '1b', '4', '6b']
    """
    names = np.array(band_names(), dtype=object)[band_codes(index.to_numpy(dtype=float))]
    bands = pd.Series(names, index=index.index, name="access_band")
    return bands.where(index.notna(), None).astype("str")


def band_names() -> list[str]:
    """Return the bands, lowest first: 0, 1a, 1b, 2 to 5, 6a, 6b."""
    return list(load_parameters("ptal").texts("band_names"))


def band_codes(index: Floats) -> Ints:
    """Return the position of each access index's band in :func:`band_names`; a missing one comes out as 0."""
    tops = np.array(load_parameters("ptal").numbers("band_tops"), dtype=float)
    return np.searchsorted(tops, np.nan_to_num(np.round(index, BAND_DECIMALS)), side="left").astype(np.int64)


def largest_cutoff_m() -> float:
    """Return the longest walk, in metres, at which any mode still counts."""
    return max(load_parameters("ptal").table(mode).number("cutoff_m") for mode in ACCESS_MODES)


def window_services(services: pd.DataFrame, window: str) -> WindowServices:
    """Put the services of a window, in departures per hour, in the shape :func:`count_routes` counts on.

    Raises
    ------
    InputError
        When ``services`` is no such table, a frequency is missing or negative, or the window is unknown.
    """
    check(services, SERVICES, name="services", needs=[name for name in SERVICES.names if name != "service_date"])
    if window not in WINDOWS:
        raise InputError(unknown("window", window, WINDOWS))
    if not (services["per_hour"] >= 0).all():
        raise InputError("services: per_hour is missing or negative; a route without departures has 0")
    counts = (services["window"] == window) & services["mode"].isin(ACCESS_MODES) & (services["per_hour"] > 0)
    some = services.loc[counts, ["stop_code", "feed", "route", "route_name", "mode", "direction", "per_hour"]]
    some = some.assign(
        direction=some["direction"].fillna(""),
        route_name=some["route_name"].fillna(""),
        mode=some["mode"].map(ACCESS_MODES.index).astype(np.int64),
    )
    keys = ["mode", "route_name", "route", "feed"]
    some = some.sort_values(["stop_code", *keys, "direction", "per_hour"], ascending=[True] * 6 + [False])
    routes = some[keys].drop_duplicates().sort_values(keys, ignore_index=True)
    patterns = some[[*keys, "direction"]].drop_duplicates().sort_values([*keys, "direction"], ignore_index=True)
    stops = pd.Index(some["stop_code"].unique())
    position = stops.get_indexer(pd.Index(some["stop_code"]))
    return WindowServices(
        stops=stops,
        start=np.concatenate([[0], np.cumsum(np.bincount(position, minlength=len(stops)))]).astype(np.int64),
        pattern=pd.MultiIndex.from_frame(patterns).get_indexer(pd.MultiIndex.from_frame(some[[*keys, "direction"]])),
        pattern_route=pd.MultiIndex.from_frame(routes).get_indexer(pd.MultiIndex.from_frame(patterns[keys])),
        per_hour=some["per_hour"].to_numpy(dtype=float),
        routes=routes.assign(mode=np.array(ACCESS_MODES, dtype=object)[routes["mode"]]),
        mode=routes["mode"].to_numpy(),
    )


def count_routes(point: Ints, stop: Ints, walk_m: Floats, running: WindowServices) -> Counted:
    """Find the routes that count at each point and what each contributes; times in minutes, walks in metres.

    Parameters
    ----------
    point, stop, walk_m
        Walks: a number for the point, the stop's position in ``running.stops``, the metres.
    running
        The services of the window.
    """
    settings = load_parameters("ptal")
    cutoff_m = np.array([settings.table(mode).number("cutoff_m") for mode in ACCESS_MODES])
    reliability = np.array([settings.table(mode).number("reliability_min") for mode in ACCESS_MODES])
    order = np.lexsort((stop, walk_m, point))  # nearest first; of stops equally far the lowest code
    calls = (running.start[1:] - running.start[:-1])[stop[order]]
    row = np.repeat(order, calls)
    ends = np.cumsum(calls)
    service = np.arange(len(row)) + np.repeat(running.start[stop[order]] - (ends - calls), calls)
    pattern = running.pattern[service]
    near = walk_m[row] <= cutoff_m[running.mode[running.pattern_route[pattern]]]
    row, service, pattern = row[near], service[near], pattern[near]
    _, first = np.unique(point[row] * len(running.pattern_route) + pattern, return_index=True)
    route = running.pattern_route[pattern[first]]
    starts = _starts(point[row[first]] * len(running.routes) + route)
    per_hour = _reduce(np.maximum, running.per_hour[service[first]], starts)
    nearest = row[_reduce(np.minimum, first, starts)]
    route = route[starts]
    walk_min = walk_m[nearest] / settings.number("walk_speed_m_per_min")
    swt_min = 60 / per_hour / 2
    awt_min = swt_min + reliability[running.mode[route]]
    tat_min = walk_min + awt_min
    edf = np.rint(settings.number("doorstep_min") / tat_min / EDF_STEP) * EDF_STEP
    groups = _starts(point[nearest] * len(ACCESS_MODES) + running.mode[route])
    best = _reduce(np.maximum, edf, groups)[np.cumsum(_marks(len(edf), groups)) - 1]
    leads = _reduce(np.minimum, np.where(edf == best, np.arange(len(edf)), len(edf)), groups)
    weight = np.full(len(edf), settings.number("weight_other"))
    weight[leads] = settings.number("weight_best")
    return Counted(
        point[nearest], route, nearest, walk_m[nearest], per_hour, walk_min, swt_min, awt_min, tat_min, edf, weight,
        weight * edf,
    )  # fmt: skip


def mode_sums(counted: Counted, running: WindowServices, points: int) -> Floats:
    """Add up the contributions by point and mode (no unit): one row per point, one column per access mode."""
    slot = counted.point * len(ACCESS_MODES) + running.mode[counted.route]
    sums = np.bincount(slot, weights=counted.contribution, minlength=points * len(ACCESS_MODES))
    return sums.reshape(points, len(ACCESS_MODES)).astype(float)


def _check_walks(walks: pd.DataFrame) -> None:
    """Refuse walks that are no such table, or hold what cannot be walked."""
    check(walks, WALKS, name="walks", needs=("point", "stop_code", "walk_m"))
    if not (walks["walk_m"] >= 0).all():
        raise InputError("walks: walk_m is missing or negative; leave out the pairs that cannot be walked")


def _starts(key: Ints) -> Ints:
    """Return where each run of equal keys begins."""
    return np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else np.empty(0, dtype=np.int64)


def _marks(length: int, starts: Ints) -> Ints:
    """Return 1 where a run begins, else 0."""
    marks = np.zeros(length, dtype=np.int64)
    marks[starts] = 1
    return marks


def _reduce(by: np.ufunc, values: Numbers, starts: Ints) -> Numbers:
    """Reduce each run of values to one; none where there are no runs."""
    reduced: Numbers = by.reduceat(values, starts) if len(starts) else values[:0]
    return reduced
