"""Criteria: declared with unit, anchors and source; the registry is the table."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.core import schema
from siteprior.core.errors import InputError, SitePriorError
from siteprior.core.parameters import Parameter, Parameters
from siteprior.ranking import criteria as registry
from siteprior.ranking.criteria import CRITERIA, Criterion, criteria_table, criterion
from siteprior.ranking.decision_matrix import measure, value

SITES = schema.conform(
    pd.DataFrame(
        {
            "corridor_walk_m": [120.0, 680.0, None], "walk_m": [1100.0, 2e4, None], "bus_walk_m": [370.0, 50.0, None],
            "imd_percentile": [25.0, 100.0, None], "capacity_dwellings": [500, 1200, None],
            "failure_strength": [0.35, 0.0, None], "failure_corroboration": [0.7, 0.0, None],
            "health_decile": [1, 10, None],
        },
        index=pd.Index(["a", "b", "c"], name="site_id"),
    ),
    schema.SITES,
)  # fmt: skip


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
        measure(SITES, "x", criteria={"x": misspelt})


@pytest.mark.parametrize(
    ("changed", "function", "says"),
    [
        ({"name": 5}, None, "criterion: name: needs a text, got 5"),
        ({"name": ""}, None, "criterion: name: needs a text, got ''"),
        ({"title": None}, None, "criterion 'mine': title: needs a text, got None"),
        ({"group": 3}, None, "criterion 'mine': group: needs a text, got 3"),
        ({"group": ["need"]}, None, "criterion 'mine': group: needs a text"),
        ({"anchors": (1, 2, 3)}, None, r"criterion 'mine': anchors: need two numbers, \(worst, best\), or a table"),
        ({"anchors": 5}, None, "criterion 'mine': anchors: need two numbers"),
        ({"anchors": "quite"}, None, "unknown parameter 'quite'"),
        ({"anchors": (5, 5)}, lambda sites: sites["walk_m"], "need to be two different numbers"),
        ({}, lambda: 1, r"criterion 'mine': its function is called with \(sites\), and takes \(\)"),
        ({}, 5, "criterion 'mine': needs a function that is called with"),
    ],
)
def test_what_is_no_criterion_is_refused_where_it_is_declared(changed, function, says):
    words = {"name": "mine", "title": "Mine", "group": "need", "needs": "walk_m"} | changed
    with pytest.raises(SitePriorError, match=says):
        criterion(words.pop("name"), **words)(function)
    assert "mine" not in CRITERIA
