from __future__ import annotations

import re
import tomllib

import pytest

from conftest import ROOT
from factories.layers import FLOOD, GRID, TABLE
from siteprior.core.errors import ProjectError
from siteprior.project.layer_checks import parse_layer, parse_layers
from siteprior.project.layers import MEASURES

SIGNAL = {"letter": "P", "zero": 0, "full": 1, "grade": "B", "reason": "in flood zone 3"}


def faults_of(*stated):
    with pytest.raises(ProjectError) as caught:
        parse_layers(stated)
    return caught.value.faults


def test_what_is_stated_is_taken_and_the_rest_is_default():
    spec = parse_layer({**FLOOD, "unit": "acres", "where": {"column": "zone", "values": 3}, "licence": "OGL"})
    assert (spec.unit, spec.title, spec.text) == ("0-1", "Flood", False)
    assert parse_layer(GRID).band == 1
    assert spec.where.values == ("3",)  # a number is compared as text
    assert spec.criterion is spec.gate is spec.signal is None


def test_the_settings_of_a_project_are_such_a_mapping():
    lookup = {"path": "l.csv", "from": "LSOA21CD", "to": "MSOA21CD", "year": 2021}
    stated = {**TABLE, "by": "msoa_code", "lookup": lookup, "criterion": {"worst": 0, "best": 50}}
    (settings,) = parse_layers([{**stated, "vintage": "2022"}])
    spec = parse_layer(settings.model_dump())
    assert spec.model_copy(update={"vintage": ""}) != settings  # what is known of the file is kept
    assert {name: getattr(spec, name) for name in type(spec).model_fields} == {
        name: getattr(settings, name) for name in type(spec).model_fields
    }
    assert (spec.lookup.column_from, spec.lookup.column_to, spec.lsoa_year) == ("LSOA21CD", "MSOA21CD", 2021)
    assert any("did you mean 'measure'?" in fault for fault in faults_of({**stated, "mesure": "value"}))


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({**FLOOD, "name": "Flood zone"}, "no name for a column"),
        ({**FLOOD, "name": "hectares"}, "column of siteprior's own"),
        ({**FLOOD, "name": "site_id"}, "column of siteprior's own"),
        ({**FLOOD, "name": "c_flood"}, "column of siteprior's own"),
        ({**FLOOD, "kind": "lines"}, "unknown kind of layer 'lines'"),
        ({**FLOOD, "measure": "mean"}, "unknown measure of a vector layer 'mean'"),
        ({**FLOOD, "mesure": "share"}, "did you mean 'measure'?"),
        ({**FLOOD, "radius": "200"}, "layers[1].radius: needs a number, not '200'"),
        ({**FLOOD, "radius": 200}, "radius is for the measure count only"),
        ({**FLOOD, "measure": "count", "radius": -1}, "layers[1].radius: needs a number above 0 m, not -1"),
        ({**FLOOD, "measure": "count", "radius": float("nan")}, "needs a number"),
        ({**FLOOD, "measure": "value"}, "say with column"),
        ({**FLOOD, "column": "zone"}, "takes no column"),
        ({**FLOOD, "by": "lsoa_code"}, "for tables only"),
        ({**GRID, "band": True}, "needs a whole number"),
        ({**FLOOD, "band": 2}, "band is for rasters only"),
        ({**FLOOD, "where": {"column": "zone"}}, "layers[1].where: the key 'values' is missing"),
        ({**FLOOD, "where": {"column": "zone", "values": []}}, "where.values: needs a list that names at least one"),
        ({**FLOOD, "where": "zone = 3"}, "needs a table of keys"),
        ({**FLOOD, "extent": {"layer": "a"}}, "layers[1].extent: the key 'path' is missing"),
        ({**GRID, "extent": {"path": "e.gpkg"}}, "extent is for vectors only"),
        ({**GRID, "measure": "share_above"}, "say with threshold"),
        ({**GRID, "threshold": 1}, "threshold is for share_above only"),
        ({**GRID, "band": 0}, "layers[1].band: needs a number of at least 1, not 0"),
        ({**TABLE, "by": "postcode"}, "unknown by 'postcode'"),
        ({**TABLE, "year": 2001}, "2011 or 2021"),
        ({**TABLE, "by": "msoa_code"}, "give lookup"),
        ({**TABLE, "lookup": {"path": "l.csv", "to": "x"}}, "codes the sites do not carry"),
        ({**TABLE, "by": "ward_code", "lookup": {"path": "l.csv", "from": "a", "to": "b"}}, "lookup.year"),
        ({**TABLE, "by": "ward_code", "lookup": {"path": "l.csv", "frm": "a", "to": "b"}}, "did you mean 'from'?"),
        ({**TABLE, "text": True, "criterion": {"worst": 0, "best": 1}}, "words have no worst"),
        ({**TABLE, "criterion": {"worst": 1, "best": 1}}, "two different numbers"),
        ({**TABLE, "criterion": {"worst": 1}}, "layers[1].criterion: the key 'best' is missing"),
        ({**TABLE, "gate": {"title": "a"}}, "give one of at_least"),
        ({**TABLE, "gate": {"at_least": 1, "at_most": 2}}, "give one of at_least"),
        ({**TABLE, "gate": {"equals": "yes"}}, "its values are numbers"),
        ({**FLOOD, "measure": "within", "gate": {"at_most": 0}}, "its values are words"),
        ({**FLOOD, "measure": "within", "gate": {"equals": "No"}}, "equals is yes or no"),
        ({**FLOOD, "signal": {**SIGNAL, "letter": "V"}}, "unknown signal 'V'"),
        ({**FLOOD, "signal": {**SIGNAL, "grade": "D"}}, "unknown grade 'D'"),
        ({**FLOOD, "signal": {**SIGNAL, "full": 0}}, "zero and full"),
        ({**TABLE, "name": "cables", "signal": {**SIGNAL, "grade": "A"}}, "a proxy for the site"),
        ({**TABLE, "signal": SIGNAL}, "need is no market failure"),
        ({**TABLE, "name": "x", "column": "IMD_2025", "signal": SIGNAL}, "need is no market failure"),
        ("flood.gpkg", "needs a table of keys"),
    ],
)  # fmt: skip
def test_every_fault_is_a_sentence_that_names_where_it_stands(stated, words):
    faults = faults_of(stated)
    assert any(words in fault for fault in faults), faults
    assert all(fault.startswith("layers[1]") for fault in faults)


def test_all_faults_of_all_layers_are_named_at_once():
    faults = faults_of({**FLOOD, "kind": "x"}, {"name": "a"}, FLOOD, FLOOD)
    assert len(faults) == 5
    assert faults[-1] == "layers: the name 'flood' stands more than once; give each layer its own"


def test_the_layers_in_the_docs_are_layers():
    page = (ROOT / "docs" / "how-to" / "add-a-layer.md").read_text(encoding="utf-8")
    least, first, *others = re.findall(r"^```toml[^\n]*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    specs = parse_layers(tomllib.loads(first)["layers"])
    for block in (least, *others):
        assert parse_layers(tomllib.loads(block)["layers"])
    assert [spec.kind for spec in specs] == ["table", "table", "vector", "vector", "vector", "raster"]
    measures = {measure for several in MEASURES.values() for measure in several}
    assert all(f"`{measure}`" in page for measure in measures)
