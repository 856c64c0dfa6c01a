"""LSOAs find their district by a table of the Office for National Statistics; merged ones by their successor."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.sources.areas.lookup import read_area_lookup
from siteprior.sources.areas.lsoa import read_areas

HEAD = "LSOA21CD,LSOA21NM,WD24CD,LAD24CD,LAD24NM,ObjectId\n"
ROWS = (
    "E01004863,Oldham 010A,E05000720,E08000004,Oldham,1\n"
    "E01004864,Oldham 010B,E05000720,E08000004,Oldham,2\n"
    "E01005000,Rochdale 001A,E05000730,E08000005,Rochdale,3\n"
)


def lookup(tmp_path, text, *, code="LSOA21CD", district="LAD24CD", name="lookup.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_area_lookup(tmp_path / name, code=code, district=district, file=name)


def boundaries(tmp_path, codes):
    """Write areas as the boundary service gives them: code and name, no district."""
    path = tmp_path / "lsoa.geojson"
    squares = [
        shapely.box(400000 + 1000 * place, 290000, 401000 + 1000 * place, 291000) for place, _ in enumerate(codes)
    ]
    table = gpd.GeoDataFrame({"LSOA21CD": list(codes), "LSOA21NM": list(codes.values())}, geometry=squares, crs=27700)
    table.to_file(path, driver="GeoJSON")
    return path


NAMED = {"E01004863": "Oldham 010A", "E01004864": "Oldham 010B", "E01005000": "Rochdale 001A"}


def test_the_district_of_each_lsoa(tmp_path):
    reading = lookup(tmp_path, HEAD + ROWS)
    assert reading.table.to_dict() == {
        "E01004863": "E08000004", "E01004864": "E08000004", "E01005000": "E08000005",
    }  # fmt: skip
    assert (reading.table.index.name, reading.table.name, len(reading.issues)) == ("lsoa_code", "district_code", 0)
    (read,) = reading.provenance
    assert (read.role, read.file, read.rows) == ("areas lookup", "lookup.csv", 3)


def test_a_district_merged_or_recoded_since_stands_by_the_code_in_force(tmp_path):
    # Allerdale became part of Cumberland on 1 April 2023; Barnsley's code changed from E08000016 to E08000038
    reading = lookup(tmp_path, "lsoa,lad\nE01019111,E07000026\nE01007317,E08000016\n", code="lsoa", district="lad")
    assert reading.table.to_dict() == {"E01007317": "E08000038", "E01019111": "E06000063"}


def test_parts_of_an_lsoa_count_once_and_one_in_two_districts_is_left_out_and_logged(tmp_path):
    twice = "E01004864,Oldham 010B,E05000721,E08000004,Oldham,4\n"
    split = "E01005000,Rochdale 001A,E05000730,E08000004,Oldham,5\n"
    reading = lookup(tmp_path, HEAD + ROWS + twice + split)
    assert list(reading.table.index) == ["E01004863", "E01004864"]
    assert reading.issues[["row", "value"]].to_numpy().tolist() == [[4, "E01005000"], [6, "E01005000"]]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "LSOA21CD,LAD22CD\nE01004863,E08000004\n",
            r"lookup\.csv: has no column 'LAD24CD' \(district\); it has LSOA21CD",
        ),
        ("LSOA11CD,LAD24CD\nE01004863,E08000004\n", r"has no column 'LSOA21CD' \(lookup\.code\)"),
        ("LSOA21CD,LAD24CD\nE01004863,\n", r"holds no LSOA with a district in the columns 'LSOA21CD' and 'LAD24CD'"),
    ],
)
def test_a_table_that_is_no_lookup_is_refused(tmp_path, text, fault):
    with pytest.raises(InputError, match=fault):
        lookup(tmp_path, text)


def test_areas_take_their_district_from_the_lookup_and_only_those_asked_for_are_read(tmp_path):
    path, table = boundaries(tmp_path, NAMED), lookup(tmp_path, HEAD + ROWS).table
    named = {"code": "LSOA21CD", "name": "LSOA21NM", "district": "LAD24CD", "year": 2021, "lookup": table}
    whole = read_areas(path, **named)
    assert whole.table["district_code"].to_dict() == table.to_dict()
    assert len(whole.issues) == 0
    one = read_areas(path, **named, districts=["oldham"]).table
    assert one["district_code"].to_dict() == {"E01004863": "E08000004", "E01004864": "E08000004"}
    with pytest.raises(InputError, match="unknown district 'Oldam'; did you mean 'Oldham'"):
        read_areas(path, **named, districts=["Oldam"])


def test_areas_the_lookup_does_not_know_lie_in_no_district_and_one_of_other_areas_is_refused(tmp_path):
    path = boundaries(tmp_path, {**NAMED, "W01000001": "Ynys 001A"})
    table = lookup(tmp_path, HEAD + ROWS).table
    named = {"code": "LSOA21CD", "district": "LAD24CD", "year": 2021}
    read = read_areas(path, **named, lookup=table)
    assert read.table["district_code"].isna().to_dict() == {
        "E01004863": False, "E01004864": False, "E01005000": False, "W01000001": True,
    }  # fmt: skip
    assert read.issues["field"].tolist() == ["district"]
    with pytest.raises(InputError, match="give the lookup of the LSOAs of the same census year"):
        read_areas(path, **named, lookup=table.rename({code: f"W{code[1:]}" for code in table.index}))


def test_the_published_lookup_of_england_and_wales(real):
    path = real / "real/boundaries/lookup_lsoa11_lsoa21_ltla22.csv.gz"
    reading = read_area_lookup(path, code="lsoa21_code", district="ltla22_code")
    table = reading.table
    assert (len(table), len(reading.issues)) == (35_672, 0)  # the LSOAs of the Census 2021 in England and Wales
    # of 2022: Cumbria, North Yorkshire and Somerset had not been merged yet
    assert {"E06000063", "E06000064", "E06000065", "E06000066"} <= set(table)
    assert not {"E07000026", "E07000164", "E07000187"} & set(table)
    assert (table == "E08000025").sum() == 659
