"""The folders of runs: which they are, and what to say of a folder that is none."""

from __future__ import annotations

from pathlib import Path

from siteprior.core.errors import InputError, OutputError
from siteprior.core.files import as_path
from siteprior.core.whole_folder import complete_folder

RECORD = "run.json"
SHOWN = 5
"""Runs named in one message, at most."""


def refuse_no_run(folder: Path, *, needs: str = RECORD) -> None:
    """Refuse a folder that holds no run, with the runs that are in or around it; an interrupted exchange is completed.

    Parameters
    ----------
    folder
        What was given for the folder of a run.
    needs
        The file a run's folder has.

    Raises
    ------
    InputError
        When there is no such folder, or it lacks the file.
    OutputError
        When the run was interrupted while its files were exchanged, and that cannot be completed now.

    Examples
    --------
    >>> import tempfile
    >>> outputs = Path(tempfile.mkdtemp())
    >>> (outputs / "first").mkdir()
    >>> _ = (outputs / "first" / "run.json").write_text("{}")
    >>> refuse_no_run(outputs / "first")
    >>> refuse_no_run(outputs)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    siteprior.core.errors.InputError: ...: is not the folder of a run but holds runs; give one of them: .../first
    """
    complete_folder(folder)
    if (folder / needs).is_file():
        return
    if folder.is_file():
        raise InputError(f"{folder}: is a file; give the folder of the run, {folder.parent.as_posix()}")
    inside, beside = _runs_in(folder), _runs_in(folder.parent)
    if inside:
        raise InputError(f"{folder}: is not the folder of a run but holds runs; give one of them: {_named(inside)}")
    what = "holds no run" if folder.is_dir() else "there is no such folder"
    lacks = f": it has no {needs}" if folder.is_dir() else ""
    there = f"; the runs beside it: {_named(beside)}" if beside else ""
    raise InputError(f"{folder}: {what}{lacks}; give a folder that `siteprior run` wrote{there}")


def folder_of_no_run(out: Path | str, *, would: str) -> Path:
    """Return the folder to write, or refuse one that holds a run.

    Parameters
    ----------
    out
        What was given for it.
    would
        What writing there would do to the run's files, for the message.

    Raises
    ------
    InputError
        When it is no path.
    OutputError
        When a run stands there.

    Examples
    --------
    >>> folder_of_no_run("outputs/walks", would="whose issues.csv walks would replace").name
    'walks'
    """
    folder = as_path(out, name="out", what="a folder")
    if (folder / RECORD).exists():
        raise OutputError(f"{folder}: holds a run, {would}; choose another with --out")
    return folder


def _runs_in(folder: Path) -> list[Path]:
    """Return the runs that stand in a folder, by name."""
    return sorted(path.parent for path in folder.glob(f"*/{RECORD}")) if folder.is_dir() else []


def _named(runs: list[Path]) -> str:
    """Name some folders in one line."""
    more = f" and {len(runs) - SHOWN} more" if len(runs) > SHOWN else ""
    return ", ".join(path.as_posix() for path in runs[:SHOWN]) + more
