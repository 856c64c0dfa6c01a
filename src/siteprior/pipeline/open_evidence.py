"""What evidence a run was without: which verdicts are open, and what would decide them."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

import pandas as pd

from siteprior.core.progress import Progress
from siteprior.pipeline.result import Result
from siteprior.project.load import Project
from siteprior.project.registered_keys import REGISTERED_KEYS


class OpenEvidence(TypedDict):
    """What ``run.json`` says of open verdicts: ranked sites settled and open, and the table of files."""

    settled: int
    open: int
    files: list[dict[str, str | int | None]]


def loaded_keys(project: Project) -> tuple[str, ...]:
    """Return the keys of ``[evidence]`` and ``[sources]`` the project names, in order."""
    tables = {"evidence": project.evidence, "sources": project.sources}
    registered = [
        name for table, keys in REGISTERED_KEYS.items() for name in keys if tables[table].named(name)
    ]  # fmt: skip
    own = [name for name in type(project.sources).model_fields if getattr(project.sources, name)]
    return tuple(sorted({*registered, *own}))


def list_open_evidence(result: Result, _progress: Progress) -> Result:
    """List the facts that would decide each site's verdict, and count what each free file could decide."""
    from siteprior.appraisal.market_failure.gaps import gaps_and_files

    gaps, files = gaps_and_files(result.sites, result.signals, loaded=loaded_keys(result.project))
    return replace(result, evidence_gaps=gaps, evidence_files=files)


def open_evidence(sites: pd.DataFrame, files: pd.DataFrame) -> OpenEvidence:
    """Return what the record of a run says of open verdicts.

    Parameters
    ----------
    sites
        The sites with ``rank`` and ``settled``.
    files
        :data:`siteprior.core.schema.EVIDENCE_FILES`.
    """
    settled = sites.loc[sites["rank"].notna(), "settled"] == "yes"
    rows = files.astype("object").where(files.notna(), None).to_dict("records")
    plain = [{str(name): value for name, value in row.items()} for row in rows]
    return {"settled": int(settled.sum()), "open": int((~settled).sum()), "files": plain}
