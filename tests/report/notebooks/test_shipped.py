"""The notebooks that travel with siteprior: stripped, short, all of a kind, and all of them run on the sample."""

from __future__ import annotations

import json

import pytest

from siteprior.core.files import shipped
from siteprior.project.model import NOTEBOOKS
from siteprior.report.notebooks.parameters import notebook_parameters
from siteprior.report.notebooks.worker import NotebookProcess

FOLDER = shipped("notebooks")
LONGEST = 4
"""Lines of code a cell has at most: what it does is a function of siteprior."""

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def cells(name):
    return json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]


def test_there_are_those_a_project_may_name():
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == list(NOTEBOOKS)


@pytest.mark.parametrize("name", NOTEBOOKS)
class TestEach:
    def test_is_stripped(self, name):
        book = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
        assert book["metadata"] == KERNEL
        for cell in book["cells"]:
            assert set(cell["metadata"]) <= {"tags"}
            assert set(cell) <= {"cell_type", "id", "metadata", "source", "outputs", "execution_count"}
            if cell["cell_type"] == "code":
                assert (cell["outputs"], cell["execution_count"]) == ([], None)

    def test_has_typed_parameters_and_a_run_among_them(self, name):
        tagged = [cell for cell in cells(name) if cell["metadata"].get("tags") == ["parameters"]]
        assert len(tagged) == 1
        assert all(": " in line.partition(" = ")[0] for line in tagged[0]["source"])
        assert notebook_parameters(FOLDER / f"{name}.ipynb")["run_folder"] is None

    def test_has_short_cells(self, name):
        code = [cell for cell in cells(name) if cell["cell_type"] == "code" and not cell["metadata"]]
        longer = {"open": 5} if name == "03_market_failure" else {}
        assert {cell["id"]: len(cell["source"]) for cell in code if len(cell["source"]) > LONGEST} == longer

    def test_begins_with_a_picture_and_marks_what_is_to_be_changed(self, name):
        assert [cell["id"] for cell in cells(name)[:4]] == ["title", "parameters", "open", "first-screen"]
        assert "side_by_side(" in "".join(cells(name)[3]["source"])
        assert [cell["id"] for cell in cells(name) if "".join(cell["source"]).startswith("## Change this")] == [
            "change"
        ]


@pytest.fixture(scope="module")
def pages(sample_run, tmp_path_factory):
    """Run every notebook on the sample's run."""
    place = tmp_path_factory.mktemp("pages")
    own = {"06_publish": {"out": str(place / "out")}, "07_monitoring": {"earlier_run": str(sample_run)}}
    with NotebookProcess(place, jobs=len(NOTEBOOKS)) as process:
        for name in NOTEBOOKS:
            given = {"run_folder": str(sample_run), **own.get(name, {})}
            process.execute(FOLDER / f"{name}.ipynb", place / f"{name}.html", parameters=given)
    return place


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_all_run_on_the_sample(pages, name):
    text = (pages / f"{name}.html").read_text(encoding="utf-8")
    assert "Illustrative sample" in text
    assert text.count("data:image/png;base64") >= 2
    assert text.count("<figcaption") >= 2
    assert "Traceback" not in text


def test_packages_are_written_where_a_folder_is_named(pages):
    assert (pages / "out" / "public" / "sites.gpkg").is_file()
    assert (pages / "out" / "chosen.parquet").is_file()
