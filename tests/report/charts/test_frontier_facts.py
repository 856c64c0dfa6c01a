"""The figures and words of a frontier: which points there are, and whether none betters another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siteprior.report.charts.frontier_facts import frontier_words, is_frontier, known_points, named_measure

SHARE = "share of homes in imd_decile 1 to 2"


@pytest.fixture
def frontier():
    return pd.DataFrame(
        {
            "homes": [4000.0, 1000.0, 2000.0],
            "cost": [4e6, 1e6, 3e6],
            SHARE: [0.5, 0.9, 0.6],
            "benefit": [1.0, 3.0, 2.0],
        },
        index=pd.Index([3, 1, 2], name="point"),
    )


def test_points_go_from_left_to_right_and_those_without_a_figure_are_left_out(frontier):
    assert known_points(frontier, "homes", "cost").index.tolist() == [1, 2, 3]
    frontier.loc[2, "cost"] = np.inf
    frontier.loc[3, "homes"] = None
    assert known_points(frontier.astype(object), "homes", "cost").index.tolist() == [1]


@pytest.mark.parametrize(
    ("names", "points", "right"),
    [
        (("benefit", "homes"), [[3, 1], [2, 2], [1, 4]], True),
        (("benefit", "homes"), [[3, 1], [2, 2], [2, 4]], False),
        (("cost", "homes"), [[1, 1], [2, 2]], True),
        (("homes", "cost"), [[1, 2], [2, 1]], False),
        (("benefit", "homes"), [[1, 1], [1, 1]], True),
        (("benefit", "homes"), [[1, 1]], True),
    ],
)
def test_a_frontier_has_no_point_that_betters_another(names, points, right):
    assert is_frontier(np.array(points, dtype=float), names) is right


def test_words_and_units_given_go_before_those_of_the_measure():
    assert named_measure("cost", {}, {}) == ("Cost", "£")
    assert named_measure("cost", {"cost": " Land\n value "}, {"cost": "points"}) == ("Land value", "points")


def test_the_words_give_both_ends(frontier):
    assert frontier_words(frontier, x=SHARE, y="cost") == (
        "3 programmes. One end: Share of homes in IMD decile 1 to 2 (%) 50, Cost (£m) 4.0. The other: Share of homes "
        "in IMD decile 1 to 2 (%) 90, Cost (£m) 1.0."
    )
    assert frontier_words(frontier.loc[[1]], x="homes", y="benefit") == "1 programme: Homes 1,000, Benefit 3."
    assert frontier_words(frontier.iloc[:0], x="homes", y="benefit") == "No programme to show."
