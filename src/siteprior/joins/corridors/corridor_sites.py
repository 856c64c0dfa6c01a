"""Every site under every corridor in reach: which stop, how far, where along the line and on which side."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.schema import SITE_CORRIDORS, conform
from siteprior.joins._geometry import coordinates
from siteprior.joins.access.walks import Walking
from siteprior.joins.corridors.chainage import along, extents
from siteprior.joins.corridors.corridor_walks import corridor_walks, counted_stops, decay


def corridor_sites(
    sites: gpd.GeoDataFrame,
    corridor_stops: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame,
    walking: Walking | None = None,
    *,
    reach_m: float | None = None,
    count_planned: bool = False,
) -> pd.DataFrame:
    """List the sites in reach of each corridor, with walk and chainage in metres.

    Each corridor is measured for itself, as
    :func:`siteprior.joins.corridors.corridor_walks.join_corridors` measures the nearest: a site in reach of three
    corridors has three rows, and the nearest of them is marked.

    Parameters
    ----------
    sites, corridor_stops, lines, walking, reach_m, count_planned
        As in :func:`siteprior.joins.corridors.corridor_walks.join_corridors`.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SITE_CORRIDORS`, by corridor, chainage and ``site_id``; possibly no row.

    Raises
    ------
    InputError
        As :func:`siteprior.joins.corridors.corridor_walks.join_corridors` does.

    Examples
    --------
    >>> import siteprior as sp
    >>> sites = gpd.GeoDataFrame({"site_name": ["Mill", "Depot"]}, index=pd.Index(["a", "b"], name="site_id"),
    ...                          geometry=gpd.points_from_xy([400100, 400900], [290000, 290300]), crs=27700)
    >>> known = {"corridor": "Line 1", "kind": "metro", "order": [1, 2], "state": "open"}
    >>> known["stop_name"] = ["Alder", "Birch"]
    >>> calls = gpd.GeoDataFrame(known, index=pd.Index(["1#1", "1#2"], name="corridor_stop_id"), crs=27700,
    ...                          geometry=gpd.points_from_xy([400000, 401000], [290000] * 2))
    >>> calls = sp.schema.conform(calls, sp.schema.CORRIDOR_STOPS)
    >>> lines = sp.transit.corridor_lines(calls)
    >>> rows = sp.corridors.sites(sites, calls, lines, reach_m=300)
    >>> rows[["site_id", "stop", "walk_m", "side"]].values.tolist()
    [['a', 'Alder', 130.0, 'on the line']]
    """
    walking = walking or Walking()
    counted = counted_stops(sites, corridor_stops, lines, count_planned=count_planned)
    found = corridor_walks(sites, counted, walking, reach_m=reach_m)
    chainage, side = along(
        coordinates(sites)[found.site], extents(sites, walking.shapes)[found.site], found.stop, counted, lines
    )
    stops = counted.iloc[found.stop].reset_index(drop=True)
    table = pd.DataFrame(
        {
            "site_id": sites.index[found.site],
            "corridor": stops["corridor"],
            "kind": stops["kind"],
            "stop": stops["stop_name"],
            "stop_order": stops["order"],
            "stop_state": stops["state"],
            "walk_m": found.reach_m,
            "walk_basis": walking.basis,
            "chainage_m": chainage,
            "side": side,
            "decay": decay(found.reach_m),
            "nearest": np.where(found.nearest[found.site] == found.stop, "yes", "no"),
        }
    ).sort_values(["corridor", "chainage_m", "site_id"], kind="stable")
    table.index = pd.Index(table["site_id"] + "|" + table["corridor"], name=SITE_CORRIDORS.index, dtype="str")
    listed: pd.DataFrame = conform(table, SITE_CORRIDORS)
    return listed
