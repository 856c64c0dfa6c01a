"""What a run does in a second process: the same bytes as in one, its faults as they are, and no half folder."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from functools import wraps

import pytest

from factories.small import small_project
from siteprior.core.errors import SitePriorError
from siteprior.core.progress import no_progress
from siteprior.core.second_process import SecondProcess
from siteprior.pipeline import beside
from siteprior.pipeline.beside import around, parted, run_with, second_process
from siteprior.pipeline.kept_stages import without_settings
from siteprior.pipeline.result import NOT_YET, Result
from siteprior.pipeline.run import run
from siteprior.pipeline.stage import Stage
from siteprior.pipeline.stages import RANKING, READING, STAGES, run_stages
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


PROGRAMME_AND_SCENARIOS = """
[programme]
budget_gbp = 5_000_000

[[scenarios]]
name = "Half the trains are cut"
cut = [{corridor = "Snow Hill-Stourbridge line", share = 0.5}]

[[scenarios]]
name = "A third of the trains are cut"
cut = [{corridor = "Snow Hill-Stourbridge line", share = 0.3}]
"""


def loads_nothing(*_):
    pass


def dies(*_):
    os._exit(9)


def fails(*_):
    raise SitePriorError("report.html: no room on the disk")


def test_one_process_and_two_write_the_same_bytes(tmp_path, two, monkeypatch):
    project = small_project(tmp_path, sources=("timetables",), append=PROGRAMME_AND_SCENARIOS)
    said = []
    doubled = files(run(project, out=tmp_path / "two", progress=said.append))
    assert [each._process.returncode for each in two] == [0]
    monkeypatch.setattr(beside, "SecondProcess", lambda *, start, **how: SecondProcess(start=False, **how))
    said_alone = []
    alone = files(run(project, out=tmp_path / "one", progress=said_alone.append))
    assert sorted(said) == sorted(said_alone)
    assert {"report.html", "ranking.csv", "run.json", "top_k_acceptability.csv", "scenarios.csv"} <= set(doubled)
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


@pytest.mark.parametrize(
    ("stages", "programme", "meanwhile"),
    [
        (READING, True, ["Read registers and own sites", "Give sites a shape, merge duplicates"]),
        (RANKING, True, ["Choose a programme"]),
        (RANKING, False, ["Choose a programme", "Try the scenarios", "Set out the shortlist"]),
    ],
)
def test_what_is_done_here_meanwhile_neither_gives_nor_takes_what_is_made_there(stages, programme, meanwhile):
    there, here = parted(stages, programme=programme)
    before, at_once, after = around(there, here)
    assert (*before, *at_once, *after) == tuple(here)
    assert [stage.name for stage in at_once][: len(meanwhile)] == meanwhile
    made_later = {name for stage in (*at_once, *after) for name in stage.adds}
    made_there = {name for stage in there for name in stage.adds}
    assert not {name for stage in there for name in stage.needs} & made_later
    assert not {name for stage in at_once for name in stage.needs} & made_there


def weighs(result, _):
    return result.with_joins(result.project.weights)


def weighs_in_passing(result, _):
    with suppress(SitePriorError):
        weighs(result, _)
    return replace(result, postcodes="read")


@pytest.mark.parametrize("work", [weighs, weighs_in_passing])
def test_a_withheld_setting_that_is_asked_for_there_is_noted_here(tmp_path, monkeypatch, work):
    monkeypatch.setattr(beside, "STAGES", (Stage("asks", (), ("postcodes",), work, "read", beside=True),))
    asked = []
    seen = Result(without_settings(small_project(tmp_path), "read", asked))
    with SecondProcess(start=False) as second, suppress(SitePriorError):
        run_with(second, seen, beside.STAGES, progress=no_progress, what="Reading")
    assert asked == ["weights"]


def test_what_was_read_there_is_listed_once_after_what_was_read_here_before(tmp_path, two):
    project = small_project(tmp_path, sources=("timetables",))
    alone = run_stages(Result(project), READING)
    with second_process() as second:
        doubled = run_with(second, Result(project), READING, progress=no_progress, what="Reading")
    assert two[0].started
    assert doubled.provenance == alone.provenance
    assert doubled.joins == alone.joins
    assert doubled.issues.equals(alone.issues)
    assert doubled.stops.equals(alone.stops)


def test_what_a_script_registers_keeps_all_in_one_process(monkeypatch):
    monkeypatch.setattr(beside, "enough_cores", lambda: True)
    with second_process() as second:
        assert second.started
    walk = CRITERIA["corridor_access"]
    own = wraps(walk.measure)(lambda sites: walk.measure(sites))
    monkeypatch.setattr(beside, "CRITERIA", {**CRITERIA, "own": replace(walk, name="own", measure=own)})
    with second_process() as second:
        assert not second.started


def test_a_result_travels_without_what_the_other_side_makes(tmp_path):
    project = small_project(tmp_path)
    done = run_stages(Result(project), STAGES[:3])
    back = beside._unpacked(*beside._packed(done)[1])
    assert back.areas.equals(done.areas)
    assert (back.weights, set(back.criteria_known)) == (done.weights, set(done.criteria_known))
    assert back.sites is NOT_YET
