"""Results of any kind kept in a file between runs, under a seal: they come back as they were, or not at all.

A file is written whole and never changed; its name is its key. Loading runs what the file says, as every pickle does:
so the folder is of the user alone, and what others could have written there is not read.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from siteprior.core.files import whole_file

ENDING = ".kept"
"""How the names of the files end."""

_SEAL = hashlib.sha256().digest_size


def own_folder(folder: Path) -> bool:
    """Return whether a folder of results can be used: made where it is not there, and nobody else may write to it.

    Examples
    --------
    >>> import tempfile
    >>> own_folder(Path(tempfile.mkdtemp()) / "results")
    True
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = folder.stat()
    except OSError:
        return False
    if os.name != "posix":  # a user's folder of caches is the user's own there
        return True
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def store_result(path: Path, result: Any) -> bool:  # a result of any type
    """Keep a result in a file, whole or not at all; return whether it is of a kind that can be kept.

    Raises
    ------
    OutputError
        When the file cannot be written: a full disk, say.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "walks.kept"
    >>> store_result(path, {"walk_m": [251.0]}), load_result(path)
    (True, {'walk_m': [251.0]})
    >>> store_result(path, {"walk_m": lambda: 251.0})
    False
    """
    content = BytesIO()
    try:
        pickle.dump(result, content, protocol=pickle.HIGHEST_PROTOCOL)
    except (AttributeError, TypeError, ValueError, RecursionError, pickle.PicklingError):  # a function, say
        return False
    written = content.getbuffer()
    with whole_file(path) as temporary, temporary.open("wb") as file:
        file.write(hashlib.sha256(written).digest())
        file.write(written)
    return True


def load_result(path: Path) -> Any | None:  # a result of any type
    """Return a result as it was stored; ``None`` where the file is missing or not as it was written.

    Its time of change becomes now, so that what is used last is removed last.
    """
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(memoryview(content)[_SEAL:]).digest() != content[:_SEAL]:
        return None
    try:
        result = pickle.loads(memoryview(content)[_SEAL:])
    except (AttributeError, EOFError, ImportError, LookupError, TypeError, ValueError, pickle.UnpicklingError):
        return None  # whole, and yet of other code than its key says
    with suppress(OSError):
        os.utime(path)
    return result


def bound_size(folder: Path, most_bytes: float) -> None:
    """Remove the results used longest ago until all files of the folder take ``most_bytes`` at most.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for day, name in enumerate(["older", "newer"]):
    ...     _ = store_result(folder / f"{name}.kept", "x" * 1000)
    ...     os.utime(folder / f"{name}.kept", (day, day))
    >>> bound_size(folder, 1500)
    >>> [path.stem for path in folder.iterdir()]
    ['newer']
    """
    found = list[tuple[float, int, Path]]()
    for path in folder.glob(f"*{ENDING}"):
        with suppress(OSError):  # another run has just removed it
            about = path.stat()
            found.append((about.st_mtime, about.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= most_bytes:
            return
        with suppress(OSError):
            path.unlink()
        total -= size
