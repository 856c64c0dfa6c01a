"""What stops at each station, and whether the dated policy test calls it well-connected.

Draft NPPF of 16 December 2025 (consultation to 10 March 2026; no final text was found): at least 4 trains or trams per
hour overall, or 2 in one direction, on a normal weekday's daytime, in one of the 60 travel-to-work areas of highest
GVA. The figures, with their source and date, stand in ``parameters/ptal.toml``.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS, SERVICE_STOPS, SERVICES, WINDOWS, check
from siteprior.joins._geometry import Geometries, geometries


def station_service(
    service_stops: gpd.GeoDataFrame, services: pd.DataFrame, *, window: str | None = None
) -> gpd.GeoDataFrame:
    """Count the trains and trams per hour at each station: overall, and in its best direction.

    A station is all stop points of one ``station`` at which a train, tram or underground line calls. Departures are
    counted, so that a vehicle that passes through counts once, and one that ends there and sets out again once, too.

    Directions are distinguished within one route alone: GTFS numbers the two of a route, and promises nothing of what
    the same number means on another. So ``per_hour_one_direction`` is the least the best direction has for certain,
    that of the best single route, and ``per_hour_one_direction_most`` what it has if the better directions of all
    routes are the same way. Departures whose direction is blank may run both ways: at least half of them run one.

    Parameters
    ----------
    service_stops
        :data:`siteprior.core.schema.SERVICE_STOPS`.
    services
        :data:`siteprior.core.schema.SERVICES`.
    window
        One of :data:`siteprior.core.schema.WINDOWS`; that of the parameter ``ptal.well_connected.window`` when
        ``None``.

    Returns
    -------
    GeoDataFrame
        Index ``station``, sorted; ``station_name``, ``modes``, ``per_hour``, ``per_hour_one_direction``,
        ``per_hour_one_direction_most``, ``service_date``. Frequencies are missing where ``services`` holds no
        departure of the window at all, from anywhere: nobody counted. The place is the middle of its stop points.

    Raises
    ------
    InputError
        When a table is not of its kind, the window is unknown, or a service calls at a stop that does not exist.
    """
    check(service_stops, SERVICE_STOPS, name="service_stops", needs=("stop_name", "station"))
    check(services, SERVICES, name="services")
    settings = load_parameters("ptal").table("well_connected")
    window = settings.text("window") if window is None else window
    if window not in WINDOWS:
        raise InputError(unknown("window", window, WINDOWS))
    lost = services.loc[~services["stop_code"].isin(service_stops.index), "stop_code"]
    if len(lost):
        raise InputError(f"services: the stop '{lost.iloc[0]}' is not among service_stops; give both of one reading")
    calls = services[services["mode"].isin(settings.texts("modes"))]
    calls = calls.assign(station=service_stops["station"].reindex(calls["stop_code"]).to_numpy())
    calls["station"] = calls["station"].fillna(calls["stop_code"])
    stations = pd.Index(np.sort(calls["station"].unique().astype(object)), name="station", dtype="str")
    running = calls[calls["window"] == window]
    counted = bool((services["window"] == window).any())
    table = pd.DataFrame({"station_name": _names(service_stops, calls, stations)}, index=stations)
    table["modes"] = calls.groupby("station")["mode"].agg(lambda modes: " | ".join(sorted(set(modes))))
    for name, values in _frequencies(running, stations).items():
        table[name] = values if counted else np.nan
    table["service_date"] = running.groupby("station")["service_date"].first().reindex(stations)
    return gpd.GeoDataFrame(table, geometry=_places(service_stops, calls, stations), crs=CRS)


def well_connected(
    service_stops: gpd.GeoDataFrame, services: pd.DataFrame, *, top_60_ttwa: bool | None = None
) -> gpd.GeoDataFrame:
    """Say of each station whether it is well-connected by the draft NPPF of December 2025: trains and trams per hour.

    Parameters
    ----------
    service_stops, services
        As in :func:`station_service`.
    top_60_ttwa
        Whether the stations lie in one of the 60 travel-to-work areas of highest GVA, as the user states it. When
        ``None``, no station that runs often enough can be named.

    Returns
    -------
    GeoDataFrame
        The table of :func:`station_service` with ``well_connected`` (``yes``, ``no``, missing where it is
        not known), ``reason``, and ``source``, ``source_date`` and ``confidence`` of the test.

    Raises
    ------
    InputError
        As :func:`station_service`.

    Examples
    --------
    >>> import siteprior as sp
    >>> halt = {"feed": "a", "stop_id": "1", "stop_name": "Alder", "station": "Alder", "step_free": "yes"}
    >>> there = gpd.GeoDataFrame(halt, index=pd.Index(["a:1"], name="stop_code"), crs=27700,
    ...                          geometry=gpd.points_from_xy([400000], [290000]))
    >>> there = sp.schema.conform(there, sp.schema.SERVICE_STOPS)
    >>> runs = {"stop_code": "a:1", "feed": "a", "route": "1", "route_name": "1", "mode": "tram",
    ...         "direction": ["0", "1"], "window": "daytime", "departures": 12, "per_hour": 6.0}
    >>> runs = pd.DataFrame(runs, index=pd.Index(["s1", "s2"], name="service"))
    >>> runs = sp.schema.conform(runs, sp.schema.SERVICES)
    >>> sp.access.well_connected(there, runs, top_60_ttwa=True)[["per_hour", "well_connected"]].values.tolist()
    [[12.0, 'yes']]
    """
    settings = load_parameters("ptal").table("well_connected")
    stations = station_service(service_stops, services)
    overall, one_way = settings.number("per_hour"), settings.number("per_hour_one_direction")
    enough = (stations["per_hour"] >= overall) | (stations["per_hour_one_direction"] >= one_way)
    may_be = enough | (stations["per_hour_one_direction_most"] >= one_way)
    counted = stations["per_hour"].notna()
    where = settings.text("area")
    rules = [
        (~counted, None, f"no departure of the window '{settings.text('window')}' was counted"),
        (~may_be, "no", f"fewer than {overall:g} per hour overall and than {one_way:g} in one direction"),
        (np.full(len(stations), top_60_ttwa is False), "no", f"stated not to lie in a {where}"),
        (
            ~enough,
            None,
            f"cannot tell whether {one_way:g} per hour run one way: directions are distinguished within a route alone",
        ),
        (np.full(len(stations), top_60_ttwa is None), None, f"often enough; not stated whether it lies in a {where}"),
        (enough, "yes", f"at least {overall:g} per hour overall or {one_way:g} in one direction, in a {where}"),
    ]
    holds = [np.asarray(condition, dtype=bool) for condition, _, _ in rules]
    rule = np.select(holds, [np.full(len(stations), place) for place in range(len(rules))])
    stations["well_connected"] = pd.Series([rules[i][1] for i in rule], index=stations.index, dtype="str")
    stations["reason"] = pd.Series([rules[i][2] for i in rule], index=stations.index, dtype="str")
    per_hour = settings.parameter("per_hour")
    stations["source"], stations["source_date"] = per_hour.source, per_hour.date
    stations["confidence"] = per_hour.confidence
    return stations


def _names(service_stops: gpd.GeoDataFrame, calls: pd.DataFrame, stations: pd.Index) -> pd.Series:
    """Return each station's own name, or that of its first stop point by code."""
    served = calls[["station", "stop_code"]].drop_duplicates().sort_values(["station", "stop_code"])
    served["stop_name"] = service_stops["stop_name"].reindex(served["stop_code"]).to_numpy()
    first = served.groupby("station")["stop_name"].first().reindex(stations)
    return service_stops["stop_name"].reindex(stations).fillna(first)


