from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

import siteprior as sp
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.core.schema.check import KIND_WORDS, column_fault

KINDS = tuple(schema.DTYPES)
NOTHING = [None, np.nan, pd.NA, pd.NaT]
RIGHT = {
    "text": [
        pd.Series(["a", None], dtype=object), pd.Series(["a", None], dtype="str"),
        pd.Series(["a", None], dtype="string"),
        pd.Series(["a", pd.NA], dtype=object),
    ],
    "flag": [
        pd.Series(["yes", None], dtype=object), pd.Series(["no", "yes"], dtype="str"),
    ],
    "number": [
        pd.Series([1, 2]), pd.Series([1.5, np.nan]), pd.Series([1, pd.NA], dtype="Int64"),
        pd.Series([1.5, pd.NA], dtype="Float64"), pd.Series([1, 2.5, None], dtype=object),
        pd.Series([1, 2], dtype="uint8"), pd.Series([np.inf]),
    ],
    "integer": [
        pd.Series([1, 2]), pd.Series([1.0, np.nan]), pd.Series([1, pd.NA], dtype="Int64"),
        pd.Series([1, None], dtype=object), pd.Series([2.0, None], dtype=object), pd.Series([1, 2], dtype="int8"),
    ],
    "date": [
        pd.to_datetime(pd.Series(["2020-01-01", None])), pd.Series(["2020-01-01"], dtype="datetime64[s]"),
        pd.Series([pd.Timestamp(2020, 1, 1), None], dtype=object),
        pd.Series([dt.datetime(2020, 1, 1), pd.NaT], dtype=object),
    ],
}  # fmt: skip
WRONG = {
    "text": [pd.Series([1, 2]), pd.Series([True]), pd.Series(["a", 5], dtype=object), pd.Series([1.5], dtype="Float64"),
             pd.to_datetime(pd.Series(["2020-01-01"])), pd.Series(["a", None], dtype="category")],
    "flag": [pd.Series([True, False]), pd.Series([1, 0]), pd.Series(["yes", True], dtype=object),
             pd.Series([True, pd.NA], dtype="boolean"), pd.Series(["no", None], dtype="category")],
    "number": [pd.Series(["1.5 ha"]), pd.Series(["1.5"], dtype=object), pd.Series([True]), pd.Series([1 + 2j]),
               pd.Series([1.5, "x"], dtype=object), pd.Series(["1.5"], dtype="category"),
               pd.Series([1.5, True], dtype=object), pd.Series([1.5, None], dtype="category"),
               pd.to_datetime(pd.Series(["2020-01-01"]))],
    "integer": [pd.Series([1.5]), pd.Series(["1"]), pd.Series([np.inf]), pd.Series([1, 2.5], dtype=object),
                pd.Series([0.5, pd.NA], dtype="Float64")],
    "date": [pd.Series(["2020-01-01"]), pd.Series([20200101]), pd.Series([pd.Timestamp(2020, 1, 1, tz="UTC")]),
             pd.Series([pd.Timestamp(2020, 1, 1), "soon"], dtype=object),
             pd.Series([dt.date(2020, 1, 1), None], dtype=object),
             pd.Series([pd.Timestamp(2020, 1, 1, tz="UTC")], dtype=object),
             pd.Series(pd.to_datetime(["2020-01-01"]), dtype="category")],
}  # fmt: skip


def column(kind, *allowed):
    return schema.Column("it", kind, "It", "What it is", allowed=allowed or (("yes", "no") if kind == "flag" else ()))


def sites(**columns):
    return pd.DataFrame(columns, index=pd.Index(["E1:a", "E1:b", "E1:c"], name="site_id"))


PLAIN = schema.SITES.without_places()


def faults(table, needs, declared=PLAIN, **options):
    with pytest.raises(InputError) as raised:
        schema.check(table, declared, name="sites", needs=needs, **options)
    return list(raised.value.faults)


@pytest.mark.parametrize(("kind", "values"), [(kind, values) for kind, all_ in RIGHT.items() for values in all_])
def test_every_legitimate_form_of_a_kind_passes(kind, values):
    assert column_fault(values, column(kind)) is None


