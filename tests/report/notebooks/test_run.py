"""Notebooks: parameters, failures, and pages that open offline."""

from __future__ import annotations

import re

import nbformat
import pytest

from factories.notebooks import CODE, make, save
from siteprior.core import files
from siteprior.core.errors import OutputError, SitePriorError
from siteprior.report.notebooks import run as notebooks
from siteprior.report.notebooks.run import copy_notebooks, execute_notebook


@pytest.fixture
def plain(tmp_path):
    return make(tmp_path)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Run the same notebook in two folders."""
    written = []
    for folder in (tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")):
        target = folder / "pages" / "plain.html"
        parameters = {"name": "Ada ", "times": 2, "place": folder}
        execute_notebook(make(folder), target, parameters=parameters, cwd=folder)
        written.append((folder, target.read_text(encoding="utf-8")))
    return written


class TestPage:
    def test_shows_what_the_parameters_made_and_not_the_cell_that_set_them(self, pages):
        page = pages[0][1]
        assert "Hello Ada Ada" in page
        assert "injected" not in page
        assert 'src="data:image/png;base64,' in page

    def test_is_the_same_from_any_folder_and_names_no_place_on_the_machine(self, pages):
        (one, first), (_, second) = pages
        assert first == second
        assert str(one) not in first
        assert "ipykernel_" not in first

    def test_loads_nothing(self, pages):
        page = pages[0][1]
        assert "default-src 'none'" in page
        assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=[\"'](?!data:)[^\"'#]", page)
        assert "cdnjs" not in page


def test_page_that_would_load_something_is_refused(tmp_path):
    source = save(
        tmp_path / "a.ipynb", CODE('from IPython.display import HTML\nHTML(\'<img alt="" src="https://x.org/y.png">\')')
    )
    with pytest.raises(SitePriorError, match="would load something from elsewhere"):
        execute_notebook(source, tmp_path / "a.html", parameters={}, cwd=tmp_path)
    assert not (tmp_path / "a.html").exists()


def test_failure_names_notebook_cell_and_error_and_keeps_what_had_run(tmp_path):
    source = save(
        tmp_path / "bad.ipynb",
        CODE("n = 1", metadata={"tags": ["parameters"]}),
        CODE("print('so far')"),
        CODE("# divide\n1 / (n - 3)"),
        CODE("print('never')"),
    )
    with pytest.raises(SitePriorError) as caught:
        execute_notebook(source, tmp_path / "bad.html", parameters={"n": 3}, cwd=tmp_path)
    message = str(caught.value)
    assert "bad.ipynb: cell 3 (# divide) failed: ZeroDivisionError: division by zero" in message
    assert not (tmp_path / "bad.html").exists()
    partial = nbformat.read(tmp_path / "bad.failed.ipynb", as_version=4)
    assert message.endswith("bad.failed.ipynb")
    assert partial.cells[2].outputs[0].text == "so far\n"
    assert not partial.cells[4].outputs


class TestCopy:
    @pytest.fixture
    def shipped(self, tmp_path, monkeypatch):
        folder = tmp_path / "shipped"
        folder.mkdir()
        for name in ("01_a.ipynb", "02_b.ipynb"):
            save(folder / name, CODE("1"))
        monkeypatch.setattr(notebooks, "shipped", lambda name: folder)
        return folder

    def test_copies_all(self, shipped, tmp_path):
        copies = copy_notebooks(tmp_path / "mine")
        assert [copy.name for copy in copies] == ["01_a.ipynb", "02_b.ipynb"]
        assert copies[0].read_bytes() == (shipped / "01_a.ipynb").read_bytes()

    def test_overwrites_only_when_asked(self, shipped, tmp_path):
        mine = tmp_path / "mine"
        mine.mkdir()
        (mine / "02_b.ipynb").write_text("my work")
        with pytest.raises(OutputError, match=r"holds 02_b\.ipynb already"):
            copy_notebooks(mine)
        assert [path.name for path in mine.iterdir()] == ["02_b.ipynb"]
        assert (mine / "02_b.ipynb").read_text() == "my work"
        copy_notebooks(mine, force=True)
        assert (mine / "02_b.ipynb").read_bytes() == (shipped / "02_b.ipynb").read_bytes()


def test_shipped_folder_is_the_projects_own():
    assert files.shipped("notebooks").is_dir()
