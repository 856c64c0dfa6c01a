"""Two runs compared, as one page that opens offline: lays out tables, a chart of moves and bars; computes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from siteprior.core.files import write_text
from siteprior.report.audience import audience_words
from siteprior.report.html._common import plain_rows
from siteprior.report.html.moves_chart import moves_chart
from siteprior.report.html.render import render

LISTS = {"shortlist": "Shortlist", "programme": "Programme"}


def write_comparison_page(
    path: Path | str,
    *,
    changes: pd.DataFrame,
    differences: pd.DataFrame,
    outcomes: pd.DataFrame,
    counts: pd.DataFrame,
    benefits: pd.DataFrame,
    moves: pd.DataFrame,
    sentences: Sequence[str],
    head: Mapping[str, Any],
) -> Path:
    """Write the comparison of two runs as one self-contained HTML file.

    Parameters
    ----------
    path
        The file to write, whole or not at all.
    changes
        What changed, a row per site: the table of ``sp.compare``.
    differences
        What differs between the records: ``kind``, ``what``, ``run_a``, ``run_b``.
    outcomes, counts
        What became of the sites ranked in the earlier run, and that counted.
    benefits
        Homes and sites by deprivation decile and council, of both runs.
    moves
        The sites on either shortlist: ``site_name``, ``rank_a``, ``rank_b``, ``shortlisted_a``, ``shortlisted_b``.
    sentences
        What it all shows, in a few sentences.
    head
        The runs (``a``, ``b``), ``audience``, ``illustrative``, ``version``, and how sites were matched.

    Returns
    -------
    Path
        The file written; the same bytes from the same tables.

    Raises
    ------
    OutputError
        When the file is open elsewhere or the folder cannot be written.
    """
    page = render(
        "comparison.html.j2",
        styles=("comparison.css.j2",),
        head=dict(head),
        audience=audience_words(head),
        sentences=list(sentences),
        tiles=_tiles(changes, moves),
        undivided=bool((changes["undivided_change"].fillna(0) != 0).any()),
        differences=plain_rows(differences),
        chart=moves_chart(moves),
        changes=plain_rows(changes),
        counts=plain_rows(counts.reset_index()),
        outcomes=plain_rows(outcomes),
        benefits=[_bars(benefits, by) for by in benefits["by"].unique()],
    )
    return write_text(path, page)


def _tiles(changes: pd.DataFrame, moves: pd.DataFrame) -> dict[str, int]:
    """Count the changes by their names; what was moved by others alone, too."""
    of = changes["change"].value_counts()
    counted = {str(name).replace(" ", "_"): int(of.get(name, 0)) for name in ("entered", "left", "up", "down")}
    return counted | {
        "others": int((changes["moved_by_others"] == "yes").sum()),
        "came": int(((moves["shortlisted_a"] == "no") & (moves["shortlisted_b"] == "yes")).sum()),
    }


def _bars(benefits: pd.DataFrame, by: str) -> dict[str, Any]:
    """Lay out who benefits by one grouping: a row per group, bars as widths of 0–100, the widest share the whole."""
    table = benefits[benefits["by"] == by]
    there = [name for name in LISTS if f"{name}_homes_share_b" in table]
    shares = [name for name in table if str(name).endswith(("share_a", "share_b"))]
    most = max(float(table[shares].to_numpy(dtype=float).max()), 1e-9)
    rows = [
        {
            "group": row["group"],
            "areas": row["areas_b"],
            "share": row["areas_share_b"],
            "bar": 100 * row["areas_share_b"] / most,
            "lists": [_cell(row, name, side, most) for name in there for side in "ab"],
        }
        for row in plain_rows(table)
    ]
    return {"by": by, "lists": [LISTS[name] for name in there], "rows": rows}


def _cell(row: Mapping[str, Any], name: str, side: str, most: float) -> dict[str, Any]:
    """Return the figures of one list of one run in one group; none where the run has no such list."""
    share = row.get(f"{name}_homes_share_{side}")
    return {
        "sites": row.get(f"{name}_sites_{side}"),
        "homes": row.get(f"{name}_homes_{side}"),
        "unknown": row.get(f"{name}_homes_unknown_{side}"),
        "share": share,
        "bar": 100 * (share or 0) / most,
    }
