"""The files a reader is given: one path or several, each with its name in issues and provenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias, TypeVar

from siteprior.core.all_faults import AllFaults
from siteprior.core.errors import InputError
from siteprior.core.files import given_twice, path_list

Paths: TypeAlias = Path | str | Iterable[Path | str]
"""One path, or any iterable of them."""

Names: TypeAlias = str | Iterable[str]
"""One name, or any iterable of them."""


Read = TypeVar("Read")


class NamedPath(NamedTuple):
    """A file to read, and its name in issues and provenance."""

    path: Path
    name: str


def named_paths(
    paths: Paths, names: Names | None, *, what: str, unique: bool = True, more_faults: Sequence[str] = ()
) -> list[NamedPath]:
    """Return each path with its name in issues and provenance, which is the path itself where none is given.

    Parameters
    ----------
    paths
        One path or several.
    names
        A name for each; the paths when ``None``.
    what
        What the files are, for the messages, such as ``"areas"``.
    unique
        Whether a name, and a file, may stand once only, because it identifies rows or issues.
    more_faults
        What else is wrong with the call, so that all faults are named at once.

    Raises
    ------
    InputError
        When there is no path, another number of names than of paths, a name or a file is given twice, or there are
        ``more_faults``; all of them at once.

    Examples
    --------
    >>> named_paths("a.csv", None, what="stops")[0].name
    'a.csv'
    >>> [name for _, name in named_paths(["/data/a.csv", "/data/b.csv"], ["a", "b"], what="stops")]
    ['a', 'b']
    >>> named_paths(["a.csv", "b.csv"], "a", what="stops")
    Traceback (most recent call last):
    siteprior.core.errors.InputError: stops: 1 names for 2 files; give each file one name
    """
    listed = path_list(paths)
    given = [names] if isinstance(names, str) else [str(path) for path in listed] if names is None else list(names)
    faults = []
    if not listed:
        faults.append(f"{what}: no file given; give one at least")
    if len(given) != len(listed):
        faults.append(f"{what}: {len(given)} names for {len(listed)} files; give each file one name")
    if unique:
        alike = [name for name, many in Counter(given).items() if many > 1]
        if twice := given_twice(listed):
            texts = ", ".join(map(str, twice))
            faults.append(f"{what}: given twice: {texts}; each file is read once, name it once")
        elif alike:
            faults.append(f"{what}: named twice: {', '.join(sorted(alike))}; give each file a name of its own")
    faults.extend(more_faults)
    if faults:
        raise InputError(*faults)
    return [NamedPath(path, name) for path, name in zip(listed, given, strict=True)]


def one_path(paths: Paths, name: Names | None, *, what: str, instead: str) -> NamedPath:
    """Return the one path of a reader that takes a single file, with its name.

    Parameters
    ----------
    paths, name
        As in :func:`named_paths`.
    what
        What the file is, such as ``"streets"``.
    instead
        What to do with several files.

    Raises
    ------
    InputError
        When there is no path or more than one; the message names them.

    Examples
    --------
    >>> one_path(["a.pbf", "b.pbf"], None, what="streets", instead="merge them first (osmium merge)")
    Traceback (most recent call last):
    siteprior.core.errors.InputError: streets: needs one file, got 2 (a.pbf, b.pbf); merge them first (osmium merge)
    """
    listed = path_list(paths)
    if len(listed) > 1:
        raise InputError(f"{what}: needs one file, got {len(listed)} ({', '.join(map(str, listed))}); {instead}")
    return named_paths(listed, name, what=what)[0]


def read_each(files: Iterable[NamedPath], read: Callable[[Path, str], Read]) -> list[Read]:
    """Return what ``read`` gives for each file; the faults of all files are raised together.

    Raises
    ------
    InputError
        With the faults of every file that cannot be read.

    Examples
    --------
    >>> def read(path, name):
    ...     raise InputError(f"{name}: is empty")
    >>> read_each(named_paths(["a.csv", "b.csv"], None, what="stops"), read)
    Traceback (most recent call last):
    siteprior.core.errors.InputError: a.csv: is empty
    b.csv: is empty
    """
    results: list[Read] = []
    faults = AllFaults()
    for path, name in files:
        with faults.kept():
            results.append(read(path, name))
    faults.refuse()
    return results
