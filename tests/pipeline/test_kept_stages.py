"""What did not change is taken from an earlier run, and comes to the same; what changed, and all after it, is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import fields, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from factories.small import LAYER, small_project, small_text
from siteprior.core import sealed_results
from siteprior.core.errors import OutputError, RunWarning, SitePriorError
from siteprior.core.files import shipped
from siteprior.core.parameters import load_parameters
from siteprior.core.sealed_results import load_result
from siteprior.pipeline import kept_stages
from siteprior.pipeline.kept_stages import FRESH_VARIABLE, STAGES_FOLDER, WITHHELD, without_settings
from siteprior.pipeline.result import Result
from siteprior.pipeline.run import assess, run
from siteprior.pipeline.stages import STAGES
from siteprior.project.load import load_project

TAKEN = "results are taken"
APPRAISED = ["Reading", "Joining", "Appraising"]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Return a folder of kept results of the test's own; elsewhere in the suite nothing is kept."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SITEPRIOR_CACHE", str(folder))
    monkeypatch.delenv(FRESH_VARIABLE, raising=False)
    return folder / STAGES_FOLDER


def worked_through(project, **asked):
    """Return what a project comes to, and the parts that were taken from an earlier run."""
    lines = list[str]()
    done = assess(project, progress=lines.append, **asked)
    return done, [line.partition(":")[0] for line in lines if TAKEN in line]


def assert_same(one: Result, other: Result) -> None:
    """Compare everything a run writes: tables, log, record."""
    for each in fields(Result):
        here, there = getattr(one, each.name), getattr(other, each.name)
        if isinstance(here, pd.DataFrame):
            pd.testing.assert_frame_equal(pd.DataFrame(here), pd.DataFrame(there), obj=each.name)
    pd.testing.assert_frame_equal(one.issues, other.issues)
    assert one.record == other.record
    assert one.provenance == other.provenance
    assert one.joins == other.joins


@pytest.fixture
def project(tmp_path):
    return small_project(tmp_path, sources=("history", "openings", "postcodes"), append=LAYER)


def test_a_second_run_takes_every_part_and_comes_to_the_same(project):
    first, none = worked_through(project)
    second, every = worked_through(project)
    fresh, again = worked_through(project, fresh=True)
    assert (none, every, again) == ([], APPRAISED, [])
    assert_same(first, second)
    assert_same(second, fresh)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Return the folder of a project that was worked through once, where its results are kept, and its sites."""
    folder = tmp_path_factory.mktemp("plain")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SITEPRIOR_CACHE", str(folder / "cache"))
        environment.delenv(FRESH_VARIABLE, raising=False)
        sites = assess(small_project(folder)).sites_merged.index
    return folder, folder / "cache", sites


@pytest.mark.parametrize(
    ("append", "taken"),
    [
        ("\n# a remark\n", APPRAISED),
        ("\n[weights]\ncorridor_access = 3\ndeprivation = 1\n", APPRAISED),
        ("\n[gates]\ntoo_small = {hectares = 1.5}\n", APPRAISED),
        ("\n[programme]\nbudget_gbp = 5_000_000\n", APPRAISED),
        ("\n[publish]\nstrips = 1\n", APPRAISED),
        ("\n[assumptions.scheme]\naffordable_share = 0.35\n", ["Reading", "Joining"]),
        ("\n[assumptions]\ncapacity_basis = \"rule\"\n", ["Reading", "Joining"]),
        ("\n[opportunities]\njoin = [[\"FIRST\", \"SECOND\"]]\n", ["Reading"]),
        ("\n[access]\nmax_snap_m = 40\n", []),
    ],
)  # fmt: skip
def test_a_changed_setting_redoes_its_part_and_what_follows(plain, monkeypatch, append, taken):
    folder, kept, (first, second, *_) = plain
    monkeypatch.setenv("SITEPRIOR_CACHE", str(kept))
    append = append.replace("FIRST", first).replace("SECOND", second)
    done, took = worked_through(small_project(folder, append=append))
    assert took == taken
    assert_same(done, assess(small_project(folder, append=append), fresh=True))


