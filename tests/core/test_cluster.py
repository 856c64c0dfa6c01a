"""Work in parts gives the same results in the same order, on however many workers, also when one of them dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import dask
import pytest

from siteprior.core import cluster as module
from siteprior.core.cluster import cluster, map_parts
from siteprior.core.errors import InputError, OutputError, SitePriorError


def square(part, shared):
    return part * part + shared


def refuse(part, shared):
    if part == shared:
        raise InputError(f"part {part}: cannot be read", "a second fault")
    return part


def fail(part, shared):
    raise ZeroDivisionError(f"part {part}")


def note(part, folder):
    """Leave a file by the name of the process, and take long enough for the process to be ended meanwhile."""
    Path(folder, f"{part}-{os.getpid()}").touch()
    time.sleep(0.05)
    return part, os.getpid()


def end_own_process(part, shared):
    os.kill(os.getpid(), signal.SIGKILL)


def peak_mb(part, shared):
    """Use so many MB, and return what the process takes then, in MB.

    Linux counts to a process's most what the one that started it took, so that most says nothing here.
    """
    import psutil

    held = bytearray(part * 1_000_000)
    return len(held) // 1_000_000, psutil.Process().memory_info().rss / 1e6


@pytest.fixture(scope="module")
def two_workers():
    with cluster(workers=2) as made:
        yield made


def test_results_come_in_the_order_of_their_parts(two_workers):
    here = list(map_parts(None, square, range(40), 7))
    assert here == [number * number + 7 for number in range(40)]
    assert list(map_parts(two_workers, square, range(40), 7)) == here
    assert list(map_parts(two_workers, square, [], 7)) == []


def test_parts_are_made_as_they_are_needed(two_workers):
    made = []

    def parts():
        for number in range(100):
            made.append(number)
            yield number

    results = map_parts(two_workers, square, parts(), 0)
    next(results)
    assert len(made) <= 2 * 3 + 1, "three parts per worker are under way (parameter cluster.parts_ahead)"
    assert list(results) == [number * number for number in range(1, 100)]


@pytest.mark.parametrize("where", ["here", "workers"])
def test_the_error_of_a_part_comes_out_as_it_is(where, two_workers):
    with pytest.raises(InputError) as caught:
        list(map_parts(two_workers if where == "workers" else None, refuse, range(9), 4))
    assert caught.value.faults == ("part 4: cannot be read", "a second fault")
    with pytest.raises(ZeroDivisionError, match="part 0"):
        list(map_parts(two_workers if where == "workers" else None, fail, range(2), None))


def test_a_worker_is_killed_midway_and_nothing_is_lost(two_workers, tmp_path):
    results = map_parts(two_workers, note, range(60), str(tmp_path))
    first = [next(results) for _ in range(10)]
    killed = first[-1][1]
    os.kill(killed, signal.SIGKILL)
    done = [*first, *results]
    assert [part for part, _ in done] == list(range(60))
    begun = {path.name.partition("-")[0] for path in tmp_path.iterdir()}
    assert begun == {str(number) for number in range(60)}
    assert len({pid for _, pid in done} - {killed}) >= 1


def test_a_part_that_ends_every_worker_is_named():
    named = "part 1 of the work ended 2 workers in turn"
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),  # Dask's own limit of 3 takes twice as long
        cluster(workers=1) as made,
        pytest.raises(SitePriorError, match=named),
    ):
        list(map_parts(made, end_own_process, [0], None))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource")
def test_what_a_worker_may_take_is_bounded():
    with cluster(workers=1, memory_gb=0.5) as made:
        (limit,) = {each["memory_limit"] for each in made.client.scheduler_info(n_workers=-1)["workers"].values()}
        assert limit == 500_000_000
        peaks = [peak for _, peak in map_parts(made, peak_mb, [20] * 12, None)]
    assert max(peaks) < 500, f"{max(peaks):.0f} MB"


class Quick:
    """The parameters, with a short wait for a scheduler."""

    def number(self, name):
        return 0.5

    def integer(self, name):
        return 1


def test_a_cluster_that_lost_all_its_workers_ends_the_work_and_leaves_nothing(tmp_path, monkeypatch):
    import siteprior as sp
    from siteprior.core.files import shipped

    with cluster(1) as made:
        made.client.cluster.scale(0)
        while made.client.scheduler_info(n_workers=-1)["workers"]:
            time.sleep(0.01)
        monkeypatch.setattr(made, "_settings", Quick())
        named = r"^cluster: the scheduler at tcp://.* has had no worker for 0.5 s, and there is work left; nothing was"
        with pytest.raises(SitePriorError, match=named):
            list(map_parts(made, square, [1], 0))
        naptan, area = shipped("data") / "transit" / "naptan.csv", (406000, 286000, 408000, 288000)
        with pytest.raises(SitePriorError, match=named):
            sp.measure_walks(stops=[naptan], bounds=area, cell_m=500, out=tmp_path / "out", cluster=made)
        assert list(tmp_path.iterdir()) == []


def slow(part, shared):
    time.sleep(1.2)
    return part


def test_a_part_that_takes_longer_than_that_is_waited_for(two_workers, monkeypatch):
    monkeypatch.setattr(two_workers, "_settings", Quick())
    assert list(map_parts(two_workers, slow, [1, 2], 0)) == [1, 2]


def test_no_scheduler_is_a_named_error(monkeypatch):
    monkeypatch.setattr(module, "load_parameters", lambda name: Quick())
    silent = "tcp://127.0.0.1:9"  # the port of discard, on which nothing listens
    with pytest.raises(SitePriorError, match=f"scheduler: nothing answers at {silent} "), cluster(scheduler=silent):
        pass
    with pytest.raises(SitePriorError, match="scheduler: nothing answers at nonsense"), cluster(scheduler="nonsense"):
        pass


def test_wrong_calls_are_refused_with_every_fault():
    for given, words in [
        ({}, "give workers"),
        ({"workers": 2, "scheduler": "tcp://127.0.0.1:1"}, "not both"),
        ({"workers": 0}, "workers: needs a whole number from 1, not 0"),
        ({"workers": True}, "not True"),
        ({"scheduler": " "}, "scheduler: needs an address"),
        ({"scheduler": "tcp://127.0.0.1:1", "memory_gb": 2}, "memory_gb: is that of workers started here"),
        *(
            ({"workers": 1, "memory_gb": given}, "memory_gb: needs a number of gigabytes above 0")
            for given in (-1, 0, float("inf"), float("nan"), 1e-12, True, "2")
        ),
    ]:
        with pytest.raises(InputError, match=words), cluster(**given):
            pass


def test_workers_may_be_given_without_their_name():
    with pytest.raises(InputError, match="workers: needs a whole number from 1, not 'tcp"), cluster("tcp://host:1"):
        pass
    assert cluster(3).args == (3,)


def test_what_is_no_cluster_or_closed_is_refused_before_any_work(two_workers, tmp_path, monkeypatch):
    import siteprior as sp

    for call in (
        lambda given: list(map_parts(given, square, [1], 0)),
        lambda given: sp.audit("no-register.csv", cluster=given),
        lambda given: sp.measure_access(bounds=(0, 0, 1, 1), cluster=given),
        lambda given: sp.acceptability(None, cluster=given),
    ):
        for given in (3, cluster(2), "tcp://127.0.0.1:1"):
            with pytest.raises(InputError, match=r"^cluster: needs what 'with sp\.cluster"):
                call(given)
    monkeypatch.setattr(two_workers.client, "status", "closed")
    with pytest.raises(InputError, match=r"^cluster: .* is closed; do the work within the block"):
        list(map_parts(two_workers, square, [1], 0))


def test_without_the_extra_the_error_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SitePriorError, match=r"pip install 'siteprior\[cluster\]'"), cluster(workers=2):
        pass


def test_a_worker_of_another_siteprior_is_refused(two_workers, monkeypatch):
    monkeypatch.setattr(module, "code_version", lambda: "another")
    with pytest.raises(InputError, match="a worker runs another siteprior"):
        list(map_parts(two_workers, square, [1], 0))


def test_dask_is_loaded_only_for_a_cluster():
    code = (
        "import sys, siteprior as sp; sp.cluster, sp.audit, sp.measure_access, sp.acceptability; "
        "print([m for m in sys.modules if m.split('.')[0] in ('dask', 'distributed')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_errors_travel_between_processes_fault_by_fault():
    import pickle

    for kind in (InputError, OutputError, SitePriorError):
        again = pickle.loads(pickle.dumps(kind("a: is wrong", "b: is wrong")))
        assert type(again) is kind
        assert again.faults == ("a: is wrong", "b: is wrong")
        assert str(again) == "a: is wrong\nb: is wrong"
