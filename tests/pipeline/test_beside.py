"""What a run does in a second process: the same bytes as in one, its faults as they are, and no half folder."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from factories.small import small_project
from siteprior.core.errors import SitePriorError
from siteprior.core.second_process import SecondProcess
from siteprior.pipeline import beside
from siteprior.pipeline.beside import parted, second_process
from siteprior.pipeline.result import NOT_YET, Result
from siteprior.pipeline.run import run
from siteprior.pipeline.stages import STAGES, run_stages
from siteprior.ranking.criteria import CRITERIA


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def two(monkeypatch):
    """Give every run a second process, and return those there were."""
    started = []

    def start(*, start, **how):
        started.append(SecondProcess(start=True, **how))
        return started[-1]

    monkeypatch.setattr(beside, "SecondProcess", start)
    return started


@pytest.fixture
def bare(monkeypatch):
    """Let a run do no work but its report."""
    monkeypatch.setattr(beside, "_load", loads_nothing)
    monkeypatch.setattr("siteprior.pipeline.run.KeptStages.run", lambda self, result, *_, **__: result)
    monkeypatch.setattr("siteprior.pipeline.run.run_with", lambda second, result, *_, **__: result)
    for name, result in (("dossiers_of", {}), ("market_tables", {}), ("write_tables", None), ("write_documents", None)):
        monkeypatch.setattr(f"siteprior.pipeline.publish.{name}", lambda *_, result=result: result)


def loads_nothing(*_):
    pass


def dies(*_):
    os._exit(9)


def fails(*_):
    raise SitePriorError("report.html: no room on the disk")


def test_one_process_and_two_write_the_same_bytes(tmp_path, two, monkeypatch):
    project = small_project(tmp_path, sources=("timetables",))
    said = []
    doubled = files(run(project, out=tmp_path / "two", progress=said.append))
    assert [each._process.returncode for each in two] == [0]
    monkeypatch.setattr(beside, "SecondProcess", lambda *, start, **how: SecondProcess(start=False, **how))
    said_alone = []
    alone = files(run(project, out=tmp_path / "one", progress=said_alone.append))
    assert sorted(said) == sorted(said_alone)
    assert {"report.html", "ranking.csv", "run.json", "top_k_acceptability.csv"} <= set(doubled)
    assert {name for name in doubled if doubled[name] != alone.get(name)} == set()
    assert set(alone) == set(doubled)


@pytest.mark.parametrize(
    ("job", "fault"), [(dies, r"the second process ended .*exit code 9"), (fails, "no room on the disk")]
)
def test_what_goes_wrong_there_ends_the_run_and_leaves_the_earlier_one(tmp_path, two, bare, monkeypatch, job, fault):
    monkeypatch.setattr("siteprior.pipeline.publish.write_report", job)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.html").write_text("earlier")
    with pytest.raises(SitePriorError, match=fault):
        run(small_project(tmp_path), out=tmp_path / "out")
    assert files(tmp_path / "out") == {"report.html": b"earlier"}
    assert two[0]._process.poll() is not None


def test_a_fault_here_ends_it_too(tmp_path, two, bare, monkeypatch):
    monkeypatch.setattr("siteprior.pipeline.publish.write_tables", fails)
    with pytest.raises(SitePriorError, match="no room on the disk"):
        run(small_project(tmp_path), out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert two[0]._process.returncode not in (None, 0)


@pytest.mark.parametrize("programme", [True, False])
def test_no_stage_beside_needs_what_is_made_here_meanwhile(programme):
    beside_these = [number for number, stage in enumerate(STAGES) if stage.beside]
    there, here = parted(STAGES[beside_these[0] : beside_these[-1] + 1], programme=programme)
    assert there
    assert here
    made_here = {name for stage in here for name in stage.adds}
    made_there = {name for stage in there for name in stage.adds}
    assert not {name for stage in there for name in stage.needs} & made_here
    assert not {name for stage in here for name in stage.needs} & made_there


def test_what_a_script_registers_keeps_all_in_one_process(monkeypatch):
    monkeypatch.setattr(beside, "enough_cores", lambda: True)
    with second_process() as second:
        assert second.started
    walk = CRITERIA["corridor_access"]
    monkeypatch.setattr(beside, "CRITERIA", {**CRITERIA, "own": replace(walk, name="own", measure=lambda sites: None)})
    with second_process() as second:
        assert not second.started


def test_a_result_travels_without_what_the_other_side_makes(tmp_path):
    project = small_project(tmp_path)
    done = run_stages(Result(project), STAGES[:3])
    back = beside._unpacked(*beside._packed(done)[1])
    assert back.areas.equals(done.areas)
    assert (back.weights, set(back.criteria_known)) == (done.weights, set(done.criteria_known))
    assert back.sites is NOT_YET
