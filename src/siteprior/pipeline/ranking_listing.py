"""What a run ranked again comes to, as text for a terminal."""

from __future__ import annotations

import pandas as pd

from siteprior.core.short_repr import counted
from siteprior.core.text_table import text_table
from siteprior.pipeline.rerank import Reranked


def summary_text(new: Reranked) -> str:
    """Write which run was ranked again, how many are ranked now, and what became of the shortlist in one line.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> new = sp.rerank(shipped("data") / "demo.toml", run=sp.demo(out="outputs/demo"))
    >>> print(summary_text(new))
    Ranked from what the run in outputs/demo has measured: 193 opportunities, 25 on the shortlist; 0 enter, 0 leave.
    """
    change = new.changes["change"]
    return (
        f"Ranked from what the run in {new.run.as_posix()} has measured: "
        f"{counted(len(new.opportunities), 'opportunity', 'opportunities')}, {len(new.shortlist)} on the shortlist; "
        f"{int((change == 'enters').sum())} enter, {int((change == 'leaves').sum())} leave."
    )


def shortlist_text(new: Reranked) -> str:
    """Write the new shortlist, and below it who leaves, with the rank each had and why it has another.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> new = sp.rerank(shipped("data") / "demo.toml", run=sp.demo(out="outputs/demo"))
    >>> shortlist_text(new).splitlines()[0].split()
    ['rank', 'before', 'change', 'site_id', 'site_name', 'score', 'why']
    """
    changes = new.changes.reset_index()
    shown = changes[changes["site_id"].isin(new.shortlist.index) | (changes["change"] == "leaves")]
    return text_table(
        pd.DataFrame(
            {
                "rank": shown["rank_after"],
                "before": shown["rank_before"],
                "change": shown["change"],
                "site_id": shown["site_id"],
                "site_name": shown["site_name"],
                "score": shown["score_after"],
                "why": shown["why"],
            }
        )
    )
