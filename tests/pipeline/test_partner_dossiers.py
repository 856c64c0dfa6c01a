"""What the dossiers of a partner draw from: outlines of named files, else discs as registered."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.pipeline.partner_dossiers import _seen, _shapes
from siteprior.pipeline.result import Result
from siteprior.report.audience import audience_of

INDEX = pd.Index(["a", "b", "c", "d", "e"], name="site_id")


@pytest.fixture
def sites():
    return gpd.GeoDataFrame(
        {"hectares": [4.0, 4.0, None, 4.0, 4.0]}, geometry=[shapely.Point(400000, 300000)] * 5, index=INDEX, crs=27700
    )


def source(monkeypatch):
    """Return what stands for a result: an outline of a named file, one of another, none, a stated area, a disc."""
    box = shapely.box(399000, 299000, 401000, 301000)
    shapes = gpd.GeoDataFrame(
        {"shape_id": ["own.json#1", "secret.json#1", None, "own.json#2", None],
         "shape_basis": ["polygon as given", "polygon as given", "point", "polygon as given", "disc"]},
        geometry=[box, box, box, box, box], index=INDEX, crs=27700,
    )  # fmt: skip
    decisions = pd.DataFrame({"site_id": ["d"], "field": "hectares", "applied": "yes"})
    stand_in = SimpleNamespace(shapes=shapes, decisions=decisions)
    monkeypatch.setattr("siteprior.pipeline.partner_dossiers.Result", SimpleNamespace)
    return stand_in


def test_an_outline_is_drawn_of_a_named_file_alone_and_else_the_hectares_registered(sites, monkeypatch):
    drawn = _shapes(source(monkeypatch), sites, {"own.json"})
    assert drawn["shape_basis"].tolist() == ["outline", "disc", "point", "disc", "disc"]
    assert drawn.geometry["a"].area == 2000.0**2
    for label in "bde":
        assert drawn.geometry[label].area == pytest.approx(40_000, rel=0.01)
    assert drawn.geometry["c"].geom_type == "Point"


def test_a_table_is_cut_to_what_is_named():
    table = pd.DataFrame({"site_id": ["a"], "event": ["first seen"], "basis": ["x"], "mine": [1]})
    assert list(_seen(table, "history", audience_of("partner"))) == ["site_id", "event"]
    assert Result is not SimpleNamespace
