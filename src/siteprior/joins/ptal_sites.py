"""The access index of every site: morning, evening, Sunday and step-free, and its nearest well-connected station."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import SERVICE_STOPS, SERVICES, SITE_PTAL_COLUMNS, SITES, check
from siteprior.joins._geometry import check_walks, coordinates, nearest, site_origins, take, with_columns
from siteprior.joins.ptal import access_index, largest_cutoff_m
from siteprior.joins.stations import well_connected
from siteprior.walking.network import WalkNetwork
from siteprior.walking.walk import lowest_of_sites, nearest_walk, snap, walks


class _Ways(NamedTuple):
    """How walks are measured: over streets, or as the straight line times a factor; and the places they start at.

    ``points`` are eastings and northings, ``owner`` the position of the site each belongs to, rising.
    """

    network: WalkNetwork | None
    max_snap_m: float
    walk_factor: float | None
    points: Any
    owner: Any


def join_access_index(
    sites: Any,
    service_stops: Any,
    services: pd.DataFrame,
    network: WalkNetwork | None,
    *,
    shapes: Any | None = None,
    max_snap_m: float | None = None,
    walk_factor: float | None = None,
    top_60_ttwa: bool | None = None,
) -> tuple[Any, pd.DataFrame]:
    """Add to each site its access index (TfL's PTAL method, no unit), and list the routes that make it up.

    Besides the weekday morning peak stand the index of the evening and the Sunday window, and a step-free one: the
    morning peak from stops stated step-free, over streets without steps. A stop of which the feed says nothing adds
    nothing to it, so that it is the least it can be; where the feed says nothing of any stop in reach it is missing.

    An index is missing, not 0, where the site has no place, or no street within ``max_snap_m``, and where
    ``services`` holds no departure of the window from anywhere: nobody counted.

    Parameters
    ----------
    sites
        Sites on EPSG:27700; a shape counts by its centroid.
    service_stops, services
        :data:`siteprior.core.schema.SERVICE_STOPS` and :data:`siteprior.core.schema.SERVICES`. A stop with departures
        is open.
    network
        The streets. Without them nothing is measured, unless a ``walk_factor`` is given.
    shapes
        :data:`siteprior.core.schema.SITE_SHAPES`: over streets, a site with a polygon is walked from wherever on its
        edge
        the walk to each stop is shortest (:func:`siteprior.joins._geometry.site_origins`).
    max_snap_m
        Most metres between a site, or a stop, and its street; preset ``access.max_snap_m`` when ``None``.
    walk_factor
        Ratio of walk to straight line, used only where ``network`` is ``None``; straight lines overstate access.
    top_60_ttwa
        As in :func:`siteprior.joins.stations.well_connected`.

    Returns
    -------
    tuple
        The sites, same index and order, with :data:`siteprior.core.schema.SITE_PTAL_COLUMNS`; and the explanation of
        the
        morning peak, as :func:`siteprior.joins.ptal.access_index` gives it, with ``site_id`` for ``point``.

    Raises
    ------
    InputError
        When a table is not of its kind, or the factor is below 1.

    Notes
    -----
    TfL, *Assessing transport connectivity in London* (2015), section 2.5. The draft NPPF's test of December 2025.
    """
    check(sites, SITES, name="sites", needs=())
    check(service_stops, SERVICE_STOPS, name="service_stops", needs=("stop_name", "station", "step_free"))
    check(services, SERVICES, name="services")
    check_walks(1.0 if walk_factor is None else walk_factor, shapes)
    if network is not None and not isinstance(network, WalkNetwork):
        raise InputError(f"network: needs a WalkNetwork or None, got {type(network).__name__}; read one from streets")
    presets = load_parameters("access")
    reach_m = float(presets["max_snap_m"].value) if max_snap_m is None else max_snap_m
    points, owner = site_origins(sites, None if network is None else shapes, float(presets["site_edge_m"].value))
    ways = _Ways(network, reach_m, walk_factor, points, owner)
    stops = service_stops[service_stops.index.isin(services["stop_code"])].sort_index()
    walked, measured = _walk_table(sites, stops, ways, step_free=False)
    index, routes = _index(walked, measured, services, "am peak")
    values: dict[str, Any] = {name: index[name].reindex(sites.index) for name in index.columns}
    for name, window in (("evening", "evening"), ("sunday", "sunday")):
        found = _index(walked, measured, services, window)[0]
        values[f"access_index_{name}"] = found["access_index"].reindex(sites.index)
    values["access_index_step_free"] = _step_free(sites, stops, services, ways).reindex(sites.index)
    days = services.loc[services["window"] == "am peak", "service_date"].dropna()
    if len(days):
        values["service_date"] = pd.Series(days.max(), index=index.index).reindex(sites.index)
    values |= _well_connected(sites, service_stops, services, ways, top_60_ttwa)
    return with_columns(sites, SITE_PTAL_COLUMNS, values), routes.rename(columns={"point": "site_id"})


def _walk_table(sites: Any, stops: Any, ways: _Ways, *, step_free: bool) -> tuple[pd.DataFrame, pd.Index]:
    """Return the walks, in metres, of sites to stops within the longest cut-off, and the sites that were measured."""
    targets = coordinates(stops)
    cutoff_m = largest_cutoff_m()
    known = np.zeros(len(sites), dtype=bool)
    start, stop, walk_m = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    if ways.network is not None:
        origins = snap(ways.network, ways.points, max_snap_m=ways.max_snap_m, step_free=step_free)
        destinations = snap(ways.network, targets, max_snap_m=ways.max_snap_m, step_free=step_free)
        start, stop, walk_m = walks(ways.network, origins, destinations, cutoff_m=cutoff_m, step_free=step_free)
        known[ways.owner[origins.edge >= 0]] = True
    elif ways.walk_factor is not None:
        start, stop, walk_m = _straight_walks(ways.points, targets, ways.walk_factor, cutoff_m)
        known[ways.owner] = True
    table = {"point": sites.index.take(ways.owner[start]), "stop_code": stops.index.take(stop), "walk_m": walk_m}
    return pd.DataFrame(table), sites.index[known]


def _straight_walks(places: Any, targets: Any, walk_factor: float, cutoff_m: float) -> tuple[Any, Any, Any]:
    """Return all pairs whose straight line times the factor is within the cut-off, in metres."""
    there = np.flatnonzero(np.isfinite(targets).all(axis=1))
    if not len(places) or not len(there):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    found = cKDTree(targets[there]).query_ball_point(places, np.nextafter(cutoff_m / walk_factor, np.inf))
    start = np.repeat(np.arange(len(places)), [len(some) for some in found])
    stop = there[np.concatenate([np.array(some, dtype=np.int64) for some in found])]
    return start, stop, np.hypot(*(places[start] - targets[stop]).T) * walk_factor


def _index(
    walked: pd.DataFrame, measured: pd.Index, services: pd.DataFrame, window: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the index of a window and its routes; of no site where the window was not counted."""
    if not (services["window"] == window).any():
        walked, measured = walked.iloc[:0], measured[:0]
    return access_index(walked, services, window=window, points=measured)


def _step_free(sites: Any, stops: Any, services: pd.DataFrame, ways: _Ways) -> pd.Series:
    """Return the index of the morning peak from stops stated step-free; missing where none in reach is stated."""
    walked, measured = _walk_table(sites, stops, ways, step_free=True)
    stated = stops["step_free"].reindex(walked["stop_code"]).to_numpy()
    every, told, level = (
        _index(walked[some], measured, services, "am peak")[0]["access_index"]
        for some in (np.full(len(walked), True), pd.notna(stated), stated == "yes")
    )
    return level.mask((every > 0) & (told == 0))


def _well_connected(
    sites: Any, service_stops: Any, services: pd.DataFrame, ways: _Ways, top_60_ttwa: bool | None
) -> dict[str, Any]:
    """Return the nearest station known to be well-connected, and the walk to it in metres."""
    stations = well_connected(service_stops, services, top_60_ttwa=top_60_ttwa)
    good = stations[stations["well_connected"] == "yes"]
    called = services["mode"].isin(set(" | ".join(good["modes"]).split(" | ")))
    stops = service_stops[
        service_stops["station"].fillna(service_stops.index.to_series()).isin(good.index)
        & service_stops.index.isin(services.loc[called, "stop_code"])
    ].sort_index()
    targets = coordinates(stops)
    if ways.network is not None:
        here = snap(ways.network, ways.points, max_snap_m=ways.max_snap_m)
        at, walk_m = nearest_walk(ways.network, here, snap(ways.network, targets, max_snap_m=ways.max_snap_m))
        origin, _ = lowest_of_sites(ways.owner, at, walk_m, len(sites))
        at, walk_m = np.append(at, -1)[origin], np.append(walk_m, np.nan)[origin]
    elif ways.walk_factor is not None:
        at, distance = nearest(coordinates(sites), targets)
        walk_m = distance * ways.walk_factor
    else:
        return {}
    names = stops["station"].fillna(stops.index.to_series()).map(good["station_name"])
    return {"well_connected_stop": take(names, at, sites.index), "well_connected_walk_m": walk_m}
