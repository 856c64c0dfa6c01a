"""The cut: the tiles of the area and no others, as deep as they fit, and a sentence on whatever is left out."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from factories.tiles import MIDLANDS, PROTOMAPS, picture, picture_archive, tiles_of, vector_tile, write_archive
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.report.base_map.cut import NOTHING, BaseMap, Zoom, cut_base_map, tile_range

AREA = (-2.1, 52.35, -1.75, 52.6)
METRES = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
HALF = 20_037_508.342789244
"""Half the side of the square of EPSG:3857 in metres."""


def large(tile, kilobytes):
    """Return a picture of so many kilobytes: readers pass over what follows the end of a PNG."""
    return picture(tile) + bytes([*map(ord, str(tile))]) + bytes(kilobytes * 1000)


def stored(cut):
    """Return the tiles of a cut by zoom, column and row."""
    return {
        (zoom.zoom, zoom.column + at % zoom.columns, zoom.row + at // zoom.columns): cut.contents[place]
        for zoom in cut.zooms
        for at, place in enumerate(zoom.places)
        if place != NOTHING
    }


@given(
    zoom=st.integers(0, 18), west=st.floats(-179, 178), south=st.floats(-84, 83), wide=st.floats(1e-4, 1),
    high=st.floats(1e-4, 1),
)  # fmt: skip
def test_tiles_are_those_of_the_projection_of_web_maps(zoom, west, south, wide, high):
    left, right, top, bottom = tile_range((west, south, west + wide, south + high), zoom)
    side = 2 * HALF / 2**zoom
    (x0, x1), (y0, y1) = METRES.transform([west, west + wide], [south, south + high])
    for found, exact in ((left, (x0 + HALF) / side), (right, (x1 + HALF) / side), (top, (HALF - y1) / side),
                         (bottom, (HALF - y0) / side)):  # fmt: skip
        near_border = abs(exact - round(exact)) < 1e-6
        assert found == math.floor(exact) or near_border


def test_the_whole_world_is_one_tile():
    assert tile_range((-180, -85.06, 180, 85.06), 0) == (0, 0, 0, 0)
    assert tile_range((-180, -85.06, 180, 85.06), 2) == (0, 3, 0, 3)


def test_the_tiles_of_the_area_are_there_byte_for_byte_and_no_others(tmp_path):
    path = picture_archive(tmp_path / "own.pmtiles")
    cut = cut_base_map(path, AREA)
    # the area is 0.25 degrees high, as 0.41 degrees are wide: 0.58 tiles of zoom 9, 1.17 of zoom 10
    assert [zoom.zoom for zoom in cut.zooms] == [9, 10, 11, 12]
    expected = {tile: picture(tile) for tile in tiles_of([9, 10, 11, 12], AREA)}
    assert stored(cut) == expected
    assert cut.tiles == len(expected)
    assert (cut.format, cut.tile_pixels, cut.bounds, cut.messages) == ("png", 256, AREA, ())
    assert cut.attribution == "© Example Survey"


def test_tiles_that_look_the_same_are_there_once(tmp_path):
    path = write_archive(tmp_path / "own.pmtiles", {tile: picture((9, 0, 0)) for tile in tiles_of(range(9, 13))})
    cut = cut_base_map(path, AREA)
    assert len(cut.contents) == 1
    assert cut.tiles == len(tiles_of(range(9, 13), AREA))


@pytest.mark.parametrize(("kind", "pixels"), [("png", 512), ("jpeg", 256), ("webp", 256)])
def test_each_kind_of_picture_and_its_width(kind, pixels, tmp_path):
    tiles = {tile: picture(tile, kind, pixels) for tile in tiles_of([10, 11])}
    cut = cut_base_map(write_archive(tmp_path / "own.pmtiles", tiles, kind=kind), AREA)
    assert (cut.format, cut.tile_pixels) == (kind, pixels)


def test_the_deepest_zooms_go_until_the_rest_fits(tmp_path):
    """20 kB a tile: 30 tiles of zoom 12 take 0.8 MB as base64, 90 of zoom 13 take 2.4 and 323 of zoom 14 take 8.6."""
    path = write_archive(tmp_path / "own.pmtiles", {tile: large(tile, 20) for tile in tiles_of(range(9, 15))})
    cut = cut_base_map(path, AREA, file="own.pmtiles")
    assert [zoom.zoom for zoom in cut.zooms] == [9, 10, 11, 12, 13]
    assert 4 / 3 * sum(map(len, cut.contents)) < load_parameters("report").number("base_map_mb") * 1e6
    assert cut.messages == (
        "Of the base map own.pmtiles, what is deeper than zoom 13 would take more than 5 MB of the report, and is left "
        "out: nearer, that zoom is drawn larger",
    )


def test_what_fits_in_no_useful_zoom_is_left_out_with_a_message(tmp_path):
    path = write_archive(tmp_path / "own.pmtiles", {tile: large(tile, 600) for tile in tiles_of(range(9, 12))})
    cut = cut_base_map(path, AREA, file="own.pmtiles")
    assert (cut.zooms, cut.contents, cut.tiles) == ((), (), 0)
    assert cut.messages == (
        "The base map own.pmtiles would take more than 5 MB of the report in any zoom that shows something of the "
        "study area, and is left out",
    )


def test_what_ends_too_far_out_is_left_out_with_a_message(tmp_path):
    cut = cut_base_map(picture_archive(tmp_path / "own.pmtiles", range(10)), AREA, file="own.pmtiles")
    assert cut.contents == ()
    assert cut.messages == (
        "The base map own.pmtiles has tiles of the study area to zoom 9 alone, and shows nothing of it before zoom 11, "
        "and is left out",
    )


def test_an_archive_of_elsewhere_is_refused(tmp_path):
    path = picture_archive(tmp_path / "own.pmtiles")
    with pytest.raises(InputError) as raised:
        cut_base_map(path, (-0.5, 51.3, 0.3, 51.7), file="own.pmtiles")
    assert raised.value.faults == (
        "own.pmtiles: covers -2.25 to -1.65 degrees east and 52.30 to 52.70 north, and the study area is -0.50 to 0.30 "
        "degrees east and 51.30 to 51.70 north; give an archive of the area, or take basemap out of [publish]",
    )


def test_an_archive_that_claims_the_area_and_has_nothing_there_is_refused(tmp_path):
    path = write_archive(
        tmp_path / "own.pmtiles", {tile: picture(tile) for tile in tiles_of([12], (0.0, 51.0, 0.1, 51.1))}
    )
    with pytest.raises(
        InputError, match=r"own.pmtiles: holds no tile of the study area, .* in the zooms 12 to 12; give"
    ):
        cut_base_map(path, AREA)


def test_an_archive_of_a_part_says_how_much_it_covers(tmp_path):
    west, south, east, north = AREA
    half = (west, south, (west + east) / 2, north)
    path = write_archive(
        tmp_path / "own.pmtiles", {tile: picture(tile) for tile in tiles_of(range(9, 13), half)}, box=half
    )
    cut = cut_base_map(path, AREA, file="own.pmtiles")
    assert cut.messages == ("The base map own.pmtiles covers 50% of the study area's box",)
    assert set(stored(cut)) == set(tiles_of(range(9, 13), half))


def test_an_archive_that_states_no_bounds_is_taken_for_what_it_has(tmp_path):
    path = picture_archive(tmp_path / "own.pmtiles", box=(0.0, 0.0, 0.0, 0.0))
    assert cut_base_map(path, AREA).messages == ()


def test_vector_tiles_stay_packed_and_name_their_layers(tmp_path):
    tiles = {tile: vector_tile(note=str(tile)) for tile in tiles_of(range(9, 13))}
    cut = cut_base_map(write_archive(tmp_path / "own.pmtiles", tiles, kind="mvt", metadata=PROTOMAPS), AREA)
    assert (cut.format, cut.layers) == ("mvt", ("earth", "water", "roads", "places"))
    assert stored(cut) == {tile: tiles[tile] for tile in tiles_of(range(9, 13), AREA)}


@pytest.mark.parametrize(
    ("listed", "named"), [(["<b>parcels</b>", "addresses"], "<b>parcels</b>, addresses"), ([], "none")]
)
def test_vector_tiles_of_another_schema_are_left_out_with_a_message(listed, named, tmp_path):
    tiles = {tile: vector_tile(layers=listed) for tile in tiles_of(range(9, 13))}
    metadata = {"vector_layers": [{"id": name} for name in listed]}
    path = write_archive(tmp_path / "own.pmtiles", tiles, kind="mvt", metadata=metadata)
    cut = cut_base_map(path, AREA, file="own.pmtiles")
    assert cut.zooms == ()
    assert cut.messages == (
        f"The base map own.pmtiles has no layer that is drawn (it names {named}; docs/reference/outputs.md lists those "
        "drawn), and is left out",
    )


@pytest.mark.parametrize(
    ("odd", "says"),
    [
        (lambda tile: b"<html>", "the tile 12/2024/1345 is no picture of the kind png the archive states"),
        (lambda tile: picture(tile, "webp"), "the tile 12/2024/1345 is no picture of the kind png"),
        (lambda tile: picture(tile, pixels=2048), "is 2048 × 2048 pixels; tiles are squares of 1024 at most"),
        (lambda tile: picture(tile, pixels=512), "has tiles 256, 512 pixels wide"),
    ],
)
def test_one_bad_tile_is_refused_by_name(odd, says, tmp_path):
    tiles = {tile: picture(tile) for tile in tiles_of(range(9, 13))}
    tiles[12, 2024, 1345] = odd((12, 2024, 1345))
    path = write_archive(tmp_path / "own.pmtiles", tiles)
    with pytest.raises(InputError, match=f"own.pmtiles: .*{says}; make the archive again|{says}"):
        cut_base_map(path, AREA, file="own.pmtiles")


def test_a_vector_tile_that_cannot_be_unpacked_is_refused(tmp_path):
    tiles = {tile: vector_tile(note=str(tile)) for tile in tiles_of(range(9, 13))}
    tiles[12, 2024, 1345] = tiles[12, 2024, 1345][:40]
    path = write_archive(tmp_path / "own.pmtiles", tiles, kind="mvt", metadata=PROTOMAPS)
    with pytest.raises(
        InputError, match=r"own\.pmtiles: the tile 12/2024/1345 cannot be unpacked; make the archive again"
    ):
        cut_base_map(path, AREA, file="own.pmtiles")


def test_the_count_of_tiles_leaves_out_places_without():
    assert BaseMap("png", MIDLANDS, (Zoom(9, 252, 167, 2, (0, NOTHING, 0, 0)),), (b"",)).tiles == 3
