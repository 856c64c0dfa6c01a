"""Every key of every table: its example loads; misspelt, of a wrong kind or left out it is refused, with its line."""

from __future__ import annotations

import json

import pytest

from siteprior.core.errors import ProjectError
from siteprior.project.faults import keys_of
from siteprior.project.files import File
from siteprior.project.inputs import Estimate
from siteprior.project.load import Project, load_project
from siteprior.project.reference import example_of, needs_of, places, toml_value
from siteprior.project.toml_lines import key_lines, line_of
from siteprior.sources.registry import discover

discover()
CRITERION, GATE = {"worst": 1, "best": 0}, {"at_most": 0.5}
SIGNAL = {"letter": "P", "zero": 0, "full": 1, "grade": "B", "reason": "in flood zone 3"}
USES = {"criterion": CRITERION, "gate": GATE, "signal": SIGNAL}
WHERE = {"column": "zone", "values": ["3"]}
STOP = {"corridor": "Line 1", "stop_name": "New", "easting": 400000, "northing": 290000, "order": 2}
FULL = {
    "project": {"title": "T", "as_of": "2026-01-31", "price_date": "2025-12-31"},
    "sources": {
        "registers": [{"path": "r.csv"}],
        "own_sites": [{"path": "o.csv", "name": "own", "columns": {"reference": "REF"}}],
        "site_facts": [{"path": "f.csv"}], "decisions": [{"path": "d.csv"}],
        "history": [{"path": "h.csv"}], "shapes": [{"path": "s.gpkg"}], "postcodes": [{"path": "p.csv"}],
        "stops": [{"path": "n.csv"}], "openings": [{"path": "c.csv"}], "streets": {"path": "s.gpkg"},
        "timetables": [{"path": "t.zip"}], "elevation": {"path": "e.tif"}, "sales": [{"path": "s.csv"}],
        "floor_areas": [{"path": "f.csv"}],
        "dwellings": {"path": "d.csv", "code": "C", "column": "N", "year": 2021},
        "areas": {"path": "a.geojson", "code": "C", "year": 2021, "district": "D", "lookup": {"path": "l.csv"}},
        "deprivation": {"path": "i.csv", "edition": 2025},
    },
    "evidence": {
        **{name: [{"path": "e.gpkg"}] for name in (
            "historic_landfill", "flood_zones", "coal", "green_belt", "conservation_areas", "listed_buildings",
            "article_4", "priority_habitats", "former_industry",
        )},
        "land_values": [{"path": "l.xlsx"}],
        "households": {"path": "h.csv"},
        "parcels": [{"path": "p.zip"}],
    },
    "datasets": {"own_dataset": {"title": "T", "address": "https://example.org/t.csv"}},
    "corridors": {"paths": [{"path": "c.csv"}]},
    "access": {},
    "layers": [
        {"name": "one", "path": "t.csv", "kind": "table", "measure": "value", "column": "V", "by": "msoa_code",
         "code": "C", "lookup": {"path": "l.csv", "to": "M"}, "where": WHERE, **USES},
        {"name": "own_layer", "path": "v.gpkg", "kind": "vector", "measure": "share", "where": WHERE,
         "extent": {"path": "e.gpkg"}, **USES},
        {"name": "three", "path": "r.tif", "kind": "raster", "measure": "mean", **USES},
    ],
    "scenarios": [
        {"name": "S", "open": ["Line 2"], "add_stops": [STOP], "add_lines": [{"path": "l.csv"}],
         "cut": [{"route": "X1", "share": 0.5}]},
    ],
    "gates": {"completed": True}, "weights": {"capacity": 1},
    "assumptions": {"costs": {}, "scheme": {}, "additionality": {}, "benefits": {}},
    "shortlist": {"n": 5}, "publish": {"basemap": {"path": "b.pmtiles"}}, "opportunities": {}, "ranking": {},
    "robustness": {}, "programme": {"budget_gbp": 1},
}  # fmt: skip
TABLES = [((), Project), *places(), (("assumptions", "costs", "build_gbp_per_m2"), Estimate)]
KEYS = [
    pytest.param(path, name, field, id=".".join(map(str, (*path, name))))
    for path, model in TABLES
    for name, field in keys_of(model).items()
]
WRONG = {"no": {"such": 1}}


def at(document, path):
    for part in path:
        document = document[part]
    return document


