"""Every file a project names is found, with the key it stands at."""

from __future__ import annotations

import pytest

from siteprior.core.files import shipped
from siteprior.project.files_named import files_named
from siteprior.project.load import load_project
from siteprior.sources.registry import discover

TEXT = """
[project]
title = "T"
as_of = 2026-01-31

[sources]
registers = ["r/*.csv", {path = "x.csv", vintage = "2024"}]
stops = ["naptan.csv"]
areas = {path = "lsoa.geojson", code = "LSOA21CD", year = 2021}
deprivation = {path = "iod.csv", edition = 2025}

[corridors]
paths = ["c.csv"]

[shortlist]
n = 5

[[layers]]
name = "flood"
path = "flood.gpkg"
kind = "vector"
measure = "share"

[[layers]]
name = "msoas"
path = "values.csv"
kind = "table"
measure = "value"
column = "v"
by = "msoa_code"
code = "MSOA"
lookup = {path = "msoa.geojson", to = "MSOA21CD"}
"""


@pytest.fixture
def project(tmp_path):
    file = tmp_path / "p.toml"
    file.write_text(TEXT, encoding="utf-8")
    return load_project(file, data_root=tmp_path)


def test_each_with_its_key(project):
    assert sorted(files_named(project)) == [
        (("corridors", "paths", 0, "path"), "c.csv"),
        (("layers", 0, "path"), "flood.gpkg"),
        (("layers", 1, "lookup", "path"), "msoa.geojson"),
        (("layers", 1, "path"), "values.csv"),
        (("sources", "areas", "path"), "lsoa.geojson"),
        (("sources", "deprivation", "path"), "iod.csv"),
        (("sources", "registers", 0, "path"), "r/*.csv"),
        (("sources", "registers", 1, "path"), "x.csv"),
        (("sources", "stops", 0, "path"), "naptan.csv"),
    ]


def test_no_file_of_the_sample_is_left_out():
    data = shipped("data")
    named = [name for _, name in files_named(load_project(data / "demo.toml", data_root=data))]
    text = (data / "demo.toml").read_text(encoding="utf-8")
    assert named
    assert all(f'"{name}"' in text for name in named)
    assert all(list(data.glob(name)) for name in named)
    endings = (".csv", ".gz", ".zip", ".pbf", ".geojson", ".gpkg", ".xlsx", ".toml")
    quoted = {word for line in text.splitlines() if not line.lstrip().startswith("#") for word in line.split('"')[1::2]}
    assert {word for word in quoted if word.endswith(endings)} <= set(named)


def test_the_polygons_of_a_coverage_are_named_and_a_box_is_no_file(tmp_path):
    discover()
    entries = """
[evidence]
historic_landfill = {path = "tips.shp", coverage = "surveyed.gpkg"}
green_belt = [{path = "belt.csv", coverage = "England"}, {path = "cut.csv", coverage = [1, 2, 3, 4]}]
"""
    file = tmp_path / "p.toml"
    file.write_text(TEXT.replace("\n[[layers]]", entries + "\n[[layers]]", 1), encoding="utf-8")
    named = [(key, path) for key, path in files_named(load_project(file, data_root=tmp_path)) if key[0] == "evidence"]
    assert sorted(named) == [
        (("evidence", "green_belt", 0, "path"), "belt.csv"),
        (("evidence", "green_belt", 1, "path"), "cut.csv"),
        (("evidence", "historic_landfill", 0, "coverage"), "surveyed.gpkg"),
        (("evidence", "historic_landfill", 0, "path"), "tips.shp"),
    ]
