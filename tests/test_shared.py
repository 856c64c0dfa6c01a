"""What tests share is made once, however many processes ask for it, and a failure reaches all of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from conftest import HERE, LONGEST
from factories.shared import once, session_folder

ASK = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from factories.shared import once

def make(path):
    time.sleep(0.5)
    path.write_text(sys.argv[3])

print(once(Path(sys.argv[1]), "thing", make).read_text())
"""


def test_of_several_processes_one_makes_it_and_all_read_the_same(tmp_path):
    asking = [
        subprocess.Popen([sys.executable, "-c", ASK, str(tmp_path), str(HERE), name], stdout=subprocess.PIPE, text=True)
        for name in "abc"
    ]
    answers = {process.communicate(timeout=60)[0].strip() for process in asking}
    assert len(answers) == 1
    assert answers <= {"a", "b", "c"}


def test_it_is_made_once(tmp_path):
    made = []
    for _ in range(3):
        assert once(tmp_path, "thing", lambda path: made.append(path)) == tmp_path / "thing"
    assert made == [tmp_path / "thing"]


def test_a_failure_is_raised_for_everyone_who_asks(tmp_path):
    def fail(path):
        raise ValueError("no such sample")

    with pytest.raises(ValueError, match="no such sample"):
        once(tmp_path, "thing", fail)
    with pytest.raises(RuntimeError, match="thing could not be made: ValueError: no such sample"):
        once(tmp_path, "thing", fail)


def test_the_folder_of_the_session_is_that_of_all_workers(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    assert session_folder(tmp_path / "popen-gw0") == tmp_path / "popen-gw0"
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    assert session_folder(tmp_path / "popen-gw0") == tmp_path


def test_the_files_that_are_begun_first_are_there():
    assert [name for name in LONGEST if not (HERE / name).is_file()] == []
