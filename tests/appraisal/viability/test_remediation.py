"""Remediation: the class of former use, what tells it, and the range it costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siteprior.appraisal.viability.inputs import load_costs
from siteprior.appraisal.viability.remediation import CLASSES, remediation_input, remediation_range
from siteprior.core.errors import InputError

NAN = np.nan
MONEY = {"A": (50, 100, 150), "B": (100, 200, 300), "C": (200, 400, 600), "D": (400, 900, 1500)}
"""Low, central and high of each class in thousands per hectare, made up."""


def costs(classes="ABCD"):
    ends = ("low", "central", "high")
    return load_costs(
        {remediation_input(k): dict(zip(ends, (n * 1000 for n in MONEY[k]), strict=True)) for k in classes}
    )


def sites(*rows, hectares=2.0):
    table = pd.DataFrame(rows, columns=["previous_use", "site_name", "notes"][: len(rows[0])], dtype=object)
    table.insert(0, "hectares", hectares)
    return table.set_axis(pd.Index([f"s{n}" for n in range(len(rows))], name="site_id"))


def thousands(table):
    return (table.filter(like="_gbp") / 1000).to_numpy().tolist()


def test_the_previous_use_gives_the_class_and_the_hectares_the_cost():
    done = remediation_range(sites(["Foundry"], ["GAS WORKS"], ["offices"], ["Bus garage"]), costs=costs())
    assert done["remediation_class"].tolist() == ["C", "D", "A", "B"]
    assert done["remediation_evidence"].tolist() == ["B"] * 4
    assert thousands(done) == [[400, 800, 1200], [800, 1800, 3000], [100, 200, 300], [200, 400, 600]]
    assert done["remediation_basis"].iloc[0] == "previous use: Foundry"


def test_the_highest_class_counts():
    done = remediation_range(sites(["Offices and former chemical works"], ["School, warehouse"]), costs=costs())
    assert done["remediation_class"].tolist() == ["D", "B"]


def test_a_name_or_note_gives_only_what_was_there_before():
    rows = [
        [None, "Former Gas Works, Swan Lane", None], [None, "Land adjacent to gas works", None],
        [None, "Land at High St", "Site of the disused Bilston steel works."], [None, "Gasworks Road", None],
        [None, "Old Public House", None],
    ]  # fmt: skip
    done = remediation_range(sites(*rows), costs=costs())
    assert done["remediation_class"].tolist() == ["D", "unknown", "D", "unknown", "A"]
    assert done["remediation_evidence"].tolist() == ["C", NAN, "C", NAN, "C"]


def test_an_unknown_use_spans_all_classes_with_the_lowest_in_the_middle():
    done = remediation_range(sites([None], [""], ["spaceport"]), costs=costs())
    assert done["remediation_class"].tolist() == ["unknown"] * 3
    assert thousands(done) == [[100, 200, 3000]] * 3
    assert done["remediation_evidence"].isna().all()


def test_a_blank_never_costs_more_in_the_central_case():
    told = remediation_range(sites(["foundry"], ["gas works"], ["school"], ["depot"]), costs=costs())
    blank = remediation_range(sites([None], [None], [None], [None]), costs=costs())
    assert (blank["remediation_central_gbp"] <= told["remediation_central_gbp"]).all()
    assert (blank["remediation_low_gbp"] <= told["remediation_low_gbp"]).all()
    assert (blank["remediation_high_gbp"] >= told["remediation_high_gbp"]).all()


def test_what_was_cleaned_costs_nothing_but_in_the_high_case():
    done = remediation_range(sites(["gas works", None, "The land has been remediated."]), costs=costs())
    assert done.iloc[0][["remediation_class", "remediation_evidence"]].tolist() == ["cleaned", "C"]
    assert thousands(done) == [[0, 0, 300]]


@pytest.mark.parametrize("note", ["Needs to be remediated", "Not remediated", "Remediated? No", "Could be remediated"])
def test_what_may_yet_be_cleaned_costs_what_its_class_does(note):
    done = remediation_range(sites(["gas works", None, note]), costs=costs())
    assert done["remediation_class"].tolist() == ["D"]


@pytest.mark.parametrize(
    ("use", "letter"),
    [
        ("Gas-works", "D"), ("gas\u2011works", "D"), ("not a foundry", "unknown"), ("no foundry", "unknown"),
        ("Foundry Street car park", "B"), ("adjacent to landfill", "unknown"),
        ("Petrol station (never built)", "unknown"),
    ],
)  # fmt: skip
def test_a_previous_use_is_read_by_its_clause(use, letter):
    assert remediation_range(sites([use]), costs=costs())["remediation_class"].tolist() == [letter]


def test_a_layer_counts_for_its_share_of_the_site():
    table = sites([None], ["foundry"], [None], [None], [None])
    shares = pd.DataFrame({"C": [0.5, 0.5, 0.01, NAN, 1.0], "D": [0.0, 0.0, 0.0, NAN, 1.0]}, index=table.index)
    done = remediation_range(table, costs=costs(), land_shares=shares)
    assert done["remediation_class"].tolist() == ["C", "C", "unknown", "unknown", "D"]
    # half at class C and half at class A; a foundry by its own words is one all over; overlapping layers share the site
    assert thousands(done)[:2] == [[250, 500, 750], [400, 800, 1200]]
    assert thousands(done)[4] == [600, 1300, 2100]
    assert done["remediation_basis"].iloc[0] == "50% of the site lies on a layer of former uses, class C"


def test_missing_stays_missing():
    table = sites(["foundry"], ["foundry"], ["foundry"], ["school"], [None], hectares=[2.0, NAN, 0.0, 2.0, 2.0])
    done = remediation_range(table, costs=costs("C"))
    assert done["remediation_central_gbp"].notna().tolist() == [True, False, False, False, False]
    ends = done.filter(like="_gbp")
    assert (ends.isna().all(axis=1) | ends.notna().all(axis=1)).all()
    half = pd.DataFrame({"C": 0.5}, index=table.index)
    assert (
        remediation_range(table.iloc[[4]], costs=costs("C"), land_shares=half.iloc[[4]])
        .filter(like="_gbp")
        .isna()
        .all(axis=None)
    )


def test_faulty_shares_are_refused():
    table = sites([None])
    with pytest.raises(InputError) as raised:
        remediation_range(table, costs=costs(), land_shares=pd.DataFrame({"E": [0.5]}, index=["x"]))
    assert len(raised.value.faults) == 2
    with pytest.raises(InputError, match="not per cent"):
        remediation_range(table, costs=costs(), land_shares=pd.DataFrame({"C": [50.0]}, index=table.index))
    with pytest.raises(InputError, match="lacks the columns hectares"):
        remediation_range(table.drop(columns="hectares"), costs=costs())


def test_the_words_of_a_class_stand_in_one_class_only():
    from siteprior.core.parameters import load_parameters

    words = [word for letter in CLASSES for word in load_parameters("costs")["former_uses"][letter].value]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(("by", "who"), [("owner", "its owner"), ("public", "the public")])
def test_land_the_user_states_as_cleaned_costs_what_cleaned_land_does(by, who):
    done = remediation_range(sites(["sewage works"]).assign(cleaned_by=[by]), costs=costs())
    noted = remediation_range(sites(["sewage works", None, "Land was remediated"]), costs=costs())
    assert done.iloc[0][["remediation_class", "remediation_evidence"]].tolist() == ["cleaned", "A"]
    assert done.iloc[0]["remediation_basis"] == f"cleaned by {who}, as the user states"
    assert thousands(done) == thousands(noted)


@pytest.mark.parametrize(
    "text", ["former-" * 140_000, "former " * 140_000, "former " + "a" * 1_000_000, "-" * 1_000_000],
    ids=["hyphens", "words", "one word", "hyphens alone"],
)  # fmt: skip
def test_notes_of_a_million_signs_are_read(text):
    assert remediation_range(sites([None, None, text]), costs=costs())["remediation_class"].tolist() == ["unknown"]
