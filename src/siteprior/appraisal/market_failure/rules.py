"""The rules of the verdict as arithmetic: weighted signals per site in, strength, corroboration and verdict out.

Everything here is arrays of sites × signals, so that one verdict, its extremes and every free file's effect are
calculated by the same few lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.appraisal.market_failure.evidence import AVERAGE, RANGE, column
from siteprior.appraisal.market_failure.registry import SIGNALS, expected_letters, letters_of
from siteprior.core.parameters import load_parameters

Numbers: TypeAlias = npt.NDArray[np.float64]
Truths: TypeAlias = npt.NDArray[np.bool_]
Counts: TypeAlias = npt.NDArray[np.int64]

ORDER = ("Cannot tell", "Not found", "Indicated", "Identified")
"""The verdicts from least to most market failure; codes of verdicts are places in it."""

LEAST, MOST = RANGE
FIRM = ("A", "B")
"""The grades a primary signal needs for *Identified*."""

_DECIMALS = 12  # floating-point tolerance: thresholds are compared on rounded numbers


class SharedCause(NamedTuple):
    """Two signals that may rest on one figure, so that only the larger of the two counts."""

    flag: str
    one: str
    other: str
    source: str


SHARED_CAUSE = SharedCause("gap_rests_on_remediation", "V", "X", "remediation_share_of_gdv")
"""Where the flag is yes, the gap would be nil without the remediation that this source of X measures, too."""


@dataclass(frozen=True)
class Rules:
    """The numbers of the verdict: its thresholds by name, and the weight of each evidence grade.

    Examples
    --------
    >>> failure_rules().thresholds["identified_strength"], failure_rules().grades["B"]
    (0.5, 0.7)
    """

    thresholds: dict[str, float]
    grades: dict[str, float]


def failure_rules() -> Rules:
    """Return the rules as ``parameters/failure.toml`` states them."""
    tables = load_parameters("failure").table("verdict"), load_parameters("failure").table("grades")
    return Rules(*({name: table.number(name) for name in table} for table in tables))


@dataclass(frozen=True)
class Weighed:
    """The weighted signals of sites, one row per site and one column per letter of :data:`SIGNALS`.

    Attributes
    ----------
    counted
        The strongest reading of each signal; missing where there is none.
    own
        The strongest that is no area's average; 0 where there is none.
    firm
        The strongest of those of grade A or B; 0 where there is none.
    apart
        The strongest that does not rest on the cause it shares with another signal; 0 where there is none.
    own_apart
        The strongest of those that is no area's average; 0 where there is none.
    """

    counted: Numbers
    own: Numbers
    firm: Numbers
    apart: Numbers
    own_apart: Numbers

    def filled(
        self, where: Truths, value: float | Numbers, *, apart: Truths, firm: bool = True, own: bool = True
    ) -> Weighed:
        """Return the signals with another reading where ``where`` says so: its weighted value, whether it is firm.

        ``apart`` says which signals of which sites share no cause if they are read so; ``own`` whether the reading is
        more than an area's average.
        """
        added = np.where(where, value, 0.0)
        return Weighed(
            np.where(where, np.fmax(self.counted, value), self.counted),
            np.maximum(self.own, added if own else 0.0),
            np.maximum(self.firm, added if firm and own else 0.0),
            np.maximum(self.apart, np.where(apart, added, 0.0)),
            np.maximum(self.own_apart, np.where(apart, added, 0.0) if own else 0.0),
        )

    def with_columns_of(self, other: Weighed, where: Truths) -> Weighed:
        """Return these signals with those of another table where ``where`` says so."""
        parts = ("counted", "own", "firm", "apart", "own_apart")
        return Weighed(*(np.where(where, getattr(other, part), getattr(self, part)) for part in parts))


@dataclass(frozen=True)
class Record:
    """All that the verdicts of some sites rest on: their readings at their values, and at both ends of their ranges.

    ``failed`` says where the deadweight screen is failed, ``shared`` where two signals have one cause, ``closed`` which
    signals were measured (grade A), ``ranged`` which may be more than they are, ``average`` which rest on an average.
    """

    sites: pd.Index
    at_value: Weighed
    at_least: Weighed
    at_most: Weighed
    highest: Numbers
    failed: Truths
    shared: Truths
    closed: Truths
    ranged: Truths
    average: Truths
    rules: Rules = field(default_factory=failure_rules)

    @property
    def known(self) -> Truths:
        """Which signals of which sites are known."""
        return ~np.isnan(self.at_value.counted)

    def apart(self) -> Truths:
        """Return which signals of which sites a further reading of their own would not tie to a shared cause."""
        letters = np.array([letter == SHARED_CAUSE.one for letter in SIGNALS])
        return np.asarray(~(self.shared[:, None] & letters), dtype=np.bool_)


def record_of(sites: pd.DataFrame, signals: pd.DataFrame, failed: pd.Series, rules: Rules | None = None) -> Record:
    """Return what the verdicts rest on.

    Parameters
    ----------
    sites
        The sites; ``gap_rests_on_remediation`` is read where it is there.
    signals
        The readings, as :func:`siteprior.appraisal.market_failure.signals.select_strongest` returns them.
    failed
        Whether the deadweight screen is failed, on the index of ``sites``.
    rules
        The numbers to judge by.
    """
    rules = failure_rules() if rules is None else rules
    shared = (column(sites, SHARED_CAUSE.flag, "flag") == "yes").to_numpy(dtype=bool)
    at = sites.index.get_indexer(pd.Index(signals["site_id"])), _places(signals["signal"])
    average = _is_average(signals)
    tied = shared[at[0]] & _is_tied(signals, average)
    weights = signals["grade"].map(rules.grades).to_numpy(dtype=float)
    firm = signals["grade"].isin(FIRM).to_numpy() & ~average
    size = (len(sites), len(SIGNALS))

    def strongest(values: Numbers, which: Truths, blank: float = 0.0) -> Numbers:
        table = np.full(size, -1.0)
        np.maximum.at(table, (at[0][which], at[1][which]), values[which])
        return np.where(table < 0, blank, table)

    def marked(which: Truths) -> Truths:
        table = np.zeros(size, dtype=bool)
        table[at[0][which], at[1][which]] = True
        return table

    def weighed(end: str) -> Weighed:
        values: Numbers = np.asarray(np.round(signals[end].to_numpy(dtype=float) * weights, _DECIMALS), np.float64)
        every = np.ones(len(values), dtype=bool)
        parts = (strongest(values, which) for which in (~average, firm, ~tied, ~tied & ~average))
        return Weighed(strongest(values, every, np.nan), *parts)

    counts = (signals["counts"] == "yes").to_numpy()
    wider = (signals[MOST] > signals["value"]).to_numpy()
    return Record(
        sites.index,
        at_value=weighed("value"),
        at_least=weighed(LEAST),
        at_most=weighed(MOST),
        highest=strongest(signals[MOST].to_numpy(dtype=float), counts & wider),
        failed=failed.to_numpy(dtype=bool),
        shared=shared,
        closed=marked((signals["grade"] == "A").to_numpy() & ~average),
        ranged=marked(counts & wider),
        average=marked(counts & average),
        rules=rules,
    )


def lessened(record: Record) -> Truths:
    """Return where the strength is less because two signals rest on one cause, of which the larger counts."""
    apart = replace(record.at_value, apart=np.nan_to_num(record.at_value.counted))
    return np.asarray(strength(record.at_value) < strength(apart), dtype=np.bool_)


def strength(weighed: Weighed) -> Numbers:
    """Return 1 − Π(1 − weighted signal) over the primary signals, missing ones as 0; of a shared cause the larger."""
    letters = list(SIGNALS)
    counted = np.nan_to_num(weighed.counted)
    one, other = letters.index(SHARED_CAUSE.one), letters.index(SHARED_CAUSE.other)
    rest = [letters.index(letter) for letter in letters_of("primary")]
    rest = [place for place in rest if place not in (one, other)]
    v, x = counted[:, one], counted[:, other]
    # what does not share the cause counts beside it: else losing the shared reading could make a record stronger
    beside = np.maximum(_both(weighed.apart[:, one], x), _both(v, weighed.apart[:, other]))
    pair = np.maximum(np.maximum(v, x), beside)
    return np.asarray(np.round(1 - (1 - pair) * np.prod(1 - counted[:, rest], axis=1), _DECIMALS), dtype=np.float64)


def without_averages(weighed: Weighed) -> Weighed:
    """Return the signals as they weigh without what is an area's average, which identifies no site."""
    return replace(weighed, counted=weighed.own, apart=weighed.own_apart)


