"""What a GeoPackage says beside its data: titles, allowed values, the record, styles."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date

import pandas as pd
import pyogrio
import pytest

from siteprior.core import schema
from siteprior.core.schema import Column
from siteprior.report.geopackage.layers import contribution_columns
from siteprior.report.geopackage.metadata import stamp, write_metadata, write_schema, write_styles
from siteprior.report.geopackage.write import write_geopackage

AS_OF = date(2021, 1, 1)


def ask(path, question, *values):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(question, values).fetchall()


@pytest.fixture
def database():
    """Return a database with the two tables of the standard these functions write to."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(
            "CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT, definition TEXT,"
            " scope TEXT); CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT,"
            " description TEXT, last_change DATETIME, srs_id INTEGER);"
        )
        yield database


DECLARED = {
    "stops": {
        "walk_m": Column("walk_m", "number", "Walk", "A walk", "m", "streets"),
        "mode": Column("mode", "text", "Mode", "What calls", "", "NaPTAN", ("bus", "rail")),
    }
}
TABLE = pd.DataFrame({"walk_m": [1.0], "mode": ["bus"], "own": [1]})


def test_only_declared_columns_get_a_title_and_a_meaning(database):
    write_schema(database, {"stops": TABLE}, DECLARED)
    assert database.execute("SELECT * FROM gpkg_data_columns").fetchall() == [
        ("stops", "walk_m", "Walk (m)", "Walk", "A walk. Source: streets", None, None),
        ("stops", "mode", "Mode", "Mode", "What calls. Source: NaPTAN", None, "stops_mode"),
    ]
    assert database.execute(
        "SELECT constraint_name, constraint_type, value FROM gpkg_data_column_constraints"
    ).fetchall() == [("stops_mode", "enum", "bus"), ("stops_mode", "enum", "rail")]


def test_every_table_of_an_extension_is_registered(database):
    write_schema(database, {}, {})
    assert database.execute("SELECT table_name, extension_name, scope FROM gpkg_extensions").fetchall() == [
        ("gpkg_data_columns", "gpkg_schema", "read-write"),
        ("gpkg_data_column_constraints", "gpkg_schema", "read-write"),
        ("gpkg_metadata", "gpkg_metadata", "read-write"),
        ("gpkg_metadata_reference", "gpkg_metadata", "read-write"),
    ]


def test_the_record_is_kept_as_json_under_the_day_of_the_run(database):
    write_schema(database, {}, {})
    write_metadata(database, {"title": "Ü", "as_of": AS_OF}, AS_OF)
    ((text,), (xml,)) = database.execute("SELECT metadata FROM gpkg_metadata ORDER BY id").fetchall()
    assert xml.startswith("<?xml")
    assert json.loads(text) == {"title": "Ü", "as_of": "2021-01-01"}
    assert database.execute("SELECT timestamp, md_file_id FROM gpkg_metadata_reference").fetchall() == [
        ("2021-01-01T00:00:00.000Z", 1),
        ("2021-01-01T00:00:00.000Z", 2),
    ]


def test_a_layer_without_a_style_is_left_out_and_one_with_it_is_the_default(database, made_up):
    write_schema(database, {}, {})
    layers = {"stops": made_up.stops, "catchments": pd.DataFrame({"corridor": ["a"]})}
    write_styles(database, layers, {"stops": {}, "catchments": {}}, "Illustrative. ", AS_OF, about={})
    rows = database.execute("SELECT f_table_name, useAsDefault, description, update_time FROM layer_styles").fetchall()
    assert ("stops", 1, "Illustrative. Stops and stations with their state on the network date", stamp(AS_OF)) in rows
    assert database.execute("SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'").fetchall() == [
        ("attributes",)
    ]


def test_a_day_is_written_as_a_moment():
    assert stamp(date(2026, 10, 2)) == "2026-10-02T00:00:00.000Z"


