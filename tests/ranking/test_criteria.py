"""Criteria: declared, measured in natural units, valued on fixed anchors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core import schema
from siteprior.core.errors import InputError, SitePriorError
from siteprior.core.parameters import Parameter, Parameters
from siteprior.ranking import criteria as registry
from siteprior.ranking.criteria import CRITERIA, Criterion, criteria_table, criterion, measure, value
from siteprior.ranking.scoring import default_weights

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


def test_measured_in_natural_units_and_missing_stays_missing():
    names = [*default_weights(), "health_deprivation"]
    matrix = measure(SITES, names)
    assert matrix.columns.tolist() == names
    assert matrix.index.equals(SITES.index)
    assert matrix.loc["a"].tolist() == [120, 1100, 370, 25, 500, 0.35, 0.7, 1]
    assert matrix.loc["c"].isna().all()
    assert set(matrix.dtypes.astype(str)) == {"float64"}


def test_valued_by_hand():
    values = value(measure(SITES, [*default_weights(), "health_deprivation"]))
    # (960 − 680)/560, (2000 − 1100)/1800, (640 − 370)/540, 1 − 25/100, 500/1000
    assert values.loc["a"].tolist() == pytest.approx([1, 0.5, 0.5, 0.75, 0.5, 0.35, 0.7, 1])
    assert values.loc["b"].tolist() == pytest.approx([0.5, 0, 1, 0, 1, 0, 0, 0])
    assert values.loc["c"].isna().all()


def test_decay_along_the_corridor():
    # METHODS 2g: 1 to 400 m, in a line to 0 at 960 m
    walks = pd.DataFrame({"corridor_access": [0.0, 400.0, 540.0, 820.0, 960.0, 961.0]})
    assert value(walks)["corridor_access"].tolist() == pytest.approx([1, 1, 0.75, 0.25, 0, 0])
    assert not np.signbit(value(walks)["corridor_access"]).any()


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


def test_missing_columns_unknown_names_and_foreign_indexes_are_refused():
    with pytest.raises(InputError) as caught:
        measure(SITES.drop(columns=["walk_m", "imd_percentile"]), ["station_access", "deprivation", "capacity"])
    assert caught.value.faults == (
        "sites: criterion 'station_access' needs the columns walk_m; run the join or appraisal that adds them",
        "sites: criterion 'deprivation' needs the columns imd_percentile; run the join or appraisal that adds them",
    )
    with pytest.raises(SitePriorError, match="unknown criterion 'densty'"):
        measure(SITES, ["densty"])
    with pytest.raises(SitePriorError, match="unknown criterion 'densty'"):
        value(pd.DataFrame({"densty": [1.0]}))
    with pytest.raises(InputError, match="needs the index 'site_id'"):
        measure(SITES.reset_index(drop=True), ["capacity"])
    foreign = {"x": own("x", 0, 1, lambda sites: pd.Series([1.0, 2.0, 3.0]))}
    with pytest.raises(InputError, match="criterion 'x': its function needs to return a Series on the index"):
        measure(SITES, ["x"], criteria=foreign)


def own(name, worst, best, function=None):
    return Criterion(name, name, "own", "GBP", worst, best, ("walk_m",), function or (lambda sites: sites["walk_m"]))


def test_a_criterion_of_ones_own():
    matrix = measure(SITES, ["mine"], criteria={"mine": own("mine", 0, 2200)})
    assert value(matrix, criteria={"mine": own("mine", 0, 2200)})["mine"].iloc[0] == 0.5
    for worst, best in ((3, 3), (0, float("inf")), (float("nan"), 1)):
        with pytest.raises(SitePriorError, match=r"criterion 'mine': worst .* need to be two different numbers"):
            own("mine", worst, best)


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.lists(st.floats(-1e7, 1e7), min_size=2, max_size=40), st.sampled_from(list(CRITERIA)))
def test_values_lie_in_0_to_1_and_keep_the_order(measured, name):
    measured = sorted(measured, reverse=CRITERIA[name].worst > CRITERIA[name].best)
    values = value(pd.DataFrame({name: measured}))[name]
    assert values.between(0, 1).all()
    assert values.is_monotonic_increasing


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
        criterion("quiet", title="Again", group="need", needs=[], anchors=anchors(1, 2))


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


def test_one_criterion_is_one_name_and_no_name_is_refused():
    assert measure(SITES, "capacity").equals(measure(SITES, ["capacity"]))
    for wrong in (None, 5, ["capacity", None]):
        with pytest.raises(InputError, match="names: "):
            measure(SITES, wrong)
    with pytest.raises(InputError, match=r"sites: needs a table \(DataFrame\), got NoneType"):
        measure(None, "capacity")
    with pytest.raises(InputError, match="criteria: needs a mapping name → Criterion, got 5"):
        measure(SITES, "capacity", criteria=5)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ("250", "sites: walk_m needs numbers, holds '250' in row"),
        (-5.0, "sites: walk_m needs numbers of at least 0, holds -5.0 in row"),
        (np.inf, "sites: walk_m needs numbers of at least 0, holds inf in row"),
    ],
)
def test_what_is_no_measurement_is_refused_where_it_is_read(values, says):
    with pytest.raises(InputError, match=says):
        measure(SITES.assign(walk_m=values), "station_access")


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda sites: sites["decibels"], "criterion 'x': its function reads 'decibels', which the sites lack"),
        (lambda sites: sites["walk_m"].astype("str"), "criterion 'x': what its function returns needs numbers, holds"),
        (lambda sites: sites["walk_m"] + np.inf, "criterion 'x': what its function returns needs finite numbers"),
    ],
)
def test_what_a_function_returns_is_looked_at(function, says):
    own = Criterion("x", "x", "own", "m", 0, 1, ("walk_m",), function)
    with pytest.raises(InputError, match=says):
        measure(SITES.assign(walk_m=250.0), "x", criteria={"x": own})
