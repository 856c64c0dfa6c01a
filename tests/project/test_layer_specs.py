"""What one layer states: units and titles that follow, how codes reach the sites, and what does not go together."""

from __future__ import annotations

import json

import pytest

from factories.layers import FLOOD, GRID, TABLE
from siteprior.core.errors import ProjectError
from siteprior.project.layer_checks import parse_layer
from siteprior.project.layer_specs import AREAS, MEASURES, UNITS, RasterSpec, TableSpec, VectorSpec, kind_fault


def test_a_layer_is_recorded_as_it_was_stated():
    stated = {
        **FLOOD,
        "where": {"column": "zone", "values": 3},
        "criterion": {"worst": 1, "best": 0},
        "vintage": "2022",
    }
    blank = dict.fromkeys(("url", "dataset", "part", "sha256", "publisher", "licence", "attribution"), "")
    spec = parse_layer(stated)
    assert spec.model_dump(mode="json", exclude_none=True) == {**blank, **stated}
    assert json.dumps(spec.model_dump(mode="json")["criterion"]) == '{"worst": 1, "best": 0}'
    assert spec.model_dump(include={"vintage", "licence"}) == {"vintage": "2022", "licence": ""}


def test_how_a_table_reaches_the_sites():
    ward = {**TABLE, "by": "ward_code", "lookup": {"path": "w.geojson", "to": "WD25CD"}}
    own, by_place = parse_layer(TABLE), parse_layer(ward)
    district = parse_layer({**TABLE, "by": "district_code", "year": None})
    assert [spec.joined_by for spec in (own, by_place, district)] == ["lsoa_code", "", "district_code"]
    assert [spec.lsoa_year for spec in (own, by_place, district)] == [2021, None, None]
    assert set(AREAS) == {"lsoa_code", "msoa_code", "ward_code", "district_code"}


@pytest.mark.parametrize(
    ("stated", "unit"),
    [
        ({**FLOOD, "unit": "acres"}, "0-1"),
        ({**FLOOD, "measure": "nearest"}, "m"),
        ({**FLOOD, "measure": "count"}, "features"),
        ({**FLOOD, "measure": "within", "unit": "m"}, ""),
        ({**GRID, "unit": "dB"}, "dB"),
        (GRID, ""),
    ],
)
def test_some_measures_decide_on_the_unit(stated, unit):
    assert parse_layer(stated).unit == unit


def test_the_title_is_the_name_in_words_where_none_is_stated():
    assert parse_layer({**FLOOD, "name": "flood_zone_1"}).title == "Flood zone 1"
    assert parse_layer({**FLOOD, "title": "FZ3"}).title == "FZ3"


def test_what_is_asked_of_a_layer_that_has_none_is_none():
    flood, grid = parse_layer(FLOOD), parse_layer({**GRID, "measure": "share_above", "threshold": 5})
    assert (flood.attribute, flood.joined_by, flood.lsoa_year, flood.search_radius_m) == (None, "", None, None)
    assert (flood.cell_threshold, grid.cell_threshold) == (None, 5.0)
    assert parse_layer({**FLOOD, "measure": "count", "radius": 800}).search_radius_m == 800
    assert [parse_layer(one).value_kind for one in (FLOOD, {**FLOOD, "measure": "within"})] == ["number", "flag"]


def test_measures_and_units_belong_together():
    assert list(MEASURES) == ["table", "vector", "raster"]
    assert set(UNITS) <= {measure for measures in MEASURES.values() for measure in measures}
    assert [model.FOR_KINDS for model in (TableSpec, VectorSpec, RasterSpec)] == ["tables", "vectors", "rasters"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("by", "by is for tables only; leave it out"), ("text", "text is for tables and vectors only; leave it out"),
     ("where", "where is for tables and vectors only; leave it out"), ("colour", None)],
)  # fmt: skip
def test_a_key_of_another_kind_says_of_which(name, said):
    assert RasterSpec.key_of_another(name) == said


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({}, "the key 'kind' is missing; add it"),
        ({"kind": "rastr"}, "unknown kind of layer 'rastr'; did you mean 'raster'? Valid: raster, table, vector"),
        (
            {"kind": ["raster"]},
            "unknown kind of layer '['raster']'; did you mean 'raster'? Valid: raster, table, vector",
        ),
    ],
)
def test_a_layer_of_no_kind_is_refused(stated, said):
    assert kind_fault(stated).text == said
    assert kind_fault({"kind": "raster"}) is None


@pytest.mark.parametrize("words", ["Incomes", "IMD 2025", "deprived areas", "fuel poverty", "idaci_rank"])
def test_need_is_refused_as_a_signal_of_market_failure_whatever_it_is_called(words):
    signal = {"letter": "P", "zero": 0, "full": 1, "grade": "B", "reason": words}
    with pytest.raises(ProjectError, match="need is no market failure"):
        parse_layer({**FLOOD, "signal": signal})


@pytest.mark.parametrize("words", ["incoming services", "climdown", "in flood zone 3"])
def test_words_that_only_contain_those_of_need_are_taken(words):
    signal = {"letter": "P", "zero": 0, "full": 1, "grade": "B", "reason": words}
    assert parse_layer({**FLOOD, "signal": signal}).signal.reason == words


@pytest.mark.parametrize("name", ["a", "a" * 50, "zone_3"])
def test_names_a_column_may_have(name):
    assert parse_layer({**FLOOD, "name": name}).name == name


def test_a_name_that_is_too_long_is_refused_for_its_length_and_one_no_weight_can_name_for_that():
    for name, says in (
        ("a" * 51, "is 51 letters long; a column's name has 50 at most: shorten it"),
        ("set", r"'set' names a set of weights in \[weights\], so no such layer could be weighted; give another"),
        ("A", "give small letters, digits and _"),
    ):
        with pytest.raises(ProjectError, match=says):
            parse_layer({**TABLE, "name": name})
    assert parse_layer({**TABLE, "name": "a" * 50}).name == "a" * 50


@pytest.mark.parametrize("name", ["3a", "_a", "A", "a-b", "a" * 51, "é", "geometry", "fid", "c_own"])
def test_names_a_column_may_not_have(name):
    with pytest.raises(ProjectError, match=f"layers\\[1\\].name: '{name}' is "):
        parse_layer({**FLOOD, "name": name})


def test_a_column_of_published_evidence_is_named_with_its_key():
    from siteprior.sources.registry import discover

    discover()
    with pytest.raises(
        ProjectError, match=r"'green_belt' is the column of \[evidence\] green_belt; name the file there"
    ):
        parse_layer({**FLOOD, "name": "green_belt"})


def test_names_need_a_column_and_are_words():
    with pytest.raises(ProjectError, match="say with column which attribute is taken"):
        parse_layer({**FLOOD, "measure": "names"})
    assert parse_layer({**FLOOD, "measure": "names", "column": "zone"}).value_kind == "text"
