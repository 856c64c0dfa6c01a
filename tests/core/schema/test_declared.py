from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from siteprior.core import schema
from siteprior.core.errors import InputError


def sites(**columns):
    return gpd.GeoDataFrame(
        columns, index=pd.Index(["E1:a", "E1:b"], name="site_id"), geometry=[Point(400000, 290000), None], crs=27700
    )


def test_conform_gives_every_declared_column_its_kind_and_keeps_missing_missing():
    table = schema.conform(
        sites(reference=["a", None], hectares=["1.5", None], row=[2, 3], planning_permission_date=["2012-12-31", None]),
        schema.REGISTER,
    )
    assert list(table.columns) == [*schema.REGISTER.names, "geometry"]
    assert table.crs.to_epsg() == 27700
    assert table["reference"].isna().tolist() == [False, True]
    assert table["hectares"].tolist()[0] == 1.5
    assert str(table["row"].dtype) == "Int64"
    assert table["planning_permission_date"].iloc[0] == pd.Timestamp("2012-12-31")
    assert table["notes"].isna().all()


def test_conform_keeps_columns_that_are_not_declared_at_the_end():
    table = schema.conform(sites(own_thing=[1, 2]), schema.REGISTER)
    assert list(table.columns)[-2:] == ["own_thing", "geometry"]


def test_check_names_every_fault_at_once():
    wrong = sites(reference=["a", "a"]).to_crs(4326).reset_index()
    with pytest.raises(InputError) as raised:
        schema.check(wrong, schema.REGISTER, name="sites")
    text = str(raised.value)
    assert "sites: lacks the columns organisation" in text
    assert "needs the index 'site_id'" in text
    assert "is in EPSG:4326, needs metres in EPSG:27700; convert with to_crs" in text


def test_check_refuses_a_doubled_index_a_missing_crs_and_no_table():
    twice = sites().set_index(pd.Index(["x", "x"], name="site_id"))
    with pytest.raises(InputError, match="holds 'x' more than once"):
        schema.check(twice, schema.REGISTER, name="sites", needs=[])
    bare = gpd.GeoDataFrame(geometry=[Point(1, 2)], index=pd.Index(["x"], name="site_id"))
    with pytest.raises(InputError, match="has no coordinate system"):
        schema.check(bare, schema.REGISTER, name="sites", needs=[])
    with pytest.raises(InputError, match="needs a table"):
        schema.check([1], schema.REGISTER, name="sites")


def test_declarations_are_complete_and_unambiguous():
    for table in schema.TABLES:
        assert len(set(table.names)) == len(table.names), table.name
        labels = [column.label for column in table.columns]
        assert len(set(labels)) == len(labels), f"{table.name}: field aliases must be unique in a GeoPackage"
        for column in table.columns:
            assert column.kind in schema.DTYPES
            assert column.meaning
            assert column.label
            assert column.unit or column.kind in ("text", "flag", "date"), f"{column.name}: a number needs its unit"


def test_every_contract_column_is_declared():
    contract = """reference organisation site_name hectares minimum_net_dwellings planning_permission_status
        ownership_status coordinate_confidence lsoa_code lsoa_year imd_decile imd_edition nearest_stop
        nearest_stop_mode walk_m walk_basis bus_walk_m corridor corridor_walk_m corridor_chainage_m market_failure
        market_failure_reasons eligible gate_reasons score coverage rank rank_p05 rank_p95 score_band""".split()
    assert set(contract) <= set(schema.SITES.names)


def test_the_dictionary_has_one_row_per_column_of_each_table_in_order():
    dictionary = schema.data_dictionary()
    assert list(dictionary) == ["table", "column", "kind", "unit", "label", "meaning", "source", "allowed"]
    assert len(dictionary) == sum(len(table.columns) for table in schema.TABLES)
    walk = dictionary[(dictionary["table"] == "sites") & (dictionary["column"] == "nearest_stop_mode")].iloc[0]
    assert (walk["kind"], walk["source"], walk["allowed"]) == ("text", "NaPTAN", "rail | metro")


def test_the_tables_that_are_written_alone_are_declared_as_their_modules_write_them():
    from siteprior.core.issues import COLUMNS, SEVERITIES
    from siteprior.joins.access.ptal import ROUTE_COLUMNS
    from siteprior.registers.matching.find_duplicates import CONFIDENCES, PAIR_COLUMNS

    assert tuple(schema.ISSUES.names) == COLUMNS
    assert schema.VALUES["issue severity"] == SEVERITIES
    assert tuple(schema.DUPLICATES.names) == PAIR_COLUMNS
    assert schema.VALUES["duplicate confidence"] == CONFIDENCES
    assert schema.ACCESS_ROUTES.names == ["site_id", *ROUTE_COLUMNS[1:]]


def test_registered_columns_follow_the_declared_ones_wherever_these_are_asked_for(monkeypatch):
    monkeypatch.setattr("siteprior.core.schema.model.REGISTERED_COLUMNS", {})
    depth = schema.Column("flood_depth_m", "number", "Flood depth", "Depth of the flood", "m", "Environment Agency")
    schema.extend("sites", [depth])
    schema.extend("sites", [depth])  # as when a module is loaded twice
    assert schema.SITES.names[-1] == "flood_depth_m"
    assert schema.SITES.without_places().names.count("flood_depth_m") == 1
    assert "flood_depth_m" in schema.data_dictionary()["column"].tolist()
    assert schema.conform(sites(flood_depth_m=["0.5", None]), schema.SITES)["flood_depth_m"].tolist()[0] == 0.5
    with pytest.raises(InputError, match="flood_depth_m needs numbers, holds 'deep'"):
        schema.check(sites(flood_depth_m=["deep", None]), schema.SITES, name="sites", needs=["flood_depth_m"])


def test_a_registration_that_contradicts_a_declared_or_registered_column_is_refused_whole(monkeypatch):
    monkeypatch.setattr("siteprior.core.schema.model.REGISTERED_COLUMNS", {})
    good = schema.Column("flood_depth_m", "number", "Flood depth", "Depth of the flood", "m")
    schema.extend("sites", [good])
    wrong = [
        schema.Column("new_one", "text", "New one", "Fine in itself"),
        schema.Column("flood_depth_m", "number", "Flood depth", "Depth of the flood", "ft"),
        schema.Column("walk_m", "number", "Walk", "Another walk", "m"),
        schema.Column("other", "number", "Hectares", "The label is taken", "ha"),
        schema.Column("odd", "decimal", "Odd", "No such kind"),
        schema.Column("bare", "number", "", ""),
    ]
    with pytest.raises(schema.SchemaError) as raised:
        schema.extend("sites", wrong)
    text = str(raised.value)
    assert "'flood_depth_m' is declared already, and differently" in text
    assert "'walk_m' is declared already, and differently" in text
    assert "has the label 'Hectares' of 'hectares'" in text
    assert "unknown kind 'decimal'" in text
    assert "'bare' lacks its label" in text
    assert "'bare' lacks its unit" in text
    assert schema.SITES.names[-1] == "flood_depth_m"
    with pytest.raises(schema.SchemaError, match="unknown table 'site'; did you mean 'sites'"):
        schema.extend("site", [good])
