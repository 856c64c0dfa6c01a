"""What was packed in transit: whole in any pieces, and known as cut at every byte."""

from __future__ import annotations

import gzip
import zlib

import pytest

from siteprior.sources.fetch.packed import MOST, Deflate, Gzip

PLAIN = b"code,name\n1,a stop\n"


def unpacked(packed, piece):
    return b"".join(packed.unpack(piece))


def raw(body):
    made = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return made.compress(body) + made.flush()


WHOLE = {
    "gzip": (Gzip, gzip.compress(PLAIN, mtime=0)),
    "gzip of two members": (Gzip, gzip.compress(PLAIN[:5], mtime=0) + gzip.compress(PLAIN[5:], mtime=0)),
    "deflate": (Deflate, zlib.compress(PLAIN)),
    "deflate without a frame": (Deflate, raw(PLAIN)),
}


@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
@pytest.mark.parametrize("name", WHOLE)
def test_it_is_unpacked_in_pieces_of_any_size(name, piece):
    kind, whole = WHOLE[name]
    packed = kind()
    plain = b"".join(unpacked(packed, whole[at : at + piece]) for at in range(0, len(whole), piece))
    assert (plain, packed.ended) == (PLAIN, True)


@pytest.mark.parametrize(("kind", "pack"), [(Gzip, gzip.compress), (Deflate, zlib.compress), (Deflate, raw)])
@pytest.mark.parametrize("size", [MOST - 1, MOST, MOST + 1, 5 * MOST])
def test_no_more_than_a_part_is_unpacked_at_a_time(kind, pack, size):
    packed = kind()
    parts = [len(part) for part in packed.unpack(pack(b" " * size))]
    assert (sum(parts), max(parts), packed.ended) == (size, min(size, MOST), True)


@pytest.mark.parametrize("name", ["gzip", "deflate", "deflate without a frame"])
def test_it_has_no_end_where_a_byte_is_missing(name):
    kind, whole = WHOLE[name]
    for kept in range(len(whole)):
        packed = kind()
        unpacked(packed, whole[:kept])
        assert not packed.ended, kept


def test_a_second_member_has_an_end_of_its_own():
    first, whole = len(gzip.compress(PLAIN[:5], mtime=0)), WHOLE["gzip of two members"][1]
    ended = []
    for kept in range(first, len(whole) + 1):
        packed = Gzip()
        unpacked(packed, whole[:kept])
        ended.append(packed.ended)
    assert ended == [True, *[False] * (len(whole) - first - 1), True]  # cut between two, nobody can know


@pytest.mark.parametrize("behind", [b"\0", b"\0" * 512, b"more"])
def test_what_stands_behind_the_last_member_is_passed_over(behind):
    packed = Gzip()
    assert unpacked(packed, WHOLE["gzip"][1] + behind) + unpacked(packed, behind) == PLAIN
    assert packed.ended


@pytest.mark.parametrize("kind", [Gzip, Deflate])
def test_what_is_not_packed_is_an_error(kind):
    with pytest.raises(zlib.error):
        unpacked(kind(), PLAIN)


def test_a_damaged_member_is_an_error():
    whole = bytearray(WHOLE["gzip"][1])
    whole[-6] ^= 1  # a bit of its checksum
    with pytest.raises(zlib.error):
        unpacked(Gzip(), bytes(whole))
