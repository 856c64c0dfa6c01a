from __future__ import annotations

import pandas as pd

from siteprior.pipeline.comparison.why import ranked_as, why_changed

COLUMNS = ["gate_reasons", "ranked_as", "c_capacity", "c_deprivation"]


def table(**rows):
    return pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS).rename_axis("site_id")


def test_gates_then_what_it_is_ranked_as_then_contributions_largest_first():
    before = table(
        a=[None, "a", 0.4, 0.2], b=["ended", None, None, None], c=[None, "c", 0.3, 0.2], d=[None, "d", 0.1, 0.2]
    )
    after = table(a=[None, "a", 0.39, 0.5], b=[None, "b", 0.1, 0.1], c=[None, "a", 0.3, 0.2], d=[None, "d", 0.1, 0.2])
    assert why_changed(["a", "b", "c", "d", "e"], before, after.drop("d")) == [
        "deprivation +0.300; capacity -0.010", "gates: ended → none", "ranked as: c → a", "not in the later run",
        "not in the earlier run",
    ]  # fmt: skip
    assert why_changed(["d"], before, after) == ["other sites moved"]


def test_a_site_without_a_rank_is_ranked_as_itself():
    assert ranked_as(table(a=[None, None, 0, 0])).tolist() == ["a"]
    assert ranked_as(pd.DataFrame({"rank": [1]}, index=["x"])).tolist() == ["x"]
