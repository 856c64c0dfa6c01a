"""The main job: run the stages (:data:`siteprior.pipeline.stages.STAGES`), and write what they come to."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path

import pandas as pd

from siteprior.core.all_faults import AllFaults
from siteprior.core.callers import callers_level
from siteprior.core.errors import InputError, RunWarning
from siteprior.core.files import as_path, shipped
from siteprior.core.open_elsewhere import refuse_open_elsewhere
from siteprior.core.progress import Progress, progress_of
from siteprior.core.renamed import renamed_argument
from siteprior.core.whole_folder import whole_folder
from siteprior.pipeline.beside import run_with, second_process
from siteprior.pipeline.find_faults import Checked, find_faults
from siteprior.pipeline.hand_over import listed_for, write_hand_over
from siteprior.pipeline.kept_stages import KeptStages
from siteprior.pipeline.manifest import IN_EVERY_RUN, NOT_IN_EVERY_RUN
from siteprior.pipeline.newest_run import usual_folder
from siteprior.pipeline.package_folders import OWN
from siteprior.pipeline.packages import PACKAGES, published_as
from siteprior.pipeline.publish import publish
from siteprior.pipeline.registered import load_project
from siteprior.pipeline.result import Result
from siteprior.pipeline.stages import RANKING, READING, STAGES
from siteprior.pipeline.whole_files import without_whole
from siteprior.project.files_named import files_named
from siteprior.project.find_files import files_at
from siteprior.project.load import Project
from siteprior.project.load_past_faults import load_past_faults
from siteprior.report.audience import INTERNAL, Audience, audience_of
from siteprior.report.notebooks.worker import NotebookProcess
from siteprior.sources.registry import discover


def _loaded(project: Project | Path | str) -> Project:
    """Return a project, loaded if need be, whose files are all there."""
    loaded = project if isinstance(project, Project) else load_project(project)
    loaded.refuse_missing()
    return loaded


@renamed_argument(say="progress")
def assess(project: Project | Path | str, *, fresh: bool = False, progress: Progress | bool | None = None) -> Result:
    """Work a project through, in memory: read, join, appraise, gate, score and rank.

    Parameters
    ----------
    project
        A project file or a loaded project.
    fresh
        Does all the work anew; else parts of which nothing has changed are taken from an earlier run.
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
    return KeptStages(loaded, fresh=fresh).run(Result(loaded), STAGES, progress=progress_of(progress))


@renamed_argument(say="progress")
def run(
    project: Project | Path | str,
    *,
    out: Path | str | None = None,
    audience: str | None = None,
    gis: str | None = None,
    geoparquet: bool | None = None,
    pdf: bool | None = None,
    fresh: bool = False,
    progress: Progress | bool | None = None,
) -> Path:
    """Do the main job, write the run's folder; earlier outputs stay unless all is made.

    Parameters
    ----------
    project, out
        A project, its file or loaded; the folder to write, one in ``outputs`` by default.
    audience, gis, geoparquet, pdf
        As in ``[publish]`` of the project, before what it states.
    fresh, progress
        Do all anew (docs/how-to/run-again.md); ``True`` for bars or lines, or a function.

    Returns
    -------
    Path

    Raises
    ------
    ProjectError, InputError, OutputError
        When the project, an input or the folder cannot be used.

    Warns
    -----
    RunWarning
        When something is amiss (docs/how-to/use-from-python.md), a notebook or PDF fails.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> (sp.run(shipped("data") / "demo.toml", out="outputs/first") / "shortlist.gpkg").is_file()
    True
    """
    loaded = published_as(_loaded(project), audience=audience, gis=gis, geoparquet=geoparquet, pdf=pdf)
    reader = audience_of(loaded.publish.audience)
    of = "" if reader.name == INTERNAL else f"-{reader.name}"
    folder, progress = _folder(loaded, out, of=of), progress_of(progress)
    _refuse_inputs_in(loaded, folder)
    refuse_open_elsewhere(folder / name for name in PACKAGES)  # before the work, not after it
    kept = KeptStages(loaded, fresh=fresh)
    if reader.name != INTERNAL:
        return _run_for(loaded, folder, reader, kept, progress)
    with whole_folder(folder, own=(*NOT_IN_EVERY_RUN, *OWN)) as staged, second_process() as second:
        work = partial(run_with, second)
        inputs = kept.run(Result(loaded), READING, progress=progress, work=work)
        # What notebooks need is loaded beside the work that starts now, for there are inputs to work on.
        with NotebookProcess(staged, jobs=len(loaded.publish.notebooks)) as notebooks:
            appraised = kept.run(inputs, STAGES[len(READING) : -len(RANKING)], progress=progress)
            done = run_with(second, appraised, RANKING, progress=progress, what="Ranking")
            failed = publish(done, staged, notebooks, second=second, progress=progress)
    for sentence in (*done.record["notices"], *failed):
        warnings.warn(sentence.replace(str(staged), str(folder)), RunWarning, stacklevel=callers_level())
    return folder


