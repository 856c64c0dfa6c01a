"""A folder whose files change together: after a fault, an interruption or a kill at any step, all old or all new."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest

from siteprior.core.errors import InputError, OutputError
from siteprior.core.files import write_text
from siteprior.core.whole_folder import HIDDEN, LOCK, MARKER, complete_folder, whole_folder
from siteprior.pipeline.newest_run import newest_run
from siteprior.report.run_folders import refuse_no_run

OWN = ["maps/*.png", "old.csv"]
EARLIER = {"a.csv": "old", "b.csv": "old", "old.csv": "old", "maps/1.png": "old", "maps/2.png": "old", "mine.txt": "my"}
NEW = {"a.csv": "new", "b.csv": "new", "c.csv": "new", "maps/2.png": "new", "pages/d.html": "new"}
AFTER = NEW | {"mine.txt": "my"}


def contents(folder: Path) -> dict[str, str]:
    """Return every file of a folder with its text."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        write_text(folder / name, text)
    return folder


def exchange(folder: Path) -> None:
    with whole_folder(folder, own=OWN) as staged:
        write(staged, NEW)


def test_all_files_appear_together_and_what_is_of_an_earlier_time_goes(tmp_path):
    out = write(tmp_path / "out", EARLIER)
    with whole_folder(out, own=OWN) as staged:
        write(staged, NEW)
        assert {name: text for name, text in contents(out).items() if not name.startswith(".")} == EARLIER
    assert contents(out) == AFTER
    assert not staged.exists()


def test_a_new_folder_is_made(tmp_path):
    exchange(tmp_path / "in" / "out")
    assert contents(tmp_path) == {f"in/out/{name}": text for name, text in NEW.items()}


def test_a_folder_given_from_here_is_written_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with whole_folder("out") as staged:
        monkeypatch.chdir("/")
        write_text(staged / "a.txt", "new")
        monkeypatch.chdir(tmp_path)
    assert contents(tmp_path) == {"out/a.txt": "new"}


@pytest.mark.parametrize("fault", [ZeroDivisionError, KeyboardInterrupt])
def test_a_failure_of_the_work_leaves_what_stood_there(tmp_path, fault):
    out = write(tmp_path / "out", EARLIER)

    def half_done():
        with whole_folder(out, own=OWN) as staged:
            write_text(staged / "a.csv", "new")
            raise fault

    with pytest.raises(fault):
        half_done()
    assert contents(out) == EARLIER


def test_a_failure_leaves_no_empty_folder(tmp_path):
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "out"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_made_for_nothing_leaves_no_trace_nor_do_those_above_it(tmp_path):
    (tmp_path / "there").mkdir()
    with whole_folder(tmp_path / "there" / "a" / "b"):
        pass
    assert list((tmp_path / "there").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_reported_before_any_work(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutputError, match="cannot be written"), whole_folder(tmp_path / "file" / "out"):
        raise AssertionError("the block ran")


def refusing(monkeypatch, *, after: int, fault: BaseException) -> None:
    """Let renaming fail, from the n-th on as a file that stays open, or once where the fault is an interruption."""
    rename, done = Path.replace, []

    def replace(self, target):
        done.append(target)
        if len(done) == after:
            raise fault
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replace)


@pytest.mark.parametrize("after", range(1, 12))
@pytest.mark.parametrize(
    "fault", [PermissionError(13, "in use", "a.csv"), OSError(28, "no space"), KeyboardInterrupt()]
)
def test_a_file_that_cannot_be_replaced_leaves_all_as_it_was(tmp_path, monkeypatch, after, fault):
    out = write(tmp_path / "out", EARLIER)
    staged_by_write = len(NEW) + 2  # write_text renames once for each file; twice it is tried whether renaming goes
    refusing(monkeypatch, after=staged_by_write + after, fault=fault)
    with pytest.raises(KeyboardInterrupt if isinstance(fault, KeyboardInterrupt) else OutputError) as refused:
        exchange(out)
    if isinstance(refused.value, OutputError):
        assert "The earlier files are untouched" in str(refused.value)
    assert contents(out) == EARLIER
    assert not (out / "pages").exists()


