"""How far each site is from the nearest open stop of each mode, over the streets where they are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import SITE_ACCESS_COLUMNS, SITES, STOPS, check
from siteprior.joins._geometry import Values, coordinates, declared_columns, known_places, nearest, take, walk_range
from siteprior.joins.access.walks import Walking
from siteprior.walking.network import MM_PER_M, Flags, Floats, Ints, WalkNetwork
from siteprior.walking.walk import lowest_of_sites, nearest_walk, snap

RAIL_OR_METRO = ("rail", "metro")
BUS = ("bus",)
Modes: TypeAlias = tuple[str, ...]
GROUPS: tuple[Modes, ...] = (RAIL_OR_METRO, ("rail",), ("metro",), BUS)


class NearestStops(NamedTuple):
    """The nearest stop of each site: its position (-1 where there is none), walk, lowest and highest walk, and snap.

    All in metres; ``snap_m`` is the straight line to the street the walk starts on.
    """

    at: Ints
    walk_m: Floats
    low_m: Floats
    high_m: Floats
    snap_m: Floats


def join_access(
    sites: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    walking: Walking | None = None,
    *,
    speed_m_per_min: float | None = None,
) -> pd.DataFrame:
    """Measure the walk, in metres, from each site to the nearest open rail, metro and bus stop, however far it is.

    With a network the walk runs over its streets, from the site's point, or from the place on its edge from which it
    is shortest where it has a polygon (:func:`siteprior.joins._geometry.site_origins`). Where no street or no way leads
    to a stop the walk is missing, and ``walk_note`` says why; no straight line takes its place. Without a network the
    walk is the straight line times the factor. ``walk_basis`` says which it is. Of stops equally far the one of the
    lowest ATCO code is taken. Only stops whose ``state`` is open count.

    Beside the walks stand the lowest and the highest from anywhere the site may reach or lie. By straight line they
    are those of :func:`siteprior.joins._geometry.walk_range`. By network a polygon ranges over the places on its edge,
    a point not at all, and both are shortened and lengthened by ``position_uncertainty_m`` times the factor, never
    below zero.

    Parameters
    ----------
    sites
        Sites on EPSG:27700, with ``position_uncertainty_m`` where it is known; a shape counts by its centroid.
    stops
        :data:`siteprior.core.schema.STOPS`, with their state on a day by
        :func:`siteprior.sources.transit.openings.apply_openings`.
    walking
        How walks are measured; straight lines times the factor of the parameters when ``None``.
    speed_m_per_min
        Metres walked in a minute, for ``walk_min``; parameter ``access.walk_speed_m_per_min`` when ``None``.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SITE_ACCESS_COLUMNS` on the index of the sites, for ``sites.join(…)``.

    Raises
    ------
    InputError
        When ``sites`` or ``stops`` is not such a table, or the speed is not above 0.

    Examples
    --------
    >>> import siteprior as sp
    >>> sites = gpd.GeoDataFrame({"site_name": ["Mill", "Depot"]}, index=pd.Index(["a", "b"], name="site_id"),
    ...                          geometry=gpd.points_from_xy([400100, 400900], [290000, 290300]), crs=27700)
    >>> stops = gpd.GeoDataFrame({"stop_name": ["Alder"], "mode": ["metro"], "state": ["open"]}, crs=27700,
    ...                          index=pd.Index(["9400ZZ1"], name="atco_code"),
    ...                          geometry=gpd.points_from_xy([400000], [290000]))
    >>> stops = sp.schema.conform(stops, sp.schema.STOPS)
    >>> walked = sites.join(sp.access.join(sites, stops))
    >>> walked[["nearest_stop", "walk_m", "walk_basis"]].round(0).values.tolist()
    [['Alder', 130.0, 'straight-line'], ['Alder', 1233.0, 'straight-line']]
    """
    check(sites, SITES, name="sites", needs=(), may_have=("position_uncertainty_m",))
    check(stops, STOPS, name="stops")
    walking = walking or Walking()
    speed = load_parameters("access").number("walk_speed_m_per_min") if speed_m_per_min is None else speed_m_per_min
    if not speed > 0:
        raise InputError(f"speed_m_per_min: {speed} is not a walking speed; give metres per minute above 0")
    usable = stops[stops["state"] == "open"].sort_index().reset_index()
    serving = {modes: usable[usable["mode"].isin(modes)] for modes in GROUPS}
    targets = {modes: coordinates(some) for modes, some in serving.items()}
    if walking.network is None:
        nearby = {modes: _by_line(sites, some, walking) for modes, some in targets.items()}
        near = known_places(coordinates(sites))
        note = _note(nearby, serving, near, near, "")
    else:
        points, owner = walking.origins(sites)
        nearby, on_street = _by_network(sites, points, owner, targets, walking.network, walking)
        placed = np.isin(np.arange(len(sites)), owner)
        note = _note(nearby, serving, placed, on_street, f"no street within {walking.max_snap_m:g} m")
    main, bus = nearby[RAIL_OR_METRO], nearby[BUS]
    measured = np.isfinite(main.walk_m) | np.isfinite(bus.walk_m)
    values: dict[str, Values] = {
        "nearest_stop": take(serving[RAIL_OR_METRO]["stop_name"], main.at, sites.index),
        "nearest_stop_mode": take(serving[RAIL_OR_METRO]["mode"], main.at, sites.index),
        "nearest_stop_atco": take(serving[RAIL_OR_METRO]["atco_code"], main.at, sites.index),
        "walk_m": main.walk_m,
        "walk_low_m": main.low_m,
        "walk_high_m": main.high_m,
        "walk_basis": pd.Series(walking.basis, index=sites.index).where(measured),
        "walk_note": pd.Series(note, index=sites.index, dtype=object),
        "walk_snap_m": main.snap_m,
        "walk_min": main.walk_m / speed,
        "rail_walk_m": nearby[("rail",)].walk_m,
        "metro_walk_m": nearby[("metro",)].walk_m,
        "bus_stop": take(serving[BUS]["stop_name"], bus.at, sites.index),
        "bus_walk_m": bus.walk_m,
        "bus_walk_low_m": bus.low_m,
        "bus_walk_high_m": bus.high_m,
    }
    return declared_columns(sites.index, SITE_ACCESS_COLUMNS, values)


def _by_line(sites: gpd.GeoDataFrame, targets: Floats, walking: Walking) -> NearestStops:
    """Measure straight lines times the factor; there is no street to snap to."""
    at, distance = nearest(coordinates(sites), targets)
    low, high = walk_range(sites, targets, at, distance, walk_factor=walking.walk_factor, shapes=walking.shapes)
    return NearestStops(at, distance * walking.walk_factor, low, high, np.full(len(sites), np.nan))


def _by_network(
    sites: gpd.GeoDataFrame,
    points: Floats,
    owner: Ints,
    targets: Mapping[Modes, Floats],
    network: WalkNetwork,
    walking: Walking,
) -> tuple[dict[Modes, NearestStops], Flags]:
    """Measure walks over the streets to each group of stops; return them, and which sites have a street."""
    here = snap(network, points, max_snap_m=walking.max_snap_m)
    snap_m = np.where(here.edge < 0, np.nan, here.snap_mm / MM_PER_M)
    closest = np.full(len(sites), np.nan)
    np.fmin.at(closest, owner, snap_m)
    margin_m = walking.margin(sites)
    nearby: dict[Modes, NearestStops] = {}
    for modes, some in targets.items():
        at, walk_m = nearest_walk(network, here, snap(network, some, max_snap_m=walking.max_snap_m))
        origin, farthest_m = lowest_of_sites(owner, at, walk_m, len(sites))
        # position -1, no place, takes what is appended
        at, walk_m, start_m = (
            np.append(at, -1)[origin],
            np.append(walk_m, np.nan)[origin],
            np.append(snap_m, np.nan)[origin],
        )
        start_m = np.where(np.isfinite(walk_m), start_m, closest)
        nearby[modes] = NearestStops(at, walk_m, np.maximum(walk_m - margin_m, 0), farthest_m + margin_m, start_m)
    return nearby, np.isfinite(closest)


def _note(
    nearby: Mapping[Modes, NearestStops],
    serving: Mapping[Modes, pd.DataFrame],
    placed: Flags,
    on_street: Flags,
    no_street: str,
) -> list[str | None]:
    """Return for each site why a walk is missing: its place, its street, or the way to a kind of stop."""
    whys: list[list[str]] = [[] for _ in placed]
    for modes, kind in ((RAIL_OR_METRO, "rail or metro"), (BUS, "bus")):
        why = f"no way on the streets to any open {kind} stop" if len(serving[modes]) else f"no open {kind} stop"
        for row in np.flatnonzero(placed & on_street & ~np.isfinite(nearby[modes].walk_m)):
            whys[row].append(why)
    for row in np.flatnonzero(~(placed & on_street)):
        whys[row] = [no_street if placed[row] else "no place"]
    return ["; ".join(why) or None for why in whys]
