"""Files as they come, files as they go: gzip and zip members opened in place, outputs written whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import IO, TypeVar
from urllib.parse import urlsplit

from siteprior.core.errors import InputError, OutputError
from siteprior.core.open_elsewhere import programs_for, refuse_open_elsewhere
from siteprior.core.shown_text import without_keys
from siteprior.core.unpacking import bomb_faults, bounded, read_whole, refuse

MEMBER = "!"
"""Separates a zip archive from the member named in it: ``registers.zip!BIR_1.csv``."""

Stated = TypeVar("Stated")


@dataclass(frozen=True)
class Input:
    """One file that was read: its role, its name as the project gives it, and the hash of its bytes.

    ``rows`` counts the data records used; ``vintage``, ``publisher``, ``licence`` and ``attribution`` are what the
    project file or the reader knows of its origin (blank where not stated). ``dataset``, ``part``, ``address`` (without
    keys) and ``fetched`` (a time in UTC, or ``placed by hand``) are what ``sources.lock`` says of this very file.
    """

    role: str
    file: str
    sha256: str
    bytes: int
    rows: int
    vintage: str = ""
    publisher: str = ""
    licence: str = ""
    attribution: str = ""
    dataset: str = ""
    part: str = ""
    address: str = ""
    fetched: str = ""


def path_list(paths: Path | str | Iterable[Path | str]) -> list[Path]:
    """Return one path, or several, as a list: every reader takes either.

    Raises
    ------
    InputError
        When it is neither, or one of them is no path: every one that is not, at once.

    Examples
    --------
    >>> [path.name for path in path_list("birmingham.csv")]
    ['birmingham.csv']
    >>> [path.name for path in path_list(["birmingham.csv", Path("dudley.csv")])]
    ['birmingham.csv', 'dudley.csv']
    >>> path_list(["birmingham.csv", None])
    Traceback (most recent call last):
    siteprior.core.errors.InputError: paths: needs the path of a file, got None; give a str or a Path
    """
    if isinstance(paths, str | os.PathLike):
        return [as_path(paths)]
    if isinstance(paths, bytes | Mapping) or not isinstance(paths, Iterable):
        raise InputError(f"paths: needs one path or several, got {paths!r}; give a str or a Path, or a list of them")
    read, faults = list[Path](), list[str]()
    for path in paths:
        try:
            read.append(as_path(path))
        except InputError as fault:
            faults.extend(fault.faults)
    if faults:
        raise InputError(*faults)
    return read


def as_path(given: Path | str, *, name: str = "paths", what: str = "a file") -> Path:
    """Return a path, or refuse what is none.

    Parameters
    ----------
    given
        A text or a path; a blank text would be the working directory, and is refused.
    name
        The argument's name, for the message.
    what
        What it is the path of.

    Raises
    ------
    InputError
        When it is no path.
    """
    if not isinstance(given, str | os.PathLike) or isinstance(os.fspath(given), bytes):
        raise InputError(f"{name}: needs the path of {what}, got {given!r}; give a str or a Path")
    text = os.fspath(given)
    if not text.strip() or "\0" in text:
        raise InputError(f"{name}: {text!r} is no path of {what}; give its path")
    return Path(given)


def given_twice(paths: Iterable[Path]) -> list[Path]:
    """Return the files that stand in a list more than once, each once, however their paths are written.

    Examples
    --------
    >>> [path.name for path in given_twice([Path("a.csv"), Path("b.csv"), Path("c/../a.csv")])]
    ['a.csv']
    """
    seen: dict[str, int] = {}
    twice = []
    for path in paths:
        file = os.path.abspath(path)  # noqa: PTH100 -- resolve() asks the disk, and fails on what is none
        seen[file] = seen.get(file, 0) + 1
        if seen[file] == 2:
            twice.append(path)
    return twice


def read_bytes(path: Path | str) -> bytes:
    """Read a file whole; a ``.gz`` is unpacked, and ``archive.zip!member`` reads one member of a zip.

    Raises
    ------
    InputError
        When the file or member is missing, is a folder, is empty, is not what its ending says, or unpacks to more
        than is read (:mod:`siteprior.core.unpacking`).
    """
    with open_stream(path) as stream:
        data = read_whole(stream, str(path)) if is_packed(path) else stream.read()
    if not data.strip():
        raise InputError(f"{path}: the file is empty; replace it or take it out of the project")
    return data


@contextmanager
def open_stream(path: Path | str) -> Iterator[IO[bytes]]:
    """Open a file for reading bit by bit, unpacked as :func:`read_bytes` unpacks it, for files too big for memory.

    Raises
    ------
    InputError
        When the file or member is missing, is a folder, is not what its ending says, or unpacks to many times its
        size (:func:`siteprior.core.unpacking.bomb_faults`); also while it is read.
    """
    text = str(as_path(path, name="path"))
    archive, member = archive_member(text)
    _refuse_endless(archive)
    try:
        with ExitStack() as stack:
            stream: IO[bytes]
            if member:
                opened = _archive(archive, stack)
                if member not in opened.namelist():
                    raise InputError(f"{archive}: the archive has no member '{member}'")
                facts = opened.getinfo(member)  # reading stops at the size stated here
                refuse(bomb_faults(f"{text}: the file", unpacked=facts.file_size, packed=facts.compress_size))
                stream = stack.enter_context(opened.open(member))
            else:
                stream = stack.enter_context(Path(archive).open("rb"))
            if (member or archive).lower().endswith(".gz"):
                stream = bounded(stack.enter_context(gzip.GzipFile(fileobj=stream)), stream, text)
            yield stream
    except FileNotFoundError:
        raise InputError(f"{text}: there is no such file; check the path and the project's data_root") from None
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error) as fault:
        raise InputError(f"{text}: cannot be unpacked ({fault}); download it again") from None
    except (RuntimeError, NotImplementedError) as fault:
        # so says zipfile of a member under a password or packed by a method it does not know
        raise InputError(f"{text}: cannot be unpacked ({fault}); unpack it by hand and give the file itself") from None
    except OSError as fault:
        if isinstance(fault, IsADirectoryError) or os.path.isdir(archive):  # noqa: PTH112 -- no error of a name too long
            raise InputError(f"{text}: is a folder; name the file in it") from None
        raise InputError(f"{text}: cannot be read ({fault.strerror or fault})") from None


_KEPT: ContextVar[tuple[ExitStack, dict[str, zipfile.ZipFile]] | None] = ContextVar("archives kept open", default=None)


@contextmanager
def archives_kept() -> Iterator[None]:
    """Keep each zip open while many of its members are read: its list of members is read once."""
    with ExitStack() as stack:
        token = _KEPT.set((stack, {}))
        try:
            yield
        finally:
            _KEPT.reset(token)


def _archive(path: str, stack: ExitStack) -> zipfile.ZipFile:
    """Open a zip until ``stack`` ends, or as long as :func:`archives_kept` keeps it."""
    kept = _KEPT.get()
    if kept is None:
        return stack.enter_context(zipfile.ZipFile(path))
    until, opened = kept
    if path not in opened:
        opened[path] = until.enter_context(zipfile.ZipFile(path))
    return opened[path]


def _refuse_endless(path: str) -> None:
    """Refuse a pipe or device: reading it may never end."""
    try:
        kind = os.stat(path).st_mode  # noqa: PTH116 -- no error of its own of a name too long
    except (OSError, ValueError):  # the opening says why
        return
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise InputError(f"{path}: is a pipe or device, which may never end; save what it gives as a file")


def sha256_of(path: Path | str) -> str:
    """Return the SHA-256 of a file's bytes, read in pieces."""
    with Path(path).open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def is_vector_folder(path: Path | str) -> bool:
    """Return whether a path is a folder that holds one data set: a File Geodatabase (``.gdb``).

    Examples
    --------
    >>> is_vector_folder("sites/land.gpkg")
    False
    """
    return str(path).rstrip("/\\").lower().endswith(".gdb") and os.path.isdir(path)  # noqa: PTH112 -- no error of a name too long