def test_a_geopackage_open_elsewhere_keeps_the_whole_folder(tmp_path):
    earlier = {"a.gpkg": "old", "a.gpkg-wal": "an edit", "b.csv": "old"}
    out = write(tmp_path / "out", earlier)
    with (
        pytest.raises(OutputError, match=r"a\.gpkg: the file is open in another program"),
        whole_folder(out) as staged,
    ):
        write(staged, {"a.gpkg": "new", "b.csv": "new"})
    assert contents(out) == earlier


def test_a_folder_where_a_file_is_to_be_written_is_kept(tmp_path):
    out = write(tmp_path / "out", {"c.csv/mine.txt": "my"})
    with pytest.raises(OutputError, match=r"c\.csv: is a folder where a file is to be written"):
        exchange(out)
    assert contents(out) == {"c.csv/mine.txt": "my"}


def test_a_file_where_a_folder_is_to_be_written_is_kept(tmp_path):
    out = write(tmp_path / "out", {"a.csv": "old", "pages": "my"})
    with pytest.raises(OutputError, match="pages"):
        exchange(out)
    assert contents(out) == {"a.csv": "old", "pages": "my"}


def test_one_process_at_a_time_writes_a_folder(tmp_path):
    with whole_folder(tmp_path) as staged:
        write(staged, NEW)
        with pytest.raises(OutputError, match="another siteprior command is writing this folder"):
            exchange(tmp_path)
    assert contents(tmp_path) == NEW


def test_what_a_dead_process_left_is_removed_by_the_next(tmp_path):
    write(tmp_path / f"{HIDDEN}dead" / "new", {"a.csv": "half"})
    (tmp_path / LOCK).touch()
    exchange(tmp_path)
    assert contents(tmp_path) == NEW


def test_new_files_never_lie_in_the_folder_before_they_are_complete(tmp_path):
    out = write(tmp_path / "out", EARLIER)
    with whole_folder(out, own=OWN) as staged:
        write(staged, NEW)
        assert contents(out).keys() - {LOCK} == EARLIER.keys()
        assert staged.parent.parent == tmp_path
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_a_dead_process_left_beside_is_removed_by_the_next_and_that_of_others_is_not(tmp_path):
    others = {f"{HIDDEN}out-2-abcd1234", f"{HIDDEN}out.2-abcd1234", f"{HIDDEN}first-abcd1234", f"{HIDDEN}abcd1234"}
    for name in (f"{HIDDEN}out-abcd1234", *others):
        write(tmp_path / name / "new", {"a.csv": "half"})
    write(tmp_path / "out" / f"{HIDDEN}below-abcd1234" / "new", {"a.csv": "of a folder in this one"})
    exchange(tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"out", *others}
    assert (tmp_path / "out" / f"{HIDDEN}below-abcd1234" / "new" / "a.csv").is_file()


def test_where_nothing_can_be_renamed_from_beside_new_files_lie_inside(tmp_path, monkeypatch):
    out, rename = write(tmp_path / "out", EARLIER), Path.replace

    def replace(self, target):
        if self.is_dir():
            raise OSError(18, "Invalid cross-device link")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with whole_folder(out, own=OWN) as staged:
        write(staged, NEW)
        assert staged.parent.parent == out
    assert contents(tmp_path) == {f"out/{name}": text for name, text in AFTER.items()}


