"""The report's section on the market: counts of the tables, sums of what is known, and reasons for what is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from factories.market_failure import market_of, with_sources
from siteprior.report.html.market import market_section


class TestMarket:
    def test_shares_of_ranked_and_of_all_are_counted_from_the_tables(self, run):
        told = market_of(run)
        ranked = run.sites[run.sites["rank"].notna()]
        assert told["sizes"] == {"ranked": len(ranked), "considered": len(run.sites), "shortlist": len(run.shortlist)}
        for row in told["verdicts"]:
            count = int((ranked["market_failure"] == row["name"]).sum())
            assert row["ranked"] == {"sites": count, "share": count / len(ranked)}
        assert sum(row["considered"]["share"] for row in told["verdicts"]) == pytest.approx(1)

    def test_a_signal_is_measured_on_the_ranked_sites_that_have_a_reading(self, run):
        told = {row["letter"]: row for row in market_of(run)["signals"]}
        ranked = set(run.sites.index[run.sites["rank"].notna()])
        held = run.signals[(run.signals["signal"] == "X") & run.signals["site_id"].isin(ranked)]
        assert told["X"]["sites"] == held["site_id"].nunique()
        assert sum(told["X"]["grades"]) == told["X"]["sites"]
        assert told["P"] == told["P"] | {"sites": 0, "share": 0.0, "grades": [0, 0, 0], "median": None}

    def test_the_paragraph_says_what_the_numbers_say(self, run):
        said = " ".join(market_of(run)["confidence"])
        ranked = run.sites[run.sites["rank"].notna()]
        unclear = int((ranked["market_failure"] == "Cannot tell").sum())
        shown = run.signals[(run.signals["signal"] == "V") & run.signals["site_id"].isin(ranked.index)]
        assert set(shown["source"]) == {"headroom_gbp_per_ha"}  # made-up costs show nothing
        assert f"viability gap on {shown['site_id'].nunique()}" in said
        assert "Measured on no ranked site: " in said
        assert f"For {unclear} of {len(ranked)}" in said
        assert "rests on illustrative costs" in said
        assert "not to be quoted of these sites" in said

    def test_costs_with_and_without_a_source_are_distinguished(self, run):
        sourced = run.sites.assign(viability_basis="user assumptions")
        said = " ".join(market_of(run, sites=sourced)["confidence"])
        assert "costs the user states with their sources" in said
        assert "not to be quoted of these" not in said
        unsourced = run.sites.assign(viability_basis="user assumptions, without a source for fees_share")
        assert "without a source for 10 of the 10 ranked" in " ".join(market_of(run, sites=unsourced)["confidence"])

    def test_verdicts_that_rest_on_costs_alone_are_counted(self, run):
        run = with_sources(run)
        sites = run.sites.assign(market_failure="Identified")
        said = " ".join(market_of(run, sites=sites)["confidence"])
        ranked = run.sites.index[run.sites["rank"].notna()]
        held = run.signals[(run.signals["counts"] == "yes") & (run.signals["kind"] == "primary")]
        held = held[(held["weighted_signal"] > 0) & held["site_id"].isin(ranked)]
        other = held.loc[~held["source"].isin(["gap_gbp_per_home", "remediation_share_of_gdv"]), "site_id"]
        alone = held.loc[~held["site_id"].isin(other), "site_id"].nunique()
        assert alone > 0
        assert f"Of the {len(ranked)} ranked sites where failure is identified or indicated, {alone} have no" in said

    def test_gaps_are_summed_up_over_the_sites_that_have_one(self, run):
        sites = run.sites.copy()
        first = sites.index[0]
        sites.loc[first, ["gap_gbp_per_home", "gap_low_gbp_per_home", "gap_high_gbp_per_home"]] = np.nan
        sites.loc[first, "viability_basis"] = "missing: capacity_dwellings"
        assert market_of(run, sites=sites)["why"]["gap"] == "missing: capacity_dwellings"
        told = market_of(run, sites=sites)["gap"]
        ranked = sites[sites["rank"].notna()]
        assert told["missing"] == int(ranked["gap_gbp_per_home"].isna().sum()) > 0
        assert told["known"] + told["missing"] == len(ranked)
        assert told["median"] == ranked["gap_gbp_per_home"].median()
        assert sum(bar["sites"] for bar in told["chart"]["bars"]) == told["known"]

    def test_headroom_is_summed_up_by_council_and_says_why_it_is_missing(self, run):
        told = market_of(run)["headroom"]
        ranked = run.sites[run.sites["rank"].notna()]
        known = ranked[ranked["headroom_gbp_per_ha"].notna()]
        assert (told["known"], told["missing"]) == (len(known), len(ranked) - len(known))
        assert told["per_ha"] == known["break_even_gbp_per_ha"].median()
        assert told["edition"] == "MHCLG land values of 2017, valued 1 April 2017"
        medians = {row["council"]: row["headroom_gbp_per_ha"] for row in told["rows"]}
        assert medians == {"Birmingham": 70_000, "Dudley": 947_000, "Sandwell": 1_297_000}
        assert sum(row["sites"] for row in told["rows"]) == len(known)
        dense = run.sites.assign(
            headroom_gbp_per_ha=None,
            headroom_basis="missing: 132.5 homes per net hectare; the typical site of 2017 says nothing above 80",
        )
        dense.loc[dense.index[0], "headroom_gbp_per_ha"] = 1.0
        assert market_of(run, sites=dense)["headroom"]["why"] == (
            "more homes per net hectare; the typical site of 2017 says nothing above 80"
        )
        assert market_of(run, sites=dense.assign(headroom_gbp_per_ha=None))["headroom"] is None

    def test_price_trials_stand_beside_their_rivals(self, run):
        told = market_of(run)["prices"]
        assert told["trials"][0]["used"]["used"] == "yes"
        assert {row["method"] for row in told["trials"][0]["rivals"]} >= {
            "area median",
            "median of nearest comparables",
        }
        assert len(told["rows"]) == len(run.validation)

    def test_drivers_are_those_of_ranked_sites_largest_swing_first(self, run):
        rows = market_of(run)["drivers"]
        assert [row["swing"] for row in rows] == sorted((row["swing"] for row in rows), reverse=True)
        assert rows[0]["share"] == 1
        assert sum(row["first"] * row["sites"] for row in rows) == pytest.approx(max(row["sites"] for row in rows))
        assert "Build cost" in {row["title"] for row in rows}

    def test_benefits_sum_what_is_known_and_keep_open_ends_open(self, run):
        rows = {row["title"]: row for row in market_of(run)["benefits"]["rows"]}
        held = run.shortlist["additional_homes"].dropna()
        assert rows["Additional homes"]["shortlist"]["known"] == len(held)
        assert rows["Additional homes"]["shortlist"]["ends"][1] == pytest.approx(held.sum())
        ratio = run.shortlist["bcr"].dropna()
        assert rows["Benefit-cost ratio, median site"]["shortlist"]["ends"][1] == pytest.approx(ratio.median())
        blank = run.sites.assign(bcr_high=np.nan)
        rows = {row["title"]: row for row in market_of(run, sites=blank)["benefits"]["rows"]}
        assert rows["Benefit-cost ratio, median site"]["ranked"]["ends"][2] is None

    def test_rules_are_counted_over_the_ranked_sites(self, run):
        rows = market_of(run)["rules"]
        assert {row["pass"] + row["fail"] + row["unknown"] + row["not_applicable"] for row in rows} == {10}
        assert rows[0]["fund"] == "WMCA Single Commissioning Framework"


TITLES = pd.DataFrame(
    {"letter": ["C", "P", "B"], "title": ["Coordination", "Public good", "Blight"],
     "kind": ["primary", "primary", "supporting"]}
)  # fmt: skip


def plain_sites(**columns):
    """Return four sites of which three are ranked."""
    index = pd.Index(list("abcd"), name="site_id")
    return pd.DataFrame({"rank": pd.array([1, 2, 3, None], dtype="Int64"), **columns}, index=index)


def signal_rows(*rows):
    """Return readings from (site, signal, weighted, counts)."""
    table = pd.DataFrame(rows, columns=["site_id", "signal", "weighted_signal", "counts"])
    kinds = dict(zip(TITLES["letter"], TITLES["kind"], strict=True))
    return table.assign(kind=table["signal"].map(kinds), grade="B", source="ownership_status")


def section(sites, *rows, **more):
    return market_section(sites, sites.head(1), signals=signal_rows(*rows), titles=TITLES, **more)


def test_by_hand_three_ranked_sites():
    sites = plain_sites(market_failure=["Identified", None, "Not found", "Identified"])
    told = section(sites, ("a", "C", 0.5, "yes"), ("b", "C", 0.1, "yes"), ("b", "P", 0.9, "no"), ("d", "C", 1.0, "yes"))
    shares = {row["name"]: (row["ranked"]["sites"], row["considered"]["sites"]) for row in told["verdicts"]}
    assert shares == {"Identified": (1, 2), "Indicated": (0, 0), "Not found": (1, 1), "Cannot tell": (1, 1)}
    coordination, public_good, _ = told["signals"]
    assert (coordination["sites"], coordination["share"], coordination["median"]) == (2, pytest.approx(2 / 3), 0.3)
    assert (public_good["sites"], public_good["median"]) == (0, None)
    assert (told["gap"], told["prices"], told["drivers"], told["deadweight"], told["rules"], told["benefits"]) == (
        None, None, [], [], [], None,
    )  # fmt: skip


def test_settled_and_open_verdicts_by_hand():
    sites = plain_sites(market_failure=["Identified", "Not found", "Not found", "Identified"])
    assert section(sites)["open"] is None
    assert {row["settled"] for row in section(sites)["verdicts"]} == {None}
    files = pd.DataFrame({"keys": ["parcels"], "signals": ["C"], "could_decide": [2]})
    found = section(sites.assign(settled=["no", "yes", "yes", "yes"]), files=files)
    assert {row["name"]: row["settled"] for row in found["verdicts"]} == {
        "Identified": 0, "Indicated": 0, "Not found": 2, "Cannot tell": 0,
    }  # fmt: skip
    assert (found["open"]["settled"], found["open"]["open"]) == (2, 1)  # the fourth is not ranked
    assert found["open"]["files"] == [{"keys": "parcels", "signals": "C", "could_decide": 2}]


def test_a_group_without_a_site_has_no_share():
    told = section(plain_sites(market_failure="Identified").assign(rank=pd.NA))
    assert {row["ranked"]["share"] for row in told["verdicts"]} == {None}
    assert {row["share"] for row in told["signals"]} == {None}


def test_the_commonest_reason_says_why_a_part_is_missing():
    basis = ["missing: a", "missing: b", "missing: b", "missing: a"]
    assert section(plain_sites(viability_basis=basis))["why"]["gap"] == "missing: b"
    assert section(plain_sites(), price_note="too few sales")["why"]["prices"] == "too few sales"


def test_a_total_is_not_known_where_a_part_of_it_is_not():
    sites = plain_sites(
        additional_homes=[10.0, 20.0, None, 99.0], additional_homes_low=[5.0, 8.0, None, 9.0],
        additional_homes_high=[12.0, None, None, 100.0],
    )  # fmt: skip
    (row,) = section(sites)["benefits"]["rows"]
    assert row["ranked"] == {"known": 2, "ends": [13.0, 30.0, None]}
    assert row["shortlist"] == {"known": 1, "ends": [5.0, 10.0, 12.0]}


def test_drivers_are_ordered_by_their_median_swing():
    rows = pd.DataFrame(
        {"site_id": ["a", "b", "a", "b", "d"], "input": ["fees", "fees", "build", "build", "build"],
         "place": [2, 1, 1, 2, 1], "swing_gbp_per_home": [100.0, 300.0, 900.0, 700.0, 1e9]}
    )  # fmt: skip
    first, second = section(plain_sites(), drivers=rows, input_titles={"build": "Build cost"})["drivers"]
    assert (first["title"], first["swing"], first["share"], first["first"], first["shortlist"]) == (
        "Build cost", 800.0, 1.0, 0.5, 900.0,
    )  # fmt: skip
    assert (second["title"], second["swing"], second["share"]) == ("fees", 200.0, 0.25)


def test_rules_count_ranked_sites_in_the_order_of_the_rules():
    rows = pd.DataFrame(
        {"site_id": ["a", "b", "d", "a"], "rule": ["z", "z", "z", "a"], "fund": "own fund",
         "title": ["Z", "Z", "Z", "A"], "confidence": "published", "result": ["pass", "fail", "pass", "not applicable"]}
    )  # fmt: skip
    first, second = section(plain_sites(), rules=rows)["rules"]
    assert (first["rule"], first["fund"], first["pass"], first["fail"]) == ("z", "own fund", 1, 1)
    assert (second["rule"], second["not_applicable"], second["pass"]) == ("a", 1, 0)
