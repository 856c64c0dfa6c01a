"""Faults that are the project's: each sentence names its file, the line, and the key or part of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pydantic import BaseModel

from siteprior.core.errors import InputError, ProjectError, SitePriorError
from siteprior.core.files import MEMBER
from siteprior.project.files import File
from siteprior.project.load import Project
from siteprior.project.toml_lines import Path
from siteprior.project.value_places import place_of, place_of_fault, value_at


@contextmanager
def faults_of(project: Project, part: str = "") -> Iterator[None]:
    """Raise what goes wrong inside as faults of the project file, ``part`` (such as ``[gates]``) of it.

    Raises
    ------
    ProjectError
        With the sentences of any fault of siteprior, each behind the project's file, the line and the key of the value
        it names, else the part.
    """
    try:
        yield
    except SitePriorError as fault:
        raise ProjectError(*(_within(project, text, part) for text in fault.faults)) from None


def _within(project: Project, text: str, part: str) -> str:
    """Return a fault with the value it is about before it, else with the part of the project file, else the file."""
    if text.startswith(str(project.file)):
        return text
    table: Path = (part.strip("[]") or "assumptions",)
    place = place_of_fault(text, value_at(project, table), table)
    return project.at(place, text) if part or place != table else f"{project.file}: {text}"


@contextmanager
def placed(project: Project, *parts: BaseModel | Path) -> Iterator[None]:
    """Put before what is refused inside the line and key of the project file that it is about.

    Parameters
    ----------
    project
        The project.
    *parts
        Its parts that the work inside rests on, or their keys. A fault stands at the value it names, else at the entry
        whose file it names, else at the first of the parts.

    Raises
    ------
    SitePriorError
        Of the kind of what was raised.
    """
    try:
        yield
    except SitePriorError as error:
        places = [part if isinstance(part, tuple) else place_of(part, project) for part in parts]
        within = [path for path in places if path is not None]
        raise type(error)(*(_placed(project, text, within) for text in error.faults)) from None


def _placed(project: Project, text: str, within: Sequence[Path]) -> str:
    """Return a fault with its place before it; as it is where it has one."""
    if not within or text.startswith(str(project.file)):
        return text
    finest = {path: place_of_fault(text, value_at(project, path), path) for path in within}
    of_file = [path for path in within if _is_of_file(project, text, path)]
    finer = [place for path, place in finest.items() if place != path and (path in of_file or not of_file)]
    return project.at(next(iter([*finer, *of_file, *within])), text)


def _is_of_file(project: Project, text: str, path: Path) -> bool:
    """Return whether a fault begins with a file the entry at a key names, or with a member of it; or the key does."""
    entry = value_at(project, path)
    if not isinstance(entry, File):
        return False
    try:
        begins = tuple(f"{label}{sign}" for _, label in project.find(entry) for sign in (":", MEMBER))
    except InputError:
        return False
    return any(text.removeprefix(f"{key}: ").startswith(begins) for key in path)
