from __future__ import annotations

import json

import pytest

from factories.two_runs import later_run
from siteprior.cli import main
from siteprior.core.errors import InputError
from siteprior.pipeline.comparison.compare import COLUMNS
from siteprior.pipeline.comparison.listing import comparison_lines


def test_sentences_then_the_changes(run):
    lines = list(comparison_lines(run, later_run(run, weights={"capacity": 1})))
    assert not any(aside for _, aside in lines)
    assert lines[0][0].startswith("0 sites entered the ranking")
    assert lines[1][0].startswith("site_id")


def test_json_has_every_column_and_nothing_beside_it(run):
    ((text, aside),) = comparison_lines(run, later_run(run, weights={"capacity": 1}), as_json=True)
    assert not aside
    assert set(json.loads(text)[0]) == set(COLUMNS)
    ((text, _),) = comparison_lines(run, run, as_json=True)
    assert json.loads(text) == []


def test_files_are_written_and_named_aside(run, tmp_path):
    lines = list(comparison_lines(run, run, page=tmp_path / "a.html", csv=tmp_path / "a.csv"))
    assert [aside for _, aside in lines] == [True, True, False]
    assert (tmp_path / "a.csv").read_text("utf-8-sig").splitlines() == [",".join(COLUMNS)]
    assert "What changed, and why" in (tmp_path / "a.html").read_text("utf-8")


def test_a_page_that_is_named_as_a_table_is_refused(run, tmp_path):
    with pytest.raises(InputError, match=r"--out .*a\.csv: .* end the name with \.html, or write a table with --csv"):
        list(comparison_lines(run, run, page=tmp_path / "a.csv"))


def test_the_command(sample_run, tmp_path, capsys):
    page = tmp_path / "comparison.html"
    assert main(["compare", str(sample_run), str(sample_run), "--out", str(page)]) == 0
    shown = capsys.readouterr()
    assert shown.out == "No site entered, left or moved, and no score changed.\n"
    assert shown.err == f"Wrote {page.as_posix()}\n"
