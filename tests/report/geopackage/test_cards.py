"""Map tips: which facts stand on a card; every value escaped. What QGIS makes of them: test_qgis.py."""

from __future__ import annotations

import re

import pytest

from siteprior.report.geopackage.cards import CARDS, LONGEST, card
from siteprior.report.geopackage.layers import LAYERS, declared_columns


def test_every_layer_has_a_card():
    assert set(CARDS) == set(LAYERS)


@pytest.mark.parametrize("layer", CARDS)
def test_what_a_card_shows_are_columns_the_layer_is_declared_to_have(layer):
    heads, facts = CARDS[layer]
    needed = {*heads, *(name for fact in facts for name in fact.needs)}
    assert needed <= {*declared_columns(None)[layer], LAYERS[layer].tables[0].index}
    for fact in facts:
        assert set(re.findall(r'"(\w+)"', fact.value)) == set(fact.needs), fact.title


@pytest.mark.parametrize("layer", CARDS)
def test_every_value_is_escaped_and_the_rest_is_no_text_of_a_file(layer):
    heads, facts = CARDS[layer]
    tip = card(layer, {*heads, *(name for fact in facts for name in fact.needs)})
    rest = re.sub(r"\[%.*?%\]", "", tip)
    assert re.sub(r' style="[^"<>]*"', "", rest) == "<div><b></b><table></table></div>"
    expressions = re.findall(r"\[%(.*?)%\]", tip)
    assert len(expressions) == 1 + len(facts)
    for expression in expressions:
        assert re.search(
            r"replace\(replace\(replace\(if\(length\(.*'&', '&amp;'\), '<', '&lt;'\), '>', '&gt;'\)", expression
        )
        assert expression.count(f"> {LONGEST}") == 1


def test_a_fact_without_its_column_leaves_no_trace():
    """What an audience must not see is not named either."""
    tip = card("shortlist", {"site_id", "site_name", "hectares"})
    assert "Hectares" in tip
    for word in ("Rank", "rank", "Score", "market_failure", "open_facts", "core_class"):
        assert word not in tip
    assert card("corridors", set()).startswith("<div")
