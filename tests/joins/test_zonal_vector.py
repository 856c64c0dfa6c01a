from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.joins.layers import join_layer
from siteprior.project.layer_checks import parse_layer
from siteprior.project.layers import VectorLayer

BOX = shapely.box(0, 0, 100, 100)
"""A site of one hectare."""


def spec_of(measure, **keys):
    return parse_layer({"name": "own", "path": "own.gpkg", "kind": "vector", "measure": measure, **keys})


def layer_of(*shapes, extent=None, **facts):
    return VectorLayer(gpd.GeoDataFrame(facts, geometry=list(shapes), crs=27700), extent, "own.gpkg")


@pytest.fixture
def measure(make_sites, make_shapes):
    def join(layer, spec, *polygons, basis=None):
        """Measure at sites with these polygons; a pair of numbers is a site of which only the point is known."""
        points = [p if isinstance(p, tuple | None) else (p.centroid.x, p.centroid.y) for p in polygons]
        sites = make_sites(*points)
        shapes = make_shapes(sites, *[None if isinstance(p, tuple | None) else p for p in polygons])
        shapes["shape_basis"] = shapes["shape_basis"].where(~shapes.geometry.isna(), "point")
        if basis is not None:
            shapes["shape_basis"] = basis
        values = join_layer(sites, layer, spec, shapes=shapes)
        assert values.index.equals(sites.index)
        assert values.name == "own"
        return values.astype(object).where(values.notna(), None).tolist()

    return join


def test_the_share_is_of_the_sites_area(measure):
    flood = layer_of(shapely.box(60, 0, 200, 100), shapely.box(500, 0, 600, 100))
    sites = (BOX, shapely.box(200, 0, 300, 50), shapely.box(520, 20, 540, 40))
    assert measure(flood, spec_of("share"), *sites) == pytest.approx([0.4, 0.0, 1.0])


def test_features_that_overlap_count_once(measure):
    twice = layer_of(shapely.box(0, 0, 60, 100), shapely.box(40, 0, 80, 100), shapely.box(0, 0, 60, 100))
    assert measure(twice, spec_of("share"), BOX) == pytest.approx([0.8])


def test_a_site_wholly_in_the_layer_has_a_share_of_one(measure):
    thirds = layer_of(*(shapely.box(100 * i / 3, -1, 100 * (i + 1) / 3, 101) for i in range(3)))
    disc = shapely.Point(50, 50).buffer(41.3)
    assert measure(thirds, spec_of("share"), BOX, disc) == [1.0, 1.0]


def test_a_point_has_no_share_and_no_place_has_nothing(measure):
    assert measure(layer_of(BOX), spec_of("share"), (50, 50), None, BOX) == [None, None, 1.0]


def test_a_site_lies_within_by_half_of_its_area_or_by_its_point(measure):
    belt = layer_of(shapely.box(-100, -100, 50, 200), shapely.box(50, -100, 55, 0))
    sites = (BOX, shapely.box(1, 0, 101, 100), (50, 10), (51, 10), None)
    assert measure(belt, spec_of("within"), *sites) == ["yes", "no", "yes", "no", None]


def test_the_nearest_is_from_the_edge_of_a_polygon_and_the_middle_of_a_disc(measure):
    centre = layer_of(shapely.Point(400, 50), shapely.Point(9000, 50))
    disc = shapely.Point(50, 50).buffer(40)
    assert measure(centre, spec_of("nearest"), BOX, (50, 50), None) == [300.0, 350.0, None]
    assert measure(centre, spec_of("nearest"), disc, basis="disc") == pytest.approx([350.0])
    assert measure(layer_of(BOX), spec_of("nearest"), BOX) == [0.0]


def test_features_are_counted_where_they_meet_by_more_than_a_sliver(measure):
    parcels = layer_of(
        shapely.box(0, 0, 50, 100), shapely.box(50, 0, 100, 100), shapely.box(100, 0, 200, 100),
        shapely.box(99.95, 0, 110, 100), shapely.box(10, 10, 11, 11),
    )  # fmt: skip
    # two halves and a pillar of 1 m² whole; the neighbour only touches, and the drawn-over edge overlaps by 5 m²
    assert measure(parcels, spec_of("count"), BOX) == [3.0]
    assert measure(parcels, spec_of("count"), (25, 25), (-50, 0)) == [1.0, 0.0]


def test_features_are_counted_within_a_radius(measure):
    schools = layer_of(shapely.Point(150, 50), shapely.Point(50, 50), shapely.Point(50, 301))
    assert measure(schools, spec_of("count", radius=200), BOX, (50, 50)) == [2.0, 2.0]
    assert measure(schools, spec_of("count", radius=201), BOX, (50, 50)) == [3.0, 2.0]


def test_the_attribute_is_that_of_the_first_feature_that_holds_the_point(measure):
    zones = layer_of(shapely.box(0, 0, 60, 60), shapely.box(0, 0, 200, 200), value=[3.0, 2.0])
    assert measure(zones, spec_of("value", column="zone"), BOX, (150, 150), (300, 300), None) == [3.0, 2.0, None, None]
    words = layer_of(BOX, value=["Aston"])
    assert measure(words, spec_of("value", column="ward", text=True), BOX, (500, 0)) == ["Aston", None]


