"""What a notebook writes: packages for a reader, layers of chosen columns; and the live map, where it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from siteprior.core.cell_values import CellValue
from siteprior.core.errors import InputError, unknown
from siteprior.core.files import as_path, whole_file
from siteprior.pipeline.hand_over import Cut
from siteprior.pipeline.hand_over import hand_over as write_packages
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.plots import part
from siteprior.pipeline.result import Result
from siteprior.report.notebooks.shown import show_table, show_text

if TYPE_CHECKING:
    import folium
    from IPython.display import Markdown
    from pandas.io.formats.style import Styler

NOTHING = "`out` is `None`: nothing is written. Name a folder in the cell of the parameters."
NOT_LIVE = "`live_map` is `False`: no map to move and click, whose tiles and scripts would come from the web."


def live_map(
    run: Run | Result, column: str, *, live: bool, layer: str = "shortlist", tooltip: Sequence[str] = ("site_name",)
) -> folium.Map | Markdown:
    """Draw a layer (EPSG:27700) as a map to move and click with :func:`siteprior.report.explore`, if it is asked for.

    Parameters
    ----------
    run
        A run (:func:`siteprior.open_run`) or a result (:func:`siteprior.assess`).
    column
        The column to colour by.
    live
        Whether to draw it: its tiles and scripts come from the web, and pages without a network cannot show it.
    layer
        The table with places.
    tooltip
        The columns pointing at a site shows.

    Returns
    -------
    folium.Map or Markdown
        The map, or a sentence that says how to have it.

    Raises
    ------
    InputError
        When ``run`` is neither, or a column is unknown.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> sp.notebook.live_map(run, "score", live=False).data[:9]
    '`live_map'
    """
    from siteprior.report.maps.explore import explore

    table = part(run, layer)
    return explore(table, column, tooltip=list(tooltip)) if live else show_text(NOT_LIVE)


def hand_over(run: Run, out: Path | str | None, *, audience: str, by: Cut | None = None) -> Styler | Markdown:
    """Write packages for a reader with :func:`siteprior.hand_over`, and list them (counts of sites); none without out.

    Parameters
    ----------
    run
        A run's folder, opened.
    out
        The folder packages are written in, each in one of its own; ``None`` writes nothing.
    audience
        ``internal``, ``partner`` or ``public``.
    by
        What the sites are cut by: ``council``, ``corridor`` or ``ownership``.

    Returns
    -------
    Styler or Markdown

    Raises
    ------
    InputError
        As :func:`siteprior.hand_over`.
    OutputError
        When a folder cannot be written.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> sp.notebook.hand_over(run, None, audience="public").data[:5]
    '`out`'
    """
    if out is None:
        return show_text(NOTHING)
    folder = as_path(out, name="out", what="a folder") / (audience if by is None else f"{audience}-by-{by}")
    made = write_packages(run.folder, audience=audience, by=by, out=folder)
    rows = [(each.part or "all", each.audience, each.sites, each.folder.as_posix()) for each in made]
    table = pd.DataFrame(rows, columns=["part", "for", "sites", "folder"])
    return show_table(table, "packages", sites="{:,}").set_caption("Packages that were written.")


def save_layer(run: Run | Result, columns: Sequence[str], out: Path | str | None, *, name: str = "chosen") -> Markdown:
    """Write chosen columns of the shortlist (each in its own unit) as a GeoPackage and as GeoParquet, EPSG:27700.

    Parameters
    ----------
    run
        A run (:func:`siteprior.open_run`) or a result (:func:`siteprior.assess`).
    columns
        Columns of the shortlist; ``site_id`` and the place are always there.
    out
        The folder to write in; ``None`` writes nothing, and the columns are checked all the same.
    name
        The files' name without ending.

    Returns
    -------
    Markdown
        What was written.

    Raises
    ------
    InputError
        Naming every column there is not, with the nearest.
    OutputError
        When a file cannot be written.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> sp.notebook.save_layer(run, ["site_name", "rnk"], None)
    Traceback (most recent call last):
    siteprior.core.errors.InputError: columns: unknown column 'rnk'; did you mean 'rank'?
    """
    from siteprior.report.geopackage.write import write_geopackage

    shortlist, record = part(run, "shortlist"), part(run, "record")
    known = [str(column) for column in shortlist if column != "geometry"]
    faults = [_no_column(column, known) for column in columns if column not in known]
    if faults:
        raise InputError(*faults)
    if out is None:
        return show_text(NOTHING)
    folder = as_path(out, name="out", what="a folder")
    chosen = shortlist[[*dict.fromkeys(columns), "geometry"]]
    if record["illustrative"]:
        chosen = chosen.assign(illustrative="yes")
    paths = [folder / f"{name}.gpkg", folder / f"{name}.parquet"]
    write_geopackage(paths[0], {"shortlist": chosen}, {}, as_of=date.fromisoformat(record["as_of"]), metadata=record,
                     illustrative=record["illustrative"])  # fmt: skip
    with whole_file(paths[1]) as temporary:
        chosen.to_parquet(temporary)
    words = "{n:,} sites with {of:,} columns, for the team: {one} and {other}."
    one, other = (path.as_posix() for path in paths)
    return show_text(words, n=len(chosen), of=len(dict.fromkeys(columns)), one=one, other=other)


def _no_column(column: CellValue, known: list[str]) -> str:
    """Say that there is no such column, and the nearest; all of them would fill the screen."""
    return unknown("column", str(column), known, where="columns").partition(" Valid:")[0].rstrip(";")
