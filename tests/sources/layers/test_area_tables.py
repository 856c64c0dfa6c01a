from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from factories.real import expected
from siteprior.core.code_join import recorded_joins
from siteprior.core.errors import InputError
from siteprior.core.schema import AREAS, conform
from siteprior.project.layer_checks import parse_layer
from siteprior.sources.areas.lsoa import read_areas
from siteprior.sources.layers.area_tables import match_areas
from siteprior.sources.layers.reader import read_layer

BASE = {"name": "slow", "path": "own/slow.csv", "kind": "table", "measure": "value", "column": "share",
        "by": "lsoa_code", "code": "code", "year": 2021}  # fmt: skip
FUEL = {**BASE, "name": "fuel_poverty", "path": "fp.csv.gz", "code": "LSOA Code",
        "column": "Proportion of households fuel poor (%)"}  # fmt: skip
INCOME = {**BASE, "name": "income_net", "path": "income.csv.gz", "column": "Value (£)", "by": "msoa_code",
          "code": "MSOA code", "year": 2011, "where": {"column": "measure", "values": ["Net annual income"]},
          "lookup": {"path": "msoa.geojson.gz", "to": "MSOA11CD"}}  # fmt: skip


@pytest.fixture
def read(tmp_path):
    def read_text(content, /, *, bridge=None, **keys):
        path, lookup = tmp_path / "slow.csv", tmp_path / "lookup.csv"
        path.write_text(content, encoding="utf-8")
        if bridge is not None:
            lookup.write_text(bridge, encoding="utf-8")
        return read_layer(path, parse_layer({**BASE, **keys}), lookup=lookup)

    return read_text


def areas_of(*codes, year=2021, district="E08000025"):
    table = pd.DataFrame({"lsoa_year": year, "district_code": district}, index=pd.Index(codes, name="lsoa_code"))
    return conform(gpd.GeoDataFrame(table, geometry=[shapely.box(0, 0, 1, 1)] * len(codes), crs=27700), AREAS)


def test_values_stand_by_code_and_what_is_no_number_is_missing_and_logged(read):
    text = 'Table 3\n\ncode,share,name\nE01000002,"1,250.5",b\nE01000001,7,a\nE01000003,[x],c\nE01000004,,d\nNotes,,\n'
    reading = read(text)
    expected = {"E01000001": 7.0, "E01000002": 1250.5, "E01000003": np.nan, "E01000004": np.nan}
    pd.testing.assert_series_equal(
        reading.table.by_code, pd.Series(expected, name="value").rename_axis("lsoa_code"), check_index_type=False
    )
    logged = reading.issues[["file", "row", "field", "issue_type", "value"]].values.tolist()
    assert logged == [
        ["own/slow.csv", 8, "code", "unknown entity", "Notes"],
        ["own/slow.csv", 6, "share", "invalid decimal", "[x]"],
    ]
    assert [(source.role, source.file, source.rows) for source in reading.provenance] == [("layer", "own/slow.csv", 4)]


@pytest.mark.parametrize(
    ("cells", "found"), [(("a", "b"), r"but words such as 'a'"), (("", ""), "for it is blank throughout")]
)
def test_a_column_without_a_number_is_refused_where_numbers_are_needed(read, cells, found):
    text = f"code,share\nE01000001,{cells[0]}\nE01000002,{cells[1]}\n"
    with pytest.raises(InputError, match=rf"own/slow.csv: column 'share' of layer 'slow' holds no number, {found}; na"):
        read(text)
    assert read(text, text=True).table.by_code.isna().all() == (cells[0] == "")


def test_a_code_with_two_values_has_none(read):
    reading = read("code,share\nE01000001,7\nE01000001,8\nE01000002,5\nE01000002,5\n")
    assert reading.table.by_code.fillna(-1).to_dict() == {"E01000001": -1.0, "E01000002": 5.0}
    assert reading.issues["issue_type"].tolist() == [*["reference values are not unique"] * 2, "patch"]
    assert reading.issues["row"].tolist() == [2, 3, 5]  # of the second code one row is enough, and which is stated


def test_the_sheet_of_a_workbook_is_its_layer(tmp_path):
    path = tmp_path / "slow.xlsx"
    with pd.ExcelWriter(path) as book:
        for sheet, share in (("2021", 3.0), ("2022", 4.5)):
            table = pd.DataFrame({"code": ["E01000001"], "share": [share]})
            table.to_excel(book, sheet_name=sheet, index=False)
    assert read_layer(path, parse_layer({**BASE, "layer": "2022"})).table.by_code.tolist() == [4.5]
    with pytest.raises(InputError, match="unknown sheet '2023'"):
        read_layer(path, parse_layer({**BASE, "layer": "2023"}))
    first = read_layer(path, parse_layer(BASE))
    assert first.table.by_code.tolist() == [3.0]
    assert first.issues.loc[first.issues["field"] == "sheet", "action"].tolist() == [
        "the sheet '2022' (2 records) was not read: another sheet fits better; read: '2021'"
    ]


