"""The parameters of a notebook: found in its tagged cell, set by a cell of their own, refused where they are none."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.notebooks import CODE, make, save
from siteprior.core.errors import InputError
from siteprior.report.notebooks.parameters import INJECTED, notebook_parameters, prepared
from siteprior.report.notebooks.run import execute_notebook

TAGGED = {"tags": ["parameters"]}
PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9)
)


@pytest.fixture
def plain(tmp_path):
    return make(tmp_path)


class TestParameters:
    def test_are_those_the_tagged_cell_assigns(self, plain):
        assert notebook_parameters(plain) == {"name": "nobody", "times": 1, "place": "."}

    def test_unknown_one_is_refused_with_those_it_has(self, plain, tmp_path):
        with pytest.raises(InputError, match="unknown parameter 'nam'; did you mean 'name'"):
            execute_notebook(plain, tmp_path / "out.html", parameters={"nam": "x"}, cwd=tmp_path)
        assert not (tmp_path / "out.html").exists()

    def test_value_that_is_not_plain_is_refused(self, plain, tmp_path):
        with pytest.raises(InputError, match=r"parameter 'name'.*cannot be written"):
            execute_notebook(plain, tmp_path / "out.html", parameters={"name": object()}, cwd=tmp_path)

    def test_notebook_without_tagged_cell_has_none(self, tmp_path):
        source = save(tmp_path / "bare.ipynb", CODE("1"))
        with pytest.raises(InputError, match="unknown parameter 'a'; Valid: \\(none\\)"):
            execute_notebook(source, tmp_path / "out.html", parameters={"a": 1}, cwd=tmp_path)


def test_notebook_of_before_cell_ids_is_read(tmp_path):
    old = {
        "nbformat": 4, "nbformat_minor": 2, "metadata": {},
        "cells": [{"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": ["a = 5"], "outputs": [],
                   "execution_count": None}],
    }  # fmt: skip
    (tmp_path / "old.ipynb").write_text(json.dumps(old))
    assert notebook_parameters(tmp_path / "old.ipynb") == {"a": 5}


def test_what_is_no_notebook_is_refused(tmp_path):
    (tmp_path / "x.ipynb").write_text("not json")
    with pytest.raises(InputError, match="cannot be read as a notebook"):
        notebook_parameters(tmp_path / "x.ipynb")
    (tmp_path / "z.ipynb").write_text('{"nbformat": 3, "worksheets": []}')
    with pytest.raises(InputError, match="not of format 4"):
        notebook_parameters(tmp_path / "z.ipynb")
    with pytest.raises(InputError, match="no such notebook"):
        notebook_parameters(tmp_path / "y.ipynb")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("a = 1\nb: str = 'x'\nc = d = [1, None]", {"a": 1, "b": "x", "c": [1, None], "d": [1, None]}),
        ("import os\na = os.getcwd()\nb = -1.5", {"a": None, "b": -1.5}),
        ("a: int\nprint(1)\nif True:\n    b = 2", {"a": None}),
        ("a = {[]: 1}", {"a": None}),
        ("", {}),
    ],
)  # fmt: skip
def test_what_a_cell_assigns(code, found, tmp_path):
    assert notebook_parameters(save(tmp_path / "a.ipynb", CODE(code, metadata=TAGGED))) == found


def test_a_cell_that_is_no_python_is_refused(tmp_path):
    source = save(tmp_path / "a.ipynb", CODE("a = = 1", metadata=TAGGED))
    with pytest.raises(InputError, match=r"^a\.ipynb: the parameters cell is not valid Python"):
        notebook_parameters(source)


@pytest.mark.parametrize(
    "text", ['{"nbformat": 4, "cells": 3}', '{"nbformat": 4, "cells": ["x"]}', '{"nbformat": 4, "nbformat_minor": "x"}',
             "[]", '{"nbformat": 4, "cells": [{"cell_type": "poem"}]}'],
)  # fmt: skip
def test_what_only_looks_like_a_notebook_is_refused(text, tmp_path):
    (tmp_path / "a.ipynb").write_text(text)
    with pytest.raises(InputError, match=r"a\.ipynb: cannot be read as a notebook \("):
        notebook_parameters(tmp_path / "a.ipynb")


def test_the_cell_that_sets_them_follows_their_defaults_and_nothing_else_changes(plain, tmp_path):
    notebook = prepared(plain, {"times": 3, "place": tmp_path / "run"})
    before = nbformat.read(plain, as_version=4)
    assert [cell.get("id") for cell in notebook.cells].index(INJECTED) == 2
    assert notebook.cells[2].source == f"times = 3\nplace = {(tmp_path / 'run').as_posix()!r}"
    rest = [cell.source for cell in notebook.cells if cell["id"] != INJECTED]
    assert rest == [cell.source for cell in before.cells]


def test_without_parameters_no_cell_is_added_and_cells_are_numbered(plain):
    notebook = prepared(plain, {})
    assert [cell["id"] for cell in notebook.cells] == [f"cell-{place}" for place in range(5)]


@settings(deadline=None, max_examples=25)
@given(st.dictionaries(st.sampled_from("abc"), PLAIN | st.lists(PLAIN, max_size=2), min_size=1))
def test_plain_values_are_read_back_from_the_cell(values):
    with tempfile.TemporaryDirectory() as folder:
        source = save(Path(folder) / "a.ipynb", CODE("a = b = c = 0", metadata=TAGGED))
        notebook = prepared(source, values)
    found: dict[str, object] = {}
    exec(notebook.cells[1].source, {}, found)
    assert found == values


def test_every_fault_of_the_parameters_is_named_at_once(plain):
    with pytest.raises(InputError) as raised:
        prepared(plain, {"nme": 1, "times": float("nan"), "place": {1, object()}})
    assert [fault.partition(";")[0].partition(":")[2].strip()[:20] for fault in raised.value.faults] == [
        "unknown parameter 'n", "parameter 'times': n", "parameter 'place': {",
    ]  # fmt: skip


TYPED = "top: int = 10\nsite: str | None = None\nshare: float = 0.5\nlive: bool = False\nodd: Odd = 1"


@pytest.mark.parametrize(
    ("given", "needs"),
    [("top", "int"), ("site", "str or None"), ("share", "float"), ("live", "bool")],
)  # fmt: skip
def test_a_value_of_another_type_is_refused_with_the_types_it_may_have(given, needs, tmp_path):
    source = save(tmp_path / "a.ipynb", CODE(TYPED, metadata=TAGGED))
    with pytest.raises(InputError, match=rf"^a\.ipynb: parameter '{given}': needs {needs}, got \[1\]$"):
        prepared(source, {given: [1]})


def test_values_of_the_stated_types_are_taken(tmp_path):
    source = save(tmp_path / "a.ipynb", CODE(TYPED, metadata=TAGGED))
    taken = {"top": 3, "site": None, "share": 1, "live": True, "odd": [1]}
    found: dict[str, object] = {}
    exec(prepared(source, taken).cells[1].source, {}, found)
    assert found == taken
    with pytest.raises(InputError, match="'top': needs int, got True"):
        prepared(source, {"top": True})
