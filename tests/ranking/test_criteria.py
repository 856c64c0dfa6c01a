"""Criteria: declared with unit, anchors and source; the registry is the table."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.core import schema
from siteprior.core.errors import InputError, SitePriorError
from siteprior.core.parameters import Parameter, Parameters
from siteprior.ranking import criteria as registry
from siteprior.ranking.criteria import CRITERIA, Criterion, column_measure, criteria_table, criterion
from siteprior.ranking.decision_matrix import measure, value


def test_need_and_market_failure_are_kept_apart():
    groups = {declared.group for declared in CRITERIA.values()}
    assert groups == {"transit", "need", "size", "market failure"}
    areal = {c.name for c in (*schema.DEPRIVATION_COLUMNS, schema.IMD_PERCENTILE)}
    for declared in CRITERIA.values():
        assert bool(areal & set(declared.needs)) == (declared.group == "need")
        if declared.group == "market failure":
            assert not areal & set(declared.needs)


def test_the_table_is_the_registry():
    listed = criteria_table()
    assert listed["criterion"].tolist() == list(CRITERIA)
    assert listed[["unit", "source", "date", "confidence", "title"]].map(bool).all(axis=None)
    assert set(listed["needs"].str.split(", ").explode()) <= set(schema.SITES.names)
    assert {f"{domain}_deprivation" for domain in schema.DOMAINS} - set(CRITERIA) == {"imd_deprivation"}


def anchors(worst, best):
    numbers = {"worst": worst, "best": best}
    return Parameters(
        "quiet", {name: Parameter(name, value, "dB", "made up", "2026", "user") for name, value in numbers.items()}
    )


def test_a_criterion_with_its_anchors_given_is_one_registration(monkeypatch):
    monkeypatch.setitem(registry._REGISTERED, "quiet", None)  # so that it is taken away again
    del registry._REGISTERED["quiet"]

    @criterion("quiet", title="Quiet", group="need", needs=["decibels"], anchors=anchors(70, 50))
    def quiet(sites):
        return sites["decibels"]

    sites = pd.DataFrame({"decibels": [65.0, None]}, index=pd.Index(["a", "b"], name="site_id"))
    assert value(measure(sites, ["quiet"]))["quiet"].fillna(-1).tolist() == [0.25, -1]
    listed = criteria_table().set_index("criterion").loc["quiet"]
    assert (listed["unit"], listed["worst"], listed["needs"]) == ("dB", 70.0, "decibels")
    assert listed["source"] == "worst: made up; best: made up"
    with pytest.raises(SitePriorError, match="criterion 'quiet': is registered already, as 'Quiet'"):
        criterion("quiet", title="Again", group="need", needs=[], anchors=anchors(1, 2))(lambda sites: sites["x"])


def test_anchors_that_are_one_number_are_refused():
    with pytest.raises(SitePriorError, match="need to be two different numbers"):
        criterion("flat", title="Flat", group="need", needs=[], anchors=anchors(5, 5))(lambda sites: sites["x"])
    assert "flat" not in CRITERIA


def test_of_two_criteria_of_one_name_the_second_is_refused_when_it_is_applied(monkeypatch):
    monkeypatch.setitem(registry._REGISTERED, "quiet", None)  # so that it is taken away again
    del registry._REGISTERED["quiet"]
    first, second = (
        criterion("quiet", title="Quiet", group="need", needs="decibels", anchors=anchors(70, 50)) for _ in range(2)
    )

    def quiet(sites):
        return sites["decibels"]

    first(quiet)
    with pytest.raises(SitePriorError, match="criterion 'quiet': is registered already, as 'Quiet'; use another name"):
        second(lambda sites: sites["decibels"] * 2)
    assert CRITERIA["quiet"].measure is quiet
    assert CRITERIA["quiet"].needs == ("decibels",)


def test_needs_are_names_and_a_misspelt_one_is_reported_as_none():
    for wrong in (None, 5, ["walk_m", None]):
        with pytest.raises(InputError, match="criterion 'quiet': needs"):
            criterion("quiet", title="Quiet", group="need", needs=wrong, anchors=anchors(70, 50))
    misspelt = Criterion("x", "x", "own", "m", 0, 1, ("walk_mm",), lambda sites: sites["walk_mm"])
    with pytest.raises(InputError, match="'walk_mm' is no column of the table 'sites', did you mean 'walk_m'"):
        measure(pd.DataFrame({"walk_m": [120.0]}, index=pd.Index(["a"], name="site_id")), "x", criteria={"x": misspelt})


@pytest.mark.parametrize(
    ("changed", "function", "says"),
    [
        ({"name": 5}, None, "criterion: name: needs a text, got 5"),
        ({"name": ""}, None, "criterion: name: needs a text, got ''"),
        ({"title": None}, None, "criterion 'mine': title: needs a text, got None"),
        ({"group": 3}, None, "criterion 'mine': group: needs a text, got 3"),
        ({"group": ["need"]}, None, "criterion 'mine': group: needs a text"),
        (
            {"anchors": (1, 2, 3)},
            None,
            r"criterion 'mine': anchors: need two different numbers, \(worst, best\), or a table",
        ),
        ({"anchors": 5}, None, "criterion 'mine': anchors: need two different numbers"),
        ({"anchors": "quite"}, None, "unknown parameter 'quite'"),
        ({"anchors": (5, 5)}, lambda sites: sites["walk_m"], "need two different numbers"),
        ({}, lambda: 1, r"criterion 'mine': its function is called with \(sites\), and takes \(\)"),
        ({}, 5, "criterion 'mine': needs a function that is called with"),
    ],
)
def test_what_is_no_criterion_is_refused_where_it_is_declared(changed, function, says):
    words = {"name": "mine", "title": "Mine", "group": "need", "needs": "walk_m"} | changed
    with pytest.raises(SitePriorError, match=says):
        criterion(words.pop("name"), **words)(function)
    assert "mine" not in CRITERIA


def test_a_column_of_yes_and_no_counts_one_and_none_and_other_words_stay_words():
    flags = pd.DataFrame({"green_belt": ["yes", None, "no"], "ward": ["yes", "Tipton", None]})
    assert column_measure("green_belt")(flags).fillna(-1).tolist() == [1, -1, 0]
    assert column_measure("ward")(flags).equals(flags["ward"])
    assert column_measure("number")(pd.DataFrame({"number": [3, None]})).fillna(-1).tolist() == [3, -1]
