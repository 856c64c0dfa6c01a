"""What ``siteprior compare`` prints and writes: the sentences and the changes; a page and a table where asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from siteprior.core.errors import InputError
from siteprior.core.terminal import listing
from siteprior.core.text_table import text_table
from siteprior.pipeline.comparison.two_runs import AnyRun
from siteprior.pipeline.comparison.whole import whole_comparison, write_changes, write_page

SHOWN = ("site_id", "change", "rank_a", "rank_b", "score_change", "cause", "reason")
"""The columns a terminal shows; a file has all."""

PAGES = (".html", ".htm")


def comparison_lines(
    run_a: AnyRun, run_b: AnyRun, *, page: Path | None = None, csv: Path | None = None, as_json: bool = False
) -> Iterator[tuple[str, bool]]:
    """Compare two runs, write what is asked for, and yield what to print, each with whether it stands aside of it.

    Parameters
    ----------
    run_a, run_b
        Two runs or their folders, the earlier first.
    page, csv
        Files to write.
    as_json
        Whether the changes are for a program.

    Raises
    ------
    InputError, OutputError
        When a folder holds no run, a page is not named so, or a file cannot be written.

    Examples
    --------
    >>> import siteprior as sp
    >>> folder = sp.demo(out="outputs/demo")
    >>> [text for text, _ in comparison_lines(folder, folder)][-1]
    'No site entered, left or moved, and no score changed.'
    """
    if page is not None and page.suffix.lower() not in PAGES:
        raise InputError(
            f"--out {page}: the comparison is a page; end the name with .html, or write a table with --csv"
        )
    done = whole_comparison(run_a, run_b)
    if page is not None:
        yield f"Wrote {write_page(page, done).as_posix()}", True
    if csv is not None:
        yield f"Wrote {write_changes(csv, done.changes).as_posix()}", True
    if not as_json and len(done.changes):
        yield "\n".join([*done.sentences, ""]), False
    text = listing(
        done.changes if as_json else done.changes[list(SHOWN)],
        as_json=as_json,
        text=text_table,
        none="" if as_json else "No site entered, left or moved, and no score changed.",
    )
    yield text, False
