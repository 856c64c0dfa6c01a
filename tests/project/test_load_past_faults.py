"""What is right of a faulty project file is loaded, and every fault is named with its own line."""

from __future__ import annotations

import copy
import json
import tomllib

import pytest
import tomlkit
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from project.test_every_key import FULL
from project.test_load import GOOD
from siteprior.core.errors import ProjectError
from siteprior.project.load import load_project
from siteprior.project.load_past_faults import NOT_STATED, load_past_faults


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)

    def write(text):
        path = tmp_path / "p.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


LAYERS = """
[[layers]]
name = "bad"
path = "a.gpkg"
kind = "vector"
measure = 3
criterion = {group = "need", worst = 0, best = 1}
[[layers]]
name = "good"
path = "b.gpkg"
kind = "vector"
measure = "share"
[weights]
bad = 1
capacity = 1
capcity = 1
"""


def test_a_right_file_is_loaded_as_ever(write):
    project, faults = load_past_faults(write(GOOD))
    assert faults.sentences == ()
    assert project == load_project(write(GOOD))


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ("as_of =", "as_off =", lambda p: p.project.as_of.year == 2021),
        ("stops =", "stopps =", lambda p: p.sources.stops[0].path == "naptan.csv"),
        ("[shortlist]", "[shortlst]", lambda p: p.shortlist.n == 5),
        ("n = 5", 'n = "five"', lambda p: p.shortlist.n == 1),
        ("year = 2021", "year = 2012", lambda p: p.sources.areas.path == "lsoa.geojson"),
        ('stops = "naptan.csv"\n', "", lambda p: p.sources.stops[0].path == NOT_STATED),
        ('"r/*.csv", {', '3, {', lambda p: [each.path for each in p.sources.registers] == ["x.csv"]),
        ("[corridors]\n", "[corridors]\nonly = 3\n", lambda p: p.corridors.only == ()),
        ('title = "T"', "title = 3", lambda p: p.project.as_of.year == 2021),
        ('registers = ["r/*.csv", {path = "x.csv", organisation = "E08000025"}]\n', "",
         lambda p: p.sources.stops[0].path == "naptan.csv"),
    ],
)  # fmt: skip
def test_each_fault_is_that_of_the_load_and_the_rest_is_there(old, new, left, write):
    assert old in GOOD
    path = write(GOOD.replace(old, new))
    with pytest.raises(ProjectError) as refused:
        load_project(path)
    project, faults = load_past_faults(path)
    assert faults.sentences == refused.value.faults
    assert left(project)


def test_a_layer_left_out_makes_no_fault_of_its_weight_and_the_next_keeps_its_line(write):
    path = write(GOOD + LAYERS)
    project, faults = load_past_faults(path)
    at = [fault.partition(": ")[2] for fault in faults.sentences]
    assert len(at) == 2
    assert at[0].startswith("layers[1].measure: ")
    assert at[1].startswith("[weights]: unknown criterion 'capcity'; did you mean 'capacity'?")
    assert [layer.name for layer in project.layers] == ["good"]
    assert project.weights == {"capacity": 1.0}
    line = (GOOD + LAYERS).splitlines().index('path = "b.gpkg"') + 1
    assert project.at(("layers", 0, "path"), "x") == f"{path}:{line}: layers[2].path: x"


def test_a_fault_that_a_misspelt_table_hid_is_named_too(write):
    text = GOOD.replace("[shortlist]\nn = 5", '[shortlst]\nn = "five"')
    _, faults = load_past_faults(write(text))
    assert [fault.partition(": ")[2].partition(";")[0] for fault in faults.sentences] == [
        "unknown key 'shortlst'", "[shortlist] n: needs a whole number, not 'five'"
    ]  # fmt: skip


def test_what_is_no_toml_is_refused(write):
    with pytest.raises(ProjectError, match="is not valid TOML"):
        load_past_faults(write("[project"))


def keys_in(value, at=()):
    """Yield every key and entry of the tables of a project file."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inside:
        yield (*at, name)
        yield from keys_in(part, (*at, name))


PATHS = list(keys_in(json.loads(json.dumps(FULL))))
WRONG_VALUES = [-1, "homes", "no such", [], {}, [3], True, "2026-13-45", {"path": 3}]


def spoiled(document, at, how):
    """Take away, rename, or replace what stands at a key, unless it went before."""
    table = document
    for part in at[:-1]:
        if not isinstance(table, dict | list) or (isinstance(table, dict) and part not in table):
            return
        if isinstance(table, list) and (not isinstance(part, int) or part >= len(table)):
            return
        table = table[part]
    last = at[-1]
    places = range(len(table)) if isinstance(table, list) else ()
    there = last in table if isinstance(table, dict) else last in places
    if not there:
        return
    if how == "gone":
        del table[last]
    elif how == "renamed" and isinstance(table, dict):
        table[f"{last}x"] = table.pop(last)
    elif how == "twice" and isinstance(table, list):
        table.append(copy.deepcopy(table[last]))
    else:
        table[last] = how


@given(
    spoils=st.lists(
        st.tuples(st.sampled_from(PATHS), st.sampled_from(["gone", "renamed", "twice", *WRONG_VALUES])),
        min_size=1, max_size=4,
    )
)  # fmt: skip
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_wrong_is_named_and_the_rest_is_loaded(spoils, tmp_path):
    document = json.loads(json.dumps(FULL))
    for at, how in spoils:
        spoiled(document, at, copy.deepcopy(how))
    try:
        path = tmp_path / "p.toml"
        path.write_text(tomlkit.dumps(document), encoding="utf-8")
        tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, TypeError):
        assume(False)
    project, faults = load_past_faults(path)
    if not faults.sentences:
        assert project == load_project(path)
        return
    with pytest.raises(ProjectError) as refused:
        load_project(path)
    assert set(refused.value.faults) <= set(faults.sentences)


@pytest.mark.parametrize("name", ["homes", "Flood Zone", "Industry"])
@pytest.mark.parametrize("place", ["first", "last", "alone"])
def test_a_layer_with_a_bad_name_is_left_out_wherever_it_stands(write, name, place):
    bad = f'[[layers]]\nname = "{name}"\npath = "a.gpkg"\nkind = "vector"\nmeasure = 3\n'
    good = '[[layers]]\nname = "good"\npath = "b.gpkg"\nkind = "vector"\nmeasure = "within"\n'
    project, faults = load_past_faults(write(GOOD + {"first": bad + good, "last": good + bad, "alone": bad}[place]))
    assert [layer.name for layer in project.layers] == ([] if place == "alone" else ["good"])
    assert len(faults.sentences) == 2
    assert all("layers[" in sentence for sentence in faults.sentences)


def test_a_weight_on_a_layer_without_a_criterion_is_answered_with_what_makes_it_one(write):
    layer = '[[layers]]\nname = "conservation"\npath = "a.gpkg"\nkind = "vector"\nmeasure = "within"\n'
    with pytest.raises(ProjectError, match=r"'conservation' is a layer of the project without a criterion; add to it"):
        load_project(write(GOOD + layer + "[weights]\nconservation = 1\ncapacity = 1\n"))
