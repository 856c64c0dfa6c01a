"""Layers named in [assumptions]: refused at load where no value of theirs could serve, with the line and the key."""

from __future__ import annotations

import pytest

from factories.small import LAYER, small_project
from siteprior.core.errors import ProjectError
from siteprior.project.layer_uses import AMOUNTS, FITTING, FLAGS, SHARES, layer_uses, use_faults

WORDS = LAYER.replace("unit", "text = true\nunit").replace('criterion = {group = "need", worst = 0, best = 50}', "")
VECTOR = """
[[layers]]
name = "fuel_poverty"
path = "sites/historic_industrial_land.geojson"
kind = "vector"
measure = "MEASURE"
"""


def of(measure):
    return VECTOR.replace("MEASURE", measure)


@pytest.mark.parametrize(
    ("use", "layer", "says"),
    [
        ('incomes = "fuel_poverty"', WORDS, "incomes: needs amounts, but layer 'fuel_poverty' measures value with"),
        ('incomes = "fuel_poverty"', of("nearest"), "incomes: needs amounts, but layer 'fuel_poverty' measures near"),
        ('incomes = "fuel_poverty"', of("within"), "incomes: needs amounts, but layer 'fuel_poverty' measures within;"),
        ('centres = "fuel_poverty"', of("nearest"), "centres: needs yes or no, but layer 'fuel_poverty' measures near"),
        ('centres = "fuel_poverty"', LAYER, "centres: needs yes or no, but layer 'fuel_poverty' measures value; name"),
        ('former_use_layers = {D = "fuel_poverty"}', of("within"), "former_use_layers.D: needs shares of the site"),
        ('former_use_layers = {D = "fuel_poverty"}', WORDS, "former_use_layers.D: needs shares of the site, 0–1, but"),
        ('former_use_layers = {D = "fuel_poverty"}', of("nearest"), "former_use_layers.D: needs shares of the site, 0"),
    ],
)
def test_a_use_the_measure_cannot_serve_is_refused_with_its_line(tmp_path, use, layer, says):
    with pytest.raises(ProjectError) as refused:
        small_project(tmp_path, append=f"\n[assumptions]\n{use}\n{layer}")
    (fault,) = refused.value.faults
    lines = (tmp_path / "project.toml").read_text(encoding="utf-8").splitlines()
    assert fault.startswith(f"{tmp_path / 'project.toml'}:{lines.index(use) + 1}: [assumptions] {says}")
    assert "; name a layer that measures " in fault


@pytest.mark.parametrize(
    ("use", "layer"),
    [
        ('incomes = "fuel_poverty"', LAYER), ('centres = "fuel_poverty"', of("within")),
        ('centres = "fuel_poverty"', WORDS), ('former_use_layers = {D = "fuel_poverty"}', of("share")),
    ],
)  # fmt: skip
def test_a_use_the_measure_serves_is_taken(tmp_path, use, layer):
    assert small_project(tmp_path, append=f"\n[assumptions]\n{use}\n{layer}").layers


@pytest.mark.parametrize("needs", [FLAGS, AMOUNTS, SHARES])
@pytest.mark.parametrize("measure", ["within", "share", "nearest", "count", "value", "mean", "max", "share_above"])
def test_every_measure_is_either_fitting_or_refused(needs, measure):
    named = {FLAGS: {"centres": "x"}, AMOUNTS: {"incomes": "x"}, SHARES: {"former_use_layers": {"B": "x"}}}[needs]
    stated = {"layers": [{"name": "x", "measure": measure}], "assumptions": named}
    assert bool(use_faults(stated)) is (measure not in FITTING[needs])


def test_what_is_faulty_otherwise_is_left_to_its_own_message():
    assert use_faults({"assumptions": {"centres": "x"}}) == []  # an unknown layer
    assert use_faults({"layers": [{"name": "x"}], "assumptions": {"centres": "x"}}) == []  # a missing measure
    assert use_faults({"layers": 3, "assumptions": 4}) == []
    assert list(layer_uses({"centres": 3, "former_use_layers": ["B"]})) == []