def corroboration(weighed: Weighed) -> Numbers:
    """Return the largest weighted signal of the corroborating ones, missing ones as 0."""
    places = [list(SIGNALS).index(letter) for letter in letters_of("corroborating")]
    return np.asarray(np.nan_to_num(weighed.counted[:, places]).max(axis=1), dtype=np.float64)


def verdicts(record: Record, weighed: Weighed) -> Counts:
    """Return the verdict of each site as its place in :data:`ORDER`."""
    limit, letters = record.rules.thresholds, list(SIGNALS)
    primary = [letters.index(letter) for letter in letters_of("primary")]
    expected = [letters.index(letter) for letter in expected_letters("primary")]
    strong, borne_out = strength(weighed), corroboration(weighed)
    own = strength(without_averages(weighed))
    firm = weighed.firm[:, primary].max(axis=1) >= limit["identified_primary"]
    identified = (own >= limit["identified_strength"]) & firm & ~record.failed
    identified &= borne_out >= limit["identified_corroboration"]
    cannot_tell = np.isnan(weighed.counted[:, expected]).mean(axis=1) > limit["cannot_tell_above"]
    alone = _average_alone(record, weighed, primary)
    indicated = (strong >= limit["indicated_strength"]) & ~alone
    indicated |= borne_out >= limit["indicated_corroboration"]
    chosen = np.select([identified, cannot_tell, indicated], [3, 0, 2], 1)
    return np.asarray(chosen, dtype=np.int64)


