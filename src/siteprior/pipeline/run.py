"""The main job: run the stages (:data:`siteprior.pipeline.stages.STAGES`), and write what they come to."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd

from siteprior.core.callers import callers_level
from siteprior.core.errors import RunWarning
from siteprior.core.files import as_path, shipped, whole_folder
from siteprior.core.progress import Progress, no_progress, progress_of
from siteprior.core.renamed import renamed_argument
from siteprior.pipeline.find_faults import Checked, find_faults
from siteprior.pipeline.manifest import NOT_IN_EVERY_RUN
from siteprior.pipeline.publish import publish
from siteprior.pipeline.registered import load_project
from siteprior.pipeline.result import Result
from siteprior.pipeline.stages import READING, STAGES, run_stages
from siteprior.project.load import Project
from siteprior.report.notebooks.worker import NotebookProcess


def _loaded(project: Project | Path | str) -> Project:
    """Return a project, loaded if need be, whose files are all there."""
    loaded = project if isinstance(project, Project) else load_project(project)
    loaded.refuse_missing()
    return loaded


@renamed_argument(say="progress")
def assess(project: Project | Path | str, *, progress: Progress | bool | None = None) -> Result:
    """Work a project through, in memory: read, join, appraise, gate, score and rank.

    Parameters
    ----------
    project
        A project file or a loaded project.
    progress
        ``True`` shows bars on a terminal and in a notebook, lines elsewhere; a function of yours gets one line per
        stage; ``None`` shows nothing.

    Returns
    -------
    Result

    Raises
    ------
    ProjectError, InputError
        When the project or an input cannot be used.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> data = shipped("data")
    >>> done = sp.assess(sp.load_project(data / "demo.toml", data_root=data))
    >>> len(done.shortlist)
    25
    """
    loaded = _loaded(project)
    return run_stages(Result(loaded), progress=progress_of(progress))


def read_inputs(project: Project, *, progress: Progress = no_progress) -> Result:
    """Read every input of a project, from files to declared tables: the reading part of the stages.

    Raises
    ------
    ProjectError, InputError
        When an assumption cannot be used, or a file is missing, unreadable, or of another kind or vintage than the
        project says.
    """
    return run_stages(Result(project), READING, progress=progress, what="Reading")


@renamed_argument(say="progress")
def run(
    project: Project | Path | str, *, out: Path | str | None = None, progress: Progress | bool | None = None
) -> Path:
    """Do the main job and write the run's folder; earlier outputs stay untouched unless all could be made.

    Parameters
    ----------
    project
        A project file or a loaded project.
    out
        The folder to write; ``outputs/<project>-<as_of>`` by default.
    progress
        ``True`` shows bars on a terminal and in a notebook, lines elsewhere; a function of yours gets one line per
        stage; ``None`` shows nothing.

    Returns
    -------
    Path
        The folder: ``shortlist.gpkg``, ``site_shapes.gpkg``, ``ranking.csv``, ``issues.csv``, ``report.html``,
        ``run.json`` and ``notebooks/``.

    Raises
    ------
    ProjectError, InputError, OutputError
        When the project, an input or the folder cannot be used.

    Warns
    -----
    RunWarning
        When no site passed, all have one score, nothing is in reach of a corridor, few codes of a join met, or a NaPTAN
        area of the corridors' stops is missing (also in the report, and in
        ``run.json`` as ``notices``); and when a notebook fails: all else is written, and what had run of it stands in
        ``notebooks/*.failed.ipynb``.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> data = shipped("data")
    >>> project = sp.load_project(data / "demo.toml", data_root=data)
    >>> folder = sp.run(project, out="outputs/first")
    >>> (folder / "shortlist.gpkg").is_file(), (folder / "report.html").is_file()
    (True, True)
    """
    loaded = _loaded(project)
    folder, progress = _folder(loaded, out), progress_of(progress)
    with whole_folder(folder, own=NOT_IN_EVERY_RUN) as staged:
        inputs = read_inputs(loaded, progress=progress)
        # What notebooks need is loaded beside the work that starts now, for there are inputs to work on.
        with NotebookProcess(staged, jobs=len(loaded.publish.notebooks)) as notebooks:
            done = run_stages(inputs, STAGES[len(READING) :], progress=progress)
            failed = publish(done, staged, notebooks, progress=progress)
    for sentence in (*done.record["notices"], *failed):
        warnings.warn(sentence.replace(str(staged), str(folder)), RunWarning, stacklevel=callers_level())
    return folder


@renamed_argument(say="progress")
def demo(*, out: Path | str = Path("outputs/demo"), progress: Progress | bool | None = None) -> Path:
    """Do the main job on the illustrative sample that travels with siteprior, and return the run's folder.

    Examples
    --------
    >>> import siteprior as sp
    >>> folder = sp.demo(out="outputs/demo")
    >>> run = sp.open_run(folder)
    >>> len(run["shortlist"]), len(run["sites"])
    (25, 398)
    """
    data = shipped("data")
    return run(load_project(data / "demo.toml", data_root=data), out=out, progress=progress)


@renamed_argument(say="progress")
def check(
    project: Project | Path | str, *, out: Path | str | None = None, progress: Progress | bool | None = None
) -> pd.DataFrame:
    """Find all that :func:`run` would refuse of a project, rank nothing; write what was found, return the issue log.

    Every input is read and joined to the sites as far as it can be, also where another is refused.

    Parameters
    ----------
    project
        A project file or a loaded project.
    out
        The folder to write; ``outputs/<project>-<as_of>`` by default. ``issues.csv`` holds the issues of all inputs;
        beside it stands the audit of the project's registers as ``siteprior audit`` writes it: ``sites.csv``,
        ``files.csv``, ``audit.html`` and ``councils/*.xlsx``.
    progress
        ``True`` shows bars on a terminal and in a notebook, lines elsewhere; a function of yours gets one line per
        stage; ``None`` shows nothing.

    Raises
    ------
    ProjectError, InputError, OutputError
        With every fault for which :func:`run` would refuse the project: of the project file alone where it cannot be
        loaded, else of all inputs, layers, corridors and scenarios. What could be read is audited and written first.

    Warns
    -----
    RunWarning
        When few codes of a join met, a NaPTAN area of the corridors' stops is missing, no bus stop was read, or no site
        is in reach of a corridor.

    Examples
    --------
    >>> import siteprior as sp
    >>> import tempfile
    >>> from pathlib import Path
    >>> from siteprior.core.files import shipped
    >>> data = shipped("data").as_posix()
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "small.toml").write_text(f'''
    ... [project]
    ... title = "One borough"
    ... area = "Walsall (illustrative)"
    ... data_root = "{data}"
    ... as_of = 2026-01-31
    ... network_date = 2026-10-02
    ... illustrative = true
    ... [sources]
    ... registers = ["sites/walsall.csv"]
    ... stops = ["transit/naptan.csv"]
    ... areas = {{path = "boundaries/lsoa21.geojson", code = "LSOA21CD", district = "LADCD_ACTIVE", year = 2021}}
    ... deprivation = {{path = "deprivation/iod2025.csv", edition = 2025}}
    ... [corridors]
    ... paths = ["transit/corridors.csv"]
    ... [shortlist]
    ... n = 5
    ... ''')
    >>> issues = sp.check(folder / "small.toml", out=folder / "out")
    >>> issues["file"].nunique() > 1, (folder / "out" / "audit.html").is_file()
    (True, True)
    """
    done = find_all_faults(project, out=out, progress=progress)
    for sentence in done.notices:
        warnings.warn(sentence, RunWarning, stacklevel=3)
    done.faults.refuse()
    return done.issues


def find_all_faults(
    project: Project | Path | str, *, out: Path | str | None = None, progress: Progress | bool | None = None
) -> Checked:
    """Look through a project as :func:`check` does, and return what was found instead of raising it.

    Raises
    ------
    ProjectError, InputError, OutputError
        When the project file cannot be used, ``data_root`` is no folder, or the folder cannot be written.
    """
    loaded = project if isinstance(project, Project) else load_project(project)
    return find_faults(loaded, _folder(loaded, out), progress=progress_of(progress))


def _folder(project: Project, out: Path | str | None) -> Path:
    """Return the run's folder: the one asked for, or the project's name and date under ``outputs``."""
    return (
        as_path(out, name="out", what="a folder")
        if out is not None
        else Path("outputs") / f"{project.name}-{project.project.as_of.isoformat()}"
    )
