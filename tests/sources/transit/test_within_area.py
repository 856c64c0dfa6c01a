"""Corridors of a larger file, cut to what lies about a study area."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.sources.transit.within_area import lines_within, stops_within

AREA = shapely.box(410_000, 280_000, 420_000, 290_000)


def stops(*places):
    index = pd.Index([f"{line}#{order}" for line, order, *_ in places], name="corridor_stop_id")
    known = {
        "corridor": [line for line, *_ in places], "order": [order for _, order, *_ in places],
        "stop_name": "Stop", "state": "open", "chainage_m": 0.0,
    }  # fmt: skip
    points = gpd.points_from_xy([x for *_, x, _ in places], [y for *_, y in places])
    return schema.conform(gpd.GeoDataFrame(known, index=index, geometry=points, crs=27700), schema.CORRIDOR_STOPS)


def lines(**shapes):
    known = {"kind": "rail", "length_m": [shape.length for shape in shapes.values()]}
    index = pd.Index(list(shapes), name="corridor")
    return schema.conform(
        gpd.GeoDataFrame(known, index=index, geometry=list(shapes.values()), crs=27700), schema.CORRIDORS
    )


def test_stops_in_reach_of_the_area_stay_with_their_order_and_a_chainage_of_their_own():
    # 409 000 lies 1 km west of the area, 400 000 ten
    table = stops(("A", 1, 400_000, 285_000), ("A", 2, 409_000, 285_000), ("A", 3, 412_000, 289_000), ("B", 1, 0, 0))
    near = stops_within(table, AREA, margin_m=1000)
    assert near.index.tolist() == ["A#2", "A#3"]
    assert near["order"].tolist() == [2, 3]
    assert near["chainage_m"].tolist() == [0, 5000]  # 3 km east, 4 km north
    assert stops_within(table, AREA, margin_m=999).index.tolist() == ["A#3"]


def test_nothing_changes_where_all_lies_inside():
    table = stops(("A", 1, 411_000, 285_000), ("A", 2, 412_000, 285_000))
    assert stops_within(table, AREA, margin_m=0) is table


def test_lines_are_cut_at_the_margin_and_those_outside_go():
    table = lines(
        through=shapely.LineString([(400_000, 285_000), (430_000, 285_000)]),
        inside=shapely.LineString([(411_000, 285_000), (412_000, 285_000)]),
        outside=shapely.LineString([(0, 0), (1000, 0)]),
        touching=shapely.LineString([(421_000, 285_000), (425_000, 285_000)]),
    )
    cut = lines_within(table, AREA, margin_m=1000)
    assert cut["length_m"].round(6).to_dict() == {"through": 12_000, "inside": 1000}
    assert cut.geometry["inside"].equals(table.geometry["inside"])
    assert cut.geometry["through"].bounds == (409_000, 285_000, 421_000, 285_000)


def test_a_line_that_leaves_and_comes_back_is_one_corridor_in_parts():
    u = shapely.LineString([(415_000, 285_000), (415_000, 300_000), (418_000, 300_000), (418_000, 285_000)])
    cut = lines_within(lines(u=u), AREA, margin_m=1000)
    assert cut.geometry["u"].geom_type == "MultiLineString"
    assert cut["length_m"].tolist() == [12_000]


def test_other_tables_are_refused():
    with pytest.raises(InputError, match="corridor_stops"):
        stops_within(lines(a=shapely.LineString([(0, 0), (1, 0)])), AREA, margin_m=0)
    with pytest.raises(InputError, match="lines"):
        lines_within(stops(("A", 1, 0, 0)), AREA, margin_m=0)
