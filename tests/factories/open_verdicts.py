"""Signals drawn with a seed, and the extremes of a verdict by trying everything: 0, ¼, ½, ¾, 1 at grade A.

Written from the rules in words, apart from the code it tries out: a record is a plain list of readings, and every
combination of what its open signals may be is judged.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.appraisal.market_failure.verdict import COLUMNS, SIGNALS
from siteprior.core import schema

WEIGHTS = {"A": 1.0, "B": 0.7, "C": 0.4}
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
ORDER = ("Cannot tell", "Not found", "Indicated", "Identified")
HEADROOM, REMEDIATION = "headroom_gbp_per_ha", "remediation_share_of_gdv"
PRIMARY, COUNTED, OPEN = "VXCIP", "VXCP", "VXCPT"
VALUES = (0.0, 0.0, 0.1, 0.25, 0.3, 0.43, 0.5, 0.6, 0.75, 1.0)


class Reading(NamedTuple):
    """One reading of a signal."""

    letter: str
    value: float
    grade: str
    source: str
    low: float
    high: float
    of_area: str = "no"

    @property
    def average(self) -> bool:
        """Whether it is an area's average: headroom, or a value by area of the user's own."""
        return self.source == HEADROOM or self.of_area == "yes"


class Record(NamedTuple):
    """One site: its readings, whether the deadweight screen is failed, whether gap and remediation are one cause."""

    readings: tuple[Reading, ...]
    failed: bool
    shared: bool


def random_records(count: int, seed: int) -> list[Record]:
    """Draw records: signals missing or not, of every grade, several readings, ranges, averages, a shared cause."""
    draw = np.random.default_rng(seed)
    return [_random_record(draw) for _ in range(count)]


def _random_record(draw) -> Record:
    known, readings = draw.choice([0.1, 0.4, 0.6, 0.9]), []
    for letter in SIGNALS:
        for _ in range(int(draw.random() < known) + int(draw.random() < known / 4)):
            value, grade = float(draw.choice(VALUES)), str(draw.choice(list("ABC")))
            source, low, high = "register", value, value
            if letter == "V":
                source = "gap_gbp_per_home"
                if draw.random() < 0.5:
                    source, grade = HEADROOM, str(draw.choice(["B", "C"]))
                    low, high = value * 0.5, (1 + value) / 2
            elif letter == "X" and draw.random() < 0.4:
                source = REMEDIATION
            elif letter in "XCPTSA" and draw.random() < 0.3:
                low, high = float(draw.choice([value, value / 2])), float(draw.choice([1.0, (1 + value) / 2]))
            of_area = str(draw.choice(["no", "no", "yes"])) if letter in "VXCIPT" else "no"
            readings.append(Reading(letter, value, grade, source, low, high, of_area))
    return Record(tuple(readings), bool(draw.random() < 0.25), bool(draw.random() < 0.4))


def as_tables(records: list[Record]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records as sites and signals."""
    names = [f"E1:{number}" for number in range(len(records))]
    rows = [
        (
            name,
            each.letter,
            SIGNALS[each.letter].kind,
            each.value,
            each.grade,
            "",
            "",
            each.source,
            each.low,
            each.high,
            each.of_area,
        )
        for name, record in zip(names, records, strict=True)
        for each in record.readings
    ]
    signals = pd.DataFrame(rows, columns=[*COLUMNS, "source", "value_low", "value_high", "area_average"])
    facts = {
        "deadweight_failed": ["yes" if record.failed else "no" for record in records],
        "gap_rests_on_remediation": ["yes" if record.shared else "no" for record in records],
        "easting": 400_000.0,
        "northing": 290_000.0,
        "rank": 1,
        "land_value_council": "E1",
    }
    sites = pd.DataFrame(facts, index=pd.Index(names, name="site_id"))
    flags = sites["gap_rests_on_remediation"]
    return schema.conform(sites, schema.SITES).assign(gap_rests_on_remediation=flags), signals


def from_tables(sites: pd.DataFrame, signals: pd.DataFrame) -> list[Record]:
    """Return sites and signals as records, so that what a run judged can be tried out, too."""
    by_site = dict(list(signals.groupby("site_id")))
    failed = sites["deadweight_failed"].eq("yes").fillna(False)
    shared = sites.get("gap_rests_on_remediation", pd.Series(index=sites.index, dtype="str")).eq("yes").fillna(False)
    columns = ["signal", "value", "grade", "source", "value_low", "value_high", "area_average"]
    return [
        Record(
            tuple(Reading(*row) for row in by_site[name][columns].itertuples(index=False)) if name in by_site else (),
            bool(failed[name]),
            bool(shared[name]),
        )
        for name in sites.index
    ]


def as_it_stands(record: Record) -> str:
    """Return the verdict of a record in words, by the rules."""
    return ORDER[int(_judge(record, {letter: [_of(record, letter)] for letter in SIGNALS})[0])]


