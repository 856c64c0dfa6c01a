"""How far each site is from the nearest open stop of each mode, over the streets where they are given."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import SITE_ACCESS_COLUMNS, SITES, STOPS, check
from siteprior.joins._geometry import check_walks, coordinates, nearest, site_origins, take, walk_range, with_columns
from siteprior.walking.network import MM_PER_M, Floats, Ints, WalkNetwork
from siteprior.walking.walk import lowest_of_sites, nearest_walk, snap

RAIL_OR_METRO = ("rail", "metro")
BUS = ("bus",)
GROUPS: tuple[tuple[str, ...], ...] = (RAIL_OR_METRO, ("rail",), ("metro",), BUS)


class Found(NamedTuple):
    """The nearest stop of each site: its position (-1 where there is none), walk, lowest and highest walk, and snap.

    All in metres; ``snap_m`` is the straight line to the street the walk starts on.
    """

    at: Ints
    walk_m: Floats
    low_m: Floats
    high_m: Floats
    snap_m: Floats


def join_access(
    sites: Any,
    stops: Any,
    *,
    walk_factor: float,
    speed_m_per_min: float | None = None,
    shapes: Any | None = None,
    network: WalkNetwork | None = None,
    max_snap_m: float | None = None,
) -> Any:
    """Add to each site the walk, in metres, to the nearest open rail, metro and bus stop, however far it is.

    With a network the walk runs over its streets, from the site's point, or from the place on its edge from which it
    is shortest where it has a polygon (:func:`siteprior.joins._geometry.site_origins`). Where no street or no way leads
    to a stop the walk is missing, and ``walk_note`` says why; no straight line takes its place. Without a network the
    walk is the straight line times ``walk_factor``. ``walk_basis`` says which it is. Of stops equally far the one of
    the lowest ATCO code is taken. Only stops whose ``state`` is open count.

    Beside the walks stand the lowest and the highest from anywhere the site may reach or lie. By straight line they
    are those of :func:`siteprior.joins._geometry.walk_range`. By network a polygon ranges over the places on its edge,
    a point not at all, and both are shortened and lengthened by ``position_uncertainty_m`` times ``walk_factor``,
    never below nought.

    Parameters
    ----------
    sites
        Sites on EPSG:27700, with ``position_uncertainty_m`` where it is known; a shape counts by its centroid.
    stops
        :data:`siteprior.core.schema.STOPS`, settled for a day by
        :func:`siteprior.sources.transit.openings.apply_openings`.
    walk_factor
        Ratio of walk to straight line, at least 1 (preset ``access.walk_factor``).
    speed_m_per_min
        Metres walked in a minute, for ``walk_min``; preset ``access.walk_speed_m_per_min`` when ``None``.
    shapes
        :data:`siteprior.core.schema.SITE_SHAPES`, to measure from the edges of polygons.
    network
        The streets; straight lines are measured when ``None``.
    max_snap_m
        Farthest a street may lie from a site or stop, in metres; preset ``access.max_snap_m`` when ``None``.

    Returns
    -------
    GeoDataFrame
        The sites, same index and order, with :data:`siteprior.core.schema.SITE_ACCESS_COLUMNS`.

    Raises
    ------
    InputError
        When ``sites`` or ``stops`` is not such a table, the factor is below 1, or speed or snap is not above 0.
    """
    check(sites, SITES, name="sites", needs=())
    check(stops, STOPS, name="stops")
    check_walks(walk_factor, shapes)
    presets = load_parameters("access")
    speed = presets["walk_speed_m_per_min"].value if speed_m_per_min is None else speed_m_per_min
    reach_m = presets["max_snap_m"].value if max_snap_m is None else max_snap_m
    if not speed > 0:
        raise InputError(f"speed_m_per_min: {speed} is not a walking speed; give metres per minute above 0")
    if not 0 < reach_m < np.inf:
        raise InputError(f"max_snap_m: {reach_m} is not a length; give metres above 0")
    usable = stops[stops["state"] == "open"].sort_index().reset_index()
    serving = {modes: usable[usable["mode"].isin(modes)] for modes in GROUPS}
    targets = {modes: coordinates(some) for modes, some in serving.items()}
    if network is None:
        found = {modes: _by_line(sites, some, walk_factor, shapes) for modes, some in targets.items()}
        near = np.isfinite(coordinates(sites)).all(axis=1)
        note = _note(found, serving, near, near, "")
    else:
        points, owner = site_origins(sites, shapes, presets["site_edge_m"].value)
        found, on_street = _by_network(sites, points, owner, targets, network, reach_m, walk_factor)
        placed = np.isin(np.arange(len(sites)), owner)
        note = _note(found, serving, placed, on_street, f"no street within {reach_m:g} m")
    main, bus = found[RAIL_OR_METRO], found[BUS]
    measured = np.isfinite(main.walk_m) | np.isfinite(bus.walk_m)
    basis = "straight-line" if network is None else "network"
    values = {
        "nearest_stop": take(serving[RAIL_OR_METRO]["stop_name"], main.at, sites.index),
        "nearest_stop_mode": take(serving[RAIL_OR_METRO]["mode"], main.at, sites.index),
        "nearest_stop_atco": take(serving[RAIL_OR_METRO]["atco_code"], main.at, sites.index),
        "walk_m": main.walk_m,
        "walk_low_m": main.low_m,
        "walk_high_m": main.high_m,
        "walk_basis": pd.Series(basis, index=sites.index).where(measured),
        "walk_note": pd.Series(note, index=sites.index, dtype=object),
        "walk_snap_m": main.snap_m,
        "walk_min": main.walk_m / speed,
        "rail_walk_m": found[("rail",)].walk_m,
        "metro_walk_m": found[("metro",)].walk_m,
        "bus_stop": take(serving[BUS]["stop_name"], bus.at, sites.index),
        "bus_walk_m": bus.walk_m,
        "bus_walk_low_m": bus.low_m,
        "bus_walk_high_m": bus.high_m,
    }
    return with_columns(sites, SITE_ACCESS_COLUMNS, values)


def _by_line(sites: Any, targets: Any, walk_factor: float, shapes: Any | None) -> Found:
    """Measure straight lines times the factor; there is no street to snap to."""
    at, distance = nearest(coordinates(sites), targets)
    low, high = walk_range(sites, targets, at, distance, walk_factor=walk_factor, shapes=shapes)
    return Found(at, distance * walk_factor, low, high, np.full(len(sites), np.nan))


def _by_network(
    sites: Any,
    points: Any,
    owner: Ints,
    targets: dict[tuple[str, ...], Any],
    network: WalkNetwork,
    max_snap_m: float,
    walk_factor: float,
) -> tuple[dict[tuple[str, ...], Found], Any]:
    """Measure walks over the streets to each group of stops; return them, and which sites have a street."""
    here = snap(network, points, max_snap_m=max_snap_m)
    snap_m = np.where(here.edge < 0, np.nan, here.snap_mm / MM_PER_M)
    closest = np.full(len(sites), np.nan)
    np.fmin.at(closest, owner, snap_m)
    slack = (
        sites["position_uncertainty_m"].to_numpy(dtype=float) * walk_factor
        if "position_uncertainty_m" in sites.columns
        else np.full(len(sites), np.nan)
    )
    found: dict[tuple[str, ...], Found] = {}
    for modes, some in targets.items():
        at, walk_m = nearest_walk(network, here, snap(network, some, max_snap_m=max_snap_m))
        origin, farthest_m = lowest_of_sites(owner, at, walk_m, len(sites))
        # position -1, no place, takes what is appended
        at, walk_m, start_m = (
            np.append(at, -1)[origin],
            np.append(walk_m, np.nan)[origin],
            np.append(snap_m, np.nan)[origin],
        )
        start_m = np.where(np.isfinite(walk_m), start_m, closest)
        found[modes] = Found(at, walk_m, np.maximum(walk_m - slack, 0), farthest_m + slack, start_m)
    return found, np.isfinite(closest)


def _note(found: Any, serving: Any, placed: Any, on_street: Any, no_street: str) -> list[str | None]:
    """Say of each site why a walk is missing: its place, its street, or the way to a kind of stop."""
    whys: list[list[str]] = [[] for _ in placed]
    for modes, kind in ((RAIL_OR_METRO, "rail or metro"), (BUS, "bus")):
        why = f"no way on the streets to any open {kind} stop" if len(serving[modes]) else f"no open {kind} stop"
        for row in np.flatnonzero(placed & on_street & ~np.isfinite(found[modes].walk_m)):
            whys[row].append(why)
    for row in np.flatnonzero(~(placed & on_street)):
        whys[row] = [no_street if placed[row] else "no place"]
    return ["; ".join(why) or None for why in whys]
