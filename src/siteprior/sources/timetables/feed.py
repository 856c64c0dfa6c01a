"""A GTFS feed made safe to read: its tables copied from a zip or folder as clean UTF-8 lines, within stated bounds."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from queue import SimpleQueue
from typing import IO

from siteprior.core.errors import InputError
from siteprior.core.files import MEMBER, Input, archive_member, open_stream, record
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.core.unpacking import PIECE, bomb_faults, bounded, size_faults
from siteprior.sources.timetables.text import counted, header_names, plain_lines, to_utf8, without_open_quotes

PART_CHUNKS = 8
"""A part is this many chunks: what is counted while the next part is unpacked."""

HEADER_LINES = 1
HEADER_BYTES = 2**16

INNER = "inner.zip"
"""The copy of a zip that stands in a zip."""

TABLES = ("stops", "routes", "trips", "stop_times", "calendar", "calendar_dates")
"""An archive with none of these is no feed, though one of its members may be."""


Opener = Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True)
class Feed:
    """A feed found harmless: its ``label`` in issues and ids, its tables' columns, and where it came from.

    ``openers`` give each table's bytes; :func:`copy_table` writes them as clean text into ``folder``.
    """

    label: str
    columns: dict[str, tuple[str, ...]]
    provenance: tuple[Input, ...]
    openers: dict[str, Opener]
    folder: Path

    def parts(self, name: str) -> list[Path]:
        """Return the parts of a table that were copied, in order."""
        return sorted(self.folder.glob(f"{name}.*.txt"))


def open_feed(path: Path | str, *, label: str, names: Sequence[str], folder: Path) -> Feed:
    """Open the named tables of a GTFS zip or folder, after its names and sizes were found harmless.

    Parameters
    ----------
    path
        A zip (its tables at the top or in one folder), a zip in a zip as ``outer.zip!inner.zip``, or a folder of
        ``.txt`` or ``.txt.gz``.
    label
        The feed's name in messages.
    names
        The tables wanted, such as ``"stop_times"``; those that are not there, or empty, are left out.
    folder
        An existing folder for the copies.

    Returns
    -------
    Feed
        The tables found.

    Raises
    ------
    InputError
        When the path is neither, cannot be unpacked, names members outside its own folder, or unpacks to more than
        the parameters ``unpacked_limit_mb`` or ``ratio_limit`` allow.
    """
    given = Path(path)
    outer, member = archive_member(given)
    if not (Path(outer) if member else given).exists():
        raise InputError(f"{label}: there is no such file; check the path and the project's data_root")
    zipped = _unpacked(given, label, folder) if member else given
    there = _files(given, label) if given.is_dir() else _members(zipped, label)
    found = {name: there[name] for name in names if name in there}
    if given.is_dir():
        used = {name: next(p for p in _texts(given) if _stem(p) == name) for name in found}
        provenance = tuple(record(p, role="timetable", file=f"{label}/{p.name}", rows=0) for p in used.values())
    else:
        provenance = (record(given, role="timetable", file=label, rows=0),)
    columns = {}
    for name, opener in found.items():
        with _unpacking(f"{label}: {name}.txt"), opener() as stream:
            header = header_names(next(plain_lines(stream, f"{label}: {name}.txt", size=HEADER_BYTES), b""))
        if header:  # an empty file is no table
            columns[name] = header
    return Feed(label, columns, provenance, found, folder)


def copy_table(feed: Feed, name: str, log: IssueLog) -> list[Path]:
    """Copy a table's rows as plain UTF-8 lines without header, in parts, and return these: one at least.

    Byte-order marks go, line ends become line feeds, lines that are not UTF-8 are taken for Windows-1252. A line with
    an open quote is emptied: GTFS allows no line break inside a value (GTFS reference, file requirements).

    Parameters
    ----------
    feed
        The feed.
    name
        One of its tables.
    log
        Takes what was mended or left out.

    Raises
    ------
    InputError
        When the table cannot be unpacked, or unpacks to more than is read.
    """
    return list(_parts(feed, name, log))


def copy_ahead(feed: Feed, name: str, log: IssueLog, pool: Executor) -> Iterator[Path]:
    """Copy a table as :func:`copy_table` does, in another thread that starts now; give its parts as they are ready."""
    own_log = IssueLog()
    ready: SimpleQueue[Path | None] = SimpleQueue()

    def work() -> None:
        try:
            for part in _parts(feed, name, own_log):
                ready.put(part)
        finally:
            ready.put(None)

    job = pool.submit(work)

    def parts() -> Iterator[Path]:
        while (part := ready.get()) is not None:
            yield part
        job.result()  # raises here what went wrong there
        log.rows += own_log.rows

    return parts()


def _parts(feed: Feed, name: str, log: IssueLog) -> Iterator[Path]:
    """Write the parts of a table one by one."""
    what, file = f"{feed.label}: {name}.txt", f"{feed.label}/{name}.txt"
    broken: list[int] = []
    foreign = size = number = line = 0
    with _unpacking(what), feed.openers[name]() as stream:
        chunks = plain_lines(stream, what)
        first: bytes | None = next(chunks, b"").partition(b"\n")[2]
        while first is not None:
            part = feed.folder / f"{name}.{number:04d}.txt"
            with part.open("wb") as out:
                for chunk in chain([first], islice(chunks, PART_CHUNKS - 1)):
                    size += len(chunk)
                    if faults := _too_large(size, feed.label):
                        raise InputError(*faults)
                    text, strange = to_utf8(chunk)
                    foreign += strange
                    text, open_quotes = without_open_quotes(text)
                    if open_quotes:
                        out.flush()
                        line = sum(p.read_bytes().count(b"\n") for p in feed.parts(name)) + HEADER_LINES + 1
                        broken += [line + at for at in open_quotes]
                    out.write(text)
            yield part
            number += 1
            first = next(chunks, None)
    if broken:
        log.add("invalid category value", file=file, row=broken[0], field="(line)",
                value=counted(len(broken), "lines", broken),
                action="left out: a quote is opened and not closed on the line")  # fmt: skip
    if foreign:
        log.add("patch", file=file, field="(line)", value=f"{foreign} lines",
                action="read as Windows-1252, not being UTF-8")  # fmt: skip


@contextmanager
def _unpacking(what: str) -> Iterator[None]:
    """Say in plain words why something could not be unpacked."""
    try:
        yield
    except UnicodeDecodeError as fault:
        raise InputError(
            f"{what} cannot be unpacked: the name of a member is not UTF-8, though the zip states so ({fault.reason}); "
            "unpack it by hand and give the folder"
        ) from None
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error) as fault:
        raise InputError(f"{what} cannot be unpacked ({fault}); download it again") from None
    except (RuntimeError, NotImplementedError) as fault:
        raise InputError(f"{what} cannot be unpacked ({fault}); unpack it by hand and give the folder") from None
    except OSError as fault:
        raise InputError(f"{what} cannot be read ({fault.strerror or fault})") from None


def _unpacked(path: Path, label: str, folder: Path) -> Path:
    """Copy the zip named as a member of another into the folder, no further than is read, and return it."""
    inner, size = folder / INNER, 0
    with _unpacking(f"{label}: it"), open_stream(path) as stream, inner.open("wb") as out:
        while block := stream.read(PIECE):
            size += len(block)
            if faults := _too_large(size, label):
                raise InputError(*faults)
            out.write(block)
    return inner


def _zips_within(label: str, infos: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Return the fault of an archive that holds zips and no table: the feed is one of these."""
    inner = sorted(info.filename for info in infos if info.filename.lower().endswith(".zip"))
    if not inner:
        return []
    holds = inner[0] if len(inner) == 1 else counted(len(inner), "zips", inner)
    which = "it" if len(inner) == 1 else "the one wanted"
    return [f"{label}: holds {holds} and no tables; unpack {which}, or name {which}: {label}{MEMBER}{inner[0]}"]


