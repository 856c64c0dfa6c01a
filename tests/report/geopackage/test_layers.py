"""What a run publishes: layers with their declared columns, and titles of which none stands twice."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.schema import Column
from siteprior.report.geopackage.layers import (
    CONTRIBUTION,
    LAYERS,
    TABLES,
    aliases,
    contribution_columns,
    declared_columns,
)

CRITERIA = pd.DataFrame({"criterion": ["walk", "imd"], "title": ["Walk to the corridor", "IMD"]})


def test_the_first_layers_stand_in_the_order_of_the_contract():
    assert list(LAYERS)[:7] == ["shortlist", "sites", "opportunities", "programme", "corridors", "stops", "areas"]
    assert list(TABLES)[:3] == ["run_info", "criteria", "issues"]
    assert not set(LAYERS) & set(TABLES)


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_has_title_meaning_shape_and_declared_columns(name):
    layer = LAYERS[name]
    assert layer.title
    assert layer.description
    assert layer.geometry in ("Point", "MultiLineString", "MultiPolygon")
    kinds = {}
    for column in layer.columns:  # what two tables share is one kind of value
        assert kinds.setdefault(column.name, column.kind) == column.kind
    assert kinds
    for table in layer.tables:
        assert len(table.names) == len(set(table.names))


def test_contributions_are_parts_of_the_score():
    columns = contribution_columns(CRITERIA)
    assert [(c.name, c.label, c.unit) for c in columns] == [
        ("c_walk", "Score from walk to the corridor", "0–1"), ("c_imd", "Score from iMD", "0–1"),
    ]  # fmt: skip
    assert columns[0].meaning == "Part of the score that comes from: Walk to the corridor"
    assert contribution_columns(CRITERIA.iloc[:0]) == []


def test_every_layer_knows_keys_and_contributions():
    declared = declared_columns(CRITERIA)
    assert list(declared)[: len(LAYERS)] == list(LAYERS)
    assert set(declared) - set(LAYERS) <= set(TABLES)
    assert {"c_walk", "site_id", "corridor", "lsoa_code"} <= set(declared["stops"])
    assert not any(name.startswith(CONTRIBUTION) for name in declared_columns(None)["sites"])


def column(name, label, unit=""):
    return Column(name, "number", label, "A meaning", unit)


def test_titles_carry_the_units_readers_need():
    declared = {
        "walk_m": column("walk_m", "Walk", "m"),
        "homes": column("homes", "Homes", "homes"),
        "share": column("share", "Share", "%"),
    }
    table = pd.DataFrame(columns=["walk_m", "homes", "share", "own", "geom"])
    assert aliases(table, declared) == {"walk_m": "Walk (m)", "homes": "Homes", "share": "Share (%)", "own": "own"}


@given(st.lists(st.sampled_from(["Walk", "Homes", "a", "b"]), min_size=4, max_size=4))
def test_no_title_stands_twice(labels):
    declared = {name: column(name, label) for name, label in zip("abc", labels, strict=False)}
    titles = aliases(pd.DataFrame(columns=list("abcd")), declared)
    assert list(titles) == list("abcd")
    assert len(set(titles.values())) == 4
    assert all(titles[name].startswith(declared[name].label) for name in declared)