def record(path: Path | str, *, role: str, file: str, rows: int, **facts: str) -> Input:
    """Describe a file that was read: its SHA-256 and size on disk (as stored, before unpacking).

    Of a File Geodatabase, which is a folder, the hash is that of its files' names and hashes, locks apart.
    """
    stated = {name: without_keys(fact) for name, fact in facts.items()}
    if is_vector_folder(path):
        files = sorted(each for each in Path(path).iterdir() if each.is_file() and each.suffix != ".lock")
        listed = "".join(f"{sha256_of(each)}  {each.name}\n" for each in files)
        sha256 = hashlib.sha256(listed.encode()).hexdigest()
        return Input(role, file, sha256, sum(each.stat().st_size for each in files), rows, **stated)
    with Path(archive_member(path)[0]).open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        return Input(role, file, sha256, opened.tell(), rows, **stated)


def archive_member(path: Path | str) -> tuple[str, str]:
    """Split ``archive.zip!member``; the member is blank where a path names a plain file.

    Examples
    --------
    >>> archive_member("a/B.ZIP!c.csv"), archive_member("c.csv")
    (('a/B.ZIP', 'c.csv'), ('c.csv', ''))
    """
    text = str(path)
    at = text.lower().find(".zip" + MEMBER)
    return (text, "") if at < 0 else (text[: at + 4], text[at + 5 :])