def test_words_are_taken_as_they_stand(read):
    reading = read("code,share\nE01000001, urban \nE01000002,\n", text=True)
    assert reading.table.by_code.fillna("-").to_dict() == {"E01000001": "urban", "E01000002": "-"}


def test_a_filter_is_a_comparison_of_texts(read):
    text = "code,share,kind\nE01000001,7,net\nE01000001,9,gross\nE01000002,5,net\n"
    assert read(text, where={"column": "kind", "values": "net"}).table.by_code.tolist() == [7.0, 5.0]
    with pytest.raises(InputError, match=r"column 'kind' holds no 'Net' \(where\); it holds net, gross"):
        read(text, where={"column": "kind", "values": "Net"})
    with pytest.raises(InputError, match="say with where"):
        read("code,share\nE01000001,7\nE01000001,9\n")


@pytest.mark.parametrize(
    ("text", "keys", "words"),
    [
        ("code,other\nE01000001,7\n", {}, "has no column 'share'; it has code, other"),
        ("a,b\nE01000001,7\n", {}, "Needs the columns code, share"),
        ("code,share\nE02000001,7\n", {}, "holds no lsoa_code such as E01000001 but 'E02000001'; those are of msoa"),
        ("code,share\nBirmingham,7\n", {}, "but 'Birmingham'; set code"),
        ("code,share\nE01033769,7\n", {"year": 2011}, "1 of its codes, such as E01033769, came in with 2021"),
        ("LSOA11CD,share\nE01000001,7\n", {"code": "LSOA11CD"}, "holds LSOAs of 2011, not of 2021; set year to 2011"),
    ],
)
def test_what_cannot_be_used_is_refused(read, text, keys, words):
    with pytest.raises(InputError, match=words):
        read(text, **keys)


def test_a_lookup_brings_the_codes_to_lsoas(read):
    lookup = "lsoa21cd,ward\nE01000001,E05000001\nE01000002,E05000001\nE01000003,E05000002\nE01000003,E05000001\n" \
             "E01000004,E05000003\n"  # fmt: skip
    keys = {"by": "ward_code", "lookup": {"path": "l.csv", "from": "lsoa21cd", "to": "ward", "year": 2021}}
    reading = read("code,share\nE05000001,7\nE05000002,8\n", bridge=lookup, **keys)
    assert reading.table.by_code.fillna(-1).to_dict() == {"E01000001": 7.0, "E01000002": 7.0, "E01000004": -1.0}
    assert reading.issues[["file", "row", "issue_type", "value"]].fillna(0).values.tolist() == [
        ["l.csv", 4, "reference values are not unique", "E01000003"],
        ["l.csv", 5, "reference values are not unique", "E01000003"],
        ["l.csv", 0, "unknown entity", "1 of 2 areas of l.csv: E05000003"],
    ]
    assert [source.role for source in reading.provenance] == ["layer", "layer lookup"]
    with pytest.raises(
        InputError,
        match=r"has a row for none of the 2 areas of l\.csv; .* E05009999, the areas of l\.csv such as E05000001",
    ):
        read("code,share\nE05009999,7\n", bridge=lookup, **keys)


def test_areas_without_a_row_are_logged_with_the_match(read):
    layer = read("code,share\nE01000001,7\nE01000002,8\n").table
    spec = parse_layer(BASE)
    issues = match_areas(layer, areas_of("E01000002", "E01000003", "E01000001"), spec)
    assert issues[["file", "field", "value"]].values.tolist() == [["own/slow.csv", "slow", "1 of 3 areas: E01000003"]]
    assert "2 of 3 areas are matched" in issues["action"].iloc[0]
    assert match_areas(layer, areas_of("E01000001"), spec).empty
    with pytest.raises(InputError, match="has a row for none of the 1 areas; it has codes such as E01000001"):
        match_areas(layer, areas_of("E01009999"), spec)
    with pytest.raises(InputError, match="is on LSOAs of 2021, but the areas are LSOAs of 2011; codes look alike"):
        match_areas(layer, areas_of("E01000001", year=2011), spec)


def test_districts_are_matched_by_their_own_code(read):
    layer = read("code,share\nE08000025,7\n", by="district_code", year=2024).table
    spec = parse_layer({**BASE, "by": "district_code"})
    assert match_areas(layer, areas_of("E01000001", year=2011), spec).empty
    with pytest.raises(InputError, match="has a row for none"):
        match_areas(layer, areas_of("E01000001", district="E08000099"), spec)


@pytest.fixture(scope="module")
def areas(real):
    path = real / "real/boundaries/wmca_lsoa21_bgc.geojson.gz"
    return read_areas(path, code="LSOA21CD", name="LSOA21NM", district="LADCD_ACTIVE", year=2021).table