@pytest.mark.parametrize(("kind", "values"), [(kind, values) for kind, all_ in WRONG.items() for values in all_])
def test_values_of_another_kind_are_refused(kind, values):
    assert f"it needs {KIND_WORDS[kind][0]}, holds " in column_fault(values, column(kind))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_column_that_is_wholly_missing_is_of_every_kind(kind, data):
    missing = data.draw(st.lists(st.sampled_from(NOTHING), max_size=4))
    dtypes = ["object", "float64", "Int64", "str", "string", "boolean", "datetime64[s]", "category"]
    dtype = data.draw(st.sampled_from(dtypes))
    values = pd.Series(missing if dtype == "object" else [None] * len(missing), dtype=dtype)
    assert column_fault(values, column(kind)) is None


@given(st.lists(st.one_of(st.none(), st.integers(-9, 9), st.floats(-9, 9), st.text(max_size=3)), min_size=1))
def test_the_first_row_of_another_kind_is_the_one_named(values):
    series = pd.Series(values, dtype=object, index=[f"r{place}" for place in range(len(values))])
    for kind, right in (("text", str), ("number", (int, float))):
        wrong = [place for place, value in enumerate(values) if value is not None and not isinstance(value, right)]
        found = column_fault(series, column(kind))
        assert (found is None) == (not wrong)
        if wrong:
            assert f" in row 'r{wrong[0]}'; use " in found


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=6))
def test_a_whole_number_may_stand_as_a_float_and_no_other_number(values):
    whole = all(np.isnan(value) or float(value).is_integer() for value in values)
    assert (column_fault(pd.Series(values, dtype=float), column("integer")) is None) == whole
    assert column_fault(pd.Series(values, dtype=float), column("number")) is None


LISTS = [(c.name, c.allowed) for c in schema.SITES.columns if c.allowed]


@pytest.mark.parametrize(("name", "allowed"), LISTS)
@settings(max_examples=15)
@given(data=st.data())
def test_the_allowed_values_of_every_declared_column_pass_and_no_other(name, allowed, data):
    declared = next(c for c in schema.SITES.columns if c.name == name)
    right = data.draw(st.lists(st.sampled_from([*allowed, None]), max_size=5))
    dtype = data.draw(st.sampled_from(["object", "str"]))
    assert column_fault(pd.Series(right, dtype=dtype), declared) is None
    stray = data.draw(
        st.one_of(st.sampled_from(allowed).map(str.swapcase), st.text()).filter(lambda t: t not in allowed)
    )
    if any(letter.isalpha() for letter in stray):
        found = column_fault(pd.Series([*right, stray], dtype="object"), declared)
        assert f"unknown value of {name} '{stray}' in row '{len(right)}';" in found


def test_a_value_that_differs_in_its_capitals_alone_is_offered_the_right_one():
    [fault] = faults(sites(development_status=[None, "Completed", "COMPLETED"]), ["development_status"])
    assert fault == (
        "sites: unknown value of development_status 'Completed' in row 'E1:b', and so are 'COMPLETED'; "
        "did you mean 'completed'? Valid: completed, under construction"
    )
    [fault] = faults(sites(eligible=["YES", None, None]), ["eligible"])
    assert "did you mean 'yes'?" in fault


def test_every_fault_of_every_column_is_named_at_once_with_its_row_and_fix():
    table = sites(
        hectares=["1.2", "0.4 ha", None],
        minimum_net_dwellings=[1.0, 2.5, np.nan],
        deliverable=[True, False, True],
        end_date=[None, "2020-01-01", None],
        ownership_status=["council", None, "mixed ownership"],
        site_name=[1, 2, 3],
    )
    assert faults(table, [*table.columns, "reference"]) == [
        "sites: lacks the columns reference; it has hectares, minimum_net_dwellings, deliverable, end_date, "
        "ownership_status, site_name",
        "sites: hectares needs numbers, holds '1.2' in row 'E1:a'; use pd.to_numeric",
        "sites: minimum_net_dwellings needs whole numbers, holds 2.5 in row 'E1:b'; use pd.to_numeric, and round what "
        "is no whole number",
        "sites: deliverable needs 'yes' or 'no', holds True in row 'E1:a'; use map({True: 'yes', False: 'no'})",
        "sites: end_date needs dates, holds '2020-01-01' in row 'E1:b'; use pd.to_datetime, without a time zone",
        "sites: unknown value of ownership_status 'council' in row 'E1:a'; Valid: mixed ownership, not owned by a "
        "public authority, owned by a public authority, unknown ownership",
        "sites: site_name needs text, holds 1 in row 'E1:a'; use astype('str')",
    ]