def _average_alone(record: Record, weighed: Weighed, primary: list[int]) -> Truths:
    """Return where an area's average is all there is: no other reading of a primary signal weighs enough."""
    none_else = weighed.own[:, primary].max(axis=1) < record.rules.thresholds["beside_average"]
    return np.asarray(record.average[:, primary].any(axis=1) & none_else, dtype=np.bool_)


def _both(one: Numbers, other: Numbers) -> Numbers:
    """Return 1 − (1 − one) × (1 − other)."""
    return np.asarray(1 - (1 - one) * (1 - other), dtype=np.float64)


def _places(letters: pd.Series) -> Counts:
    """Return the place of each letter in :data:`SIGNALS`."""
    places = letters.map({letter: place for place, letter in enumerate(SIGNALS)})
    return np.asarray(places.to_numpy(), dtype=np.int64)


def _is_average(signals: pd.DataFrame) -> Truths:
    """Return which readings are an area's average."""
    return np.asarray((signals[AVERAGE] == "yes").to_numpy(dtype=bool), dtype=np.bool_)


def _is_tied(signals: pd.DataFrame, average: Truths) -> Truths:
    """Return which readings rest on the cause two signals may share: the gap of an appraisal, remediation in it."""
    one = (signals["signal"] == SHARED_CAUSE.one).to_numpy() & ~average
    other = (signals["signal"] == SHARED_CAUSE.other) & (signals["source"] == SHARED_CAUSE.source)
    return np.asarray(one | other.fillna(False).to_numpy(dtype=bool), dtype=np.bool_)
