"""Files for ArcGIS and MapInfo: each limit, asked of the file as it was written; what was changed can be had back."""

from __future__ import annotations

import sqlite3
import warnings
from contextlib import closing
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpkg_validator import validate
from siteprior.core.errors import InputError, RunWarning
from siteprior.pipeline.read_run import read_layer
from siteprior.report.geopackage.gis import ARCGIS_NAME, ARCGIS_RESERVED, CHANGES, for_arcgis, for_mapinfo
from siteprior.report.geopackage.write import write_geopackage

LONG = "Land at the back of " + "the works and " * 40 + "🏗 مصنع"
RESERVED = ("order", "date", "SELECT")

AS_OF = date(2021, 1, 1)


def ask(path, question, *values):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(question, values).fetchall()


def kinds(path, table):
    return dict(ask(path, f"SELECT name, type FROM pragma_table_info('{table}')"))


@pytest.fixture(scope="module")
def sites(made_up):
    """Return sites with a long text and a long id, columns whose names ArcGIS keeps, and a number beyond 32 bits."""
    table = made_up.sites.copy()
    table.loc[table.index[0], "market_failure_note"] = LONG
    ids = list(table.index)
    ids[1], ids[2] = "E08000025:" + "9" * 300 + "a", "E08000025:" + "9" * 300 + "b"
    table.index = pd.Index(ids, name="site_id")
    table["uprn"] = np.int64(10_090_123_456)
    return table.assign(order=1, date="x", SELECT=True, **{"x" * 80: 1, "x" * 79 + "z": 2, "1st look": "yes"})


@pytest.fixture(scope="module")
def arcgis(sites, layers, tables, made_up, tmp_path_factory):
    path = tmp_path_factory.mktemp("arcgis") / "shortlist.gpkg"
    with pytest.warns(RunWarning, match="for arcgis 6 columns have other names"):
        return write_geopackage(
            path, {**layers, "sites": sites}, tables, as_of=AS_OF, metadata=made_up.record, gis="arcgis"
        )


@pytest.fixture(scope="module")
def mapinfo(sites, layers, tables, made_up, tmp_path_factory):
    path = tmp_path_factory.mktemp("mapinfo") / "shortlist.gpkg"
    with pytest.warns(RunWarning, match=r"for mapinfo \d+ texts are cut to 254 letters \(.*sites.market_failure_note"):
        return write_geopackage(
            path, {**layers, "sites": sites}, tables, as_of=AS_OF, metadata=made_up.record, gis="mapinfo"
        )


def published(path):
    return [name for name, _ in pyogrio.list_layers(path) if name != "layer_styles"]


