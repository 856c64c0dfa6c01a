from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.appraisal.market_failure.signals import failure_signals
from siteprior.core.errors import InputError
from siteprior.core.schema import REGISTER, conform
from siteprior.joins.areas import join_areas
from siteprior.joins.layers import SIGNAL_COLUMNS, join_layer, join_layers, layer_signals
from siteprior.project.layer_checks import parse_layer
from siteprior.project.layers import AreaLayer, VectorLayer
from siteprior.sources.areas.lsoa import read_areas
from siteprior.sources.layers.reader import read_layer

TABLE = {"name": "fuel_poverty", "path": "fp.csv", "kind": "table", "measure": "value", "column": "share",
         "by": "lsoa_code", "code": "code", "year": 2021, "unit": "%"}  # fmt: skip
LANDFILL = {"name": "landfill", "path": "landfill.gpkg", "kind": "vector", "measure": "share",
            "signal": {"letter": "X", "zero": 0, "full": 2, "grade": "A",
                       "reason": "on historic landfill"}}  # fmt: skip
BOX = shapely.box(0, 0, 100, 100)


def areas_layer(**by_code):
    values = pd.Series(by_code, name="value", dtype="float64").rename_axis("lsoa_code")
    return AreaLayer(values, "fp.csv")


def vector(*shapes, **facts):
    return VectorLayer(gpd.GeoDataFrame(facts, geometry=list(shapes), crs=27700), None, "landfill.gpkg")


def test_a_table_joins_by_code_and_only_to_its_own_year(make_sites):
    sites = make_sites((5, 5), (5, 5), None).assign(
        lsoa_code=["E01000002", "E01000009", None], lsoa_year=pd.array([2021, 2021, None], dtype="Int64")
    )
    layer = areas_layer(E01000001=1.0, E01000002=2.0)
    values = join_layer(sites, layer, parse_layer(TABLE))
    assert values.fillna(-1).to_dict() == {"E08:1": 2.0, "E08:2": -1.0, "E08:3": -1.0}
    assert values.name == "fuel_poverty"
    with pytest.raises(InputError, match="is on LSOAs of 2011, but the sites lie in LSOAs of 2021"):
        join_layer(sites, layer, parse_layer({**TABLE, "year": 2011}))
    with pytest.raises(InputError, match="lacks the columns lsoa_year"):
        join_layer(sites.drop(columns="lsoa_year"), layer, parse_layer(TABLE))


def test_layers_become_declared_columns_and_all_faults_are_named(make_sites, make_shapes):
    sites = make_sites((50, 50), None).assign(hectares=1.5)
    shapes = make_shapes(sites, BOX, None)
    belt = parse_layer({"name": "belt", "path": "b.gpkg", "kind": "vector", "measure": "within"})
    joined = join_layers(sites, [vector(BOX), vector(BOX)], [parse_layer(LANDFILL), belt], shapes=shapes)
    assert joined.index.equals(sites.index)
    joined = sites.join(joined)
    assert joined[["hectares", "landfill", "belt"]].astype(object).fillna("-").values.tolist() == [
        [1.5, 1.0, "yes"],
        [1.5, "-", "-"],
    ]
    assert joined.dtypes[["landfill", "belt"]].astype(str).tolist() == ["float64", "str"]
    far = vector(shapely.box(5e5, 5e5, 5.1e5, 5.1e5))
    with pytest.raises(InputError) as caught:
        join_layers(sites, [far, far], [parse_layer(LANDFILL), belt], shapes=shapes)
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize("letter", "XCIP")
@pytest.mark.parametrize("by", ["lsoa_code", "district_code"])
def test_the_value_of_a_table_is_of_its_area_and_that_of_a_map_is_not(make_sites, letter, by):
    sites = make_sites((50, 50), (500, 50)).assign(share=[3.0, 0.0])
    signal = {"letter": letter, "zero": 0, "full": 10, "grade": "B", "reason": "council average"}
    stated = {"name": "share", "measure": "value", "column": "v", "signal": signal}
    table = {"path": "a.csv", "kind": "table", "by": by, "code": "Code"}
    table |= {"year": 2021} if by == "lsoa_code" else {}
    of_area = layer_signals(sites, [parse_layer(stated | table)])
    assert of_area["area_average"].tolist() == ["yes", "yes"]
    assert of_area["counter_evidence"].str.endswith("every site of its area has this value, which identifies none of "
                                                    "them").all()  # fmt: skip
    of_place = layer_signals(sites, [parse_layer(stated | {"path": "a.gpkg", "kind": "vector"})])
    assert of_place["area_average"].tolist() == ["no", "no"]


