"""All that a run would refuse of a project, found in one go; what ``check`` does.

What is refused is named, and something takes its place, so that what comes after is tried all the same. Reading, and
what depends on where every site lies, is done whole; the appraisal and the ranking are tried on a few sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from siteprior.core.all_faults import AllFaults
from siteprior.core.progress import Progress
from siteprior.core.schema import SITE_PTAL_COLUMNS
from siteprior.core.whole_folder import whole_folder
from siteprior.pipeline.audit import Audit, write_findings
from siteprior.pipeline.corridors import CELL_KEY
from siteprior.pipeline.faults import placed
from siteprior.pipeline.few_sites import few, stands_in, with_blank_columns, with_every_layer
from siteprior.pipeline.notices import reading_notices
from siteprior.pipeline.result import Result
from siteprior.pipeline.scenario import changed_transit
from siteprior.pipeline.stage import has
from siteprior.pipeline.stages import READING, STAGES, try_stages
from siteprior.pipeline.stand_ins import STANDS_IN
from siteprior.pipeline.transit_notices import reach_notices
from siteprior.project.files_named import files_named
from siteprior.project.load import Project
from siteprior.project.load_past_faults import NOT_STATED
from siteprior.report.run_folders import folder_of_no_run

PAGE = "audit.html"
"""The page to start with, where a register was read."""

WRITTEN = ("issues.csv", "sites.csv", "files.csv", PAGE, "councils/*.xlsx")
"""All that a check writes: those of an earlier check that are not written again go."""

_ON_ALL = {"columns.area", "columns.history", "columns.walks", "columns.corridor", "columns.layers"}
ON_ALL_SITES = (*READING, *(stage for stage in STAGES if _ON_ALL & set(stage.adds)))
"""The stages a check does whole: what they refuse depends on every site, or on where all of them lie."""

REGISTERED = tuple(stage for stage in STAGES if "columns.registered" in stage.adds)
"""Joins of registered sources and evidence, on all sites as well, for the same reason."""

NOT_RUN = {"access_grids"}
"""What the stages add that a check does not run: only whether the study area has cells of the width is tried."""

ON_A_FEW = tuple(
    stage for stage in STAGES if stage not in (*ON_ALL_SITES, *REGISTERED) and not NOT_RUN & set(stage.adds)
)
"""The stages a check tries on a few sites: what they refuse depends on parameters, choices and columns alone."""


NEEDED = (
    "A run cannot do without registers (or own_sites), stops, areas and deprivation in [sources]. The lines of all "
    "others may stand behind # until you have their files; sales go with postcodes, elevation with streets, a weight "
    "on access_index with timetables."
)
"""What to do where many files are not there."""


@dataclass(frozen=True)
class Checked:
    """What looking through a project came to.

    Attributes
    ----------
    project_file
        The project file: where each fault names its line.
    folder
        Where it was written; ``None`` where there was nothing to write.
    issues
        The issue log of every input that could be read.
    read
        How many files could be read.
    faults
        What ``run`` would refuse the project for, a sentence each; none where it would run.
    left_out
        The stages not looked at, because what they need was refused.
    notices
        What a run would state at its end though it finishes; none where it would be refused.
    not_there
        How many of the files the project names are not there.
    """

    project_file: Path
    folder: Path | None
    issues: pd.DataFrame
    read: int
    faults: AllFaults
    left_out: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    not_there: int = 0

    @property
    def start_with(self) -> str:
        """What to open first: the page of the audit, else the issues, else the project file where there is neither."""
        if self.folder is not None and (self.folder / PAGE).is_file():
            return PAGE
        return str(self.project_file) if self.folder is None or self.issues.empty else "issues.csv"

    @property
    def errors(self) -> int:
        """How many issues are of severity error."""
        return int((self.issues["severity"] == "error").sum())

    @property
    def summary(self) -> tuple[str, ...]:
        """What there is, in lines: how much was read, what to open, how many faults, and where to mend them."""
        lines = ["No file could be read."]
        if self.read:
            files = f"{self.read} file{'s' * (self.read != 1)} read"
            lines = [f"{files}: {len(self.issues):,} issues, {self.errors:,} of severity error."]
        count = len(self.faults.sentences)
        if self.folder is not None and (len(self.issues) or not count):
            also = "; issues.csv lists the issues of every input" if self.start_with != "issues.csv" else ""
            lines.append(f"Written to {self.folder}: start with {self.start_with}{also}.")
        if count:
            faults = f"{count} fault{'s' * (count != 1)}, see below"
            lines.append(
                f"`siteprior run` would refuse this project: {faults}. Mend {self.project_file} and its files."
            )
        if self.not_there > 1:
            lines.append(f"{self.not_there} of the files it names are not there. {NEEDED}")
        if count and self.left_out and self.read:
            left_out = "; ".join(self.left_out)
            lines.append(f"Not looked at, for what they need is refused: {left_out}. Mend and check again.")
        return tuple(lines)


def find_faults(
    project: Project, folder: Path, *, asked: bool = True, known: AllFaults | None = None, progress: Progress
) -> Checked:
    """Look through a project for all that a run would refuse, and write what was found.

    Every input is read and joined as far as it can be, also where another is refused.

    Parameters
    ----------
    project
        The project.
    folder
        The folder to write: ``issues.csv``, and where a register could be read its audit.
    asked
        Whether the user named the folder: it is then written where nothing is refused, too; else only where there is an
        issue.
    known
        The faults of the project file, where it was loaded past them.
    progress
        Called with one line per stage.

    Raises
    ------
    OutputError
        When the folder cannot be written, or is that of a run, whose issues a check would replace.
    """
    folder_of_no_run(folder, would="whose issues.csv a check would replace")
    faults, old = known or AllFaults(), list[str]()
    missing = AllFaults()
    with missing.kept():
        project.refuse_missing()
    not_there = len(missing.sentences) if project.data_root.is_dir() else sum(1 for _ in files_named(project))
    with faults.kept():
        missing.refuse()
    with whole_folder(folder, own=old) as staged:
        result, left_out = Result(project), [stage.name for stage in STAGES]
        if project.data_root.is_dir():
            with faults.collecting():
                result, left_out = _try_all(result, faults, progress)
        written = not result.issues.empty or (asked and not faults.sentences)
        if written:
            old += WRITTEN
            _write(result, staged, progress)
    faults = faults.only(lambda text: NOT_STATED not in text and STANDS_IN not in text)
    stated = [] if faults.sentences else [*reading_notices(result), *reach_notices(result)]
    return Checked(
        project.file, folder if written else None, result.issues, len(result.provenance), faults, tuple(left_out),
        tuple(stated), not_there,
    )  # fmt: skip


def _try_all(result: Result, faults: AllFaults, progress: Progress) -> tuple[Result, list[str]]:
    """Run the stages of reading, and try the others; return the result of those done whole, and what was left out."""
    result, left_out = try_stages(result, ON_ALL_SITES, faults=faults, progress=progress)
    result = with_every_layer(result) if has(result, "columns.layers") else result
    project, unknown = result.project, set[str]()
    refused = result.transit.refused if has(result, "transit") else {"stops"}
    if not refused - {"timetables"}:
        for scenario in project.scenarios:
            with faults.kept():
                changed_transit(project, result.transit, scenario)
    else:  # stops and corridors may be unknown only because they could not be read
        unknown |= {"scenario_effects", "corridor_summary", "leading_catchments"}
    if "timetables" in refused:
        unknown |= {"access_routes", "scenario_effects"}  # its columns are there, and hold nothing
    rest = tuple(stage for stage in ON_A_FEW if not unknown & set(stage.adds))
    if has(result, "areas") and project.access.grid:
        with faults.kept():
            _try_grid(result)
    if not all(has(result, name) for name in ("sites_merged", "shapes", "market")):
        return result, [*left_out, *(stage.name for stage in (*REGISTERED, *rest))]
    # Registered joins may read any column; here they have those of the access index, but nothing in them.
    group = with_blank_columns(result, "access_index", (column.name for column in SITE_PTAL_COLUMNS))
    joined, more = try_stages(group, REGISTERED, faults=faults, progress=progress)
    _, most = try_stages(few(joined), rest, faults=faults, progress=progress)
    return result, [*left_out, *more, *most]


def _try_grid(result: Result) -> None:
    """Try whether the study area has cells of the width asked for."""
    from siteprior.joins.access.ptal_grid import area_cells

    with placed(result.project, CELL_KEY):
        area_cells(result.study_area, result.project.access.cell_m)


def _write(result: Result, folder: Path, progress: Progress) -> None:
    """Write the issues and, where a register was read, the audit of the registers."""
    from siteprior.report.tables import write_csv

    known = has(result, "register_files") and not stands_in(result)
    if not known or result.register_files.empty or result.sites_read.empty:
        write_csv(folder / "issues.csv", result.issues)
        return
    head, sites = result.project.project, result.sites_read
    registers = sites[sites["file"].isin(result.register_files["file"])]
    write_findings(
        Audit(registers, result.issues, result.register_files, ()),
        folder,
        boundaries=result.districts,
        title=f"{head.title}: audit of the registers",
        illustrative=head.illustrative,
        progress=progress,
    )
