"""The layers behind the sites: all that is shown, and a word on what is not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.core import parameters
from siteprior.report.interactive import layers as module
from siteprior.report.interactive.layers import bounds, codes, map_layers
from siteprior.walking import build_network


def layers_of(run, **more):
    return map_layers(areas=run.areas, corridors=run.corridors, stops=run.stops, **more)


def test_every_layer_of_a_run_is_there(made_up):
    layers, left_out = layers_of(made_up)
    assert list(layers) == ["areas", "councils", "corridors", "stops", "bus_stops"]
    assert left_out == []
    assert len(layers["areas"]["polygons"]) == len(made_up.areas)
    assert layers["areas"]["deciles"][-1] is None
    assert layers["councils"]["names"] == ["Birmingham", "Sandwell"]
    assert layers["corridors"]["looks"]["proposed-metro"]["dashed"] is True


def test_closed_stops_are_not_shown_and_buses_have_no_name(made_up):
    layers, _ = layers_of(made_up)
    assert "Gun Quarter" not in layers["stops"]["names"]
    assert len(layers["stops"]["names"]) == len(
        made_up.stops[(made_up.stops["mode"] != "bus") & (made_up.stops["state"] != "closed")]
    )
    assert len(layers["bus_stops"]["places"]) == 2 * 3


def test_catchments_lie_widest_first(made_up):
    shapes = [shapely.Point(398_000, 290_000).buffer(reach) for reach in (400, 960)]
    table = gpd.GeoDataFrame({"corridor": ["A", "A"], "band_m": [400.0, 960.0]}, geometry=shapes, crs=27700)
    layers, _ = layers_of(made_up, catchments=table)
    assert layers["catchments"]["bands"] == [960, 400]


def test_streets_that_would_fill_the_page_are_left_out_with_a_word(made_up, monkeypatch):
    lines = shapely.linestrings([[[400_000 + 10 * k, 290_000], [400_000 + 10 * k, 290_500]] for k in range(50)])
    network = build_network(lines)
    layers, left_out = layers_of(made_up, network=network)
    assert len(layers["streets"]["lines"]) == 50
    assert left_out == []
    monkeypatch.setattr(module, "BYTES_PER_MB", 100)
    layers, (words,) = layers_of(made_up, network=network)
    assert "streets" not in layers
    assert words.startswith("The streets would take ")
    assert f"more than {parameters.load_parameters('report').number('streets_mb'):g}" in words


def test_codes_repeat_no_text():
    words, place = codes(pd.Series(["x", "y", None, "x"]))
    assert [None if at < 0 else words[at] for at in place] == ["x", "y", None, "x"]


def test_bounds_of_nothing_are_none():
    assert bounds(np.array([[np.nan, np.nan]])) is None


@pytest.mark.parametrize("empty", ["areas", "corridors", "stops"])
def test_a_layer_without_a_row_is_not_there(made_up, empty):
    tables = {name: getattr(made_up, name) for name in ("areas", "corridors", "stops")}
    tables[empty] = tables[empty].iloc[:0]
    layers, _ = map_layers(**tables)
    assert empty not in layers


def test_of_too_many_areas_the_councils_alone_are_drawn_and_too_many_buses_are_left_out(made_up, monkeypatch):
    whole, _ = layers_of(made_up)
    real = parameters.load_parameters("report")

    class Few:
        def integer(self, name):
            return 1 if name in ("full_areas", "full_bus_stops") else real.integer(name)

        def number(self, name):
            return real.number(name)

    monkeypatch.setattr(module, "load_parameters", lambda _: Few())
    layers, left_out = layers_of(made_up)
    assert list(layers) == ["councils", "corridors", "stops"]
    assert layers["councils"]["names"] == whole["councils"]["names"]
    assert layers["stops"] == whole["stops"]
    areas, buses = len(made_up.areas), len(whole["bus_stops"]["places"]) // 2
    assert left_out[0] == f"{areas:,} areas are too many for this page, which draws the councils alone"
    assert left_out[1].endswith("bus stops are too many for this page, and are left out")
    assert int(left_out[1].split()[0]) >= buses
