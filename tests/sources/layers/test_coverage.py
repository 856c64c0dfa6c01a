"""Where a published layer looked: stated, or known by what the file spans."""

from __future__ import annotations

import importlib
import math
import pkgutil

import pytest
import shapely

from factories.published import AREAS, SOUTH, STUDY, WEST, frame, no_file, square
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import PublishedLayer
from siteprior.sources import evidence
from siteprior.sources.layers.coverage import coverage_of, is_whole, refuse_elsewhere

HERE = (WEST, SOUTH, WEST + 100, SOUTH + 100)
KENT = (600_000.0, 150_000.0, 600_100.0, 150_100.0)
ALL = (85_000.0, 6_000.0, 655_000.0, 656_000.0)
EVIDENCE = load_parameters("evidence")
EVIDENCE_LAYERS = [each.name for each in pkgutil.iter_modules(evidence.__path__)]
LEAST = {name: int(EVIDENCE.table("features").number(name)) for name in EVIDENCE.table("features")}
SPANS = {name: name if name in EVIDENCE.table("spans") else "england" for name in LEAST}


def spread(many, spans="england", without=0):
    """Return features evenly over the squares of a national layer, but the last few."""
    listed = EVIDENCE.table("spans").parameter(spans).value
    listed = listed[: len(listed) - without]
    return tuple((east, north, -(-many // len(listed))) for east, north in listed)


WHOLE = spread(LEAST["coal"])


def covered(coverage=None, bounds=HERE, squares=(), areas=AREAS, find=no_file, spans="england"):
    entry = PublishedLayer(path="a.shp", **({} if coverage is None else {"coverage": coverage}))
    return coverage_of(
        "coal", "a.shp", entry, bounds, squares, areas=areas, study_area=areas.union_all(), find=find, spans=spans
    )


@pytest.mark.parametrize(
    ("squares", "spans", "whole"),
    [(WHOLE, "england", True), (((4, 2, 5_000),), "england", False), ((), "england", False), (WHOLE, None, False)],
)
def test_without_a_statement_only_what_fills_the_country_has_looked_there(squares, spans, whole):
    shape = covered(bounds=ALL, squares=squares, spans=spans).shape
    assert (shape is None) != whole
    assert not whole or shape.equals(STUDY)


@pytest.mark.parametrize("name", LEAST)
def test_a_national_file_has_its_number_of_features_in_most_squares(name):
    many, spans = LEAST[name], SPANS[name]
    listed = len(EVIDENCE.table("spans").parameter(spans).value)
    may_lack = math.floor(listed * (1 - EVIDENCE.number("whole_from")) + 1e-9)
    assert is_whole(spread(many, spans), name, spans)
    assert is_whole(spread(many, spans, without=may_lack), name, spans)
    assert not is_whole(spread(many, spans, without=may_lack + 1), name, spans)
    assert not is_whole(spread(many // 2, spans), name, spans)
    east, north, in_each = spread(many, spans)[0]
    elsewhere = spread(listed, spans)[1:]
    assert not is_whole(((east, north, many), *elsewhere), name, spans)  # a cut, and one in each of the others
    also_scotland = (*spread(many, spans), (3, 6, in_each), (2, 7, in_each))
    assert is_whole(also_scotland, name, spans)


def test_every_layer_that_has_a_national_file_has_its_numbers():
    wanted = [
        importlib.import_module(f"siteprior.sources.evidence.{name}").WANTED
        for name in EVIDENCE_LAYERS
        if hasattr(importlib.import_module(f"siteprior.sources.evidence.{name}"), "WANTED")
    ]
    spans = {each.name: each.spans for each in wanted if getattr(each, "spans", None) is not None}
    assert spans == SPANS


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
    assert covered(bounds=ALL, squares=WHOLE, areas=none).shape is None


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
