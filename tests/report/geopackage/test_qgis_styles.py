"""Styles as XML: well formed whatever the data holds, and legible. What QGIS makes of them: test_qgis.py."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from siteprior.report import style
from siteprior.report.geopackage.qgis_styles import layer_style, ordered_bands

LAYERS = ("shortlist", "sites", "corridors", "stops", "areas", "site_shapes")


@pytest.mark.parametrize("name", LAYERS)
def test_is_well_formed_and_every_rule_has_its_symbol(name, made_up):
    _, qml = layer_style(name, getattr(made_up, name), {"a": 'Title "with" <marks> & more'})
    root = ET.fromstring(qml)
    rules = root.findall(".//rule[@symbol]")
    symbols = root.findall(".//symbols/symbol")  # the centre of displaced marks stands elsewhere
    assert [rule.get("symbol") for rule in rules] == [symbol.get("name") for symbol in symbols]
    assert root.find("aliases/alias").get("name") == 'Title "with" <marks> & more'
    assert root.get("labelsEnabled") == ("1" if root.find("labeling") is not None else "0")


def test_values_cannot_break_out_of_their_rule():
    table = pd.DataFrame({"kind": ['o\'neil \\ "x" <&>']})
    _, qml = layer_style("corridors", table, {})
    (test, _) = [rule.get("filter") for rule in ET.fromstring(qml).findall(".//rule[@symbol]")]
    assert test == '"kind" = \'o\\\'neil \\\\ "x" <&>\''


def test_layers_without_a_style_have_none():
    assert layer_style("run_info", pd.DataFrame(), {}) is None


def test_bands_are_ordered_by_score_whatever_they_are_called():
    table = pd.DataFrame({"score_band": ["b", "a", "c", None], "score": [0.9, 0.2, 0.5, 0.99]})
    assert ordered_bands(table) == ["b", "c", "a"]
    assert ordered_bands(pd.DataFrame({"x": []})) == []


def test_figures_read_on_every_shade_of_the_shortlist(layers):
    """White on the disc keeps a contrast of 4.5 to 1 (WCAG 2.1, success criterion 1.4.3)."""

    def luminance(rgb):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in rgb)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    discs = ".//symbols/symbol/layer[@class='SimpleMarker']/Option/Option[@name='color']"
    table = pd.DataFrame({"score_band": list("abcdefg"), "score": [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]})
    _, qml = layer_style("shortlist", table, {})
    fills = [option.get("value") for option in ET.fromstring(qml).findall(discs)]
    assert len(fills) == 8
    for fill in fills:
        assert 1.05 / (luminance([int(v) for v in fill.split(",")[:3]]) + 0.05) >= 4.5
    assert "178,58,0,255" in fills  # the accent stands in where a band's own shade would be too light
    assert style.ACCENT == "#b23a00"


def test_rank_is_part_of_the_disc_and_moves_with_it(layers):
    _, qml = layer_style("shortlist", layers["shortlist"], {})
    outer = ET.fromstring(qml).find("renderer-v2")
    assert outer.get("type") == "pointDisplacement"
    assert outer.find("renderer-v2").get("type") == "RuleRenderer"
    figures = outer.findall(".//layer[@class='FontMarker']/data_defined_properties//Option[@name='field']")
    assert {figure.get("value") for figure in figures} == {"rank"}
    assert len(figures) == len(outer.findall("renderer-v2/symbols/symbol"))
