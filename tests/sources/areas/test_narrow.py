"""Some districts of a file of areas that holds more."""

from __future__ import annotations

import gzip
import re

import geopandas as gpd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.named_paths import named_paths
from siteprior.sources.areas.lsoa import read_areas
from siteprior.sources.areas.narrow import wanted_districts

COLUMNS = {"code": "LSOA21CD", "name": "LSOA21NM", "district": "LAD"}


def areas():
    return gpd.GeoDataFrame(
        {
            "LSOA21CD": ["E01000001", "E01000002", "E01000003", "E01000004"],
            "LSOA21NM": ["Oldham 001A", "Bury 001A", "Somerset 001A", "Oldham 001B"],
            "LAD": ["E08000004", "E08000002", "E06000066", "E08000004"],
        },
        geometry=[shapely.box(x, 290_000, x + 1000, 291_000) for x in (400_000, 401_000, 402_000, 403_000)],
        crs=27700,
    )  # fmt: skip


@pytest.fixture(params=["gpkg", "geojson", "parquet"])
def path(request, tmp_path):
    file = tmp_path / f"areas.{request.param}"
    if request.param == "parquet":
        areas().to_parquet(file)
    else:
        areas().to_crs(4326 if request.param == "geojson" else 27700).to_file(file)
    return file


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        (["Oldham"], ["E01000001", "E01000004"]),
        (["oldham ", "E08000002"], ["E01000001", "E01000002", "E01000004"]),
        (["Taunton Deane"], ["E01000003"]),  # Somerset since 2023
        (["E07000187"], ["E01000003"]),  # Mendip
        ("Bury", ["E01000002"]),
    ],
)
def test_districts_by_name_and_code_old_and_new(path, asked, codes):
    reading = read_areas(path, **COLUMNS, year=2021, districts=asked)
    assert reading.table.index.tolist() == codes
    assert reading.provenance[0].rows == len(codes)


def test_the_same_polygons_as_from_the_whole_file(path):
    whole = read_areas(path, **COLUMNS, year=2021).table
    some = read_areas(path, **COLUMNS, year=2021, districts=["Oldham"]).table
    assert some.geometry.geom_equals(whole.geometry[some.index]).all()


def test_rows_are_counted_in_the_whole_file(tmp_path):
    broken = areas().set_geometry([*areas().geometry[:3], shapely.from_wkt(
        "POLYGON ((403000 290000, 404000 291000, 404000 290000, 403000 291000, 403000 290000))"
    )])  # fmt: skip
    broken.to_parquet(tmp_path / "areas.parquet")
    issues = read_areas(tmp_path / "areas.parquet", **COLUMNS, year=2021, districts=["Oldham"]).issues
    assert issues[["row", "issue_type"]].values.tolist() == [[4, "invalid geometry - fixed"]]


def test_what_cannot_be_found_is_refused(path):
    with pytest.raises(
        InputError, match=r"districts: unknown district 'Oldam'; did you mean 'Oldham'\? Valid: Bury, Old"
    ):
        read_areas(path, **COLUMNS, year=2021, districts=["Oldam"])
    with pytest.raises(InputError, match=r"unknown district 'Trafford'; Valid: Bury, Oldham, Somerset"):
        read_areas(path, **COLUMNS, year=2021, districts=["Trafford", "Oldham"])
    with pytest.raises(InputError, match="districts: names none; give some of Bury, Oldham, Somerset"):
        read_areas(path, **COLUMNS, year=2021, districts=[])
    with pytest.raises(InputError, match="district does not name the column"):
        read_areas(path, code="LSOA21CD", year=2021, districts=["Oldham"])
    with pytest.raises(InputError, match=r"has no column 'LAD24' \(district\)"):
        read_areas(path, code="LSOA21CD", district="LAD24", year=2021, districts=["Oldham"])


def test_a_district_of_no_council_known_is_called_as_its_areas_are(tmp_path):
    welsh = areas().assign(LAD=["W06000015"] * 4, LSOA21NM=["Cardiff 001A"] * 4)
    welsh.to_parquet(tmp_path / "areas.parquet")
    files = named_paths(tmp_path / "areas.parquet", None, what="areas")
    assert wanted_districts(files, ["Cardiff"], district="LAD", name="LSOA21NM").values == ["W06000015"]


def test_all_of_england_is_read_for_two_districts(real):
    path = real / "real/england/england_lsoa21_bgc.parquet"
    named = {"code": "LSOA21CD", "name": "LSOA21NM", "district": "LADCD_ACTIVE"}
    table = read_areas(path, **named, year=2021, districts=["Coventry", "Solihull"]).table
    other = gzip.decompress((real / "real/boundaries/wmca_lsoa21_bgc.geojson.gz").read_bytes()).decode()
    counts = {code: len(re.findall(rf'"LADCD_ACTIVE": ?"{code}"', other)) for code in ("E08000026", "E08000029")}
    assert table["district_code"].value_counts().to_dict() == counts
