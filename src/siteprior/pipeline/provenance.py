"""What the readers hand over besides their tables: issues and provenance, in the order of reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import pandas as pd

from siteprior.core.files import Input
from siteprior.core.issues import Reading
from siteprior.project.datasets import Dataset
from siteprior.project.model import File

Read = TypeVar("Read")


@dataclass
class ReadLog:
    """Collects issues and provenance while the readers hand over their tables.

    ``datasets`` are those the project's files may be of, by id.
    """

    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    issues: list[pd.DataFrame] = field(default_factory=list)
    provenance: list[Input] = field(default_factory=list)

    def add(self, role: str, entries: File | Sequence[File], reading: Reading[Read]) -> Read:
        """Keep a reading's issues and origin and return its table; ``entries`` are what the project says of it."""
        from siteprior.sources.catalogue import with_origin

        stated = [entries] * len(reading.provenance) if isinstance(entries, File) else entries
        for entry, read in zip(stated, reading.provenance, strict=True):
            origin = entry.model_dump(include={"vintage", "publisher", "licence", "attribution"})
            dataset = self.datasets.get(entry.dataset)
            self.provenance.append(with_origin(read, role=role, **origin, dataset=dataset))
        self.issues.append(reading.issues)
        return reading.table
