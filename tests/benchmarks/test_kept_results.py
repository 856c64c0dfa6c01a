"""Results of benchmarks as they are kept: what became worse, the page's marked parts, the one table."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest

import run_all
from kept_results import PAGE, RESULTS, WHOLE, load, machine, save, whole_table, with_results, worse
from measuring import OWN, PEER, Outcome, Row

ROOT = Path(__file__).parents[2]


def job(ours=2.0, peer=8.0, ours_mb=100, *, quick=False, agree=True):
    rows = [Row("ours", OWN, [ours], [ours], [ours_mb]), Row("peer", PEER, [peer], [peer], [400])]
    on = {"cores": 2, "processor": "a processor", "memory_gb": 16.0, "python": "3.11.7"}
    found = Outcome("some sites", rows, ["A bar: yes."], agree=agree).as_json()
    return {**found, "quick": quick, "date": "2026-11-29", "commit": "abc", "machine": on, "load": 0.1}


def test_a_slower_machine_is_not_worse():
    assert worse({"walks": job(20.0, 80.0)}, {"walks": job()}, 1.25) == []


@pytest.mark.parametrize(("ours", "bad"), [(2.4, False), (2.6, True), (1.0, False)])
def test_slower_beside_the_peer_is_worse_beyond_the_ratio(ours, bad):
    found = worse({"walks": job(ours)}, {"walks": job()}, 1.25)
    assert bool(found) is bad
    assert not bad or "peer takes 3.08 times as much, 4 times before" in found[0]


def test_more_memory_beside_the_peer_is_worse():
    assert "memory" in worse({"walks": job(ours_mb=200)}, {"walks": job()}, 1.25)[0]


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ({**job(), "error": "not done in 5 s"}, "not measured: not done in 5 s"),
        (job(quick=True), "another size"),
        (job(agree=False), "do not find the same"),
        ({**job(), "rows": job()["rows"][:1]}, "was measured before, and is not now"),
    ],
)
def test_what_cannot_be_compared_any_more_is_named(now, words):
    assert words in worse({"walks": now}, {"walks": job()}, 1.25)[0]


def test_a_job_that_was_not_measured_before_is_not_worse():
    assert worse({"walks": job()}, {}, 1.25) == []


def test_marked_parts_are_made_anew_and_the_rest_stays():
    page = ("before\n<!-- measured: whole table -->\nold\n<!-- end -->\n<!-- measured: walks -->\nold\n<!-- end -->\n"
            "<!-- measured: sales -->\nby hand\n<!-- end -->\nafter\n")  # fmt: skip
    made = with_results(page, {"walks": job()})
    assert "old" not in made
    assert "<!-- measured: sales -->\nby hand\n<!-- end -->\nafter\n" in made
    assert "2026-11-29, commit abc, 2 cores (a processor), 16 GB, Python 3.11.7, load before it 0.1: some" in made
    assert "| walks | peer | 8.00 s |" in made
    assert with_results(made, {"walks": job()}) == made


def test_small_sizes_do_not_come_into_the_page():
    page = "<!-- measured: walks -->\nold\n<!-- end -->\n"
    assert with_results(page, {"walks": job(quick=True)}) == page


def test_a_job_that_failed_stands_in_the_table_with_why():
    assert (
        "| walks | not measured: not done in 5 s |" in whole_table({"walks": {**job(), "error": "not done in 5 s"}})[2]
    )


def test_results_are_kept_as_they_are_with_keys_in_order(tmp_path):
    path = tmp_path / "results" / "measured.json"
    save(path, {"walks": job(), "sales": job()})
    assert load(path) == {"walks": job(), "sales": job()}
    text = path.read_text(encoding="utf-8")
    assert text.index('"sales"') < text.index('"walks"')
    assert load(tmp_path / "none.json") == {}


def test_the_machine_is_described():
    found = machine()
    assert found["cores"] >= 1
    assert found["memory_gb"] > 0
    assert found["libraries"]["numpy"] != "not installed"


def test_the_page_is_what_the_kept_results_make_of_it():
    page = PAGE.read_text(encoding="utf-8")
    assert with_results(page, load(RESULTS)) == page


def test_every_job_has_a_script_and_a_part_of_the_page():
    marked = re.findall(r"<!-- measured: (.+?) -->", PAGE.read_text(encoding="utf-8"))
    assert sorted(marked) == sorted([*run_all.JOBS, WHOLE])
    for name in run_all.JOBS:
        assert (ROOT / "benchmarks" / f"{name}.py").is_file()


def test_jobs_are_chosen_by_name_and_an_unknown_one_names_the_valid_answers():
    assert run_all.chosen("walks, zonal", short=False) == ["walks", "zonal"]
    assert "main_job" not in run_all.chosen(None, short=True)
    with pytest.raises(SystemExit, match="no such job: walk; the jobs are acceptability"):
        run_all.chosen("walk", short=False)


def test_the_short_jobs_take_about_twenty_minutes():
    minutes = sum(run_all.JOBS[name].minutes(None) for name in run_all.chosen(None, short=True))
    assert 10 <= minutes <= 22


def test_a_job_that_fails_does_not_stop_the_others(monkeypatch, tmp_path, capsys):
    def measured(name, _):
        return {**job(), "error": "ended with 1"} if name == "walks" else copy.deepcopy(job())

    monkeypatch.setattr(run_all, "measured", measured)
    target = tmp_path / "out.json"
    monkeypatch.setattr("sys.argv", ["run_all.py", "--only", "walks,zonal", "--out", str(target)])
    assert run_all.main() == 1
    printed = capsys.readouterr().out
    assert "2 jobs: walks, zonal\nabout " in printed
    assert "walks: ended with 1" in printed
    assert load(target)["zonal"] == job()
    monkeypatch.setattr("sys.argv", ["run_all.py", "--only", "zonal", "--against", str(target)])
    assert run_all.main() == 0
    assert f"nothing became worse than in {target}" in capsys.readouterr().out
