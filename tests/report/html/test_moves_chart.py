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
    lines = {line["name"]: line for line in moves_chart(MOVES)["lines"]}
    assert [lines[name]["kind"] for name in ("Stays", "Comes", "Goes", "no name")] == [
        "stays",
        "comes",
        "goes",
        "stays",
    ]
    assert [lines[name]["from"] for name in ("Stays", "Goes", "no name", "Comes")] == [35.5, 54.5, 73.5, 108.5]
    assert [lines[name]["to"] for name in ("Comes", "Stays", "no name", "Goes")] == [35.5, 54.5, 73.5, 108.5]
    assert lines["Goes"]["rank_b"] is None


def test_long_names_are_cut_and_stand_in_one_line():
    (line,) = moves_chart(MOVES.head(1).assign(site_name="A\nvery " * 2000))["lines"]
    assert len(line["name"]) == 38
    assert line["name"].endswith("…")
    assert "\n" not in line["name"]


def test_no_shortlist_has_no_line():
    chart = moves_chart(MOVES.head(0))
    assert chart["lines"] == []
    assert chart["height"] > 0
