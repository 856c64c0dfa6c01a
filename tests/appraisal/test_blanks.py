"""A blank never improves: every input of the market-failure record is blanked in turn, and in random company.

To improve is to move towards Identified: Cannot tell, Not found, Indicated, Identified. Excepted by name, because they
speak against a record and their blank takes that away: what starts, completes or ends a site (``development_status``,
a pending decision, the deadweight columns), notes or the user that say the land was cleaned (``cleaned_by``), and
``possible_duplicates``, which this library fills itself and where blank means that none was found.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.appraisal.deadweight import site_deadweight
from siteprior.appraisal.market_failure.verdict import COLUMNS, failure_signals, failure_verdict
from siteprior.core import schema
from siteprior.core.parameters import load_parameters

DAY = date(2021, 1, 1)
ORDER = {"Cannot tell": 0, "Not found": 1, "Indicated": 2, "Identified": 3}

CHOICES = {
    "ownership_status": [None, *schema.OWNERSHIP],
    "owner_count": [None, 1, 2, 5],
    "parcel_count": [None, 1, 2, 9],
    "parcels": [None, 0, 1, 4, 30],
    "shape_basis": [None, *schema.SHAPE_BASES],
    "previous_use": [None, "Foundry", "sewage works", "Retail"],
    "notes": [None, "The site is contaminated", "Possible contamination; remediation required", "Access road required",
              "Site investigation inconclusive. Unregistered title", "Expired planning permission 2009/1",
              "Flood defences required. The site is contaminated", "Part council and part private; former tannery"],
    "site_name": [None, "The Old Foundry", "Albion Works, Mill Road", "Foundry Street", "Quarry, part private"],
    "development_description": [None, "Industrial units, a viable redevelopment option", "Former gas works"],
    "derelict_since": [None, "1988-01-01", "2015-06-01", "2020-01-01", "2022-01-01"],
    "start_date": [None, "2012-01-01", "2017-12-31", "2019-01-01"],
    "planning_permission_status": [None, "permissioned", "not permissioned"],
    "planning_permission_type": [None, *schema.PERMISSION_TYPE],
    "planning_permission_date": [None, "2009-01-01", "2012-06-01", "2014-01-01", "2019-01-01", "2022-01-01"],
    "hectares": [None, 0.2, 1.5, 6.0],
    "easting": [None, 400_000.0, 400_200.0, 400_390.0, 405_000.0],
    "northing": [None, 290_000.0, 290_100.0],
    "gap_gbp_per_home": [None, 0.0, 6_000.0, 14_000.0, 31_000.0],
    "capacity_dwellings": [None, 1, 60],
    "gap_probability": [None, 0.0, 0.4, 1.0],
    "viability_basis": [None, "user assumptions", "illustrative user assumptions", "missing: build_gbp_per_m2",
                        "user assumptions, without a source for fees_share",
                        "user assumptions; former use unknown, so remediation spans all classes"],
    "value_basis": [None, "model", "area median, shrunk"],
    "remediation_share_of_gdv": [None, 0.0, 0.03, 0.07, 0.2],
    "remediation_evidence": [None, "A", "B", "C"],
    "remediation_basis": [None, "previous use: foundry"],
    "thin_market_percentile": [None, 0.0, 45.0, 90.0, 100.0],
    "sales_per_1000_dwellings": [None, 4.0, 30.0],
    "no_new_build_5y": [None, "yes", "no"],
    "new_build_sales_5y": [None, 0, 3],
    "sales_5y": [None, 0, 40],
    "sales_years_covered": [None, 0.0, 5.0],
}  # fmt: skip
"""What each input may hold; every one of them is blanked. A pending decision and cleaned land are excepted by name."""

LAYERS = [(letter, value, grade) for letter in "XCIP" for value in (0.0, 0.5, 1.0) for grade in "ABC"]
EXCEPTED = ("development_status", "deadweight_failed", "deadweight_reasons", "possible_duplicates", "cleaned_by")
STAGES = {
    "development_status": [None, None, None, "under construction", "completed"],
    "deadweight_failed": [None, "yes", "no", "no"],
    "cleaned_by": [None, None, None, None, None, "owner", "public"],
    "possible_duplicates": [None, None, "E1:0", "E1:1; E1:2"],
}
QUIET = {
    "ownership_status": ["owned by a public authority"], "owner_count": [1], "parcel_count": [1, None],
    "parcels": [1, None], "previous_use": ["Retail"], "notes": [None], "gap_gbp_per_home": [0.0],
    "site_name": [None], "development_description": [None],
    "remediation_share_of_gdv": [0.01, 0.0], "derelict_since": [None], "start_date": ["2019-01-01"],
    "planning_permission_date": ["2020-01-01"], "thin_market_percentile": [0.0, 20.0], "no_new_build_5y": ["no"],
}  # fmt: skip
EXAMPLES = settings(deadline=None, derandomize=True, max_examples=8)


def table(rows):
    frame = pd.DataFrame(rows, index=pd.Index([f"E1:{n}" for n in range(len(rows))], name="site_id"))
    return schema.conform(frame, schema.SITES)


def random_sites(seed, count):
    """Return sites with every input drawn at random, and the signals of layers that meet some of them."""
    draw = np.random.default_rng(seed)
    columns = {name: [values[i] for i in draw.integers(0, len(values), count)]
               for name, values in (CHOICES | STAGES).items()}  # fmt: skip
    for site in range(3, count, 4):  # every fourth is a quiet one, far from the others: known, and nothing found
        for name, values in QUIET.items():
            columns[name][site] = values[site // 4 % len(values)]
        columns["easting"][site] = 420_000.0 + 1_000 * site
    rows = [
        (f"E1:{site}", *LAYERS[layer])
        for site, layer in zip(draw.integers(0, count, count), draw.integers(0, len(LAYERS), count), strict=True)
    ]
    layers = pd.DataFrame(rows, columns=["site_id", "signal", "value", "grade"])
    layers = layers.assign(kind="primary", reason="on a layer", counter_evidence="some of it lies outside")
    return table(pd.DataFrame(columns).to_dict("records")), layers[list(COLUMNS)]


def judge(sites, layers):
    return failure_verdict(sites, failure_signals(sites, as_of=DAY, neighbours=sites, layer_signals=layers))


RISING = (
    "failure_strength", "failure_strength_coverage", "failure_corroboration", "failure_corroboration_coverage",
    "failure_coverage",
)  # fmt: skip


def assert_no_better(blanked, whole, why):
    better = blanked["market_failure"].map(ORDER) > whole["market_failure"].map(ORDER)
    assert not better.any(), f"{why}: {pd.concat([whole[better], blanked[better]]).to_dict('records')}"
    for name in RISING:
        assert (blanked[name].fillna(0) <= whole[name].fillna(0) + 1e-12).all(), f"{why}: {name} rose"


@pytest.fixture(scope="module")
def many():
    sites, layers = random_sites(seed=20261122, count=240)
    whole = judge(sites, layers)
    assert set(whole["market_failure"]) == set(ORDER)  # every verdict is there to be improved
    return sites, layers, whole


@pytest.mark.parametrize("name", list(CHOICES))
def test_no_verdict_or_strength_improves_where_an_input_is_blank(many, name):
    sites, layers, whole = many
    assert_no_better(judge(sites.assign(**{name: None}), layers), whole, name)


def test_a_column_that_is_not_there_is_a_blank(many):
    sites, layers, _ = many
    evidence = [name for name in CHOICES if name not in schema.REGISTER.names or name.endswith("_count")]
    blank = judge(sites.assign(**dict.fromkeys(evidence)), layers)
    pd.testing.assert_frame_equal(judge(sites.drop(columns=evidence), layers), blank)


def test_nothing_improves_where_a_layer_is_not_read(many):
    sites, layers, whole = many
    for letter in "XCIP":
        assert_no_better(judge(sites, layers[layers["signal"] != letter]), whole, letter)
    assert_no_better(judge(sites, None), whole, "no layers")


def test_a_strong_weak_reading_never_stands_before_a_firm_one():
    # 0.4 of grade C counts before 0.35 of grade B, yet the firm one makes the record: else losing the weak one would
    site = {"ownership_status": "mixed ownership", "previous_use": "foundry", "derelict_since": "1988-01-01"}
    weak = pd.DataFrame(
        [("E1:0", letter, "primary", 1.0, "C", "on a layer", "none") for letter in "XC"], columns=list(COLUMNS)
    )
    done = judge(table([site]), weak)
    assert done[["market_failure", "market_failure_reasons"]].iloc[0].tolist() == ["Identified", "A1A X2C C3C"]


@EXAMPLES
@given(st.integers(0, 10_000), st.floats(0.02, 0.9))
def test_no_company_of_blanks_improves_anything(seed, share):
    sites, layers = random_sites(seed, 60)
    draw = np.random.default_rng(seed)
    blanked = sites.assign(**{name: sites[name].mask(draw.random(len(sites)) < share) for name in CHOICES})
    kept = layers[draw.random(len(layers)) >= share]
    assert_no_better(judge(blanked, kept), judge(sites, layers), seed)


def test_every_input_the_signals_name_is_blanked(many):
    sites, layers, _ = many
    signals = failure_signals(sites, as_of=DAY, neighbours=sites, layer_signals=layers)
    read = {word for source in signals["source"] for word in re.findall(r"[a-z_0-9]+_[a-z_0-9]+", source)}
    assert read <= set(CHOICES) | set(EXCEPTED)
    assert len(set(signals["source"])) == 19  # every reading there is, and the layers


@pytest.mark.parametrize(
    ("speaks", "blank"),
    [
        ({"development_status": "completed"}, "development_status"),
        ({"planning_permission_status": "pending decision"}, "planning_permission_status"),
        ({"deadweight_failed": "yes"}, "deadweight_failed"),
        ({"notes": "Land has been remediated"}, "notes"),
        ({"cleaned_by": "owner"}, "cleaned_by"),
    ],
)
def test_what_is_excepted_counts_against_the_site(speaks, blank):
    # the exceptions are no accident: each holds back a record that is Identified without it
    strong = {"ownership_status": "mixed ownership", "previous_use": "foundry", "derelict_since": "1988-01-01"}
    held, free = table([{**strong, **speaks}]), table([strong])
    assert judge(free, None)["market_failure"].tolist() == ["Identified"]
    assert judge(held, None)["market_failure"].tolist() == ["Cannot tell" if blank == "notes" else "Indicated"]
    assert judge(held.assign(**{blank: None}), None)["market_failure"].tolist() == ["Identified"]


COUNTER = {
    "starts": (["development_status"], "whether building has started or is complete"),
    "permissions": (
        ["planning_permission_status", "planning_permission_type", "planning_permission_date"],
        "whether there is a permission or an application",
    ),
    "kind of permission": (["planning_permission_type"], "which kind of permission it is, and of which day"),
    "day of permission": (["planning_permission_date"], "which kind of permission it is, and of which day"),
    "surplus": (
        ["residual_surplus_share", "gap_probability", "viability_basis"],
        "deadweight screen: residual surplus",
    ),
    "sales": (["new_build_sales_5y", "sales_years_covered"], "deadweight screen: new-build sales"),
    "clean-up": (["notes"], "whether the land was cleaned, and by whom (X)"),
    "appraisal": (
        ["gap_gbp_per_home", "remediation_share_of_gdv", "residual_surplus_share"],
        "deadweight screen: residual surplus",
    ),
}
"""What is blanked of the counter-evidence, and the open fact that has to name it where a verdict rises."""


def screened(sites):
    """Judge sites whose deadweight is screened by the same columns."""
    screen = site_deadweight(sites, as_of=DAY).columns
    return judge(sites.drop(columns=screen.columns.intersection(sites.columns)).join(screen), None)


@pytest.fixture(scope="module")
def contested():
    """Sites whose evidence is strong, and of which each has counter-evidence drawn at random."""
    draw, count = np.random.default_rng(7), 240
    choices = {
        "ownership_status": ["mixed ownership"], "previous_use": ["foundry", None], "owner_count": [None, 4],
        "derelict_since": ["1988-01-01"], "notes": [None, "Land has been remediated"],
        "development_status": [None, None, None, "completed", "under construction"],
        "planning_permission_status": [None, "permissioned", "not permissioned", "pending decision"],
        "planning_permission_type": ["full planning permission", "outline planning permission"],
        "planning_permission_date": ["2010-01-01", "2019-06-01"], "entry_date": ["2020-06-01"],
        "residual_surplus_share": [None, -0.1, 0.05, 0.2], "gap_probability": [None, 0.1, 0.9],
        "viability_basis": ["user assumptions"], "new_build_sales_5y": [None, 0, 40],
        "sales_years_covered": [5.0, 1.0], "gap_gbp_per_home": [None, 0.0, 9_000.0],
        "remediation_share_of_gdv": [None, 0.0],
    }  # fmt: skip
    columns = {name: [values[i] for i in draw.integers(0, len(values), count)] for name, values in choices.items()}
    sites = table(pd.DataFrame(columns).to_dict("records"))
    return sites, screened(sites)


@pytest.mark.parametrize("name", COUNTER)
def test_where_counter_evidence_is_lost_a_verdict_rises_only_where_the_record_names_it(contested, name):
    sites, whole = contested
    columns, fact = COUNTER[name]
    blanked = screened(sites.assign(**dict.fromkeys(columns)))
    rises = blanked["market_failure"].map(ORDER) > whole["market_failure"].map(ORDER)
    assert blanked.loc[rises, "open_facts"].str.contains(fact, regex=False).all()
    assert rises.any() == (name != "sales")  # few new-build sales fail no screen by themselves


def test_where_the_screen_is_lost_the_record_names_it_as_a_whole(contested):
    sites, _ = contested
    done = judge(sites.assign(deadweight_failed=None, deadweight_reasons=None), None)
    assert done["open_facts"].str.contains("the deadweight screen as a whole", regex=False).all()


def test_no_choice_of_notes_is_an_exception():
    cleaned = load_parameters("failure")["contamination"]["cleaned"].value
    assert not [note for note in CHOICES["notes"] if note and any(words in note.lower() for words in cleaned)]


def test_a_register_of_the_real_corpus(real):
    from siteprior.registers.reader import read_registers

    path = real / "real/brownfield/registers_wmca/sandwell_2019.csv.gz"
    sites = read_registers([path]).table
    pending = sites["planning_permission_status"] == "pending decision"
    draw = np.random.default_rng(5)
    measured = [name for name in CHOICES if name not in schema.REGISTER.names]
    drawn = {name: [CHOICES[name][i] for i in draw.integers(0, len(CHOICES[name]), len(sites))] for name in measured}
    sites = schema.conform(sites.assign(**drawn), schema.SITES)
    whole = judge(sites, None)
    for name in (name for name in CHOICES if name in schema.REGISTER.names):
        blank = sites[name].where(pending) if name == "planning_permission_status" else None
        assert_no_better(judge(sites.assign(**{name: blank}), None), whole, name)
