"""A second process: its results, faults, warnings and progress come here, and it is gone at the end."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
import warnings
from importlib import resources
from pathlib import Path
from types import MappingProxyType

import pytest

from siteprior.core.code_version import code_version
from siteprior.core.errors import InputError, RunWarning, SitePriorError, UnknownNameError
from siteprior.core.progress import no_progress
from siteprior.core.second_process import SecondProcess, enough_cores


def where(progress):
    progress("Looking")
    return os.getpid()


def wrong(progress):
    progress("Looking")
    raise UnknownNameError("stops.csv: is empty; give stops", "sites.csv: is empty; give sites")


def broken(_progress):
    raise ZeroDivisionError("1 / 0")


def no_traveller(_progress):
    class HiddenError(Exception):  # a class of a function cannot be pickled
        pass

    raise HiddenError("it stays there")


def warned(_progress):
    warnings.warn("thin market", RunWarning, stacklevel=1)
    sys.stdout.write("a library prints\n")
    return "done"


def warned_twice(_progress):
    for _ in range(2):
        warnings.warn("thin market", RunWarning, stacklevel=1)
        warnings.warn("no prices", RunWarning, stacklevel=1)


def edits(file, main, fails, _progress):
    Path(file).write_text(f'"""{os.getpid()}"""')
    if fails and os.getpid() != main:
        raise SitePriorError("a name of the older code")
    return os.getpid()


def dies(_progress):
    os._exit(7)


def waits(started, _progress):
    Path(started).write_text(str(os.getpid()))
    time.sleep(600)


def adds(numbers, more, _progress):
    return sum(numbers.values()) + more


@pytest.fixture(params=[True, False], ids=["two processes", "one"])
def second(request):
    with SecondProcess(start=request.param, reducers={MappingProxyType: lambda held: (dict, (dict(held),))}) as process:
        yield process


def gone(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    return False


def test_jobs_are_done_in_another_process_and_their_lines_come_here(second):
    said = []
    job = second.begin(where)
    assert said == []
    assert (second.result(job, said.append) != os.getpid()) == second.started
    assert said == ["Looking"]


def test_results_may_be_asked_for_in_any_order(second):
    first, other = second.begin(adds, MappingProxyType({"a": 1}), 2), second.begin(adds, {"a": 10}, 20)
    assert (second.result(other), second.result(first)) == (30, 3)


def test_faults_come_as_they_are(second):
    job = second.begin(wrong)
    with pytest.raises(UnknownNameError) as raised:
        second.result(job)
    assert raised.value.faults == ("stops.csv: is empty; give stops", "sites.csv: is empty; give sites")


def test_a_fault_of_the_code_says_where_it_was():
    with pytest.raises(ZeroDivisionError) as raised, SecondProcess(start=True) as process:
        process.result(process.begin(broken))
    assert "in broken" in raised.value.__notes__[0]
    with pytest.raises(RuntimeError, match="HiddenError: it stays there"), SecondProcess(start=True) as process:
        process.result(process.begin(no_traveller))


def test_warnings_are_raised_here_and_prints_do_no_harm(second):
    job = second.begin(warned)
    with pytest.warns(RunWarning, match="thin market"):
        assert second.result(job) == "done"


@pytest.mark.parametrize("twice", ["one job", "two jobs"])
def test_a_warning_that_comes_again_is_shown_as_often_as_in_one_process(second, twice):
    globals().pop("__warningregistry__", None)
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("default")
        for job in [second.begin(warned_twice) for _ in range(1 + (twice == "two jobs"))]:
            second.result(job)
    assert [str(each.message) for each in shown] == ["thin market", "no prices"]


def test_what_a_process_of_other_code_did_is_done_again_here(monkeypatch):
    said = []
    monkeypatch.setattr("siteprior.core.code_version.code_version", lambda: "edited since")
    with SecondProcess(start=True) as process:
        jobs = process.begin(where), process.begin(adds, {"a": 10}, 20)
        assert process.result(jobs[0], said.append) == os.getpid()
        assert process.result(jobs[1]) == 30
        assert not process.started
    assert said[-2:] == [
        "The code of siteprior was edited meanwhile: what a second process was to do is done here", "Looking",
    ]  # fmt: skip


@pytest.mark.parametrize("fails", [False, True])
def test_code_edited_between_the_start_and_the_end_of_a_job_shows(tmp_path, monkeypatch, fails):
    package = tmp_path / "siteprior"
    shutil.copytree(resources.files("siteprior"), package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("siteprior.core.code_version.resources.files", lambda name: package)
    code_version.cache_clear()
    with SecondProcess(start=True) as process:
        first = process.begin(where)
        assert process.result(first) != os.getpid()
        edited = process.begin(edits, str(package / "edited.py"), os.getpid(), fails)
        assert process.result(edited) == os.getpid()
    code_version.cache_clear()


@pytest.mark.parametrize("given", ["abc", "", "1.5"])
def test_a_count_of_cores_that_is_no_number_keeps_all_in_one_process(monkeypatch, given):
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", given)
    assert not enough_cores()


def test_where_no_process_can_be_started_the_work_is_done_here(monkeypatch):
    def none_left(*_, **__):
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", none_left)
    with SecondProcess(start=True) as process:
        assert not process.started
        assert process.result(process.begin(where)) == os.getpid()


def test_a_process_that_was_killed_is_named():
    with SecondProcess(start=True) as process:
        job = process.begin(dies)
        with pytest.raises(SitePriorError, match=r"dies: the second process ended .*code 7.*LOKY_MAX_CPU_COUNT=1"):
            process.result(job)
    with SecondProcess(start=True) as process:
        process._process.kill()
        process._process.wait()
        with pytest.raises(SitePriorError, match="the second process ended"):
            process.begin(adds, {"a": "x" * 10**6}, 1)  # more than finds room in the pipe


def test_a_job_it_cannot_take_up_is_a_fault(monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "only_here", no_progress, raising=False)
    monkeypatch.setattr(no_progress, "__module__", __name__)
    monkeypatch.setattr(no_progress, "__qualname__", "only_here")
    with SecondProcess(start=True) as process:
        job = process.begin(no_progress)
        with pytest.raises(AttributeError, match="only_here"):
            process.result(job)


def test_nothing_is_left_running_whatever_happens_here(tmp_path):
    started = tmp_path / "started"
    process = SecondProcess(start=True)
    process.begin(waits, str(started))
    while not started.exists() or not started.read_text():
        time.sleep(0.01)
    process.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert process._process.returncode == -signal.SIGKILL
    with SecondProcess(start=True) as process:  # a job nobody waits for
        process.begin(waits, str(started))
    assert process._process.returncode == 0


MAIN = """
import sys
from test_second_process import waits
from siteprior.core.second_process import SecondProcess
with SecondProcess(start=True) as process:
    process.result(process.begin(waits, sys.argv[1]))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_does_not_outlive_the_main_process(tmp_path, by):
    started = tmp_path / "started"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])}
    main = subprocess.Popen([sys.executable, "-c", MAIN, str(started)], env=env, stderr=subprocess.DEVNULL)
    while not started.exists() or not started.read_text():
        assert main.poll() is None
        time.sleep(0.01)
    main.send_signal(by)
    main.wait()
    for _ in range(1000):
        if gone(int(started.read_text())):
            break
        time.sleep(0.01)
    assert gone(int(started.read_text()))


def test_one_core_or_another_program_has_no_second_process(monkeypatch):
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    assert not enough_cores()
    monkeypatch.setattr("joblib.cpu_count", lambda: 2)
    assert enough_cores()
    monkeypatch.setattr(sys, "executable", r"/opt/qgis-bin")
    assert not enough_cores()


def test_an_error_travels_fault_by_fault():
    for kind in (SitePriorError, InputError, UnknownNameError):
        back = pickle.loads(pickle.dumps(kind("one", "two")))
        assert (type(back), back.faults) == (kind, ("one", "two"))
