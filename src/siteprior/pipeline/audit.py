"""The audit of registers alone: find, read, repair and report, with no project file.

The module is not called ``audit``, which is what :mod:`siteprior` calls the function.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.files import whole_folder
from siteprior.core.progress import Progress, no_progress, progress_of
from siteprior.core.renamed import renamed_argument
from siteprior.core.short_repr import short_repr

if TYPE_CHECKING:
    from siteprior.registers.batch import FoundRegisters


@short_repr
@dataclass(frozen=True)
class Audit:
    """What reading registers has shown.

    Attributes
    ----------
    sites
        One row per site and file, :data:`siteprior.core.schema.REGISTER`; a ``site_id`` is unique within its file.
    issues
        The issue log.
    files
        One row per file: ``rows_in`` = ``rows_out`` + ``rows_explained``, or why it was ``refused``.
    passed_over
        Files not looked into, because they are hidden or no tables.
    """

    sites: gpd.GeoDataFrame
    issues: pd.DataFrame
    files: pd.DataFrame
    passed_over: tuple[str, ...]


@renamed_argument(say="progress")
def audit(
    registers: Sequence[Path | str] | Path | str,
    *,
    organisation: str | None = None,
    boundaries: Path | str | None = None,
    boundaries_code: str | None = None,
    boundaries_name: str | None = None,
    boundaries_layer: str | None = None,
    as_of: dt.date | None = None,
    out: Path | str | None = None,
    workbooks: bool = True,
    progress: Progress | bool | None = None,
) -> Audit:
    """Read brownfield registers, repair what can be repaired, and report what was wrong (metres, hectares, degrees).

    Each file is audited for itself: two vintages of one register do not count as duplicates of each other.

    Parameters
    ----------
    registers
        Files, folders, patterns such as ``"sites/*.csv"``, zip archives, or several of them.
    organisation
        ONS code of the council all files are of; without it the files say it themselves.
    boundaries
        Any vector file with the councils' areas. Without it a place is checked only against the file's other rows, and
        no place is certain.
    boundaries_code, boundaries_name, boundaries_layer
        Its columns with ONS codes and names, the one for names guessed where it is not given; and the layer, where
        the file holds several.
    as_of
        Entries dated after this day are reported.
    out
        The folder to write ``sites.csv``, ``issues.csv``, ``files.csv``, ``audit.html`` and ``councils/*.xlsx`` to;
        nothing is written where none is given.
    workbooks
        Whether to write a workbook for each council.
    progress
        ``True`` shows bars on a terminal and in a notebook, lines elsewhere; a function of yours gets one line per
        step; ``None`` shows nothing.

    Returns
    -------
    Audit

    Raises
    ------
    InputError
        When no register is found, none can be read, or boundaries or organisation cannot be used.
    OutputError
        When the folder cannot be written; what stood there before is untouched.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> done = audit(shipped("data") / "sites" / "walsall.csv")
    >>> done.files[["file", "rows_in", "rows_out", "rows_explained"]].values.tolist()
    [['walsall.csv', 49, 48, 1]]
    >>> done.sites["repair"].value_counts().to_dict()
    {'axes swapped': 48}
    """
    from siteprior.registers.batch import find_registers

    progress = progress_of(progress)
    found = find_registers(registers)
    areas = _areas(boundaries, boundaries_code, boundaries_name, boundaries_layer, progress)
    code = _organisation(organisation, areas)
    if found.passed_over:
        count = len(found.passed_over)
        progress(f"{count} {'file' if count == 1 else 'files'} not looked into: hidden, or no table")
    if out is None:
        return _read(found, areas, code, as_of, progress)
    with whole_folder(out) as staged:
        done = _read(found, areas, code, as_of, progress)
        write_findings(done, staged, boundaries=areas, workbooks=workbooks, progress=progress)
    return done


def _areas(
    path: Path | str | None, code: str | None, name: str | None, layer: str | None, progress: Progress
) -> gpd.GeoDataFrame | None:
    """Read the boundaries, if any."""
    from siteprior.core.io.vector_files import read_vector
    from siteprior.sources.areas.boundaries import read_boundaries

    if path is None:
        if code or name or layer:
            raise InputError("columns or a layer of boundaries are named, but no file; give it with --boundaries")
        return None
    progress("Reading boundaries")
    if code is None:
        columns = ", ".join(str(column) for column in read_vector(path, layer=layer).columns if column != "geometry")
        raise InputError(
            f"{path}: which column holds the councils' ONS codes? Say it with --boundaries-code; it has {columns}"
        )
    areas: gpd.GeoDataFrame = read_boundaries(path, code=code, name=name, layer=layer).table
    return areas


def _organisation(code: str | None, areas: gpd.GeoDataFrame | None) -> str | None:
    """Check the code of the council the files are stated to be of."""
    from siteprior.sources.areas.boundaries import ONS_CODE

    if code is None:
        return None
    wanted = code.strip().upper()
    if not ONS_CODE.fullmatch(wanted):
        raise InputError(f"organisation '{code}' is no ONS code; give one such as E08000025")
    if areas is not None and wanted not in areas.index:
        raise InputError(
            f"organisation '{code}' is not in the boundaries, which hold {len(areas)} councils, "
            f"{areas.index[0]} to {areas.index[-1]}; give one of them, or boundaries of that council's year"
        )
    return wanted


def _read(
    found: FoundRegisters,
    areas: gpd.GeoDataFrame | None,
    organisation: str | None,
    as_of: dt.date | None,
    progress: Progress,
) -> Audit:
    """Read every register found."""
    from siteprior.registers.batch import read_many

    reading, files = read_many(
        found.registers, organisation=organisation, boundaries=areas, as_of=as_of, progress=progress
    )
    return Audit(reading.table, reading.issues, files, found.passed_over)


def write_findings(
    done: Audit,
    folder: Path,
    *,
    boundaries: gpd.GeoDataFrame | None = None,
    title: str | None = None,
    workbooks: bool = True,
    illustrative: bool = False,
    progress: Progress = no_progress,
) -> None:
    """Write an audit's tables, page and workbooks into a folder; for ``audit`` and ``check`` alike."""
    from siteprior.registers.coordinates.as_labelled import as_labelled
    from siteprior.registers.councils import councils
    from siteprior.report.audit.write import write_audit

    write_audit(
        folder,
        sites=done.sites,
        labelled=as_labelled(done.sites),
        issues=done.issues,
        files=done.files,
        boundaries=boundaries,
        names=councils(boundaries).names,
        passed_over=done.passed_over,
        title=title or "Audit of brownfield land registers",
        workbooks=workbooks,
        illustrative=illustrative,
        progress=progress,
    )
