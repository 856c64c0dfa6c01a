"""Published text made plain: lines in UTF-8 with line feeds, headers as names, and how faults are counted in words."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np

from siteprior.core.errors import InputError
from siteprior.core.io.duckdb_session import EXAMPLES
from siteprior.core.io.line_ends import line_feeds

CHUNK = 8 * 2**20
BOM = b"\xef\xbb\xbf"


def counted(number: int, things: str, examples: Sequence[object]) -> str:
    """Return how many there are, and the names of the first few.

    Examples
    --------
    >>> counted(12, "stops", ["A", "B", "C", "D"])
    '12 stops: A, B, C, …'
    """
    named = ", ".join(str(example) for example in examples[:EXAMPLES])
    return f"{number} {things}: {named}" + (", …" if number > len(examples[:EXAMPLES]) else "")


def plain_lines(stream: IO[bytes], what: str, *, size: int | None = None) -> Iterator[bytes]:
    """Give the stream without byte-order mark in chunks that end with a line feed, whatever its line ends are.

    Chunks are of ``size`` bytes at least; of :data:`CHUNK` when ``None``.
    """
    rest = b""
    first = True
    for piece in line_feeds(stream, size or CHUNK):
        block = rest + (piece.removeprefix(BOM) if first else piece)
        first = False
        cut = block.rfind(b"\n") + 1
        if not cut and len(block) > CHUNK:
            raise InputError(f"{what} has a line of more than {CHUNK // 2**20} MB; it is no table of a timetable")
        if cut:
            yield block[:cut]
        rest = block[cut:]
    if rest.strip():
        yield rest + b"\n"


def header_names(chunk: bytes) -> tuple[str, ...]:
    """Return the column names in lower case without spaces around; unnamed and second ones get a name of their own."""
    line = to_utf8(chunk.partition(b"\n")[0])[0].decode("utf-8")
    names: list[str] = []
    for place, cell in enumerate(next(csv.reader([line], skipinitialspace=True), []), start=1):
        name = cell.strip().lower()
        names.append(name if name and name not in names else f"{name}#{place}")
    return tuple(names)


def to_utf8(chunk: bytes) -> tuple[bytes, int]:
    """Return the lines in UTF-8, and how many of them were not."""
    if chunk.isascii():
        return chunk, 0
    try:
        chunk.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return chunk, 0
    lines, strange = [], 0
    for line in chunk.split(b"\n"):
        try:
            line.decode("utf-8")
            lines.append(line)
        except UnicodeDecodeError:
            strange += 1
            lines.append(line.decode("cp1252", errors="replace").encode("utf-8"))
    return b"\n".join(lines), strange


def without_open_quotes(text: bytes) -> tuple[bytes, list[int]]:
    """Empty the lines whose quotes do not pair, and return their places."""
    if b'"' not in text:
        return text, []
    letters = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero(letters == ord("\n"))
    starts = np.concatenate([[0], ends[:-1] + 1])
    quotes = np.add.reduceat((letters == ord('"')).astype(np.uint8), starts)  # wraps at 256, an even number
    odd = np.flatnonzero(quotes % 2)
    if not len(odd):
        return text, []
    lines = text.split(b"\n")
    for at in odd:
        lines[at] = b""
    return b"\n".join(lines), odd.tolist()
