"""Workers started here end with what started them: by Ctrl-C at any moment, in a line, and with nothing left."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest

from siteprior.core import worker_processes as module
from siteprior.core.cluster import cluster
from siteprior.core.errors import InputError
from siteprior.core.files import shipped

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no process groups of this kind")

LIMIT_S = 60
"""Far more than an end takes, and far less than a hang."""


def in_group(group):
    """Return the processes of a group that still run: zombies have ended."""
    import psutil

    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (psutil.Error, ProcessLookupError):
            continue
    return found


def wait_until(done):
    for _ in range(LIMIT_S * 20):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("nothing happened")


AT_WORK = """
import sys, time
import siteprior as sp
from siteprior.core.cluster import map_parts

def wait(part, shared):
    time.sleep(0.2)
    return part

if __name__ == "__main__":
    try:
        with sp.cluster(workers=2) as made:
            for part in map_parts(made, wait, range(1000), None):
                print("Measuring", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        sys.exit("siteprior: stopped; earlier outputs are untouched")
"""


@posix
@pytest.mark.parametrize("moment", ["start", "work"])
def test_ctrl_c_ends_a_command_and_its_workers_in_a_line_and_leaves_nothing(moment, tmp_path):
    command = [sys.executable, "-m", "siteprior", "access", "--walks", "--workers", "2", "--cell", "10"]
    command += ["--stops", str(shipped("data") / "transit" / "naptan.csv"), "--out", str(tmp_path / "out")]
    command += ["--bounds", "390000", "270000", "430000", "310000"]
    if moment == "work":  # without rasterio, of which a callback may swallow the one signal
        command = [sys.executable, "-c", AT_WORK]
    said = tmp_path / "said.txt"
    with said.open("w") as stderr:
        running = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=stderr, start_new_session=True, cwd=tmp_path,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )  # fmt: skip
    try:
        if moment == "start":  # there is more than the main process, and no work yet
            wait_until(lambda: len(in_group(running.pid)) > 2)
        else:
            wait_until(lambda: "Measuring" in said.read_text())
        os.killpg(running.pid, signal.SIGINT)
        running.wait(LIMIT_S)
        wait_until(lambda: not in_group(running.pid))
    finally:
        if in_group(running.pid):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    assert running.returncode in (1, -signal.SIGINT)  # Python ends so where it was amid an import
    assert said.read_text().splitlines()[-1] == "siteprior: stopped; earlier outputs are untouched"
    assert "Traceback" not in said.read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["said.txt"]


@posix
def test_workers_take_no_ctrl_c_also_those_started_in_the_place_of_others():
    with cluster(workers=1) as made:
        (first,) = made.client.run(os.getpid).values()
        os.kill(first, signal.SIGINT)
        assert list(made.client.run(os.getpid).values()) == [first]
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: list(made.client.run(os.getpid, on_error="ignore").values()) not in ([], [first]))
        (second,) = made.client.run(os.getpid).values()
        os.kill(second, signal.SIGINT)
        assert list(made.client.run(os.getpid).values()) == [second]
        assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


@posix
def test_signals_that_come_while_workers_end_are_taken_after_it():
    def send_and_pass(reached):
        with module._put_off():
            os.kill(os.getpid(), signal.SIGINT)
            reached.append("end")

    before, reached = signal.getsignal(signal.SIGINT), []
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with pytest.raises(KeyboardInterrupt):
            send_and_pass(reached)
        assert reached == ["end"]
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("fault", [KeyboardInterrupt, ZeroDivisionError])
def test_no_worker_is_left_whatever_ends_the_block(fault):
    def work():
        with cluster(workers=1):
            assert set(multiprocessing.active_children()) - earlier
            raise fault

    earlier = set(multiprocessing.active_children())
    with pytest.raises(fault):
        work()
    assert not set(multiprocessing.active_children()) - earlier


def test_a_script_without_a_guard_is_refused_in_a_sentence_that_names_it(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text("import siteprior as sp\nwith sp.cluster(workers=2) as made:\n    print(made)\n")
    paths = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=2 * LIMIT_S,
        env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    *_, last = done.stderr.splitlines()
    assert done.returncode == 1
    assert last.startswith("siteprior.core.errors.SitePriorError: cluster: the workers ended while they started; a ")
    assert '`if __name__ == "__main__":`' in last
    assert done.stderr.count("Traceback") == 1, "the workers say a sentence each"
    assert "RuntimeError" not in done.stderr


def test_a_process_that_reads_its_script_starts_no_workers(monkeypatch):
    monkeypatch.setattr(multiprocessing.current_process(), "_inheriting", True, raising=False)
    with pytest.raises(InputError, match='a script starts workers below `if __name__ == "__main__":`'), cluster(1):
        pass
