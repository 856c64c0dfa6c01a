from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from siteprior.core.schema import CORRIDOR_STOPS, SITE_SHAPES, STOPS, conform


@pytest.fixture
def make_sites():
    def make(*points, names=None):
        """Make sites at the points; None is a site without a place."""
        names = names or [f"E08:{i}" for i in range(1, len(points) + 1)]
        table = pd.DataFrame({"reference": [n.partition(":")[2] for n in names]}, index=pd.Index(names, name="site_id"))
        places = gpd.GeoSeries(
            [None if p is None else gpd.points_from_xy([p[0]], [p[1]])[0] for p in points], index=table.index
        )
        return gpd.GeoDataFrame(table, geometry=places, crs=27700)

    return make


@pytest.fixture
def make_stops():
    def make(*rows):
        """Make stops from (code, mode, x, y) and, where not open, the state."""
        table = pd.DataFrame([(*row, "open")[:5] for row in rows], columns=["atco_code", "mode", "x", "y", "state"])
        table = table.set_index("atco_code").assign(stop_name=lambda t: "Stop " + t.index)
        points = gpd.points_from_xy(table["x"], table["y"])
        return conform(gpd.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=points, crs=27700), STOPS)

    return make


@pytest.fixture
def make_corridor_stops():
    def make(*rows):
        """Make corridor stops from (corridor, order, x, y) and, where not open, the state."""
        table = pd.DataFrame([(*row, "open")[:5] for row in rows], columns=["corridor", "order", "x", "y", "state"])
        table.index = pd.Index(table["corridor"] + "#" + table["order"].astype(str), name="corridor_stop_id")
        table = table.assign(stop_name="Stop " + table.index, kind="metro")
        points = gpd.points_from_xy(table["x"], table["y"])
        return conform(gpd.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=points, crs=27700), CORRIDOR_STOPS)

    return make


@pytest.fixture
def make_shapes():
    def make(sites, *polygons):
        """Make the sites' shapes; None is a disc, which the joins take from the sites' own columns."""
        basis = ["disc" if polygon is None else "polygon by reference" for polygon in polygons]
        shapes = gpd.GeoSeries(list(polygons), index=sites.index, crs=27700)
        return conform(gpd.GeoDataFrame({"shape_basis": basis}, index=sites.index, geometry=shapes), SITE_SHAPES)

    return make
