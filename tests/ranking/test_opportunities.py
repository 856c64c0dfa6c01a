"""Plots taken together: values by each rule, sizes, and what is listed twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import SitePriorError
from siteprior.core.schema import SITES, conform
from siteprior.ranking.bands import rank_bands
from siteprior.ranking.criteria import CRITERIA, RULES, criterion
from siteprior.ranking.decision_matrix import measure, value
from siteprior.ranking.eligibility import apply_gates
from siteprior.ranking.opportunities import TOGETHER, beyond_anchors, member_columns, pooled_values
from siteprior.ranking.opportunity_ranks import is_ranked_as
from siteprior.ranking.scoring import score_values

NAMES = ["corridor_access", "deprivation", "capacity", "market_failure"]
WEIGHTS = {"corridor_access": 3, "deprivation": 2, "capacity": 4, "market_failure": 1}
# of the anchors: a walk of 960 m is 0 and of 400 m 1; 0% deprived is 1 and 100% 0; 0 homes are 0 and 500 homes 1
ENDS = {name: (CRITERIA[name].worst, CRITERIA[name].best) for name in NAMES}


def plots(**columns):
    """Make sites ranked as one, ``a`` being the largest, unless columns say otherwise."""
    count = max(len(column) for column in columns.values())
    base = {
        "ranked_as": ["a"] * count, "counted_in": [None] * count, "hectares": [2.0] * count,
        "minimum_net_dwellings": [None] * count, "maximum_net_dwellings": [None] * count,
        "corridor_walk_m": [680.0] * count,
        **{f"corridor_walk_{end}_m": [None] * count for end in ("low", "high")},
        "imd_percentile": [50.0] * count, "capacity_dwellings": [10] * count, "failure_strength": [0.5] * count,
        "failure_strength_coverage": [1.0] * count,
    }  # fmt: skip
    table = {**base, **columns}
    walk, homes, strength = (table[name] for name in ("corridor_walk_m", "capacity_dwellings", "failure_strength"))
    ranges = {"capacity_low_dwellings": homes, "capacity_high_dwellings": homes, "failure_strength_low": strength,
              "failure_strength_high": strength}  # fmt: skip
    if "corridor_walk_low_m" not in columns:
        ranges |= {"corridor_walk_low_m": walk, "corridor_walk_high_m": walk}
    table = {
        **table,
        **{name: column for name, column in ranges.items() if name not in columns},
        "eligible": ["yes"] * count,
    }
    text = ("ranked_as", "counted_in", "eligible")
    kinds = {name: "str" if name in text else "Int64" if "dwellings" in name else "float64" for name in table}
    return pd.DataFrame(table, index=pd.Index(list("abcdefgh")[:count], name="site_id")).astype(kinds)


def pooled(sites, names=NAMES, **options):
    return pooled_values(sites, measure(sites, names), **options)


def scores(sites):
    parts = pooled(sites, ranges=False)
    return score_values(parts.value, WEIGHTS, parts.known)


def only(table, name):
    """Return the one value all members carry."""
    (one,) = set(table[name])
    return one


def test_the_rules_stand_with_the_criteria():
    assert set(TOGETHER) == set(RULES)
    assert {name for name, each in CRITERIA.items() if each.together == "sum"} == {"capacity"}
    best = {name for name, each in CRITERIA.items() if each.together == "best"}
    assert best == {name for name, each in CRITERIA.items() if each.group == "transit"}


def test_a_rule_there_is_not_is_refused():
    with pytest.raises(SitePriorError, match="unknown rule of together 'most'"):
        criterion("made_up_most", title="Most", group="need", needs="hectares", together="most")(
            lambda sites: sites["hectares"]
        )


def test_homes_are_summed_then_valued():
    worst, best = ENDS["capacity"]
    sites = plots(capacity_dwellings=[40, 70])
    assert only(pooled(sites).value, "capacity") == pytest.approx((110 - worst) / (best - worst))


def test_a_member_without_homes_adds_none_and_leaves_the_top_open():
    worst, best = ENDS["capacity"]
    parts = pooled(plots(capacity_dwellings=[40, None]))
    assert only(parts.value, "capacity") == pytest.approx((40 - worst) / (best - worst))
    assert only(parts.low, "capacity") == only(parts.value, "capacity")
    assert only(parts.high, "capacity") == 1
    assert only(parts.known, "capacity") == 0.5


def test_the_ranges_of_homes_are_summed():
    worst, best = ENDS["capacity"]
    sites = plots(capacity_dwellings=[40, 70], capacity_low_dwellings=[30, 60], capacity_high_dwellings=[50, 90])
    parts = pooled(sites)
    ends = [only(parts.low, "capacity"), only(parts.high, "capacity")]
    assert ends == pytest.approx([(90 - worst) / (best - worst), (140 - worst) / (best - worst)])


def test_nothing_known_of_a_sum_is_missing():
    parts = pooled(plots(capacity_dwellings=[None, None]))
    assert parts.value["capacity"].isna().all()
    assert [only(part, "capacity") for part in parts[1:]] == [0, 0, 1]


def test_where_less_is_better_a_missing_figure_gains_nothing():
    criteria = {**CRITERIA, "capacity": replace(CRITERIA["capacity"], worst=500, best=0)}
    sites = plots(capacity_dwellings=[40, None])
    parts = pooled(sites, ["capacity"], criteria=criteria)
    assert parts.value["capacity"].isna().all()
    assert only(parts.low, "capacity") == 0
    whole = pooled(plots(capacity_dwellings=[40, 60]), ["capacity"], criteria=criteria)
    assert only(whole.value, "capacity") == pytest.approx(0.8)
    assert only(whole.low, "capacity") == only(whole.high, "capacity") == only(whole.value, "capacity")


def test_the_best_walk_counts_with_its_range():
    # 680 m are worth 0.5; 540 m 0.75; 820 m 0.25
    parts = pooled(plots(corridor_walk_m=[680.0, 820.0], corridor_walk_low_m=[540.0, 400.0],
                         corridor_walk_high_m=[820.0, 960.0]))  # fmt: skip
    assert [only(part, "corridor_access") for part in parts] == pytest.approx([0.5, 1.0, 0.25, 1.0])


def test_a_member_without_a_walk_counts_worst_and_up_to_best():
    parts = pooled(plots(corridor_walk_m=[680.0, None], hectares=[3.0, 1.0]))
    assert [only(part, "corridor_access") for part in parts] == pytest.approx([0.5, 0.75, 0.5, 1.0])


def test_all_else_is_the_mean_by_hectares():
    worst, best = ENDS["deprivation"]
    mean = 0.75 * np.clip((10 - worst) / (best - worst), 0, 1) + 0.25 * np.clip((40 - worst) / (best - worst), 0, 1)
    sites = plots(imd_percentile=[10.0, 40.0], hectares=[3.0, 1.0])
    assert only(pooled(sites).value, "deprivation") == pytest.approx(mean)


@pytest.mark.parametrize("lacking", [None, 0.0])
@pytest.mark.parametrize(("values", "worst", "best"), [([0.2, 0.6], 0.2, 0.6), ([0.6, 0.2], 0.2, 0.6)])
def test_one_without_hectares_weighs_what_makes_the_mean_worst(lacking, values, worst, best):
    parts = pooled(plots(failure_strength=values, hectares=[3.0, lacking]))
    assert only(parts.value, "market_failure") == pytest.approx(worst)
    assert only(parts.low, "market_failure") == pytest.approx(worst)
    assert only(parts.high, "market_failure") == pytest.approx(best)


def test_without_any_hectares_the_worst_member_counts():
    parts = pooled(plots(failure_strength=[0.2, 0.6], hectares=[None, None]))
    assert only(parts.value, "market_failure") == pytest.approx(0.2)


def test_what_is_missing_of_a_mean_is_worst_in_the_score_and_worst_to_best_in_the_range():
    worst, best = ENDS["deprivation"]
    own = np.clip((20 - worst) / (best - worst), 0, 1)
    parts = pooled(plots(imd_percentile=[20.0, None], hectares=[3.0, 1.0]))
    assert [only(part, "deprivation") for part in parts] == pytest.approx(
        [0.75 * own, 0.75, 0.75 * own, 0.75 * own + 0.25]
    )


def test_a_part_known_lowers_the_coverage_by_its_share():
    sites = plots(failure_strength_coverage=[0.4, 1.0], hectares=[3.0, 1.0])
    assert only(pooled(sites).known, "market_failure") == pytest.approx(0.75 * 0.4 + 0.25)


def test_what_is_listed_twice_counts_once():
    sites = plots(counted_in=[None, None, "b"], capacity_dwellings=[40, 30, 30], hectares=[3.0, 1.0, 1.0],
                  corridor_walk_m=[680.0, 820.0, 400.0])  # fmt: skip
    once = plots(capacity_dwellings=[40, 30], hectares=[3.0, 1.0], corridor_walk_m=[680.0, 820.0])
    for part, other in zip(pooled(sites), pooled(once), strict=True):
        assert part.loc["c"].tolist() == other.loc["a"].tolist()
    columns = member_columns(sites)
    assert columns.loc["c", ["members", "opportunity_hectares", "opportunity_dwellings"]].tolist() == [
        "a; b; c",
        4.0,
        70,
    ]


def test_of_two_listings_of_one_the_larger_alone_counts_to_the_bit():
    sites = plots(counted_in=[None, "a"], imd_percentile=[13.7, 50.0], hectares=[0.3, 0.1], capacity_dwellings=[17, 90])
    own = value(measure(sites, NAMES)).loc["a"].tolist()
    assert pooled(sites).value.loc["b"].tolist() == own


def test_a_site_alone_or_ranked_as_none_has_its_own_values_to_the_bit():
    sites = plots(
        ranked_as=["a", None, "c", "c"], imd_percentile=[13.7, 77.7, 50.0, 1.0], hectares=[0.3, 7.1, 1.0, 2.0]
    )
    parts, matrix = pooled(sites), measure(sites, NAMES)
    assert parts.value.loc[["a", "b"]].equals(value(matrix).loc[["a", "b"]])
    assert parts.value.loc["c"].equals(parts.value.loc["d"].rename("c"))


def gated(rows, together, *, likely_twice=None, gates=None):
    base = {"easting": 4e5, "northing": 3e5, "lsoa_code": "E01000001", "corridor_walk_m": 100.0}
    table = pd.DataFrame([{**base, **row} for row in rows], index=pd.Index(list("abcdef")[: len(rows)], name="site_id"))
    for name in ("hectares", "minimum_net_dwellings", "maximum_net_dwellings", "end_date", "development_status"):
        table[name] = table.get(name)
    sites = conform(table, SITES.without_places())
    named = None if together is None else pd.Series(together, index=sites.index)
    twice = None if likely_twice is None else pd.DataFrame(likely_twice, columns=["site_a", "site_b"])
    return apply_gates(
        sites, gates=gates or {}, as_of=date(2026, 1, 1), registry=None, together=named, likely_twice=twice
    )


SMALL = {"hectares": 0.15, "minimum_net_dwellings": 2}


def test_gates_of_size_ask_the_opportunity():
    found = gated([SMALL, SMALL, SMALL], ["a", "a", "c"])
    assert found["eligible"].tolist() == ["yes", "yes", "no"]
    assert found["ranked_as"].tolist()[:2] == ["a", "a"]
    assert pd.isna(found.loc["c", "ranked_as"])
    assert gated([SMALL, SMALL, SMALL], None)["eligible"].tolist() == ["no", "no", "no"]


def test_homes_of_members_who_state_the_least_or_the_most_add_up():
    rows = [{"minimum_net_dwellings": 2}, {"maximum_net_dwellings": 3}]
    assert gated(rows, ["a", "a"])["eligible"].tolist() == ["yes", "yes"]
    assert gated(rows, ["a", "b"])["eligible"].tolist() == ["no", "no"]


def test_a_refused_member_adds_nothing_and_keeps_its_reasons():
    found = gated([{**SMALL, "hectares": 9.0, "corridor_walk_m": 5_000.0}, SMALL, SMALL], ["a", "a", "a"])
    assert found["gate_reasons"].tolist()[0] == "beyond_corridor_walk"
    assert found["eligible"].tolist() == ["no", "yes", "yes"]
    assert found["ranked_as"].tolist()[1:] == ["b", "b"]
    alone = gated([{**SMALL, "hectares": 9.0, "corridor_walk_m": 5_000.0}, SMALL], ["a", "a"])
    assert alone["gate_reasons"].tolist() == ["beyond_corridor_walk", "too_small"]


def test_what_is_listed_twice_adds_its_size_once():
    found = gated([SMALL, SMALL], ["a", "a"], likely_twice=[("a", "b")])
    assert found["eligible"].tolist() == ["no", "no"]
    assert found["counted_in"].tolist()[1] == "a"
    assert pd.isna(found.loc["a", "counted_in"])


def test_listings_in_different_opportunities_are_two_and_chains_count_their_largest():
    two = gated([SMALL, SMALL], ["a", "b"], likely_twice=[("a", "b")])
    assert two["counted_in"].isna().all()
    sizes = [{"hectares": size} for size in (1.0, 3.0, 2.0)]
    chain = gated(sizes, ["a"] * 3, likely_twice=[("a", "b"), ("a", "c")])
    assert chain["counted_in"].tolist()[::2] == ["b", "b"]
    assert chain["ranked_as"].tolist() == ["b"] * 3


def test_the_reasons_stand_in_the_order_of_the_gates():
    found = gated([{"hectares": 0.1, "corridor_walk_m": 5_000.0, "development_status": "completed"}], ["a"])
    assert found["gate_reasons"].tolist() == ["completed; too_small; beyond_corridor_walk"]


NUMBER = st.none() | st.integers(0, 100)
MEMBERS = st.lists(st.tuples(
    st.sampled_from("abcd"), st.none() | st.sampled_from([0.5, 1.0, 3.0]), NUMBER, NUMBER, NUMBER, NUMBER,
), min_size=2, max_size=8)  # fmt: skip


def drawn(members):
    """Make sites from drawn members; each opportunity is ranked as the first of its members."""
    groups = [member[0] for member in members]
    first = {group: "abcdefgh"[groups.index(group)] for group in groups}
    column = [list(values) for values in zip(*members, strict=True)]
    return plots(
        ranked_as=[first[group] for group in groups], hectares=column[1],
        corridor_walk_m=[None if m is None else 300.0 + 8 * m for m in column[2]],
        imd_percentile=[None if share is None else float(share) for share in column[3]],
        capacity_dwellings=column[4], failure_strength=[None if s is None else s / 100 for s in column[5]],
    )  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(MEMBERS, st.randoms(use_true_random=False))
def test_what_other_opportunities_there_are_and_their_order_moves_no_score(members, random):
    sites = drawn(members)
    every = scores(sites)
    shuffled = list(sites.index)
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(scores(sites.loc[shuffled]).loc[sites.index], every, check_exact=True)
    for _, group in sites.groupby("ranked_as"):
        pd.testing.assert_frame_equal(scores(group), every.loc[group.index], check_exact=True)


@settings(max_examples=20, deadline=None)
@given(MEMBERS)
def test_ranges_hold_the_values_and_all_is_between_0_and_1(members):
    parts = pooled(drawn(members))
    at = parts.value.fillna(0)
    assert ((parts.low >= 0) & (parts.low <= at) & (at <= parts.high) & (parts.high <= 1)).all(axis=None)
    assert ((parts.known >= 0) & (parts.known <= 1)).all(axis=None)


@settings(max_examples=20, deadline=None)
@given(MEMBERS, st.data())
def test_a_better_value_never_lowers_the_score_and_a_blank_never_raises_it(members, data):
    sites = drawn(members)
    site = data.draw(st.sampled_from(list(sites.index)))
    column, step = data.draw(st.sampled_from([
        ("corridor_walk_m", -50.0), ("imd_percentile", -7.0), ("capacity_dwellings", 12), ("failure_strength", 0.1),
    ]))  # fmt: skip
    before = scores(sites)["score"]
    ranges = [name for name in sites if name.startswith(column.partition("_")[0]) and name != column]
    ranges = [name for name in ranges if name.endswith(("_m", "_dwellings", "_low", "_high", "low_m", "high_m"))]
    blank = sites.copy()
    blank.loc[site, [column, *ranges]] = None
    assert (scores(blank)["score"] <= before + 1e-12).all()
    if pd.notna(sites.loc[site, column]):
        better = sites.copy()
        new = max(0, min(sites.loc[site, column] + step, 1 if column == "failure_strength" else 2_000))
        better.loc[site, [column, *ranges]] = new
        assert (scores(better)["score"] >= before - 1e-12).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 8), st.floats(0.5, 20), st.integers(0, 60), st.integers(0, 100), st.integers(300, 1_000))
def test_split_into_plots_and_joined_again_it_gives_the_same_row(count, hectares, homes, share, walk):
    whole = plots(hectares=[hectares], capacity_dwellings=[homes * count], imd_percentile=[float(share)],
                  corridor_walk_m=[float(walk)])  # fmt: skip
    parts = plots(hectares=[hectares / count] * count, capacity_dwellings=[homes] * count,
                  imd_percentile=[float(share)] * count, corridor_walk_m=[float(walk)] * count)  # fmt: skip
    pd.testing.assert_series_equal(scores(whole).loc["a"], scores(parts).loc["a"], rtol=0, atol=1e-12)
    for part, other in zip(pooled(whole), pooled(parts), strict=True):
        pd.testing.assert_series_equal(part.loc["a"], other.loc["a"], rtol=0, atol=1e-12)
    one, many = member_columns(whole).loc["a"], member_columns(parts).loc["a"]
    assert many["opportunity_dwellings"] == one["opportunity_dwellings"]
    assert many["opportunity_hectares"] == pytest.approx(one["opportunity_hectares"])


def test_bands_rank_opportunities_among_each_other():
    sites = plots(
        ranked_as=["a", "a", "c", "d"], capacity_dwellings=[200, 200, 250, None], hectares=[2.0, 1.0, 1.0, 1.0]
    )
    parts, leads = pooled(sites), is_ranked_as(sites)
    bands = rank_bands(parts.value[leads], WEIGHTS, seed=1, draws=200, low=parts.low[leads], high=parts.high[leads])
    assert bands.index.tolist() == ["a", "c", "d"]
    assert bands["rank_p05"].min() == 1
    assert bands["rank_p95"].max() <= 3


@settings(max_examples=60, deadline=None)
@given(MEMBERS, st.data())
def test_blank_hectares_never_raise_a_score_and_the_range_holds_the_score_they_gave(members, data):
    sites = drawn(members)
    blank = sites.copy()
    blank.loc[data.draw(st.sampled_from(list(sites.index))), "hectares"] = None
    assert (scores(blank)["score"] <= scores(sites)["score"] + 1e-12).all()
    before, after = pooled(sites), pooled(blank)
    assert (after.low <= before.value.fillna(0) + 1e-12).all(axis=None)
    assert (after.high >= before.value.fillna(0) - 1e-12).all(axis=None)


def test_an_anchor_that_plots_were_measured_beyond_says_so_on_the_side_it_lies():
    def words(name, **columns):
        sites = plots(**columns)
        matrix = measure(sites, [name])
        pooled = pooled_values(sites, matrix, ranges=False)
        return beyond_anchors(sites, matrix, pooled)[name].unique().tolist()

    best, worst = CRITERIA["corridor_access"].best, CRITERIA["corridor_access"].worst
    assert best < worst
    assert words("corridor_access", corridor_walk_m=[best - 91.0, best - 62.0]) == ["or less"]
    assert words("corridor_access", corridor_walk_m=[worst + 5.0, None]) == ["or more"]
    assert words("corridor_access", corridor_walk_m=[worst, None]) == [""]  # measured at it, and not beyond
    assert words("corridor_access", corridor_walk_m=[None, None]) == [""]
    assert words("corridor_access", corridor_walk_m=[best + 1.0, worst - 1.0]) == [""]
    assert words("capacity", capacity_dwellings=[400, 300]) == [""]  # a sum is what it is
    assert words("corridor_access", ranked_as=["a", "b"], corridor_walk_m=[best - 9.0, best - 9.0]) == [""]