def test_outside_the_surveyed_extent_nothing_is_known(measure):
    surveyed = shapely.box(0, -1000, 80, 1000)
    flood = layer_of(shapely.box(0, 0, 20, 100), extent=surveyed)
    sites = (BOX, shapely.box(60, 0, 160, 100), shapely.box(500, 0, 600, 100), shapely.box(0, 500, 50, 550))
    # of the first site 80 of 100 m were surveyed, of the second 20: too little
    assert measure(flood, spec_of("share"), *sites) == pytest.approx([0.25, None, None, 0.0])
    assert measure(flood, spec_of("within"), *sites, (70, 900), (90, 0)) == ["no", None, None, "no", "no", None]
    assert measure(flood, spec_of("count"), *sites) == [1.0, None, None, 0.0]
    assert measure(flood, spec_of("nearest"), (70, 50), (90, 50)) == [50.0, None]


@pytest.mark.parametrize("name", ["share", "within", "count", "value"])
def test_a_layer_of_another_place_is_refused_with_both_extents(measure, name):
    keys = {"column": "zone"} if name == "value" else {}
    far = layer_of(shapely.box(500_000, 200_000, 500_100, 200_100), value=[1.0])
    with pytest.raises(InputError, match=r"reaches over 500000–500100 m east.*sites over 0–100 m east"):
        measure(far, spec_of(name, **keys), BOX)
    with pytest.raises(InputError, match="lies elsewhere"):
        measure(far, spec_of("nearest"), BOX)
    assert measure(layer_of(shapely.Point(30_000, 0)), spec_of("nearest"), BOX) == [29_900.0]  # far, and true


def test_without_shapes_a_share_is_not_known(make_sites):
    with pytest.raises(InputError, match="asks for a share"):
        join_layer(make_sites((5, 5)), layer_of(BOX), spec_of("share"))
    assert join_layer(make_sites((5, 5), None), layer_of(BOX), spec_of("within")).fillna("").tolist() == ["yes", ""]


def test_sites_without_any_place_have_nothing(make_sites):
    assert join_layer(make_sites(None, None), layer_of(BOX), spec_of("count")).isna().all()


squares = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 5)).map(
    lambda t: shapely.box(t[0] * 10, t[1] * 10, (t[0] + t[2]) * 10, (t[1] + t[2]) * 10)
)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.lists(squares, min_size=1, max_size=8), st.lists(squares, min_size=1, max_size=4))
def test_shares_agree_with_a_count_of_cells(features, sites):
    index = [f"E08:{i}" for i in range(len(sites))]
    table = gpd.GeoDataFrame({"reference": index}, geometry=[s.centroid for s in sites], crs=27700, index=index)
    shapes = gpd.GeoDataFrame({"shape_basis": "polygon by reference"}, geometry=sites, crs=27700, index=index)
    corners = [shapely.box(-10, -10, -5, -5), shapely.box(200, 200, 205, 205)]  # so that the layer is of the place
    near = layer_of(*features, *corners)
    found = join_layer(table.rename_axis("site_id"), near, spec_of("share"), shapes=shapes.rename_axis("site_id"))
    middle = np.arange(5, 150, 10)
    cells = shapely.points(np.stack(np.meshgrid(middle, middle), axis=-1))
    wet = shapely.contains(shapely.union_all(features), cells)
    for site, share in zip(sites, found, strict=True):
        inside = shapely.contains(site, cells)
        assert share == pytest.approx((wet & inside).sum() / inside.sum(), abs=1e-9)


def test_names_are_those_of_all_features_that_meet_the_site_each_once(measure):
    parks = layer_of(
        shapely.box(90, 0, 200, 100), shapely.box(0, 0, 20, 100), shapely.box(10, 0, 20, 100),
        shapely.box(100, 0, 150, 100), shapely.box(30, 0, 40, 100), value=["Lake", "Park", "Lake", "Edge", ""],
    )  # fmt: skip
    names = spec_of("names", column="title")
    assert measure(parks, names, BOX, shapely.box(500, 0, 600, 100), (15, 50)) == ["Lake; Park", None, "Park; Lake"]


def test_names_are_missing_outside_the_extent(measure):
    park = layer_of(shapely.box(0, 0, 20, 100), extent=shapely.box(0, 0, 40, 100), value=["Park"])
    assert measure(park, spec_of("names", column="title"), BOX, shapely.box(0, 0, 50, 100)) == [None, "Park"]


def test_a_layer_whose_reader_looked_about_the_areas_may_lie_aside_of_all_sites(measure):
    far = layer_of(shapely.box(9_000, 0, 9_100, 100))
    with pytest.raises(InputError, match="lies elsewhere than the sites"):
        measure(far, spec_of("share"), BOX)
    assert measure(VectorLayer(far.features, None, "a", placed=True), spec_of("share"), BOX) == [0.0]
    none = VectorLayer(far.features.iloc[:0], BOX, "a", placed=True)
    assert measure(none, spec_of("share"), BOX, shapely.box(500, 0, 600, 100)) == [0.0, None]


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_the_part_within_an_extent_is_the_same_cut_or_wholly_inside(seed):
    """Sites wholly inside are not cut; the shares are those of cutting every one."""
    from siteprior.joins.zonal_vector import _surveyed

    rng = np.random.default_rng(seed)
    extent = shapely.union_all(shapely.points(rng.uniform(0, 500, (5, 2))).tolist()).buffer(90)
    places = rng.uniform(0, 500, (20, 2))
    shapes = shapely.box(*places.T, *(places + 60).T)
    kept, parts = _surveyed(shapes, np.arange(20), extent)
    cut = shapely.intersection(shapes, extent)
    assert kept.tolist() == np.flatnonzero(shapely.area(cut) >= 0.5 * shapely.area(shapes)).tolist()
    assert shapely.area(parts) == pytest.approx(shapely.area(cut[kept]))
