"""The verdict on market failure: Identified, Indicated, Not found, or Cannot tell, with its codes and reasons.

The signals it rests on: :mod:`siteprior.appraisal.market_failure.signals`. Need is not market failure: no index of
deprivation is read here, and none may be.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from siteprior.appraisal.market_failure.gaps import deciding_files, evidence_gaps
from siteprior.appraisal.market_failure.judged import Judged, deadweight_screen, judge
from siteprior.appraisal.market_failure.open_facts import facts_in_words
from siteprior.appraisal.market_failure.registry import SIGNALS, expected_letters, letters_of
from siteprior.appraisal.market_failure.rules import (
    ORDER,
    SHARED_CAUSE,
    Record,
    Rules,
    corroboration,
    lessened,
    strength,
    verdicts,
    without_averages,
)
from siteprior.appraisal.market_failure.signals import COLUMNS, WEIGHTED, failure_signals, signal_table
from siteprior.appraisal.market_failure.verdict_range import range_columns
from siteprior.core.joined_texts import joined_texts

__all__ = ["COLUMNS", "SIGNALS", "deadweight_screen", "deciding_files", "evidence_gaps", "failure_signals",
           "failure_verdict", "signal_table"]  # fmt: skip


def failure_verdict(
    sites: pd.DataFrame, signals: pd.DataFrame, *, loaded: Collection[str] = (), rules: Rules | None = None
) -> pd.DataFrame:
    """Judge market failure per site from its signals: a verdict, what is open, codes, reasons and strengths (0–1).

    With the weighted signal = grade's weight × signal, in its strongest reading: strength = 1 − Π(1 − weighted signal)
    over the primary signals known, corroboration = the largest weighted signal of the others. Tested in this order:

    1. *Identified*: strength, one reading of a primary of grade A or B, and corroboration reach their thresholds, and
       the deadweight screen is not failed (:func:`deadweight_screen`);
    2. *Cannot tell*: more than half of the primary signals that could be ruled out are missing: at least three of V, X,
       C, P (I can only ever be shown);
    3. *Indicated*: strength or corroboration reaches its lower threshold;
    4. *Not found*.

    An area's average (V from published land values, a value by area of the user's own: ``area_average``) identifies
    nothing: it is not the reading of grade A or B of rule 1, nor counted in its strength; and alone, with no other
    primary that weighs 0.1, it makes no *Indicated*. Where the gap would be nil without remediation
    (``gap_rests_on_remediation``) and X is read from the same remediation, the larger of the two counts.

    Open are the signals V, X, C, P and T that are missing, each from 0 to 1 at grade A, and those that may be more than
    their reading says; the verdict is settled where its best and its worst over all of them are one.

    Parameters
    ----------
    sites
        Sites with ``development_status`` and ``planning_permission_status``, and ``deadweight_failed`` with
        ``deadweight_reasons`` where deadweight was screened; index ``site_id``. ``gap_rests_on_remediation`` is read
        where it is there.
    signals
        Known signals as :func:`failure_signals` returns them; rows of the user's own may stand among them.
    loaded
        The keys of ``[evidence]`` and ``[sources]`` whose files were read, which are no longer open facts.
    rules
        The numbers to judge by, ``parameters/failure.toml`` by default.

    Returns
    -------
    DataFrame
        ``market_failure``, ``market_failure_reasons`` (letter, rank by weighted signal among the site's signals,
        grade), ``market_failure_note`` (two lines), ``failure_strength`` (missing where no primary is known),
        ``failure_corroboration`` (missing where none other is), and the shares of the signals that are known:
        ``failure_strength_coverage``, ``failure_corroboration_coverage``, ``failure_coverage``; then ``verdict_best``,
        ``verdict_worst``, ``settled``, ``settled_on``, ``open_facts``, ``failure_strength_low`` and
        ``failure_strength_high``; on the index of ``sites``.

    Raises
    ------
    InputError
        When the signals name sites, letters or grades that do not exist, or a value outside 0–1.

    Warns
    -----
    RenamedWarning
        When a column bears the name it had in an earlier release.

    Notes
    -----
    Thresholds and grade weights: ``parameters/failure.toml``, a proposal of this project, not guidance.

    Examples
    --------
    >>> sites = pd.DataFrame({"development_status": [None], "planning_permission_status": [None]},
    ...                      index=pd.Index(["a"], name="site_id"))
    >>> signals = pd.DataFrame(
    ...     [("a", "V", "primary", 0.8, "A", "gap of £20k a home", "none"),
    ...      ("a", "C", "primary", 0.5, "B", "mixed ownership is stated", "none"),
    ...      ("a", "A", "corroborating", 1.0, "A", "derelict since 1990", "none")], columns=COLUMNS)
    >>> done = failure_verdict(sites, signals).iloc[0]
    >>> done[["market_failure", "market_failure_reasons", "verdict_worst", "settled"]].tolist()
    ['Identified', 'A1A V2A C3B', 'Identified', 'yes']
    """
    judged = judge(sites, signals, loaded, rules)
    record, counted = judged.record, judged.counted
    known = pd.DataFrame(record.known, index=sites.index, columns=list(SIGNALS))
    strong = pd.Series(strength(record.at_value), index=sites.index)
    borne_out = pd.Series(corroboration(record.at_value), index=sites.index)
    table = pd.DataFrame(
        {
            "market_failure": pd.Series(np.array(ORDER)[verdicts(record, record.at_value)], sites.index, dtype="str"),
            "failure_strength": strong.where(known[letters_of("primary")].any(axis=1)),
            "failure_strength_coverage": _coverage(known, ["primary"]),
            "failure_corroboration": borne_out.where(known[letters_of("corroborating")].any(axis=1)),
            "failure_corroboration_coverage": _coverage(known, ["corroborating"]),
            "failure_coverage": _coverage(known, ["primary", "corroborating"]),
        }
    )
    named = counted[counted[WEIGHTED] >= record.rules.thresholds["code_from"]]
    table.insert(1, "market_failure_reasons", _codes(named).reindex(sites.index).astype("str"))
    table.insert(2, "market_failure_note", _notes(table, _ranked(named), known, judged))
    ranges = range_columns(record, judged.unknown, counted)
    ranges.insert(4, "open_facts", facts_in_words(judged.listed, sites.index))
    return table.join(ranges)


def _coverage(known: pd.DataFrame, kinds: list[str]) -> pd.Series:
    """Return the share of the signals that are known; one whose silence is no missing evidence joins where it is."""
    found, of = _known_of(known, kinds)
    share: pd.Series = found / of
    return share


def _known_of(known: pd.DataFrame, kinds: list[str]) -> tuple[pd.Series, pd.Series]:
    """Return how many of the signals are known, and of how many."""
    expected = [letter for kind in kinds for letter in expected_letters(kind)]
    joined = [letter for kind in kinds for letter in letters_of(kind) if letter not in expected]
    more = known[joined].sum(axis=1)
    return known[expected].sum(axis=1) + more, len(expected) + more


def _ranked(named: pd.DataFrame) -> pd.DataFrame:
    """Sort each site's signals by strength, equal ones in the order of :data:`SIGNALS`, and number them from 1."""
    place = named["signal"].map({letter: number for number, letter in enumerate(SIGNALS)})
    ranked = named.assign(place=place).sort_values(["site_id", WEIGHTED, "place"], ascending=[True, False, True])
    return ranked.assign(number=ranked.groupby("site_id").cumcount() + 1)


