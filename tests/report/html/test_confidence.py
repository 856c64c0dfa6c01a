"""How reliable the verdicts are, in sentences counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.report.html.confidence import FROM_COSTS, confidence_sentences

TITLES = pd.DataFrame(
    {"letter": ["V", "C", "B"], "title": ["Viability gap", "Coordination", "Blight"],
     "kind": ["primary", "primary", "supporting"]}
)  # fmt: skip


def ranked(verdicts, gap=None, basis=None):
    index = pd.Index([f"s{place}" for place in range(len(verdicts))], name="site_id")
    return pd.DataFrame(
        {"market_failure": pd.array(verdicts, dtype="str"),
         "gap_gbp_per_home": pd.array([gap] * len(verdicts), dtype="Float64"),
         "viability_basis": pd.array([basis] * len(verdicts), dtype="str")}, index=index,
    )  # fmt: skip


def counted(*rows):
    """Return readings from (site, signal, weighted, source)."""
    table = pd.DataFrame(rows, columns=["site_id", "signal", "weighted_signal", "source"])
    return table.assign(kind=table["signal"].map({"V": "primary", "C": "primary", "B": "supporting"}))


def said(sites, *rows, priced=True):
    return confidence_sentences(sites, counted(*rows), TITLES, priced=priced)


def test_no_site_no_verdict():
    assert said(ranked([])) == ["No site was ranked, so there is no verdict."]


def test_what_was_measured_is_counted():
    sites = ranked(["Identified", "Not found", "Not found"])
    told = said(sites, ("s0", "C", 0.5, "own"), ("s1", "C", 0.0, "own"), ("s0", "B", 0.5, "own"))
    assert told[:3] == [
        "Of the 2 primary signals a ranked site has 0.7 on average.",
        "Measured on ranked sites (3): coordination on 2.",
        "Measured on no ranked site: viability gap.",
    ]
    assert "No viability gap was measured, so whether building would pay is not among the evidence." in told
    assert told[-1] == "They can be quoted only with the grades of evidence below beside them."


def test_several_are_listed_with_an_and():
    told = said(ranked(["Not found"]), ("s0", "C", 0.5, "own"), ("s0", "V", 0.5, FROM_COSTS[0]))
    assert told[1] == "Measured on ranked sites (1): viability gap on 1 and coordination on 1."
    assert told[2] == "Measured on no ranked site: blight."


def test_nothing_measured_says_so():
    told = said(ranked(["Cannot tell", None, "Not found"]))
    assert told[0].endswith("has 0.0 on average.")
    assert told[1] == "Measured on no ranked site: viability gap, coordination and blight."
    assert told[2].startswith("For 2 of 3 (67%) the verdict is “Cannot tell”: ")
    assert told[-1] == "As a whole they say more about the data available than about the market."


@pytest.mark.parametrize(
    ("basis", "sentence"),
    [
        ("illustrative user assumptions",
         "The viability gap rests on illustrative costs, made up to show the method, for 2 of the 2 ranked sites on "
         "which it was measured; as evidence it counts in no verdict."),
        ("user assumptions, without a source for fees_share",
         "The viability gap rests on costs the user gives without a source for 2 of the 2 ranked sites on which it was "
         "measured."),
        ("user assumptions", "The viability gap rests on costs the user states with their sources."),
    ],
)  # fmt: skip
def test_whose_costs_the_gap_rests_on(basis, sentence):
    told = said(ranked(["Identified", "Not found"], 1000.0, basis), ("s0", "V", 0.5, FROM_COSTS[0]))
    assert sentence in told
    invented = basis.startswith("illustrative")
    assert ("The shares show how the method works; they are not to be quoted of these sites." in told) == invented
    assert (told[-1] == "They can be quoted only with the grades of evidence below beside them.") != invented


def test_verdicts_on_costs_alone_are_those_without_any_other_primary_signal():
    sites = ranked(["Identified", "Indicated", "Identified", "Not found"], 1000.0, "user assumptions")
    told = said(
        sites,
        ("s0", "V", 0.5, FROM_COSTS[0]), ("s0", "C", 0.0, "own"), ("s0", "B", 0.9, "own"),  # costs alone
        ("s1", "V", 0.5, FROM_COSTS[1]), ("s1", "C", 0.1, "own"),  # not alone
        ("s2", "C", 0.5, "own"), ("s3", "V", 0.5, FROM_COSTS[0]),  # no costs; no failure
    )  # fmt: skip
    assert (
        "Of the 3 ranked sites where failure is identified or indicated, 1 have no primary signal above zero but those "
        "read from costs."
    ) in told


@pytest.mark.parametrize("priced", [True, False])
def test_without_prices_the_markets_side_is_thin(priced):
    thin = "No price surface stands behind the values, so the market's side of the question is thin."
    assert (thin in said(ranked(["Not found"]), priced=priced)) != priced
