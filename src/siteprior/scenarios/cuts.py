"""Cuts of services, for scenarios: fewer departures of a route, a mode, or of what serves a corridor."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import SERVICE_STOPS, SERVICES, WINDOWS, check
from siteprior.project.gates_weights import is_number
from siteprior.sources.transit.openings import fitting_modes, main_codes

CALLS_AT = {"tram": "metro", "underground": "metro"}
"""Mode of the stops a service calls at, where it goes by another name."""


def cut_services(
    services: pd.DataFrame,
    *,
    share: float,
    route: str | None = None,
    corridor: str | None = None,
    mode: str | None = None,
    window: str | None = None,
    corridor_stops: gpd.GeoDataFrame | None = None,
    stops: gpd.GeoDataFrame | None = None,
    service_stops: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Cut a share of the departures of a route, of a mode, or of what serves a corridor at its stops.

    Parameters
    ----------
    services
        :data:`siteprior.core.schema.SERVICES`.
    share
        The share cut, above 0 and up to 1.
    route, corridor, mode
        Which services, exactly one of them: a route by id or name; a corridor, whose services are those of its modes
        at its stops; or a mode of services.
    window
        One window of the day; all of them without.
    corridor_stops, stops
        Needed for a corridor. A node of it without a code stands for all stops of its modes about it (parameter
        ``access.node_radius_m``).
    service_stops
        As in :func:`stops_served`.

    Returns
    -------
    DataFrame
        The services; ``per_hour`` is cut exactly, ``departures`` to the nearest whole one, but never to none. Rows cut
        whole are left out.

    Raises
    ------
    InputError
        Naming every fault, and the routes, corridors, modes or windows there are.
    """
    check(services, SERVICES, name="services")
    given = {name: value for name, value in (("route", route), ("corridor", corridor), ("mode", mode)) if value}
    faults = []
    if not (is_number(share) and 0 < share <= 1):
        faults.append(f"share: {share!r} is not a share cut; give a number above 0, up to 1")
    if window is not None and window not in WINDOWS:
        faults.append(unknown("window", window, WINDOWS))
    if len(given) != 1:
        faults.append(f"needs one of route, corridor and mode, has {', '.join(given) or 'none'}")
    rows = pd.Series(False, index=services.index)
    if len(given) == 1 and route:
        rows = (services["route"] == route) | (services["route_name"] == route)
        if not rows.any():
            faults.append(unknown("route", route, services["route_name"].fillna(services["route"]).unique()))
    elif len(given) == 1 and mode:
        rows = services["mode"] == mode
        if not rows.any():
            faults.append(unknown("mode of services", mode, services["mode"].unique()))
    elif len(given) == 1:
        rows, wrong = _serving(services, str(corridor), corridor_stops, stops, service_stops)
        faults += wrong
    if faults:
        raise InputError(*faults)
    rows &= (services["window"] == window) | (window is None)
    left = 1 - float(share)
    cut = services.copy()
    cut["per_hour"] = services["per_hour"].mask(rows, services["per_hour"] * left)
    fewer = (services["departures"].astype("float64") * left).round().clip(lower=1).astype("Int64")
    cut["departures"] = services["departures"].mask(rows, fewer)
    return cut[~rows] if left == 0 else cut


def stops_served(
    services: pd.DataFrame, stops: gpd.GeoDataFrame, service_stops: gpd.GeoDataFrame | None = None
) -> pd.Series:
    """Return the ATCO code of the stop or station each service calls at; missing where none is stated.

    A platform's code is rarely its station's. So a service stop counts for the stop of its own code; else of its
    station's in the feed; else for the nearest stop of the service's mode within the parameter
    ``access.node_radius_m``.

    Parameters
    ----------
    services, stops
        :data:`siteprior.core.schema.SERVICES` and :data:`siteprior.core.schema.STOPS`.
    service_stops
        :data:`siteprior.core.schema.SERVICE_STOPS` with the stations and places of the services' stops; without it only
        codes are matched.
    """
    main = main_codes(stops)
    code = services["stop_code"].map(main)
    if service_stops is None:
        return code
    check(service_stops, SERVICE_STOPS, name="service_stops")
    code = code.fillna(services["stop_code"].map(service_stops["station"]).map(main))
    call_mode = services["mode"].replace(CALLS_AT)
    for mode in sorted(set(call_mode[code.isna()])):
        rows = code.isna() & (call_mode == mode) & services["stop_code"].isin(service_stops.index)
        asked = service_stops.loc[services.loc[rows, "stop_code"].unique()]
        asked = asked[asked.geometry.notna()]
        near = _nearest_within(stops[stops["mode"] == mode], asked)
        code = code.mask(rows, services["stop_code"].map(near))
    return code


def _serving(
    services: pd.DataFrame,
    corridor: str,
    corridor_stops: gpd.GeoDataFrame | None,
    stops: gpd.GeoDataFrame | None,
    service_stops: gpd.GeoDataFrame | None,
) -> tuple[pd.Series, list[str]]:
    """Return which services call at the corridor's stops, in its modes."""
    none = pd.Series(False, index=services.index)
    if corridor_stops is None or stops is None:
        return none, ["a corridor's services need corridor_stops and stops; give both"]
    own = corridor_stops[corridor_stops["corridor"] == corridor]
    if own.empty:
        return none, [unknown("corridor", corridor, corridor_stops["corridor"].unique())]
    main = main_codes(stops)
    modes = fitting_modes(own["kind"].iloc[0])
    codes = {main.get(code, code) for code in own["atco_code"].dropna()}
    codes |= set(_codes_within(stops[stops["mode"].isin(modes)], own[own["atco_code"].isna()]))
    rows = stops_served(services, stops, service_stops).isin(codes) & services["mode"].replace(CALLS_AT).isin(modes)
    wrong = f"no service by {' or '.join(modes)} calls at the stops of '{corridor}' in the timetables read"
    return rows, [] if rows.any() else [wrong]


def _codes_within(stops: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> list[str]:
    """Return the codes of the stops within the radius (``access.node_radius_m``) of any place."""
    usable = stops[stops.geometry.notna()].sort_index()
    near = _tree(usable).query(
        np.asarray(places.geometry.array, dtype=object), predicate="dwithin", distance=_radius_m()
    )
    return [str(code) for code in usable.index[np.unique(near[1])]]


def _nearest_within(stops: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> pd.Series:
    """Return, for each place, the code of the nearest stop within the radius; places with none are left out."""
    usable = stops[stops.geometry.notna()].sort_index()
    shapes = np.asarray(places.geometry.array, dtype=object)
    place, at = _tree(usable).query_nearest(shapes, max_distance=_radius_m(), all_matches=True)
    first = np.unique(place, return_index=True)[1]  # of stops equally near the lowest code
    lowest = np.minimum.reduceat(at, first) if len(first) else at
    return pd.Series(usable.index[lowest], index=places.index[place[first]], dtype=object)


def _tree(stops: gpd.GeoDataFrame) -> shapely.STRtree:
    """Return the stops as a spatial index."""
    return shapely.STRtree(np.asarray(stops.geometry.array, dtype=object))


def _radius_m() -> float:
    """Return how far a stop may lie from the node it serves, in metres."""
    return load_parameters("access").number("node_radius_m")
