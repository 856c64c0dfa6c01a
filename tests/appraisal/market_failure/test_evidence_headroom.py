"""V from headroom: the scale of announced grants by hand, its grades, when it is silent, and its caveat."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.appraisal.market_failure.evidence_headroom import CAVEAT, little_headroom
from siteprior.appraisal.market_failure.registry import SIGNALS

SOURCED, UNSOURCED = "user assumptions", "user assumptions, without a source for fees_share"
MADE_UP = "illustrative user assumptions"
BASIS = "MHCLG land values of 2017, valued 1 April 2017: Birmingham, land for homes …"


def site(low, central, high, **more):
    return {"headroom_low_gbp_per_ha": low, "headroom_gbp_per_ha": central, "headroom_high_gbp_per_ha": high,
            "local_price_ratio": 1.0, "headroom_basis": BASIS, **more}  # fmt: skip


def read(*rows):
    return little_headroom(
        pd.DataFrame(list(rows), index=pd.Index([f"E1:{n}" for n in range(len(rows))], name="site_id"))
    )


@pytest.mark.parametrize(
    ("headroom", "signal"),
    [(-9e5, 1.0), (0, 1.0), (2e5, 1.0), (3.5e5, 0.875), (5e5, 0.75), (6.5e5, 0.625), (8e5, 0.5), (2.05e6, 0.375),
     (3.3e6, 0.25), (9e6, 0.25)],
)  # fmt: skip
def test_the_scale_of_announced_grants(headroom, signal):
    row = read(site(headroom - 1, headroom, headroom + 1)).iloc[0]
    assert row["value"] == pytest.approx(signal)


def test_no_headroom_over_the_whole_range_is_grade_b_and_anything_else_c_and_never_zero():
    done = read(site(-9e5, -5e5, 0.0), site(-9e5, -5e5, 1.0), site(5e6, 6e6, 9e6))
    assert done["grade"].tolist() == ["B", "C", "C"]
    assert done[["value_low", "value", "value_high"]].to_numpy().tolist() == [[1, 1, 1], [1, 1, 1], [0.25, 0.25, 0.25]]


def test_the_ends_of_the_range_are_the_ends_of_the_signal():
    done = read(site(2e5, 5e5, 3.3e6), site(2e5, 5e5, 3.3e6, local_price_ratio=None))
    assert done[["value_low", "value", "value_high"]].to_numpy().tolist() == [[0.25, 0.75, 1.0], [0.25, 0.25, 1.0]]


@pytest.mark.parametrize(
    ("gap", "basis", "silent"),
    [(0.0, SOURCED, True), (9e3, f"{SOURCED}; use unknown", True), (9e3, UNSOURCED, False), (9e3, MADE_UP, False),
     (None, SOURCED, False), (9e3, None, False)],
)  # fmt: skip
def test_the_users_own_appraisal_goes_first_where_its_costs_have_sources(gap, basis, silent):
    done = read(site(2e5, 5e5, 8e5, gap_gbp_per_home=gap, viability_basis=basis))
    assert done.empty == silent


def test_blank_headroom_is_missing():
    assert read(site(None, None, None), {}).empty


def test_it_says_what_the_land_bears_on_which_edition_and_the_caveat():
    one, none = read(
        site(-30_000, 70_000, 270_000, viable_at_study_costs="yes", new_build_sales_5y=4, sales_years_covered=5.0),
        site(-9e5, -5e5, -1e5),
    ).to_dict("records")
    edition = "(MHCLG land values of 2017, valued 1 April 2017)"
    assert one["reason"] == (
        "needs help if clean-up, servicing and contributions exceed £70,000 a hectare (−£30,000 to £270,000) " + edition
    )
    assert one["counter_evidence"] == (
        "viable at outer-London house-building costs (second-hand figures of studies of 2024), before clean-up and "
        f"contributions; 4 new-build sales near it in 5 years; {CAVEAT}"
    )
    assert none["reason"] == (
        f"land for homes is worth no more than it is now: headroom −£900,000 to −£100,000 a hectare {edition}"
    )
    assert none["counter_evidence"].endswith(CAVEAT)


def test_the_verdict_finds_it_by_its_source():
    assert "headroom_gbp_per_ha" in [each.source for each in SIGNALS["V"].readings]


@settings(deadline=None, max_examples=80, derandomize=True)
@given(ends=st.lists(st.floats(-5e6, 9e6), min_size=3, max_size=3), known=st.booleans(), less=st.floats(0, 4e6))
def test_the_signal_is_ordered_and_falls_with_headroom(ends, known, less):
    low, central, high = sorted(ends)
    ratio = 1.0 if known else None
    poor, rich = read(
        site(low - less, central - less, high - less, local_price_ratio=ratio),
        site(low, central, high, local_price_ratio=ratio),
    ).to_dict("records")
    for row in (poor, rich):
        assert 0 <= row["value_low"] <= row["value"] <= row["value_high"] <= 1
    assert all(poor[name] >= rich[name] for name in ("value_low", "value", "value_high"))