def of_file(part: str, stated: Mapping[str, Stated]) -> Stated | None:
    """Return what is stated of a file, for the file itself or for a part of it, such as a sheet: ``file!sheet``.

    Examples
    --------
    >>> vintages = {"a.xlsx": "2019", "a.zip!b.xlsx": "2020"}
    >>> of_file("a.xlsx", vintages), of_file("a.zip!b.xlsx!North", vintages), of_file("c.csv", vintages)
    ('2019', '2020', None)
    """
    while part and part not in stated:
        part = part.rpartition(MEMBER)[0]
    return stated.get(part)


def is_packed(path: Path | str) -> bool:
    """Return whether a file has to be unpacked: a ``.gz``, or a member of a zip, in letters of any case.

    Examples
    --------
    >>> is_packed("pp.CSV.GZ"), is_packed("a.zip!pp.csv"), is_packed("pp.csv")
    (True, True, False)
    """
    archive, member = archive_member(path)
    return bool(member) or archive.lower().endswith(".gz")


def is_fetchable(url: str) -> bool:
    """Say whether an address may be downloaded from: https, and no password in it; plain http on this machine only.

    Examples
    --------
    >>> is_fetchable("https://example.org/stops.csv"), is_fetchable("http://example.org/stops.csv")
    (True, False)
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    here = host in ("localhost", "127.0.0.1", "::1")
    return bool(host) and "@" not in parts.netloc and (parts.scheme == "https" or (parts.scheme == "http" and here))


@contextmanager
def whole_file(target: Path | str) -> Iterator[Path]:
    """Give a temporary path beside ``target`` and move it there when the block ends well; else leave no trace.

    The earlier file at ``target`` stays as it was until the new one is complete.

    Raises
    ------
    OutputError
        When the folder cannot be written, or the target is open in another program: Windows says so, and of a
        GeoPackage the files beside it do (:mod:`siteprior.core.open_elsewhere`).

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with whole_file(folder / "a.txt") as temporary:
    ...     _ = temporary.write_text("whole")
    >>> (folder / "a.txt").read_text()
    'whole'
    """
    target = Path(target)
    refuse_open_elsewhere([target])
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent)
    except OSError as fault:
        raise OutputError(
            f"{target}: the folder cannot be written ({fault.strerror or fault}); choose another with --out"
        ) from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)  # mkstemp makes private files; an output is for colleagues
        refuse_open_elsewhere([target])
        temporary.replace(target)
    except PermissionError:
        raise OutputError(
            f"{target}: the file is open in another program ({programs_for(target)}?); close it there and run again. "
            "The earlier file is untouched"
        ) from None
    except OSError as fault:
        if isinstance(fault, OutputError):
            raise
        raise OutputError(f"{target}: could not be written ({fault.strerror or fault})") from None
    finally:
        temporary.unlink(missing_ok=True)


def why_unwritable(folder: Path) -> str | None:
    """Make a folder if need be, and return why no file can be put in it; ``None`` where one can.

    Examples
    --------
    >>> import tempfile
    >>> why_unwritable(Path(tempfile.mkdtemp()) / "new") is None
    True
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as fault:
        return fault.strerror or str(fault)


def write_text(target: Path | str, text: str) -> Path:
    """Write text whole, UTF-8 with line feeds on every system, and return the path."""
    with whole_file(target) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return Path(target)


def shipped(folder: str) -> Path:
    """Return the folder ``data`` or ``notebooks`` that travels with siteprior, installed or in a checkout.

    Raises
    ------
    InputError
        When neither the wheel nor the checkout holds it.
    """
    package = Path(str(resources.files("siteprior")))
    for place in (package / folder, package.parents[1] / folder):
        if place.is_dir():
            return place
    raise InputError(f"the folder '{folder}' did not come with this installation; install siteprior again")
