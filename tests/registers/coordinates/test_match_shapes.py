"""Which polygon is which site's, pair by pair."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.core.issues import IssueLog
from siteprior.core.schema import REGISTER, SHAPES, conform
from siteprior.registers.coordinates.match_shapes import areas_agree, by_location, by_reference

DUDLEY, SANDWELL = "E08000027", "E08000028"


def sites(*rows):
    """Make sites from (reference, x, hectares); the file is a.csv, its rows from 2."""
    references, x, hectares = zip(*rows, strict=True)
    table = gpd.GeoDataFrame(
        {"reference": references, "organisation": DUDLEY, "hectares": hectares, "file": "a.csv",
         "row": range(2, len(rows) + 2)},
        index=pd.Index([f"{DUDLEY}:{n}" for n in range(1, len(rows) + 1)], name="site_id"),
        geometry=gpd.points_from_xy(x, [0.0] * len(rows)), crs=27700,
    )  # fmt: skip
    return conform(table, REGISTER)


def polygons(*rows):
    """Make squares of one hectare from (reference, x of the middle, council)."""
    references, x, councils = zip(*rows, strict=True)
    table = gpd.GeoDataFrame(
        {"reference": references, "organisation": councils, "hectares": 1.0},
        index=pd.Index([f"own#{n}" for n in range(1, len(rows) + 1)], dtype="str"),
        geometry=[shapely.box(middle - 50, -50, middle + 50, 50) for middle in x], crs=27700,
    )  # fmt: skip
    return conform(table, SHAPES)


def matched(match, *tables):
    log = IssueLog()
    pairs = match(*tables, log)
    assert list(pairs.columns) == ["site", "shape"]
    return list(zip(pairs["site"].str[-1], pairs["shape"].str[-1], strict=True)), [row["action"] for row in log.rows]


def test_one_reference_in_two_spellings_within_reach():
    assert matched(by_reference, sites(("BR/001", 0, 1)), polygons(("br 1", 900, None))) == ([("1", "1")], [])
    assert matched(by_reference, sites(("BR/001", 0, 1)), polygons(("br 1", 1100, None))) == ([], [])


def test_a_polygon_of_the_council_out_of_reach_is_reported_with_its_distance():
    pairs, actions = matched(by_reference, sites(("1", 0, 1)), polygons(("1", 2050, DUDLEY)))
    assert pairs == []
    assert actions == ["polygon not used: the one of this reference lies 2,000 m from the site"]


def test_a_polygon_of_another_council_is_no_sites():
    assert matched(by_reference, sites(("1", 0, 1)), polygons(("1", 0, SANDWELL))) == ([], [])


def test_several_polygons_of_one_reference_make_one_shape_and_two_sites_share_none():
    pairs, actions = matched(by_reference, sites(("1", 0, 1)), polygons(("1", 0, None), ("1", 100, None)))
    assert pairs == [("1", "1"), ("1", "2")]
    assert actions == ["2 polygons of this reference make up its shape"]
    pairs, actions = matched(by_reference, sites(("1", 0, 1), ("1", 10, 1)), polygons(("1", 0, None)))
    assert pairs == []
    assert actions == ["polygon not used: another site bears its reference, too"] * 2


def test_place_and_size_must_agree_one_to_one():
    assert matched(by_location, sites(("1", 0, 1.4)), polygons((None, 0, None))) == ([("1", "1")], [])
    assert matched(by_location, sites(("1", 0, 1.6)), polygons((None, 0, None))) == ([], [])
    assert matched(by_location, sites(("1", 99, 1)), polygons((None, 0, None))) == ([("1", "1")], [])  # 49 m outside
    assert matched(by_location, sites(("1", 101, 1)), polygons((None, 0, None))) == ([], [])
    _, actions = matched(by_location, sites(("1", 0, 1), ("2", 5, 1)), polygons((None, 0, None)))
    assert actions == ["polygon not used: another site of its size lies there, too"] * 2
    _, actions = matched(by_location, sites(("1", 0, 1)), polygons((None, 0, None), (None, 10, None)))
    assert actions == ["polygon not used: several of its size lie here"]


@pytest.mark.parametrize(("one", "other", "agree"), [(1, 1.5, True), (1.5, 1, True), (1, 1.51, False), (0, 0, False)])
def test_areas_agree_within_the_ratio_of_one_and_a_half(one, other, agree):
    assert areas_agree(np.array([one, np.nan]), np.array([other, 1.0])).tolist() == [agree, False]
