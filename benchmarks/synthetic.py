"""A made-up town for benchmarks: streets, stops and services of about the size of the West Midlands.

Nothing in it is a place. Streets are a jittered grid of which a share is left out, so that there are detours and dead
ends; the same seed gives the same town.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.schema import SERVICE_STOPS, SERVICES, conform
from siteprior.walking.network import WalkNetwork, build_network

WEST, SOUTH = 400_000.0, 280_000.0
SIDE_M = 30_000.0


def make_network(*, nodes: int = 300_000, kept: float = 0.8, seed: int = 1) -> WalkNetwork:
    """Make a walking network of about ``nodes`` nodes over a square of 30 km (EPSG:27700)."""
    rng = np.random.default_rng(seed)
    across = round(nodes**0.5)
    step = SIDE_M / across
    grid = np.stack(np.meshgrid(np.arange(across), np.arange(across)), axis=-1).reshape(-1, 2)
    places = (grid + 0.5 + rng.uniform(-0.3, 0.3, grid.shape)) * step + (WEST, SOUTH)
    number = np.arange(across**2).reshape(across, across)
    pairs = np.concatenate(
        [np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
         np.column_stack([number[:-1].ravel(), number[1:].ravel()])]
    )  # fmt: skip
    pairs = pairs[rng.random(len(pairs)) < kept]
    start, end = places[pairs[:, 0]], places[pairs[:, 1]]
    middle = (start + end) / 2 + rng.uniform(-0.1, 0.1, start.shape) * step
    return build_network(shapely.linestrings(np.stack([start, middle, end], axis=1)), ends=pairs)


def make_points(count: int, *, seed: int) -> Any:
    """Make points all over the square: an array of eastings and northings."""
    return np.random.default_rng(seed).uniform((WEST, SOUTH), (WEST + SIDE_M, SOUTH + SIDE_M), (count, 2))


def make_services(*, stops: int = 12_000, routes: int = 600, calls: int = 40, seed: int = 2) -> tuple[Any, Any]:
    """Make service stops and the services of one morning peak: every route runs from stop to nearby stop, both ways."""
    rng = np.random.default_rng(seed)
    places = make_points(stops, seed=seed)
    codes = np.char.add("43000", np.char.zfill(np.arange(stops).astype(str), 6))
    named = {"stop_name": codes, "atco_code": codes, "station": codes}
    table = pd.DataFrame(named, index=pd.Index(codes, name="stop_code"))
    points = gpd.GeoDataFrame(table, geometry=shapely.points(places), crs=27700)
    heading = rng.uniform(0, 2 * np.pi, routes)
    along = np.linspace(-0.5, 0.5, calls)[:, None] * calls * 350.0
    ahead = np.column_stack([np.cos(heading), np.sin(heading)])
    wanted = make_points(routes, seed=seed + 1)[:, None, :] + along * ahead[:, None, :]
    nearest = shapely.STRtree(points.geometry.to_numpy()).nearest(shapely.points(wanted.reshape(-1, 2)))
    mode = np.where(np.arange(routes) % 50 == 0, "rail", np.where(np.arange(routes) % 50 == 1, "tram", "bus"))
    per_hour = rng.integers(1, 13, routes).astype(float)
    rows = pd.DataFrame({"stop_code": codes[nearest], "route": np.repeat(np.arange(routes), calls)}).drop_duplicates()
    both = pd.concat([rows.assign(direction="0"), rows.assign(direction="1")], ignore_index=True)
    both = both.assign(
        mode=mode[both["route"]], per_hour=per_hour[both["route"]], feed="made up", window="am peak",
        departures=per_hour[both["route"]].astype(int), route="r" + both["route"].astype(str).str.zfill(3),
    )  # fmt: skip
    both["route_name"] = both["route"]
    both.index = pd.Index(both["stop_code"] + "|" + both["route"] + "|" + both["direction"], name="service")
    return conform(points, SERVICE_STOPS), conform(both, SERVICES)
