from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import box

from siteprior.core.errors import InputError
from siteprior.core.schema import AREAS, conform
from siteprior.sources.optional.dwellings import Dwellings, read_dwellings

STATED = Dwellings(path="d.csv", code="LSOA21CD", column="homes", year=2021)


@pytest.fixture
def areas():
    codes = ["E01000001", "E01000002", "E01000003"]
    table = gpd.GeoDataFrame(
        {"lsoa_code": codes, "lsoa_year": 2021}, geometry=[box(n, 0, n + 1, 1) for n in range(3)], crs=27700
    ).set_index("lsoa_code")
    table["lsoa_name"] = table["district_code"] = None
    return gpd.GeoDataFrame(conform(table, AREAS), geometry="geometry", crs=27700)


def read(tmp_path, areas, text):
    path = tmp_path / "d.csv"
    path.write_text(text, encoding="utf-8")
    return read_dwellings([path], ["d.csv"], STATED, areas)


def test_the_areas_get_their_dwellings_and_those_without_a_row_an_issue(tmp_path, areas):
    reading = read(tmp_path, areas, "LSOA21CD,homes\nE01000001,640\nE01000003,x\n")
    assert reading.table["dwellings"].astype(object).where(reading.table["dwellings"].notna(), None).tolist() == [
        640, None, None,
    ]  # fmt: skip
    assert reading.issues["value"].tolist() == ["x", "1 of 3 areas: E01000002"]
    assert [read.file for read in reading.provenance] == ["d.csv"]


def test_a_table_without_any_dwellings_is_refused(tmp_path, areas):
    with pytest.raises(InputError, match=r"d\.csv"):
        read(tmp_path, areas, "LSOA21CD,homes\nE01000001,x\nE01000002,y\n")


def test_two_files_are_refused(tmp_path, areas):
    with pytest.raises(InputError, match="dwellings"):
        read_dwellings([tmp_path / "a", tmp_path / "b"], ["a", "b"], STATED, areas)
