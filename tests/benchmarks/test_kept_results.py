"""Results of benchmarks as they are kept: what became worse, the page's marked parts, the one table."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest

import run_all
from kept_results import PAGE, RESULTS, WHOLE, load, machine, mark_faults, save, whole_table, with_results, worse
from measuring import BESIDE, OWN, PEER, Outcome, Row

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
    assert not bad or "ours beside peer, time: 0.325 of the peer's, 0.25 before" in found[0]


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
    assert worse({"walks": job(), "sales": job()}, {"sales": job()}, 1.25) == []


def test_where_nothing_can_be_compared_is_no_pass():
    named = ["nothing could be compared: none of these jobs was measured before"]
    assert worse({"walks": job()}, {}, 1.25) == named
    assert worse({"walks": job()}, {"sales": job(), "walks": {**job(), "error": "late"}}, 1.25) == named


@pytest.mark.parametrize("ours", [float("nan"), float("inf")])
def test_a_figure_that_is_no_number_is_named(ours):
    for now, before in ((job(ours), job()), (job(), job(ours)), (job(peer=0.0), job())):
        found = worse({"walks": now}, {"walks": before}, 1.25)
        assert len(found) == 1
        assert "ours beside peer, time" in found[0]
        assert "no number" in found[0]


def alone(seconds, mb, processor="a processor"):
    """Return a job with two sides of siteprior's and a step, and no peer."""
    rows = [Row("ours", OWN, [2.0], [1], [50]), Row("step", BESIDE, [seconds], [1], [mb])]
    found = job()
    return {
        **found, "rows": Outcome("sites", rows).as_json()["rows"],
        "machine": {**found["machine"], "processor": processor},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (alone(3.0, 100), ["walks: step, time: 3 s, 2 before"]),
        (alone(2.0, 200), ["walks: step, memory: 200 MB, 100 before"]),
        (alone(9.0, 100, "a slower one"), []),
        (alone(1.0, 90), []),
    ],
)
def test_what_has_no_peer_is_compared_with_itself(now, words):
    assert worse({"walks": now}, {"walks": alone(2.0, 100)}, 1.25) == words


PART = "<!-- measured: {} -->\nold\n<!-- end -->\n"


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (PART.format(WHOLE), "the part walks stands 0 times"),
        (PART.format(WHOLE) + PART.format("walks") * 2, "the part walks stands 2 times"),
        (
            PART.format(WHOLE) + "<!-- end -->\nold\n<!-- measured: walks -->\n",
            "line 4: ends a part that was not begun",
        ),
        (PART.format(WHOLE) + "<!-- measured: walks -->\n", "the last part, walks, has no end"),
        ("<!-- measured: walks -->\n" + PART.format(WHOLE), "line 2: the part before it, walks, has no end"),
        (PART.format(WHOLE) + PART.format("walks") + PART.format("walk"), "the part walk is that of no job"),
        (PART.format(WHOLE) + PART.format("walks").replace("end -->", "end --> "), "line 6: a mark stands by itself"),
    ],
)
def test_marks_that_are_amiss_are_named_before_anything_is_measured(page, words, monkeypatch, tmp_path):
    assert any(words in fault for fault in mark_faults(page, ["walks"]))
    assert mark_faults(PART.format(WHOLE) + PART.format("walks"), ["walks"]) == []
    (tmp_path / "README.md").write_text(page)
    monkeypatch.setattr(run_all.kept_results, "PAGE", tmp_path / "README.md")
    monkeypatch.setattr(run_all, "JOBS", {"walks": run_all.JOBS["walks"]})
    monkeypatch.setattr(run_all, "measured", lambda *_: pytest.fail("it was measured"))
    monkeypatch.setattr("sys.argv", ["run_all.py", "--write"])
    with pytest.raises(SystemExit, match="nothing was measured; mend the marks first"):
        run_all.main()


def test_results_are_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "measured.json"
    save(path, {"walks": job()})

    def no_room(self, text, **_):
        with self.open("w") as file:
            file.write(text[:9])
        raise OSError("no room on the disk")

    monkeypatch.setattr(Path, "write_text", no_room)
    with pytest.raises(OSError, match="no room"):
        save(path, {"walks": job(9.0)})
    assert load(path) == {"walks": job()}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ["", "[]", '{"walks": 1}', '{"jobs": 3}'])
def test_a_file_that_holds_no_results_is_named(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(SystemExit, match=r"a.json: holds no results of run_all"):
        load(tmp_path / "a.json")


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
    assert mark_faults(PAGE.read_text(encoding="utf-8"), run_all.JOBS) == []
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
