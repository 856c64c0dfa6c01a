"""The files a reader of registers is given and what they are called: one of each, or many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from siteprior.core.errors import InputError
from siteprior.core.files import given_twice, path_list

Paths = Path | str | Iterable[Path | str]
"""One path, or several."""

Labels = str | Iterable[str] | None
"""One label, or several: what files are called in tables, issues and provenance; their paths when ``None``."""


def label_paths(
    paths: Paths, labels: Labels, *, role: str, unique: bool = True, more_faults: Sequence[str] = ()
) -> list[tuple[Path, str]]:
    """Return each path with its label; refuse a wrong call before any file is opened.

    Parameters
    ----------
    paths
        One path, or several.
    labels
        One label per path; the paths themselves when not given.
    role
        What the files are, for the messages.
    unique
        Whether a label, and a file, may stand once only, because it identifies rows or issues.
    more_faults
        What else is wrong with the call, so that all faults are named at once.

    Raises
    ------
    InputError
        When there is no path, a label is missing or stands twice, or there are ``more_faults``.

    Examples
    --------
    >>> [label for _, label in label_paths("a.csv", None, role="register")]
    ['a.csv']
    >>> [label for _, label in label_paths(["a.csv", "b.csv"], ["A", "B"], role="register")]
    ['A', 'B']
    """
    listed = path_list(paths)
    names = [str(path) for path in listed] if labels is None else [labels] if isinstance(labels, str) else list(labels)
    faults = []
    if not listed:
        faults.append(f"paths: no {role} given; give one file at least")
    if len(names) != len(listed):
        faults.append(f"files: {len(names)} names for {len(listed)} paths; give one name per path")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice and unique:
        faults.append(f"files: named twice: {', '.join(twice)}; each {role} is given once")
    elif unique and (same := given_twice(listed)):
        faults.append(f"paths: given twice: {', '.join(map(str, same))}; each {role} is given once")
    faults.extend(more_faults)
    if faults:
        raise InputError(*faults)
    return list(zip(listed, names, strict=True))
