"""What the readers hand over besides their tables: issues and provenance, in the order of reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import pandas as pd

from siteprior.core.files import Input
from siteprior.core.issues import Reading
from siteprior.project.datasets import Dataset
from siteprior.project.load import Project
from siteprior.project.model import File
from siteprior.sources.fetch.lock import LOCK_FILE, Locked, lock_path, locked_name, locked_of, read_lock

Read = TypeVar("Read")

SHOWN = 12
"""Digits of a hash that a notice shows."""


@dataclass
class ReadLog:
    """Collects issues and provenance while the readers hand over their tables.

    ``datasets`` are those the project's files may be of, by id; ``locked`` is what the ``sources.lock`` of
    ``project`` says of files, by the names they have there.
    """

    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    issues: list[pd.DataFrame] = field(default_factory=list)
    provenance: list[Input] = field(default_factory=list)
    locked: Mapping[str, Locked] = field(default_factory=dict)
    project: Project | None = None

    @classmethod
    def of(cls, project: Project | None) -> ReadLog:
        """Return an empty log for the files of a project; ``None`` stands for files that no project names.

        Raises
        ------
        InputError
            When ``sources.lock`` beside the project file cannot be read, or an entry of it is spoilt.
        """
        if project is None:
            return cls()
        return cls(project.catalogue, locked=read_lock(lock_path(project.file)), project=project)

    def add(self, role: str, entries: File | Sequence[File], reading: Reading[Read]) -> Read:
        """Keep a reading's issues and origin and return its table; ``entries`` are what the project says of it."""
        from siteprior.sources.catalogue import with_origin

        stated = [entries] * len(reading.provenance) if isinstance(entries, File) else entries
        for entry, read in zip(stated, reading.provenance, strict=True):
            origin = entry.model_dump(include={"vintage", "publisher", "licence", "attribution"})
            dataset = self.datasets.get(entry.dataset)
            self.provenance.append(
                with_origin(with_lock(read, entry, self._known(read)), role=role, **origin, dataset=dataset)
            )
        self.issues.append(reading.issues)
        return reading.table

    def _known(self, read: Input) -> Locked | None:
        """Return what the lock says of a file."""
        if self.project is None:
            return None
        return locked_of(self.locked, locked_name(self.project, read.file), read.sha256)


def with_lock(read: Input, entry: File, known: Locked | None) -> Input:
    """Return the record of an input with what ``sources.lock`` says of this very file, by its hash.

    Of a file that is another than the lock names nothing is taken from there but that it is of a dataset, which the
    project file says (:func:`lock_notices` says the rest).

    Examples
    --------
    >>> read = Input("stops", "naptan.csv", "ab", 9, 1)
    >>> of_lock = Locked(fetched="2026-11-29T09:00:00Z", sha256="ab", vintage="2026-11-29")
    >>> with_lock(read, File(path="naptan.csv"), of_lock).vintage
    '2026-11-29'
    """
    read = replace(read, dataset=entry.dataset, part=entry.part)
    if known is None or known.sha256 != read.sha256:
        return read
    return replace(
        read,
        vintage=read.vintage or known.vintage,
        licence=read.licence or known.licence,
        dataset=known.dataset or read.dataset,
        part=known.part or read.part,
        address=known.address,
        fetched=known.fetched,
    )


def lock_notices(project: Project, provenance: Iterable[Input]) -> Iterator[str]:
    """Yield which inputs are others than ``sources.lock`` names, each with what to do."""
    locked = read_lock(lock_path(project.file))
    for name, read in {locked_name(project, read.file): read for read in provenance}.items():
        known = locked.get(name)
        if known is not None and known.sha256 != read.sha256:
            yield (
                f"{name}: is not the file that {LOCK_FILE} names (SHA-256 {read.sha256[:SHOWN]}… now, "
                f"{known.sha256[:SHOWN]}… then): it was changed or replaced; siteprior fetch enters the one that is "
                "there, with --refresh it asks the publisher"
            )
