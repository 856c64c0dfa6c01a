"""The columns layers become: kind, unit, and the words that say what is measured."""

from __future__ import annotations

import pytest

from factories.layers import FLOOD, GRID, TABLE
from siteprior.project.layer_checks import parse_layer
from siteprior.project.layers import MEASURES, layer_columns


@pytest.mark.parametrize(("kind", "measure"), [(kind, measure) for kind in MEASURES for measure in MEASURES[kind]])
def test_every_measure_declares_its_column(kind, measure):
    extra = {"table": TABLE, "vector": {}, "raster": {"threshold": 5} if measure == "share_above" else {}}[kind]
    if kind == "vector" and measure in ("value", "names"):
        extra = {"column": "zone"}
    (column,) = layer_columns([parse_layer({**FLOOD, **extra, "name": "own", "kind": kind, "measure": measure})])
    assert column.name == "own"
    assert column.meaning
    assert column.kind == {"within": "flag", "names": "text"}.get(measure, "number")
    assert column.unit == {"share": "0-1", "share_above": "0-1", "nearest": "m", "count": "features"}.get(measure, "")


def column_of(stated, **more):
    (column,) = layer_columns([parse_layer({**stated, **more})])
    return column


def test_a_layer_within_which_sites_lie_is_yes_or_no():
    column = column_of(FLOOD, measure="within")
    assert (column.kind, column.allowed, column.unit) == ("flag", ("yes", "no"), "")


def test_the_column_carries_title_unit_and_file():
    column = column_of(GRID, title="Road noise", unit="dB")
    assert (column.label, column.unit, column.source) == ("Road noise", "dB", "own layer: noise.tif")
    assert column.meaning == "Mean of the raster over the site, cells counting by the part of them in it"


@pytest.mark.parametrize(
    ("stated", "more", "meaning"),
    [
        (TABLE, {}, "Value at the site of the area's share"),
        (FLOOD, {"measure": "value", "column": "zone"}, "Value at the site of zone"),
        (GRID, {"measure": "value"}, "Value at the site of the raster"),
        (FLOOD, {"measure": "count"}, "Features of the layer that meet the site"),
        (FLOOD, {"measure": "count", "radius": 800}, "Features of the layer within 800 m of the site"),
        (GRID, {"measure": "share_above", "threshold": 55.5},
         "Share of the site's area where the raster is above the threshold 55.5"),
    ],
)  # fmt: skip
def test_the_meaning_says_what_was_measured(stated, more, meaning):
    assert column_of(stated, **more).meaning == meaning


def test_words_stay_words():
    assert column_of(TABLE, text=True).kind == "text"


def test_columns_stand_in_the_order_of_the_layers():
    specs = [parse_layer(stated) for stated in (GRID, TABLE, FLOOD)]
    assert [column.name for column in layer_columns(specs)] == ["noise", "fuel_poverty", "flood"]
    assert layer_columns([]) == ()
