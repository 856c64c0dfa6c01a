"""The whole comparison of two runs: its tables and sentences, as a page, and the changes as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from siteprior import __version__
from siteprior.core.files import as_path
from siteprior.core.short_repr import short_repr
from siteprior.pipeline.comparison.compare import changes_between, shortlist_moves
from siteprior.pipeline.comparison.differences import differences
from siteprior.pipeline.comparison.outcomes import outcome_counts, outcomes_between
from siteprior.pipeline.comparison.score_changes import PARTS
from siteprior.pipeline.comparison.sentences import headlines
from siteprior.pipeline.comparison.two_runs import MATCHED_BY, AnyRun, TwoRuns, read_two_runs
from siteprior.pipeline.comparison.who_benefits import who_benefits
from siteprior.report.audience import AUDIENCES
from siteprior.report.html.comparison import write_comparison_page
from siteprior.report.tables import write_csv

DECIMALS = dict.fromkeys(("score_a", "score_b", "score_change", *PARTS), 6)
"""Decimals of scores in files, as in ``ranking.csv``."""


@short_repr
class Comparison(NamedTuple):
    """Two runs compared: the tables of ``sp.compare``, ``sp.run_differences``, ``sp.outcomes``, ``sp.who_benefits``.

    Attributes
    ----------
    changes, differences, outcomes, counts, benefits
        The tables; ``counts`` are the outcomes counted.
    moves
        The sites on either shortlist with both ranks.
    sentences
        What they show, in a few sentences.
    head
        What stands above the page: both runs' folders, titles and days, the audience.
    """

    changes: pd.DataFrame
    differences: pd.DataFrame
    outcomes: pd.DataFrame
    counts: pd.DataFrame
    benefits: pd.DataFrame
    moves: pd.DataFrame
    sentences: list[str]
    head: dict[str, Any]  # what a page shows


def whole_comparison(run_a: AnyRun, run_b: AnyRun) -> Comparison:
    """Compare two runs and collect all there is to show.

    Examples
    --------
    >>> import siteprior as sp
    >>> folder = sp.demo(out="outputs/demo")
    >>> whole_comparison(folder, folder).sentences[0]
    'No site entered, left or moved, and no score changed.'
    """
    two = read_two_runs(run_a, run_b)
    changes, found, became = changes_between(two), differences(two).table, outcomes_between(two)
    benefits, moves = who_benefits(two.a, two.b), shortlist_moves(two)
    sentences = headlines(two, changes=changes, differences=found, outcomes=became, benefits=benefits, moves=moves)
    return Comparison(changes, found, became, outcome_counts(became), benefits, moves, sentences, _head(two))


def write_comparison(run_a: AnyRun, run_b: AnyRun, path: Path | str) -> Path:
    """Compare two runs (scores 0–1, homes, sites) and write one HTML page that opens offline.

    Parameters
    ----------
    run_a, run_b
        Two runs or their folders, the earlier first.
    path
        The file to write, whole or not at all.

    Returns
    -------
    Path
        The file: what changed and why, what became of the earlier ranking, who benefits. It
        bears the stricter audience of the two runs.

    Raises
    ------
    InputError, OutputError
        When a folder holds no run or a run without ranks, or the file cannot be written.

    Examples
    --------
    >>> import siteprior as sp
    >>> folder = sp.demo(out="outputs/demo")
    >>> sp.write_comparison(folder, folder, "outputs/comparison.html").name
    'comparison.html'
    """
    target = as_path(path, name="path", what="a file")
    return write_page(target, whole_comparison(run_a, run_b))


def write_page(path: Path, done: Comparison) -> Path:
    """Write a comparison as a page."""
    return write_comparison_page(path, **done._asdict())


def write_changes(path: Path | str, changes: pd.DataFrame) -> Path:
    """Write the changes as CSV as all tables of a run are written: no cell a spreadsheet could run as a formula."""
    return write_csv(path, changes, decimals=DECIMALS, byte_order_mark=True)


def _head(two: TwoRuns) -> dict[str, Any]:
    """Return what stands above the comparison: the two runs, and the stricter audience."""
    runs = [
        {
            "folder": run.folder.name,
            **{name: run.record.get(name) for name in ("title", "area", "as_of", "siteprior")},
            **{name: run.record["counts"].get(name) for name in ("sites", "ranked", "shortlist")},
        }
        for run in (two.a, two.b)
    ]
    audiences = [run.record.get("audience", AUDIENCES[0]) for run in (two.a, two.b)]
    return {
        "a": runs[0],
        "b": runs[1],
        "audience": min(audiences, key=AUDIENCES.index),
        "illustrative": any(run.record.get("illustrative") for run in (two.a, two.b)),
        "version": __version__,
        "matched": {how: int((two.names["matched_by"] == how).sum()) for how in MATCHED_BY},
        "only_a": int(two.names["site_id_b"].isna().sum()),
        "only_b": int(two.names["site_id_a"].isna().sum()),
    }
