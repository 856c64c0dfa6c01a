"""One corridor for strip maps: its stops, sites and the walks between them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.schema import CORRIDOR_STOPS, SITE_CORRIDORS, conform


def make_stops(names, chainage, states="open", corridor="Line", kind="metro"):
    table = pd.DataFrame({"stop_name": names, "chainage_m": chainage, "state": states}).assign(
        corridor=corridor, kind=kind, order=range(1, len(names) + 1)
    )
    table.index = pd.Index([f"{corridor}#{i}" for i in table["order"]], name="corridor_stop_id")
    places = gpd.points_from_xy(400_000 + table["chainage_m"], [300_000] * len(table))
    return conform(gpd.GeoDataFrame(table, geometry=places, crs=27700), CORRIDOR_STOPS)


def make_sites(count, homes=40.0):
    index = pd.Index([f"E08:{i}" for i in range(1, count + 1)], name="site_id")
    ranked = np.arange(1, count + 1) <= count - 1  # the last was considered, not ranked
    table = pd.DataFrame(
        {
            "site_name": [f"Works $ {i} $" for i in range(1, count + 1)],
            "capacity_dwellings": pd.array(np.broadcast_to(homes, count), dtype="Float64"),
            "eligible": np.where(ranked, "yes", "no"),
            "rank": pd.array(np.where(ranked, np.arange(1, count + 1), pd.NA), dtype="Int64"),
            "score": np.where(ranked, np.linspace(0.9, 0.1, count), np.nan),
            "score_band": pd.Series(np.where(np.arange(count) < 2, "0.7 and over", "under 0.7"))
            .where(ranked)
            .to_numpy(),
            "market_failure": np.resize(["Identified", "Indicated", "Not found", "Cannot tell"], count),
        },
        index=index,
    )
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([4e5] * count, [3e5] * count), crs=27700)


def make_rows(sites, chainage, walk, side, stop="Alder"):
    rows = pd.DataFrame({"site_id": sites.index, "chainage_m": chainage, "walk_m": walk, "side": side})
    rows = rows.assign(corridor="Line", stop=stop, stop_state="open")
    return conform(rows.set_index(rows["site_id"] + "|Line"), SITE_CORRIDORS)