def test_only_the_columns_asked_for_are_checked_and_those_that_may_be_absent_where_they_are_there():
    table = sites(hectares=["x", None, None])
    schema.check(table, schema.SITES.without_places(), name="sites", needs=[])
    schema.check(table, schema.SITES.without_places(), name="sites", needs=[], may_have=["walk_m"])
    assert len(faults(table, [], may_have=["hectares", "walk_m"])) == 1


def test_a_column_that_stands_twice_and_any_kind_of_row_name_are_understood():
    twice = pd.concat([sites(hectares=[1.0, 2.0, 3.0]), sites(hectares=[1.0, 2.0, 3.0])], axis=1)
    assert faults(twice, ["hectares"]) == ["sites: has the column hectares 2 times; keep one"]
    days = pd.DataFrame({"price_gbp": ["dear"]}, index=pd.DatetimeIndex(["2020-01-01"], name="transaction"))
    [fault] = faults(days, ["price_gbp"], schema.SALES.without_places())
    assert "in row '2020-01-01 00:00:00'" in fault


@pytest.mark.parametrize("sites_given", [{"development_status": "Completed"}, {"hectares": "1.2"}])
def test_no_gate_is_passed_by_a_value_that_is_not_declared(sites_given):
    row = {"hectares": 1.2, "minimum_net_dwellings": 20, "corridor_walk_m": 300.0} | sites_given
    table = schema.conform(pd.DataFrame([row], index=pd.Index(["E1:a"], name="site_id")), schema.SITES)
    table = table.assign(**sites_given)
    with pytest.raises(InputError, match=f"sites: .*{next(iter(sites_given))}.* in row 'E1:a'"):
        sp.ranking.apply_gates(table, gates={}, as_of=dt.date(2026, 1, 31))


def test_dates_of_python_and_categories_are_refused_with_what_turns_them():
    days = sites(end_date=pd.Series([None, dt.date(2020, 1, 2), None], dtype=object).to_numpy())
    assert faults(days, ["end_date"]) == [
        "sites: end_date needs dates, holds 2020-01-02 in row 'E1:b'; use pd.to_datetime, without a time zone"
    ]
    categories = sites(
        development_status=pd.Categorical([None, "completed", None]), hectares=pd.Categorical([0.5, None, 1.0])
    )
    assert faults(categories, ["development_status", "hectares"]) == [
        "sites: development_status needs text, holds 'completed' in row 'E1:b', a category; use astype('str')",
        "sites: hectares needs numbers, holds 0.5 in row 'E1:a', a category; use astype(object), then pd.to_numeric",
    ]
    turned = categories.astype({"development_status": "str"}).assign(
        hectares=pd.to_numeric(categories["hectares"].astype(object)), end_date=pd.to_datetime(days["end_date"])
    )
    schema.check(turned, PLAIN, name="sites", needs=["development_status", "hectares", "end_date"])
    assert turned["development_status"].tolist()[1:2] == ["completed"]
    assert turned["development_status"].isna().tolist() == [True, False, True]


def test_numbers_with_a_declared_least_are_neither_below_it_nor_endless():
    table = sites(hectares=[0.0, -0.5, np.inf], corridor_walk_m=[np.nan, 1.0, np.inf], minimum_net_dwellings=[-1, 2, 3])
    assert faults(table, list(table.columns)) == [
        "sites: hectares needs numbers of at least 0, holds -0.5 in row 'E1:b'; mend it, or leave it missing",
        "sites: corridor_walk_m needs numbers of at least 0, holds inf in row 'E1:c'; mend it, or leave it missing",
        "sites: minimum_net_dwellings needs numbers of at least 0, holds -1 in row 'E1:a'; mend it, or leave it "
        "missing",
    ]
    nullable = sites(hectares=pd.array([None, 0.0, 3.5], dtype="Float64"))
    schema.check(nullable, PLAIN, name="sites", needs=["hectares"])


