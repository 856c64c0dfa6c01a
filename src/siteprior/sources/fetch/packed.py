"""What a server packed in transit, unpacked piece by piece; it says whether all of it came."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

MOST = 1 << 18
"""Bytes unpacked at a time, however many a piece holds."""

GZIP_BEGINS = 0x1F
"""The first byte of a member of gzip (RFC 1952 §2.3.1)."""

_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


class Gzip:
    """Unpacks gzip of one member or several; what stands behind the last and begins as none does is passed over.

    Examples
    --------
    >>> import gzip
    >>> whole = gzip.compress(b"a,b")
    >>> packed = Gzip()
    >>> b"".join(packed.unpack(whole[:-1])), packed.ended
    (b'a,b', False)
    >>> b"".join(packed.unpack(whole[-1:])), packed.ended
    (b'', True)
    """

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._behind = False
        self.ended = False

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        """Yield what a piece unpacks to, a bounded part at a time.

        Raises
        ------
        zlib.error
            When it is no gzip, or damaged.
        """
        while piece and not self._behind:
            if self.ended:
                self._behind = piece[0] != GZIP_BEGINS
                if self._behind:
                    return
                self._member = zlib.decompressobj(_GZIP)
            yield from _parts(self._member, piece)
            self.ended, piece = self._member.eof, self._member.unused_data


class Deflate:
    """Unpacks deflate, within zlib's frame as RFC 9110 §8.4.1.2 has it or without, as some servers send it.

    Examples
    --------
    >>> packed = Deflate()
    >>> b"".join(packed.unpack(zlib.compress(b"a,b"))), packed.ended
    (b'a,b', True)
    """

    def __init__(self) -> None:
        self._packed = zlib.decompressobj(_ZLIB)
        self._first: bytes | None = b""

    @property
    def ended(self) -> bool:
        """Whether all of it came."""
        return self._packed.eof

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        """Yield what a piece unpacks to, a bounded part at a time.

        Raises
        ------
        zlib.error
            When it is no deflate, or damaged.
        """
        if self._first is not None:
            piece = self._first + piece
            if len(piece) < 2:  # the bytes the frame begins with
                self._first = piece
                return
            self._first = None
            if not _is_framed(piece):
                self._packed = zlib.decompressobj(_RAW)
        yield from _parts(self._packed, piece)


def _is_framed(begins: bytes) -> bool:
    """Return whether deflate begins with zlib's frame: its method, and a check of both bytes (RFC 1950 §2.2).

    Examples
    --------
    >>> _is_framed(zlib.compress(b"a,b")), _is_framed(b"a,b")
    (True, False)
    """
    try:
        zlib.decompressobj(_ZLIB).decompress(begins[:2])
    except zlib.error:
        return False
    return True


def _parts(packed: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
    """Yield what a piece unpacks to, until nothing of it is left."""
    while True:
        plain = packed.decompress(piece, MOST)
        if plain:
            yield plain
        piece = packed.unconsumed_tail
        if packed.eof or (len(plain) < MOST and not piece):
            return
