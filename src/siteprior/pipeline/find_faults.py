"""All that a run would refuse of a project, found in one go before anything is ranked; what ``check`` does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from siteprior.core.all_faults import AllFaults
from siteprior.core.files import whole_folder
from siteprior.core.progress import Progress
from siteprior.pipeline.audit import Audit, write_findings
from siteprior.pipeline.notices import reach_notices, reading_notices
from siteprior.pipeline.registered import measure_evidence
from siteprior.pipeline.result import Result
from siteprior.pipeline.scenario import changed_transit
from siteprior.pipeline.stages import CHECKED, has, try_stages
from siteprior.project.load import Project

PAGE = "audit.html"
"""The page to start with, where a register was read."""


@dataclass(frozen=True)
class Checked:
    """What looking through a project came to.

    Attributes
    ----------
    folder
        Where it was written.
    issues
        The issue log of every input that could be read.
    faults
        What ``run`` would refuse the project for, a sentence each; none where it would run.
    left_out
        The stages not looked at, because what they need was refused.
    notices
        What a run would state at its end though it finishes.
    """

    folder: Path
    issues: pd.DataFrame
    faults: AllFaults
    left_out: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def start_with(self) -> str:
        """What to open first: the page of the audit where there is one, else the issues."""
        return PAGE if (self.folder / PAGE).is_file() else "issues.csv"


def find_faults(project: Project, folder: Path, *, progress: Progress) -> Checked:
    """Look through a project for all that a run would refuse, and write what was found.

    Every input is read and joined as far as it can be, also where another is refused; what rests on a refused one
    alone is left out, and named.

    Parameters
    ----------
    project
        The project.
    folder
        The folder to write: ``issues.csv``, and where a register could be read its audit.
    progress
        Called with one line per stage.

    Raises
    ------
    InputError
        When ``data_root`` is no folder.
    OutputError
        When the folder cannot be written.
    """
    faults = AllFaults()
    if project.data_root.is_dir():
        with faults.kept():
            project.refuse_missing()
    else:
        project.refuse_missing()
    with whole_folder(folder) as staged:
        result, left_out = try_stages(Result(project), CHECKED, faults=faults, progress=progress)
        _try_the_rest(result, faults)
        _write(result, staged, progress)
    notices = [*reading_notices(result), *(reach_notices(result.table) if has(result, "columns.corridor") else ())]
    return Checked(folder, result.issues, faults, left_out, tuple(notices))


def _try_the_rest(result: Result, faults: AllFaults) -> None:
    """Try what stages after those may refuse: the scenarios, and layers of evidence at the sites."""
    if has(result, "transit"):
        for scenario in result.project.scenarios:
            with faults.kept():
                changed_transit(result.project, result.transit, scenario)
    if has(result, "registered") and has(result, "columns.area"):
        with faults.kept():
            measure_evidence(result)


def _write(result: Result, folder: Path, progress: Progress) -> None:
    """Write the issues and, where a register was read, the audit of the registers."""
    from siteprior.report.tables import write_csv
    from siteprior.sources.areas.lsoa import districts

    if not has(result, "register_files") or result.register_files.empty or result.sites_read.empty:
        write_csv(folder / "issues.csv", result.issues)
        return
    head, sites = result.project.project, result.sites_read
    registers = sites[sites["file"].isin(result.register_files["file"])]
    write_findings(
        Audit(registers, result.issues, result.register_files, ()),
        folder,
        boundaries=districts(result.areas),
        title=f"{head.title}: audit of the registers",
        illustrative=head.illustrative,
        progress=progress,
    )
