"""The access index of every site: morning, evening, Sunday and step-free, and its nearest well-connected station."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from siteprior.core.schema import SERVICE_STOPS, SERVICES, SITE_PTAL_COLUMNS, SITES, check
from siteprior.core.short_repr import short_repr
from siteprior.joins._geometry import Values, coordinates, declared_columns, known_places, nearest, take
from siteprior.joins.access.ptal import access_index, largest_cutoff_m
from siteprior.joins.access.stations import well_connected
from siteprior.joins.access.unlisted import stops_in_use, unlisted_stops
from siteprior.joins.access.walks import Walking
from siteprior.walking.network import Floats, Ints
from siteprior.walking.walk import lowest_of_sites, nearest_walk, snap, walks

_MORNING = ("access_band", "access_index_bus", "access_index_tram", "access_index_rail", "access_routes")
"""Columns that are missing where the index of the morning peak is."""


@short_repr
class SiteAccess(NamedTuple):
    """The access index of sites.

    Attributes
    ----------
    columns
        :data:`siteprior.core.schema.SITE_PTAL_COLUMNS` on the index of the sites, for ``sites.join(…)``.
    routes
        The explanation of the morning peak, as :func:`siteprior.joins.access.ptal.access_index` gives it, with
        ``site_id`` for ``point``.
    """

    columns: pd.DataFrame
    routes: pd.DataFrame


class _Origins(NamedTuple):
    """Where walks start: eastings and northings, and the position of the site each place belongs to, rising."""

    points: Floats
    owner: Ints


def join_access_index(
    sites: gpd.GeoDataFrame,
    service_stops: gpd.GeoDataFrame,
    services: pd.DataFrame,
    walking: Walking | None,
    *,
    top_60_ttwa: bool | None = None,
    active_stops: gpd.GeoDataFrame | None = None,
    listed: Iterable[str] = (),
) -> SiteAccess:
    """Measure the access index of each site (TfL's PTAL method, no unit), and list the routes that make it up.

    Besides the weekday morning peak stand the index of the evening and the Sunday window, and a step-free one: the
    morning peak from stops stated step-free, over streets without steps. A stop of which the feed says nothing adds
    nothing to it, so that it is the least it can be; where the feed says nothing of any stop in reach it is missing.

    An index is missing, not 0, where the site has no place, or no street within reach, and where ``services`` holds no
    departure of the window from anywhere: nobody counted. It is missing, too, where it would be 0 and the nearest stop
    in use (of ``active_stops``) is one that no timetable lists; ``unlisted_stops`` counts those within reach, beside
    which any other index is the least it can be.

    Parameters
    ----------
    sites
        Sites on EPSG:27700; a shape counts by its centroid.
    service_stops, services
        :data:`siteprior.core.schema.SERVICE_STOPS` and :data:`siteprior.core.schema.SERVICES`. A stop with departures
        is open.
    walking
        How walks are measured. Over streets, a site with a polygon is walked from wherever on its edge the walk to
        each stop is shortest; straight lines overstate access. ``None`` where there is nothing to walk on: nothing is
        measured.
    top_60_ttwa
        As in :func:`siteprior.joins.access.stations.well_connected`.
    active_stops
        :data:`siteprior.core.schema.STOPS` about the sites; those closed or planned do not count. Without them every
        stop is taken to be in the timetables.
    listed
        The ATCO codes that the timetables list, of stops with departures or without:
        ``read_timetables(…).table.listed``.

    Returns
    -------
    SiteAccess
        ``(columns, routes)``.

    Raises
    ------
    InputError
        When a table is not of its kind.

    Notes
    -----
    TfL, *Assessing transport connectivity in London* (2015), section 2.5. The draft NPPF's test of December 2025.

    Examples
    --------
    >>> import siteprior as sp
    >>> sites = gpd.GeoDataFrame({"site_name": ["Mill", "Depot"]}, index=pd.Index(["a", "b"], name="site_id"),
    ...                          geometry=gpd.points_from_xy([400100, 400900], [290000, 290300]), crs=27700)
    >>> halt = {"feed": "a", "stop_id": "1", "stop_name": "Alder", "station": "Alder", "step_free": "yes"}
    >>> there = gpd.GeoDataFrame(halt, index=pd.Index(["a:1"], name="stop_code"), crs=27700,
    ...                          geometry=gpd.points_from_xy([400000], [290000]))
    >>> there = sp.schema.conform(there, sp.schema.SERVICE_STOPS)
    >>> runs = {"stop_code": "a:1", "feed": "a", "route": "1", "route_name": "1", "mode": "tram",
    ...         "direction": ["0", "1"], "window": "am peak", "departures": 12, "per_hour": 6.0}
    >>> runs = pd.DataFrame(runs, index=pd.Index(["s1", "s2"], name="service"))
    >>> runs = sp.schema.conform(runs, sp.schema.SERVICES)
    >>> columns, routes = sp.access.join_index(sites, there, runs, sp.access.Walking())
    >>> columns["access_index"].round(2).tolist(), len(routes)
    ([4.07, 0.0], 1)
    """
    check(sites, SITES, name="sites", needs=())
    check(service_stops, SERVICE_STOPS, name="service_stops", needs=("stop_name", "station", "step_free"))
    check(services, SERVICES, name="services")
    origins = _Origins(*(walking or Walking()).origins(sites))
    stops = service_stops[service_stops.index.isin(services["stop_code"])].sort_index()
    walked, measured = _walk_table(sites, stops, walking, origins, step_free=False)
    index, routes = _index(walked, measured, services, "am peak")
    values: dict[str, Values] = {name: index[name].reindex(sites.index) for name in index.columns}
    for name, window in (("evening", "evening"), ("sunday", "sunday")):
        found = _index(walked, measured, services, window)[0]
        values[f"access_index_{name}"] = found["access_index"].reindex(sites.index)
    values["access_index_step_free"] = _step_free(sites, stops, services, walking, origins).reindex(sites.index)
    if active_stops is not None:
        values = _without_unknown_zeros(values, sites, walked, active_stops, listed, walking, origins)
    days = services.loc[services["window"] == "am peak", "service_date"].dropna()
    if len(days):
        values["service_date"] = pd.Series(days.max(), index=index.index).reindex(sites.index)
    values |= _well_connected(sites, service_stops, services, walking, origins, top_60_ttwa=top_60_ttwa)
    columns = declared_columns(sites.index, SITE_PTAL_COLUMNS, values)
    return SiteAccess(columns, routes.rename(columns={"point": "site_id"}))


def _without_unknown_zeros(
    values: dict[str, Values],
    sites: gpd.GeoDataFrame,
    walked: pd.DataFrame,
    active_stops: gpd.GeoDataFrame,
    listed: Iterable[str],
    walking: Walking | None,
    origins: _Origins,
) -> dict[str, Values]:
    """Return the indices, those of 0 missing where the nearest stop in use is in no timetable, and how many are so."""
    used = stops_in_use(active_stops, listed)
    table, measured = _walk_table(sites, used, walking, origins, step_free=False)
    served_m = walked.groupby("point")["walk_m"].min().reindex(sites.index).fillna(np.inf)
    found = unlisted_stops(
        sites.index.get_indexer(pd.Index(table["point"])), used.index.get_indexer(pd.Index(table["stop_code"])),
        table["walk_m"].to_numpy(dtype="float64"), used, served_m.to_numpy(dtype="float64"),
    )  # fmt: skip
    kept: dict[str, Values] = {}
    for name, column in values.items():
        of = "access_index" if name in _MORNING else name
        unknown = found.nearest & pd.Series(values[of], index=sites.index).eq(0).to_numpy()
        kept[name] = pd.Series(column, index=sites.index).mask(unknown)
    kept["unlisted_stops"] = pd.Series(found.stops, index=sites.index).where(sites.index.isin(measured))
    return kept


def _walk_table(
    sites: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, walking: Walking | None, origins: _Origins, *, step_free: bool
) -> tuple[pd.DataFrame, pd.Index]:
    """Return the walks, in metres, of sites to stops within the longest cut-off, and the sites that were measured."""
    targets = coordinates(stops)
    cutoff_m = largest_cutoff_m()
    known = np.zeros(len(sites), dtype=bool)
    start, stop, walk_m = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    if walking is not None and walking.network is not None:
        network, reach_m = walking.network, walking.max_snap_m
        here = snap(network, origins.points, max_snap_m=reach_m, step_free=step_free)
        there = snap(network, targets, max_snap_m=reach_m, step_free=step_free)
        start, stop, walk_m = walks(network, here, there, cutoff_m=cutoff_m, step_free=step_free)
        known[origins.owner[here.edge >= 0]] = True
    elif walking is not None:
        start, stop, walk_m = _straight_walks(origins.points, targets, walking.walk_factor, cutoff_m)
        known[origins.owner] = True
    table = {"point": sites.index.take(origins.owner[start]), "stop_code": stops.index.take(stop), "walk_m": walk_m}
    return pd.DataFrame(table), sites.index[known]


def _straight_walks(places: Floats, targets: Floats, walk_factor: float, cutoff_m: float) -> tuple[Ints, Ints, Floats]:
    """Return all pairs whose straight line times the factor is within the cut-off, in metres."""
    there = np.flatnonzero(known_places(targets))
    if not len(places) or not len(there):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    radius_m = np.nextafter(cutoff_m / walk_factor, np.inf)
    near = np.asarray(cKDTree(targets[there]).query_ball_point(places, radius_m), dtype=object)
    start = np.repeat(np.arange(len(places)), [len(some) for some in near])
    stop = there[np.concatenate([np.array(some, dtype=np.int64) for some in near])]
    return start, stop, np.hypot(*(places[start] - targets[stop]).T) * walk_factor


def _index(
    walked: pd.DataFrame, measured: pd.Index, services: pd.DataFrame, window: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the index of a window and its routes; of no site where the window was not counted."""
    if not (services["window"] == window).any():
        walked, measured = walked.iloc[:0], measured[:0]
    return access_index(walked, services, window=window, points=measured)


def _step_free(
    sites: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    services: pd.DataFrame,
    walking: Walking | None,
    origins: _Origins,
) -> pd.Series:
    """Return the index of the morning peak from stops stated step-free; missing where none in reach is stated."""
    walked, measured = _walk_table(sites, stops, walking, origins, step_free=True)
    stated = stops["step_free"].reindex(walked["stop_code"]).to_numpy()
    every, stated_index, level = (
        _index(walked[some], measured, services, "am peak")[0]["access_index"]
        for some in (np.full(len(walked), True), pd.notna(stated), stated == "yes")
    )
    return level.mask((every > 0) & (stated_index == 0))


def _well_connected(
    sites: gpd.GeoDataFrame,
    service_stops: gpd.GeoDataFrame,
    services: pd.DataFrame,
    walking: Walking | None,
    origins: _Origins,
    *,
    top_60_ttwa: bool | None,
) -> dict[str, Values]:
    """Return the nearest station known to be well-connected, and the walk to it in metres."""
    stations = well_connected(service_stops, services, top_60_ttwa=top_60_ttwa)
    good = stations[stations["well_connected"] == "yes"]
    called = services["mode"].isin(set(" | ".join(good["modes"]).split(" | ")))
    stops = service_stops[
        service_stops["station"].fillna(service_stops.index.to_series()).isin(good.index)
        & service_stops.index.isin(services.loc[called, "stop_code"])
    ].sort_index()
    targets = coordinates(stops)
    if walking is None:
        return {}
    if walking.network is not None:
        here = snap(walking.network, origins.points, max_snap_m=walking.max_snap_m)
        there = snap(walking.network, targets, max_snap_m=walking.max_snap_m)
        at, walk_m = nearest_walk(walking.network, here, there)
        origin, _ = lowest_of_sites(origins.owner, at, walk_m, len(sites))
        at, walk_m = np.append(at, -1)[origin], np.append(walk_m, np.nan)[origin]
    else:
        at, distance = nearest(coordinates(sites), targets)
        walk_m = distance * walking.walk_factor
    names = stops["station"].fillna(stops.index.to_series()).map(good["station_name"])
    return {"well_connected_stop": take(names, at, sites.index), "well_connected_walk_m": walk_m}
