"""Sales of a study area: placed, measured, screened; beside pandas on real sales and the sample."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from conftest import ROOT
from factories.real import expected
from siteprior.core.errors import InputError
from siteprior.core.parameters import Parameters
from siteprior.core.schema import SALES, check
from siteprior.registers.coordinates.postcodes import read_postcodes
from siteprior.sources.sales import reader
from siteprior.sources.sales.reader import read_sales
from siteprior.sources.sales.screening import bounds, left_out_counts, screen

DAY = date(2025, 1, 1)


def test_sales_stand_at_their_postcodes(published, sale, postcodes):
    path = published(
        sale("1A"), sale("1B", postcode="wv1  1aa"), sale("1C", postcode="B1 9ZZ"), sale("1D", postcode="")
    )
    table, issues, _ = read_sales([path], files=["pp"], postcodes=postcodes, price_date=DAY)
    check(table, SALES, name="sales")
    assert list(table.columns) == [*SALES.names, "geometry"]
    assert table.geometry.iloc[:2].tolist() == [shapely.Point(406_600, 286_700), shapely.Point(391_500, 298_700)]
    assert table.geometry.iloc[2:].isna().all()
    assert table["used"].tolist() == ["yes", "yes", "no", "no"]
    assert table["left_out"].tolist()[2:] == ["no place", "no place"]
    assert issues[["issue_type", "value"]].to_numpy().tolist() == [
        ["missing value", "1 sale: 1D"],
        ["unknown entity", "1 sale: 1C B1 9ZZ"],
    ]


def test_within_keeps_the_area_and_what_may_lie_in_it(published, sale, postcodes):
    stood = {"1A": "B1 1AA", "1B": "WV1 1AA", "1C": "B1 9ZZ", "1D": "WV1 9ZZ", "1E": "", "1F": "B1 1AB"}
    path = published(*(sale(key, postcode=postcode) for key, postcode in stood.items()))
    near = shapely.Point(406_600, 286_700).buffer(90)
    table = read_sales([path], postcodes=postcodes, price_date=DAY, within=near).table
    assert table.index.tolist() == ["1A", "1C"]
    table = read_sales([path], postcodes=postcodes, price_date=DAY, within=near, margin_m=20).table
    assert table.index.tolist() == ["1A", "1C", "1F"]


def test_without_postcodes_nothing_has_a_place(published, sale):
    table, issues, _ = read_sales([published(sale())], price_date=DAY)
    assert table.geometry.isna().all()
    assert table["left_out"].tolist() == ["no place"]
    assert issues["action"].tolist() == ["no sale has a place: no postcodes given"]


def test_floor_areas_give_a_price_per_square_metre(published, sale, postcodes):
    path = published(*(sale(f"1{letter}", 200_000) for letter in "ABCDEFG"))
    older = published("transaction,total_floor_area", "{1A},50", "1B,100", "{9Z},70", name="old.csv")
    newer = published("TRANSACTION,Floor area (m2)", "1b,80.0", "1C,big", "1D,2", "1E,2000", "1F,70", "1F,90",
                      "1G,70", "1G,70", name="new.csv")  # fmt: skip
    table, issues, origins = read_sales(
        [path], files=["pp"], postcodes=postcodes, floor_areas=[older, newer], floor_area_files=["old", "new"],
        price_date=DAY,
    )  # fmt: skip
    assert table["floor_area_m2"].dropna().to_dict() == {"1A": 50.0, "1B": 80.0, "1G": 70.0}
    assert table["gbp_per_m2"].dropna().to_dict() == {"1A": 4000.0, "1B": 2500.0, "1G": pytest.approx(200_000 / 70)}
    assert (table["used"] == "yes").all()
    assert issues[["file", "issue_type", "value"]].to_numpy().tolist() == [
        ["new", "reference values are not unique", "1 sale: 1F 70"],
        ["new", "invalid decimal", "1 sale: 1C big"],
        ["new", "too small", "1 sale: 1D 2"],
        ["new", "too large", "1 sale: 1E 2000"],
    ]
    assert [(o.file, o.role, o.rows) for o in origins] == [
        ("pp", "sales", 7), ("old", "floor areas", 2), ("new", "floor areas", 6)
    ]  # fmt: skip


def test_every_reason_is_reported_and_no_sale_is_dropped(published, sale, postcodes):
    path = published(
        sale("1A"), sale("1B", category="B"), sale("1C", 1, kind="O", category="B"), sale("1D", 9_000_000),
        sale("1E", day="2025-01-02 00:00"), sale("1F", day="2019-12-31 00:00"), sale("1G", day="2025-01-01 00:00"),
        sale("1H", day="2020-01-01 00:00"), sale("1I", 20_000), sale("1J", kind="?"),
    )  # fmt: skip
    floors = published("transaction,floor_area_m2", "1D,100", "1I,100", name="f.csv")
    table = read_sales([path], postcodes=postcodes, floor_areas=[floors], price_date=DAY, years=5).table
    assert table["left_out"].dropna().to_dict() == {
        "1B": "not a standard market sale (category B)",
        "1C": "not a standard market sale (category B); not a single dwelling (type other); price below £15,000",
        "1D": "price above £5,000,000; price above £20,000 per m²",
        "1E": "after the price date",
        "1F": "older than 5 years",
        "1I": "price below £300 per m²",
        "1J": "property type not known",
    }
    assert (table["used"] == np.where(table["left_out"].isna(), "yes", "no")).all()
    counts = left_out_counts(table)
    assert counts.loc["not a standard market sale (category B)"].tolist() == [2, 1]


def test_a_sale_far_below_its_type_around_it_is_left_out(published, sale, postcodes):
    usual = [sale(f"{n:02d}", 200_000 + 1000 * n) for n in range(10)]  # median with the two below: 203,500
    flats = [sale(f"F{n}", 90_000, kind="F") for n in range(9)]
    path = published(*usual, sale("LOW", 81_000), sale("FAIR", 82_000), *flats, sale("CHEAP", 20_000, kind="F"),
                     sale("LONE", 20_000, kind="D"), sale("OLD", 20_000, "1996-01-01 00:00"),
                     sale("BIG", 500_000, category="B"), sale("NEXT", 900_000, "2025-06-01 00:00"))  # fmt: skip
    table = read_sales([path], postcodes=postcodes, price_date=DAY).table
    low = table.index[table["left_out"].fillna("").str.contains("local median")]
    assert sorted(low) == ["CHEAP", "LOW"]


def test_where_an_outward_code_has_few_sales_its_postcode_area_is_asked(published, sale, postcodes):
    path = published(*(sale(f"{n:02d}", 200_000, postcode="B99 1AA") for n in range(10)), sale("LOW", 70_000),
                     sale("OTHER", 70_000, postcode="WV1 1AA"))  # fmt: skip
    table = read_sales([path], postcodes=postcodes, price_date=DAY).table
    assert table.index[table["left_out"].fillna("").str.contains("local")].tolist() == ["LOW"]
    # the area beyond the map is compared with too, so that its edge does not matter
    near = shapely.Point(406_600, 286_700).buffer(10)
    table = read_sales([path], postcodes=postcodes, price_date=DAY, within=near).table
    assert table["left_out"].to_dict()["LOW"] == "price below 40% of the local median"
    assert table.index.tolist() == ["LOW"]


def test_a_blank_never_leaves_a_sale_out_nor_stops_the_screen():
    blank = pd.DataFrame({"price_gbp": [np.nan], "transfer_date": pd.to_datetime([None]), "property_type": ["flat"],
                          "category": [None], "gbp_per_m2": [np.nan]})  # fmt: skip
    told = screen(blank, price_date=DAY, years=3, local_median=pd.Series([np.nan]), placed=pd.Series([True]),
                  limits=bounds())  # fmt: skip
    assert told.isna().all()


def test_too_many_sales_for_a_table_are_refused(published, sale, postcodes, monkeypatch):
    prices = reader.load_parameters("prices")
    few = Parameters("prices", {**prices, "rows_in_memory": prices.parameter("local_sales")})
    monkeypatch.setattr(reader, "load_parameters", lambda name: few)
    path = published(*(sale(f"{n:02d}") for n in range(11)))
    with pytest.raises(InputError, match=r"11 sales are too many for one table \(at most 10\); give the study area"):
        read_sales([path], postcodes=postcodes, price_date=DAY)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"floor_areas": "f.csv"}, "f.csv: there is no such file"),
        ({"floor_areas": ["f.csv"], "floor_area_files": []}, "0 names for 1 files"),
        ({"within": shapely.Polygon()}, "within: needs an area"),
        ({"within": shapely.box(0, 0, 1, 1), "postcodes": None}, "postcodes to say"),
        ({"years": 0}, "years: needs a whole number from 1, got 0"),
        ({"postcodes": pd.DataFrame({"x": [1]})}, "postcodes: lacks the columns easting, northing"),
    ],
)
def test_a_bad_call_is_reported(published, sale, postcodes, options, says):
    with pytest.raises(InputError, match=says):
        read_sales([published(sale())], **{"postcodes": postcodes, "price_date": DAY, **options})


def test_floor_areas_of_another_form_are_refused(published, sale, postcodes):
    bad = published("lmk,area", "1,2", name="epc.csv")
    with pytest.raises(InputError, match="epc: lacks the columns transaction, floor_area_m2"):
        read_sales(
            [published(sale())], postcodes=postcodes, floor_areas=[bad], floor_area_files=["epc"], price_date=DAY
        )


def test_the_same_files_give_the_same_table(published, sale, postcodes, tmp_path):
    path = published(*(sale(f"{n:02d}", 100_000 + n, f"2024-05-{n % 9 + 1:02d} 00:00") for n in range(50)))
    one = read_sales([path], postcodes=postcodes, price_date=DAY, cache=tmp_path / "c")
    two = read_sales([path], postcodes=postcodes, price_date=DAY, cache=tmp_path / "c", memory_limit_mb=200)
    assert_geodataframe_equal(one.table, two.table)
    pd.testing.assert_frame_equal(one.issues, two.issues)


@pytest.fixture(scope="module")
def monthly(real):
    """Return the real monthly sales of the West Midlands as read, and the same file in pandas."""
    market = real / "real/market"
    path = market / "hmlr_price_paid_west_midlands_county_2025_monthly.csv.gz"
    floors = market / "hmlr_price_paid_epc_lsoa_west_midlands_county_2025.csv.gz"
    places = read_postcodes(sorted((real / "real/boundaries/codepoint_open").glob("codepo_2025*.csv.gz"))).table
    read = read_sales([path], postcodes=places, floor_areas=[floors], price_date=date(2025, 12, 31), years=5)
    plain = pd.read_csv(path, parse_dates=["transfer_date"])
    plain.index = plain["transaction"].str.strip("{}")
    areas = pd.read_csv(floors)
    plain["floor"] = areas.set_index(areas["transaction"].str.strip("{}"))["total_floor_area"]
    return read, plain


def test_real_sales_beside_pandas(monthly):
    (table, issues, origins), plain = monthly
    assert (len(table), [origin.rows for origin in origins]) == expected(
        whole=(2371, [2371, 2179]), of_slice=(373, [373, 360])
    )
    plain = plain.loc[table.index]
    assert (table["price_gbp"] == plain["price"]).all()
    assert (table["transfer_date"] == plain["transfer_date"]).all()
    assert (table["new_build"] == "yes").sum() == expected(whole=159, of_slice=18)
    pd.testing.assert_series_equal(table["floor_area_m2"], plain["floor"], check_names=False)
    theirs = (plain["price"] / plain["floor"]).groupby(plain["property_type"]).median()
    ours = table.groupby(table["property_type"].str[0].str.upper())["gbp_per_m2"].median()
    pd.testing.assert_series_equal(ours, theirs, check_names=False)
    assert table.geometry.notna().all()
    assert set(issues["issue_type"]) == {"too small"}
    old = plain["transfer_date"] < pd.Timestamp("2020-12-31")
    assert (table["left_out"].fillna("").str.contains("older than 5 years") == old).all()


def test_real_places_agree_with_those_another_hand_joined(monthly, real):
    (table, *_), _ = monthly
    other = pd.read_csv(real / "real/market/hmlr_price_paid_epc_lsoa_west_midlands_county_2025.csv.gz")
    other = other.set_index(other["transaction"].str.strip("{}"))
    here = table.geometry.reindex(other.index)
    away = np.hypot(here.x - other["oseast1m"], here.y - other["osnrth1m"])
    assert away.median() < 1
    assert (away < 100).mean() > 0.99


def test_real_discounts_are_few_and_cheap(monthly):
    (table, *_), plain = monthly
    low = table["left_out"].fillna("").str.contains("local median")
    assert 0.005 < low.mean() < expected(whole=0.03, of_slice=0.04)  # the slice holds every sale below £50,000
    assert plain.loc[table.index[low], "price"].max() < 200_000


def test_the_sample_finds_its_faults():
    market = ROOT / "data/market"
    places = read_postcodes([market / "codepoint.csv"]).table
    table, issues, _ = read_sales(
        [market / "price_paid.csv.gz", market / "price_paid_2025-12_update.csv"],
        files=["sales", "update"], postcodes=places, floor_areas=[market / "floor_areas.csv.gz"],
        price_date=date(2026, 1, 1),
    )  # fmt: skip
    assert "00000000-0000-4000-8000-000000000641" not in table.index  # deleted by the update
    prices = set(table.loc[table["used"] == "yes", "price_gbp"])
    assert not prices & {1.0, 100.0, 10_000.0, 9_400_000.0, 18_500_000.0}
    assert (table["category"] == "B").sum() == left_out_counts(table).loc[
        "not a standard market sale (category B)", "sales"
    ]
    assert {"missing value", "unknown entity", "too small", "too large"} == set(issues["issue_type"])
    assert 0.75 < table["floor_area_m2"].notna().mean() < 0.85
