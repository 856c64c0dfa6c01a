"""The GeoPackage: what the contract names, in kinds GIS programs read, the same bytes each time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from shapely import LineString, Point, from_wkt

from gpkg_validator import validate
from siteprior.core import schema
from siteprior.core.errors import InputError, OutputError
from siteprior.report.geopackage.layers import LAYERS
from siteprior.report.geopackage.write import write_geopackage

AS_OF = date(2021, 1, 1)


def ask(path, question, *values):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(question, values).fetchall()


class TestContents:
    def test_layers_and_tables_stand_in_the_order_of_the_contract(self, package):
        names = [name for name, _ in pyogrio.list_layers(package)]
        assert names == ["shortlist", "sites", "corridors", "stops", "areas", "run_info", "criteria", "issues",
                         "layer_styles"]  # fmt: skip

    def test_of_a_run_the_other_columns_of_the_sites_stand_in_the_last_table(self, run_package, made_up):
        names = [name for name, _ in pyogrio.list_layers(run_package)]
        assert names == ["shortlist", "sites", "corridors", "stops", "areas", "run_info", "criteria", "issues",
                         "site_attributes", "layer_styles"]  # fmt: skip
        kinds = dict(ask(run_package, "SELECT table_name, data_type FROM gpkg_contents"))
        assert kinds["site_attributes"] == "attributes"
        sites, rest = (
            [name for (name,) in ask(run_package, f"SELECT name FROM pragma_table_info('{table}')")]
            for table in ("sites", "site_attributes")
        )
        assert set(sites) & set(rest) == {"fid", "site_id"}
        assert {*sites, *rest} - {"fid", "geom", "site_id"} == set(made_up.sites.columns) - {"geometry"}
        joined = ask(run_package, "SELECT site_id, end_date FROM shortlist JOIN site_attributes USING (site_id)")
        assert len(joined) == len(made_up.shortlist)
        titles = dict(ask(run_package, "SELECT column_name, title FROM gpkg_data_columns "
                                       "WHERE table_name = 'site_attributes'"))  # fmt: skip
        assert titles["end_date"] == "Ended"

    def test_version_is_one_old_validators_know(self, package):
        assert ask(package, "PRAGMA user_version") == [(10300,)]

    def test_values_come_back_as_they_were(self, package, made_up):
        back = gpd.read_file(package, layer="sites").set_index("site_id")
        assert list(back.index) == list(made_up.sites.index)
        assert back.crs.to_epsg() == 27700
        np.testing.assert_array_equal(back["score"], made_up.sites["score"].astype("float64"))
        assert back["site_name"].tolist() == made_up.sites["site_name"].tolist()
        assert list(back["rank"].astype("Int64")) == list(made_up.sites["rank"])
        placed = made_up.sites.geometry.notna()
        assert back.geometry[placed].geom_equals(made_up.sites.geometry[placed]).all()
        assert back.geometry[~placed].isna().all()

    def test_missing_is_null_in_every_kind(self, package, made_up):
        site = made_up.sites.index[-1]
        row = ask(package, "SELECT rank, score, score_band, derelict_since, geom FROM sites WHERE site_id = ?", site)
        assert row == [(None, None, None, None, None)]

    def test_days_stay_days_and_whole_numbers_are_short(self, package):
        kinds = dict(ask(package, "SELECT name, type FROM pragma_table_info('sites')"))
        assert {kinds[name] for name in ("planning_permission_date", "derelict_since", "end_date")} == {"DATE"}
        assert kinds["rank"] == kinds["minimum_net_dwellings"] == "MEDIUMINT"
        assert kinds["score"] == "REAL"
        assert kinds["eligible"] == "BOOLEAN"
        assert kinds["deliverable"].startswith("TEXT")  # a flag that may be blank stays a word
        assert set(ask(package, "SELECT DISTINCT planning_permission_date FROM sites")) == {("2018-05-31",), (None,)}

    def test_eligible_is_a_truth_value_without_a_list_of_words(self, package, made_up):
        back = gpd.read_file(package, layer="sites", use_arrow=True)
        assert back["eligible"].dtype == bool
        assert back["eligible"].tolist() == (made_up.sites["eligible"] == "yes").tolist()
        stated = ask(package, "SELECT title, constraint_name FROM gpkg_data_columns WHERE column_name = 'eligible'")
        assert stated == [("Eligible", None)] * 2
        assert ask(package, "SELECT count(*) FROM gpkg_data_column_constraints WHERE value = 'yes' "
                            "AND constraint_name LIKE '%eligible'") == [(0,)]  # fmt: skip

    def test_eligibility_not_known_is_null(self, layers, tmp_path):
        sites = layers["sites"].assign(eligible=None)
        path = write_geopackage(tmp_path / "a.gpkg", {"sites": sites}, {}, as_of=AS_OF)
        assert ask(path, "SELECT DISTINCT eligible FROM sites") == [(None,)]
        assert dict(ask(path, "SELECT name, type FROM pragma_table_info('sites')"))["eligible"] == "BOOLEAN"

    def test_each_layer_has_one_declared_geometry_type(self, package):
        types = dict(ask(package, "SELECT table_name, geometry_type_name FROM gpkg_geometry_columns"))
        assert types == {"shortlist": "POINT", "sites": "POINT", "stops": "POINT", "corridors": "MULTILINESTRING",
                         "areas": "MULTIPOLYGON"}  # fmt: skip
        assert set(gpd.read_file(package, layer="areas").geom_type) == {"MultiPolygon"}

    def test_empty_layers_keep_type_and_columns(self, layers, tables, tmp_path):
        empty = {name: table.iloc[:0] for name, table in layers.items()}
        path = write_geopackage(tmp_path / "a.gpkg", empty, tables, as_of=AS_OF)
        types = dict(ask(path, "SELECT table_name, geometry_type_name FROM gpkg_geometry_columns"))
        assert types == {name: LAYERS[name].geometry.upper() for name in layers}
        back = gpd.read_file(path, layer="shortlist")
        assert len(back) == 0
        assert "c_walk" in back.columns
        kinds = dict(ask(path, "SELECT name, type FROM pragma_table_info('shortlist')"))
        assert kinds["planning_permission_date"] == "DATE"

    def test_whole_numbers_too_long_for_32_bits_are_kept(self, layers, tmp_path):
        stops = layers["stops"].assign(records=np.int64(2**40))
        path = write_geopackage(tmp_path / "a.gpkg", {"stops": stops}, {}, as_of=AS_OF)
        assert ask(path, "SELECT DISTINCT records FROM stops") == [(2**40,)]


class TestSameBytes:
    def test_two_writes_are_identical_and_carry_only_as_of(self, package, layers, tables, made_up, tmp_path):
        again = write_geopackage(
            tmp_path / "other name.gpkg", layers, tables, as_of=AS_OF, metadata=made_up.record, illustrative=True
        )
        assert again.read_bytes() == package.read_bytes()
        stamps = ask(package, "SELECT last_change FROM gpkg_contents UNION SELECT update_time FROM layer_styles "
                              "UNION SELECT timestamp FROM gpkg_metadata_reference")  # fmt: skip
        assert stamps == [("2021-01-01T00:00:00.000Z",)]

    def test_gdal_gets_its_clock_back(self, layers, tmp_path):
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "1999-12-31T00:00:00.000Z"})
        try:
            write_geopackage(tmp_path / "a.gpkg", {"stops": layers["stops"]}, {}, as_of=AS_OF)
            assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == "1999-12-31T00:00:00.000Z"
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})

    def test_inputs_are_not_changed(self, layers, tables, tmp_path):
        before = {name: table.copy() for name, table in layers.items()}
        write_geopackage(tmp_path / "a.gpkg", layers, tables, as_of=AS_OF)
        for name, table in layers.items():
            pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before[name]))


class TestRefusals:
    def test_all_faults_at_once(self, layers, tmp_path):
        degrees = layers["stops"].to_crs("EPSG:4326")
        nowhere = layers["sites"].set_crs(None, allow_override=True)
        with pytest.raises(InputError) as caught:
            write_geopackage(tmp_path / "a.gpkg", {"stop": degrees, "sites": nowhere}, {"issue": pd.DataFrame()},
                             as_of=AS_OF)  # fmt: skip
        faults = caught.value.faults
        assert faults[0].startswith("unknown layer 'stop'; did you mean 'stops'?")
        assert faults[1].startswith("unknown table 'issue'; did you mean 'issues'?")
        assert any("layer 'stop': is in EPSG:4326, needs metres in EPSG:27700" in fault for fault in faults)
        assert any("layer 'sites': has no coordinate system" in fault for fault in faults)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("name", ["fid", "FID", "geom", "Stop_Name"])
    def test_column_names_a_geopackage_cannot_hold(self, layers, tmp_path, name):
        stops = layers["stops"].assign(**{name: 1})
        with pytest.raises(InputError, match=f"'stops': a column '{name}' cannot be written"):
            write_geopackage(tmp_path / "a.gpkg", {"stops": stops}, {}, as_of=AS_OF)

    def test_shapes_of_another_kind(self, layers, tmp_path):
        lines = layers["corridors"].assign(geometry=Point(1, 1))
        with pytest.raises(InputError, match="layer 'corridors': holds shapes of kind Point; it takes LineString only"):
            write_geopackage(tmp_path / "a.gpkg", {"corridors": lines}, {}, as_of=AS_OF)

    def test_nothing_to_write(self, tmp_path):
        with pytest.raises(InputError, match="give at least one"):
            write_geopackage(tmp_path / "a.gpkg", {}, {}, as_of=AS_OF)

    def test_folder_that_cannot_be(self, layers, tmp_path):
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(OutputError, match="cannot be written"):
            write_geopackage(tmp_path / "file" / "a.gpkg", layers, {}, as_of=AS_OF)

    def test_file_open_elsewhere_is_named_and_left_alone(self, layers, tmp_path, monkeypatch):
        path = tmp_path / "a.gpkg"
        path.write_text("the earlier one")

        def held(self, target):
            raise PermissionError(13, "held open")

        monkeypatch.setattr(Path, "replace", held)
        with pytest.raises(OutputError, match=r"a\.gpkg: the file is open in another program"):
            write_geopackage(path, {"stops": layers["stops"]}, {}, as_of=AS_OF)
        assert path.read_text() == "the earlier one"
        assert [entry.name for entry in tmp_path.iterdir()] == ["a.gpkg"]

    def test_full_disk_is_reported_in_our_words(self, layers, tmp_path, monkeypatch):
        def full(*_, **__):
            raise pyogrio.errors.DataLayerError("no space left")

        monkeypatch.setattr(pyogrio, "write_dataframe", full)
        with pytest.raises(OutputError, match=r"a\.gpkg: could not be written \(no space left\)"):
            write_geopackage(tmp_path / "a.gpkg", {"stops": layers["stops"]}, {}, as_of=AS_OF)
        assert list(tmp_path.iterdir()) == []


def test_multi_part_corridors_and_single_ones_share_a_layer(tmp_path):
    lines = gpd.GeoDataFrame(
        {"kind": ["rail", "rail", None]},
        index=pd.Index(["a", "b", "c"], name="corridor"),
        geometry=[from_wkt("LINESTRING (0 0, 1 1)"), from_wkt("MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))"), None],
        crs=schema.CRS,
    )
    path = write_geopackage(tmp_path / "a.gpkg", {"corridors": lines}, {}, as_of=AS_OF)
    back = gpd.read_file(path, layer="corridors")
    assert back.geom_type.tolist()[:2] == ["MultiLineString", "MultiLineString"]
    assert [len(shape.geoms) for shape in back.geometry[:2]] == [1, 2]
    assert back.geometry[0].geoms[0].equals(LineString([(0, 0), (1, 1)]))
    assert back.geometry.isna().tolist() == [False, False, True]


def test_gdal_validator_of_the_system_finds_nothing(package, run_package, shapes_package):
    for path in (package, run_package, shapes_package):
        assert validate(path) == (0, "", "")
