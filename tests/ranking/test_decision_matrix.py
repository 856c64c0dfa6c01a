"""The decision matrix: measured in natural units, valued on fixed anchors, the user's own among them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core import schema
from siteprior.core.errors import InputError, SitePriorError
from siteprior.ranking.criteria import CRITERIA, Criterion
from siteprior.ranking.decision_matrix import anchored, measure, value
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


def test_missing_columns_unknown_names_and_foreign_indexes_are_refused():
    with pytest.raises(InputError) as caught:
        measure(SITES.drop(columns=["walk_m", "imd_percentile"]), ["station_access", "deprivation", "capacity"])
    assert caught.value.faults == (
        "sites: criterion 'station_access' needs the columns walk_m; run the join or appraisal that adds them",
        "sites: criterion 'deprivation' needs the columns imd_percentile; run the join or appraisal that adds them",
    )
    with pytest.raises(InputError) as caught:
        measure(SITES.drop(columns="access_index"), ["access_index"])
    assert caught.value.faults == (
        "sites: criterion 'access_index' needs the columns access_index; name timetables in [sources], or put # before "
        "this weight; in a script run the join or appraisal that adds them",
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


def test_anchors_of_the_callers_own_by_hand():
    matrix = pd.DataFrame(
        {"canal_m": [0.0, 125.0, 500.0, 900.0, None], "corridor_access": [300.0, 900.0, 1500.0, 0, 0]}
    )
    registry = anchored({"canal_m": (500, 0), "corridor_access": [1500, 300]}, CRITERIA)
    values = value(matrix, criteria=registry)
    assert values["canal_m"].tolist()[:4] == [1, 0.75, 0, 0]
    assert pd.isna(values["canal_m"].iloc[4])
    assert values["corridor_access"].tolist() == [1, 0.5, 0, 1, 1]
    own = registry["corridor_access"]
    assert (own.source, own.confidence, own.unit) == ("user", "user", "m")
    assert (CRITERIA["corridor_access"].worst, registry["capacity"]) == (960, CRITERIA["capacity"])
    assert anchored(None, CRITERIA) is CRITERIA


@pytest.mark.parametrize(
    "pair", [(1, 1), (1,), (1, 2, 3), 5, "12", (1, "2"), (float("nan"), 1), (0, float("inf")), None]
)
def test_anchors_that_are_not_two_different_numbers_are_refused(pair):
    with pytest.raises(InputError, match="anchors: 'canal_m' needs two different numbers"):
        anchored({"canal_m": pair}, CRITERIA)


def test_all_wrong_anchors_are_named_at_once():
    with pytest.raises(InputError) as caught:
        anchored({"a": 1, "b": (0, 1), "c": (2, 2)}, CRITERIA)
    assert [fault.split(" needs")[0] for fault in caught.value.faults] == ["anchors: 'a'", "anchors: 'c'"]
    with pytest.raises(InputError, match=r"anchors: needs a mapping criterion → \(worst, best\), got"):
        anchored([("a", 1, 2)], CRITERIA)


def test_a_function_that_writes_into_its_table_changes_no_site():
    def careless(sites):
        sites["walk_m"] = 0.0
        sites.loc[sites.index[0], "bus_walk_m"] = -1.0
        return sites["walk_m"]

    before = SITES.copy()
    own = replace(CRITERIA["station_access"], measure=careless)
    assert measure(SITES, "mine", criteria={"mine": own})["mine"].tolist() == [0, 0, 0]
    pd.testing.assert_frame_equal(SITES, before)
