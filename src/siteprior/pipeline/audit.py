"""The audit of registers alone: find, read, repair and report, with no project file.

The module is not called ``audit``, which is what :mod:`siteprior` calls the function.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from siteprior.core.all_faults import AllFaults
from siteprior.core.cluster import Cluster, check_cluster
from siteprior.core.errors import InputError
from siteprior.core.named_paths import Paths
from siteprior.core.progress import Progress, no_progress, progress_of
from siteprior.core.renamed import renamed_argument
from siteprior.core.short_repr import short_repr
from siteprior.core.whole_folder import whole_folder
from siteprior.report.run_folders import folder_of_no_run

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
    registers: Paths,
    *,
    organisation: str | None = None,
    boundaries: Path | str | None = None,
    boundaries_code: str | None = None,
    boundaries_name: str | None = None,
    boundaries_layer: str | None = None,
    boundaries_crs: str | None = None,
    as_of: dt.date | None = None,
    out: Path | str | None = None,
    workbooks: bool = True,
    progress: Progress | bool | None = None,
    cluster: Cluster | None = None,
) -> Audit:
    """Read registers, each file for itself, repair what can be repaired, report what was wrong (metres, degrees).

    Parameters
    ----------
    registers
        Files, folders, patterns such as ``"sites/*.csv"``, zip archives, or several of them.
    organisation, as_of
        ONS code of the files' council (else as they say); the day after which entries are late.
    boundaries, boundaries_code, boundaries_name, boundaries_layer, boundaries_crs
        A vector file of the councils' areas, columns, layer, CRS; without it no place is certain.
    out, workbooks, progress, cluster
        The folder to write (nothing when ``None``), with a workbook for each council; ``True``
        for bars or lines, or a function; where files are read (``sp.cluster``).

    Raises
    ------
    InputError, OutputError
        When no register can be read, boundaries or organisation cannot be used; or the folder.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> done = audit(shipped("data") / "sites" / "walsall.csv")
    >>> done.sites["repair"].value_counts().to_dict()
    {'axes swapped': 48}
    """
    from siteprior.registers.batch import find_registers

    faults = AllFaults()
    with faults.kept():
        out = None if out is None else folder_of_no_run(out, would="whose issues.csv an audit would replace")
    with faults.kept():
        check_cluster(cluster)
    faults.refuse()
    progress = progress_of(progress)
    found = find_registers(registers)
    areas = _areas(boundaries, boundaries_code, boundaries_name, boundaries_layer, boundaries_crs, progress)
    code = _organisation(organisation, areas)
    if found.passed_over:
        count = len(found.passed_over)
        progress(f"{count} {'file' if count == 1 else 'files'} not looked into: hidden, or no table")
    if out is None:
        return _read(found, areas, code, as_of, progress, cluster)
    with whole_folder(out) as staged:
        done = _read(found, areas, code, as_of, progress, cluster)
        write_findings(done, staged, boundaries=areas, workbooks=workbooks, progress=progress)
    return done


def _areas(
    path: Path | str | None,
    code: str | None,
    name: str | None,
    layer: str | None,
    crs: str | None,
    progress: Progress,
) -> gpd.GeoDataFrame | None:
    """Read the boundaries, if any."""
    from siteprior.core.io.vector_files import vector_columns
    from siteprior.sources.areas.boundaries import read_boundaries

    if path is None:
        if code or name or layer or crs:
            raise InputError(
                "columns, layer or coordinate system of boundaries are named, but no file; give it with --boundaries"
            )
        return None
    progress("Reading boundaries")
    if code is None:
        columns = ", ".join(vector_columns(path, layer=layer))
        raise InputError(
            f"{path}: which column holds the councils' ONS codes? Say it with --boundaries-code; it has {columns}"
        )
    areas: gpd.GeoDataFrame = read_boundaries(path, code=code, name=name, layer=layer, crs=crs).table
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
    cluster: Cluster | None,
) -> Audit:
    """Read every register found."""
    from siteprior.registers.batch import read_many

    reading, files = read_many(
        found.registers,
        organisation=organisation,
        boundaries=areas,
        as_of=as_of,
        progress=progress,
        cluster=cluster,
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
