"""What prices and costs tell of market failure, each by hand, and what they do not tell."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.appraisal.market_failure import evidence_market as market

SOURCED = "user assumptions"
UNSOURCED = "user assumptions, without a source for build_gbp_per_m2, fees_share"
SPANNED = "user assumptions; former use unknown, so remediation spans all classes"
ILLUSTRATIVE = "illustrative user assumptions; former use unknown, so remediation spans all classes"


def table(*rows):
    return pd.DataFrame(list(rows), index=pd.Index([f"E1:{n}" for n in range(len(rows))], name="site_id"))


@pytest.mark.parametrize(("gap", "value"), [(0, 0.0), (12_500, 0.5), (25_000, 1.0), (26_852.82, 1.0), (1, 1 / 25_000)])
def test_gap_per_home(gap, value):
    row = market.viability_gap(table({"gap_gbp_per_home": gap, "viability_basis": SOURCED})).iloc[0]
    assert row["value"] == pytest.approx(value)


@pytest.mark.parametrize(
    ("basis", "price", "grade"),
    [
        (SOURCED, "model", "A"),
        (SOURCED, "area median, shrunk", "B"),
        (SOURCED, None, "B"),
        (UNSOURCED, "model", "B"),
        (SPANNED, "model", "B"),
        ("as I say", "model", "C"),
    ],
)
def test_the_grade_of_a_gap_is_that_of_its_costs_and_prices(basis, price, grade):
    row = {"gap_gbp_per_home": 9_000.0, "viability_basis": basis, "value_basis": price}
    assert market.viability_gap(table(row))["grade"].tolist() == [grade]


def test_costs_made_up_for_illustration_or_not_stated_show_nothing():
    row = {"gap_gbp_per_home": 90_000.0, "viability_basis": ILLUSTRATIVE, "value_basis": "model",
           "remediation_share_of_gdv": 0.3, "remediation_evidence": "A"}  # fmt: skip
    none = {**row, "gap_gbp_per_home": 0.0, "viability_basis": "illustrative user assumptions"}
    for measured in (market.viability_gap, market.remediation_over_value):
        assert measured(table(row, none, {**row, "viability_basis": None})).empty
        assert measured(table({**row, "viability_basis": SOURCED})).index.tolist() == ["E1:0"]


def test_a_gap_says_what_it_rests_on_and_its_counter_evidence():
    done = market.viability_gap(
        table(
            {"gap_gbp_per_home": 31_234.5, "viability_basis": UNSOURCED, "gap_probability": 0.88,
             "new_build_sales_5y": 4, "sales_years_covered": 5.0, "capacity_dwellings": 12, "hectares": 0.5},
            {"gap_gbp_per_home": 0.0, "viability_basis": SPANNED, "sales_years_covered": 0.0},
            {"gap_gbp_per_home": 9e5, "viability_basis": "as I say", "gap_probability": 1.0, "capacity_dwellings": 1,
             "hectares": 2.13},
        )
    )  # fmt: skip
    assert done["reason"].tolist() == [
        "gap of £31,234 a home (user assumptions)",
        "no gap: the value covers the costs and the land (user assumptions)",
        "gap of £900,000 a home (as I say)",
    ]
    assert done["counter_evidence"].tolist() == [
        "no gap in 12% of the draws; 4 new-build sales near it in 5 years; estimated for 12 homes on 0.50 ha",
        "how often there is no gap was not drawn; no new-build sale near it was read; the sales cover no whole year; "
        "the homes it is estimated for are not stated",
        "every draw shows a gap; sales of new homes near it were not looked at; estimated for 1 home on 2.13 ha",
    ]


def test_no_gap_column_no_signal():
    bare = table({"hectares": 1.0}, {"hectares": 2.0})
    for measured in (market.viability_gap, market.remediation_over_value, market.few_sales, market.no_new_build):
        assert measured(bare).empty
    blank = table({"gap_gbp_per_home": None, "viability_basis": "missing: build_gbp_per_m2", "gap_probability": 0.9})
    assert market.viability_gap(blank).empty


@pytest.mark.parametrize(("share", "value"), [(0.0, 0.0), (0.02, 0.0), (0.06, 0.5), (0.10, 1.0), (0.4, 1.0)])
def test_remediation_over_value(share, value):
    row = {"remediation_share_of_gdv": share, "viability_basis": SOURCED, "remediation_evidence": "B"}
    done = market.remediation_over_value(table(row)).iloc[0]
    assert done["value"] == pytest.approx(value)
    assert done["grade"] == "B"


@pytest.mark.parametrize(
    ("basis", "told", "grade"),
    [(SOURCED, "A", "A"), (SOURCED, "C", "C"), (SPANNED, "A", "B"), (SOURCED, None, "C"), ("as I say", "A", "C")],
)
def test_the_grade_of_remediation_is_its_weakest_link(basis, told, grade):
    row = {"remediation_share_of_gdv": 0.05, "viability_basis": basis, "remediation_evidence": told,
           "remediation_basis": "previous use: foundry"}  # fmt: skip
    done = market.remediation_over_value(table(row)).iloc[0]
    assert done["grade"] == grade
    assert done["counter_evidence"] == (
        "previous use: foundry; no ground investigation is available; the homes it is estimated for are not stated"
    )
    assert done["reason"].startswith("remediation takes 5.0% of the value")


def test_a_thin_market_by_its_percentile():
    done = market.few_sales(
        table(
            {"thin_market_percentile": 88.0, "sales_per_1000_dwellings": 21.04},
            {"thin_market_percentile": 0.0},
            {"thin_market_percentile": None, "sales_per_1000_dwellings": 3.0},
            {
                "thin_market_percentile": 40.0,
                "sales_per_1000_dwellings": 9.0,
                "sales_per_1000_private_households": 12.0,
            },
        )
    )
    assert done["value"].to_dict() == {"E1:0": 0.88, "E1:1": 0.0, "E1:3": 0.4}
    assert done["reason"].iloc[2] == "40% of the areas sell more of their private homes (12.0 a year per 1,000 here)"
    assert done["reason"].iloc[0] == "88% of the areas sell more of their dwellings (21.0 a year per 1,000 here)"


def test_no_new_build_is_stated_only_where_the_sales_cover_them():
    done = market.no_new_build(
        table(
            {"no_new_build_5y": "yes", "sales_5y": 12},
            {"no_new_build_5y": "no", "new_build_sales_5y": 3},
            {"no_new_build_5y": None, "sales_years_covered": 0.0},  # a month's file
        )
    )
    assert done["value"].to_dict() == {"E1:0": 0.5}
    assert done["counter_evidence"].tolist() == ["12 sales of any home near it in that time"]


def test_sales_near_a_site_in_words():
    said = market.nearby_sales(
        table(
            {"new_build_sales_5y": 1, "sales_years_covered": 6.0},
            {"new_build_sales_5y": 2, "sales_years_covered": 1.0},
            {"new_build_sales_5y": 0, "sales_years_covered": 5.0},
            {"new_build_sales_5y": None, "sales_years_covered": 1.0},
            {"new_build_sales_5y": None, "sales_years_covered": None},
        )
    )
    assert said.tolist() == [
        "1 new-build sale near it in 5 years",
        "at least 2 new-build sales near it in 5 years",
        "no new-build sale near it in 5 years",
        "no new-build sale near it was read; the sales cover 1 whole year",
        "sales of new homes near it were not looked at",
    ]