def test_a_changed_file_redoes_everything(tmp_path):
    project = small_project(tmp_path, sources=("postcodes", "sales", "floor_areas"))
    before = assess(project)
    sales = tmp_path / "sales.csv"
    lines = sales.read_text(encoding="utf-8").splitlines(keepends=True)
    stamp = sales.stat()
    sales.write_text("".join(lines[:-1]) + lines[-1].replace(lines[-1][39:41], "99", 1), encoding="utf-8")
    os.utime(sales, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # its time says nothing: its bytes do
    done, took = worked_through(project)
    assert took == []
    assert done.provenance != before.provenance


def test_a_file_beside_a_shapefile_is_part_of_it(tmp_path):
    areas = gpd.read_file(shipped("data") / "boundaries" / "lsoa21.geojson").rename(columns={"LADCD_ACTIVE": "LAD"})
    areas[areas["LAD"] == "E08000027"].to_crs(27700).to_file(tmp_path / "areas.shp")
    text = small_text(tmp_path).replace("areas.geojson", "areas.shp").replace("LADCD_ACTIVE", "LAD")
    (tmp_path / "shape.toml").write_text(text, encoding="utf-8")
    project = load_project(tmp_path / "shape.toml", data_root=shipped("data"))
    assess(project)
    assert worked_through(project)[1] == APPRAISED
    (tmp_path / "areas.cpg").write_text("UTF-8\n", encoding="utf-8")
    assert worked_through(project)[1] == []


def test_other_code_or_another_version_of_a_library_redoes_everything(project, monkeypatch):
    assess(project)
    monkeypatch.setattr(kept_stages, "code_version", lambda: "another")
    assert worked_through(project)[1] == []


def test_a_project_that_moved_is_worked_through_again(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert worked_through(small_project(tmp_path / name))[1] == []


def test_a_copy_under_another_name_in_the_same_folder_takes_what_is_kept(project):
    first, _ = worked_through(project)
    copied, text = project.file.with_name("another_name.toml"), project.file.read_text()
    copied.write_text(text)
    again, taken = worked_through(load_project(copied, data_root=project.data_root))
    assert taken == APPRAISED
    assert_same(first, again)


def test_what_cannot_be_kept_is_stated_once_and_ends_no_run(project, cache, monkeypatch):
    @contextmanager
    def full(path):
        raise OutputError(f"{path}: No space left on device")
        yield

    monkeypatch.setattr(sealed_results, "whole_file", full)
    with pytest.warns(RunWarning, match="results are not kept for the next run: .*No space left") as stated:
        done, _ = worked_through(project)
    assert len([each for each in stated if "not kept" in str(each.message)]) == 1
    assert len(done.sites)
    assert list(cache.iterdir()) == []


def test_fresh_keeps_nothing(project, cache, monkeypatch):
    assess(project, fresh=True)
    monkeypatch.setenv(FRESH_VARIABLE, "1")
    assess(project)
    assert not cache.exists()


def test_the_same_bytes_with_and_without(project, tmp_path):
    quiet = project.model_copy(update={"publish": project.publish.model_copy(update={"notebooks": ()})})
    for name, fresh in (("fresh", True), ("first", False), ("second", False)):
        run(quiet, out=tmp_path / name, fresh=fresh)
    wanted = contents_of(tmp_path / "fresh")
    assert len(wanted) > 20
    assert contents_of(tmp_path / "first") == wanted
    assert contents_of(tmp_path / "second") == wanted


def contents_of(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by its name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_reader_of_the_users_own_is_in_no_key_so_nothing_is_kept(project, cache, monkeypatch):
    def read(paths):
        raise AssertionError(paths)

    own = {
        "noise": type("Own", (), {"read": staticmethod(read), "join": None, "columns": (), "entries": lambda *_: ()})
    }
    monkeypatch.setattr(kept_stages, "SOURCES", {**kept_stages.SOURCES, **own})
    assess(project)
    assert not cache.exists()


def test_numbers_that_were_registered_are_part_of_the_key(project, monkeypatch):
    assess(project)
    monkeypatch.setattr(kept_stages, "registered_files", lambda: ["access"])
    assert worked_through(project)[1] == []


def test_spoilt_results_are_made_anew(project, cache):
    first = assess(project)
    for path in cache.iterdir():
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    done, took = worked_through(project)
    assert took == []
    assert_same(first, done)
    assert worked_through(project)[1] == APPRAISED


def test_a_folder_others_may_write_to_is_not_read(project, cache):
    assess(project)
    if os.name != "posix":
        pytest.skip("rights of groups are those of POSIX")
    cache.chmod(0o777)
    with pytest.warns(RunWarning, match=r"stages: is no folder that your user alone may write to.*SITEPRIOR_CACHE"):
        assert worked_through(project)[1] == []


def test_what_is_kept_stays_within_its_bound(project, cache, monkeypatch):
    real = load_parameters("kept").number("most_gb")
    assert real == 5
    monkeypatch.setattr(kept_stages, "bound_size", lambda folder, most: bounds.append((folder, most)))
    bounds = list[tuple[Path, float]]()
    assess(project)
    assert bounds == [(cache, 5e9)] * 3


@pytest.mark.parametrize("part", WITHHELD)
def test_a_setting_withheld_refuses_to_be_read(project, part):
    seen = without_settings(project, part)
    for name in WITHHELD[part]:
        table, _, key = name.partition(".")
        stands = getattr(seen, table) if not key else getattr(getattr(seen, table), key)
        for use in (bool, len, iter, lambda value: value.anything, lambda value: value == 1, lambda value: value["a"]):
            with pytest.raises(SitePriorError, match=rf"'{name}' is no setting of the part '{part}'"):
                use(stands)


@pytest.mark.parametrize("stated", ["", '[corridors]\npaths = ["HEADER"]\n\n'])
def test_a_project_without_corridors_is_kept_too_and_reads_its_gates(tmp_path, stated):
    with (shipped("data") / "transit" / "corridors.csv").open(encoding="utf-8") as corridors:
        (tmp_path / "none.csv").write_text(corridors.readline(), encoding="utf-8")
    stated = stated.replace("HEADER", (tmp_path / "none.csv").as_posix())
    off = f"{stated}[gates]\nbeyond_corridor_walk = false\n"
    changed = (('[corridors]\npaths = ["transit/corridors.csv"]\n', off),)
    first, none = worked_through(small_project(tmp_path, *changed))
    second, every = worked_through(small_project(tmp_path, *changed))
    assert (none, every) == ([], APPRAISED)
    assert_same(first, second)
    other = (*changed, ("beyond_corridor_walk = false\n", "beyond_corridor_walk = false\ntoo_small = false\n"))
    assert worked_through(small_project(tmp_path, *other))[1] == []


@pytest.mark.parametrize("passed_over", [None, SitePriorError])
def test_a_part_that_reads_what_is_withheld_is_done_with_it_and_not_kept(project, cache, monkeypatch, passed_over):
    from siteprior.pipeline import read

    whole = read.read_postcodes

    def curious(result, progress):
        with nullcontext() if passed_over is None else suppress(passed_over):
            assert result.project.shortlist.n == 5
        return whole(result, progress)

    wanted = assess(project, fresh=True)
    stages = [replace(stage, run=curious) if stage.name == "Read postcodes" else stage for stage in STAGES]
    monkeypatch.setattr("siteprior.pipeline.run.STAGES", tuple(stages))
    lines = list[str]()
    assert_same(assess(project, progress=lines.append), wanted)
    assert "Reading: its results are not kept, for they rest on shortlist" in lines
    assert not list(cache.iterdir())


def test_every_setting_withheld_is_one():
    fields_of = load_project(shipped("data") / "demo.toml", data_root=shipped("data"))
    for names in WITHHELD.values():
        for name in names:
            table, _, key = name.partition(".")
            assert table in type(fields_of).model_fields
            assert not key or key in type(getattr(fields_of, table)).model_fields


def test_stages_that_take_up_settings_log_nothing(project):
    result = Result(project)
    for stage in STAGES:
        if not stage.kept and stage.part == "read":
            after = stage.run(result, lambda _: None)
            assert (after.issue_tables, after.provenance, after.joins) == ((), (), ())


KILLED = """
import sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from siteprior.core.files import shipped
from siteprior.pipeline.run import assess
from siteprior.project.load import load_project
project = load_project(Path(sys.argv[1]), data_root=shipped("data"))
print("begun", flush=True)
assess(project, progress=lambda line: print(line, flush=True))
"""


def started(project) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, str(project.file)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def finished(process) -> None:
    """Let a run come to its end."""
    process.communicate()
    assert process.returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="a process is killed as POSIX does it")
def test_a_run_killed_at_twenty_moments_leaves_nothing_spoilt(project, cache):
    wanted = assess(project, fresh=True)
    begun = time.monotonic()
    finished(started(project))
    whole = time.monotonic() - begun
    for path in cache.iterdir():
        path.unlink()
    for moment in range(20):
        process = started(project)
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(whole * moment / 20 / 2)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for path in cache.glob("[!.]*"):
            assert load_result(path) is not None, f"{path.name} is spoilt after a kill"
        if moment % 7 == 6:
            for path in cache.glob("*"):
                path.unlink()
    assert_same(assess(project), wanted)


def test_two_runs_at_once_do_not_spoil_each_other(project, cache):
    both = [started(project), started(project)]
    for process in both:
        finished(process)
    done, took = worked_through(project)
    assert took == APPRAISED
    assert_same(done, assess(project, fresh=True))
    assert len(list(cache.iterdir())) == 3
