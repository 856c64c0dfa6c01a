"""How benchmarks measure: whole processes, sides in turn, rows and ratios. No time is judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from measuring import (
    BESIDE,
    OWN,
    PEER,
    MeasuringError,
    Outcome,
    Row,
    command,
    in_turn,
    in_words,
    process,
    row_of,
    size,
    table,
    timed,
    with_ratios,
)


def python(code):
    return [sys.executable, "-c", code]


def test_a_process_is_measured_with_what_it_prints():
    # it lasts ten looks at its memory: of one that is over sooner the first look may see the program not yet loaded
    done = process(python("import time; print('one'); print('two'); time.sleep(0.2)"))
    assert done.output.splitlines() == ["one", "two"]
    assert done.seconds > 0
    assert done.peak_mb > 1


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_memory_is_that_of_the_process_and_its_children_together():
    hold = "import time; block = bytearray(120_000_000); block[::4096] = b'x' * len(block[::4096]); time.sleep(0.6)"
    both = f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {hold!r}]); {hold}; child.wait()"
    assert process(python(both)).peak_mb > 220
    assert 100 < process(python(hold)).peak_mb < 220


def test_a_process_that_fails_is_named_with_its_exit_code():
    with pytest.raises(MeasuringError, match="ended with 3"):
        process(python("raise SystemExit(3)"))


def test_a_process_is_stopped_at_its_limit_and_its_children_with_it(tmp_path):
    left = tmp_path / "left"
    late = f"import time, pathlib; time.sleep(3); pathlib.Path({str(left)!r}).touch()"
    both = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {late!r}])"
    with pytest.raises(MeasuringError, match=r"not done in 0.5 s"):
        process(python(both), limit_s=0.5)
    process(python("import time; time.sleep(3)"))
    assert not left.exists()


def gone(number):
    for _ in range(500):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


ORPHAN = """
import subprocess, sys, time
code = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
middle = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {code!r}, sys.argv[1]])"
subprocess.run([sys.executable, "-c", middle, sys.argv[1]])
time.sleep(600)
"""


def test_a_child_whose_parent_has_ended_is_stopped_too(tmp_path):
    left = tmp_path / "left"
    with pytest.raises(MeasuringError, match="not done in 3 s"):
        process([*python(ORPHAN), str(left)], limit_s=3)
    assert gone(int(left.read_text()))


def test_a_measuring_process_that_is_ended_ends_what_it_measures(tmp_path):
    left = tmp_path / "left"
    measuring = "import sys; from measuring import process; process([sys.executable, '-c', *sys.argv[1:]])"
    paths = os.pathsep.join(filter(None, sys.path))
    whole = subprocess.Popen(
        [*python(measuring), ORPHAN, str(left)], env={**os.environ, "PYTHONPATH": paths}, stderr=subprocess.DEVNULL
    )
    while not left.exists() or not left.read_text():
        assert whole.poll() is None
        time.sleep(0.01)
    whole.terminate()
    assert whole.wait() != 0
    assert gone(int(left.read_text()))


def test_sides_are_measured_in_turn_each_as_often_as_asked():
    asked = []

    def measure(side):
        asked.append(side)
        return {"seconds": len(asked)}

    found = in_turn({"a": 3, "b": 1}, measure)
    assert asked == ["a", "b", "a", "a"]
    assert [each["seconds"] for each in found["a"]] == [1, 3, 4]


def test_a_row_keeps_medians_the_range_and_the_highest_peak():
    found = [{"seconds": s, "processor": 2 * s, "peak_mb": 10 * s} for s in (3.0, 1.0, 2.0)]
    figures = row_of("side", OWN, found, "what came out").figures()
    wanted = {"median_s": 2.0, "low_s": 1.0, "high_s": 3.0, "processor_s": 4.0, "peak_mb": 30, "runs": 3}
    assert {name: figures[name] for name in wanted} == wanted


def test_a_peer_is_compared_with_the_side_it_names_or_the_first():
    rows = [
        Row("ours", OWN, [2.0], [1], [1]),
        Row("ours, other", OWN, [4.0], [1], [1]),
        Row("step", BESIDE, [1.0], [1], [1]),
        Row("peer", PEER, [6.0], [1], [1]),
        Row("peer, other", PEER, [6.0], [1], [1], to="ours, other"),
    ]
    found = with_ratios([row.figures() for row in rows])
    assert [row["ratio"] for row in found] == [None, None, None, 3.0, 1.5]


def test_a_peer_without_a_side_of_siteprior_has_no_ratio():
    assert with_ratios([Row("peer", PEER, [6.0], [1], [1]).figures()])[0]["ratio"] is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0013, "1.3 ms"), (0.078, "78 ms"), (0.5, "0.50 s"), (21.94, "21.9 s"), (1397.2, "1,397 s")],
)
def test_seconds_have_as_many_places_as_they_bear(seconds, words):
    assert in_words(seconds) == words


def test_an_outcome_is_printed_and_written_and_a_missed_agreement_is_an_exit_code(tmp_path, capsys):
    rows = [Row("ours", OWN, [2.0], [1.5], [100]), Row("peer", PEER, [5.0, 7.0], [6], [300], note="the same")]
    target = tmp_path / "out.json"
    assert command(Outcome("what", rows, ["A bar: yes."]), target) == 0
    assert "| peer | 6.00 s | 5.00 s to 7.00 s | 6.00 s | 3 | 300 MB | the same |" in capsys.readouterr().out
    kept = json.loads(target.read_text(encoding="utf-8"))
    assert kept["sentences"] == ["A bar: yes."]
    assert list(kept) == sorted(kept)
    assert command(Outcome("what", rows, agree=False), None) == 1


def test_lines_of_a_job_have_no_head():
    rows = with_ratios([Row("ours", OWN, [2.0], [1.5], [100]).figures()])
    assert table(rows, job="walks") == ["| walks | ours | 2.00 s |  | 1.50 s |  | 100 MB |  |"]
    assert len(table(rows)) == 3


def test_sizes_are_full_where_nothing_else_is_asked_for():
    assert size(40_000, 10) == 40_000


def test_work_is_timed_with_its_result():
    result, taken = timed(lambda: 7)
    assert result == 7
    assert taken.keys() == {"seconds", "processor"}