def test_a_missing_column_that_no_declaration_knows_is_offered_the_nearest():
    [fault] = faults(sites(hectares=[1.0, 2.0, 3.0]), ["hectare", "walk_m"])
    assert fault == (
        "sites: lacks the columns hectare, walk_m; it has hectares; 'hectare' is no column of the table 'sites', did "
        "you mean 'hectares'? schema.extend adds a new one"
    )


def test_a_table_declared_without_an_index_takes_rows_of_any_name():
    schema.check(pd.DataFrame({"file": ["a", "b"]}, index=["x", "x"]), schema.ISSUES, name="issues", needs=["file"])


def test_long_tables_are_checked_where_they_are_summed():
    drivers = pd.DataFrame({"input": ["a"], "swing_gbp_per_home": ["much"], "place": [1]})
    with pytest.raises(InputError, match="drivers: swing_gbp_per_home needs numbers, holds 'much'"):
        sp.viability.driver_summary(drivers)
    effects = pd.DataFrame(
        {"scenario": ["s"], "effect": ["Enters"], "capacity_dwellings": [5], "rank_before": [None], "rank_after": [3]}
    )
    with pytest.raises(InputError, match="effects: unknown value of effect 'Enters' in row '0'; did you mean 'enters'"):
        sp.scenarios.summary(effects, shortlist=25)


def test_columns_given_for_the_sites_do_not_read_as_a_missing_coordinate_system():
    columns = pd.DataFrame(index=pd.Index(["a"], name="site_id"))
    with pytest.raises(InputError, match=r"sites: has no geometry; give the GeoDataFrame, .* sites\.join\(columns\)"):
        schema.check(columns, schema.SITES, name="sites", needs=())


def test_a_reading_given_for_its_table_is_named():
    reading = sp.Reading(pd.DataFrame(), pd.DataFrame(), ())
    with pytest.raises(InputError, match=r"sites: needs a table \(DataFrame\), got Reading; give its \.table"):
        schema.check(reading, schema.SITES, name="sites")


def test_the_index_to_set_is_named():
    with pytest.raises(InputError, match=r"has 'None'; use set_index\('site_id'\)"):
        schema.check(pd.DataFrame({"hectares": [1.0]}), schema.SITES.without_places(), name="sites", needs=())


def of(places, crs=27700):
    return gpd.GeoDataFrame(
        geometry=places, index=pd.Index([f"E1:{n}" for n in range(len(places))], name="site_id"), crs=crs
    )


def test_degrees_labelled_as_metres_are_refused_with_the_fix():
    places = [Point(-1.98, 52.58), None, Point(-2.01, 52.6)]
    with pytest.raises(InputError, match=r"sites: its places look like degrees labelled as metres .*-2.010, 52.580"):
        schema.check(of(places), schema.SITES, name="sites", needs=())
    mended = of(places).set_crs("EPSG:4326", allow_override=True).to_crs("EPSG:27700")
    schema.check(mended, schema.SITES, name="sites", needs=())


@pytest.mark.parametrize(
    "places", [[], [None], [Point()], [Point(0, 0)], [Point(-1.98, 52.58), Point(4e5, 3e5)]], ids=str
)
def test_places_at_the_corner_of_the_grid_and_none_are_metres(places):
    schema.check(of(places), schema.SITES, name="sites", needs=())


@pytest.mark.parametrize(
    ("table", "wrong", "says"),
    [
        (
            schema.SITES,
            LineString([(4e5, 3e5), (4e5, 3.1e5)]),
            "sites: needs points .or polygons, which .*, holds a LineString in row 'E1:1'",
        ),
        (schema.SITE_SHAPES, Point(4e5, 3e5), "needs polygons, holds a Point"),
    ],
)
def test_geometries_of_another_kind_are_refused_with_the_first_row(table, wrong, says):
    right = Point(4e5, 3e5) if table is schema.SITES else box(4e5, 3e5, 4.1e5, 3.1e5)
    with pytest.raises(InputError, match=says):
        schema.check(of([right, wrong]), table, name="sites", needs=())
    schema.check(of([right, None]), table, name="sites", needs=())


def test_a_polygon_counts_as_a_place_by_its_centroid():
    schema.check(of([Point(4e5, 3e5), box(4e5, 3e5, 4.1e5, 3.1e5)]), schema.SITES, name="sites", needs=())