def _members(archive: Path, label: str) -> dict[str, Opener]:
    """Return the text members of an archive by table name, after its names and sizes were found harmless."""
    with _unpacking(f"{label}: as a zip it"), zipfile.ZipFile(archive) as opened:
        infos = opened.infolist()
    faults = _too_large(sum(info.file_size for info in infos), label)
    found: dict[str, list[zipfile.ZipInfo]] = {}
    for info in infos:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in info.filename[:2]:
            faults.append(f"{label}: the member '{info.filename}' points outside the archive's folder; refused whole")
        faults += bomb_faults(
            f"{label}: the member '{info.filename}'", unpacked=info.file_size, packed=info.compress_size,
            fix="unpack it by hand if you trust it, and give the folder",
        )  # fmt: skip
        if path.suffix.lower() == ".txt" and "__MACOSX" not in path.parts:
            found.setdefault(path.stem.lower(), []).append(info)
    for name, several in found.items():
        several.sort(key=lambda info: (info.filename.count("/"), info.filename))
        if len(several) > 1 and several[0].filename.count("/") == several[1].filename.count("/"):
            both = " and ".join(info.filename for info in several[:2])
            faults.append(f"{label}: holds {name}.txt more than once ({both}); give one feed per archive")
    if not set(found) & set(TABLES):
        faults += _zips_within(label, infos)
    if faults:
        raise InputError(*faults)
    return {name: partial(_open_member, archive, several[0].filename) for name, several in found.items()}


@contextmanager
def _open_member(archive: Path, member: str) -> Iterator[IO[bytes]]:
    """Open one member of a zip."""
    with zipfile.ZipFile(archive) as opened, opened.open(member) as stream:
        yield stream


def _texts(folder: Path) -> list[Path]:
    """Return the text files of a folder, plain ones first."""
    files = [path for path in folder.iterdir() if path.is_file() and path.name.lower().endswith((".txt", ".txt.gz"))]
    return sorted(files, key=lambda path: (path.suffix.lower() == ".gz", path.name))


def _stem(path: Path) -> str:
    """Return the table's name of a text file."""
    return path.name.lower().split(".")[0]


def _files(folder: Path, label: str) -> dict[str, Opener]:
    """Return the text files of a folder by table name; a plain file goes before its ``.gz``."""
    openers: dict[str, Opener] = {_stem(path): partial(_open_file, path) for path in reversed(_texts(folder))}
    if not openers:
        raise InputError(f"{label}: is a folder without .txt or .txt.gz files; give the folder of a GTFS feed")
    return openers


@contextmanager
def _open_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, unpacking a ``.gz``."""
    with path.open("rb") as plain:
        packed = path.suffix.lower() == ".gz"
        yield bounded(gzip.GzipFile(fileobj=plain), plain, str(path)) if packed else plain


def _too_large(size: int, label: str) -> list[str]:
    """Return the fault of a feed that unpacks to more than is read."""
    limit = load_parameters("timetables").number("unpacked_limit_mb")
    return size_faults(label, size, limit_mb=limit, fix="give the region's own feed")
