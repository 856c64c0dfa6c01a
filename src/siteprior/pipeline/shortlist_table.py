"""The shortlist as a table to read: rank with its band, site, council, corridor, what it scores on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siteprior.core.errors import InputError
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.plots import part
from siteprior.pipeline.result import Result
from siteprior.report.charts.page import count_faults
from siteprior.report.notebooks.shown import show_table

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

COLUMNS = {
    "rank": "rank",
    "rank_p05": "best",
    "rank_p95": "worst",
    "site_name": "site",
    "organisation_name": "council",
    "corridor": "corridor",
    "corridor_walk_m": "walk m",
    "minimum_net_dwellings": "homes",
    "imd_decile": "IMD decile",
    "market_failure": "market failure",
    "score": "score",
    "coverage": "coverage",
}
"""The columns shown, with what readers see above them."""


def shortlist_table(run: Run | Result, *, first: int | None = None) -> Styler:
    """Show the shortlist: rank (1 = first) with its band, site, council, corridor, walk (metres), homes, score (0–1).

    Parameters
    ----------
    run
        A run (:func:`siteprior.open_run`) or a result (:func:`siteprior.assess`).
    first
        How many; all when ``None``.

    Returns
    -------
    Styler
        A notebook shows it, texts of files as they are written; ``.data`` is the table, ``run.shortlist`` has every
        column.

    Raises
    ------
    InputError
        When ``run`` is neither, or ``first`` no whole number from 1.

    Examples
    --------
    >>> import siteprior as sp
    >>> table = sp.shortlist_table(sp.open_run(sp.demo(out="outputs/demo")), first=3)
    >>> table.data["rank"].tolist(), list(table.data)[:4]
    ([1, 2, 3], ['rank', 'best', 'worst', 'site'])
    """
    if faults := count_faults(first=first):
        raise InputError(*faults)
    shortlist = part(run, "shortlist")
    shown = shortlist if first is None else shortlist.head(first)
    kept = [name for name in COLUMNS if name in shown]
    caption = (
        f"The first {len(shown):,} of {len(part(run, 'opportunities')):,} ranked opportunities. best, worst: 5th and "
        "95th percentile of the rank over redrawn weights and facts; coverage: share of the weight that rests on known "
        "values."
    )
    table = shown[kept].rename(columns=COLUMNS)
    formats = {"walk_m": "{:,.0f}", "homes": "{:,.0f}", "score": "{:.3f}", "coverage": "{:.0%}"}
    return show_table(table, "shortlist", **formats).set_caption(caption)
