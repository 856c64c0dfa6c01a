"""Large layers of a GeoPackage: what lies about the shortlist, where all of it stands as GeoParquet beside it."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely

from siteprior.core.parameters import load_parameters
from siteprior.report.geopackage.geoparquet import whole_layer
from siteprior.report.geopackage.layers import LAYERS

AROUND = ("stops", "areas")
"""The layers that are there for what lies about the sites."""


def large_layers(layers: Mapping[str, gpd.GeoDataFrame]) -> list[str]:
    """Return which of the layers round the sites have more features than ``large_layer_rows``.

    Examples
    --------
    >>> large_layers({"stops": gpd.GeoDataFrame(index=range(30_001)), "sites": gpd.GeoDataFrame(index=range(40_000))})
    ['stops']
    """
    most = load_parameters("report").integer("large_layer_rows")
    return [name for name in layers if name in AROUND and len(layers[name]) > most]


def near_shortlist(layer: gpd.GeoDataFrame, shortlist: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return what of a layer lies within ``near_shortlist_m`` of a shortlisted site (metres, EPSG:27700), in its order.

    Without a shortlist that is all of it.

    Examples
    --------
    >>> stops = gpd.GeoDataFrame({"stop": ["a", "b"]}, geometry=gpd.points_from_xy([4e5, 4e5], [3e5, 3.1e5]), crs=27700)
    >>> near_shortlist(stops, stops.iloc[[0]])["stop"].tolist()
    ['a']
    """
    if shortlist.empty:
        return layer
    tree = shapely.STRtree(shortlist.geometry.to_numpy())
    near, _ = tree.query(
        layer.geometry.to_numpy(), predicate="dwithin", distance=load_parameters("report").number("near_shortlist_m")
    )
    return layer.iloc[np.unique(near)]


def near_words(name: str, shown: int, of: int, *, listed: str = "the shortlist", whole: str = "") -> str:
    """Return what a layer says of itself where the rest of it stands beside it, or else where (``whole``).

    Examples
    --------
    >>> near_words("stops", 1_200, 290_000).partition(": ")[2]
    'the 1,200 of 290,000 within 5 km of the shortlist; geoparquet/stops.parquet has all'
    """
    reach = load_parameters("report").number("near_shortlist_m") / 1000
    return (
        f"{LAYERS[name].description}: the {shown:,} of {of:,} within {reach:g} km of {listed}; "
        f"{whole or whole_layer(name)} has all"
    )
