"""The tables the notebooks show, by name: each with what it says, its columns in words, and what stands for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.pipeline.notebook.access_tables import ACCESS
from siteprior.pipeline.notebook.decision_tables import DECISION
from siteprior.pipeline.notebook.market_tables import MARKET
from siteprior.pipeline.notebook.run_tables import RUN
from siteprior.pipeline.notebook.view import Asked, View
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.plots import leading_corridor, part
from siteprior.pipeline.result import Result
from siteprior.report.charts.page import count_faults
from siteprior.report.notebooks.shown import show_table, show_text

if TYPE_CHECKING:
    from IPython.display import Markdown
    from pandas.io.formats.style import Styler

VIEWS: dict[str, View] = {**RUN, **ACCESS, **MARKET, **DECISION}
"""Every table by its name."""


def show(
    run: Run | Result, what: str, *, site: str | None = None, corridor: str | None = None, first: int | None = None
) -> Styler | Markdown:
    """Show one table of a run as a notebook does (units stand in its columns); :func:`tables` lists them.

    Parameters
    ----------
    run
        A run (:func:`siteprior.open_run`) or a result (:func:`siteprior.assess`).
    what
        The name of the table, such as ``"gates"``.
    site
        The ``site_id`` a table of one site is of; the first of the ranking when ``None``.
    corridor
        The corridor a table of one corridor is of; the one with most of the shortlist when ``None``.
    first
        How many rows at most; a number of the table's own when ``None``.

    Returns
    -------
    Styler or Markdown
        The table, whose ``.data`` has it as it is; or a sentence where there is nothing to show.

    Raises
    ------
    InputError
        When ``run`` is neither, or there is no such table, site or corridor.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> list(sp.notebook.show(run, "reasons").data)
    ['gate not passed', 'code', 'sites']
    """
    if not isinstance(what, str) or what not in VIEWS:
        raise InputError(unknown("table", str(what), VIEWS, where="what"))
    view, faults = VIEWS[what], count_faults(first=first)
    sites = part(run, "sites")
    if site is not None and site not in sites.index:
        faults.append(unknown("site", str(site), [str(each) for each in sites.index], where="site"))
    summary = part(run, "corridor_summary").reset_index()
    known = [str(each) for each in summary["corridor"]] if len(summary) else []
    if corridor is not None and corridor not in known:
        faults.append(unknown("corridor", str(corridor), known, where="corridor"))
    if faults:
        raise InputError(*faults)
    label = site or next(iter(sites.index), "")
    line = corridor or (leading_corridor(run) if known else "")
    table = view.make(run, Asked(str(label), line))
    if table.empty:
        return show_text(view.none)
    rows = first or view.first or len(table)
    cut = f" The first {rows:,} of {len(table):,}." if rows < len(table) else ""
    shown = show_table(table.head(rows), what.replace(" ", "-"), **view.formats)
    caption = view.title.format(site=label, corridor=line)
    return shown.set_caption(f"{caption}{cut}".replace("<", "&lt;"))


def tables() -> pd.DataFrame:
    """List the tables (no unit) that :func:`show` knows: ``table`` and ``what it says``.

    Examples
    --------
    >>> import siteprior as sp
    >>> list(sp.notebook.tables())
    ['table', 'what it says']
    """
    return pd.DataFrame({"table": list(VIEWS), "what it says": [view.title for view in VIEWS.values()]})