class TestArcGIS:
    def test_no_truth_values_days_or_numbers_beyond_32_bits(self, arcgis):
        for table in published(arcgis):
            for name, kind in kinds(arcgis, table).items():
                if name != "fid":
                    assert kind in ("TEXT", "REAL", "MEDIUMINT", "POINT", "MULTILINESTRING", "MULTIPOLYGON"), (
                        table,
                        name,
                    )
        assert ask(arcgis, "SELECT DISTINCT eligible FROM sites ORDER BY 1") == [("no",), ("yes",)]
        assert ask(arcgis, "SELECT DISTINCT uprn FROM sites") == [("10090123456",)]
        days = ask(arcgis, "SELECT DISTINCT planning_permission_date FROM sites ORDER BY 1")
        assert days == [(None,), ("2018-05-31",)]

    def test_names_of_fields(self, arcgis):
        for table in published(arcgis):
            names = [name for name in kinds(arcgis, table) if name not in ("fid", "geom")]
            assert len({name.lower() for name in names}) == len(names)
            for name in names:
                assert len(name) <= ARCGIS_NAME
                assert name.lower() not in ARCGIS_RESERVED
                assert name.isascii()
                assert name.isidentifier()
        assert {"order_", "date_", "SELECT_", "f_1st_look"} <= set(kinds(arcgis, "sites"))

    def test_no_list_of_values_is_needed_to_read_a_cell(self, arcgis):
        """A domain ArcGIS does not read: every listed value is a word or the published code, and stands in the cell."""
        listed = ask(
            arcgis,
            "SELECT table_name, column_name, constraint_name FROM gpkg_data_columns WHERE constraint_name NOTNULL",
        )
        words = [row for row in listed if not row[2].startswith("range")]
        assert ("sites", "eligible", "sites_eligible") in words
        for table, column, constraint in words:
            allowed = {value for (value,) in ask(
                arcgis, "SELECT value FROM gpkg_data_column_constraints WHERE constraint_name = ?", constraint
            )}  # fmt: skip
            found = {value for (value,) in ask(arcgis, f'SELECT DISTINCT "{column}" FROM "{table}"')} - {None}
            assert found <= allowed
        assert "score_band" in kinds(arcgis, "sites")

    def test_styles_ask_for_words(self, arcgis):
        ((qml,),) = ask(arcgis, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'sites' AND useAsDefault = 1")
        assert "(&#34;eligible&#34; = &#39;yes&#39;)" in qml

    def test_is_read_back_as_it_was(self, arcgis, sites):
        back = read_layer(arcgis, "sites")
        assert set(sites.columns) <= set(back.columns)
        assert back["SELECT"].tolist() == ["yes"] * len(sites)


class TestMapInfo:
    def test_every_text_column_has_a_width_mapinfo_edits(self, mapinfo):
        for table in published(mapinfo):
            found = [kind for kind in kinds(mapinfo, table).values() if kind.startswith("TEXT")]
            assert set(found) <= {"TEXT(254)"}
            if table != "areas":
                assert found
            for name, kind in kinds(mapinfo, table).items():
                if kind.startswith("TEXT"):
                    ((longest,),) = ask(mapinfo, f'SELECT coalesce(max(length("{name}")), 0) FROM "{table}"')
                    assert longest <= 254, (table, name)

    def test_gdal_reads_the_width(self, mapinfo):
        assert pyogrio.read_info(mapinfo, layer="sites")["fields"] is not None
        back = gpd.read_file(mapinfo, layer="sites")
        assert (back["market_failure_note"].str.len().max()) == 254

    def test_what_was_cut_stands_whole_in_its_table(self, mapinfo):
        parts = ask(
            mapinfo,
            f"SELECT original FROM {CHANGES} WHERE table_name = 'sites' AND column_name = 'market_failure_note' "
            "ORDER BY part",
        )
        assert "".join(part for (part,) in parts) == LONG
        assert ask(mapinfo, "SELECT market_failure_note FROM sites WHERE fid = 1") == [(LONG[:253] + "…",)]

    def test_two_ids_cut_alike_stay_two(self, mapinfo):
        ids = [value for (value,) in ask(mapinfo, "SELECT site_id FROM sites")]
        assert len(set(ids)) == len(ids)
        assert max(map(len, ids)) == 254

    def test_is_read_back_whole(self, mapinfo, sites):
        back = read_layer(mapinfo, "sites").set_index("site_id")
        assert list(back.index) == list(sites.index)
        assert back["market_failure_note"].tolist()[0] == LONG
        pd.testing.assert_series_equal(
            back["market_failure_note"], sites["market_failure_note"], check_dtype=False, check_index_type=False
        )


@pytest.mark.parametrize("program", ["arcgis", "mapinfo"])
def test_the_validator_finds_nothing_and_the_bytes_are_the_same(program, sites, layers, tables, request, tmp_path):
    path = request.getfixturevalue(program)
    assert validate(path) == (0, "", "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RunWarning)
        again = write_geopackage(
            tmp_path / "a.gpkg", {**layers, "sites": sites}, tables, as_of=AS_OF,
            metadata=request.getfixturevalue("made_up").record, gis=program,
        )  # fmt: skip
    assert again.read_bytes() == path.read_bytes()
    assert ask(path, "PRAGMA journal_mode") == [("delete",)]
    assert [entry.name for entry in path.parent.iterdir()] == ["shortlist.gpkg"]  # no -wal, no -shm


def test_a_file_without_anything_to_change_says_nothing(layers, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = write_geopackage(tmp_path / "a.gpkg", {"corridors": layers["corridors"]}, {}, as_of=AS_OF, gis="mapinfo")
    assert CHANGES not in published(path)


def test_a_program_nobody_knows_is_refused(layers, tmp_path):
    with pytest.raises(InputError, match="unknown gis 'arcmap'; Valid: arcgis, mapinfo, qgis"):
        write_geopackage(tmp_path / "a.gpkg", {"stops": layers["stops"]}, {}, as_of=AS_OF, gis="arcmap")


@given(st.lists(st.text(min_size=1, max_size=90), unique_by=str.lower, min_size=1, max_size=6))
def test_any_names_fit_arcgis_and_stay_apart(names):
    table, changes = for_arcgis("issues", pd.DataFrame([range(len(names))], columns=names))
    assert len({name.lower() for name in table}) == len(names)
    for name in table:
        assert name.isidentifier()
        assert len(name) <= ARCGIS_NAME
        assert name.lower() not in ARCGIS_RESERVED
    old = {change.column_name: change.original for change in changes}
    assert [old.get(name, name) for name in table] == names


@given(st.lists(st.text(max_size=600) | st.none(), min_size=1, max_size=4))
def test_any_text_is_had_back_from_its_parts(texts):
    frame = pd.DataFrame({"key": range(len(texts)), "note": pd.Series(texts, dtype="str")})
    table, changes = for_mapinfo("issues", frame)
    for row, text in enumerate(texts, 1):
        parts = [change.original for change in changes if change.row_number == row]
        if text is not None and len(text) > 254:
            assert "".join(parts) == text
            assert table["note"][row - 1] == text[:253] + "…"
        else:
            assert parts == []
            assert pd.isna(table["note"][row - 1]) if text is None else table["note"][row - 1] == text


def test_days_without_a_clock():
    table, _ = for_arcgis("issues", pd.DataFrame({"day": pd.Series([date(2020, 1, 2), None], dtype="datetime64[s]")}))
    assert table["day"].tolist()[0] == "2020-01-02"
    assert pd.isna(table["day"][1])
