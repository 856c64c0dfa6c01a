"""Where a published layer looked: stated, or known by what the file spans."""

from __future__ import annotations

import pytest
import shapely

from factories.published import AREAS, SOUTH, STUDY, WEST, frame, no_file, square
from siteprior.core.errors import InputError
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers.coverage import coverage_of, is_whole, refuse_elsewhere

HERE = (WEST, SOUTH, WEST + 100, SOUTH + 100)
KENT = (600_000.0, 150_000.0, 600_100.0, 150_100.0)
WHOLE = (85_000.0, 6_000.0, 655_000.0, 656_000.0)


def covered(coverage=None, bounds=HERE, areas=AREAS, find=no_file, spans="england"):
    entry = PublishedLayer(path="a.shp", **({} if coverage is None else {"coverage": coverage}))
    return coverage_of(
        "coal", "a.shp", entry, bounds, areas=areas, study_area=areas.union_all(), find=find, spans=spans
    )


@pytest.mark.parametrize(
    ("bounds", "spans", "whole"),
    [(WHOLE, "england", True), (HERE, "england", False), (None, "england", False), (WHOLE, None, False)],
)
def test_without_a_statement_only_what_spans_the_country_has_looked_there(bounds, spans, whole):
    shape = covered(bounds=bounds, spans=spans).shape
    assert (shape is None) != whole
    assert not whole or shape.equals(STUDY)


def test_the_width_and_the_height_both_count():
    assert is_whole(WHOLE, "england")
    assert not is_whole((85_000, 300_000, 655_000, 400_000), "england")
    assert not is_whole((400_000, 6_000, 450_000, 656_000), "england")
    assert is_whole((0, 0, 700_000, 1_200_000), "england")  # of all Great Britain


def test_a_box_councils_and_polygons(tmp_path):
    assert covered([WEST, SOUTH, WEST + 500, SOUTH + 500]).shape.area == 250_000
    assert covered("E08000026").shape.equals(AREAS.geometry.iloc[1])
    path = tmp_path / "surveyed.gpkg"
    frame([square(0, 0), square(100, 0)]).to_file(path)
    found = covered("surveyed.gpkg", find=lambda name: (tmp_path / name, name))
    assert found.shape.area == pytest.approx(20_000)
    assert [(origin.role, origin.file, origin.rows) for origin in found.provenance] == [
        ("layer extent", "surveyed.gpkg", 2),
    ]  # fmt: skip


def test_england_is_the_areas_with_english_codes():
    welsh = AREAS.rename({"E01000002": "W01000002"}).rename_axis("lsoa_code")
    assert covered("England", areas=welsh).shape.equals(AREAS.geometry.iloc[0])
    none = welsh.rename({"E01000001": "W01000001"}).rename_axis("lsoa_code")
    with pytest.raises(InputError, match=r"coal: a\.shp: coverage is stated as England, and none of the areas"):
        covered("England", areas=none)
    assert covered(bounds=WHOLE, areas=none).shape is None


@pytest.mark.parametrize(
    ("coverage", "bounds", "says"),
    [
        ([1, 2, 3, 4], HERE, "its coverage misses the areas of the project: it is 1 to 3 m east, 2 to 4 m north"),
        ("E08000031", HERE, "coverage names E08000031, and none of the areas of the project lies there; their "
         "districts are E08000025, E08000026"),
        ("England", KENT, "but all its features lie at 600,000 to 600,100 m east"),
    ],
)  # fmt: skip
def test_what_cannot_be_true_is_refused_by_name(coverage, bounds, says):
    with pytest.raises(InputError, match="coal: a.shp: .*" + says):
        covered(coverage, bounds)


def test_england_may_be_stated_of_a_cut_about_the_areas():
    assert covered("England", HERE).stated


@pytest.mark.parametrize(
    ("bounds", "says"), [(KENT, "its features lie at 600,000"), (None, "none of its features has")]
)
def test_a_file_of_another_place_is_named_with_both_places(bounds, says):
    with pytest.raises(InputError, match=says + ".* the areas at 400,000 to 402,000 m east"):
        refuse_elsewhere("coal", "a.shp", bounds, shapely.box(*STUDY.bounds))
