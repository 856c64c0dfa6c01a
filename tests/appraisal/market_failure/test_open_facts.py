"""What would decide a verdict: the list of a site by hand, and how many verdicts a free file could decide."""

from __future__ import annotations

import pandas as pd
import pytest

from factories.open_verdicts import as_tables, random_records
from siteprior.appraisal.market_failure.gaps import deciding_files, evidence_gaps
from siteprior.appraisal.market_failure.verdict import COLUMNS, SIGNALS, failure_verdict
from siteprior.core import schema

QUIET = {
    "development_status": "under construction", "planning_permission_status": "not permissioned",
    "deadweight_failed": "no", "deadweight_reasons": "looked at: live applicant, residual surplus",
    "easting": 400_000.0, "northing": 290_000.0, "rank": 1,
    "thin_market_percentile": 50.0, "hectares": 1.0, "shape_basis": "disc", "land_value_council": "E1",
    "sales_years_covered": 5.0, "inspire_parcels": 1, "flood_zone_3": 0.0, "historic_landfill": 0.0,
}  # fmt: skip
"""A site of which the deadweight screen could look at everything."""


def given(text, *, ranges=None, sources=None, **site):
    """Return a site and its signals: ``V0.8A C0.5B``."""
    rows = [
        ("E1:0", word[0], SIGNALS[word[0]].kind, float(word[1:-1]), word[-1], "", "",
         (sources or {}).get(word[0], "register"), *(ranges or {}).get(word[0], (float(word[1:-1]),) * 2))
        for word in text.split()
    ]  # fmt: skip
    signals = pd.DataFrame(rows, columns=[*COLUMNS, "source", "value_low", "value_high"])
    sites = pd.DataFrame([QUIET | site], index=pd.Index(["E1:0"], name="site_id"))
    return schema.conform(sites, schema.SITES), signals


def open_facts(text, *, loaded=(), ranges=None, sources=None, **site):
    made = failure_verdict(*given(text, ranges=ranges, sources=sources, **site), loaded=loaded)
    return made["open_facts"].iloc[0]


def test_the_cheapest_facts_stand_first():
    assert open_facts("V0A C0A P0A T0A") == (
        "free file: historic_landfill (X); "
        "council question: what the council's records say of contamination (X); "
        "ground report: a ground investigation (X)"
    )
    assert open_facts("X0A P0A") == (
        "free file: land_values (V), parcels (C), households with sales (T); "
        "council question: how many owners there are (C); "
        "own appraisal: an appraisal with sourced costs (V), an agent's evidence of demand near the site (T)"
    )
    assert pd.isna(open_facts("V0A X0A C0A P0A T0A"))


def test_a_file_that_was_read_has_shown_what_it_can():
    assert open_facts("V0A X0A P0A T0A", loaded=["parcels"]) == "council question: how many owners there are (C)"
    # of what is needed together the rest is named
    assert open_facts("V0A X0A C0A P0A", loaded=["sales"]).startswith("free file: households (T)")
    assert open_facts("V0A X0A C0A P0A", loaded=["sales", "households"]) == (
        "own appraisal: an agent's evidence of demand near the site (T)"
    )


@pytest.mark.parametrize(
    ("key", "column", "known"),
    [
        ("parcels", "inspire_parcels", "V0A X0A P0A T0A"),
        ("flood_zones", "flood_zone_3", "V0A X0A C0A T0A"),
        ("historic_landfill", "historic_landfill", "V0A C0A P0A T0A"),
    ],
)
def test_a_file_that_did_not_look_at_a_site_is_asked_for_again(key, column, known):
    sites, signals = given(known)
    # the last are points alone, of which no share is measured
    for value, extent, asked in (
        (None, "disc", True),
        (0.0, "disc", False),
        (None, "point", False),
        (None, None, False),
    ):
        seen = sites.assign(**{column: pd.Series([value], sites.index, dtype="float64"), "shape_basis": extent})
        words = failure_verdict(seen, signals, loaded=[key])["open_facts"].iloc[0]
        assert words.startswith(f"free file: {key} (") == asked
        assert (deciding_files(seen, signals, loaded=[key])["keys"].tolist() == [key, "all of them"]) == asked
    # where nothing says where the file looked it has shown what it can
    assert "free file" not in failure_verdict(sites.drop(columns=column, errors="ignore"), signals,
                                              loaded=[key])["open_facts"].iloc[0]  # fmt: skip


