"""A small network for scenarios: a tram, a growth area and a railway, their stops, and what calls there."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.core.schema import CORRIDOR_STOPS, SERVICES, STOPS, conform

ADD = {"corridor": "Tram", "stop_name": "New", "easting": 400500, "northing": 290000}


def make(*rows):
    """Make corridor stops from (corridor, kind, order, name, code, state, easting)."""
    names = ["corridor", "kind", "order", "stop_name", "atco_code", "state", "x"]
    table = pd.DataFrame(rows, columns=names)
    table["chainage_m"] = table["x"] - table.groupby("corridor")["x"].transform("first")
    table.index = pd.Index(table["corridor"] + "#" + table["order"].astype(str), name="corridor_stop_id")
    points = gpd.points_from_xy(400000 + table["x"], [290000] * len(table))
    return conform(gpd.GeoDataFrame(table.drop(columns="x"), geometry=points, crs=27700), CORRIDOR_STOPS)


@pytest.fixture
def own():
    return make(
        ("Tram", "metro", 1, "A", "9400A", "open", 0), ("Tram", "metro", 2, "B", "9400B", "planned", 1000),
        ("Tram", "metro", 3, "C", None, "planned", 2000), ("Tram", "metro", 4, "D", None, "closed", 3000),
        ("Area", "growth-area", 1, "Bridge", None, "planned", 500),
        ("Area", "growth-area", 2, "B", "9400B2", "planned", 1000),
        ("Rail", "rail", 1, "Hub", "9100H", "open", 0), ("Rail", "rail", 2, "End", "9100E", "open", 9000),
    )  # fmt: skip


@pytest.fixture
def stops():
    """B has two records: 9400B2 is folded into 9400B; Quiet is on no corridor."""
    rows = {
        "9100E": ("End", "rail", "open", None), "9100H": ("Hub", "rail", "open", None),
        "9100Q": ("Quiet", "rail", "planned", None), "9400A": ("A", "metro", "open", None),
        "9400B": ("B", "metro", "planned", "9400B2"),
    }  # fmt: skip
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["stop_name", "mode", "state", "other_codes"])
    table = gpd.GeoDataFrame(table.rename_axis("atco_code"), geometry=gpd.points_from_xy([0] * 5, [0] * 5), crs=27700)
    return conform(table, STOPS)


@pytest.fixture
def services():
    rows = [
        ("9400A", "T1", "Line 1", "tram", "am peak", 12), ("9400A", "T1", "Line 1", "tram", "sunday", 5),
        ("9400A", "X", "X1", "bus", "am peak", 4), ("9400B2", "T1", "Line 1", "tram", "am peak", 1),
        ("9100H", "R", "Hub - End", "rail", "am peak", 2),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["stop_code", "route", "route_name", "mode", "window", "departures"])
    table = table.assign(per_hour=table["departures"] / 2)
    table.index = pd.Index(table["stop_code"] + "|" + table["route"] + "||" + table["window"], name="service")
    return conform(table, SERVICES)


def states(table):
    return table["state"].to_dict()


@pytest.fixture
def placed(stops):
    """The stops of the corridors in their places: 9400A at 0, 9400B at 1000 and 9100H at 0 metres east."""
    east = {"9100E": 9000, "9100H": 0, "9100Q": 5000, "9400A": 0, "9400B": 1000}
    points = [shapely.Point(400000 + east[code], 290000) for code in stops.index]
    return stops.set_geometry(gpd.GeoSeries(points, index=stops.index, crs=27700))
