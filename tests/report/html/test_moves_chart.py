from __future__ import annotations

import pandas as pd

from siteprior.report.html.moves_chart import moves_chart

MOVES = pd.DataFrame(
    {
        "site_name": ["Stays", "Comes", "Goes", None],
        "rank_a": pd.array([1, 9, 2, 3], dtype="Int64"),
        "rank_b": pd.array([2, 1, None, 3], dtype="Int64"),
        "shortlisted_a": ["yes", "no", "yes", "yes"],
        "shortlisted_b": ["yes", "yes", "no", "yes"],
    }
)


def test_each_side_stands_by_its_ranks_and_those_not_listed_beneath_a_gap():
    lines = {" ".join(line["name"]): line for line in moves_chart(MOVES)["lines"]}
    assert [lines[name]["kind"] for name in ("Stays", "Comes", "Goes", "no name")] == [
        "stays",
        "comes",
        "goes",
        "stays",
    ]
    assert [lines[name]["from"] for name in ("Stays", "Goes", "no name", "Comes")] == [43.0, 77.0, 111.0, 161.0]
    assert [lines[name]["to"] for name in ("Comes", "Stays", "no name", "Goes")] == [43.0, 77.0, 111.0, 161.0]
    assert lines["Goes"]["rank_b"] is None


def test_a_name_of_two_lines_is_whole():
    name = "Former Birmingham City University Campus - Plot 10, Perry Barr, north"
    (line,) = moves_chart(MOVES.head(1).assign(site_name=name))["lines"]
    assert len(line["name"]) == 2
    assert " ".join(line["name"]) == name


def test_names_longer_than_two_lines_are_cut():
    (line,) = moves_chart(MOVES.head(1).assign(site_name="A\nvery " * 2000))["lines"]
    assert len(line["name"]) == 2
    assert max(map(len, line["name"])) <= 48
    assert line["name"][-1].endswith("…")
    assert not any("\n" in words for words in line["name"])


def test_no_shortlist_has_no_line():
    chart = moves_chart(MOVES.head(0))
    assert chart["lines"] == []
    assert chart["height"] > 0
