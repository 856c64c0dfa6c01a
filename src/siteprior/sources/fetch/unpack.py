"""Archives unpacked safely: one wanted file of a zip, of a zip in it, or of a gzip; bounded, and nowhere else."""

from __future__ import annotations

import csv
import gzip
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from siteprior.core.errors import OutputError, SitePriorError
from siteprior.core.files import MEMBER
from siteprior.core.parameters import load_parameters
from siteprior.core.unpacking import BROKEN_ZIP, PIECE, bomb_faults
from siteprior.sources.fetch.client import Refused

GZIP = b"\x1f\x8b"
ZIP = b"PK"
PACKED_KINDS = (".zip", ".xlsx", ".xlsm", ".ods", ".gz")
"""Endings of files that are packed and stay as they are."""

_NUMBER = re.compile(r"[-+]?[0-9]+([.][0-9]+)?")

FEW = 5
"""Members that a message names."""


class Member(NamedTuple):
    """A file within an archive: its name, with that of the zip it lies in, and how to read it."""

    name: str
    stream: IO[bytes]


def is_archive(path: Path, ending: str) -> bool:
    """Return whether a file has to be unpacked to give one of an ending.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a"
    >>> _ = path.write_bytes(gzip.compress(b"a,b"))
    >>> is_archive(path, ".csv"), is_archive(path, ".gz")
    (True, False)
    """
    if ending.lower() in PACKED_KINDS:
        return False
    with path.open("rb") as file:
        return file.read(2) in (GZIP, ZIP)


def unpack(path: Path, target: Path, *, member: str = "") -> None:
    """Write the wanted file of an archive to ``target``; of several tables, their rows below each other.

    Parameters
    ----------
    path
        A zip or gzip.
    target
        The file to write.
    member
        The pattern of the file that is wanted (``Data/*.csv``; ``*.zip!*.gml`` of a zip in the zip), letters of any
        case. Blank: the one file with the ending of ``target``.

    Raises
    ------
    Refused
        When the archive is damaged, under a password, unpacks to too much, or has no such file; or several that are no
        tables.
    """
    with target.open("wb") as out:
        budget = _Budget(path)
        with path.open("rb") as file:
            packed = file.read(2) == GZIP
        if packed:
            with _readable("the archive"), gzip.open(path) as stream:
                budget.copy(stream, out)
            return
        pattern = member or f"*{target.suffix}"
        written, header, last = 0, b"", ""
        for found in members(path, pattern):
            if written and target.suffix.lower() != ".csv":
                raise Refused(f"the archive has several files like {pattern}, such as {last} and {found.name}")
            with _readable(found.name):
                first = found.stream.readline(PIECE)
                if not written:
                    header = first
                elif not _same_columns(header, first):
                    raise Refused(
                        f"the archive has tables of different columns, such as {last} and {found.name}; name the one "
                        "that is wanted (member of the dataset), or unpack it by hand"
                    )
                if not written or first.strip() != header.strip():
                    budget.write(first, out)
                budget.copy(found.stream, out)
            out.write(b"\n" if target.suffix.lower() == ".csv" and not _ends_line(out, target) else b"")
            written, last = written + 1, found.name
    if not written:
        raise Refused(f"the archive has no file like {pattern}; it has {_listed(path)}")


def _same_columns(one: bytes, other: bytes) -> bool:
    """Return whether two tables that begin with these lines can stand below each other.

    They have the same head; or none has one, as the files of Code-Point Open, and both have so many columns.
    """
    if one.strip() == other.strip():
        return True
    try:
        lines = [next(csv.reader([line.decode("utf-8", errors="replace")]), []) for line in (one, other)]
    except csv.Error:  # a cell longer than any
        return False
    return len(lines[0]) == len(lines[1]) and all(any(map(_is_number, line)) for line in lines)


def _is_number(cell: str) -> bool:
    """Return whether a cell is a number, which names no column."""
    return _NUMBER.fullmatch(cell.strip()) is not None


def _ends_line(out: IO[bytes], target: Path) -> bool:
    out.flush()
    with target.open("rb") as written:
        if not written.seek(0, 2):
            return True
        written.seek(-1, 2)
        return written.read(1) == b"\n"


