"""How far files are unpacked: a bomb is refused by a stated size, before the memory or disk it asks for is taken."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import IO

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters

BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)
"""What ``zipfile`` raises where an archive or a member of it is damaged, under a password, or named in no encoding."""

MB = 1_000_000
PIECE = 1 << 20
"""Bytes read at a time of what has to be bounded while it is unpacked."""


def bomb_faults(what: str, *, unpacked: int, packed: int, fix: str = "unpack it by hand if you trust it") -> list[str]:
    """Return the fault of what unpacks to many times its size, if it does.

    Parameters
    ----------
    what
        What it is called in the message.
    unpacked, packed
        Bytes after and before; the limits are the parameters ``ratio_limit`` and ``ratio_free_mb`` of
        ``parameters/files.toml``.
    fix
        What to do instead.

    Examples
    --------
    >>> bomb_faults("a.csv.gz", unpacked=3_000_000_000, packed=8_000_000)
    ['a.csv.gz unpacks to 375 times its size (3000 MB); at most 200 times is read; unpack it by hand if you trust it']
    >>> bomb_faults("a.csv.gz", unpacked=800_000_000, packed=8_000_000)
    []
    """
    limits = load_parameters("files")
    ratio = unpacked / max(packed, 1)
    if unpacked <= limits.number("ratio_free_mb") * MB or ratio <= limits.number("ratio_limit"):
        return []
    return [
        f"{what} unpacks to {ratio:.0f} times its size ({unpacked // MB} MB); "
        f"at most {limits.number('ratio_limit')} times is read; {fix}"
    ]


def size_faults(what: str, unpacked: int, *, limit_mb: float, fix: str) -> list[str]:
    """Return the fault of what unpacks to more than a number of megabytes, if it does.

    Examples
    --------
    >>> size_faults("a.zip", 9_000_000_000, limit_mb=8000, fix="give less")
    ['a.zip: unpacks to 9000 MB, more than the 8000 MB that are read; give less']
    """
    if unpacked <= limit_mb * MB:
        return []
    return [f"{what}: unpacks to {unpacked // MB} MB, more than the {limit_mb} MB that are read; {fix}"]


def refuse(faults: list[str]) -> None:
    """Raise an error of the faults, if there are any.

    Raises
    ------
    InputError
        With every fault.
    """
    if faults:
        raise InputError(*faults)


class _Bounded(io.RawIOBase):
    """A stream that counts what it unpacks, and stops at a bomb."""

    def __init__(self, stream: io.BufferedIOBase, packed: IO[bytes], what: str) -> None:
        self._stream, self._packed, self._what, self._read = stream, packed, what, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub's Buffer has no length
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._read += len(data)
        refuse(bomb_faults(f"{self._what}: the file", unpacked=self._read, packed=self._packed.tell()))
        return len(data)


def bounded(stream: io.BufferedIOBase, packed: IO[bytes], what: str) -> IO[bytes]:
    """Return a stream of unpacked bytes that refuses to go on where they become many times what was read of the file.

    Parameters
    ----------
    stream
        The unpacked bytes.
    packed
        The packed file it is read from: where it stands is how much was read.
    what
        What the file is called in the message.

    Examples
    --------
    >>> packed = io.BytesIO(b"as long as it was")
    >>> bounded(io.BytesIO(b"abc"), packed, "a.gz").read()
    b'abc'
    """
    return io.BufferedReader(_Bounded(stream, packed, what), PIECE)


def read_whole(stream: IO[bytes], what: str) -> bytes:
    """Read a packed stream whole, as long as it stays below the parameter ``unpacked_limit_mb`` (MB)."""
    limit = load_parameters("files").number("unpacked_limit_mb")
    pieces, size = [], 0
    while piece := stream.read(PIECE):
        pieces.append(piece)
        size += len(piece)
        refuse(size_faults(what, size, limit_mb=limit, fix="give the part of it that the project needs"))
    return b"".join(pieces)
