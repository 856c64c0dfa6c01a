"""The comparison in a few sentences: what changed, why, what became of the first shortlist, who benefits."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from siteprior.core.short_repr import counted
from siteprior.pipeline.comparison.compare import DOWN, ENTERED, LEFT, OTHERS, UP
from siteprior.pipeline.comparison.outcomes import BUILDING, COMPLETED, ENDED, GONE, LISTED, PERMITTED, SPLIT, UNKNOWN
from siteprior.pipeline.comparison.two_runs import TwoRuns
from siteprior.pipeline.comparison.who_benefits import DECILE

DEPRIVED = ("1", "2")
"""The deciles of the most deprived fifth of England's areas."""

_BECAME = {
    COMPLETED: "completed",
    BUILDING: "being built",
    ENDED: "ended on the register",
    SPLIT: "listed in parts",
    GONE: "no longer listed, with no reason stated",
    PERMITTED: "newly permissioned",
    LISTED: "still listed as before",
    UNKNOWN: "not followed, as no later register of the council was read",
}


def headlines(
    two: TwoRuns, *, changes: pd.DataFrame, differences: pd.DataFrame, outcomes: pd.DataFrame, benefits: pd.DataFrame,
    moves: pd.DataFrame,
) -> list[str]:  # fmt: skip
    """Say in a few sentences what the comparison shows.

    Parameters
    ----------
    two
        The runs.
    changes, differences, outcomes, benefits
        What ``sp.compare``, ``sp.run_differences``, ``sp.outcomes`` and ``sp.who_benefits`` return of them.
    moves
        The opportunities on either shortlist.
    """
    return [
        *_of_ranking(changes),
        *_of_shortlist(two, moves),
        *_of_causes(changes, differences),
        *_of_outcomes(outcomes),
        *_of_benefits(benefits),
    ]


def _of_ranking(changes: pd.DataFrame) -> Iterator[str]:
    """Say who entered, left and moved."""
    if changes.empty:
        yield "No site entered, left or moved, and no score changed."
        return
    of = changes["change"].value_counts()
    moved = int(of.get(UP, 0) + of.get(DOWN, 0))
    others = int((changes["moved_by_others"] == "yes").sum())
    yield (
        f"{counted(int(of.get(ENTERED, 0)), 'site')} entered the ranking, {of.get(LEFT, 0)} left it and {moved} moved, "
        f"{others} of them only because others did; plots that are ranked as one count once."
    )


def _of_shortlist(two: TwoRuns, moves: pd.DataFrame) -> Iterator[str]:
    """Say how much of the shortlist is another."""
    came = int(((moves["shortlisted_a"] == "no") & (moves["shortlisted_b"] == "yes")).sum())
    went = int(((moves["shortlisted_a"] == "yes") & (moves["shortlisted_b"] == "no")).sum())
    yield (
        f"The shortlist has {counted(len(two.b.shortlist), 'place')}, before {len(two.a.shortlist)}: {came} new on it, "
        f"{went} no longer on it."
    )


def _of_causes(changes: pd.DataFrame, differences: pd.DataFrame) -> Iterator[str]:
    """Say what the changes came from, and what differs between the records."""
    own = changes[(changes["cause"] != OTHERS) & (changes["cause"] != "")]
    if len(own):
        of = own["cause"].value_counts()
        parts = ", ".join(
            f"{name} {count:,}" for name, count in sorted(of.items(), key=lambda item: (-item[1], item[0]))
        )
        yield f"Causes, sites moved by others alone apart: {parts}."
    if differences.empty:
        yield "The records of the two runs do not differ in files, days, settings or numbers."
    if (changes["undivided_change"].fillna(0).abs() > 0).any():
        yield (
            "Part of the changes cannot be divided: the runs differ in more than one of data, settings and method, and "
            "either could be behind them. A run between the two, with one of them as before, divides it."
        )


def _of_outcomes(outcomes: pd.DataFrame) -> Iterator[str]:
    """Say what became of the earlier shortlist."""
    listed = outcomes[outcomes["shortlisted_a"] == "yes"]
    if listed.empty:
        return
    counts = listed["outcome"].value_counts()
    parts = ", ".join(f"{counts[name]} {words}" for name, words in _BECAME.items() if counts.get(name, 0))
    yield f"Of the {counted(len(listed), 'site')} shortlisted in the earlier run: {parts}."


def _of_benefits(benefits: pd.DataFrame) -> Iterator[str]:
    """Say which share of the homes falls to the most deprived fifth of England's areas, against the areas there."""
    fifth = benefits[(benefits["by"] == DECILE) & benefits["group"].isin(DEPRIVED)]
    shares = {
        side: float(fifth[f"shortlist_homes_share_{side}"].sum())
        for side in "ab"
        if f"shortlist_homes_share_{side}" in fifth
    }
    if "b" in shares:
        yield (
            f"{shares['b']:.0%} of the shortlist's homes lie in the most deprived fifth of England's areas (before "
            f"{shares['a']:.0%}), where {float(fifth['areas_share_b'].sum()):.0%} of the study area's LSOAs are."
        )
