"""Council areas from any file of polygons."""

from __future__ import annotations

import gzip

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Polygon, box

from factories.real import expected
from siteprior.core.councils import council_name
from siteprior.core.errors import InputError
from siteprior.core.files import shipped
from siteprior.core.schema import CRS
from siteprior.registers.councils import councils
from siteprior.sources.areas.boundaries import guess_name, read_boundaries


@pytest.fixture
def made(tmp_path):
    def write(table, name="areas.gpkg"):
        path = tmp_path / name
        table.to_file(path, driver="GPKG")
        return path

    return write


def areas(**columns):
    shapes = [box(400_000, 290_000, 410_000, 300_000), box(410_000, 290_000, 420_000, 300_000)]
    return gpd.GeoDataFrame({"CTYUA24CD": ["E08000025", "E08000026"], **columns}, geometry=shapes, crs=CRS)


def test_what_is_read_serves_the_readers_of_registers(made):
    path = made(areas(CTYUA24NM=["Birmingham", "Coventry"], CTYUA24NMW=[None, None], LAT=[52.5, 52.4]))
    table, issues, (origin,) = read_boundaries(path, code="CTYUA24CD", files="areas.gpkg")
    assert table["name"].to_dict() == {"E08000025": "Birmingham", "E08000026": "Coventry"}
    assert table.area.tolist() == [1e8, 1e8]
    assert issues.empty
    assert (origin.file, origin.rows) == ("areas.gpkg", 2)
    assert councils(table).names["E08000026"] == "Coventry"


def test_gz_and_degrees_are_read_as_they_come(made, tmp_path):
    path = made(areas(title=["A", "B"]).to_crs(4326))
    packed = tmp_path / "areas.gpkg.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    table = read_boundaries(packed, code="CTYUA24CD").table
    assert table["name"].tolist() == ["A", "B"]
    assert table.total_bounds == pytest.approx([400_000, 290_000, 420_000, 300_000], abs=0.1)


def test_areas_of_one_code_are_put_together_and_broken_ones_mended(made):
    table = areas(name=["A", "B"])
    more = table.iloc[[0, 0, 0, 0]].reset_index(drop=True)
    bow = Polygon([(430_000, 290_000), (432_000, 292_000), (432_000, 290_000), (430_000, 292_000)])
    more.geometry = [box(440_000, 290_000, 441_000, 291_000), bow, LineString([(0, 0), (1, 1)]), bow]
    more["CTYUA24CD"] = ["E08000025", "E08000027", "E08000028", "somewhere"]
    path = made(gpd.GeoDataFrame(pd.concat([table, more], ignore_index=True), crs=CRS))
    read, issues, _ = read_boundaries(path, code="CTYUA24CD")
    assert read.index.tolist() == ["E08000025", "E08000026", "E08000027"]
    assert read.area.tolist() == [1.01e8, 1e8, 2e6]
    assert issues[["row", "issue_type", "action"]].values.tolist() == [
        [4, "invalid geometry - fixed", "mended"],
        [5, "unknown entity", "left out: not a polygon"],
        [6, "unknown entity", "left out: no ONS code"],
    ]


@pytest.mark.parametrize(
    ("code", "name", "says"),
    [
        ("LAD", None, "has no column 'LAD' .the councils' codes.; it has CTYUA24CD, name"),
        ("CTYUA24CD", "NM", "has no column 'NM' .their names.; it has CTYUA24CD, name"),
        ("name", None, "column 'name' holds no ONS codes such as E08000025 but 'A'; give another of CTYUA24CD, name"),
    ],
)
def test_a_wrong_column_is_reported_with_the_right_ones(made, code, name, says):
    with pytest.raises(InputError, match=says):
        read_boundaries(made(areas(name=["A", "B"])), code=code, name=name)


def test_a_file_of_lines_is_no_boundary(made):
    table = areas(name=["A", "B"])
    table.geometry = table.geometry.boundary
    with pytest.raises(InputError, match="holds no polygon with an ONS code in column 'CTYUA24CD'"):
        read_boundaries(made(table), code="CTYUA24CD")


def test_names_are_guessed_only_where_one_column_offers_itself():
    table = areas(ltla24_name=["A", "B"], other_name=["x", "y"], note=["x", "y"])
    districts = table.rename(columns={"CTYUA24CD": "ltla24_code"}).drop(columns="geometry")
    assert guess_name(districts, "ltla24_code") == "ltla24_name"
    assert guess_name(table[["CTYUA24CD", "note"]], "CTYUA24CD") == "note"
    assert guess_name(table[["CTYUA24CD"]].assign(note="x", remark="y"), "CTYUA24CD") is None
    twice = table.iloc[[0, 0]].assign(ltla24_name=["Part one", "Part two"]).drop(columns="geometry")
    assert guess_name(twice[["CTYUA24CD", "ltla24_name"]], "CTYUA24CD") is None  # names of parts are no names


def test_smaller_areas_make_up_councils_with_the_names_known_without_a_file():
    path = shipped("data") / "boundaries" / "lsoa21.geojson"
    table = read_boundaries(path, code="LADCD_ACTIVE").table
    assert table["name"].to_dict() == {code: council_name(code) for code in table.index}
    assert table["name"]["E08000025"] == "Birmingham"


def test_the_published_districts_are_read_as_they_lie(real):
    table, issues, _ = read_boundaries(real / "real/boundaries/uk_ltla24.gpkg.gz", code="ltla24_code")
    assert len(table) == expected(whole=361, of_slice=296)  # of the UK, of England
    assert issues.empty
    assert table.loc["E08000025", "name"] == "Birmingham"
    assert table.area["E08000025"] / 1e6 == pytest.approx(267.8, rel=0.05)  # ONS: 26,779 hectares
