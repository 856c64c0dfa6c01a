from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from factories.real import expected
from siteprior.core.errors import InputError
from siteprior.core.schema import AREAS, check
from siteprior.sources.areas.lsoa import districts, named_year, read_areas, study_area


def write(folder, rows, *, crs=27700, name="areas.gpkg", code="LSOA21CD"):
    """Write polygons from (code, name, district, shape)."""
    table = gpd.GeoDataFrame(
        {code: [r[0] for r in rows], "LSOA21NM": [r[1] for r in rows], "LAD": [r[2] for r in rows]},
        geometry=[r[3] for r in rows],
        crs=27700,
    )
    table.to_crs(crs).to_file(folder / name)
    return folder / name


def read(path, **options):
    return read_areas(path, **{"code": "LSOA21CD", "name": "LSOA21NM", "district": "LAD", "year": 2021, **options})


BOW_TIE = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


def test_areas_are_read_mended_and_ordered(tmp_path):
    file = write(
        tmp_path,
        [
            ("E02", "Ayton 001B", "E08", shapely.box(10, 0, 20, 10)),
            ("E01", "Ayton 001A", "E08", BOW_TIE),
            ("E02", "Ayton 001B", "E08", shapely.box(90, 0, 99, 9)),
            (None, "Nowhere", "E08", shapely.box(50, 0, 60, 9)),
            ("E03", "Ayton 001C", "E08", shapely.LineString([(0, 0), (1, 1)])),
            ("E04", "Ayton 001D", "E08", None),
        ],
    )
    reading = read(file, files="areas.gpkg")
    check(reading.table, AREAS, name="areas")
    assert reading.table.index.to_list() == ["E01", "E02"]
    assert reading.table.geometry.is_valid.all()
    assert reading.table.area.to_list() == [50, 100]
    assert set(reading.table["lsoa_year"]) == {2021}
    assert reading.issues[["row", "issue_type"]].to_numpy().tolist() == [
        [4, "unknown entity - missing reference"],
        [3, "reference values are not unique"],
        [5, "Unexpected geom type"],
        [6, "invalid geometry - not fixable"],
        [2, "invalid geometry - fixed"],
    ]
    assert reading.issues["value"].iloc[4].startswith("Self-intersection")


def test_degrees_are_converted(tmp_path):
    box = shapely.box(400_000, 300_000, 401_000, 301_000)
    file = write(tmp_path, [("E01", "A 001A", "E08", box)], crs=4326, name="a.geojson")
    assert shapely.hausdorff_distance(read(file).table.geometry["E01"], box) < 0.01


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"year": 2011}, "'LSOA21CD' holds LSOAs of 2021, but year is 2011; set year = 2021, or give the file of 2011"),
        ({"year": 2001}, "year 2001 is no census year of LSOAs; valid: 2011, 2021"),
        ({"code": "LSOA11CD"}, r"areas: has no column 'LSOA11CD' \(code\); it has LSOA21CD, LSOA21NM, LAD"),
        ({"name": "x", "district": "y"}, r"(?s)no column 'x' \(name\).*no column 'y' \(district\)"),
    ],
)
def test_what_contradicts_itself_is_refused(tmp_path, options, words):
    file = write(tmp_path, [("E01", "A 001A", "E08", shapely.box(0, 0, 1, 1))])
    with pytest.raises(InputError, match=words):
        read(file, files="areas", **options)


def test_a_layer_without_polygons_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no polygon with a code"):
        read(write(tmp_path, [("E01", "A", "E08", shapely.LineString([(0, 0), (1, 1)]))]))


def test_name_and_district_may_be_unknown(tmp_path):
    file = write(tmp_path, [("E01", "A 001A", "E08", shapely.box(0, 0, 1, 1))])
    table = read(file, name=None, district=None).table
    check(table, AREAS, name="areas")
    assert table[["lsoa_name", "district_code"]].isna().all(axis=None)
    assert districts(table).empty


