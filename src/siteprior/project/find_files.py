"""The files a path of the project file stands for; where there is none, what was looked at and what is nearest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from siteprior.core.errors import InputError, nearest
from siteprior.core.files import MEMBER, is_vector_folder

Found = tuple[Path, str]
"""A file, and the label the outputs carry."""


def files_at(stated: str, root: Path, beside: Path) -> list[Found]:
    """Return the files a path or pattern of the project file stands for, each with its label.

    Parameters
    ----------
    stated
        The path or pattern; ``archive.zip!member`` for a member.
    root
        ``data_root``.
    beside
        The folder of the project file, where a path or a pattern is looked for that finds nothing under ``root``.

    Raises
    ------
    InputError
        When there is no such file, or none matches: with the folders looked in, and the nearest name there.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> data = shipped("data")
    >>> [label for _, label in files_at("sites/w*.csv", data, data)]
    ['sites/walsall.csv', 'sites/wolverhampton.csv']
    >>> try:
    ...     files_at("sites/walsal.csv", data, data)
    ... except InputError as error:
    ...     str(error).partition("; ")[2].partition("?")[0]
    "did you mean 'sites/walsall.csv'"
    """
    archive = stated.partition(MEMBER)[0] if ".zip" + MEMBER in stated else stated
    if any(mark in archive for mark in "*?["):
        return _matching(stated, archive, root, beside)
    for folder, label in ((root, stated), (beside, stated)):
        if (folder / archive).is_file() or is_vector_folder(folder / archive):
            return [(folder / stated, label)]
    raise InputError(f"{stated}: {_missing(archive, root, beside)}")


def _matching(stated: str, pattern: str, root: Path, beside: Path) -> list[Found]:
    """Return the files a pattern matches under ``root``, else those beside the project file."""
    apart = root.resolve() != beside.resolve()
    folder, found = root, list[Path]()
    try:
        for folder in (root, beside) if apart else (root,):
            found = sorted(path for path in folder.glob(pattern) if path.is_file() or is_vector_folder(path))
            if found:
                break
    except (NotImplementedError, ValueError) as fault:  # an absolute pattern, or ** within a name
        raise InputError(f"{stated}: is no pattern under data_root ({fault}); give one such as a/*.csv") from None
    if not found:
        fixed = Path(*_before_marks(pattern))
        near = _nearest_there(fixed, root, file=False) if not (root / fixed).is_dir() else None
        hint = f"; there is no folder {fixed.as_posix()}{f', did you mean {near!r}?' if near else ''}"
        where = f"under {root}" + (f" (data_root), nor beside the project file in {beside}," if apart else "")
        shown = "" if (root / fixed).is_dir() else hint
        raise InputError(f"{stated}: no file {where} matches{shown}; check the pattern and data_root")
    return [(path, path.relative_to(folder).as_posix()) for path in found]


def _before_marks(pattern: str) -> Iterator[str]:
    """Yield the folders of a pattern before the first that is one itself."""
    for part in Path(pattern).parts[:-1]:
        if any(mark in part for mark in "*?["):
            return
        yield part


def _missing(stated: str, root: Path, beside: Path) -> str:
    """Say that there is no such file, in which folders it was looked for, and what is nearest there."""
    apart = root.resolve() != beside.resolve() and not Path(stated).is_absolute()
    for folder in (root, beside):
        if (folder / stated).is_dir():
            return f"is a folder ({folder / stated}); name the file in it, or a pattern such as {stated}/*.csv"
    near = _nearest_there(Path(stated), root) or (_nearest_there(Path(stated), beside) if apart else None)
    where = f"under {root}" + (f" (data_root), nor beside the project file in {beside}" if apart else "")
    hint = f"did you mean '{near}'? Else " if near else ""
    return f"there is no such file {where}; {hint}check the path and data_root"


def _nearest_there(stated: Path, root: Path, *, file: bool = True) -> str | None:
    """Return the path with the first part that is not there replaced by the nearest name in that folder."""
    folder, parts = Path(), stated.parts
    for place, part in enumerate(parts):
        if not (root / folder / part).exists():
            last = file and place == len(parts) - 1
            try:
                there = [each.name for each in (root / folder).iterdir() if each.is_dir() != last]
            except OSError:  # a part of the path is a file, or may not be listed
                return None
            near = nearest(part, there)
            return None if near is None else (folder / near / Path(*parts[place + 1 :])).as_posix()
        folder /= part
    return None
