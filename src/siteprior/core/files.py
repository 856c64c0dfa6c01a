"""Files as they come, files as they go: gzip and zip members opened in place, outputs written whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import IO, cast
from urllib.parse import urlsplit

from siteprior.core.errors import InputError, OutputError

MEMBER = "!"
"""Separates a zip archive from the member named in it: ``registers.zip!BIR_1.csv``."""


@dataclass(frozen=True)
class Input:
    """One file that was read: its role, its name as the project gives it, and the hash of its bytes.

    ``rows`` counts the data records used; ``vintage``, ``publisher``, ``licence`` and ``attribution`` are what the
    project file or the reader knows of its origin (blank where not stated).
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
        When the file or member is missing, is a folder, is empty, or is not what its ending says.
    """
    with open_stream(path) as stream:
        data = stream.read()
    if not data.strip():
        raise InputError(f"{path}: the file is empty; replace it or take it out of the project")
    return data


@contextmanager
def open_stream(path: Path | str) -> Iterator[IO[bytes]]:
    """Open a file for reading bit by bit, unpacked as :func:`read_bytes` unpacks it, for files too big for memory.

    Raises
    ------
    InputError
        When the file or member is missing, is a folder, or is not what its ending says; also while it is read.
    """
    text = str(as_path(path, name="path"))
    archive, member = archive_member(text)
    try:
        with ExitStack() as stack:
            stream: IO[bytes]
            if member:
                opened = stack.enter_context(zipfile.ZipFile(archive))
                if member not in opened.namelist():
                    raise InputError(f"{archive}: the archive has no member '{member}'")
                stream = stack.enter_context(opened.open(member))
            else:
                stream = stack.enter_context(Path(archive).open("rb"))
            if (member or archive).lower().endswith(".gz"):
                # GzipFile reads as IO[bytes] does, but its stub does not say so.
                stream = cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=stream)))
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


def sha256_of(path: Path | str) -> str:
    """Return the SHA-256 of a file's bytes, read in pieces."""
    with Path(path).open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def record(path: Path | str, *, role: str, file: str, rows: int, **facts: str) -> Input:
    """Describe a file that was read: its SHA-256 and size on disk (as stored, before unpacking)."""
    with Path(archive_member(path)[0]).open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        return Input(role, file, sha256, opened.tell(), rows, **facts)


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
        When the folder cannot be written, or the target is open in another program (Windows).

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
        temporary.replace(target)
    except PermissionError:
        raise OutputError(
            f"{target}: the file is open in another program (QGIS, Excel?); close it there and run again. "
            "The earlier file is untouched"
        ) from None
    except OSError as fault:
        if isinstance(fault, OutputError):
            raise
        raise OutputError(f"{target}: could not be written ({fault.strerror or fault})") from None
    finally:
        temporary.unlink(missing_ok=True)


def write_text(target: Path | str, text: str) -> Path:
    """Write text whole, UTF-8 with line feeds on every system, and return the path."""
    with whole_file(target) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return Path(target)


@contextmanager
def whole_folder(folder: Path | str, *, own: Iterable[str] = ()) -> Iterator[Path]:
    """Give a temporary folder and move all that was written there into ``folder`` when the block ends well.

    The folder is tried before any work is done. When the block fails, what stood in it stays as it was.

    Parameters
    ----------
    folder
        The folder to fill; made if need be.
    own
        Patterns of the files that such a block may write, such as ``"maps/*.png"``: those that stand there from an
        earlier time and were not written again are removed, for they would be taken for part of the new work.

    Raises
    ------
    OutputError
        When the folder cannot be written, or one of its files is open in another program (Windows).

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "out"
    >>> with whole_folder(folder) as temporary:
    ...     _ = write_text(temporary / "maps" / "a.txt", "whole")
    >>> (folder / "maps" / "a.txt").read_text()
    'whole'
    """
    folder = Path(folder)
    stood = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as fault:
        raise OutputError(
            f"{folder}: the folder cannot be written ({fault.strerror or fault}); choose another with --out"
        ) from None
    try:
        with tempfile.TemporaryDirectory(prefix="siteprior-") as temporary:
            yield Path(temporary)
            written = sorted(p.relative_to(temporary) for p in Path(temporary).rglob("*") if p.is_file())
            for name in written:
                move_file(Path(temporary) / name, folder / name)
            earlier = {path for pattern in own for path in folder.glob(pattern)} - {folder / name for name in written}
            for path in sorted(earlier):
                try:
                    path.unlink()
                except OSError as fault:
                    raise OutputError(
                        f"{path}: is of an earlier time and could not be removed ({fault.strerror or fault}); close it "
                        "where it is open, and delete it. All else is written"
                    ) from None
    finally:
        if not stood and not any(folder.iterdir()):
            folder.rmdir()


def move_file(source: Path, target: Path) -> None:
    """Put a finished file in its place, whole, also across drives."""
    with whole_file(target) as temporary:
        temporary.write_bytes(source.read_bytes())


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
