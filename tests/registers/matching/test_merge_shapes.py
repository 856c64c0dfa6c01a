"""The polygon of a record merged into another stays the site's."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely import Point, box

from siteprior.core.schema import CRS, REGISTER, SITE_SHAPES, check, conform
from siteprior.registers.coordinates.site_shapes import site_shapes
from siteprior.registers.matching.find_duplicates import find_duplicates
from siteprior.registers.matching.merge import merge_duplicates
from siteprior.registers.matching.merge_shapes import merge_shapes

YARD = box(400_000, 290_000, 400_100, 290_100)


def register(**rows):
    """Make sites: id → hectares and the ids merged with it."""
    table = pd.DataFrame(list(rows.values()), columns=["hectares", "also_known_as"], index=list(rows))
    table = table.rename_axis("site_id").assign(site_name="Old Yard", file="a.csv", row=range(2, len(table) + 2))
    points = gpd.points_from_xy([400_050] * len(table), [290_050] * len(table))
    return conform(gpd.GeoDataFrame(table, geometry=points, crs=CRS), REGISTER)


def shaped(**rows):
    """Make shapes of sites: id → basis, and the polygon where it is one."""
    table = pd.DataFrame([(*row, None)[:2] for row in rows.values()], columns=["shape_basis", "geometry"])
    table = gpd.GeoDataFrame(table.set_axis(pd.Index(list(rows), name="site_id")), crs=CRS)
    polygon = table["shape_basis"].str.startswith("polygon")
    table["shape_id"] = pd.Series(table.index + "#1", index=table.index).where(polygon, None)
    table["shape_hectares"] = table.area / 10_000
    return conform(table.assign(position_uncertainty_m=[0.0 if p else 56.0 for p in polygon]), SITE_SHAPES)


def test_a_disc_gives_way_to_the_polygon_of_a_record_merged_with_it():
    shapes = shaped(A=("disc", Point(400_050, 290_050).buffer(56)), B=("polygon as given", YARD), C=("disc", YARD))
    merged, issues = merge_shapes(register(A=(1.6, "B"), C=(1.0, None)), shapes)
    check(merged, SITE_SHAPES, name="shapes")
    assert merged["shape_basis"].to_dict() == {"A": "polygon as given", "C": "disc"}
    assert merged.loc["A", ["shape_id", "shape_hectares", "position_uncertainty_m", "hectares"]].tolist() == [
        "B#1", 1.0, 0.0, 1.6
    ]  # fmt: skip
    assert merged.geometry["A"].equals(YARD)
    assert merged["hectares_agree"].fillna("").tolist() == ["no", ""]
    assert issues[["row", "site_id", "action"]].values.tolist() == [
        [2, "A", "its shape is the polygon of B, merged with this site"],
        [2, "A", "both kept: the polygon measures 1.00 ha"],
    ]


def test_the_surest_polygon_is_taken_and_one_of_its_own_stays():
    shapes = shaped(
        A=("disc", YARD), B=("polygon by location", YARD), C=("polygon by reference", YARD.buffer(1)),
        D=("polygon by reference", YARD), E=("polygon as given", YARD),
    )  # fmt: skip
    merged, issues = merge_shapes(register(A=(1.0, "B; C; D; gone"), B=(1.0, "E")), shapes)
    assert merged["shape_id"].to_dict() == {"A": "C#1", "B": "B#1"}
    assert issues["site_id"].tolist() == ["A"]


def test_nothing_merged_leaves_the_shapes_as_they_are():
    shapes = shaped(A=("disc", YARD), B=("polygon as given", YARD))
    merged, issues = merge_shapes(register(B=(1.0, None), A=(1.0, "elsewhere")), shapes)
    assert merged.index.tolist() == ["B", "A"]
    assert merged["shape_basis"].tolist() == ["polygon as given", "disc"]
    assert issues.empty


def test_a_register_s_row_and_the_user_s_polygon_of_one_site_become_one_with_the_polygon():
    sites = register(A=(1.0, None), B=(1.0, None)).assign(
        reference=["A", "B"], minimum_net_dwellings=pd.array([20, 20], dtype="Int64"),
        entry_date=[pd.Timestamp("2025-01-01"), pd.NaT], coordinate_confidence="high",
    )  # fmt: skip
    sites = conform(sites, REGISTER)
    own = gpd.GeoDataFrame({"site_id": ["B"], "hectares": 1.0, "reference": None, "organisation": None},
                           index=pd.Index(["own#1"], name="shape_id"), geometry=[YARD], crs=CRS)  # fmt: skip
    shapes, _ = site_shapes(sites, own)
    assert shapes["shape_basis"].to_dict() == {"A": "disc", "B": "polygon as given"}
    merged, _ = merge_duplicates(sites, find_duplicates(sites, shapes=shapes[shapes["shape_id"].notna()]))
    assert merged["also_known_as"].to_dict() == {"A": "B"}
    result, _ = merge_shapes(merged, shapes)
    assert result["shape_basis"].to_dict() == {"A": "polygon as given"}
    assert result["hectares_agree"].to_dict() == {"A": "yes"}
