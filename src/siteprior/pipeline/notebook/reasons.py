"""Why a site stands where it does, in sentences, and what other weights change, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from siteprior.core.errors import InputError, unknown
from siteprior.pipeline.notebook.since import NO_EARLIER
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.plots import part
from siteprior.pipeline.result import Result
from siteprior.ranking.other_weights import Reweighted
from siteprior.report.charts.page import count_faults
from siteprior.report.notebooks.shown import show_table, show_text

if TYPE_CHECKING:
    from IPython.display import Markdown
    from pandas.io.formats.style import Styler

CHANGES = ("change", "site_name", "rank_a", "rank_b", "score_a", "score_b", "cause", "reason")
"""The columns of :func:`siteprior.compare` that a notebook shows."""


def why(run: Run | Result, site: str | None = None) -> Markdown:
    """Say in sentences why an opportunity has its rank (1 = first): what lifts it, and what would put it out or in.

    Parameters
    ----------
    run
        A run (:func:`siteprior.open_run`) or a result (:func:`siteprior.assess`).
    site
        Its ``site_id``; the first of the ranking when ``None``.

    Returns
    -------
    Markdown

    Raises
    ------
    InputError
        When ``run`` is neither, or there is no such site.

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.notebook.why(sp.open_run(sp.demo(out="outputs/demo"))).data[:2]
    '**'
    """
    from siteprior.ranking.explanation import explain

    sites, ranked = part(run, "sites"), part(run, "opportunities").index
    if site is not None and site not in sites.index:
        raise InputError(unknown("site", str(site), [str(each) for each in sites.index], where="site"))
    label = site or next(iter(ranked), None)
    if label is None:
        return show_text("No site passed the gates: there is no order to explain.")
    name = sites["site_name"].fillna("(no name)")[label]
    if label not in ranked:
        reasons = sites["gate_reasons"].fillna("")[label]
        words = reasons or f"it is ranked as part of {sites['ranked_as'].fillna('another site')[label]}"
        return show_text("**{name}** ({site}) has no rank of its own: {reasons}.", name=name, site=label, reasons=words)
    sentences = explain(run, label).sentences
    lines = "\n".join(f"- {{line{number}}}" for number in range(len(sentences)))
    values = {f"line{number}": sentence for number, sentence in enumerate(sentences)}
    return show_text(f"**{{name}}** ({{site}})\n\n{lines}", name=name, site=label, **values)


def changes(earlier: Path | str | None, run: Run, *, first: int = 25) -> Styler | Markdown:
    """Compare a run with an earlier one (:func:`siteprior.compare`): who entered, left and moved (ranks from 1).

    Parameters
    ----------
    earlier
        The folder of the earlier run; ``None`` says how to have one.
    run
        The later run.
    first
        How many rows to show.

    Returns
    -------
    Styler or Markdown
        The table; ``.data`` has it as it is.

    Raises
    ------
    InputError
        When a folder holds no run.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> print(sp.notebook.changes(run.folder, run).data)
    Nothing changed between the two runs.
    """
    from siteprior.pipeline.comparison.compare import compare_runs

    if faults := count_faults(first=first):
        raise InputError(*faults)
    if earlier is None:
        return show_text(NO_EARLIER)
    table = compare_runs(earlier, run.folder)
    if table.empty:
        return show_text("Nothing changed between the two runs.")
    counts = ", ".join(f"{number:,} {kind}" for kind, number in table["change"].value_counts().items())
    kept = [name for name in CHANGES if name in table]
    shown = table.head(first)[kept].rename(columns=lambda name: str(name).replace("_", " "))
    formats = dict.fromkeys(("score_a", "score_b"), "{:.3f}")
    cut = f" The first {first:,} of {len(table):,}." if first < len(table) else ""
    return show_table(shown, "changes", **formats).set_caption(f"a: the earlier run, b: this one. {counts}.{cut}")


def moved(ranked: Reweighted) -> Styler:
    """Show which opportunities enter and leave the shortlist under other weights, with both ranks (1 = first).

    Parameters
    ----------
    ranked
        What :func:`siteprior.ranking.reweight` returns.

    Returns
    -------
    Styler
        The table; ``.data`` has it as it is.

    Raises
    ------
    InputError
        When it is something else.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> table = sp.notebook.moved(sp.ranking.reweight(run, run.stated_weights | {"deprivation": 60})).data
    >>> list(table), set(table["change"]) == {"enters", "leaves"}
    (['change', 'opportunity', 'rank before', 'rank now'], True)
    """
    if not isinstance(ranked, Reweighted):
        raise InputError(f"ranked: needs what sp.ranking.reweight returns, got {type(ranked).__name__}")
    table = ranked.changes[ranked.changes["change"].isin(["enters", "leaves"])]
    names = {
        "change": "change",
        "site_name": "opportunity",
        "rank_before": "rank before",
        "rank_after": "rank now",
    }
    entered = int((table["change"] == "enters").sum())
    caption = f"Of {len(ranked.shortlist):,} on the shortlist, {entered:,} are new."
    return show_table(table[list(names)].rename(columns=names), "moved").set_caption(caption)
