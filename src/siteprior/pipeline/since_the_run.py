"""What has changed since a run: files it has read, siteprior, and the numbers siteprior measures with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from siteprior import __version__
from siteprior.core.files import archive_member, sha256_of
from siteprior.core.short_repr import counted, first_few
from siteprior.pipeline.manifest import applied_parameters
from siteprior.pipeline.measured import Source
from siteprior.project.load import Project
from siteprior.report.run_folders import RECORD
from siteprior.report.tables import json_text

SHOWN = 3
"""Files or numbers named in one sentence, at most."""

APPLIED_ANEW = ("weights", "ranking", "criteria", "gates", "opportunities", "programme")
"""Files of parameters that a ranking applies as they are now."""


def since_the_run(project: Project, source: Source) -> Iterator[str]:
    """Yield what has changed since the run whose measurements are ranked, each a sentence with what to do.

    A file counts as changed where its size is another, or it was written after the run and its hash is another; what
    was added since is not looked for.
    """
    again = f"the ranking rests on the run in {source.folder}; run the project again to measure anew"
    if files := [str(read["file"]) for read in source.record["inputs"] if _is_other(project, source, read)]:
        yield f"{counted(len(files), 'file')} changed since ({first_few(files, SHOWN)}): {again}"
    if (version := source.record.get("siteprior")) != __version__:
        yield f"the run was made by siteprior {version}, this is {__version__}: {again}"
    now = {row.name: json_text({"value": row.value}) for row in applied_parameters(project)}
    then = {row["name"]: json_text({"value": row["value"]}) for row in source.record["parameters"]}
    names = [name for name in now if name in then and now[name] != then[name]]
    if others := [name for name in names if name.partition(".")[0] not in APPLIED_ANEW]:
        yield f"{counted(len(others), 'number')} of siteprior changed since ({first_few(others, SHOWN)}): {again}"


def _is_other(project: Project, source: Source, read: dict[str, str | int]) -> bool:
    """Return whether a file the run has read is another now, as far as it is there and is a file."""
    label = archive_member(str(read["file"]))[0]
    path = next((at for root in (project.data_root, project.file.parent) if (at := Path(root) / label).is_file()), None)
    if path is None:
        return False
    facts, written = path.stat(), (source.folder / RECORD).stat().st_mtime_ns
    if facts.st_size != read["bytes"]:
        return True
    return facts.st_mtime_ns > written and sha256_of(path) != read["sha256"]
