"""Layers of vector tiles: each known once, drawn from the ground up, names of places never."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from siteprior.report import style
from siteprior.report.base_map.vector_layers import KINDS, drawn_layers

SCHEMAS = {
    "Protomaps": "boundaries buildings earth landcover landuse places pois roads water",
    "OpenMapTiles": "aeroway boundary building landcover landuse park place poi transportation water waterway",
    "Shortbread": "boundaries buildings land ocean place_labels sites streets street_labels water_lines water_polygons",
    "OS Open Zoomstack": "boundaries land local_buildings names rail roads sea surfacewater waterlines woodland",
}


def test_no_layer_is_of_two_kinds():
    known = [name for names in KINDS.values() for name in names]
    assert len(set(known)) == len(known)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_each_schema_has_land_or_green_water_roads_and_boundaries(schema):
    drawn = drawn_layers(SCHEMAS[schema].split())
    kinds = [kind for _, kind in drawn]
    assert {"water", "building", "road", "boundary"} <= set(kinds)
    assert {"land", "green"} & set(kinds)
    assert kinds == sorted(kinds, key=list(KINDS).index)
    assert not {"places", "place", "pois", "poi", "names", "place_labels", "street_labels"} & {
        name for name, _ in drawn
    }


def test_unknown_layers_are_not_drawn():
    assert drawn_layers(["<script>", "", "Roads"]) == []


def test_the_script_has_a_colour_for_each_kind_that_is_filled():
    script = Path(style.__file__).parent / "templates" / "interactive" / "base_map.js"
    named = set(re.findall(r"colours\.base_(\w+)", script.read_text(encoding="utf-8")))
    assert named | {"land", "built", "green", "building"} == set(style.BASE_MAP)
