"""Market failure: nine declared signals, the evidence for each, and a verdict that says when it cannot tell.

Need is not market failure: no index of deprivation is read here, and none may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from siteprior import schema
from siteprior.appraisal import register_evidence as evidence
from siteprior.errors import InputError
from siteprior.presets import load_presets

_TABLE = replace(schema.SITES, geometry=False)
_DECIMALS = 12  # thresholds are compared, and equal signals tied, beyond the dust of binary fractions

COLUMNS = ("site_id", "signal", "kind", *evidence.FACTS)
"""Columns of the long table of signals."""


@dataclass(frozen=True)
class Signal:
    """One kind of market failure: its letter, whether it is primary or corroborating, and where it shows."""

    letter: str
    title: str
    kind: str
    meaning: str
    measured_by: str


NOT_YET = "not measured in this version"

_DECLARED = (
    Signal("V", "Viability gap", "primary", "A missing market: costs exceed value", NOT_YET),
    Signal(
        "X", "Contamination", "primary", "An externality left by past users, and the liability", "notes, previous use"
    ),
    Signal("C", "Coordination", "primary", "Many owners, or one who can hold out", "stated mixed ownership"),
    Signal("I", "Information", "primary", "One side cannot know what the ground or the title hides", "notes"),
    Signal("P", "Public good", "primary", "Works that serve many and that no one owner pays for", "notes"),
    Signal("T", "Thin market", "corroborating", "Too few sales for a price", NOT_YET),
    Signal("S", "Stalled permission", "corroborating", "Permitted and not built", "permission kind and date, notes"),
    Signal("A", "Ageing", "corroborating", "Derelict or listed for years", "first added, derelict since"),
    Signal("E", "Area blight", "corroborating", "Idle land close by", "other register rows within reach"),
)

SIGNALS: Mapping[str, Signal] = MappingProxyType({signal.letter: signal for signal in _DECLARED})
"""The nine signals by letter; :func:`signal_table` prints them. METHODS of this project: a proposal, not guidance."""

PRIMARY = [signal.letter for signal in SIGNALS.values() if signal.kind == "primary"]
CORROBORATING = [signal.letter for signal in SIGNALS.values() if signal.kind == "corroborating"]


def signal_table() -> pd.DataFrame:
    """List the signals of market failure: letter, title, kind, meaning, and what measures them.

    Examples
    --------
    >>> signal_table().groupby("kind", sort=False)["letter"].apply("".join).to_dict()
    {'primary': 'VXCIP', 'corroborating': 'TSAE'}
    """
    return pd.DataFrame([asdict(signal) for signal in SIGNALS.values()])


def failure_signals(sites: pd.DataFrame, *, as_of: date, neighbours: pd.DataFrame) -> pd.DataFrame:
    """Measure the market-failure signals (0–1) that a register alone can tell.

    Measured: C stated mixed ownership, S stalled permission, A ageing, E blight; and X, I, P where the notes (or the
    previous use) state them in so many words. V and T need prices and costs. What is not known has no row: a blank is
    missing, never a signal.

    Parameters
    ----------
    sites
        Sites with the register's columns; index ``site_id``.
    as_of
        The day on which ages are reckoned.
    neighbours
        All sites read, ranked or not, whose hectares count as blight around the others.

    Returns
    -------
    DataFrame
        One row per site and known signal: ``site_id``, ``signal``, ``kind``, ``value`` (0–1), ``grade`` (A, B, C),
        ``reason``, ``counter_evidence``; signals in the order of :data:`SIGNALS`, sites in theirs.

    Raises
    ------
    InputError
        When a column is missing or an index is not ``site_id``.

    Examples
    --------
    >>> sites = pd.DataFrame(
    ...     {"ownership_status": ["mixed ownership"], "start_date": ["2012-01-01"], "easting": [400000.0],
    ...      "northing": [290000.0], "hectares": [2.0]}, index=pd.Index(["a"], name="site_id"))
    >>> table = schema.conform(sites, schema.REGISTER)
    >>> failure_signals(table, as_of=date(2021, 1, 1), neighbours=table)[["site_id", "signal", "value", "grade"]]
      site_id signal  value grade
    0       a      C    0.5     B
    1       a      A    1.0     B
    2       a      E    0.0     B
    """
    schema.check(sites, _TABLE, name="sites", needs=evidence.NEEDS)
    schema.check(neighbours, _TABLE, name="neighbours", needs=["easting", "northing", "hectares"])
    table, day = evidence.conformed(sites), pd.Timestamp(as_of)
    measured = {
        "X": evidence.contamination(table),
        "C": evidence.mixed_ownership(table),
        "I": evidence.information(table),
        "P": evidence.public_works(table),
        "S": evidence.stalled_permission(table, day),
        "A": evidence.ageing(table, day),
        "E": evidence.blight(table, neighbours),
    }
    found = []
    for letter, rows in measured.items():
        rows = rows.loc[sites.index[sites.index.isin(rows.index)]].reset_index(names="site_id")
        found.append(rows.assign(signal=letter, kind=SIGNALS[letter].kind))
    signals = pd.concat(found, ignore_index=True)[list(COLUMNS)]
    return signals.astype({"site_id": "str", "signal": "str", "kind": "str"})


def failure_verdict(sites: pd.DataFrame, signals: pd.DataFrame) -> pd.DataFrame:
    """Judge market failure per site from its signals: a verdict, codes, reasons and strengths (0–1).

    With g the grade's weight and s the signal: strength = 1 − Π(1 − g·s) over the primary signals known,
    corroboration = the largest g·s of the others. Tested in this order:

    1. *Identified*: strength, one primary of grade A or B, and corroboration reach their thresholds, and the
       deadweight screen is not failed (no start or completion recorded, no application pending);
    2. *Cannot tell*: more than half of the primary signals are missing;
    3. *Indicated*: strength or corroboration reaches its lower threshold;
    4. *Not found*.

    Parameters
    ----------
    sites
        Sites with ``development_status`` and ``planning_permission_status``; index ``site_id``.
    signals
        Known signals as :func:`failure_signals` returns them; rows of the user's own may stand among them, one row
        per site and signal.

    Returns
    -------
    DataFrame
        ``market_failure``, ``market_failure_reasons`` (letter, rank by g·s among the site's signals, grade),
        ``market_failure_note`` (two lines), ``failure_strength`` (missing where no primary is known),
        ``failure_corroboration`` (missing where none other is), ``failure_coverage``; on the index of ``sites``.

    Raises
    ------
    InputError
        When the signals name sites, letters or grades that do not exist, a value outside 0–1, or one signal twice.

    Notes
    -----
    Thresholds and grade weights: ``presets/failure.toml``, a proposal of this project, not guidance.

    Examples
    --------
    >>> sites = pd.DataFrame({"development_status": [None], "planning_permission_status": [None]},
    ...                      index=pd.Index(["a"], name="site_id"))
    >>> signals = pd.DataFrame(
    ...     [("a", "V", "primary", 0.8, "A", "gap of £20k a home", "none"),
    ...      ("a", "C", "primary", 0.5, "B", "mixed ownership is stated", "none"),
    ...      ("a", "A", "corroborating", 1.0, "A", "derelict since 1990", "none")], columns=COLUMNS)
    >>> failure_verdict(sites, signals).iloc[0][["market_failure", "market_failure_reasons"]].tolist()
    ['Identified', 'A1A V2A C3B']
    """
    schema.check(sites, _TABLE, name="sites", needs=["development_status", "planning_permission_status"])
    _check_signals(signals, sites.index)
    thresholds = {name: float(preset.value) for name, preset in load_presets("failure")["verdict"].items()}
    weighed = signals.assign(gs=(signals["value"] * signals["grade"].map(_grades())).round(_DECIMALS))
    wide = weighed.pivot_table(index="site_id", columns="signal", values="gs", aggfunc="first")
    wide = wide.reindex(index=sites.index, columns=list(SIGNALS))
    primary, other = wide[PRIMARY], wide[CORROBORATING]

    strength = (1 - (1 - primary.fillna(0)).prod(axis=1)).round(_DECIMALS).where(primary.notna().any(axis=1))
    corroboration = other.max(axis=1)
    held = weighed[(weighed["kind"] == "primary") & weighed["grade"].isin(["A", "B"])]
    firm = sites.index.isin(held.loc[held["gs"] >= thresholds["identified_primary"], "site_id"])
    stage = sites["development_status"].where(sites["development_status"].notna())
    pending = sites["planning_permission_status"] == "pending decision"
    screened = stage.fillna("").where(stage.notna() | ~pending, "application pending")

    identified = (strength >= thresholds["identified_strength"]) & firm & (screened == "")
    identified &= corroboration >= thresholds["identified_corroboration"]
    cannot_tell = primary.isna().mean(axis=1) > thresholds["cannot_tell_above"]
    indicated = strength >= thresholds["indicated_strength"]
    indicated |= corroboration >= thresholds["indicated_corroboration"]
    verdict = np.select([identified, cannot_tell, indicated], ["Identified", "Cannot tell", "Indicated"], "Not found")

    table = pd.DataFrame(
        {
            "market_failure": pd.Series(verdict, index=sites.index, dtype="str"),
            "failure_strength": strength,
            "failure_corroboration": corroboration,
            "failure_coverage": wide.notna().mean(axis=1),
        }
    )
    named = weighed[weighed["gs"] >= thresholds["code_from"]]
    table.insert(1, "market_failure_reasons", _codes(named).reindex(sites.index).astype("str"))
    table.insert(2, "market_failure_note", _notes(table, _ranked(named), primary.notna().sum(axis=1), screened))
    return table


def _grades() -> dict[str, float]:
    """Return the weight of each evidence grade."""
    return {grade: float(preset.value) for grade, preset in load_presets("failure")["grades"].items()}


def _check_signals(signals: pd.DataFrame, sites: pd.Index) -> None:
    """Refuse a table of signals that cannot be judged, with every fault at once."""
    missing = [name for name in COLUMNS if name not in getattr(signals, "columns", ())]
    if missing:
        raise InputError(f"signals: lacks the columns {', '.join(missing)}; failure_signals gives them all")
    grades = list(_grades())
    value = pd.to_numeric(signals["value"], errors="coerce")
    kind = signals["signal"].map({letter: signal.kind for letter, signal in SIGNALS.items()})
    tests = (
        ("names sites that are not in the table", "site_id", ~signals["site_id"].isin(sites), "drop those rows"),
        ("names unknown signals", "signal", kind.isna(), f"use {', '.join(SIGNALS)}"),
        ("gives the wrong kind for", "signal", kind.notna() & (signals["kind"] != kind), "see signal_table()"),
        ("gives unknown grades", "grade", ~signals["grade"].isin(grades), f"use {', '.join(grades)}"),
        ("has values outside 0–1", "value", ~value.between(0, 1), "a signal that is not known has no row"),
        ("holds a signal twice for", "site_id", signals.duplicated(["site_id", "signal"]), "keep the one that holds"),
    )
    faults = [
        f"signals: {what} {', '.join(map(str, dict.fromkeys(signals.loc[wrong, column].head(5))))}; {fix}"
        for what, column, wrong, fix in tests
        if wrong.any()
    ]
    if faults:
        raise InputError(*faults)


def _ranked(named: pd.DataFrame) -> pd.DataFrame:
    """Sort each site's signals by strength, equal ones in the order of :data:`SIGNALS`, and number them from 1."""
    place = named["signal"].map({letter: number for number, letter in enumerate(SIGNALS)})
    ranked = named.assign(place=place).sort_values(["site_id", "gs", "place"], ascending=[True, False, True])
    return ranked.assign(number=ranked.groupby("site_id").cumcount() + 1)


def _codes(named: pd.DataFrame) -> pd.Series:
    """Return the codes of each site, strongest first: ``C1B S2B A3B``."""
    ranked = _ranked(named)
    code = ranked["signal"] + ranked["number"].astype("str") + ranked["grade"]
    return code.groupby(ranked["site_id"], sort=False).agg(" ".join)


def _notes(table: pd.DataFrame, ranked: pd.DataFrame, primaries: pd.Series, screened: pd.Series) -> pd.Series:
    """Return two lines per site: the verdict with its numbers, and the reasons, strongest first."""
    words = ranked["signal"] + " " + ranked["reason"]
    reasons = words.groupby(ranked["site_id"], sort=False).agg("; ".join).reindex(table.index)
    lines = []
    rows = zip(
        table["market_failure"], table["failure_strength"], table["failure_corroboration"], table["failure_coverage"],
        primaries, screened, reasons, strict=True,
    )  # fmt: skip
    for verdict, strength, corroboration, coverage, known, stage, reason in rows:
        first = (
            f"{verdict}: {known} of {len(PRIMARY)} primary signals known, strength {_number(strength)}; "
            f"corroboration {_number(corroboration)}; {round(coverage * len(SIGNALS))} of {len(SIGNALS)} signals known"
        )
        stage = f"; deadweight screen failed: {stage}" if stage else ""
        lines.append(f"{first}{stage}.\n{_sentence(reason)}")
    return pd.Series(lines, index=table.index, dtype="str")


def _number(value: float) -> str:
    """Write a strength with two decimals, or that it is not known."""
    return "not known" if np.isnan(value) else f"{value:.2f}"


def _sentence(reasons: Any) -> str:
    """Write the reasons as one sentence, or that nothing stands out."""
    return f"{reasons}." if isinstance(reasons, str) else "No signal stands out."
