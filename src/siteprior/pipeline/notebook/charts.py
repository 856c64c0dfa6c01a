"""The small charts of the notebooks: walks, verdicts, gaps of ranked sites."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

from siteprior.core.schema import VERDICTS
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.plots import part
from siteprior.pipeline.result import Result
from siteprior.report.charts.bars import bars_words, draw_bars
from siteprior.report.notebooks.picture import Picture

WALKS = (0, 200, 400, 600, 800, 1000, 1200, 1600, 2000)
"""Ends in metres of the classes walks are counted in; what is longer stands together."""

GAPS = (0, 10, 20, 30, 40, 50, 60, 80, 100)
"""Ends in thousand pounds of the classes gaps per home are counted in; what is larger stands together."""


FIRST = "first seen"
"""The event of a site that stands in a register for the first time."""


def plot_walks(run: Run | Result) -> Picture:
    """Draw how far ranked sites are from rail or metro and from a bus (metres of walk), as counts of sites.

    Raises
    ------
    InputError
        When ``run`` is neither a run nor a result.

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.notebook.plot_walks(sp.open_run(sp.demo(out="outputs/demo"))).title
    'Walks'
    """
    sites = _ranked(run)
    counts = pd.DataFrame(
        {
            "to rail or metro": _classes(sites["walk_m"], WALKS, "m"),
            "to a bus": _classes(sites["bus_walk_m"], WALKS, "m"),
        }
    )
    unknown = int(sites["walk_m"].isna().sum())
    caption = f"Walks of ranked sites. No walk to rail or metro is known of {unknown:,}; they have no bar."
    return _picture(run, counts, "Walks", "how far the walk is", "ranked sites", caption, stacked=False)


def plot_verdicts(run: Run | Result) -> Picture:
    """Draw how many ranked sites (counts) have each verdict on market failure, settled and open ones apart.

    Raises
    ------
    InputError
        When ``run`` is neither a run nor a result.

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.notebook.plot_verdicts(sp.open_run(sp.demo(out="outputs/demo"))).title
    'Verdicts'
    """
    sites = _ranked(run)
    settled = sites["settled"] if "settled" in sites else pd.Series(pd.NA, index=sites.index)
    state = pd.crosstab(sites["market_failure"], settled.fillna("no"))
    counts = state.reindex(index=list(VERDICTS), columns=["yes", "no"], fill_value=0)
    counts = counts.rename(columns={"yes": "settled: no open fact could move it", "no": "open"})
    caption = (
        "Cannot tell: at least three of viability gap, contamination, coordination and public works could not be "
        "measured. It does not mean that there is no market failure."
    )
    return _picture(run, counts, "Verdicts", "would the market do it alone?", "ranked sites", caption)


def plot_gaps(run: Run | Result) -> Picture:
    """Draw how large the viability gap of ranked sites is (pounds per home, central case), as counts of sites.

    Raises
    ------
    InputError
        When ``run`` is neither a run nor a result.

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.notebook.plot_gaps(sp.open_run(sp.demo(out="outputs/demo"))).title
    'Gaps'
    """
    sites = _ranked(run)
    gaps = pd.to_numeric(sites["gap_gbp_per_home"]).astype("float64") / 1000
    none = pd.Series({"no gap": int((gaps <= 0).sum())})
    counts = pd.concat([none, _classes(gaps[gaps > 0], GAPS, "£ thousand")]).to_frame("sites")
    unknown = int(gaps.isna().sum())
    caption = (
        f"Gap per home in the central case; of {unknown:,} of {len(sites):,} ranked sites it is not known, and they "
        "have no bar."
    )
    return _picture(run, counts, "Gaps", "what is missing per home", "ranked sites", caption)


def plot_outcomes(run: Run | Result) -> Picture:
    """Draw what became of sites in the registers after the first (counts of events), by kind of event.

    Raises
    ------
    InputError
        When ``run`` is neither a run nor a result.

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.notebook.plot_outcomes(sp.open_run(sp.demo(out="outputs/demo"))).title
    'Outcomes'
    """
    events = part(run, "history")
    kinds = events.loc[events["event"] != FIRST, "event"] if len(events) else pd.Series(dtype="object")
    counts = kinds.value_counts().to_frame("events")
    counts.index = pd.Index([str(name) for name in counts.index])
    caption = (
        "Events from register to register; that a site was first seen is none. Registers do not record what was built: "
        "a site that ended may have been built, refused or forgotten."
    )
    return _picture(run, counts, "Outcomes", "what became of the sites", "events", caption)


def _ranked(run: Run | Result) -> pd.DataFrame:
    """Return the sites that are ranked."""
    sites: pd.DataFrame = part(run, "sites")
    return sites[sites["rank"].notna()]


def _classes(values: pd.Series[Any], ends: tuple[int, ...], unit: str) -> pd.Series[Any]:
    """Return how many values there are between each two ends, each with its lower end, and how many above the last."""
    names = [f"{low:,}–{high:,} {unit}" for low, high in pairwise(ends)]
    names.append(f"{ends[-1]:,} {unit} and more")
    known = pd.to_numeric(values).astype("float64").dropna()
    cut = pd.cut(known, [*ends, float("inf")], right=False, labels=names)
    return cut.value_counts().reindex(names, fill_value=0).astype(int)


def _picture(
    run: Run | Result, counts: pd.DataFrame, name: str, of: str, unit: str, caption: str, *, stacked: bool = True
) -> Picture:
    """Draw counts as bars."""
    record = part(run, "record")
    picture = draw_bars(
        counts,
        title=f"{record['title']}: {of}",
        unit=unit,
        stacked=stacked,
        attribution=" ".join(record["attribution"]),
        illustrative=record["illustrative"],
    )
    if stacked:
        return Picture(picture, name, caption, bars_words(counts, unit=unit))
    words = " ".join(f"{column}: {bars_words(counts[[column]], unit=unit)}" for column in counts)
    return Picture(picture, name, caption, words)
