"""The named styles: which a layer has, what they colour by, the colours of the maps."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from siteprior.core.schema import VERDICTS
from siteprior.report import style
from siteprior.report.geopackage.qgis_styles import layer_styles
from siteprior.report.geopackage.themes import ordered_bands, themes

RANKED = pd.DataFrame(
    {
        "rank": [1, 2], "score": [0.9, 0.4], "score_band": ["a", "b"], "market_failure": ["Identified", "Cannot tell"],
        "top_k_acceptability": [1.0, 0.2], "core_class": ["always in", "never in"], "eligible": ["yes", "yes"],
    }
)  # fmt: skip


def test_shortlist_and_opportunities_have_four_styles_sites_two():
    names = {
        layer: [theme.name for theme in themes(layer, RANKED)] for layer in ("shortlist", "sites", "opportunities")
    }
    assert names == {
        "shortlist": ["Shortlist by score band", "Shortlist by verdict", "Shortlist by acceptability",
                      "Shortlist by programme"],
        "sites": ["Sites by score band", "Sites by verdict"],
        "opportunities": ["Opportunities by score band", "Opportunities by verdict", "Opportunities by acceptability",
                          "Opportunities by programme"],
    }  # fmt: skip
    assert max(len(name) for of in names.values() for name in of) <= 30  # TEXT(30) in layer_styles


@pytest.mark.parametrize("layer", ["shortlist", "sites", "opportunities"])
def test_a_style_needs_its_column_and_without_any_all_look_alike(layer):
    """A column that is withheld, or that holds nothing, leaves no style behind it."""
    blank = RANKED.assign(top_k_acceptability=None, core_class=None)
    assert len(themes(layer, blank)) == 2
    (plain,) = themes(layer, RANKED[["eligible"]])
    assert plain.classes == ()
    (drawn,) = layer_styles(layer, pd.DataFrame({"site_name": ["a"]}), {"site_name": "Name"})
    root = ET.fromstring(drawn.qml)
    assert [rule.get("filter") for rule in root.iter("rule")] == ["ELSE"]
    for word in ("score", "rank", "market_failure", "eligible"):
        assert f'"{word}' not in "".join(root.itertext())
        assert not any(option.get("value") == word for option in root.iter("Option"))


def test_classes_and_colours_are_those_of_the_maps():
    score, verdict, sure, programme = themes("opportunities", RANKED)
    assert [(each.label, each.shade) for each in score.classes] == [
        ("Score a", style.BAND_ENDS[0]), ("Score b", style.BAND_ENDS[1])
    ]  # fmt: skip
    assert [each.shade for each in verdict.classes] == [style.VERDICT_FILLS[name] for name in VERDICTS]
    assert verdict.classes[0].filter == "\"market_failure\" = 'Identified'"
    assert [each.shade for each in programme.classes] == list(style.CORE_CLASSES.values())
    assert programme.classes[1].filter == "\"core_class\" = 'borderline'"
    assert [each.filter for each in sure.classes] == [
        '"top_k_acceptability" >= 0.8',
        '"top_k_acceptability" >= 0.6 AND "top_k_acceptability" < 0.8',
        '"top_k_acceptability" >= 0.4 AND "top_k_acceptability" < 0.6',
        '"top_k_acceptability" >= 0.2 AND "top_k_acceptability" < 0.4',
        '"top_k_acceptability" >= 0 AND "top_k_acceptability" < 0.2',
    ]
    assert sure.classes[0].label == "On the shortlist in 80% to 100% of redraws"


def test_eligible_is_asked_for_as_it_is_stored():
    words = themes("sites", RANKED)[0].classes
    assert words[-1].filter == "NOT (\"eligible\" = 'yes')"
    truth = themes("sites", RANKED.assign(eligible=[True, False]))[0].classes
    assert truth[-1].filter == 'NOT "eligible"'
    assert truth[0].filter == '"eligible" AND "score_band" = \'a\''


@pytest.mark.parametrize("layer", ["shortlist", "sites", "opportunities"])
def test_every_style_is_well_formed_and_gives_each_class_its_symbol(layer):
    for drawn in layer_styles(layer, RANKED, {name: name for name in RANKED}):
        root = ET.fromstring(drawn.qml)
        rules = [rule.get("symbol") for rule in root.iter("rule") if rule.get("symbol") is not None]
        assert rules == [symbol.get("name") for symbol in root.iterfind(".//symbols/symbol")]


def test_figures_on_the_discs_read_on_every_shade_of_every_style():
    """White or ink on the disc keeps a contrast of 4.5 to 1 (WCAG 2.1, success criterion 1.4.3)."""

    def luminance(rgba):
        parts = [int(v) / 255 for v in rgba.split(",")[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    seen = 0
    for drawn in layer_styles("shortlist", RANKED, {}):
        for symbol in ET.fromstring(drawn.qml).iterfind(".//symbols/symbol"):
            disc, figure = (
                symbol.find(f"layer[@class='{kind}']/Option/Option[@name='color']").get("value")
                for kind in ("SimpleMarker", "FontMarker")
            )
            light, dark = sorted((luminance(disc), luminance(figure)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (drawn.name, disc, figure)
            seen += 1
    assert seen == 3 + 5 + 6 + 4


def test_bands_are_ordered_by_score_whatever_they_are_called():
    table = pd.DataFrame({"score_band": ["b", "a", "c", None], "score": [0.9, 0.2, 0.5, 0.99]})
    assert ordered_bands(table) == ["b", "c", "a"]
    assert ordered_bands(pd.DataFrame({"x": []})) == []
