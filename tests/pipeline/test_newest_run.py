"""The newest run, where nobody names one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from conftest import ROOT
from siteprior.core.errors import InputError
from siteprior.pipeline.manifest import open_run
from siteprior.pipeline.newest_run import newest_run


def written(folder, at, *, files=("run.json", "shortlist.gpkg")):
    """Write what makes a folder that of a run; its record has the time given."""
    folder.mkdir(parents=True)
    for file in files:
        (folder / file).write_text("{}", encoding="utf-8")
    if "run.json" in files:
        os.utime(folder / "run.json", (at, at))
    return folder


def test_the_run_whose_record_was_written_last_is_the_newest(tmp_path):
    written(tmp_path / "b", 2_000)
    newest = written(tmp_path / "a", 3_000)
    written(tmp_path / "c", 1_000)
    assert newest_run(tmp_path) == newest


def test_what_is_no_run_is_passed_over(tmp_path):
    run = written(tmp_path / "run", 1_000)
    written(tmp_path / "audit", 2_000, files=("issues.csv",))
    written(tmp_path / "half", 3_000, files=("run.json",))
    (tmp_path / "notes.txt").touch()
    assert newest_run(tmp_path) == run


def test_notebooks_in_a_folder_of_their_own_find_the_runs_beside_it(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert newest_run() is None
    written(tmp_path / "outputs" / "first", 2_000)
    assert newest_run().as_posix() == "../outputs/first"
    written(tmp_path / "notebooks" / "outputs" / "demo", 1_000)
    assert newest_run().as_posix() == "../outputs/first"  # the newest, not the nearest
    written(tmp_path / "notebooks" / "outputs" / "second", 3_000)
    assert newest_run().as_posix() == "outputs/second"


def test_opening_none_opens_the_newest_or_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"no run in outputs, here or one folder up; .*siteprior demo"):
        open_run()
    written(tmp_path / "outputs" / "first", 1_000)
    with pytest.raises(InputError, match=r"outputs.first.run\.json: is not the record of a run"):
        open_run()


def test_what_is_no_path_is_refused():
    with pytest.raises(InputError, match="folder"):
        newest_run(7)


class OpenedError(Exception):
    """Stands for what follows once a run is opened."""


@pytest.mark.parametrize("named", [None, "outputs/mine"])
@pytest.mark.parametrize("runs", [True, False], ids=["a run", "no run"])
@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_notebook_opens_the_run_named_else_the_newest_else_the_sample_or_says_how(
    path, runs, named, tmp_path, monkeypatch, capsys
):
    opened = []

    def open_it(folder):
        opened.append(Path(folder).as_posix())
        raise OpenedError

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("siteprior.pipeline.notebook.opening.open_run", open_it)
    monkeypatch.setattr("siteprior.pipeline.run.demo", lambda *, out: out)
    if runs:
        written(tmp_path / "outputs" / "newest", 2_000)
        written(tmp_path / "outputs" / "older", 1_000)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    names = {}
    exec(code[0], names)
    names["run_folder"] = named
    if not runs and named is None and "sample=True" not in code[1]:
        with pytest.raises(InputError, match=r"run_folder: .*sp\.demo"):
            exec(code[1], names)
        assert opened == []
        return
    with pytest.raises(OpenedError):
        exec(code[1], names)
    assert opened == [named or ("outputs/newest" if runs else "outputs/demo")]
    sample = "No run in outputs: the illustrative sample is run, about half a minute."
    found = "The newest run in outputs: outputs/newest" if runs else sample
    assert capsys.readouterr().out == ("" if named else f"{found}\n")
