"""Archives as they come: what is empty, cut off, broken or of another kind is refused by name, without a traceback."""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pmtiles.reader import MemorySource, Reader

from factories.tiles import MIDLANDS, PROTOMAPS, picture_archive, tiles_of, vector_tile, write_archive
from siteprior.core.errors import InputError
from siteprior.report.base_map.archive import open_archive, plain_text
from siteprior.report.base_map.cut import cut_base_map

AREA = (-2.1, 52.35, -1.75, 52.6)
INTERNAL, TILE, KIND = 97, 98, 99
"""Where the header states how directories and tiles are packed, and what the tiles are."""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return picture_archive(tmp_path_factory.mktemp("tiles") / "own.pmtiles")


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Return an archive with directories below the first: thousands of tiles of many lengths."""
    box = (-8.0, 46.0, 7.0, 59.0)
    drawn = {tile: hashlib.sha512(str(tile).encode()).digest() for tile in tiles_of([12], box)}
    tiles = {tile: data[: 9 + data[0] % 53] for tile, data in drawn.items()}
    path = tmp_path_factory.mktemp("tiles") / "many.pmtiles"
    return write_archive(path, tiles, kind="mvt", metadata=PROTOMAPS, box=box)


def changed(path, tmp_path, at, value):
    data = bytearray(path.read_bytes())
    data[at : at + len(value)] = value
    made = tmp_path / "changed.pmtiles"
    made.write_bytes(data)
    return made


def refused(path, **facts):
    with pytest.raises(InputError) as raised:
        cut_base_map(path, AREA, file="own.pmtiles", **facts)
    assert all(text.startswith("own.pmtiles: ") for text in raised.value.faults)
    return str(raised.value)


def test_it_finds_every_tile_the_library_finds(many):
    library = Reader(MemorySource(many.read_bytes()))
    assert library.header()["leaf_directory_length"] > 0
    with open_archive(many) as archive:
        assert archive.zooms == (12, 12)
        assert archive.layers == ("earth", "water", "roads", "places")
        for tile in [*tiles_of([12], MIDLANDS), (12, 0, 0), (3, 4, 2)]:
            piece = archive.find(*tile)
            assert (None if piece is None else archive.read(piece)) == library.get(*tile)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (b"PMTiles\x03", "is cut off after 8 bytes"),
        (b"PMTiles\x02" + bytes(200), "is no PMTiles archive of version 3, it is an archive of PMTiles version 2"),
        (b"PK\x03\x04" + bytes(200), "it is a zip archive"),
        (gzip.compress(b"tiles"), "it is packed by gzip"),
        (b"<html>not found</html>" * 20, "it is something else; give a .pmtiles file"),
        (b"PMTiles\x03" + bytes(200), "has tiles of the kind unknown"),
        (b"PMTiles\x03" + bytes(91) + b"\x01" + bytes(200), "its header states no tiles"),
        (b"PMTiles\x03" + b"\xff" * 200, "its header cannot be read"),
    ],
)
def test_what_is_no_archive_is_refused(data, says, tmp_path):
    path = tmp_path / "own.pmtiles"
    path.write_bytes(data)
    assert says in refused(path)


def test_a_geopackage_under_another_name_is_refused(tmp_path):
    path = tmp_path / "own.pmtiles"
    with sqlite3.connect(path) as database:
        database.execute("create table a (b)")
    database.close()
    assert "it is a GeoPackage or MBTiles file (SQLite)" in refused(path)


def test_a_folder_a_missing_file_and_one_in_a_zip_are_refused(tmp_path, pictures):
    with pytest.raises(InputError, match="is a folder"):
        cut_base_map(tmp_path, AREA)
    with pytest.raises(InputError, match="there is no such file"):
        cut_base_map(tmp_path / "no.pmtiles", AREA)
    packed = tmp_path / "own.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(pictures, "own.pmtiles")
    with pytest.raises(InputError, match=r"is packed; unpack it by hand and give the \.pmtiles file itself"):
        cut_base_map(f"{packed}!own.pmtiles", AREA)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.99])
def test_an_archive_that_was_cut_off_says_so(share, pictures, tmp_path):
    data = pictures.read_bytes()
    path = tmp_path / "own.pmtiles"
    path.write_bytes(data[: int(len(data) * share)])
    assert f"is cut off: it states {len(data):,} bytes and has {int(len(data) * share):,}; make the archive again" in (
        refused(path)
    )


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        (INTERNAL, 3, "is packed by brotli; make the archive with gzip"),
        (TILE, 4, "is packed by zstd; make the archive with gzip"),
        (KIND, 5, "has tiles of the kind avif; valid: mvt, png, jpeg, webp"),
        (KIND, 0, "has tiles of the kind unknown; valid: "),
        (KIND, 200, "its header cannot be read"),
        (KIND, 3, "is no picture of the kind jpeg the archive states"),
        (127, 0, "its directory cannot be unpacked"),
    ],
)
def test_what_cannot_be_drawn_is_refused(at, value, says, pictures, tmp_path):
    assert says in refused(changed(pictures, tmp_path, at, bytes([value])))


def test_a_directory_that_unpacks_without_end_is_refused(tmp_path, pictures):
    data = bytearray(pictures.read_bytes())
    bomb = gzip.compress(bytes(50_000_000), mtime=0)
    data[8:24] = len(data).to_bytes(8, "little") + len(bomb).to_bytes(8, "little")
    path = tmp_path / "own.pmtiles"
    path.write_bytes(bytes(data) + bomb)
    assert "its directory: unpacks to 4 MB, more than the 4" in refused(path)


def test_metadata_that_is_no_json_is_refused_and_strange_json_passed_over(tmp_path, pictures):
    for text, says in ((b"{", "its metadata is no JSON"), (b"[" * 100_000, "its metadata is no JSON")):
        stored = gzip.compress(text, mtime=0)
        data = bytearray(pictures.read_bytes())
        data[24:40] = len(data).to_bytes(8, "little") + len(stored).to_bytes(8, "little")
        path = tmp_path / "own.pmtiles"
        path.write_bytes(bytes(data) + stored)
        assert says in refused(path)
    for metadata in ({"attribution": 3}, {"vector_layers": [1, {"id": 2}, "x"]}, {"vector_layers": "roads"}):
        path = picture_archive(tmp_path / "strange.pmtiles", range(9, 12))
        made = write_archive(path, {tile: vector_tile() for tile in tiles_of([11])}, metadata=metadata)
        with open_archive(made) as archive:
            assert archive.attribution == ""
            assert archive.layers == ()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=6))
def test_no_byte_that_changed_ends_in_a_traceback(flips, pictures, tmp_path):
    data = bytearray(pictures.read_bytes())
    for at, value in flips:
        data[at] = value
    path = tmp_path / "own.pmtiles"
    path.write_bytes(data)
    faults, size = ("own.pmtiles: ",), 0
    try:
        size = sum(map(len, cut_base_map(path, AREA, file="own.pmtiles").contents))
    except InputError as fault:
        faults = fault.faults
    assert all(text.startswith("own.pmtiles: ") for text in faults)
    assert size < 5_000_000


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ('<a href="javascript:alert(1)">A</a> &amp; <b>B</b>', "A & B"),
        ("<script>alert(1)</script><style>p{}</style>C\n\n D", "C D"),
        ("&lt;img src=x onerror=alert(1)&gt;", "<img src=x onerror=alert(1)>"),
        ("<<<a <!-- x", "<<<a <!-- x"),
        (None, ""),
        (["A"], ""),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_an_attribution_is_its_words(html, words):
    assert plain_text(html) == words
