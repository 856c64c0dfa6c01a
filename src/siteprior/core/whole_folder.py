"""A folder whose files change together: all of them new or all as before, also after an interruption.

The new files are written into a hidden folder beside it, never in it: of a process that was killed nothing half done
lies in a folder somebody hands out. Only where nothing can be renamed from there, as for the root of a disk, it lies
inside. When the files are complete, a marker is put into the folder, which says which they are; then each earlier file
is moved aside and the new one into its place, by renaming. A fault on the way moves everything back. What no fault
reports, such as a killed process or a computer switched off, leaves the marker: the next command on the folder goes on
from there (:func:`complete_folder`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from siteprior.core.errors import OutputError
from siteprior.core.files import why_unwritable
from siteprior.core.open_elsewhere import programs_for, refuse_open_elsewhere

MARKER = "INCOMPLETE-siteprior.txt"
"""Stands in a folder while files are exchanged: without it all files are of one time."""

HIDDEN = ".siteprior-"
"""Begins the names of the hidden folders new files are written into."""

TRIED = f"{HIDDEN}try"
"""The name under which it is tried whether a hidden folder beside can be renamed into the folder."""

LOCK = ".siteprior.lock"
PATIENCE_S = 10.0
"""Seconds a reader waits for another process that is exchanging files, which takes it less than one."""

WORDS = (
    "This folder is incomplete: siteprior was stopped while it put new files in the place of earlier ones.\n"
    "Some files here are new and some are not. The next siteprior command on this folder, such as\n"
    "opening the run in a notebook, puts the remaining files in place and takes this one away.\n"
)


@contextmanager
def whole_folder(folder: Path | str, *, own: Iterable[str] = ()) -> Iterator[Path]:
    """Give an empty folder to write into, and put all that was written there into ``folder`` when the block ends well.

    The folder is tried before any work is done. When the block or the exchange fails, what stood in it stays as it
    was; files that the block does not write, and are not its own, are never touched.

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
        When the folder cannot be written, another process is writing it, or one of its files is open in another
        program.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "out"
    >>> with whole_folder(folder) as temporary:
    ...     _ = (temporary / "a.txt").write_text("whole")
    >>> [path.name for path in folder.iterdir()]
    ['a.txt']
    """
    folder = Path(folder)
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    if (reason := why_unwritable(folder)) is not None:
        raise OutputError(f"{folder}: the folder cannot be written ({reason}); choose another with --out")
    try:
        with _locked(folder, wait_s=0):
            if not (folder / MARKER).is_file() or _named_by(folder) is not None:
                _complete(folder)  # else all its files are written again here
            _clean(folder)
            try:
                hidden = _new_hidden(folder)
                yield hidden / "new"
                _exchange(folder, hidden, own)
            finally:
                _clean(folder)
    finally:
        for empty in made:
            if any(empty.iterdir()):
                break
            empty.rmdir()


def complete_folder(folder: Path | str) -> None:
    """Complete what an interruption left half done in a folder; nothing where all its files are of one time.

    Raises
    ------
    OutputError
        When a file cannot be put in its place, the marker is not siteprior's, what it names is gone, or another process
        has been writing the folder for long.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> complete_folder(folder)
    """
    folder = Path(folder)
    if (folder / MARKER).is_file():
        with _locked(folder, wait_s=PATIENCE_S):
            _complete(folder)
            _clean(folder)


@dataclass(frozen=True)
class _Exchange:
    """What is exchanged: the hidden folder, the new files, and the earlier ones that go without a new one."""

    hidden: str
    files: tuple[str, ...]
    stale: tuple[str, ...]


def _new_hidden(folder: Path) -> Path:
    """Make the hidden folder that new files are written into: beside the folder, or inside where none can be renamed.

    Whether files can be is tried: the folder may be the root of a disk, or nobody may write beside it.
    """
    home = folder.resolve()
    hidden = None
    with suppress(OSError):
        hidden = Path(tempfile.mkdtemp(prefix=f"{HIDDEN}{home.name}-", dir=home.parent))
        (hidden / "new").mkdir()
        (hidden / "new").replace(home / TRIED)
        (home / TRIED).replace(hidden / "new")
        return hidden
    if hidden is not None:
        shutil.rmtree(hidden, ignore_errors=True)
    hidden = Path(tempfile.mkdtemp(prefix=HIDDEN, dir=home))
    (hidden / "new").mkdir()
    return hidden


def _hidden_folders(folder: Path) -> list[Path]:
    """Return the hidden folders of a folder that are there: beside it those with its name, inside it those with none.

    What a process writes into a folder ``out-2``, or into one inside this one, is not among them.
    """
    home, found = folder.resolve(), list[Path]()
    for place, name in ((home.parent, f"{HIDDEN}{home.name}-"), (home, HIDDEN)):
        with suppress(OSError):  # what lies beside may not be listed
            found += [path for path in place.iterdir() if re.fullmatch(re.escape(name) + "[^-]+", path.name)]
    return [path for path in found if path.is_dir() and not path.is_symlink()]


def _named_by(folder: Path) -> Path | None:
    """Return the hidden folder the marker names; ``None`` where it is gone, as when the folder was moved since."""
    name = _read(folder / MARKER).hidden
    return next((path for path in _hidden_folders(folder) if path.name == name), None)


@contextmanager
def _locked(folder: Path, *, wait_s: float) -> Iterator[None]:
    """Keep other processes from writing the folder."""
    lock = FileLock(folder / LOCK, timeout=wait_s)
    try:
        lock.acquire()
    except Timeout:
        raise OutputError(
            f"{folder}: another siteprior command is writing this folder; wait until it has ended, or choose another "
            "folder with --out"
        ) from None
    except OSError as fault:
        raise OutputError(f"{folder}: the folder cannot be written ({fault.strerror or fault})") from None
    try:
        yield
    finally:
        lock.release()
        with suppress(OSError):  # another process may have begun to wait for it
            (folder / LOCK).unlink()


def _exchange(folder: Path, hidden: Path, own: Iterable[str]) -> None:
    """Put the new files in the place of the earlier ones, or leave all as it was."""
    new = hidden / "new"
    files = sorted(path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file())
    earlier = {path.relative_to(folder).as_posix() for pattern in own for path in folder.glob(pattern)}
    for name in files:
        if (folder / name).is_dir():
            raise OutputError(f"{folder / name}: is a folder where a file is to be written; move it or choose another")
    refuse_open_elsewhere(folder / name for name in (*files, *sorted(earlier)))
    exchange = _Exchange(hidden.name, tuple(files), tuple(sorted(earlier - set(files))))
    marker = hidden / MARKER
    try:
        marker.write_text(WORDS + json.dumps(asdict(exchange)), encoding="utf-8")
        marker.replace(folder / MARKER)
    except OSError as fault:
        raise OutputError(
            f"{folder}: could not be written ({fault.strerror or fault}). The earlier files are untouched"
        ) from None
    _complete(folder)


def _complete(folder: Path) -> None:
    """Do what the marker says and take it away; what cannot be done is undone, and refused."""
    marker = folder / MARKER
    if not marker.is_file():
        return
    exchange, hidden = _read(marker), _named_by(folder)
    if hidden is None:
        raise OutputError(
            f"{folder}: is incomplete: siteprior was stopped while it exchanged its files, and {exchange.hidden}, "
            "which has the others, is no longer beside it; run again into this folder"
        )
    try:
        _forward(folder, hidden, exchange)
    except BaseException as fault:
        left = _back(folder, hidden, exchange)
        if not isinstance(fault, OSError):
            raise
        name = fault.filename or folder
        if left is not None:
            raise OutputError(
                f"{name}: could not be replaced ({fault.strerror or fault}), and {left.filename or folder} not put "
                f"back ({left.strerror or left}); close both where they are open, and run again: until then the "
                "folder is incomplete"
            ) from None
        if isinstance(fault, PermissionError):
            raise OutputError(
                f"{name}: the file is open in another program ({programs_for(name)}?); close it there and run again. "
                "The earlier files are untouched"
            ) from None
        raise OutputError(
            f"{name}: could not be written ({fault.strerror or fault}). The earlier files are untouched"
        ) from None
    marker.unlink()


def _forward(folder: Path, hidden: Path, exchange: _Exchange) -> None:
    """Move each earlier file aside and each new one into its place; what is done already stays done."""
    new, old = hidden / "new", hidden / "old"
    for name in exchange.stale:
        _move(folder / name, old / name)
    for name in exchange.files:
        if os.path.lexists(new / name):
            _move(folder / name, old / name)
            _move(new / name, folder / name)


def _back(folder: Path, hidden: Path, exchange: _Exchange) -> OSError | None:
    """Move everything back as it was, and take the marker away; return why that did not work."""
    new, old = hidden / "new", hidden / "old"
    try:
        for name in exchange.files:
            if not os.path.lexists(new / name):
                _move(folder / name, new / name)
        for name in (*exchange.files, *exchange.stale):
            _move(old / name, folder / name)
        (folder / MARKER).unlink()
        for name in exchange.files:  # folders made on the way
            for parent in PurePosixPath(name).parents:
                with suppress(OSError):
                    (folder / parent).rmdir()
    except OSError as fault:
        return fault
    return None


def _move(source: Path, target: Path) -> None:
    """Rename a file that is there, also over another."""
    if os.path.lexists(source):
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)


def _read(marker: Path) -> _Exchange:
    """Read what is exchanged, or refuse what is not siteprior's: no name leads out of the folder."""
    try:
        stated = json.loads(marker.read_text(encoding="utf-8").splitlines()[-1])
        exchange = _Exchange(stated["hidden"], tuple(stated["files"]), tuple(stated["stale"]))
        names = [PurePosixPath(name) for name in (exchange.hidden, *exchange.files, *exchange.stale)]
        inside = all(str(name) != "." and not name.is_absolute() and ".." not in name.parts for name in names)
    except (ValueError, LookupError, TypeError):
        inside = False
    if not inside or not exchange.hidden.startswith(HIDDEN) or len(names[0].parts) != 1:
        raise OutputError(f"{marker}: was not written by siteprior; delete it, and run the project again")
    return exchange


def _clean(folder: Path) -> None:
    """Remove the hidden folders of processes that ended; what a marker names is still needed."""
    needed = _named_by(folder) if (folder / MARKER).is_file() else None
    for hidden in _hidden_folders(folder):
        if hidden != needed:
            shutil.rmtree(hidden, ignore_errors=True)
