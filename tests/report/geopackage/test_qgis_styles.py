"""Styles as XML: well formed whatever the data holds, and legible. What QGIS makes of them: test_qgis.py."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.report import style
from siteprior.report.geopackage.cards import CARDS
from siteprior.report.geopackage.qgis_styles import layer_styles
from siteprior.report.geopackage.qgis_text import expression_text, rgba

LAYERS = ("shortlist", "sites", "corridors", "stops", "areas", "site_shapes")

_NO_XML = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))

TITLES = tuple(CARDS)  # every layer that has a style has a card


def layer_style(layer, table, aliases):
    """The style a layer opens with."""
    first = layer_styles(layer, table, aliases)[0]
    return first.name, first.qml


GEOMETRY = {"shortlist": 0, "sites": 0, "opportunities": 0, "programme": 0, "stops": 0, "corridor_stops": 0,
            "service_stops": 0,
            "corridors": 1, "areas": 2,
            "site_shapes": 2, "catchments": 2, "access_grid": 2}  # fmt: skip


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
    assert layer_styles("run_info", pd.DataFrame(), {}) == []


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


def parsed(layer, table=None, aliases=None):
    _, qml = layer_style(layer, pd.DataFrame() if table is None else table, aliases or {})
    assert qml.startswith("<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n")
    return ET.fromstring(qml)


def rules(root):
    return [(rule.get("label"), rule.get("filter"), rule.get("scalemaxdenom")) for rule in root.iter("rule")]


def symbols(root):
    """The symbols of the rules, each as class and options of its first layer."""
    first = (symbol.find("layer") for symbol in root.iterfind(".//symbols/symbol"))
    return [(one.get("class"), {o.get("name"): o.get("value") for o in one.findall("Option/Option")}) for one in first]


@pytest.mark.parametrize("name", TITLES)
def test_has_the_parts_qgis_reads_in_their_order(name):
    root = parsed(name, aliases={"site_id": "Site id", "kind": "Kind"})
    parts = [part.tag for part in root]
    form = ["editorlayout", "attributeEditorForm"] if name in ("shortlist", "sites") else []
    assert parts == ["renderer-v2", *(["labeling"] if "labeling" in parts else []), "aliases", "fieldConfiguration",
                     *form, "mapTip", "layerGeometryType"]  # fmt: skip
    categories = "Symbology|Labeling|Fields|MapTips" + ("|Forms" if form else "")
    assert root.attrib == {"version": "3.22.0", "styleCategories": categories,
                           "labelsEnabled": "1" if "labeling" in parts else "0"}  # fmt: skip
    assert root.find("layerGeometryType").text == str(GEOMETRY[name])
    assert [alias.attrib for alias in root.iter("alias")] == [
        {"index": "1", "field": "site_id", "name": "Site id"}, {"index": "2", "field": "kind", "name": "Kind"},
    ]  # fmt: skip
    renderer = next(one for one in root.iter("renderer-v2") if one.get("type") == "RuleRenderer")
    assert [part.tag for part in renderer][:2] == ["rules", "symbols"]
    assert rules(root)[-1][1] == "ELSE"
    numbers = [str(place) for place in range(len(rules(root)))]
    assert [rule.get("symbol") for rule in root.iter("rule")] == numbers
    assert [symbol.get("name") for symbol in root.iterfind(".//symbols/symbol")] == numbers


def test_sites_by_band_in_the_colours_of_the_maps():
    table = pd.DataFrame({"score_band": ["A", "B"], "score": [0.9, 0.1], "eligible": [True, True], "rank": [1, 2]})
    root = parsed("sites", table)
    assert rules(root) == [
        ("Ranked, score A", '"eligible" AND "score_band" = \'A\'', None),
        ("Ranked, score B", '"eligible" AND "score_band" = \'B\'', None),
        ("Not ranked: see gate reasons", 'NOT "eligible"', None),
        ("Not judged", "ELSE", None),
    ]
    fills = [rgba(shade) for shade in (*style.bands(["A", "B"]).values(), style.QGIS_SITE_OUT, style.WHITE)]
    assert [options["color"] for _, options in symbols(root)] == fills
    assert {kind for kind, _ in symbols(root)} == {"SimpleMarker"}
    assert root.find(".//orderByClause").text == '"rank"'


def test_stops_by_mode_and_state_buses_when_zoomed_in():
    table = pd.DataFrame({"mode": ["bus", "rail", "rail", "tram"], "state": ["open", "closed", "planned", "open"]})
    root = parsed("stops", table)
    assert rules(root) == [
        ("Rail, planned", "\"mode\" = 'rail' AND \"state\" = 'planned'", None),
        ("Rail, closed", "\"mode\" = 'rail' AND \"state\" = 'closed'", None),
        ("Bus, open", "\"mode\" = 'bus' AND \"state\" = 'open'", "25000"),
        ("Stop", "ELSE", None),
    ]
    assert [(options["name"], options["size"]) for _, options in symbols(root)] == [
        ("square", "2.6"), ("cross2", "2.6"), ("circle", "1.3"), ("circle", "1.3"),
    ]  # fmt: skip
    assert symbols(root)[0][1]["color"] == rgba(style.WHITE)  # hollow where planned


def test_corridors_proposals_dashed_with_names_along_the_line():
    root = parsed("corridors", pd.DataFrame({"kind": ["proposed-metro", "metro", None]}))
    assert [options["line_style"] for _, options in symbols(root)] == ["solid", "dash", "solid"]
    assert rules(root)[-1][:2] == ("Kind not stated", "ELSE")
    assert root.find("labeling/settings/text-style").get("fieldName") == '"corridor"'
    assert root.find("labeling/settings/placement").get("placement") == "3"
    assert root.find("labeling/settings/rendering").get("scaleMax") == "100000"


def test_areas_by_decile_darkest_first():
    root = parsed("areas")
    assert [options["color"] for _, options in symbols(root)] == [
        *(rgba(style.decile(number)) for number in range(1, 11)), rgba(style.NO_DATA),
    ]  # fmt: skip
    assert rules(root)[0] == ("1 (most deprived)", '"imd_decile" = 1', None)
    assert rules(root)[9] == ("10 (least deprived)", '"imd_decile" = 10', None)


def test_outlines_are_broken_where_nobody_drew_them():
    for layer in ("site_shapes", "catchments"):
        drawn = symbols(parsed(layer))
        assert [options["outline_style"] for _, options in drawn] == ["dash", "solid"]
        assert {options["style"] for _, options in drawn} == {"no"}


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters=_NO_XML), min_size=1, max_size=20))
def test_any_text_comes_out_of_the_xml_as_it_went_in(kind):
    root = parsed("corridors", pd.DataFrame({"kind": [kind]}), {"a": kind})
    assert rules(root)[0][1] == f'"kind" = {expression_text(kind)}'
    assert root.find("aliases/alias").get("name") == kind


def test_opportunities_of_several_sites_are_the_larger_squares():
    table = pd.DataFrame({"score_band": ["a", "b"], "score": [0.9, 0.4]})
    root = parsed("opportunities", table)
    drawn = [rule for rule in root.iter("rule") if rule.get("symbol")]
    assert [rule.get("symbol") for rule in drawn] == [one.get("name") for one in root.findall(".//symbols/symbol")]
    assert [rule.get("label") for rule in drawn] == ["Several sites", "One site"] * 2 + ["No score"]
    sizes = [float(options["size"]) for _, options in symbols(root)]
    assert sizes[0] > sizes[1]
    assert sizes[2] > sizes[3]
