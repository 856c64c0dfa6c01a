"""A bomb is refused by a stated size before it takes memory."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile

import pytest

from siteprior.core import unpacking
from siteprior.core.errors import InputError
from siteprior.core.files import open_stream, read_bytes
from siteprior.core.parameters import load_parameters
from siteprior.core.unpacking import bomb_faults, bounded, refuse, size_faults


@pytest.fixture
def small(monkeypatch):
    """Limits of a thousandth: 100 kB unpack freely, 2 MB at most, so that a test's bomb is small."""
    monkeypatch.setattr(unpacking, "MB", 1000)


def test_the_ratio_and_the_size_free_of_it():
    free = load_parameters("files").number("ratio_free_mb") * 1_000_000
    most = load_parameters("files").number("ratio_limit")
    assert bomb_faults("a", unpacked=int(free), packed=1) == []
    assert bomb_faults("a", unpacked=int(free) + 1, packed=int(free / most) + 1) == []
    assert len(bomb_faults("a", unpacked=int(free) + 1, packed=1)) == 1
    assert bomb_faults("a", unpacked=5, packed=0) == []  # nothing packed, nothing divided by


def test_the_size():
    assert size_faults("a", 2_000_000, limit_mb=2, fix="f") == []
    assert size_faults("a", 2_000_001, limit_mb=2, fix="f") == [
        "a: unpacks to 2 MB, more than the 2 MB that are read; f"
    ]


def test_refuse_gives_every_fault():
    refuse([])
    with pytest.raises(InputError) as error:
        refuse(["one", "two"])
    assert error.value.faults == ("one", "two")


def test_a_bounded_stream_gives_the_bytes_it_was_given(small):
    data = bytes(range(256)) * 4000
    packed = io.BytesIO(data)
    packed.seek(0, io.SEEK_END)
    assert bounded(io.BytesIO(data), packed, "a").read() == data
    with bounded(io.BytesIO(data), packed, "a") as stream:
        assert stream.read(3) == b"\0\1\2"
        assert stream.readline() == bytes(range(3, 11))


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip!a.csv", "a.zip!a.csv.gz"])
def test_a_bomb_is_refused_in_every_packing_before_its_memory_is_taken(tmp_path, small, name):
    bomb = b"0" * 30_000_000  # 30 "GB" of the small limits
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", bomb)
        archive.writestr("a.csv.gz", gzip.compress(bomb))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(bomb))
    del bomb
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=r"the file unpacks to \d+ times its size .* at most 200 times is read"):
            read_bytes(tmp_path / name)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_what_is_no_bomb_is_refused_by_its_size(tmp_path, small):
    line = b"".join(b"%d,%d\n" % (i, i * i % 9973) for i in range(200_000))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(line))
    assert len(line) > 2_000_000
    with pytest.raises(InputError, match="more than the 2000 MB that are read"):
        read_bytes(tmp_path / "a.csv.gz")
    with open_stream(tmp_path / "a.csv.gz") as stream:  # bit by bit any size is read
        assert sum(len(piece) for piece in iter(lambda: stream.read(1000), b"")) == len(line)


def test_a_member_that_lies_about_its_size_is_cut_there(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 1_000_000)
    data = path.read_bytes()
    path.write_bytes(data.replace((1_000_000).to_bytes(4, "little"), (5).to_bytes(4, "little")))
    with pytest.raises(InputError, match="cannot be unpacked"):
        read_bytes(f"{path}!a.csv")