def members(path: Path, pattern: str, *, wanted: Callable[[str], bool] = lambda _: True) -> Iterator[Member]:
    """Yield the files of a zip whose names match a pattern, in the order of their names, each to be read at once.

    Parameters
    ----------
    path
        The zip.
    pattern
        The pattern of a name; ``a.zip!b`` of files of a zip in the zip.
    wanted
        Says of a matching name, of a file or of a zip that files lie in, whether it is looked into.

    Raises
    ------
    Refused
        When the archive cannot be read, or a member's name leads out of it.
    """
    outer, _, inner = pattern.partition(MEMBER)
    with ExitStack() as stack, _readable("the archive"):
        archive = stack.enter_context(zipfile.ZipFile(path))
        yield from _matching(archive, outer, inner, "", wanted)


def _matching(
    archive: zipfile.ZipFile, outer: str, inner: str, within: str, wanted: Callable[[str], bool]
) -> Iterator[Member]:
    most = load_parameters("fetch").integer("archive_members")
    infos = archive.infolist()
    if len(infos) > most:
        raise Refused(f"the archive has {len(infos):,} files; at most {most:,} are looked through")
    for info in sorted(infos, key=lambda each: each.filename):
        if info.is_dir() or _of_macs(info.filename) or not _like(info.filename, outer) or not wanted(info.filename):
            continue
        if stat.S_ISLNK(info.external_attr >> 16):  # where zips keep the kind of a file
            raise Refused(f"the archive has a link in the place of a file: {info.filename!r}")
        if _leads_out(info.filename):
            raise Refused(f"the archive has a file whose name leads out of it: {info.filename!r}")
        bomb = bomb_faults(info.filename, unpacked=info.file_size, packed=info.compress_size)
        if bomb:
            raise Refused(bomb[0])
        with archive.open(info) as stream:
            if not inner:
                yield Member(within + info.filename, stream)
                continue
            first, _, rest = inner.partition(MEMBER)
            with zipfile.ZipFile(stream) as deeper:  # a member of a zip can be sought in
                yield from _matching(deeper, first, rest, f"{within}{info.filename}{MEMBER}", wanted)


def _like(name: str, pattern: str) -> bool:
    """Return whether a member's name matches a pattern: whole, or its last part where the pattern has no folder."""
    whole, wanted = name.lower(), pattern.lower()
    return fnmatchcase(whole, wanted) or ("/" not in wanted and fnmatchcase(PurePosixPath(whole).name, wanted))


def _of_macs(name: str) -> bool:
    """Return whether a member is what Macs put beside each file of a zip: its icon and such, of the same ending."""
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name.startswith("._")


def _leads_out(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return ".." in parts or name.startswith(("/", "\\")) or ":" in name


def _listed(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        names = sorted(each.filename for each in archive.infolist() if not each.is_dir())
    more = len(names) - FEW
    return ", ".join(names[:FEW]) + (f" and {more:,} more" if more > 0 else "") if names else "none at all"


class _Budget:
    """Counts what is unpacked of one archive, and stops at more than may be."""

    def __init__(self, path: Path) -> None:
        self._packed = path.stat().st_size
        self._limit = int(load_parameters("fetch").number("unpacked_gb") * 1e9)
        self._written = 0

    def write(self, piece: bytes, out: IO[bytes]) -> None:
        self._written += len(piece)
        if self._written > self._limit:
            raise Refused(f"the archive unpacks to more than {self._limit / 1e9:g} GB (parameter fetch.unpacked_gb)")
        bomb = bomb_faults("the archive", unpacked=self._written, packed=self._packed)
        if bomb:
            raise Refused(bomb[0])
        try:
            out.write(piece)
        except OSError as fault:  # no fault of the archive's
            raise OutputError(f"{out.name}: could not be written ({fault.strerror or fault})") from None

    def copy(self, stream: IO[bytes] | gzip.GzipFile, out: IO[bytes]) -> None:
        while piece := stream.read(PIECE):
            self.write(piece, out)


@contextmanager
def _readable(what: str) -> Iterator[None]:
    """Say of an archive that cannot be read what it is."""
    try:
        yield
    except (Refused, SitePriorError):
        raise
    except BROKEN_ZIP as fault:
        raise Refused(f"{what} cannot be unpacked ({fault}); fetch again, or unpack it by hand") from None
