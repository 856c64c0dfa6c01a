from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.schema import AREAS, SITE_AREA_COLUMNS, conform
from siteprior.joins.areas import join_areas

COLUMNS = [column.name for column in SITE_AREA_COLUMNS]


def tiles(codes, *, deprivation=True):
    """Make a row of squares of 10 m, in the order of the codes."""
    table = pd.DataFrame(
        {"lsoa_name": [f"Area {c}" for c in codes], "district_code": "E08", "lsoa_year": 2021},
        index=pd.Index(codes, name="lsoa_code"),
    )
    if deprivation:
        table = table.assign(imd_edition=2025, imd_decile=range(1, len(codes) + 1), imd_percentile=5.5)
    shapes = [shapely.box(10 * i, 0, 10 * i + 10, 10) for i in range(len(codes))]
    return conform(gpd.GeoDataFrame(table, geometry=shapes, crs=27700), AREAS)


def test_every_site_gets_the_area_it_lies_in(make_sites):
    sites = make_sites((15, 5), (5, 5), (99, 5), None)
    joined = join_areas(sites, tiles(["E01", "E02"]))
    assert joined.index.equals(sites.index)
    assert joined["lsoa_code"].fillna("").to_list() == ["E02", "E01", "", ""]
    assert joined["imd_decile"].fillna(0).to_list() == [2, 1, 0, 0]
    assert joined["lsoa_year"].fillna(0).to_list() == [2021, 2021, 0, 0]
    assert list(joined.columns) == COLUMNS
    assert joined["crime_rank"].isna().all()  # not in these areas
    assert sites.join(joined).crs == sites.crs
    assert "lsoa_code" not in sites.columns


@pytest.mark.parametrize("codes", [["E01", "E02", "E03"], ["E03", "E02", "E01"], ["E02", "E01", "E03"]])
def test_on_a_shared_edge_the_lowest_code_owns(make_sites, codes):
    joined = join_areas(make_sites((10, 5), (20, 0), (0, 0)), tiles(codes))
    assert joined["lsoa_code"].to_list() == [min(codes[:2]), min(codes[1:]), codes[0]]
    assert len(joined) == 3  # a point on an edge lies in two polygons, but stays one site


def test_columns_the_sites_have_already_decide_nothing(make_sites):
    sites = make_sites((5, 5)).assign(hectares=1.5)
    once = join_areas(sites, tiles(["E01"]))
    pd.testing.assert_frame_equal(join_areas(sites.join(once), tiles(["E01"])), once)
    assert sites.join(once)["hectares"].to_list() == [1.5]
    plain = join_areas(sites.join(once), tiles(["E01"], deprivation=False))
    assert plain["imd_decile"].isna().all()  # what is no longer known does not linger


def test_kinds_hold_even_where_nothing_is_known(make_sites):
    joined = join_areas(make_sites(None), tiles(["E01"]))
    assert joined[COLUMNS].isna().all(axis=None)
    assert joined.dtypes[["lsoa_code", "lsoa_year", "imd_percentile"]].astype(str).to_list() == [
        "str",
        "Int64",
        "float64",
    ]
    empty = join_areas(make_sites(), tiles(["E01"]))
    assert empty.empty
    assert set(COLUMNS) <= set(empty.columns)


def test_a_shape_counts_by_its_centroid(make_sites):
    sites = make_sites((0, 0)).set_geometry(gpd.GeoSeries([shapely.box(8, 0, 18, 2)], index=["E08:1"], crs=27700))
    assert join_areas(sites, tiles(["E01", "E02"]))["lsoa_code"].to_list() == ["E02"]


def test_a_wrong_call_is_refused(make_sites):
    with pytest.raises(InputError, match="sites: is in EPSG:4326, needs metres in EPSG:27700"):
        join_areas(make_sites((5, 5)).to_crs(4326), tiles(["E01"]))
    with pytest.raises(InputError, match="areas: lacks the columns district_code"):
        join_areas(make_sites((5, 5)), tiles(["E01"]).drop(columns="district_code"))


def test_random_points_against_every_polygon(make_sites):
    rng = np.random.default_rng(1)
    points = rng.integers(-1, 8, (200, 2)) * 5.0  # many on edges and corners
    areas = tiles([f"E0{i}" for i in (3, 1, 2)])
    joined = join_areas(make_sites(*points), areas)
    for (x, y), code in zip(points, joined["lsoa_code"].fillna(""), strict=True):
        inside = areas.index[areas.intersects(shapely.Point(x, y))]
        assert code == (min(inside) if len(inside) else "")


def test_real_every_lsoa_owns_the_points_inside_it(real, make_sites):
    from siteprior.sources.areas.lsoa import read_areas

    areas = read_areas(
        real / "real" / "boundaries" / "wmca_lsoa21_bgc.geojson.gz", code="LSOA21CD", name="LSOA21NM",
        district="LADCD_ACTIVE", year=2021,
    ).table  # fmt: skip
    inside = areas.representative_point()
    joined = join_areas(make_sites(*zip(inside.x, inside.y, strict=True)), areas)
    assert joined["lsoa_code"].to_list() == areas.index.to_list()
    corners = shapely.get_coordinates(areas.boundary.to_numpy())[::50]  # each lies in one area or several
    owned = join_areas(make_sites(*corners), areas)
    assert len(owned) == len(corners)
    assert owned["lsoa_code"].notna().all()
