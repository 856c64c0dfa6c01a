"""Line ends of text files: a carriage return alone ends a line as well as a line feed, wherever it stands.

Engines that read tables take the line end of the first line for that of the file: where both stand in one file, lines
are lost or the whole is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

PIECE = 1 << 20


def has_mixed_ends(stream: IO[bytes]) -> bool:
    r"""Return whether in a stream some lines end with a carriage return alone, and others with a line feed.

    Examples
    --------
    >>> import io
    >>> [has_mixed_ends(io.BytesIO(text)) for text in (b"a\r\nb\r\n", b"a\rb\r", b"a\nb\r\nc", b"a\rb\n")]
    [False, False, False, True]
    """
    alone = feeds = False
    before = b""
    while block := stream.read(PIECE):
        feeds = feeds or b"\n" in block
        returns = block.count(b"\r") + before.count(b"\r")
        alone = alone or returns > (before + block).count(b"\r\n") + block.endswith(b"\r")
        if alone and feeds:
            return True
        before = block[-1:] if block.endswith(b"\r") else b""
    return (alone or bool(before)) and feeds


def line_feeds(stream: IO[bytes], size: int = PIECE) -> Iterator[bytes]:
    r"""Give a stream in pieces in which every line ends with a line feed, whatever its line ends are.

    Parameters
    ----------
    stream
        The bytes of a text in UTF-8, or in any encoding in which these signs are one byte.
    size
        How many bytes are read at a time.

    Examples
    --------
    >>> import io
    >>> b"".join(line_feeds(io.BytesIO(b"a\r\nb\rc\nd\r"), 2))
    b'a\nb\nc\nd\n'
    """
    pending = b""
    while block := stream.read(size):
        block = pending + block
        pending = b"\r" if block.endswith(b"\r") else b""  # its line feed may be the next byte
        if b"\r" in block:
            block = block.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield block
    if pending:
        yield b"\n"