def written(document, tmp_path):
    """Write a project file with every table under a header of its own; lists of tables have an entry a line."""
    lines = []
    tables = {name: value for name, value in document.items() if isinstance(value, dict)}
    for name, value in document.items():
        if isinstance(value, list):
            entries = ",\n".join("  " + toml_value(entry) for entry in value)
            lines.append(f"{name} = [\n{entries},\n]")
        elif name not in tables:
            lines.append(f"{name} = {toml_value(value)}")
    for name, table in tables.items():
        lines.append(f"[{name}]")
        inner = {key: value for key, value in table.items() if name == "assumptions" and key in FULL["assumptions"]}
        lines += [f"{key} = {toml_value(value)}" for key, value in table.items() if key not in inner]
        for key, value in inner.items():
            if value == WRONG:
                lines.append(f"{key} = {toml_value(value)}")
        for key, value in inner.items():
            if value != WRONG:
                lines += [f"[{name}.{key}]", *(f"{k} = {toml_value(v)}" for k, v in value.items())]
    path = tmp_path / "p.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refused(document, tmp_path):
    path = written(document, tmp_path)
    with pytest.raises(ProjectError) as raised:
        load_project(path)
    return path, raised.value.faults


def full(path):
    document = json.loads(json.dumps(FULL))
    if path and path[-1] == "build_gbp_per_m2":
        document["assumptions"]["costs"]["build_gbp_per_m2"] = {"central": 1}
    return document


def valid(path, name, field):
    """Return the full project with a key at its example, and with what the example needs."""
    document = full(path)
    table = at(document, path)
    for key, value in needs_of(field).items():
        table.pop(key, None)
        if value is not None:
            table[key] = value
    if name == "equals":  # for words; the full project's layers hold numbers
        layer = at(document, path[:2])
        layer.pop("signal"), layer.pop("criterion")
        layer |= {"text": True, "measure": "value", "column": "V"} if path[1] == 0 else {"measure": "within"}
    if name == "text":
        layer = at(document, path)
        layer.pop("signal"), layer.pop("criterion")
        layer["gate"] = {"equals": "x"}
    if path == ("assumptions",) and name in ("centres", "incomes"):  # of shares they can make nothing
        layer = document["layers"][1]
        layer |= {"centres": {"measure": "within"}, "incomes": {"measure": "value", "column": "V"}}[name]
        layer.pop("gate"), layer.pop("signal")
    if name == "by":
        table.pop("lookup")
        table["year"] = 2021
    example = example_of(field)
    if example is not None:
        table[name] = example
    return document


@pytest.mark.parametrize(("path", "name", "field"), KEYS)
def test_a_key_has_a_meaning_and_an_example_that_loads(path, name, field, tmp_path):
    assert field.description
    if path and not (path == ("assumptions",) and name in FULL["assumptions"]):  # tables of their own
        assert example_of(field) is not None
    if name == "equals" and path[1] == 2:
        pytest.skip("the cells of a raster are numbers")
    load_project(written(valid(path, name, field), tmp_path))


@pytest.mark.parametrize(("path", "name", "field"), KEYS)
def test_a_misspelt_key_is_refused_with_the_nearest_and_its_line(path, name, field, tmp_path):
    document = valid(path, name, field)
    table = at(document, path)
    table[f"{name}x"] = table.pop(name, WRONG)
    file, faults = refused(document, tmp_path)
    line = line_of(key_lines(file.read_text(encoding="utf-8")), (*path, f"{name}x"))
    found = [fault for fault in faults if f"unknown key '{name}x'; did you mean '{name}'?" in fault]
    assert len(found) == 1, faults
    assert found[0].startswith(f"{file}:{line}: ")


@pytest.mark.parametrize(("path", "name", "field"), KEYS)
def test_a_value_of_a_wrong_kind_is_refused_with_its_line(path, name, field, tmp_path):
    document = valid(path, name, field)
    at(document, path)[name] = WRONG if path else 3
    file, faults = refused(document, tmp_path)
    line = line_of(key_lines(file.read_text(encoding="utf-8")), (*path, name))
    assert any(fault.startswith(f"{file}:{line}: ") and name in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("path", "name"), [pytest.param(*key.values[:2], id=key.id) for key in KEYS if key.values[2].is_required()]
)
def test_a_required_key_left_out_is_refused_with_the_line_of_its_table(path, name, tmp_path):
    document = full(path)
    del at(document, path)[name]
    file, faults = refused(document, tmp_path)
    line = line_of(key_lines(file.read_text(encoding="utf-8")), path)
    where = f"{file}:{line}: " if line else f"{file}: "
    assert any(fault.startswith(where) and f"{name}' is missing" in fault.replace("]", "'") for fault in faults), faults


