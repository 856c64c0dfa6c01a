from __future__ import annotations

import copy
import pickle
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from siteprior.core import parameters as presets
from siteprior.core.errors import InputError, SitePriorError
from siteprior.core.parameters import load_parameters, parameter_files, parameter_rows, register_parameters

FILES = sorted(
    p.name.removesuffix(".toml")
    for p in (resources.files("siteprior") / "parameters").iterdir()
    if p.name.endswith(".toml")
)


@pytest.mark.parametrize("name", FILES)
def test_every_number_has_unit_source_date_and_confidence(name):
    rows = presets.parameter_rows(name)
    assert rows
    for row in rows:
        assert row.source.strip(), row.name
        assert row.unit.strip(), row.name
        assert row.date.strip(), row.name
        assert row.confidence in presets.CONFIDENCES


def test_an_unknown_file_lists_the_known_ones():
    with pytest.raises(SitePriorError, match="unknown parameter file 'acess'; did you mean 'access'"):
        presets.load_parameters("acess")


def test_a_number_without_its_source_is_refused():
    with pytest.raises(SitePriorError, match="needs exactly value, unit, source, date, confidence"):
        presets._entry("x.y", {"value": 1, "unit": "m"})
    with pytest.raises(SitePriorError, match="a bare value"):
        presets._entry("x.y", 1)


FACTS = {"unit": "m", "source": "made up", "date": "2026-11-27", "confidence": "user"}


def test_what_is_registered_stands_with_what_ships_and_is_recorded():
    register_parameters("access", {"bridge_m": {"value": 40, **FACTS}})
    register_parameters("bridges", {"wide": {"height_m": {"value": 5.5, **FACTS}}})
    assert load_parameters("access").number("bridge_m") == 40
    assert load_parameters("access").number("walk_factor") == 1.3
    assert load_parameters("bridges").table("wide").number("height_m") == 5.5
    assert parameter_rows("access")[-1].name == "access.bridge_m"
    assert parameter_files()[-1] == "bridges"
    register_parameters("bridges", {"wide": {"height_m": {"value": 5.5, **FACTS}}})  # the same again changes nothing
    with pytest.raises(SitePriorError, match=r"bridges\.wide: stands there already, and differently"):
        register_parameters("bridges", {"wide": {"height_m": {"value": 6, **FACTS}}})
    with pytest.raises(SitePriorError, match=r"bridges\.narrow: needs exactly value, unit, source"):
        register_parameters("bridges", {"narrow": {"value": 6}})
    assert "narrow" not in load_parameters("bridges")


def test_every_file_that_ships_is_recorded_in_its_order_or_reported_to_steer_nothing():
    folder = Path(presets.__file__).parent.parent / "parameters"
    names = {path.stem for path in folder.glob("*.toml")}
    assert set(parameter_files()) == names - {
        "cluster",
        "fetch",
        "files",
        "inputs",
        "kept",
        "methods",
        "new_projects",
        "report",
        "sizes",
    }
    assert parameter_files()[:3] == ["registers", "history", "duplicates"]
    assert parameter_files()[-1] == "programme"


def test_no_attribute_of_parameters_can_be_set_or_taken_away():
    access = load_parameters("access")
    for name in ("_entries", "name", "new"):
        with pytest.raises(AttributeError, match=f"parameters access: cannot be changed \\({name}\\)"):
            setattr(access, name, {})
        with pytest.raises(AttributeError, match="cannot be changed"):
            delattr(access, name)
    with pytest.raises(TypeError):
        access["walk_factor"] = 2
    with pytest.raises(TypeError):
        access._entries["walk_factor"] = 2
    with pytest.raises(AttributeError):
        access.parameter("walk_factor").value = 2
    assert access.number("walk_factor") == 1.3


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda entries: pickle.loads(pickle.dumps(entries))])
def test_copies_and_pickles_are_the_same_parameters(name, again):
    entries = load_parameters(name)
    made = again(entries)
    assert isinstance(made, presets.Parameters)
    assert (made.name, made) == (entries.name, entries)
    assert list(made) == list(entries)
    with pytest.raises(AttributeError, match="cannot be changed"):
        made.name = "other"


@pytest.mark.parametrize(("file", "entries"), [(3, {}), ("noise", None), ("noise", [1]), ("noise", {3: {}})])
def test_what_cannot_be_registered_leaves_nothing_behind(file, entries):
    before = parameter_files()
    with pytest.raises(SitePriorError, match="needs the name of a file, and entries by name"):
        register_parameters(file, entries)
    assert parameter_files() == before


def test_nothing_in_a_parameter_s_value_can_be_changed():
    fact = {"unit": "", "source": "a", "date": "2026-01-01", "confidence": "proposal"}
    given = {"of": ["homes", {"least": [1, 2]}], "by": {"fund": "a"}}
    made = presets.Parameter("rule", given, *fact.values())
    for register in ({"value": given, **fact}, made):
        entry = presets._entry("rules.one", register)
        given["by"]["fund"], given["of"][1]["least"][0] = "b", 9  # what was registered is not what is kept
        value = entry.value
        assert value == {"of": ("homes", {"least": (1, 2)}), "by": {"fund": "a"}}
        for table in (value, value["by"], value["of"][1]):
            with pytest.raises(TypeError):
                table["new"] = 1
            with pytest.raises(AttributeError, match="cannot be changed"):
                table._entries = {}
            with pytest.raises(TypeError):
                table._entries["new"] = 1
        given["by"]["fund"], given["of"][1]["least"][0] = "a", 1
    assert copy.deepcopy(entry) == pickle.loads(pickle.dumps(entry)) == entry


@pytest.mark.parametrize("name", FILES)
def test_every_value_that_ships_is_frozen_through(name):
    def parts(value):
        yield value
        for part in value.values() if isinstance(value, presets.FrozenTable) else value if type(value) is tuple else ():
            yield from parts(part)

    kinds = {type(part) for row in parameter_rows(name) for part in parts(row.value)}
    assert kinds <= {str, int, float, bool, date, tuple, presets.FrozenTable}


@pytest.mark.parametrize("wrong", [["access"], None, 5, {"a": 1}])
def test_what_is_no_name_of_a_file_is_refused(wrong):
    with pytest.raises(InputError, match="parameters: needs the name of one parameter file, such as 'access', got"):
        load_parameters(wrong)
