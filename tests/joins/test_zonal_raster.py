from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely

from factories.real import expected
from siteprior.core.errors import InputError
from siteprior.joins import zonal_raster as raster_zones
from siteprior.joins.layers import join_layer
from siteprior.project.layer_checks import parse_layer
from siteprior.sources.layers.reader import read_layer

WEST, NORTH, CELL = 400_000, 290_000, 25
GRID = np.array([[1, 2, 3, -9], [5, 6, 7, 8]], dtype="float32")
"""Two rows of four cells of 25 m; -9 is no value."""


def cell_box(left, top, right, bottom):
    """Return a box from counts of cells from the raster's upper left corner."""
    return shapely.box(WEST + CELL * left, NORTH - CELL * bottom, WEST + CELL * right, NORTH - CELL * top)


def spec_of(measure, **keys):
    keys |= {"threshold": 4} if measure == "share_above" and "threshold" not in keys else {}
    return parse_layer({"name": "noise", "path": "noise.tif", "kind": "raster", "measure": measure, **keys})


@pytest.fixture
def write(tmp_path):
    def write_raster(grid=GRID, *, nodata=-9.0, crs="EPSG:27700", transform=None, scale=None):
        path = tmp_path / "noise.tif"
        facts = {"driver": "GTiff", "width": grid.shape[1], "height": grid.shape[0], "count": 1, "dtype": grid.dtype}
        transform = transform or rasterio.Affine(CELL, 0, WEST, 0, -CELL, NORTH)
        with rasterio.open(path, "w", nodata=nodata, crs=crs, transform=transform, **facts) as target:
            target.write(grid, 1)
            if scale is not None:
                target.scales = [scale]
        return path

    return write_raster


@pytest.fixture
def measure(make_sites, make_shapes):
    def join(path, spec, *polygons):
        """Measure at sites with these polygons; a pair of numbers is a site of which only the point is known."""
        points = [p if isinstance(p, tuple | None) else (p.centroid.x, p.centroid.y) for p in polygons]
        sites = make_sites(*points)
        shapes = make_shapes(sites, *[None if isinstance(p, tuple | None) else p for p in polygons])
        values = join_layer(sites, read_layer(path, spec).table, spec, shapes=shapes)
        return values.astype(object).where(values.notna(), None).tolist()

    return join


def test_cells_count_by_the_part_of_them_in_the_site(write, measure):
    sites = (cell_box(0, 0, 2, 1), cell_box(0, 0, 1.5, 1), cell_box(0.5, 0.5, 1.5, 1.5))
    # (1 + 2) / 2; (1 + 0.5 × 2) / 1.5; a quarter of each of 1, 2, 5, 6
    assert measure(write(), spec_of("mean"), *sites) == pytest.approx([1.5, 4 / 3, 3.5])
    assert measure(write(), spec_of("max"), *sites) == [2.0, 2.0, 6.0]
    assert measure(write(), spec_of("share_above"), *sites) == pytest.approx([0, 0, 0.5])
    assert measure(write(), spec_of("share_above", threshold=1), sites[1]) == pytest.approx([1 / 3])


def test_cells_without_value_do_not_count_and_too_few_cells_are_no_answer(write, measure):
    sites = (cell_box(2, 0, 4, 1), cell_box(2.5, 0, 4, 1), cell_box(3, 0, 4, 1))
    # half of the first has values, a third of the second, none of the third
    assert measure(write(), spec_of("mean"), *sites) == [3.0, None, None]
    assert measure(write(), spec_of("share_above", threshold=2), *sites) == [1.0, None, None]


def test_off_the_raster_is_missing_not_zero(write, measure):
    sites = (cell_box(-1, 1, 1, 2), cell_box(-3, 0, 1, 1), cell_box(10, 10, 11, 11), None)
    assert measure(write(), spec_of("mean"), *sites) == [5.0, None, None, None]
    assert measure(write(), spec_of("share_above"), *sites) == [1.0, None, None, None]


def test_a_point_has_its_cell_and_no_share(write, measure):
    points = [(WEST + 30, NORTH - 30), (WEST, NORTH), (WEST + 80, NORTH - 5), (WEST - 1, NORTH - 1)]
    assert measure(write(), spec_of("value"), *points) == [6.0, 1.0, None, None]
    assert measure(write(), spec_of("mean"), *points) == [6.0, 1.0, None, None]
    assert measure(write(), spec_of("value"), cell_box(0, 0, 4, 2)) == [7.0]  # of a shape the cell at its point
    assert measure(write(), spec_of("share_above"), *points) == [None] * 4


