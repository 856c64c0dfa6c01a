"""The parts of a changed score put down to data, settings and method, with the reason in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.pipeline.comparison.decided import DECISIONS
from siteprior.pipeline.comparison.differences import CAUSES, DATA, METHOD, SETTINGS, Differences
from siteprior.pipeline.comparison.gate_changes import BOTH, EITHER
from siteprior.pipeline.comparison.rests_on import by_decisions, possible_causes
from siteprior.pipeline.comparison.score_split import Split, split_scores
from siteprior.pipeline.comparison.two_runs import TwoRuns, cell
from siteprior.pipeline.comparison.why import TOLERANCE
from siteprior.pipeline.comparison.words import ARROW, joined, value_of, values_of
from siteprior.ranking.criteria import Criterion
from siteprior.ranking.scoring import normalised

SHOWN = 3
"""Parts named in one reason, at most: the largest."""

LEAST = 0.0005
"""What is less rounds to nothing at the three decimals shown."""

UNDIVIDED = "undivided"
PARTS: tuple[str, ...] = tuple(f"{cause}_change" for cause in (*CAUSES, UNDIVIDED))


class ScoreChanges(NamedTuple):
    """Why scores changed, of the sites ranked in both runs.

    Attributes
    ----------
    parts
        ``data_change``, ``settings_change``, ``method_change`` and ``undivided_change`` (score, 0–1): what the
        records leave open between several causes stands in the last.
    cause
        The causes in words; blank where the score is the same. What ``data_change`` has of facts the team overrides is
        put down to ``decisions``.
    reason
        The largest parts in words.
    """

    parts: pd.DataFrame
    cause: pd.Series
    reason: pd.Series


def score_changes(two: TwoRuns, found: Differences) -> ScoreChanges:
    """Put the parts of each changed score down to data, settings and method.

    Weights and anchors are recomputed exactly. A change of what was measured is put down to a cause where the records
    of the runs leave no other; else it stays undivided, and a run between the two would divide it.
    """
    split = split_scores(two)
    rows = split.rest.index
    parts = pd.DataFrame(0.0, index=rows, columns=list(PARTS))
    open_to = pd.DataFrame("", index=rows, columns=split.facts.columns)
    known = {**two.a.criteria_known, **two.b.criteria_known}
    weights, anchors = weights_cause(two), anchors_causes(two, known)
    for name in split.facts.columns:
        parts[f"{weights}_change"] += split.weights[name]
        parts[f"{anchors[name]}_change"] += split.anchors[name]
        open_to[name] = _of_facts(possible_causes(two, found, known[name].needs).loc[rows])
        for cause in CAUSES:
            parts[f"{cause}_change"] += split.facts[name].where(open_to[name] == cause, 0.0)
        parts[f"{UNDIVIDED}_change"] += split.facts[name].where(~open_to[name].isin(CAUSES), 0.0)
        by_team = by_decisions(two, found, known[name].needs).loc[rows]
        open_to[name] = open_to[name].mask(by_team, open_to[name].str.replace(DATA, DECISIONS))
    parts[f"{METHOD}_change"] += split.rest
    words = _Words(two, split, known, open_to, weights, anchors)
    reasons = [words.of(str(site)) for site in rows]
    causes = pd.Series([each for each, _ in reasons], index=rows, dtype="str")
    return ScoreChanges(parts, causes, pd.Series([text for _, text in reasons], index=rows, dtype="str"))


def _of_facts(possible: pd.DataFrame) -> pd.Series:
    """Return the one cause a change may have, or all of them, as ``data or settings``."""
    texts = {
        bits: joined((c for c, bit in zip(CAUSES, bits, strict=True) if bit), EITHER) for bits in np.ndindex(2, 2, 2)
    }
    return pd.Series([texts[tuple(map(int, row))] for row in possible.to_numpy()], index=possible.index, dtype="str")


def weights_cause(two: TwoRuns) -> str:
    """Return what weights changed by: the project's own settings, or siteprior's sets of weights."""
    one, other = (run.record["settings"].get("weights", {}) for run in (two.a, two.b))
    if one != other:
        return SETTINGS
    numbers = [
        {row["name"]: row["value"] for row in run.record["parameters"] if row["name"].startswith("weights.")}
        for run in (two.a, two.b)
    ]
    return METHOD if numbers[0] != numbers[1] else SETTINGS  # else another set, as timetables are given or not


def anchors_causes(two: TwoRuns, known: Mapping[str, Criterion]) -> dict[str, str]:
    """Return by criterion what its anchors changed by: the user's own layers are settings, all else is method."""
    own = {str(layer.get("name")) for run in (two.a, two.b) for layer in run.record["settings"].get("layers", ()) or ()}
    return {name: SETTINGS if name in own else METHOD for name in known}


