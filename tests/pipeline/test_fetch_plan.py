"""What a dry run comes to: sizes that are known and those that are not, and what is fetched by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from siteprior import cli
from siteprior.pipeline.fetch_plan import plan_text


def table(*rows):
    names = ("status", "path", "size_mb", "licence", "page", "place")
    return pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows], columns=list(names))


ONE = ("would fetch", "a.csv", 5.0, "OGL v3", "https://e.org/a", "data/a.csv")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "To fetch: nothing."),
        ([ONE], "To fetch: 1 file, about 5 MB."),
        ([ONE, (*ONE[:5], "data/b.csv")], "To fetch: 2 files, about 10 MB."),
        ([("would fetch", "z.zip!a.csv", *ONE[2:]), ONE], "To fetch: 1 file, about 5 MB."),  # of one zip: once
        ([(*ONE[:2], 0.2, *ONE[3:])], "To fetch: 1 file, about 0.2 MB."),
        ([(*ONE[:2], 1500.0, *ONE[3:])], "To fetch: 1 file, about 1,500 MB."),
        ([(*ONE[:2], math.nan, *ONE[3:])], "To fetch: 1 file of a size not known before."),
        (
            [ONE, (*ONE[:2], math.nan, *ONE[3:5], "data/b.csv")],
            "To fetch: 2 files: 1 of about 5 MB together, 1 of a size not known before.",
        ),
        ([("present", *ONE[1:])], "To fetch: nothing."),
    ],
)
def test_the_total_is_of_the_sizes_known_and_says_how_many_are_not(rows, says):
    assert plan_text(table(*rows)).splitlines() == [says, "By hand: nothing."]


def test_what_is_fetched_by_hand_has_its_page_and_its_exact_path():
    rows = [
        ("no url", "a.csv", 5.0, "OGL v3", "https://e.org/a", "/desk/data/a.csv"),
        ("no url", "own.csv", math.nan, "", "", "/desk/data/own.csv"),
    ]
    assert plan_text(table(*rows)).splitlines() == [
        "To fetch: nothing.",
        "By hand: 2 files. Visit its page and save it to the path named:",
        "    a.csv: https://e.org/a → /desk/data/a.csv (Open Government Licence v3.0)",
        "    own.csv: no page is known → /desk/data/own.csv",
    ]


def test_the_command_ends_a_dry_run_with_it(tmp_path, capsys):
    from factories.sample import sample_text

    file = tmp_path / "project.toml"
    more = """postcodes = [
      {path = "p/cp.csv", dataset = "code_point_open"},
      {path = "p/rail.zip", dataset = "rail_timetable"},
    ]"""
    stops = 'stops = ["transit/naptan.csv"]'
    file.write_text(sample_text(plain=True).replace(stops, f"{stops}\n{more}"), encoding="utf-8")
    assert cli.main(["fetch", str(file), "--dry-run", "--quiet"]) == 0
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("To fetch: 1 file, about 15 MB.")
    assert lines[at + 1].startswith("By hand: ")
    (rail,) = [line for line in lines[at:] if line.startswith("    p/rail.zip: https://")]
    assert f" → {tmp_path / 'p/rail.zip'} (" in rail
    assert cli.main(["fetch", str(file), "--offline", "--quiet"]) == 0
    assert "To fetch" not in capsys.readouterr().out
