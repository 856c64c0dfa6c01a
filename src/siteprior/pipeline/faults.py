"""Faults that are the project's: each sentence names its file and, where known, the part of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from siteprior.core.errors import ProjectError, SitePriorError
from siteprior.project.load import Project


@contextmanager
def faults_of(project: Project, part: str = "") -> Iterator[None]:
    """Raise what goes wrong inside as faults of the project file, ``part`` (such as ``[gates]``) of it.

    Raises
    ------
    ProjectError
        With the sentences of any fault of siteprior, each behind the project's file and the part.
    """
    try:
        yield
    except SitePriorError as fault:
        where = f"{project.file}: " + (f"{part}: " if part else "")
        sentences = (text if text.startswith(f"{project.file}") else where + text for text in fault.faults)
        raise ProjectError(*sentences) from None