def extremes(record: Record) -> tuple[str, str]:
    """Return the worst and the best verdict over every combination of what is open."""
    options = {}
    for letter in SIGNALS:
        now, open_to = _of(record, letter), _open_to(record, letter)
        options[letter] = [now]
        if open_to is not None:
            missing = np.isnan(now.counted)
            steps = sorted({min(step, open_to) for step in STEPS} | {open_to})
            options[letter] = [_with(now, step, record, letter) for step in steps]
            if not missing:
                options[letter] += [now, _of(record, letter, at="low")]
    codes = _judge(record, options)
    return ORDER[int(codes.min())], ORDER[int(codes.max())]


class _Signal(NamedTuple):
    counted: float
    own: float
    firm: float
    apart: float
    own_apart: float


def _of(record: Record, letter: str, *, at: str = "value") -> _Signal:
    """Return what the readings of one signal weigh: all, no averages, firm ones, those apart from a shared cause."""

    def most(readings, blank=0.0):
        return max((round(getattr(each, at) * WEIGHTS[each.grade], 12) for each in readings), default=blank)

    own = [each for each in record.readings if each.letter == letter]
    exact = [each for each in own if not each.average]
    tied = [
        each for each in own
        if record.shared and ((letter == "V" and each in exact) or (letter == "X" and each.source == REMEDIATION))
    ]  # fmt: skip
    return _Signal(
        most(own, np.nan), most(exact), most([each for each in exact if each.grade in "AB"]),
        most([each for each in own if each not in tied]),
        most([each for each in exact if each not in tied]),
    )  # fmt: skip


def _counts(record: Record, letter: str) -> Reading | None:
    """Return the reading that counts: the strongest, of equal ones that of the better grade, then the first."""
    own = [each for each in record.readings if each.letter == letter]
    return min(own, key=lambda each: (-round(each.value * WEIGHTS[each.grade], 12), each.grade), default=None)


def _open_to(record: Record, letter: str) -> float | None:
    """Return up to what a signal is open; ``None`` where it is closed."""
    own = [each for each in record.readings if each.letter == letter]
    if letter not in OPEN:
        return None
    if not own:
        return 1.0
    if any(each.grade == "A" and not each.average for each in own):
        return None
    counted = _counts(record, letter)
    return counted.high if counted.high > counted.value and not counted.average else None


def _with(now: _Signal, value: float, record: Record, letter: str) -> _Signal:
    """Return a signal with one more reading of grade A."""
    alone = 0.0 if record.shared and letter == "V" else value
    apart, own_apart = max(now.apart, alone), max(now.own_apart, alone)
    return _Signal(np.fmax(now.counted, value), max(now.own, value), max(now.firm, value), apart, own_apart)


def _judge(record: Record, options: dict[str, list[_Signal]]) -> np.ndarray:
    """Judge every combination of the options by the rules, one after the other as they stand in words."""
    letters = list(SIGNALS)
    grids = np.meshgrid(*(range(len(options[letter])) for letter in letters), indexing="ij")
    values = {
        letter: np.array(options[letter], dtype=float)[grid.ravel()]
        for letter, grid in zip(letters, grids, strict=True)
    }
    counted, own, firm, apart, own_apart = (
        {letter: values[letter][:, part] for letter in letters} for part in range(5)
    )  # fmt: skip
    zero = {letter: np.nan_to_num(counted[letter]) for letter in letters}
    strength, of_the_site = _strength(zero, apart), _strength(own, own_apart)
    corroboration = np.max([zero[letter] for letter in "TSAE"], axis=0)
    missing = np.sum([np.isnan(counted[letter]) for letter in COUNTED], axis=0)
    largest = np.max([firm[letter] for letter in PRIMARY], axis=0)
    identified = (of_the_site >= 0.5) & (largest >= 0.3) & (corroboration >= 0.3) & (not record.failed)
    average = any(_counts(record, letter).average for letter in PRIMARY if _counts(record, letter) is not None)
    alone = average & (np.max([own[letter] for letter in PRIMARY], axis=0) < 0.1)
    indicated = ((strength >= 0.25) & ~alone) | (corroboration >= 0.6)
    return np.select([identified, missing >= 3, indicated], [3, 0, 2], 1)


def _strength(zero: dict[str, np.ndarray], apart: dict[str, np.ndarray]) -> np.ndarray:
    """Return 1 − Π(1 − weighted signal) over the primary signals; of V and X with one cause the larger."""
    together = np.maximum(
        1 - (1 - apart["V"]) * (1 - zero["X"]), 1 - (1 - zero["V"]) * (1 - apart["X"])
    )  # fmt: skip
    rest = np.prod([1 - zero[letter] for letter in "CIP"], axis=0)
    return (1 - (1 - np.maximum(np.maximum(zero["V"], zero["X"]), together)) * rest).round(12)