@pytest.mark.parametrize(
    ("column", "year"),
    [("LSOA21CD", 2021), ("lsoa11_code", 2011), ("LSOA code (2011)", 2011), ("code", None), ("lsoa_11_to_21", None),
     ("LSOA2021", 2021), ("E12110", None)],
)  # fmt: skip
def test_years_in_names(column, year):
    assert named_year(column) == year


def test_districts_and_the_study_area(tmp_path):
    table = read(
        write(
            tmp_path,
            [
                ("E01", "Ayton 001A", "E08", shapely.box(0, 0, 10, 10)),
                ("E02", "Ayton 001B", "E08", shapely.box(10, 0, 20, 10)),
                ("E03", "Beeford 002A", "E08", shapely.box(20, 0, 30, 10)),  # renamed since
                ("E04", "Ceetown 010AB", "E09", shapely.box(25, 0, 40, 10)),  # overlaps: no clean coverage
            ],
        )
    ).table
    made = districts(table)
    assert made.index.name == "organisation"
    assert made["name"].to_dict() == {"E08": "Ayton", "E09": "Ceetown"}
    assert made.area.to_dict() == {"E08": 300, "E09": 150}
    assert made.crs.to_epsg() == 27700
    whole = study_area(table)
    assert whole.area == 400
    assert whole.geom_type == "Polygon"


REAL = {
    2021: ("wmca_lsoa21_bgc", {"code": "LSOA21CD", "name": "LSOA21NM"}, 1_719),
    2011: ("wmca_lsoa11_bgc", {"code": "LSOA11CD", "name": "LSOA11NM"}, expected(whole=1_680, of_slice=134)),
}


@pytest.mark.parametrize("year", REAL)
def test_real_areas(real, year):
    name, columns, count = REAL[year]
    reading = read_areas(
        real / "real" / "boundaries" / f"{name}.geojson.gz", **columns, district="LADCD_ACTIVE", year=year
    )
    assert len(reading.table) == count
    assert reading.issues.empty
    made = districts(reading.table)
    names = {
        "E08000025": "Birmingham", "E08000026": "Coventry", "E08000027": "Dudley", "E08000028": "Sandwell",
        "E08000029": "Solihull", "E08000030": "Walsall", "E08000031": "Wolverhampton",
    }  # fmt: skip
    km2 = 901.6  # the seven districts: 902 km²
    if year == 2011:  # the slice holds Solihull's of 2011: ONS, 17,828 hectares
        names = expected(whole=names, of_slice={"E08000029": "Solihull"})
        km2 = expected(whole=km2, of_slice=178.3)
    assert made["name"].to_dict() == names
    assert made.area.sum() == pytest.approx(reading.table.area.sum(), rel=1e-9)
    assert study_area(reading.table).area == pytest.approx(km2 * 1e6, rel=1e-3)


def test_real_broken_polygon_is_mended(real):
    reading = read_areas(
        real / "real" / "boundaries" / "wmca_msoa21_bgc.geojson.gz", code="MSOA21CD", name="MSOA21NM", year=2021
    )
    assert reading.issues["issue_type"].to_list() == ["invalid geometry - fixed"]
    assert reading.issues["action"].to_list() == ["E02001871 was mended"]  # Birmingham 045 (PROVENANCE, part 2)
    assert reading.table.geometry.is_valid.all()


def test_codes_are_read_in_one_spelling(tmp_path):
    table = gpd.GeoDataFrame(
        {"LSOA21CD": [" e01000001", "E01000002"], "LAD": ["e08000025 ", "E08000025"]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
        crs=27700,
    )
    table.to_file(tmp_path / "areas.gpkg")
    areas = read_areas(tmp_path / "areas.gpkg", code="LSOA21CD", district="LAD", year=2021).table
    assert areas["district_code"].to_dict() == {"E01000001": "E08000025", "E01000002": "E08000025"}