def test_a_signal_says_its_reason_its_grade_and_its_counter_evidence(make_sites, make_shapes):
    sites = make_sites((50, 50), (50, 50), (500, 50), (50, 50), None)
    shapes = make_shapes(sites, BOX, BOX, shapely.box(500, 0, 600, 100), None, None)
    shapes["shape_basis"] = ["polygon by reference", "disc", "polygon by location", "point", None]
    spec = parse_layer(LANDFILL)
    joined = sites.join(join_layers(sites, [vector(shapely.box(0, 0, 62, 100))], [spec], shapes=shapes))
    signals = layer_signals(joined, [spec], shapes=shapes)
    assert list(signals.columns) == list(SIGNAL_COLUMNS)
    assert signals[["site_id", "signal", "kind", "value", "grade"]].values.tolist() == [
        ["E08:1", "X", "primary", pytest.approx(0.31), "A"],
        ["E08:2", "X", "primary", pytest.approx(0.31), "B"],  # a disc stands for the site
        ["E08:3", "X", "primary", 0.0, "A"],
    ]  # a point has no share, and so no row
    assert signals["reason"].tolist() == [
        "on historic landfill: 62% of the site (Landfill)",
        "on historic landfill: 62% of the site (Landfill; on a disc of its hectares)",
        "on historic landfill: 0% of the site (Landfill)",
    ]
    assert signals["counter_evidence"].tolist() == [
        "38% of the site lies outside it",
        "38% of the site lies outside it",
        "no feature of the layer Landfill meets the site",
    ]


def test_where_nothing_is_the_reason_says_so_and_words_stand_beside_what_is(make_sites, make_shapes):
    sites = make_sites((50, 50), (550, 50))
    shapes = make_shapes(sites, BOX, shapely.box(500, 0, 600, 100))
    shapes["shape_basis"] = ["polygon by reference", "disc"]
    spec = parse_layer(LANDFILL)
    joined = sites.join(join_layers(sites, [vector(shapely.box(0, 0, 62, 100))], [spec], shapes=shapes))
    joined["waste"] = pd.Series(["inert waste", None], index=joined.index, dtype="str")
    signals = layer_signals(
        joined, [spec], shapes=shapes, none={"landfill": "no landfill"}, beside={"landfill": "waste"}
    )
    assert signals["reason"].tolist() == [
        "on historic landfill: 62% of the site, inert waste (Landfill)",
        "no landfill (Landfill; on a disc of its hectares)",
    ]


@pytest.mark.parametrize(
    ("measure", "signal", "expected"),
    [
        ("nearest", {"zero": 500, "full": 100}, {"E08:1": 1.0, "E08:2": 0.5, "E08:3": 0.0}),
        ("within", {"zero": 0, "full": 1}, {"E08:1": 1.0, "E08:2": 0.0, "E08:3": 0.0}),
        ("count", {"zero": 1, "full": 3}, {"E08:1": 0.5, "E08:2": 0.0, "E08:3": 0.0}),
    ],
)
def test_any_measure_can_count_in_either_direction(make_sites, measure, signal, expected):
    sites = make_sites((50, 50), (400, 50), (5000, 50), None)
    spec = parse_layer({**LANDFILL, "measure": measure, "signal": {**LANDFILL["signal"], **signal}})
    joined = sites.join(join_layers(sites, [vector(BOX, BOX)], [spec]))
    signals = layer_signals(joined, [spec]).set_index("site_id")
    assert signals["value"].to_dict() == pytest.approx(expected)
    assert set(signals["grade"]) == {"B"}  # stated A, measured at a point
    assert (signals["counter_evidence"] != "").all()


def test_an_area_keeps_the_grade_stated_and_no_signal_gives_an_empty_table(make_sites):
    sites = make_sites((5, 5)).assign(slow=[30.0])
    spec = parse_layer({**TABLE, "name": "slow", "column": "below 10 Mbit/s", "signal": {
        "letter": "P", "zero": 10, "full": 50, "grade": "B", "reason": "slow lines"}})  # fmt: skip
    row = layer_signals(sites, [spec]).iloc[0]
    assert (row["value"], row["grade"], row["reason"]) == (0.5, "B", "slow lines: 30 % here (Slow)")
    empty = layer_signals(sites, [])
    assert empty.empty
    assert list(empty.columns) == list(SIGNAL_COLUMNS)


