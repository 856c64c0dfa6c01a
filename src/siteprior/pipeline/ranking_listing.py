"""What a run ranked again, or by other weights, comes to: as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from siteprior.core.files import whole_file
from siteprior.core.short_repr import counted
from siteprior.core.terminal import listing
from siteprior.core.text_table import text_table
from siteprior.pipeline.manifest import open_run
from siteprior.pipeline.rerank import Reranked, rerank
from siteprior.pipeline.result import NOT_YET
from siteprior.pipeline.write_weights import write_weights
from siteprior.ranking.other_weights import reweight


class Line(NamedTuple):
    """A text to print; ``aside`` says that it is about the work and not its result, and goes to stderr."""

    text: str
    aside: bool = False


def ranking_lines(project: Path, *, run: Path | None, out: Path | None, as_json: bool) -> Iterator[Line]:
    """Rank a run again as :func:`siteprior.rerank` does; yield which run it was, and the shortlist.

    Raises
    ------
    SitePriorError
        As :func:`siteprior.rerank`.
    """
    new = rerank(project, run=run, out=out)
    yield Line(summary_text(new), aside=True)
    none = "No site passes the gates, and none did in the run."
    yield Line(
        listing(new.changes.reset_index(), as_json=as_json, text=lambda _changes: shortlist_text(new), none=none)
    )
    if out is not None:
        yield Line(f"written to {out}; it opens as a run does", aside=True)


def reweighted_lines(
    folder: Path | None, given: Mapping[str, float], *, picture: Path | None, write: Path | None, as_json: bool
) -> Iterator[Line]:
    """Rank a run by some other weights beside its own; yield who enters and leaves; draw the map, write the weights.

    Raises
    ------
    SitePriorError
        As :func:`siteprior.open_run`, :func:`siteprior.ranking.reweight` and :func:`siteprior.write_weights`.
    """
    run = open_run(folder)
    weights = run.stated_weights | dict(given)
    new = reweight(run, weights)
    changes = new.changes.reset_index()
    moved = changes[changes["change"].isin(["enters", "leaves"])]
    none = f"No site enters or leaves the first {len(new.shortlist)}." if len(changes) else "The run ranks no site."
    yield Line(str(run), aside=True)
    yield Line(listing(changes if as_json else moved, as_json=as_json, none=none))
    if picture is not None:
        from siteprior.report.maps.overview import draw_map

        head, layers = run.record, (new.sites, new.shortlist, run.corridors, run.stops, run.areas)
        title, sources = f"{head['title']}: other weights", " ".join(head["attribution"])
        drawn = draw_map(*layers, title=title, attribution=sources, illustrative=head["illustrative"])
        with whole_file(picture) as temporary:
            temporary.write_bytes(drawn)
    if write is not None:
        yield Line(f"weights written to {write_weights(write, weights)}", aside=True)


def summary_text(new: Reranked) -> str:
    """Write which run was ranked again, how many are ranked now, and what became of the shortlist in one line.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> new = sp.rerank(shipped("data") / "demo.toml", run=sp.demo(out="outputs/demo"))
    >>> print(summary_text(new).partition(": ")[2])
    193 opportunities, 25 on the shortlist; 0 enter, 0 leave.
    """
    change = new.changes["change"]
    return (
        f"Ranked from what the run in {new.run.as_posix()} has measured: "
        f"{counted(len(new.opportunities), 'opportunity', 'opportunities')}, {len(new.shortlist)} on the shortlist; "
        f"{int((change == 'enters').sum())} enter, {int((change == 'leaves').sum())} leave.{_programme_text(new)}"
    )


def _programme_text(new: Reranked) -> str:
    """Write what the budget buys now, where a programme was chosen anew."""
    made = new.result.programme_record
    if made is NOT_YET or "opportunities" not in made:
        return ""
    return (
        f" The programme: {counted(made['opportunities'], 'opportunity', 'opportunities')} for "
        f"£{made['cost_gbp'] / 1e6:,.1f}m, a benefit of {made['benefit']:,.0f} in {made['benefit_of']}."
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