# ruff: noqa: E501 -- one fault stands on one line
CROSSED = [
    ("weights", "deprivatoin", 1, "[weights]: unknown criterion 'deprivatoin'; did you mean 'deprivation'? Valid: "),
    ("weights", "own_layr", 1, "[weights]: unknown criterion 'own_layr'; did you mean 'own_layer'? Valid: "),
    ("weights", "set", "balancd", "[weights]: unknown weight set 'balancd'; did you mean 'balanced'? Valid: "),
    ("weights", "capacity", -1, "[weights]: 'capacity' is negative (-1)"),
    ("gates", "completd", False, "[gates]: unknown gate 'completd'; did you mean 'completed'? Valid: "),
    ("gates", "own_layr", 1, "[gates]: unknown gate 'own_layr'; did you mean 'own_layer'? Valid: "),
    ("gates", "too_small", {"hectars": 1}, "unknown threshold of gate 'too_small' 'hectars'; did you mean 'hectares'?"),
    ("assumptions", "incomes", "own_layr", "[assumptions] incomes: unknown layer 'own_layr'; did you mean 'own_layer'?"),
    ("assumptions", "centres", "own_layr", "[assumptions] centres: unknown layer 'own_layr'; did you mean 'own_layer'?"),
    ("assumptions", "former_use_layers", {"A": "own_layr"}, "former_use_layers.A: unknown layer 'own_layr'; did you"),
    ("assumptions", "funds", ["gap-fund-800"], "unknown fund 'gap-fund-800'; did you mean 'gap-fund-8000'? Valid: "),
    ("assumptions", "capacity_profile", "nppf-204", "unknown capacity profile 'nppf-204'; did you mean 'nppf-2024'?"),
    ("assumptions", "optimism_class", "standard-civl", "unknown optimism class 'standard-civl'; did you mean 'standard-"),
    ("assumptions", "employment_use", {"own": "warehose"}, "unknown employment use 'warehose'; did you mean 'warehouse'"),
    ("publish", "notebooks", ["1_shortlist"], "unknown notebook '1_shortlist'; did you mean '01_shortlist'? Valid: "),
]  # fmt: skip


@pytest.mark.parametrize(("table", "key", "value", "says"), CROSSED, ids=[f"{t}.{k}={v}" for t, k, v, _ in CROSSED])
def test_names_are_checked_at_load(table, key, value, says, tmp_path):
    document = json.loads(json.dumps(FULL))
    document[table] = {key: value} if table in ("weights", "gates") else {**document[table], key: value}
    file, faults = refused(document, tmp_path)
    line = line_of(key_lines(file.read_text(encoding="utf-8")), (table, key))
    assert len(faults) == 1, faults
    assert faults[0].startswith(f"{file}:{line}: ")
    assert says in faults[0]


@pytest.mark.parametrize("command", ["check", "run"])
def test_the_commands_refuse_before_anything_is_read(command, tmp_path, capsys):
    """The paths of the project name nothing: whatever was read would be missed first."""
    from siteprior import cli

    document = json.loads(json.dumps(FULL))
    document["weights"]["deprivatoin"] = 1
    document["gates"]["completd"] = False
    document["assumptions"]["costs"]["build_gbp_per_sqm"] = 1700
    path = written(document, tmp_path)
    assert cli.main([command, str(path), "--out", str(tmp_path / "out"), "--quiet"]) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    named = [line for line in lines if any(words in line for words in ("deprivation'?", "completed'?", "per_m2'?"))]
    assert len(named) == 3
    missing = [line for line in lines if "no file" in line or "no such file" in line]
    assert bool(missing) == (command == "check")  # which names the files that are not there in the same go
    assert not (tmp_path / "out").exists()


def test_all_faults_are_reported_at_once_in_the_order_of_the_file(tmp_path):
    document = json.loads(json.dumps(FULL))
    document["project"]["seed"] = "x"
    document["layers"][2]["measure"] = "men"
    document["layers"][0]["name"] = "three"
    document["scenarios"].append({"name": "S", "opne": ["x"]})
    document["sources"]["stops"] = 3
    document["shortlist"]["n"] = 0
    document["shortlst"] = {}
    file, faults = refused(document, tmp_path)
    lines = [int(fault.removeprefix(f"{file}:").partition(":")[0]) for fault in faults]
    assert lines == sorted(lines)
    assert len(faults) == 8, faults


def test_a_file_names_only_what_files_state():
    assert [name for name, field in keys_of(File).items() if field.is_required()] == ["path"]