def test_sales_of_a_few_months_leave_whole_years_to_be_read():
    loaded = ["sales", "households"]
    assert open_facts("V0A X0A C0A P0A", loaded=loaded, thin_market_percentile=None) == (
        "free file: sales (T); own appraisal: an agent's evidence of demand near the site (T)"
    )


def test_sales_that_cover_no_whole_year_are_lacking_beside_the_households():
    known, words = "V0A X0A C0A P0A", "free file: households with sales (T)"
    assert open_facts(known, loaded=["sales"], sales_years_covered=0.0).startswith(words)
    assert open_facts(known, loaded=["sales"], sales_years_covered=None).startswith(words)
    assert open_facts(known, loaded=["sales"], sales_years_covered=1.0).startswith("free file: households (T)")


def test_a_council_without_a_value_in_the_file_read_asks_for_another():
    asked = "free file: land_values (V); own appraisal: an appraisal with sourced costs (V)"
    assert open_facts("X0A C0A P0A T0A", loaded=["land_values"], land_value_council=None) == asked
    assert open_facts("X0A C0A P0A T0A", loaded=["land_values"]) == asked.partition("; ")[2]


@pytest.mark.parametrize(
    ("known", "letters"), [("X0A C0A P0A T0A", "V"), ("V0A C0A P0A T0A", "X"), ("V0A X0A P0A T0A", "C")]
)
def test_of_a_site_without_hectares_and_polygon_its_size_is_asked_for(known, letters):
    words = open_facts(known, hectares=None, shape_basis="point")
    assert words.count("how large the site is, or its outline") == 1
    assert f"({letters})" in words
    assert "how large" not in open_facts(known)


def test_a_verdict_that_is_decided_waits_for_nothing():
    sites, signals = given("V0.5A X0A C0A A0.5A")
    gaps = evidence_gaps(sites, signals)
    assert set(gaps["settled"]) == {"yes"}
    assert set(gaps["unsettles"]) == {"no"}
    assert len(gaps) > 0


def test_a_site_without_a_place_is_decided_by_no_file():
    assert open_facts("V0A X0A P0A T0A", easting=None, northing=None) == (
        "council question: how many owners there are (C)"
    )


def test_a_signal_that_may_be_more_asks_for_no_file_again():
    words = open_facts("V0A X0B C0A P0A T0A", ranges={"X": (0, 1)})
    assert words.startswith("council question: what the council's records say of contamination (X)")
    assert "historic_landfill" not in words


def test_counter_evidence_nobody_could_look_at_is_listed():
    known = "V0A X0A C0A P0A T0A"
    assert open_facts(known, development_status=None) == (
        "council question: whether building has started or is complete"
    )
    assert open_facts(known, planning_permission_status=None) == (
        "council question: whether there is a permission or an application"
    )
    assert open_facts(known, planning_permission_status="permissioned") == (
        "council question: which kind of permission it is, and of which day"
    )
    reasons = "looked at: live applicant. could not be looked at: residual surplus, new-build sales"
    assert open_facts(known, deadweight_reasons=reasons) == (
        "council question: deadweight screen: new-build sales, deadweight screen: residual surplus"
    )
    assert open_facts(known, deadweight_reasons=None) == "council question: the deadweight screen as a whole"
    # what shows contamination below grade A could be answered by a clean-up
    shown = open_facts("V0A X0.5B C0A P0A T0A")
    assert shown == "council question: whether the land was cleaned, and by whom (X)"
    assert pd.isna(open_facts("V0A X0.5A C0A P0A T0A"))