class _Words(NamedTuple):
    """What the reasons are put into words from."""

    two: TwoRuns
    split: Split
    known: Mapping[str, Criterion]
    open_to: pd.DataFrame
    weights: str
    anchors: Mapping[str, str]

    def of(self, site: str) -> tuple[str, str]:
        """Return the causes of a site's change and its largest parts in words; blank where nothing changed."""
        found = sorted(self._parts(site), key=lambda part: -abs(part[0]))
        if not found:
            return "", ""
        causes = {cause for _, cause, _ in found}
        sure, doubtful = joined(causes, BOTH), sorted(causes - {*CAUSES})
        cause = BOTH.join([*([sure] if sure else []), *(each or "not known" for each in doubtful)])
        more = f"; and {len(found) - SHOWN} smaller" if len(found) > SHOWN else ""
        return cause, "; ".join(text for _, _, text in found[:SHOWN]) + more

    def _parts(self, site: str) -> Iterator[tuple[float, str, str]]:
        """Yield the parts of a change: the size, the cause, the words."""
        for name in self.split.facts.columns:
            title = self.known[name].title
            size = float(cell(self.split.facts, site, name))
            if abs(size) > TOLERANCE:
                cause = str(cell(self.open_to, site, name))
                yield size, cause, f"{title} {self._measured(site, name)}: {_size(size)} ({cause or 'not known'})"
            size = float(cell(self.split.weights, site, name))
            if abs(size) > TOLERANCE:
                yield size, self.weights, f"weight of {title} {self._weights(name)}: {_size(size)} ({self.weights})"
            size = float(cell(self.split.anchors, site, name))
            if abs(size) > TOLERANCE:
                yield size, self.anchors[name], f"anchors of {title}: {_size(size)} ({self.anchors[name]})"
        rest = float(self.split.rest[site])
        if abs(rest) > TOLERANCE:
            yield rest, METHOD, f"a rule of scoring: {_size(rest)} ({METHOD})"

    def _measured(self, site: str, name: str) -> str:
        """Return what was measured in both runs."""
        unit = self.known[name].unit
        one, other = (float(cell(table, site, name)) for table in (self.split.measured_a, self.split.measured_b))
        beyond = [str(cell(table, site, name)) for table in (self.split.beyond_a, self.split.beyond_b)]
        if not any(beyond):
            return values_of(one, other, unit)
        parts = zip((one, other), beyond, strict=True)
        return ARROW.join(f"{value_of(value, unit)} {words}".rstrip() for value, words in parts)

    def _weights(self, name: str) -> str:
        """Return the weight in both runs, as a share."""
        one, other = (normalised(run.weights).get(name, 0.0) for run in (self.two.a, self.two.b))
        return f"{one:.1%}{ARROW}{other:.1%}"


def _size(part: float) -> str:
    """Return a part of a score with its sign; what rounds to nothing says so."""
    return f"{part:+.3f}" if abs(part) >= LEAST else f"{'+' if part > 0 else '-'}under {2 * LEAST:g}"
