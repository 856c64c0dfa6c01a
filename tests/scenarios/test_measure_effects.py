"""What a scenario does: entering, leaving, rising, falling; homes; blanks."""

import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.scenarios.measure_effects import scenario_effects, scenario_summary


def sites(rank, score, homes=(10, 20, 30, None), walk=(500.0, 600.0, 1200.0, 1300.0)):
    index = pd.Index(list("abcd"), name="site_id")
    return pd.DataFrame(
        {
            "site_name": ["A", "B", "C", "D"],
            "corridor": ["L"] * 4,
            "corridor_walk_m": walk,
            "walk_m": walk,
            "capacity_dwellings": pd.array(homes, dtype="Int64"),
            "rank": pd.array(rank, dtype="Int64"),
            "score": score,
            "eligible": ["yes" if r is not None else "no" for r in rank],
        },
        index=index,
    )


BEFORE = sites([1, 2, None, None], [0.6, 0.5, None, None])
AFTER = sites([3, None, 1, 2], [0.6, None, 0.9, 0.7], walk=(500.0, 600.0, 100.0, 200.0))


def test_each_effect_is_named_and_counted():
    effects = scenario_effects(BEFORE, AFTER, scenario="tram").set_index("site_id")
    assert effects["effect"].to_dict() == {"c": "enters", "d": "enters", "a": "falls", "b": "leaves"}
    assert effects["places_gained"].tolist() == [pd.NA, pd.NA, -2, pd.NA]
    assert effects.loc["c", ["walk_m_before", "walk_m_after"]].tolist() == [1200.0, 100.0]
    assert effects.loc["a", "score_change"] == 0


def test_the_summary_adds_sites_and_homes_and_never_counts_an_unknown_home():
    effects = scenario_effects(BEFORE, AFTER, scenario="tram")
    row = scenario_summary(effects, shortlist=1).loc["tram"]
    assert row.to_dict() == {
        "sites_enters": 2, "sites_leaves": 1, "sites_rises": 0, "sites_falls": 1, "homes_enters": 30,
        "homes_leaves": 20, "homes_unknown": 1, "shortlist_enters": 1, "shortlist_leaves": 1,
    }  # fmt: skip


def test_no_change_is_no_effect():
    effects = scenario_effects(BEFORE, BEFORE, scenario="nothing")
    assert effects["effect"].tolist() == ["same", "same"]
    assert effects["places_gained"].tolist() == [0, 0]
    assert scenario_summary(effects.iloc[:0], shortlist=5).empty


def test_a_table_that_is_not_ranked_is_refused():
    with pytest.raises(InputError, match="before: lacks the columns rank"):
        scenario_effects(BEFORE.drop(columns="rank"), AFTER, scenario="x")


def together(table, *, ranked_as, homes=(30, 30, 30, None)):
    return table.assign(
        ranked_as=pd.array(ranked_as, dtype="str"), opportunity_dwellings=pd.array(homes, dtype="Int64")
    )


def test_an_opportunity_has_one_row_whatever_it_is_ranked_as():
    before = together(sites([2, 2, None, 1], [0.5, 0.5, None, 0.6]), ranked_as=["a", "a", None, "d"])
    same = scenario_effects(before, before, scenario="x").set_index("site_id")
    assert same["effect"].to_dict() == {"d": "same", "a": "same"}
    # c enters and is the largest of them now: the opportunity rises, and nothing enters or leaves
    after = together(
        sites([1, 1, 1, 2], [0.7, 0.7, 0.7, 0.6]), ranked_as=["c", "c", "c", "d"], homes=(60, 60, 60, None)
    )
    effects = scenario_effects(before, after, scenario="x").set_index("site_id")
    assert effects["effect"].to_dict() == {"c": "rises", "d": "falls"}
    assert effects.loc["c", ["rank_before", "rank_after", "capacity_dwellings"]].tolist() == [2, 1, 60]
    assert effects.loc["c", "score_change"] == pytest.approx(0.2)
    # a member leaves: the opportunity stays, as the other
    less = together(sites([None, 2, None, 1], [None, 0.5, None, 0.6]), ranked_as=[None, "b", None, "d"])
    assert scenario_effects(before, less, scenario="x").set_index("site_id")["effect"].to_dict() == {
        "d": "same",
        "b": "same",
    }
    gone = together(sites([None, None, None, 1], [None, None, None, 0.6]), ranked_as=[None, None, None, "d"])
    left = scenario_effects(before, gone, scenario="x")
    assert left.set_index("site_id")["effect"].to_dict() == {"d": "same", "a": "leaves"}
    summary = scenario_summary(left, shortlist=2).loc["x"]
    assert summary[["sites_leaves", "homes_leaves", "shortlist_leaves"]].tolist() == [1, 30, 1]
