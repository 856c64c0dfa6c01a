"""The areas a project names, their districts from the file or from the lookup beside it."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from siteprior.project.load import load_project
from siteprior.sources.areas.of_project import read_project_areas

PROJECT = """
[project]
title = "T"
as_of = 2026-01-31
[sources]
registers = ["r.csv"]
stops = ["n.csv"]
deprivation = {path = "i.csv", edition = 2025}
[sources.areas]
path = "lsoa.geojson"
code = "LSOA21CD"
name = "LSOA21NM"
year = 2021
district = "LAD24CD"
districts = ["Rochdale"]
lookup = "lookup.csv"
[corridors]
paths = ["c.csv"]
[shortlist]
n = 1
"""


def test_a_project_names_the_lookup_beside_its_areas(tmp_path):
    squares = shapely.box([400000, 401000], 290000, [401000, 402000], 291000)
    known = {"LSOA21CD": ["E01004863", "E01005000"], "LSOA21NM": ["Oldham 010A", "Rochdale 001A"]}
    gpd.GeoDataFrame(known, geometry=squares, crs=27700).to_file(tmp_path / "lsoa.geojson")
    (tmp_path / "lookup.csv").write_text(
        "LSOA21CD,LAD24CD\nE01004863,E08000004\nE01005000,E08000005\n", encoding="utf-8"
    )
    (tmp_path / "p.toml").write_text(PROJECT, encoding="utf-8")
    project = load_project(tmp_path / "p.toml")
    read = read_project_areas(project)
    assert read.areas.table["district_code"].to_dict() == {"E01005000": "E08000005"}
    assert read.lookup.provenance[0].file == "lookup.csv"
    assert list(read_project_areas(project, districts=["E08000004"]).areas.table.index) == ["E01004863"]
    (tmp_path / "p.toml").write_text(PROJECT.replace('district = "LAD24CD"\ndistricts = ["Rochdale"]\n', ""), "utf-8")
    with pytest.raises(ValueError, match=r"areas\.lookup: needs district"):
        load_project(tmp_path / "p.toml")