def test_the_gaps_are_a_row_per_site_and_fact():
    sites, signals = given("V0.5C X0.5B C0A T0A", sources={"V": "headroom_gbp_per_ha"}, development_status=None)
    gaps = evidence_gaps(sites, signals, loaded=["land_values"])
    assert gaps.index.name == "evidence_gap"
    columns = ["signal", "fact_kind", "cost_order", "keys", "unsettles"]
    assert gaps[columns].astype("object").where(gaps[columns].notna(), None).to_numpy().tolist() == [
        ["P", "free file", 1, "flood_zones", "no"],
        ["X", "council question", 2, None, "no"],
        ["P", "council question", 2, None, "no"],
        [None, "council question", 2, None, "no"],
        ["V", "own appraisal", 3, None, "no"],
    ]
    verdict = failure_verdict(sites, signals).iloc[0]
    for name in ("market_failure", "verdict_best", "verdict_worst", "settled"):
        assert set(gaps[name]) == {verdict[name]}
    schema.check(gaps, schema.EVIDENCE_GAPS, name="gaps")


def test_every_open_verdict_names_what_would_decide_it():
    sites, signals = as_tables(random_records(300, 7))
    done = failure_verdict(sites, signals, loaded=["parcels", "flood_zones", "historic_landfill", "land_values"])
    gaps = evidence_gaps(sites, signals, loaded=["parcels", "flood_zones", "historic_landfill", "land_values"])
    named = gaps.loc[gaps["unsettles"] == "yes", "site_id"]
    assert set(done.index[done["settled"] == "no"]) <= set(named)
    assert gaps["site_id"].map({name: place for place, name in enumerate(sites.index)}).is_monotonic_increasing
    assert gaps.groupby("site_id")["cost_order"].apply(lambda order: order.is_monotonic_increasing).all()


@pytest.mark.parametrize(
    ("signals", "nothing", "most"),
    [
        # P alone is open and nothing else is found: none makes Not found, 0.7 alone Indicated, each settled
        ("V0A X0A C0A T0A", 1, 1),
        # T is open, too: with nothing found it could still be Indicated, with P 0.7 Identified
        ("V0A X0A C0A", 0, 0),
        # identified already, whatever P shows: not open
        ("V0.5A X0A C0A A0.5A", 0, 0),
    ],
)
def test_how_many_verdicts_a_file_could_decide(signals, nothing, most):
    files = deciding_files(*given(signals)).set_index("keys")
    row = files.loc["flood_zones"]
    assert (row["decided_if_nothing"], row["decided_if_most"]) == (nothing, most)
    assert row["could_decide"] == max(nothing, most)


def test_all_files_together_decide_what_one_alone_does_not_and_an_average_alone_little():
    sites, signals = given("V0A C0A")
    files = deciding_files(sites, signals).set_index("keys")
    assert files.loc["flood_zones", ["open_sites", "could_decide"]].tolist() == [1, 0]
    assert files.loc["all of them", ["signals", "could_decide"]].tolist() == ["X P T", 1]
    # X alone is left open where P shows 0.7: Indicated either way, as nothing bears it out
    left = deciding_files(*given("V0A C0A T0A")).set_index("keys").loc["flood_zones"]
    assert left[["decided_if_nothing", "decided_if_most"]].tolist() == [0, 1]
    # the land values leave the appraisal of its own to say more, but the verdict no longer waits for it
    only = deciding_files(*given("X0A C0A P0A T0A")).set_index("keys")
    assert only.loc["land_values", "decided_if_nothing"] == 1
    assert deciding_files(*given("V0A X0A P0A T0A"), loaded=["parcels"]).empty
    unranked = deciding_files(sites.assign(rank=None), signals).set_index("keys").loc["all of them"]
    assert unranked[["could_decide", "could_decide_considered"]].tolist() == [0, 1]
