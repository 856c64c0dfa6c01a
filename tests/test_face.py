"""The public face: its names, their types and examples, and the names of the last release."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import subprocess
import sys
import types
from pathlib import Path

import pytest
from mypy import api

import siteprior as sp
from conftest import ROOT
from siteprior.core.errors import SitePriorError
from siteprior.core.renamed import RenamedWarning, renamed_argument

STUBS = sorted((ROOT / "src" / "siteprior").rglob("__init__.pyi"))
VERBS = {
    "acceptability", "assess", "audit", "cache_contents", "check", "choose_programme", "clear_cache", "cluster",
    "compare", "criteria", "data_dictionary", "demo",
    "explain", "fetch", "hand_over", "init_project", "load_project", "measure_access", "measure_walks", "newest_run",
    "open_run", "outcomes", "panel",
    "plot_bands", "plot_contributions", "plot_core_index", "plot_corridor", "plot_frontier", "plot_map", "rank",
    "read_areas", "read_registers", "read_stops", "rerank", "run", "run_differences", "score", "shortlist_table",
    "who_benefits", "write_comparison", "write_weights",
}  # fmt: skip
CLASSES = {"InputError", "OutputError", "ProjectError", "Reading", "Result", "Run", "RunWarning", "SitePriorError"}


def package_of(stub):
    return ".".join(stub.parent.relative_to(ROOT / "src").parts)


def names_in(stub):
    """Return the names that type checkers see in a stub: its ``__all__``."""
    assigned = [node for node in ast.parse(stub.read_text(encoding="utf-8")).body if isinstance(node, ast.Assign)]
    return ast.literal_eval(assigned[-1].value)


def face():
    """Return every function and class of the face by the name a user writes, from the stubs."""
    found, seen = {}, set()

    def add(space, names, where):
        for name in names:
            thing = getattr(space, name)
            if isinstance(thing, types.ModuleType):
                if thing.__name__ not in seen and thing.__name__.startswith("siteprior."):
                    seen.add(thing.__name__)
                    add(thing, public(thing), f"{where}.{name}")
            elif callable(thing):
                found[f"{where}.{name}"] = thing

    add(sp, names_in(ROOT / "src/siteprior/__init__.pyi"), "sp")
    return found


def public(module):
    """Return the names of a namespace; those of a module that is one without a stub are its own functions."""
    if hasattr(module, "__all__"):
        return module.__all__
    return [name for name, thing in vars(module).items() if is_own(thing, module) and not name.startswith("_")]


def is_own(thing, module):
    return (inspect.isroutine(inspect.unwrap(thing)) or inspect.isclass(thing)) and thing.__module__ == module.__name__


FACE = face()


def test_the_root_holds_a_dozen_verbs_and_namespaces():
    here = {name: getattr(sp, name) for name in sp.__all__ if name != "__version__"}
    assert {name for name, thing in here.items() if inspect.isroutine(thing)} == VERBS
    assert {name for name, thing in here.items() if inspect.isclass(thing)} == CLASSES
    assert set(here) - VERBS - CLASSES == {
        "access", "appraisal", "areas", "benefits", "corridors", "funds", "joins", "layers", "market_failure",
        "notebook",
        "parameters", "prices", "programme", "project", "ranking", "registers", "report", "sales", "scenarios",
        "schema", "streets", "timetables", "transit", "viability", "walking",
    }  # fmt: skip


@pytest.mark.parametrize("stub", STUBS, ids=package_of)
def test_a_stub_says_what_there_is(stub):
    module = importlib.import_module(package_of(stub))
    assert sorted(module.__all__) == names_in(stub) == sorted(names_in(stub))
    assert set(dir(module)) >= set(module.__all__) - {"__version__"}
    for name in module.__all__:
        thing = getattr(module, name)
        if not isinstance(thing, types.ModuleType):
            # A name that is a module's, too, would be that module once anything had imported it.
            assert not (stub.parent / f"{name}.py").exists(), f"{module.__name__}.{name} is a module of its package"
            assert not (stub.parent / name).is_dir()


@pytest.mark.parametrize("stub", STUBS, ids=package_of)
def test_the_verbs_of_the_root_are_those_of_the_namespaces(stub):
    tree = ast.parse(stub.read_text(encoding="utf-8"))
    for node in (node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module):
        for alias in node.names:
            home = importlib.import_module(f"{package_of(stub)}.{node.module}")
            thing = getattr(importlib.import_module(package_of(stub)), alias.asname or alias.name)
            assert thing is getattr(home, alias.name)


def test_a_short_name_is_the_own_name_without_the_noun_of_its_namespace():
    for name, thing in FACE.items():
        *_, space, short = name.split(".")
        own = getattr(thing, "__name__", short)
        if own != short and name not in ("sp.compare", "sp.parameters.load"):
            words = {word for word in own.split("_") if word not in short.split("_")}
            assert {word.rstrip("s") for word in words} == {space.rstrip("s")}, name


def test_a_wrong_name_is_refused_with_the_right_ones():
    with pytest.raises(
        AttributeError, match=r"siteprior.registers has no name 'raed'; did you mean 'read'\? It has apply_dec"
    ):
        sp.registers.raed  # noqa: B018
    with pytest.raises(AttributeError, match="siteprior has no name 'nonsense_name'; it has InputError"):
        sp.nonsense_name  # noqa: B018
    with pytest.raises(AttributeError, match=r"siteprior.ranking has no name 'scor'; did you mean 'score'\? It has"):
        sp.ranking.scor  # noqa: B018
    with pytest.raises(AttributeError, match=r"siteprior has no name 'opne_run'; did you mean 'open_run'\?"):
        sp.opne_run  # noqa: B018


@pytest.mark.parametrize("name", sorted(FACE))
def test_every_name_has_an_example_and_opens_with_a_sentence(name):
    text = inspect.getdoc(FACE[name]) or ""
    assert text.splitlines()[0].endswith((".", ":")), f"{name}: the first line of the docstring is a sentence"
    assert ">>> " in text, f"{name} has no example"


SCREEN = (93, 46)
"""Columns and lines of a screen of 1280 × 800, as JupyterLab's help shows it; tests/test_jupyterlab.py looks at it."""


