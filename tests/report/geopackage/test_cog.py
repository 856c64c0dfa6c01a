from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import rasterio

from siteprior.core.errors import InputError, OutputError
from siteprior.report.geopackage.cog import write_cog

FACTS = {"transform": (100, 0, 400_000, 0, -100, 300_000), "as_of": date(2026, 11, 22)}


def surface(rows=700, columns=600):
    values = np.random.default_rng(0).uniform(0, 60, (rows, columns)).astype("float32")
    values[:100, :50] = np.nan
    return values


def test_a_surface_comes_back_as_it_was(tmp_path):
    values = surface()
    path = write_cog(
        tmp_path / "access_index.tif", values, **FACTS, descriptions=["Access index, am peak"], nodata=np.nan,
        unit="index", attribution="© OpenStreetMap contributors", metadata={"service_date": date(2023, 6, 13)},
    )  # fmt: skip
    assert [file.name for file in tmp_path.iterdir()] == ["access_index.tif"]  # nothing beside it
    with rasterio.open(path) as raster:
        np.testing.assert_array_equal(raster.read(1), values)
        assert raster.crs.to_epsg() == 27700
        assert raster.transform[:6] == (100, 0, 400_000, 0, -100, 300_000)
        assert np.isnan(raster.nodata)
        assert raster.descriptions == ("Access index, am peak",)
        assert raster.units == ("index",)
        tags = raster.tags()
    assert tags["TIFFTAG_DATETIME"] == "2026:11:22 00:00:00"
    assert tags["TIFFTAG_COPYRIGHT"] == "© OpenStreetMap contributors"
    assert tags["service_date"] == "2023-06-13"
    assert tags["AREA_OR_POINT"] == "Area"


def test_it_is_cloud_optimised(tmp_path):
    path = write_cog(tmp_path / "a.tif", surface(), **FACTS, descriptions=["Access index"], nodata=np.nan)
    with rasterio.open(path) as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.profile["tiled"]
        assert raster.block_shapes == [(256, 256)]
        assert raster.overviews(1) == [2, 4]
        # the mean of four cells, and missing only where all four are
        assert raster.read(1, out_shape=(350, 300))[200, 200] == pytest.approx(surface()[400:402, 400:402].mean())
        assert np.isnan(raster.read(1, out_shape=(350, 300))[0, 0])
    # the directories stand before the picture: a reader of the first bytes knows all tiles
    assert b"LAYOUT=IFDS_BEFORE_DATA" in path.read_bytes()[:300]


def test_codes_carry_their_names_and_colours(tmp_path):
    codes = np.tile(np.array([[0, 1], [2, 255]], dtype="uint8"), (300, 300))
    path = write_cog(
        tmp_path / "band.tif", codes, **FACTS, descriptions=["Access band"], nodata=255, names=["0", "1a", "1b"],
        colours={0: "#ffffff", 1: "#0072B2"},
    )  # fmt: skip
    with rasterio.open(path) as raster:
        np.testing.assert_array_equal(raster.read(1), codes)
        assert raster.nodata == 255
        assert [raster.tags()[f"code_{code}"] for code in range(3)] == ["0", "1a", "1b"]
        colours = raster.colormap(1)
        assert set(np.unique(raster.read(1, out_shape=(150, 150)))) <= {0, 1, 2, 255}  # codes are never averaged
    assert colours[1] == (0, 0x72, 0xB2, 255)
    assert colours[255][3] == 0


def test_several_bands(tmp_path):
    bands = np.stack([surface(40, 30), surface(40, 30) / 2])
    path = write_cog(tmp_path / "two.tif", bands, **FACTS, descriptions=["Morning", "Evening"], nodata=-1)
    with rasterio.open(path) as raster:
        assert raster.descriptions == ("Morning", "Evening")
        np.testing.assert_array_equal(raster.read(), np.where(np.isnan(bands), -1, bands))


def test_the_same_values_give_the_same_bytes(tmp_path):
    facts = FACTS | {"descriptions": ["Access index"], "nodata": np.nan, "metadata": {"b": 1, "a": 2}}
    first, second = (write_cog(tmp_path / name, surface(), **facts).read_bytes() for name in ("a.tif", "b.tif"))
    assert first == second
    later = write_cog(tmp_path / "c.tif", surface(), **facts | {"as_of": date(2026, 11, 23)}).read_bytes()
    assert later != first


def test_what_is_no_raster_is_refused_and_nothing_is_written(tmp_path):
    facts = FACTS | {"descriptions": ["a"], "nodata": 255}
    codes = np.zeros((3, 3), dtype="uint8")
    with pytest.raises(InputError, match=r"(?s)descriptions: a list of 2 .*nodata: 300 .*transform: .*colours: "):
        write_cog(
            tmp_path / "a.tif", np.stack([codes, codes]), transform=(100, 0, 0, 0, 100, 0), as_of=FACTS["as_of"],
            descriptions=["a"], nodata=300, colours={0: "#ffffff"},
        )  # fmt: skip
    with pytest.raises(InputError, match="array: has the shape"):
        write_cog(tmp_path / "a.tif", np.zeros(4, dtype="uint8"), **facts)
    with pytest.raises(InputError, match="array: has the shape"):
        write_cog(tmp_path / "a.tif", codes[:0], **facts)
    with pytest.raises(InputError, match="array: holds bool"):
        write_cog(tmp_path / "a.tif", codes == 0, **facts)
    with pytest.raises(InputError, match="colours: 3 = 'red' is not a code"):
        write_cog(tmp_path / "a.tif", codes, **facts, colours={3: "red"})
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_earlier_file(tmp_path, monkeypatch):
    path = write_cog(tmp_path / "a.tif", surface(), **FACTS, descriptions=["a"], nodata=np.nan)
    before = path.read_bytes()

    def fail(*args, **kwargs):
        raise rasterio.errors.RasterioIOError("disk full")

    monkeypatch.setattr(rasterio, "open", fail)
    with pytest.raises(OutputError, match=r"a\.tif: could not be written \(disk full\)"):
        write_cog(path, surface(), **FACTS, descriptions=["b"], nodata=np.nan)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.tif"]
