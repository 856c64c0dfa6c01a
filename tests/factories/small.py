"""Small projects on the sample's files: one borough and its own areas, so that a run of it takes seconds."""

from __future__ import annotations

import gzip
import json
from functools import cache
from itertools import islice
from pathlib import Path

from siteprior.core.files import shipped
from siteprior.project.load import Project, load_project

PLAIN = """\
[project]
title = "One borough"
area = "Dudley (illustrative)"
as_of = 2026-01-31
network_date = 2026-10-02
price_date = 2025-12-31
illustrative = true

[sources]
registers = ["sites/dudley.csv"]
stops = ["transit/naptan.csv"]
areas = {path = "AREAS", code = "LSOA21CD", district = "LADCD_ACTIVE", year = 2021}
deprivation = {path = "deprivation/iod2025.csv", edition = 2025}

[corridors]
paths = ["transit/corridors.csv"]

[shortlist]
n = 5
"""
"""A project of one borough with what every project must name, and no more."""

OPTIONAL = {
    "own_sites": 'own_sites = [{path = "sites/public_estate.csv", name = "public estate", organisation = "E47000007", '
    'columns = {reference = "Asset ID", easting = "Easting", northing = "Northing", hectares = "Area (ha)"}}]',
    "history": 'history = [{path = "sites/older/dudley_2021-12.csv", vintage = "2021-12-17"}]',
    "openings": 'openings = ["transit/corridors.csv"]',
    "streets": 'streets = "transit/streets.geojson.gz"',
    "timetables": 'timetables = ["transit/timetable.zip"]',
    "postcodes": 'postcodes = ["market/codepoint.csv"]',
    "sales": 'sales = ["SALES"]',
    "floor_areas": 'floor_areas = ["market/floor_areas.csv.gz"]',
}
"""What a project may name beside it, by its key in ``[sources]``."""

LAYER = """
[[layers]]
name = "fuel_poverty"
path = "deprivation/fuel_poverty.csv"
kind = "table"
measure = "value"
by = "lsoa_code"
code = "LSOA Code"
column = "Proportion of households fuel poor (%)"
year = 2021
unit = "%"
criterion = {group = "need", worst = 0, best = 50}
"""
"""A layer of one's own with a weight."""


@cache
def _areas_of_dudley() -> str:
    """Return the areas of one borough as GeoJSON."""
    areas = json.loads((shipped("data") / "boundaries" / "lsoa21.geojson").read_text(encoding="utf-8"))
    kept = [each for each in areas["features"] if each["properties"]["LADCD_ACTIVE"] == "E08000027"]
    return json.dumps({**areas, "features": kept})


@cache
def few_sales() -> str:
    """Return every fortieth sale of the sample: the prices are fitted in a moment."""
    with gzip.open(shipped("data") / "market" / "price_paid.csv.gz", "rt", encoding="utf-8") as sales:
        return "".join(islice(sales, None, None, 40))


def small_text(folder: Path, *, sources: tuple[str, ...] = (), append: str = "") -> str:
    """Return the text of a small project, and write its areas and sales to a folder.

    Parameters
    ----------
    folder
        A folder of the test's own.
    sources
        Optional keys of ``[sources]`` that it has too.
    append
        What stands after it.
    """
    areas = folder / "areas.geojson"
    areas.write_text(_areas_of_dudley(), encoding="utf-8")
    sales = folder / "sales.csv"
    sales.write_text(few_sales(), encoding="utf-8")
    added = "".join(f"{OPTIONAL[name]}\n" for name in sources)
    text = PLAIN.replace("AREAS", areas.as_posix()).replace("[sources]\n", f"[sources]\n{added}", 1)
    return text.replace("SALES", sales.as_posix()) + append


def small_project(folder: Path, *changes: tuple[str, str], sources: tuple[str, ...] = (), append: str = "") -> Project:
    """Write the project file of :func:`small_text` with texts of it replaced, and load it."""
    text = small_text(folder, sources=sources, append=append)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "project.toml"
    path.write_text(text, encoding="utf-8")
    return load_project(path, data_root=shipped("data"))
