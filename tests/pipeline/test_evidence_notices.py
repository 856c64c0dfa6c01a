"""A run states at its end of which evidence it is not known where it looked."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from factories.published import STUDY, frame, square
from siteprior.pipeline.evidence_notices import evidence_notices
from siteprior.pipeline.registered_inputs import Registered
from siteprior.pipeline.result import NOT_YET
from siteprior.project.layers import VectorLayer
from siteprior.sources.registry import EVIDENCE, discover

discover()


def notices(name, **extents):
    specs = EVIDENCE[name].specs
    layers = tuple(VectorLayer(frame([square(0, 0)]), extents.get(spec.name), "cut.gpkg") for spec in specs)
    return list(evidence_notices(SimpleNamespace(registered=Registered({}, layers, specs))))


def test_a_layer_without_coverage_is_named_with_what_to_state():
    [sentence] = notices("green_belt")
    assert sentence == (
        "green_belt (cut.gpkg): it is not stated where it looked, so a site it does not meet has no value of "
        'green_belt, and not none; state coverage: "England", a box [west, south, east, north], a file of polygons, or '
        "ONS codes of councils"
    )


def test_of_flood_zones_one_may_be_open():
    [sentence] = notices("flood_zones", flood_zone_2=STUDY)
    assert "it is not stated where it looked for a part of it" in sentence
    assert "has no value of flood_zone_3, and not none" in sentence


@pytest.mark.parametrize("name", ["historic_landfill", "coal"])
def test_what_states_its_coverage_is_not_named(name):
    covered = {spec.name: STUDY for spec in EVIDENCE[name].specs}
    assert notices(name, **covered) == []


def test_before_anything_is_read_there_is_nothing_to_state():
    assert list(evidence_notices(SimpleNamespace(registered=NOT_YET))) == []
