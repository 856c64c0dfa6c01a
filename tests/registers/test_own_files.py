"""One file of own sites: texts by field, places and areas from the shapes where no text states them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.registers.own_files import is_tabular, places_mapped, polygon_hectares, read_own_file

YARD = shapely.box(400_000, 290_000, 400_200, 290_100)
BOTH = {"reference": "REF", "easting": "E", "northing": "N"}


@pytest.fixture
def read(tmp_path):
    def read(facts, shapes, columns):
        """Write a GeoPackage and read it; return what was read and the issues."""
        gpd.GeoDataFrame(facts, geometry=shapes, crs=27700).to_file(tmp_path / "a.gpkg")
        log = IssueLog("a.gpkg")
        return read_own_file(tmp_path / "a.gpkg", columns, None, None, log), log.rows

    return read


def test_places_and_areas_come_from_the_shapes_where_no_text_states_them(read):
    file, issues = read(
        {"REF": ["a", "b", "c"], "HA": ["1.9", None, None]}, [YARD, YARD, YARD.centroid],
        {"reference": "REF", "hectares": "HA"},
    )  # fmt: skip
    assert file.rows.texts("easting") == ["400100.00"] * 3
    assert file.rows.texts("northing") == ["290050.00"] * 3
    assert file.rows.texts("hectares") == ["1.9", "2.0000", ""]
    assert file.unstated.tolist() == [False, True, False]
    assert [polygon is None for polygon in file.polygons] == [False, False, True]
    assert [(row["row"], row["field"]) for row in issues] == [(None, "geometry"), (2, "hectares")]


def test_coordinates_mapped_stand_and_blank_ones_are_the_shapes(read):
    file, issues = read({"REF": ["a", "b"], "E": ["400010", None], "N": ["290010", None]}, [YARD, YARD], BOTH)
    assert file.rows.texts("easting") == ["400010", "400100.00"]
    assert file.rows.texts("northing") == ["290010", "290050.00"]
    assert [(row["row"], row["action"]) for row in issues if row["field"] == "coordinates"] == [
        (2, "taken from the shape drawn")
    ]


def test_blank_degrees_are_filled_in_degrees(read):
    columns = {"reference": "REF", "longitude": "LON", "latitude": "LAT"}
    file, _ = read({"REF": ["a"], "LON": [None], "LAT": [None]}, [YARD], columns)
    degrees = gpd.GeoSeries([YARD.centroid], crs=27700).to_crs(4326)[0]
    assert [float(file.rows.texts(axis)[0]) for axis in ("longitude", "latitude")] == pytest.approx(
        [degrees.x, degrees.y], abs=1e-7
    )
    assert "easting" not in file.rows.fields


def test_a_table_has_no_polygons(tmp_path):
    (tmp_path / "a.csv").write_text("REF,E,N\na,400000,290000\n")
    file = read_own_file(tmp_path / "a.csv", BOTH, None, None, IssueLog("a.csv"))
    assert (file.polygons.tolist(), file.unstated.tolist()) == ([None], [False])
    assert places_mapped(BOTH)
    assert not places_mapped({"reference": "REF"})


def test_a_column_that_is_not_there_is_refused(read):
    with pytest.raises(InputError, match=r"a\.gpkg: has no column 'HA'; its columns: REF"):
        read({"REF": ["a"]}, [YARD], {"reference": "REF", "hectares": "HA"})


def test_areas_to_the_square_metre():
    tiny = shapely.box(0, 0, 0.5, 0.5)
    assert polygon_hectares(np.array([YARD, tiny, None], dtype=object)).tolist() == [2.0, 0.0, 0.0]


def test_a_table_is_known_by_its_ending_packed_or_in_an_archive():
    names = ["a.csv", "A.CSV.GZ", "a.tsv", "a.xlsx", "zip/all.zip!a.xlsm", "a.gpkg", "a.geojson.gz", "a.csv.zip", "csv"]
    assert [name for name in names if is_tabular(name)] == names[:5]


def test_the_sheet_of_a_workbook_that_was_read_is_named_with_the_others_and_its_formulas(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "2025"
    for title in ("2025", "2019"):
        sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
        for record in (["REF", "E", "N", "HA", "X"], ["a", 400_000, 290_000, "=1+1", "=1+1"]):
            sheet.append(record)
    book["2019"].sheet_state = "hidden"
    book.create_sheet("Deleted").append(["REF", "E", "N", "HA"])
    book.save(tmp_path / "a.xlsx")
    log = IssueLog("a.xlsx")
    file = read_own_file(tmp_path / "a.xlsx", BOTH | {"hectares": "HA"}, None, None, log)
    assert file.rows.table.form == "2025"
    assert [row["action"] for row in log.rows] == [
        "the sheet '2019' (2 records) was not read: it is hidden; read: '2025'",
        "the sheet 'Deleted' (1 record) was not read: its name says that it is beside the data; read: '2025'",
        "1 cell (row 2): formulas without stored values; open the workbook in Excel and save it",
    ]
    log = IssueLog("a.xlsx")
    assert read_own_file(tmp_path / "a.xlsx", BOTH, "2019", None, log).rows.table.form == "2019"
    assert log.rows == []
