"""Which polygon is which site's, pair by pair."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.core.schema import REGISTER, SHAPES, conform
from siteprior.registers.coordinates.match_shapes import (
    agreement,
    all_shapes,
    areas_agree,
    as_given,
    by_location,
    by_reference,
    join_references,
    of_sites_given,
)

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


def joined(here, drawn):
    return join_references(here, drawn, file="own.gpkg")


def test_the_fewer_references_are_looked_up_among_the_more():
    few_drawn = joined(sites(("BR/001", 0, 1), ("BR/002", 0, 1), ("BR/003", 0, 1)), polygons((" br 1", 0, None)))
    assert (few_drawn.codes, few_drawn.met, few_drawn.sentence) == (1, 1, "")
    many = polygons(("BR/1", 0, None), ("X1", 0, None), ("X2", 0, None), ("x 2", 0, None))
    national = joined(sites(("br 1", 9e9, 1), (None, 0, 1)), many)
    assert (national.codes, national.met) == (1, 1)  # too far away is for by_reference: nothing is refused
    some = joined(sites(("A1", 0, 1), ("A2", 0, 1), ("A3", 0, 1)), polygons(("A1", 0, None), ("B1", 0, None)))
    assert some.sentence == (
        "polygons of sites: 1 of the 2 references of own.gpkg found in the site lists (not B1, for example): "
        "these polygons of own.gpkg are matched by place alone"
    )
    fewer = joined(sites(("A1", 0, 1), ("A2", 0, 1)), polygons(("A1", 0, None), ("B1", 0, None), ("B2", 0, None)))
    assert (fewer.codes, fewer.met, fewer.unmet) == (2, 1, ("A2",))


def test_polygons_none_of_which_bears_a_sites_reference_are_refused_with_one_of_each_side():
    with pytest.raises(InputError) as raised:
        joined(sites(("BR/001", 0, 1), ("BR/002", 0, 1)), polygons(("17", 0, None)))
    assert raised.value.faults == (
        "own.gpkg: has a row for none of the 2 sites' references; it has codes such as 17, the sites' references such "
        "as BR/001; name the column with the sites' references, or none: the polygons are then matched by place",
    )


def test_polygons_of_a_council_are_those_of_its_sites_alone():
    here = sites(("S1", 0, 1))
    assert joined(here, polygons(("S1", 0, DUDLEY))).share == 1
    elsewhere = joined(here, polygons(("S1", 0, SANDWELL)))  # no site of that council: nothing to compare with
    assert (elsewhere.met, elsewhere.few) == (0, False)
    assert joined(here, polygons((None, 0, None))).codes == 0


def test_a_polygon_is_the_site_s_it_was_given_as_unless_it_lies_far_off():
    here = sites(("A1", 0, 1.0), ("A2", 0, 1.0), ("A3", 2000, 1.0))
    given = polygons((None, 40, None), ("A1", 0, None), (None, 900, None), ("x", 0, None), (None, 0, None))
    given["site_id"] = [f"{DUDLEY}:2", f"{DUDLEY}:1", f"{DUDLEY}:3", "E1:elsewhere", None]
    log = IssueLog()
    pairs = as_given(here, given, log)
    assert pairs.values.tolist() == [[f"{DUDLEY}:2", "own#1"], [f"{DUDLEY}:1", "own#2"]]
    # the edge of the third lies at x = 950, its site 1,050 m from there
    assert [(row["site_id"], row["action"]) for row in log.rows] == [
        (f"{DUDLEY}:3", "polygon not used: it lies 1,050 m from the place stated")
    ]


def test_a_further_polygon_of_a_site_given_as_one_is_named_and_not_used():
    log = IssueLog()
    pairs = of_sites_given(sites(("A1", 0, 1.0)), polygons(("a-1", 0, None), ("a-1", 50, None), ("b", 0, None)), log)
    assert pairs["shape"].tolist() == ["own#1", "own#2"]
    assert [row["action"] for row in log.rows] == ["polygon of its reference not used: the site is given as one"]


def test_labels_of_several_layers_of_one_file_are_numbered():
    first, second = polygons(("a", 0, None), ("b", 200, None)), polygons(("c", 400, None))
    together = all_shapes([first.iloc[:0], first, second])
    assert together["reference"].to_dict() == {"own#1": "a", "own#2": "b", "own#1~2": "c"}
    assert together.geometry["own#1~2"].centroid.x == 400
    assert len(all_shapes([first.iloc[:0]])) == 0


def test_an_area_measured_from_the_polygon_is_no_second_opinion_on_it():
    here = sites(("A1", 0, 1.0), ("A2", 0, 1.6), ("A3", 0, 1.6), ("A4", 0, 1.0))
    shapes = here.assign(shape_id=["s", "s", "s", None], shape_hectares=1.0)
    log = IssueLog()
    basis = pd.Series(["stated", "stated", "measured", "stated"], index=here.index)
    assert agreement(shapes, here.assign(hectares_basis=basis), log).fillna("").tolist() == ["yes", "no", "", ""]
    assert [(row["issue_type"], row["value"], row["action"]) for row in log.rows] == [
        ("too large", "1.6", "both kept: the polygon measures 1.00 ha")
    ]