@pytest.mark.parametrize("grid", [np.where(GRID == -9, np.nan, GRID), np.where(GRID == -9, np.inf, GRID), GRID])
def test_nothing_has_many_marks(write, measure, grid):
    path = write(grid.astype("float32"), nodata=None)
    assert measure(path, spec_of("mean", nodata=-9), cell_box(2, 0, 4, 1)) == [3.0]


def test_whole_numbers_with_a_scale_are_read_as_what_they_mean(write, measure):
    assert measure(write(GRID.astype("int16"), nodata=-9, scale=0.5), spec_of("mean"), cell_box(0, 0, 2, 1)) == [0.75]


def test_a_raster_in_another_system_is_measured_there(write, measure):
    (point,) = gpd.GeoSeries([shapely.Point(WEST, NORTH)], crs=27700).to_crs(4326)
    path = write(crs="EPSG:4326", transform=rasterio.Affine(0.01, 0, point.x, 0, -0.01, point.y))
    site = shapely.box(WEST + 200, NORTH - 300, WEST + 300, NORTH - 200)  # well inside the first cell
    assert measure(path, spec_of("mean"), site) == [1.0]


def test_a_site_over_more_cells_than_are_weighed_is_refused_before_any_is_read(write, measure):
    tiny = rasterio.Affine(1e-4, 0, WEST, 0, -1e-4, NORTH)
    with pytest.raises(
        InputError, match=r"noise\.tif: under the largest site \(0\.0004 km²\): 4\d,\d+,\d+,\d+ cells, of"
    ):
        measure(write(transform=tiny), spec_of("mean"), shapely.box(WEST - 10, NORTH - 10, WEST + 10, NORTH + 10))


def test_a_raster_of_another_place_or_without_values_is_refused(write, measure):
    with pytest.raises(InputError, match=r"reaches over 400000–400100 m east.*sites over 0–10 m east"):
        measure(write(), spec_of("mean"), shapely.box(0, 0, 10, 10))
    with pytest.raises(InputError, match="holds no value at any site; check band 1"):
        measure(write(np.full((2, 4), -9, dtype="float32")), spec_of("mean"), cell_box(0, 0, 2, 2))


@pytest.mark.parametrize("block", [2, 4, 2048])
def test_the_windows_read_do_not_matter(write, measure, monkeypatch, block):
    grid = np.random.default_rng(1).random((40, 50)).astype("float32")
    rng = np.random.default_rng(2)
    corners = rng.uniform(0, 38, (60, 2))
    sites = [cell_box(x, y, x + w, y + w) for (x, y), w in zip(corners, rng.uniform(0.2, 12, 60), strict=True)]
    path = write(grid)
    whole = measure(path, spec_of("mean"), *sites)
    monkeypatch.setattr(raster_zones, "BLOCK", block)
    assert measure(path, spec_of("mean"), *sites) == whole
    values = rng.uniform((0, 0), (50, 40), (30, 2))
    points = [(WEST + CELL * x, NORTH - CELL * y) for x, y in values]
    assert measure(path, spec_of("value"), *points) == [float(grid[int(y), int(x)]) for x, y in values]


def test_real_heights_at_discs_agree_with_the_cells_themselves(real, make_sites, make_shapes):
    path = real / "real/raster/os_terrain50_wmca_50m_2013.tif"
    rng = np.random.default_rng(3)
    places = rng.uniform(
        *expected(whole=((390_000, 280_000), (430_000, 300_000)), of_slice=((396_200, 288_200), (399_800, 290_800))),
        (40, 2),
    )
    sites = make_sites(*map(tuple, places))
    shapes = make_shapes(sites, *[shapely.Point(place).buffer(130) for place in places])
    spec = spec_of("mean")
    mean = join_layer(sites, read_layer(path, spec).table, spec, shapes=shapes)
    with rasterio.open(path) as source:
        grid = source.read(1)
        west, north = source.transform.c, source.transform.f
    for shape, found in zip(shapes.geometry, mean, strict=True):
        weights = weighted = 0.0
        left, bottom, right, top = shape.bounds
        for row in range(int((north - top) // 50), int((north - bottom) // 50) + 1):
            for column in range(int((left - west) // 50), int((right - west) // 50) + 1):
                x, y = west + 50 * column, north - 50 * row
                part = shape.intersection(shapely.box(x, y - 50, x + 50, y)).area
                weights, weighted = weights + part, weighted + part * grid[row, column]
        assert found == pytest.approx(weighted / weights, abs=1e-3)