def test_a_folder_moved_while_it_was_incomplete_says_so_until_it_is_written_again(tmp_path, monkeypatch):
    moved = interrupted(write(tmp_path / "out", EARLIER), monkeypatch).rename(tmp_path / "moved")
    before = contents(moved)
    with pytest.raises(OutputError, match=rf"moved: is incomplete.*{HIDDEN}out-.*run again into this folder"):
        complete_folder(moved)
    with pytest.raises(ZeroDivisionError), whole_folder(moved, own=OWN):
        raise ZeroDivisionError
    assert contents(moved) == before
    exchange(moved)
    assert contents(moved) == AFTER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "my notes",
        "[]",
        json.dumps({"hidden": ".siteprior-x", "files": ["../mine.txt"], "stale": []}),
        json.dumps({"hidden": ".siteprior-x", "files": [], "stale": ["/etc/mine.txt"]}),
        json.dumps({"hidden": "..", "files": [], "stale": []}),
        json.dumps({"hidden": ".siteprior-x/../..", "files": [], "stale": []}),
        json.dumps({"hidden": ".siteprior-x", "files": 5, "stale": []}),
    ],
)
def test_a_marker_that_is_not_siteprior_s_moves_nothing(tmp_path, text):
    out = write(tmp_path / "out", {MARKER: text, "a.csv": "old"})
    write_text(tmp_path / "mine.txt", "my")
    for work in (complete_folder, exchange):
        with pytest.raises(OutputError, match="was not written by siteprior"):
            work(out)
    assert contents(tmp_path) == {f"out/{MARKER}": text, "out/a.csv": "old", "mine.txt": "my"}


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from siteprior.core.whole_folder import whole_folder

    step, folder, own, files = int(sys.argv[1]), sys.argv[2], {own!r}, {files!r}
    changes = {{"os.rename", "os.remove", "os.mkdir", "os.rmdir", "open", "shutil.rmtree"}}
    done = 0

    def count(event, _arguments):
        global done
        if event in changes:
            done += 1
            if done == step:
                os.kill(os.getpid(), signal.SIGKILL)

    with whole_folder(folder, own=own) as staged:
        for name, text in files.items():
            (staged / name).parent.mkdir(exist_ok=True)
            (staged / name).write_text(text)
        sys.addaudithook(count)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no process can be killed outright on Windows")
def test_after_a_kill_at_every_step_the_next_command_finds_all_old_or_all_new(tmp_path):
    script = tmp_path / "killed.py"
    script.write_text(textwrap.dedent(KILLED).format(own=OWN, files=NEW), encoding="utf-8")
    ends = []
    for step in range(1, 200):
        out = write(tmp_path / str(step), EARLIER)
        ended = subprocess.run(
            [sys.executable, script, str(step), out], env=os.environ, check=False, capture_output=True
        )
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
        seen = {name: text for name, text in contents(out).items() if not name.startswith(".")}
        mixed = seen not in (EARLIER, AFTER)
        assert not mixed or MARKER in seen, f"step {step}: neither old nor new, and nothing says so"
        complete_folder(out)
        after = {name: text for name, text in contents(out).items() if not name.startswith(".")}
        assert after in (EARLIER, AFTER), f"step {step}"
        ends.append(after == AFTER)
        exchange(out)
        assert contents(out) == AFTER, f"step {step}"
        assert not list(tmp_path.glob(f"{HIDDEN}*"))
    assert len(ends) >= 40
    assert ends == sorted(ends)  # first all old, from the marker on all new
    assert {True, False} == set(ends)


def interrupted(folder: Path, monkeypatch) -> Path:
    """Leave a folder in the middle of an exchange, as a computer that was switched off does."""
    with monkeypatch.context() as patched:
        patched.setattr("siteprior.core.whole_folder._forward", lambda *_: (_ for _ in ()).throw(SystemExit))
        patched.setattr("siteprior.core.whole_folder._back", lambda *_: None)
        with pytest.raises(SystemExit):
            exchange(folder)
    assert (folder / MARKER).is_file()
    return folder


def test_whoever_opens_a_run_that_was_interrupted_completes_it(tmp_path, monkeypatch):
    for name, opens in {"newest": lambda: newest_run(tmp_path), "run": lambda: refuse_no_run(tmp_path / "run")}.items():
        out = interrupted(write(tmp_path / name, EARLIER), monkeypatch)
        with suppress(InputError):  # it is no run
            opens()
        assert contents(out) == AFTER
