"""How far a verdict could move: its best and worst over all that is open, and what it rests on where it cannot.

Open are the signals that are missing, from 0 to 1 at grade A, all of them jointly, and those that may be more than
their reading says. With all of them filled in every verdict rises, or stays, as any one of them does; so the extremes
lie where all are lowest and where all are highest.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.appraisal.market_failure.registry import SIGNALS
from siteprior.appraisal.market_failure.rules import ORDER, Counts, Numbers, Record, Truths, strength, verdicts
from siteprior.core.joined_texts import joined_texts

GROUND = "X"
"""The signal a ground report may overturn."""


class Open(NamedTuple):
    """Which signals of which sites are open: those that are missing, and those that may be more than they are."""

    missing: Truths
    ranged: Truths

    @property
    def either(self) -> Truths:
        """Which are open for either reason."""
        return np.asarray(self.missing | self.ranged, dtype=np.bool_)


class Extremes(NamedTuple):
    """The worst and the best verdict of each site, as places in :data:`~siteprior.appraisal.market_failure.ORDER`."""

    worst: Counts
    best: Counts

    @property
    def settled(self) -> Truths:
        """Where the two are equal."""
        return np.asarray(self.worst == self.best, dtype=np.bool_)


def open_signals(record: Record) -> Open:
    """Return which signals are open.

    A missing one is, if it is a primary signal that could be ruled out, or a corroborating one that facts can decide. A
    known one is where its reading says that it may be more; a reading of grade A closes it. What rests on an area's
    average is listed as open, and not counted so.
    """
    may_be = np.array([signal.may_be_open for signal in SIGNALS.values()])
    ranged = record.ranged & ~record.closed & ~record.average & may_be
    return Open(np.asarray(~record.known & may_be, dtype=np.bool_), np.asarray(ranged, dtype=np.bool_))


def extremes(record: Record, unknown: Open) -> Extremes:
    """Return the worst and the best verdict over all that is open."""
    apart, measured = record.apart(), record.rules.grades["A"]
    lowest = record.at_value.with_columns_of(record.at_least, unknown.ranged)
    lowest = lowest.filled(unknown.missing, 0.0, apart=apart)
    highest = record.at_value.filled(unknown.missing, measured, apart=apart)
    highest = highest.filled(unknown.ranged, measured * record.highest, apart=apart)
    return Extremes(verdicts(record, lowest), verdicts(record, highest))


def strength_range(record: Record, unknown: Open) -> tuple[Numbers, Numbers]:
    """Return the least and the most strength: missing signals at 0 and at 1, ranged ones at the ends of their range."""
    apart, measured = record.apart(), record.rules.grades["A"]
    most = record.at_most.filled(unknown.missing, measured, apart=apart)
    return strength(record.at_least), strength(most.filled(unknown.ranged, measured * record.highest, apart=apart))


def range_columns(record: Record, unknown: Open, counted: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that say how far the verdict could move.

    Parameters
    ----------
    record, unknown
        What the verdicts rest on, and what of it is open.
    counted
        The readings that count, as :data:`siteprior.core.schema.SIGNALS_TABLE` declares them.

    Returns
    -------
    DataFrame
        ``verdict_best``, ``verdict_worst``, ``settled``, ``settled_on`` (blank where the verdict is not settled),
        ``failure_strength_low`` and ``failure_strength_high`` (0–1).
    """
    ends, names = extremes(record, unknown), np.array(ORDER)
    low, high = strength_range(record, unknown)
    rests_on = _rests_on(counted).reindex(record.sites)
    columns = {
        "verdict_best": pd.Series(names[ends.best], index=record.sites, dtype="str"),
        "verdict_worst": pd.Series(names[ends.worst], index=record.sites, dtype="str"),
        "settled": pd.Series(np.where(ends.settled, "yes", "no"), index=record.sites, dtype="str"),
        "settled_on": rests_on.where(ends.settled).astype("str"),
        "failure_strength_low": pd.Series(low, index=record.sites),
        "failure_strength_high": pd.Series(high, index=record.sites),
    }
    return pd.DataFrame(columns)


def _rests_on(counted: pd.DataFrame) -> pd.Series:
    """Return what the known signals of each site are read from, and whether a ground report may overturn them."""
    words = counted["signal"] + " " + counted["source"].fillna("own evidence")
    listed = joined_texts(words, counted["site_id"], "; ")
    ground = counted.loc[(counted["signal"] == GROUND) & (counted["grade"] != "A"), "site_id"]
    overturned = f". A ground report may overturn {GROUND}"
    return listed + np.where(listed.index.isin(ground), overturned, "")