def _frequencies(running: pd.DataFrame, stations: pd.Index) -> dict[str, pd.Series]:
    """Return departures per hour overall, and in the best direction: the least and the most it can be."""
    ways = running.assign(direction=running["direction"].fillna(""))
    most = ways.groupby(["station", "feed", "route", "direction"])["per_hour"].sum()
    least = most.where(most.index.get_level_values("direction") != "", most / 2)
    found = {
        "per_hour": running.groupby("station")["per_hour"].sum(),
        "per_hour_one_direction": least.groupby("station").max(),
        "per_hour_one_direction_most": most.groupby(["station", "feed", "route"]).max().groupby("station").sum(),
    }
    return {name: values.reindex(stations, fill_value=0.0) for name, values in found.items()}


def _places(service_stops: gpd.GeoDataFrame, calls: pd.DataFrame, stations: pd.Index) -> Geometries:
    """Return the middle of each station's stop points; none where no stop point has a place."""
    served = calls[["station", "stop_code"]].drop_duplicates()
    points = shapely.centroid(geometries(service_stops.geometry.reindex(served["stop_code"])))
    places = pd.DataFrame({"x": shapely.get_x(points), "y": shapely.get_y(points), "station": served["station"]})
    middle = places.groupby("station")[["x", "y"]].mean().reindex(stations)
    known = middle.notna().all(axis=1).to_numpy()
    result = np.full(len(stations), None, dtype=object)
    result[known] = shapely.points(middle.to_numpy()[known])
    return result