def _refuse_inputs_in(project: Project, folder: Path) -> None:
    """Refuse a folder in which a file of the project lies: outputs of its name would take its place or remove it."""
    place, faults = folder.resolve(), list[str]()
    for at, stated in files_named(project):
        try:
            found = files_at(stated, project.data_root, project.file.parent)
        except InputError:  # it is not there, which reading the inputs says
            continue
        faults += [
            project.at(at, f"{path} lies in the folder to write, {folder}, and outputs could take its place; name "
                           "another folder with --out")
            for path, _ in found if path.resolve().is_relative_to(place)
        ]  # fmt: skip
    if faults:
        raise InputError(*faults)


def _run_for(project: Project, folder: Path, audience: Audience, kept: KeptStages, progress: Progress) -> Path:
    """Do the main job, and write of it what an audience beside the team may see; nothing else is left in the folder."""
    with whole_folder(folder, own=(*NOT_IN_EVERY_RUN, *IN_EVERY_RUN, *OWN)) as staged:
        done = kept.run(Result(project), STAGES, progress=progress)
        progress(f"Writing what the audience {audience.name} may see")
        write_hand_over(done, listed_for(done, audience), staged, audience)
    # for the team, at its terminal: the record of the package has none
    for sentence in without_whole(done.record)["notices"]:
        warnings.warn(sentence, RunWarning, stacklevel=callers_level())
    return folder


@renamed_argument(say="progress")
def demo(
    *,
    out: Path | str = Path("outputs/demo"),
    gis: str | None = None,
    geoparquet: bool | None = None,
    fresh: bool = False,
    progress: Progress | bool | None = None,
) -> Path:
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
    project = load_project(data / "demo.toml", data_root=data)
    return run(project, out=out, gis=gis, geoparquet=geoparquet, fresh=fresh, progress=progress)


@renamed_argument(say="progress")
def check(
    project: Project | Path | str, *, out: Path | str | None = None, progress: Progress | bool | None = None
) -> pd.DataFrame:
    """Find all that :func:`run` would refuse of a project, rank nothing; return the issue log.

    Every input is read and joined to the sites as far as it can be, also where one is refused.

    Parameters
    ----------
    project
        A project file or a loaded project.
    out
        The folder to write, not that of a run; ``outputs/<project>-<as_of>-check`` by default:
        ``issues.csv`` and the audit of the registers, as :func:`audit` writes it.
    progress
        ``True`` shows bars or lines, a function of yours gets the lines, ``None`` is silent.

    Raises
    ------
    ProjectError, InputError, OutputError
        With every fault for which :func:`run` would refuse the project. What could be read is
        audited and written first.

    Warns
    -----
    RunWarning
        What a run would warn of, as far as it shows without a ranking.

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.check("gone.toml")
    Traceback (most recent call last):
    siteprior.core.errors.ProjectError: gone.toml: there is no such project file
    """
    done = find_all_faults(project, out=out, progress=progress)
    for sentence in done.notices:
        warnings.warn(sentence, RunWarning, stacklevel=callers_level())
    done.faults.refuse()
    return done.issues


def find_all_faults(
    project: Project | Path | str, *, out: Path | str | None = None, progress: Progress | bool | None = None
) -> Checked:
    """Look through a project as :func:`check` does, and return what was found instead of raising it.

    Raises
    ------
    ProjectError, InputError, OutputError
        When the project file cannot be read at all, or the folder cannot be written or is that of a run.
    """
    known = AllFaults()
    if isinstance(project, Project):
        loaded: Project | None = project
    else:
        discover()
        loaded, known = load_past_faults(project)
    if loaded is None:
        known.refuse()
    assert loaded is not None
    folder = _folder(loaded, out, of="-check")
    return find_faults(loaded, folder, asked=out is not None, known=known, progress=progress_of(progress))


def _folder(project: Project, out: Path | str | None, *, of: str = "") -> Path:
    """Return the folder asked for, or the project's name and date under ``outputs``; that of a check has its own."""
    return usual_folder(project, of=of) if out is None else as_path(out, name="out", what="a folder")
