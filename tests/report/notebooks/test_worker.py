"""Notebooks in a process of their own: fresh kernels, faults by name, and nothing left running."""

from __future__ import annotations

import subprocess

import nbformat
import pytest

from siteprior.core.errors import InputError, SitePriorError
from siteprior.report.notebooks.worker import NotebookProcess

CODE = nbformat.v4.new_code_cell


def save(path, *cells):
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
    return path


def test_each_notebook_runs_in_a_kernel_of_its_own_in_the_folder_given(tmp_path):
    greeting = save(
        tmp_path / "greeting.ipynb",
        CODE("name = 'nobody'", metadata={"tags": ["parameters"]}),
        CODE("import os\nprint('Hello', name, 'held' in globals(), os.listdir())\nheld = 1"),
    )
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a_file").touch()
    with NotebookProcess(tmp_path / "in", jobs=2) as process:
        pages = [
            process.execute(greeting, tmp_path / f"{name}.html", parameters={"name": name}).read_text(encoding="utf-8")
            for name in ("Ada", "Bo")
        ]
    assert "Hello Ada False ['a_file']" in pages[0]
    assert "Hello Bo False ['a_file']" in pages[1]


def test_faults_keep_their_kind_and_what_had_run(tmp_path):
    broken = save(tmp_path / "broken.ipynb", CODE("print('so far')"), CODE("1 / 0"))
    with NotebookProcess(tmp_path, jobs=2) as process:
        with pytest.raises(InputError, match="no such notebook"):
            process.execute(tmp_path / "gone.ipynb", tmp_path / "gone.html", parameters={})
        with pytest.raises(SitePriorError, match=r"broken\.ipynb: cell 2 .*ZeroDivisionError"):
            process.execute(broken, tmp_path / "broken.html", parameters={})
    assert not (tmp_path / "broken.html").exists()
    assert "so far" in (tmp_path / "broken.failed.ipynb").read_text(encoding="utf-8")


def test_a_process_that_ended_is_reported(tmp_path):
    plain = save(tmp_path / "plain.ipynb", CODE("1"))
    with NotebookProcess(tmp_path, jobs=1) as process:
        process.execute(plain, tmp_path / "plain.html", parameters={})
        with pytest.raises(
            SitePriorError, match=r"plain\.ipynb: the process .* ended .*exit code 0.*siteprior notebook"
        ):
            process.execute(plain, tmp_path / "again.html", parameters={})
    with pytest.raises(SitePriorError, match="jobs=1 or more"):
        NotebookProcess(tmp_path, jobs=0).execute(plain, tmp_path / "none.html", parameters={})


def test_nothing_is_left_running_where_no_notebook_was_asked_for(tmp_path):
    with pytest.raises(KeyError), NotebookProcess(tmp_path, jobs=1) as process:
        raise KeyError
    assert process._process.returncode == 0


def test_where_no_process_can_be_started_the_notebook_is_named(tmp_path, monkeypatch):
    def none_left(*_, **__):
        raise OSError("Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", none_left)
    named = r"plain\.ipynb: no process could be started for it \(Cannot allocate"
    with NotebookProcess(tmp_path, jobs=1) as process, pytest.raises(SitePriorError, match=named):
        process.execute("plain.ipynb", tmp_path / "plain.html", parameters={})
