"""What the readers hand over besides their tables: issues and provenance, gathered in the order of reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from siteprior.core.files import Input
from siteprior.core.issues import Reading
from siteprior.project.model import File


@dataclass
class ReadLog:
    """Gathers issues and provenance while the readers hand over their tables."""

    issues: list[pd.DataFrame] = field(default_factory=list)
    provenance: list[Input] = field(default_factory=list)

    def add(self, role: str, entries: File | list[File], reading: Reading) -> Any:
        """Keep a reading's issues and origin and return its table; ``entries`` are what the project says of it."""
        from siteprior.sources.catalogue import with_origin

        stated = entries if isinstance(entries, list) else [entries] * len(reading.provenance)
        for entry, read in zip(stated, reading.provenance, strict=True):
            origin = entry.model_dump(include={"vintage", "publisher", "licence", "attribution"})
            self.provenance.append(with_origin(read, role=role, **origin))
        self.issues.append(reading.issues)
        return reading.table
