"""Functions of the old flat list with the arguments and results they had; they go with :mod:`old_names`.

Joins gave the sites with the new columns, and took how walks are measured as single arguments; readers of one file
took it as ``path``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from siteprior.joins.access.walks import Walking
    from siteprior.walking.network import WalkNetwork

CHANGED = frozenset(
    {
        "catchments",
        "corridor_catchments",
        "corridor_sites",
        "join_access",
        "join_access_index",
        "join_areas",
        "join_corridors",
        "join_history",
        "join_prices",
    }
)
"""The functions that stand here; all others are what they were."""


def _walking(
    network: WalkNetwork | None,
    shapes: gpd.GeoDataFrame | None,
    walk_factor: float | None,
    max_snap_m: float | None,
) -> Walking:
    """Return single arguments as one object; ``None`` stood for the number of the parameters."""
    from siteprior.joins.access.walks import Walking

    plain = Walking(network, shapes)
    return Walking(
        network,
        shapes,
        plain.walk_factor if walk_factor is None else walk_factor,
        plain.max_snap_m if max_snap_m is None else max_snap_m,
    )


def _joined(sites: gpd.GeoDataFrame, new: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the sites with new columns, in place of those they had by the same names."""
    return sites.drop(columns=new.columns.intersection(sites.columns)).join(new)


def join_areas(sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the sites joined with :func:`siteprior.joins.areas.join_areas`."""
    from siteprior.joins.areas import join_areas as columns_of

    return _joined(sites, columns_of(sites, areas))


def join_history(sites: gpd.GeoDataFrame, history: pd.DataFrame | None) -> gpd.GeoDataFrame:
    """Return the sites joined with :func:`siteprior.joins.history.join_history`."""
    from siteprior.joins.history import join_history as columns_of

    return _joined(sites, columns_of(sites, history))


def join_prices(
    sites: gpd.GeoDataFrame,
    sales: gpd.GeoDataFrame,
    *,
    price_date: date,
    dwellings: gpd.GeoDataFrame | None = None,
    years_held: float | None = None,
) -> gpd.GeoDataFrame:
    """Return the sites joined with :func:`siteprior.joins.sales.join_prices`."""
    from siteprior.joins.sales import join_prices as columns_of

    return _joined(sites, columns_of(sites, sales, price_date=price_date, dwellings=dwellings, whole_years=years_held))


def join_access(
    sites: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    *,
    walk_factor: float,
    speed_m_per_min: float | None = None,
    shapes: gpd.GeoDataFrame | None = None,
    network: WalkNetwork | None = None,
    max_snap_m: float | None = None,
) -> gpd.GeoDataFrame:
    """Return the sites joined with :func:`siteprior.joins.access.walk_access.join_access`."""
    from siteprior.joins.access.walk_access import join_access as columns_of

    walking = _walking(network, shapes, walk_factor, max_snap_m)
    return _joined(sites, columns_of(sites, stops, walking, speed_m_per_min=speed_m_per_min))


def join_corridors(
    sites: gpd.GeoDataFrame,
    corridor_stops: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame,
    *,
    walk_factor: float,
    reach_m: float,
    count_planned: bool = False,
    shapes: gpd.GeoDataFrame | None = None,
    network: WalkNetwork | None = None,
    max_snap_m: float | None = None,
) -> gpd.GeoDataFrame:
    """Return the sites joined with :func:`siteprior.joins.corridors.corridor_walks.join_corridors`."""
    from siteprior.joins.corridors.corridor_walks import join_corridors as columns_of

    walking = _walking(network, shapes, walk_factor, max_snap_m)
    return _joined(
        sites, columns_of(sites, corridor_stops, lines, walking, reach_m=reach_m, count_planned=count_planned)
    )


def corridor_sites(
    sites: gpd.GeoDataFrame,
    corridor_stops: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame,
    *,
    walk_factor: float,
    reach_m: float,
    count_planned: bool = False,
    shapes: gpd.GeoDataFrame | None = None,
    network: WalkNetwork | None = None,
    max_snap_m: float | None = None,
) -> pd.DataFrame:
    """Return :func:`siteprior.joins.corridors.corridor_sites.corridor_sites`."""
    from siteprior.joins.corridors.corridor_sites import corridor_sites as rows_of

    walking = _walking(network, shapes, walk_factor, max_snap_m)
    return rows_of(sites, corridor_stops, lines, walking, reach_m=reach_m, count_planned=count_planned)


def join_access_index(
    sites: gpd.GeoDataFrame,
    service_stops: gpd.GeoDataFrame,
    services: pd.DataFrame,
    network: WalkNetwork | None,
    *,
    shapes: gpd.GeoDataFrame | None = None,
    max_snap_m: float | None = None,
    walk_factor: float | None = None,
    top_60_ttwa: bool | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the sites joined with :func:`siteprior.joins.access.ptal_sites.join_access_index`, and the routes."""
    from siteprior.joins.access.ptal_sites import join_access_index as index_of

    # Without streets nothing was measured, unless a factor was given.
    walking = None if network is None and walk_factor is None else _walking(network, shapes, walk_factor, max_snap_m)
    columns, routes = index_of(sites, service_stops, services, walking, top_60_ttwa=top_60_ttwa)
    return _joined(sites, columns), routes


def catchments(
    network: WalkNetwork | None,
    points: gpd.GeoDataFrame,
    *,
    bands_m: Sequence[float] | None = None,
    basis: str = "streets",
    max_snap_m: float | None = None,
    walk_factor: float | None = None,
    buffer_m: float | None = None,
    fill_ha: float | None = None,
    hull_ratio: float | None = None,
) -> gpd.GeoDataFrame:
    """Return :func:`siteprior.joins.access.catchment_areas.catchments`."""
    from siteprior.joins.access.catchment_areas import catchments as drawn

    walking = _walking(network, None, walk_factor, max_snap_m)
    return drawn(
        points, walking, bands_m=bands_m, basis=basis, buffer_m=buffer_m, fill_ha=fill_ha, hull_ratio=hull_ratio
    )


def corridor_catchments(
    corridor_stops: gpd.GeoDataFrame,
    network: WalkNetwork | None,
    *,
    count_planned: bool = False,
    bands_m: Sequence[float] | None = None,
    basis: str = "streets",
    max_snap_m: float | None = None,
    walk_factor: float | None = None,
    buffer_m: float | None = None,
    fill_ha: float | None = None,
    hull_ratio: float | None = None,
) -> gpd.GeoDataFrame:
    """Return :func:`siteprior.joins.access.catchment_areas.corridor_catchments`."""
    from siteprior.joins.access.catchment_areas import corridor_catchments as drawn

    walking = _walking(network, None, walk_factor, max_snap_m)
    return drawn(
        corridor_stops,
        walking,
        count_planned=count_planned,
        bands_m=bands_m,
        basis=basis,
        buffer_m=buffer_m,
        fill_ha=fill_ha,
        hull_ratio=hull_ratio,
    )