def test_real_fuel_poverty_of_2022_matches_every_area_of_2021(real, areas):
    spec = parse_layer(FUEL)
    reading = read_layer(real / "real/market/fuel_poverty_lsoa_wmca_2022.csv.gz", spec)
    assert len(reading.table.by_code) == 1719
    assert reading.issues.empty
    assert match_areas(reading.table, areas, spec).empty
    assert (reading.table.by_code.min(), reading.table.by_code.max()) == (4.389, 71.175)  # PROVENANCE-land-market.md


def test_real_fuel_poverty_of_2018_is_refused_whatever_it_is_labelled(real, areas):
    path = real / "real/market/fuel_poverty_lsoa_wmca_2018.csv.gz"
    honest, wrong = parse_layer({**FUEL, "year": 2011}), parse_layer(FUEL)
    layer = read_layer(path, honest).table
    assert len(layer.by_code) == 1680
    with pytest.raises(InputError, match="is on LSOAs of 2011, but the areas are LSOAs of 2021"):
        match_areas(layer, areas, honest)
    with pytest.raises(InputError, match="none of the 81 areas whose codes are new in 2021"):
        match_areas(read_layer(path, wrong).table, areas, wrong)


def test_real_incomes_reach_the_polygons_of_their_areas(real):
    reading = read_layer(
        real / "real/market/ons_income_msoa11_wmca_fye2020.csv.gz",
        parse_layer(INCOME),
        lookup=real / "real/boundaries/wmca_msoa11_bgc.geojson.gz",
    )
    assert reading.table.features["value"].notna().sum() == 356
    assert reading.issues.empty


def test_real_incomes_of_2011_codes_on_polygons_of_2021_leave_no_gap_unreported(real):
    reading = read_layer(
        real / "real/market/ons_income_msoa11_wmca_fye2020.csv.gz",
        parse_layer({**INCOME, "lookup": {"path": "msoa.geojson.gz", "to": "MSOA21CD"}}),
        lookup=real / "real/boundaries/wmca_msoa21_bgc.geojson.gz",
    )
    missing = int(reading.table.features["value"].isna().sum())
    untold = reading.issues[reading.issues["issue_type"] == "unknown entity"]
    count = len(reading.table.features)
    assert count == expected(whole=357, of_slice=10)
    assert missing > 0
    (value,), (action,) = untold["value"], untold["action"]
    assert value.startswith(f"{missing} of {count} areas of msoa.geojson.gz: E02")
    assert f"{count - missing} of {count} areas of msoa.geojson.gz are matched" in action
    assert "invalid geometry - fixed" in set(reading.issues["issue_type"])  # Birmingham 045


def test_real_wards_reach_lsoas_by_their_lookup(real, tmp_path, areas):
    path = tmp_path / "wards.csv"
    lookup = pd.read_csv(real / "real/boundaries/lookup_lsoa21_ward24_wmca.csv.gz")
    counted = lookup.groupby("ward24_code").size()
    counted.rename("share").rename_axis("code").to_csv(path)
    spec = parse_layer({**BASE, "by": "ward_code", "year": 2024, "lookup": {
        "path": "lookup.csv.gz", "from": "lsoa21_code", "to": "ward24_code", "year": 2021}})  # fmt: skip
    reading = read_layer(path, spec, lookup=real / "real/boundaries/lookup_lsoa21_ward24_wmca.csv.gz")
    assert match_areas(reading.table, areas, spec).empty
    assert (1 / reading.table.by_code).sum() == pytest.approx(len(counted))  # each ward's LSOAs have its value


def test_codes_in_another_spelling_meet_on_both_sides_of_a_lookup(read):
    layer = read("code,share\n e01000001 ,7\nE01 000002,8\n")
    assert layer.table.by_code.to_dict() == {"E01000001": 7.0, "E01000002": 8.0}
    assert layer.issues.empty
    keys = {"by": "ward_code", "lookup": {"path": "l.csv", "from": "lsoa21cd", "to": "ward", "year": 2021}}
    brought = read("code,share\ne05000001,7\n", bridge="lsoa21cd,ward\ne01000001,E05000001 \n", **keys)
    assert brought.table.by_code.to_dict() == {"E01000001": 7.0}


def test_few_areas_met_is_put_on_record_with_the_name_of_the_layer(read):
    layer = read("code,share\nE01000001,7\n").table
    with recorded_joins() as joins:
        match_areas(layer, areas_of("E01000001", "E01000002", "E01000003"), parse_layer(BASE))
    assert [join.sentence for join in joins] == [
        "layer 'slow' of areas: 1 of the 3 areas found in own/slow.csv (not E01000002, for example): "
        "left blank: the table has no such row"
    ]