@pytest.mark.parametrize("name", sorted(FACE))
def test_a_signature_can_be_read(name):
    """No registry, function or long table stands in it as a default: help shows all of it."""
    try:
        signature = inspect.signature(FACE[name])
    except ValueError:  # a warning class, built in as Python has it
        return
    assert len(str(signature)) <= 430, f"{name}{signature}"
    for each in signature.parameters.values():
        given = each.default
        plain = given is each.empty or given is None or isinstance(given, str | int | float | tuple | Path)
        # a dataclass's own number is made when it is asked for, and shown as <factory>
        assert plain or repr(given) == "<factory>", f"{name}: {each.name} is {type(given).__name__} by default"
        assert len(repr(given)) <= 60, f"{name}: the default of {each.name}"


def help_of(name):
    """Return the lines of help as a notebook shows them: one for each argument of a signature that is long."""
    try:
        signature = inspect.signature(FACE[name])
    except ValueError:  # a warning class, built in as Python has it
        signature = inspect.Signature()
    arguments = [str(each) for each in signature.parameters.values()]
    if any(each.kind is each.KEYWORD_ONLY for each in signature.parameters.values()):
        arguments.append("*")
    head = [f"Signature: {name}{signature}"]
    if len(name) + sum(len(each) + 2 for each in arguments) > 75:
        head = ["Signature:", f"{name}(", *(f"    {each}," for each in arguments), ")"]
    text = inspect.getdoc(FACE[name]).splitlines()
    return [*head, "Docstring:", *text, "File: where it stands", "Type: what it is"]


@pytest.mark.parametrize("name", sorted(f"sp.{name}" for name in VERBS | CLASSES))
def test_the_help_of_every_verb_fits_one_screen(name):
    width, height = SCREEN
    assert sum(max(1, -(-len(line) // width)) for line in help_of(name)) <= height


def test_type_checkers_see_the_face(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import siteprior as sp\n"
        "reveal_type(sp.read_registers)\n"
        "reveal_type(sp.registers.read)\n"
        "reveal_type(sp.access.join)\n"
        "sp.nonsense_name\n"
        "sp.registers.read_all\n"
        "sp.score('not a matrix', {})\n"
    )
    # with what the lint's run of mypy kept, where it ran
    settings = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache")]
    said, faults, _ = api.run([*settings, str(script)])
    assert not faults
    lines = [line for line in said.splitlines() if "script.py" in line]
    reading = "siteprior.core.issues.Reading[geopandas.geodataframe.GeoDataFrame]"
    for number in (2, 3):
        assert any(f":{number}: note: Revealed type is" in line and reading in line for line in lines), said
    assert any(":4: note:" in line and "Walking" in line and "DataFrame" in line for line in lines), said
    assert any(':5: error: Module has no attribute "nonsense_name"' in line for line in lines), said
    assert any(':6: error: Module has no attribute "read_all"' in line for line in lines), said
    assert any(":7: error: Argument 1" in line for line in lines), said


def test_import_of_the_face_costs_one_small_library():
    code = "import sys, siteprior; print(json.dumps(sorted(m for m in sys.modules if m.startswith('siteprior'))))"
    done = subprocess.run([sys.executable, "-c", f"import json; {code}"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["siteprior", "siteprior.core", "siteprior.core.lazy"]


@pytest.mark.parametrize("verb", ["run", "demo", "check", "audit", "measure_access", "fetch", "assess"])
def test_say_is_read_as_progress(verb, tmp_path):
    function = getattr(sp, verb)
    assert "progress" in inspect.signature(function).parameters
    given = {"demo": ()}.get(verb, (tmp_path / "none.toml",))
    fails = {"demo": {"out": Path(__file__) / "no-folder"}}.get(verb, {})
    with (
        pytest.warns(RenamedWarning, match=f"{verb}: the argument 'say' is now 'progress'; the old name goes in"),
        pytest.raises((SitePriorError, OSError)),
    ):
        function(*given, say=lambda line: None, **fails)


@pytest.mark.parametrize(
    "reader",
    ["read_areas", "read_corridor_lines", "read_corridor_stops", "read_deprivation", "read_openings", "read_own_sites",
     "read_shapes"],
)  # fmt: skip
def test_path_is_read_as_paths(reader, tmp_path):
    function = FACE.get(f"sp.{reader}") or next(thing for name, thing in FACE.items() if name.endswith(f".{reader}"))
    needs = [p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty][1:]
    values = {
        "code": "a",
        "year": 2021,
        "edition": 2025,
        "name_column": "a",
        "columns": {"reference": "a"},
        "register": "a",
    }
    with (
        pytest.warns(RenamedWarning, match="the argument 'path' is now 'paths'"),
        pytest.raises(SitePriorError, match="none"),
    ):
        function(path=tmp_path / "none.csv", **{need: values[need] for need in needs})


def test_an_argument_given_by_both_names_is_refused():
    @renamed_argument(say="progress")
    def job(*, progress=None):
        return progress

    with pytest.raises(TypeError, match="job: got 'say' and 'progress', which are one argument"):
        job(say=print, progress=print)