def _codes(named: pd.DataFrame) -> pd.Series:
    """Return the codes of each site, strongest first: ``C1B S2B A3B``."""
    ranked = _ranked(named)
    code = ranked["signal"] + ranked["number"].astype("str") + ranked["grade"]
    return joined_texts(code, ranked["site_id"], " ")


def _notes(table: pd.DataFrame, ranked: pd.DataFrame, known: pd.DataFrame, judged: Judged) -> pd.Series:
    """Return two lines per site: the verdict with its numbers, and the reasons, strongest first."""
    words = ranked["signal"] + " " + ranked["reason"]
    reasons = joined_texts(words, ranked["site_id"], "; ").reindex(table.index)
    lines = []
    rows = zip(
        table["market_failure"], table["failure_strength"], table["failure_corroboration"],
        *_known_of(known, ["primary"]), *_known_of(known, ["primary", "corroborating"]), judged.screened,
        lessened(judged.record), _falls_short(judged.record), reasons, strict=True,
    )  # fmt: skip
    for verdict, strong, borne_out, primaries, of_primaries, found, of, stage, tied, short, reason in rows:
        once = f" ({SHARED_CAUSE.one} and {SHARED_CAUSE.other} rest on one remediation cost)" if tied else ""
        first = (
            f"{verdict}: {primaries} of {of_primaries} primary signals known, strength {_number(strong)}{once}{short}; "
            f"corroboration {_number(borne_out)}; {found} of {of} signals known"
        )
        stage = f"; deadweight screen failed: {stage}" if stage else ""
        lines.append(f"{first}{stage}.\n{_sentence(reason)}")
    return pd.Series(lines, index=table.index, dtype="str")


def _falls_short(record: Record) -> list[str]:
    """Return in words the strength without averages where it alone is too little for *Identified*; else nothing."""
    least, own = record.rules.thresholds["identified_strength"], strength(without_averages(record.at_value))
    short = (strength(record.at_value) >= least) & (own < least)
    words = " ({} without the area's average, which identifies no site)"
    return [words.format(_number(part)) if there else "" for part, there in zip(own, short, strict=True)]


def _number(value: float) -> str:
    """Write a strength with two decimals, or that it is not known."""
    return "not known" if np.isnan(value) else f"{value:.2f}"


def _sentence(reasons: str | float) -> str:
    """Write the reasons as one sentence, or that nothing stands out."""
    return f"{reasons}." if isinstance(reasons, str) else "No signal stands out."
