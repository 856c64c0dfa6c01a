"""Which run is the newest, where nobody names one."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from siteprior.core.errors import OutputError
from siteprior.core.files import as_path
from siteprior.core.whole_folder import complete_folder
from siteprior.project.load import Project
from siteprior.project.load_past_faults import NO_DAY
from siteprior.report.run_folders import RECORD

FILES = (RECORD, "shortlist.gpkg")
"""What makes a folder that of a run."""


def newest_run(folder: Path | str = Path("outputs")) -> Path | None:
    """Return the folder of the newest run: of those in ``outputs`` here and one folder up, where notebooks stand.

    The newest is the one whose record, ``run.json``, was written last.

    Parameters
    ----------
    folder
        Where runs are written; a path that does not begin at a root is looked for here and in the folder above.

    Returns
    -------
    Path or None
        A folder for :func:`siteprior.open_run`; ``None`` where there is no run.

    Raises
    ------
    InputError
        When ``folder`` is no path.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> newest_run(folder) is None
    True
    >>> (folder / "first").mkdir()
    >>> for file in FILES:
    ...     (folder / "first" / file).touch()
    >>> newest_run(folder).name
    'first'
    """
    return next(iter(runs_newest_first(folder)), None)


def runs_newest_first(folder: Path | str = Path("outputs")) -> list[Path]:
    """Return the folders of all runs that :func:`newest_run` looks at, the newest first.

    Raises
    ------
    InputError
        When ``folder`` is no path.
    """
    folder = as_path(folder, name="folder", what="a folder of runs")
    places = [folder] if folder.is_absolute() else [folder, Path("..") / folder]
    folders = [below for place in places if place.is_dir() for below in sorted(place.iterdir()) if below.is_dir()]
    for below in folders:
        with suppress(OutputError):  # opening it says why, if it is the newest
            complete_folder(below)
    runs = [below for below in folders if all((below / file).is_file() for file in FILES)]
    return sorted(runs, key=lambda run: (run / FILES[0]).stat().st_mtime_ns, reverse=True)


def usual_folder(project: Project, *, of: str = "") -> Path:
    """Return the folder a project's run is written to where nobody names one, ``of`` at the end of its name.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> usual_folder(sp.load_project(shipped("data") / "demo.toml")).as_posix()
    'outputs/demo-2026-01-31'
    """
    day = "" if project.project.as_of == NO_DAY else f"-{project.project.as_of.isoformat()}"
    return Path("outputs") / f"{project.name}{day}{of}"
