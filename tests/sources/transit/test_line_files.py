"""Lines are known by the ending of their file, and named by the one column plainly called so."""

from __future__ import annotations

import geopandas as gpd
import pytest

from siteprior.core.errors import InputError
from siteprior.sources.transit.line_files import holds_lines, name_column_of


def lines(*columns):
    return gpd.GeoDataFrame({name: ["x"] for name in columns}, geometry=[None], crs=27700)


@pytest.mark.parametrize("path", ["a.json", "a.GEOJSON", "a.gpkg", "a.shp", "a.geojson.gz", "a.zip!b.kml"])
def test_a_vector_file_holds_lines(path):
    assert holds_lines(path)


@pytest.mark.parametrize("path", ["a.csv", "a.xlsx", "a.csv.gz", "a.zip", "gpkg"])
def test_any_other_file_is_a_table_or_a_feed(path):
    assert not holds_lines(path)


@pytest.mark.parametrize("columns", [("NAME",), ("kind", "corridor"), ("id", "Line", "names")])
def test_the_one_column_plainly_called_so_names_them(columns):
    assert name_column_of(lines(*columns), "f").casefold() in {"name", "corridor", "line"}


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ((), "no column plainly names the lines; it has none"),
        (("label", "id"), 'it has label, id. Say which: paths = \\[{path = "f", name = "label"'),
        (("name", "route"), "several columns could name the lines: name, route; it has name, route"),
    ],
)
def test_none_or_several_are_refused_with_what_to_write(columns, says):
    with pytest.raises(InputError, match=says):
        name_column_of(lines(*columns), "f")
