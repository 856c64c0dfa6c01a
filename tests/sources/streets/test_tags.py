"""The tags of a street: the same verdict, whatever carries them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.schema import CRS
from siteprior.sources.streets.reader import network_from_graph, read_streets
from siteprior.sources.streets.tags import judge_tags, judged, street_tags, tag_columns, tag_values
from siteprior.sources.streets.walkable import CLOSED, NO_STREET, PRIVATE, UNKNOWN, WALKED, judge, meaning

EAST, NORTH = 407000, 286000


@pytest.mark.parametrize(
    "carried",
    [
        ["steps", "footway"], ("steps", "footway"), np.array(["steps", "footway"]), "['steps', 'footway']",
        '["steps", "footway"]', "('steps', 'footway')", "[steps, footway]", "(2:steps,footway)", "{steps,footway}",
        " ['steps',  'footway'] ", "[['steps'], 'footway', nan]", ["['steps', 'footway']"], ["steps", None, "footway"],
        ["steps", float("nan"), "footway", "steps"],
    ],
)  # fmt: skip
def test_a_list_is_a_list_however_it_is_written(carried):
    assert tag_values(carried) == ["steps", "footway"]


@pytest.mark.parametrize(
    "nothing",
    [
        None,
        float("nan"),
        np.nan,
        pd.NA,
        pd.NaT,
        "",
        "  ",
        "nan",
        "NaN",
        "None",
        "null",
        "<NA>",
        [],
        "[]",
        [None],
        "[nan]",
    ],
)
def test_nothing_is_nothing(nothing):
    assert tag_values(nothing) == []


def test_yes_and_no_and_numbers():
    assert [tag_values(value) for value in (True, False, np.bool_(True), "True", "false", 3)] == [
        ["yes"], ["no"], ["yes"], ["yes"], ["no"], ["3"],
    ]  # fmt: skip


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=30), st.lists, max_leaves=6))
def test_any_value_is_a_list_of_texts(value):
    assert all(isinstance(each, str) for each in tag_values(value))


@pytest.mark.parametrize(
    "others",
    [
        '"access"=>"private","lit"=>"yes"', '"lit"=>NULL, "access" => "private"', '{"access": "private"}',
        {"access": "private"}, [("access", "private"), ("lit", "yes")], "{'access': 'private'}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("column", ["other_tags", "all_tags", "tags", "TAGS"])
def test_tags_without_a_column_of_their_own_count(others, column):
    tags = street_tags({"highway": "service", column: others})
    assert tags == {"highway": ["service"], "access": ["private"]}
    assert judge_tags(tags).verdict == PRIVATE


def test_a_column_goes_before_other_tags_and_a_blank_one_does_not():
    assert street_tags({"access": "yes", "tags": '{"access": "no"}'})["access"] == ["yes"]
    assert street_tags({"access": None, "tags": '{"access": "no"}'})["access"] == ["no"]


def test_names_of_columns_as_formats_write_them():
    names = ["HIGHWAY", "ramp_wheel", "Ramp:Wheelchair", "foot", "geometry", "ACCESS "]
    assert list(tag_columns(names).values()) == ["highway", "ramp:wheelchair", "ramp:wheelchair", "foot", "access"]


@pytest.mark.parametrize(
    ("tags", "verdict", "steps"),
    [
        ({}, WALKED, False),
        ({"access": ["private"]}, PRIVATE, False),
        ({"access": ["no"]}, CLOSED, False),
        ({"access": ["no"], "foot": ["yes"]}, WALKED, False),
        ({"foot": ["yes", "no"], "highway": ["path"]}, CLOSED, False),  # two ways merged: the strictest
        ({"foot": ["yes;no"], "highway": ["path"]}, WALKED, False),  # one way that allows both
        ({"highway": ["Steps"]}, WALKED, True),
        ({"highway": ["steps;footway"]}, WALKED, True),
        ({"highway": ["boulevard"]}, UNKNOWN, False),
        ({"highway": ["boulevard"], "access": ["Private"]}, PRIVATE, False),
        ({"highway": ["motorway", "residential"]}, NO_STREET, False),
        ({"highway": ["path"], "wheelchair": ["no", "yes"]}, WALKED, True),
        ({"motorroad": ["yes"]}, NO_STREET, False),
    ],
)
def test_the_strictest_of_the_ways_merged(tags, verdict, steps):
    assert judge_tags(tags)[:2] == (verdict, steps)


VALUES = {
    "highway": ["residential", "steps", "motorway", "service", "footway", "boulevard"],
    "access": ["private", "no", "yes", "customers", "moon"],
    "foot": ["yes", "no", "private", "designated"],
    "wheelchair": ["yes", "no", "limited"],
}
MERGED = st.fixed_dictionaries(
    {}, optional={tag: st.lists(st.sampled_from(values), min_size=1, max_size=3) for tag, values in VALUES.items()}
)


@given(MERGED, st.randoms())
def test_neither_order_nor_repetition_of_values_matters(tags, random):
    other = {tag: random.sample(values, len(values)) + values[:1] for tag, values in tags.items()}
    assert judge_tags(tags)[:2] == judge_tags(other)[:2]


@given(MERGED)
def test_values_of_one_meaning_decide_alike(tags):
    for tag, values in tags.items():
        for value in values:
            for other in VALUES[tag]:
                if meaning(tag, value) == meaning(tag, other):
                    assert judge({"highway": "path", tag: value}) == judge({"highway": "path", tag: other})


def test_lists_of_any_length_are_judged_at_once():
    many = {tag: [f"word{number}" for number in range(1000)] + ["no"] for tag in VALUES}
    assert judge_tags({**many, "highway": ["path"]}).verdict == CLOSED


def test_what_is_looked_up_once_is_what_is_judged():
    columns = {"highway": "highway", "other": "other_tags"}
    assert judged(columns, ["service", '"access"=>"no"']).verdict == CLOSED
    assert judged(columns, [["service"], {"access": "no"}]).verdict == CLOSED


def street(at, tags):
    return [(EAST + 100 * at, NORTH), (EAST + 100 * at + 100, NORTH)], tags


def carriers(streets, folder, crs_text):
    """Yield the network of the same streets, as each carrier holds them."""
    graph = nx.MultiDiGraph(crs=CRS)
    for at in range(len(streets) + 1):
        graph.add_node(at, x=EAST + 100 * at, y=NORTH)
    for at, tags in enumerate(streets):
        graph.add_edge(at, at + 1, **{tag: values if len(values) > 1 else values[0] for tag, values in tags.items()})
    yield "memory", lambda: network_from_graph(graph)
    text = nx.MultiDiGraph(crs=crs_text)  # as osmnx 0.x and 1.x write them: all attributes are texts
    for node, facts in graph.nodes(data=True):
        text.add_node(node, **{key: str(value) for key, value in facts.items()})
    for u, v, facts in graph.edges(data=True):
        text.add_edge(u, v, oneway="False", length="100.0", **{key: str(value) for key, value in facts.items()})
    nx.write_graphml(text, folder / "old.graphml")
    yield "GraphML", lambda: read_streets(folder / "old.graphml")
    rows = [street(at, tags) for at, tags in enumerate(streets)]
    lines = [shapely.LineString(line) for line, _ in rows]
    named = {
        tag: [None if tag not in tags else str(tags[tag]) if len(tags[tag]) > 1 else tags[tag][0] for _, tags in rows]
        for tag in VALUES
    }
    gpd.GeoDataFrame(named, geometry=lines, crs=CRS).to_file(folder / "edges.gpkg", layer="edges")
    yield "GeoPackage", lambda: read_streets(folder / "edges.gpkg", layer="edges")
    others = [json.dumps({tag: values for tag, values in tags.items() if tag != "highway"}) for _, tags in rows]
    table = gpd.GeoDataFrame({"highway": named["highway"], "tags": others}, geometry=lines, crs=CRS)
    table.to_parquet(folder / "edges.parquet")
    yield "GeoParquet", lambda: read_streets(folder / "edges.parquet")


def lengths(read):
    try:
        done = read()
    except InputError as fault:
        return str(fault).partition("open to walkers")[1]
    network = getattr(done, "table", done)
    return sorted(network.edge_mm.tolist()), network.edge_mm[network.steps].sum()


@settings(max_examples=20, deadline=None)
@given(
    st.lists(MERGED, min_size=1, max_size=5),
    st.sampled_from([CRS, "{'init': 'epsg:27700'}", "+init=epsg:27700 +type=crs"]),
)
def test_the_same_streets_make_the_same_network_whatever_carries_them(streets, crs_text):
    with tempfile.TemporaryDirectory() as folder:
        found = {name: lengths(read) for name, read in carriers(streets, Path(folder), crs_text)}
    assert len(set(map(str, found.values()))) == 1, found
