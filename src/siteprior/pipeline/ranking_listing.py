"""What a run ranked again, or by other weights, comes to: as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isclose
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from siteprior.core.files import whole_file
from siteprior.core.short_repr import counted
from siteprior.core.terminal import listing
from siteprior.core.text_table import text_table
from siteprior.pipeline.manifest import open_run
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.read_run import read_record
from siteprior.pipeline.rerank import Reranked, rerank
from siteprior.pipeline.result import NOT_YET
from siteprior.pipeline.write_weights import write_weights
from siteprior.ranking.decision_matrix import measure
from siteprior.ranking.other_weights import reweight
from siteprior.ranking.scoring import normalised
from siteprior.report.run_folders import RECORD


class Line(NamedTuple):
    """A text to print; ``aside`` says that it is about the work and not its result, and goes to stderr."""

    text: str
    aside: bool = False


def ranking_lines(project: Path, *, run: Path | None, out: Path | None, as_json: bool) -> Iterator[Line]:
    """Rank a run again as :func:`siteprior.rerank` does; yield which run, weights that changed, and shortlist.

    Raises
    ------
    SitePriorError
        As :func:`siteprior.rerank`.
    """
    new = rerank(project, run=run, out=out)
    yield Line(summary_text(new), aside=True)
    if other := weights_text(read_record(new.run / RECORD)["weights"], normalised(new.result.weights)):
        yield Line(f"{other}\n", aside=as_json)
    none = "No site passes the gates, and none did in the run."
    yield Line(
        listing(new.changes.reset_index(), as_json=as_json, text=lambda _changes: shortlist_text(new), none=none)
    )
    if out is not None:
        yield Line(f"written to {out}; it opens as a run does", aside=True)


def reweighted_lines(
    folder: Path | None, given: Mapping[str, float], *, picture: Path | None, write: Path | None, as_json: bool
) -> Iterator[Line]:
    """Rank a run by some other weights; yield old and new ones and who moves; draw the map, write the weights.

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
    if other := weights_text(run.weights, new.weights):
        yield Line(f"{other}\n\n{_places_text(new.changes, len(new.shortlist))}\n", aside=as_json)
    yield Line(listing(changes if as_json else moved, as_json=as_json, none=none))
    yield from (Line(text, aside=True) for text in unknown_texts(run, new.weights))
    if picture is not None:
        from siteprior.report.maps.overview import draw_map

        head, layers = run.record, (new.sites, new.shortlist, run.corridors, run.stops, run.areas)
        title, sources = f"{head['title']}: other weights", " ".join(head["attribution"])
        drawn = draw_map(*layers, title=title, attribution=sources, illustrative=head["illustrative"])
        with whole_file(picture) as temporary:
            temporary.write_bytes(drawn)
    if write is not None:
        yield Line(f"weights written to {write_weights(write, weights)}", aside=True)


def unknown_texts(run: Run, weights: Mapping[str, float]) -> Iterator[str]:
    """Yield which criteria with a weight are known of none of the ranked sites: they move no site, and lower scores."""
    sites = run.sites
    ranked = sites[sites["rank"].notna()]
    weighed = {name: weight for name, weight in normalised(weights).items() if weight > 0}
    if ranked.empty:
        return
    known = measure(ranked, list(weighed), criteria=run.criteria_known).notna().sum()
    for name, weight in weighed.items():
        if not known[name]:
            yield (
                f"{run.criteria_known[name].title} ({name}) carries {weight:.0%} of the weight, and 0 of the "
                f"{len(ranked):,} ranked sites have a value of it: it moves none of them"
            )


def weights_text(before: Mapping[str, float], now: Mapping[str, float]) -> str:
    """Write the weight of each criterion before and now (% of all), the heaviest now first; blank where none differs.

    Parameters
    ----------
    before, now
        Weight per criterion (0–1), which sum to 1. Who stands in one alone weighs nothing in the other.

    Examples
    --------
    >>> print(weights_text({"capacity": 0.5, "deprivation": 0.5}, {"deprivation": 0.75, "quiet": 0.25}))
    criterion    weight before  weight now
    deprivation          50.0%       75.0%
    quiet                 0.0%       25.0%
    capacity             50.0%        0.0%
    """
    names = sorted({**before, **now}, key=lambda name: (-now.get(name, 0.0), name))
    shares = [(name, before.get(name, 0.0), now.get(name, 0.0)) for name in names]
    if all(isclose(then, here) for _name, then, here in shares):
        return ""
    longest = max(map(len, names))
    rows = [f"{name:<{longest}}  {then:>13.1%}  {here:>10.1%}" for name, then, here in shares]
    return "\n".join([f"{'criterion':<{longest}}  weight before  weight now", *rows])


def _places_text(changes: pd.DataFrame, places: int) -> str:
    """Write how many opportunities another ranking moves, as a sentence."""
    return f"Of {counted(len(changes), 'opportunity', 'opportunities')} {_moves_text(changes)}; shortlist: {places}."


def _moves_text(changes: pd.DataFrame) -> str:
    """Write how many opportunities enter and leave the shortlist, and how many others have another rank.

    Examples
    --------
    >>> _moves_text(pd.DataFrame({"change": ["enters", "leaves", "rises", "falls", "same"]}))
    '1 enter, 1 leave, 2 others move'
    """
    counts = changes["change"].value_counts()
    others = len(changes) - int(counts.reindex(["enters", "leaves", "same"]).sum())
    return f"{counts.get('enters', 0)} enter, {counts.get('leaves', 0)} leave, {others} others move"


def summary_text(new: Reranked) -> str:
    """Write which run was ranked again, how many are ranked now, and what became of the shortlist in one line.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> new = sp.rerank(shipped("data") / "demo.toml", run=sp.demo(out="outputs/demo"))
    >>> print(summary_text(new).partition(": ")[2])
    193 opportunities, 25 on the shortlist; 0 enter, 0 leave, 0 others move.
    """
    return (
        f"Ranked from what the run in {new.run.as_posix()} has measured: "
        f"{counted(len(new.opportunities), 'opportunity', 'opportunities')}, {len(new.shortlist)} on the shortlist; "
        f"{_moves_text(new.changes)}.{_programme_text(new)}"
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