def test_what_is_missing_is_no_signal_and_blanking_never_adds_one(make_sites, make_shapes):
    rng = np.random.default_rng(4)
    sites = make_sites(*map(tuple, rng.uniform(0, 500, (30, 2)))).assign(landfill=rng.uniform(0, 1, 30))
    spec = parse_layer(LANDFILL)
    full = layer_signals(sites, [spec]).set_index("site_id")
    for site in sites.index:
        blank = layer_signals(sites.assign(landfill=sites["landfill"].where(sites.index != site)), [spec])
        pd.testing.assert_frame_equal(blank.set_index("site_id"), full.drop(index=site))


def test_the_appraisal_takes_the_signals_as_they_come(make_sites):
    sites = conform(make_sites((50, 50), (5000, 50)), REGISTER)
    spec = parse_layer({**LANDFILL, "measure": "within", "signal": {**LANDFILL["signal"], "full": 1}})
    own = layer_signals(sites.join(join_layers(sites, [vector(BOX)], [spec])), [spec])
    found = failure_signals(sites, as_of=date(2021, 1, 1), neighbours=sites, layer_signals=own)
    assert found[found["signal"] == "X"][["site_id", "value", "source"]].values.tolist() == [
        ["E08:1", 1.0, "own layer landfill: landfill.gpkg"],
        ["E08:2", 0.0, "own layer landfill: landfill.gpkg"],
    ]


def test_real_layers_at_places_in_every_lsoa(real, make_shapes):
    boundaries = real / "real/boundaries"
    areas = read_areas(
        boundaries / "wmca_lsoa21_bgc.geojson.gz", code="LSOA21CD", district="LADCD_ACTIVE", year=2021
    ).table
    index = pd.Index("E08:" + areas.index, name="site_id")
    sites = gpd.GeoDataFrame({"reference": areas.index}, geometry=areas.representative_point().array, index=index)
    sites = sites.join(join_areas(sites, areas))
    fuel = {**TABLE, "code": "LSOA Code", "column": "Proportion of households fuel poor (%)"}
    income = {**TABLE, "name": "own_income", "by": "msoa_code", "year": 2011, "code": "MSOA code",
              "column": "Value (£)", "where": {"column": "measure", "values": "Net annual income"},
              "lookup": {"path": "msoa.geojson.gz", "to": "MSOA11CD"}}  # fmt: skip
    district = {**TABLE, "name": "homes_band_d", "by": "district_code", "code": "code", "column": "band_d_amount"}
    postcode = {"name": "postcode", "path": "B.geojson.gz", "kind": "vector", "measure": "value", "column": "name",
                "text": True, "crs": "EPSG:4326"}  # fmt: skip
    ward = {"name": "ward", "path": "ward.geojson.gz", "kind": "vector", "measure": "value", "column": "WD25CD",
            "text": True}  # fmt: skip
    stated = [fuel, income, district, postcode, ward]
    files = ["market/fuel_poverty_lsoa_wmca_2022.csv.gz", "market/ons_income_msoa11_wmca_fye2020.csv.gz",
             "market/council_tax_bands_stock_lad_gb.csv.gz", "boundaries/postcode_areas/B.geojson.gz",
             "boundaries/wmca_ward_bgc.geojson.gz"]  # fmt: skip
    specs = [parse_layer(one) for one in stated]
    layers = [
        read_layer(real / "real" / file, spec, lookup=boundaries / "wmca_msoa11_bgc.geojson.gz").table
        for file, spec in zip(files, specs, strict=True)
    ]
    joined = sites.join(join_layers(sites, layers, specs))
    assert joined["fuel_poverty"].notna().all()
    assert joined["own_income"].between(20_000, 60_000).all()
    assert joined["homes_band_d"].nunique() == 7  # the seven councils
    assert joined["ward"].notna().mean() > 0.99
    inside = joined["district_code"] == "E08000025"
    assert joined.loc[inside, "postcode"].notna().mean() > 0.95
    assert joined["postcode"].isna().any()  # Coventry has no B postcodes