class TestMeaning:
    def test_columns_have_titles_units_and_meanings_none_twice(self, package, layers):
        rows = ask(package, "SELECT table_name, column_name, name, description FROM gpkg_data_columns")
        titles = {(layer, column): title for layer, column, title, _ in rows}
        assert titles["sites", "corridor_walk_m"] == "Walk to corridor (m)"
        assert titles["sites", "c_walk"] == "Score from walk to the corridor (0–1)"
        assert titles["areas", "imd_decile"] == "Index of Multiple Deprivation decile"
        for layer in layers:
            of_layer = [title for (name, _), title in titles.items() if name == layer]
            assert len(of_layer) == len(set(of_layer))
        declared = {column.name for column in schema.SITES.columns}
        assert declared <= {column for layer, column in titles if layer == "sites"}

    def test_allowed_values_are_those_of_the_schema(self, package):
        rows = ask(package, "SELECT value FROM gpkg_data_column_constraints "
                            "WHERE constraint_name = 'stops_mode' ORDER BY rowid")  # fmt: skip
        assert tuple(value for (value,) in rows) == schema.MODES
        held = dict(
            ask(package, "SELECT column_name, constraint_name FROM gpkg_data_columns WHERE table_name = 'sites'")
        )
        for column in schema.SITES.columns:  # every list of words is there, and every share and decile has its range
            named = column.allowed and column.name != "eligible"
            ranged = {"0–1": "range_0_1", "0-1": "range_0_1", "decile": "range_1_10"}.get(column.unit)
            assert held[column.name] == (f"sites_{column.name}" if named else ranged), column.name
        ranges = ask(package, "SELECT constraint_name, value, min, min_is_inclusive, max, max_is_inclusive "
                              "FROM gpkg_data_column_constraints WHERE constraint_type = 'range'")  # fmt: skip
        assert sorted(ranges) == [("range_0_1", None, 0, 1, 1, 1), ("range_1_10", None, 1, 1, 10, 1)]
        unused = ask(
            package,
            "SELECT constraint_name FROM gpkg_data_column_constraints WHERE constraint_name NOT IN "
            "(SELECT constraint_name FROM gpkg_data_columns WHERE constraint_name IS NOT NULL)",
        )
        assert unused == []

    def test_gdal_reads_the_titles(self, package):
        info = pyogrio.read_info(package, layer="shortlist")
        assert "rank" in list(info["fields"])
        assert info["layer_metadata"] is None or "GPKG_METADATA_ITEM_1" not in info["layer_metadata"]

    def test_the_run_record_travels_with_the_file(self, package):
        ((text, kind), (xml, other)) = ask(package, "SELECT metadata, mime_type FROM gpkg_metadata ORDER BY id")
        assert (kind, other) == ("application/json", "text/xml")
        assert "<gco:CharacterString>sha256:" + "ab" * 32 in xml
        assert json.loads(text)["inputs"][0]["sha256"] == "ab" * 32
        assert json.loads(text)["as_of"] == "2021-01-01"

    def test_illustrative_layers_say_so(self, package, layers, tmp_path):
        said = dict(ask(package, "SELECT table_name, description FROM gpkg_contents"))
        assert all(said[name].startswith("Illustrative data – not real sites.") for name in layers)
        real = write_geopackage(tmp_path / "a.gpkg", layers, {}, as_of=AS_OF)
        assert not any("llustrative" in row[0] for row in ask(real, "SELECT description FROM gpkg_contents"))

    def test_contributions_are_named_after_their_criteria(self, made_up):
        (first, *_) = contribution_columns(made_up.criteria)
        assert (first.name, first.label, first.unit) == ("c_walk", "Score from walk to the corridor", "0–1")


class TestStyles:
    def test_are_stored_the_one_way_qgis_applies_them(self, package, layers):
        rows = ask(
            package,
            "SELECT f_table_catalog, f_table_schema, f_table_name, f_geometry_column, useAsDefault FROM layer_styles",
        )
        assert {row[:4] for row in rows} == {("", "", name, "geom") for name in layers}
        for name in layers:  # the first of a layer's styles, and no other, is applied by itself
            defaults = [row[4] for row in rows if row[2] == name]
            assert defaults == [1] + [0] * (len(defaults) - 1)
        assert ask(package, "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'") == [
            ("attributes",)
        ]
