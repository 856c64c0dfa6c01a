"""Ranges of values: from the columns a criterion names, widest where something is missing; and even, steady draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.ranking.criteria import CRITERIA, criteria_table
from siteprior.ranking.decision_matrix import measure, value
from siteprior.ranking.scoring import score
from siteprior.ranking.uncertainty import known_shares, value_ranges

NAN = np.nan


def ranges(names, **columns):
    index = pd.Index([f"E1:{n}" for n in range(len(next(iter(columns.values()))))], name="site_id")
    sites = pd.DataFrame(columns, index=index, dtype=float)
    matrix = measure(sites, names)
    return value(matrix), *value_ranges(sites, matrix)


def test_a_walk_ranges_between_the_values_of_its_ends():
    # 400 m is worth 1, 960 m nothing: 540 m 0.75, 680 m 0.5, 820 m 0.25
    _, low, high = ranges(
        ["corridor_access"],
        corridor_walk_m=[680.0, 300.0, 680.0, NAN],
        corridor_walk_low_m=[540.0, 100.0, NAN, NAN],
        corridor_walk_high_m=[820.0, 540.0, NAN, NAN],
    )
    assert low["corridor_access"].round(9).tolist() == [0.25, 0.75, 0, 0]
    assert high["corridor_access"].round(9).tolist() == [0.75, 1, 1, 1]


def test_homes_range_and_what_has_no_range_columns_is_as_known():
    _, low, high = ranges(
        ["capacity", "deprivation"],
        capacity_dwellings=[100, 100, NAN], capacity_low_dwellings=[50, 100, NAN],
        capacity_high_dwellings=[300, 100, NAN], imd_percentile=[30.0, NAN, 5.0],
    )  # fmt: skip
    assert low["capacity"].tolist() == [0.05, 0.1, 0]
    assert high["capacity"].tolist() == [0.3, 0.1, 1]
    assert low["deprivation"].round(9).tolist() == [0.7, 0, 0.95]
    assert high["deprivation"].round(9).tolist() == [0.7, 1, 0.95]


def test_what_is_known_in_part_may_be_better_but_not_worse():
    index = pd.Index(list("abc"), name="site_id")
    known = {"failure_strength": [0.4, 0.4, NAN], "failure_strength_coverage": [0.2, 1, 0]}
    sites = pd.DataFrame({**known, "failure_strength_low": [0.4, 0.4, 0], "failure_strength_high": [1, 0.4, 1]}, index)
    matrix = measure(sites, ["market_failure"])
    low, high = value_ranges(sites, matrix)
    assert low["market_failure"].tolist() == [0.4, 0.4, 0]
    assert high["market_failure"].tolist() == [1, 0.4, 1]
    shares = known_shares(sites, matrix)
    assert shares["market_failure"].tolist() == [0.2, 1, 0]
    done = score(matrix, {"market_failure": 1}, known=shares)
    assert done[["score", "coverage"]].to_numpy().tolist() == [[0.4, 0.2], [0.4, 1], [0, 0]]
    for count in (known_shares, value_ranges):
        with pytest.raises(
            InputError, match=r"the part known of criterion 'market_failure' .*failure_strength_coverage"
        ):
            count(sites.drop(columns="failure_strength_coverage"), matrix)


def test_the_strength_of_market_failure_runs_between_its_own_ends():
    index = pd.Index(list("ab"), name="site_id")
    known = {"failure_strength": [0.4, 0.4], "failure_strength_coverage": [1, 0.75]}
    sites = pd.DataFrame({**known, "failure_strength_low": [0.2, 0.4], "failure_strength_high": [0.7, 0.9]}, index)
    low, high = value_ranges(sites, measure(sites, ["market_failure"]))
    assert low["market_failure"].tolist() == [0.2, 0.4]
    # all known: as far as its readings range; known in part: anything up to the best, for the score counts the part
    assert high["market_failure"].tolist() == [0.7, 1]


def test_a_known_value_lies_within_its_range_even_where_the_columns_say_otherwise():
    known, low, high = ranges(
        ["bus_access"], bus_walk_m=[100.0, 640.0], bus_walk_low_m=[370.0, 100.0], bus_walk_high_m=[640.0, 370.0]
    )
    assert (low <= known).all(axis=None)
    assert (known <= high).all(axis=None)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.tuples(*[st.one_of(st.none(), st.floats(0, 3000))] * 3), min_size=1, max_size=8), st.data())
def test_blanking_an_input_never_narrows_a_range(rows, data):
    columns = ("walk_m", "walk_low_m", "walk_high_m")
    table = pd.DataFrame(rows, columns=columns, dtype=float)
    known, low, high = ranges(["station_access"], **table)
    assert ((low >= 0) & (high <= 1) & (low <= high)).all(axis=None)
    assert (known.isna() | ((low <= known) & (known <= high))).all(axis=None)
    table.loc[data.draw(st.integers(0, len(table) - 1)), data.draw(st.sampled_from(columns))] = NAN
    _, lower, higher = ranges(["station_access"], **table)
    assert ((lower <= low) & (higher >= high)).all(axis=None)


def test_what_is_not_there_is_named():
    sites = pd.DataFrame({"walk_m": [1.0]}, index=pd.Index(["a"], name="site_id"))
    with pytest.raises(InputError, match="range of criterion 'station_access' needs the columns walk_low_m, walk_high"):
        value_ranges(sites, measure(sites, ["station_access"]))
    with pytest.raises(InputError, match="not on the index of sites"):
        value_ranges(sites, measure(sites, ["station_access"]).iloc[:0])


def test_the_table_of_criteria_names_the_range():
    listed = criteria_table().set_index("criterion")
    assert listed.loc["capacity", ["low", "high"]].tolist() == ["capacity_low_dwellings", "capacity_high_dwellings"]
    for declared in CRITERIA.values():
        assert bool(declared.low) == bool(declared.high)


@pytest.mark.parametrize("count", [known_shares, value_ranges])
def test_tables_that_are_none_or_of_other_sites_are_refused(count):
    index = pd.Index(list("ab"), name="site_id")
    known = {"failure_strength": [0.4, NAN], "failure_strength_coverage": [0.2, 0]}
    sites = pd.DataFrame({**known, "failure_strength_low": [0.4, 0], "failure_strength_high": 1.0}, index)
    matrix = measure(sites, "market_failure")
    for tables, says in (
        ((None, matrix), r"sites: needs a table \(DataFrame\), got NoneType"),
        ((sites, None), r"matrix: needs a table \(DataFrame\), got NoneType"),
        ((sites, matrix.set_axis(["a", "c"])), "matrix: is not on the index of sites"),
        ((sites.set_axis(["a", "a"]), matrix.set_axis(["a", "a"])), "matrix: the index holds 'a' more than once"),
        ((sites, matrix.astype("str")), "matrix: market_failure needs numbers, holds '0.4' in row 'a'"),
        ((sites, matrix.replace(0.4, np.inf)), "matrix: market_failure needs finite numbers, holds inf in row 'a'"),
        (
            (sites.astype({"failure_strength_coverage": "str"}), matrix),
            "sites: failure_strength_coverage needs numbers, holds '0.2' in row 'a'",
        ),
        ((sites.replace(0.2, 2), matrix), "sites: failure_strength_coverage needs shares from 0 to 1"),
    ):
        with pytest.raises(InputError, match=says):
            count(*tables)


def test_ends_of_a_range_are_numbers():
    index = pd.Index(list("ab"), name="site_id")
    sites = pd.DataFrame(
        {"walk_m": [500.0, 600], "walk_low_m": [400.0, 500], "walk_high_m": [600.0, np.inf]}, index=index
    )
    with pytest.raises(InputError, match="sites: walk_high_m needs finite numbers, holds inf in row 'b'"):
        value_ranges(sites, measure(sites, "station_access"))
