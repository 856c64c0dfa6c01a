"""The audit of registers as files: tables for machines, a workbook for each council, a page for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.progress import Progress, counting, progress_of
from siteprior.core.schema import REGISTER
from siteprior.report.audit.map import draw_before_after
from siteprior.report.audit.page import slug, write_page
from siteprior.report.audit.summary import by_council, find
from siteprior.report.audit.workbook import write_workbook
from siteprior.report.tables import write_csv

LEADING = (
    "site_id", "file", "row", "reference", "organisation", "easting", "northing", "longitude", "latitude",
    "original_x", "original_y", "repair", "coordinate_confidence",
)  # fmt: skip
"""The first columns of ``sites.csv``; the register's facts follow."""

OUTLINE_M = 10.0
"""Metres to which boundaries are simplified before they are drawn: finer than a pixel of any council's map."""


def write_audit(
    folder: Path | str,
    *,
    sites: gpd.GeoDataFrame,
    labelled: pd.DataFrame,
    issues: pd.DataFrame,
    files: pd.DataFrame,
    boundaries: gpd.GeoDataFrame | None = None,
    names: Mapping[str, str] | None = None,
    passed_over: Sequence[str] = (),
    title: str = "Audit of brownfield land registers",
    workbooks: bool = True,
    illustrative: bool = False,
    progress: Progress | bool | None = None,
) -> Path:
    """Write what reading registers has shown (metres, degrees): three tables, a page, a workbook for each council.

    ``sites.csv``, ``issues.csv``, ``files.csv``, ``audit.html`` and ``councils/<organisation>.xlsx``.

    Parameters
    ----------
    folder
        Where to write; the caller sees to it that the whole folder appears or nothing
        (:func:`siteprior.core.whole_folder.whole_folder`).
    sites
        Sites as read, :data:`siteprior.core.schema.REGISTER` with points on EPSG:27700; a ``site_id`` may stand once
        per
        file.
    labelled
        ``stated``, ``labelled_easting`` and ``labelled_northing`` (metres) of the same sites in the same order.
    issues
        The issue log; entries of files that are not in ``files`` go to ``issues.csv`` alone.
    files
        One row per register file: ``file``, ``rows_in``, ``rows_out``, ``rows_explained``, ``encoding``,
        ``header_row``, ``schema`` and, where files may have been refused, ``refused``.
    boundaries
        Council areas on the index ``organisation`` (ONS code) with the column ``name``.
    names
        Names of councils by code, where there are no boundaries to name them.
    passed_over
        Files not looked into.
    title
        Stands above the page.
    workbooks
        Whether to write a workbook for each council.
    illustrative
        Whether every output has to say that its sites are invented.
    progress
        ``True`` shows bars on a terminal and in a notebook, lines elsewhere; a function of yours gets one line per
        step; ``None`` shows nothing.

    Returns
    -------
    Path
        The folder; the same bytes from the same tables.

    Raises
    ------
    OutputError
        When a file is open elsewhere or the folder cannot be written.
    """
    folder, progress = Path(folder), progress_of(progress)
    if "refused" not in files:
        files = files.assign(refused=pd.Series(np.nan, index=files.index, dtype="str"))
    called = dict(names or {}) | (
        {} if boundaries is None else {str(code): str(name) for code, name in boundaries["name"].items()}
    )
    found = find(sites=sites, labelled=labelled, issues=issues, files=files, boundaries=boundaries)
    invented = {"illustrative": "yes"} if illustrative else {}
    # registers state every area they give
    facts = [name for name in REGISTER.names if name not in (*LEADING, "hectares_basis")]
    progress("Writing the tables")
    write_csv(folder / "sites.csv", found.sites[[*LEADING, *facts]].assign(**invented))
    write_csv(folder / "issues.csv", issues.assign(**invented))
    write_csv(folder / "files.csv", files.assign(**invented))
    councils = by_council(found, called, boundaries)
    shapes = np.asarray([] if boundaries is None else boundaries.geometry, dtype=object)
    outlines = shapely.simplify(shapes, OUTLINE_M)
    pictures = {}
    what = f"Drawing maps{' and writing workbooks' if workbooks else ''} for {len(councils)} councils"
    with counting(progress, what, total=len(councils), unit="councils") as step:
        for council in councils:
            picture = draw_before_after(council.sites, boundary=council.boundary, areas=outlines)
            if workbooks:
                path = folder / "councils" / f"{slug(council.code)}.xlsx"
                write_workbook(path, council, picture=picture, illustrative=illustrative)
            pictures[council.code] = picture
            step()
    write_page(
        folder / "audit.html", found, councils, title=title, pictures=pictures, passed_over=passed_over,
        bounded=boundaries is not None, workbooks=workbooks, illustrative=illustrative,
    )  # fmt: skip
    return folder
