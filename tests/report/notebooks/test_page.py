"""The page of a notebook: no path or number of this machine in it, and nothing loaded."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest

from factories.notebooks import CODE
from siteprior.core.errors import SitePriorError
from siteprior.report.notebooks.page import POLICY, page, tidy
from siteprior.report.notebooks.parameters import INJECTED

OUTPUT = nbformat.v4.new_output


def notebook(*outputs, **more):
    cell = CODE("1", id="cell-0", outputs=list(outputs), **more)
    return nbformat.v4.new_notebook(cells=[cell])


def printed(text):
    return OUTPUT("stream", text=text)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("{cwd}/tables/a.csv", "./tables/a.csv"),
        ("{prefix}/bin/python", "(python)/bin/python"),
        ("/tmp/ipykernel_123/456.py:3: UserWarning", "(cell):3: UserWarning"),
        ("no path at all", "no path at all"),
    ],
)
def test_places_of_the_machine_are_taken_out(said, shown, tmp_path):
    one = notebook(printed(said.format(cwd=tmp_path, prefix=sys.prefix)))
    tidy(one, tmp_path)
    assert one.cells[0].outputs[0].text == shown


def test_the_longest_place_goes_first_and_times_go_too(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    inner = tmp_path / "run"
    one = notebook(printed(f"{inner}/a {tmp_path}/b"), metadata={"execution": {"iopub.execute_input": "2021"}})
    tidy(one, inner)
    assert one.cells[0].outputs[0].text == "./a ~/b"
    assert "execution" not in one.cells[0].metadata


def test_pictures_and_words_of_the_author_are_left_alone(tmp_path):
    data = {"image/png": f"{tmp_path}", "text/plain": f"{tmp_path}", "application/json": {"a": [f"{tmp_path}", 3]}}
    one = notebook(OUTPUT("display_data", data=data))
    one.cells.append(nbformat.v4.new_markdown_cell(f"see {tmp_path}"))
    tidy(one, tmp_path)
    assert one.cells[0].outputs[0].data == {
        "image/png": f"{tmp_path}", "text/plain": ".", "application/json": {"a": [".", 3]},
    }  # fmt: skip
    assert one.cells[1].source == f"see {tmp_path}"


def test_the_page_has_its_policy_and_hides_the_cell_that_set_the_parameters():
    one = notebook(printed("hello"))
    one.cells.insert(0, CODE("secret = 1", id=INJECTED))
    text = page(one, "My notebook")
    assert POLICY in text
    assert "hello" in text
    assert "secret" not in text
    assert "<title>My notebook</title>" in text
    assert one.cells[0].execution_count == 1


@pytest.mark.parametrize(
    "markup",
    ['<img alt="" src="https://x.org/y.png">', "<script src=//x.org/a.js></script>",
     '<LINK rel="stylesheet" HREF="http://x.org/a.css">', "<iframe title='' src='https://x.org'></iframe>"],
)  # fmt: skip
def test_what_would_be_loaded_is_refused_by_its_address(markup):
    with pytest.raises(SitePriorError, match=r"^T: the page would load something from elsewhere \(.*x\.org"):
        page(notebook(OUTPUT("display_data", data={"text/html": markup})), "T")


def test_a_link_to_follow_is_no_loading():
    text = page(notebook(OUTPUT("display_data", data={"text/html": '<a href="https://x.org">x</a>'})), "T")
    assert 'href="https://x.org"' in text


def test_a_page_says_whom_it_is_for_before_all_else():
    text = page(notebook(printed("first output")), "one")
    assert text.count("Internal: not to leave the team.") == 1
    assert text.index("Internal: not to leave the team.") < text.index("first output")
