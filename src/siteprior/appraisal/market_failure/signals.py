"""The signals of market failure, measured on all the evidence there is, and which of several readings counts.

Need is not market failure: no index of deprivation is read here, and none may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pandas as pd

from siteprior.appraisal.market_failure import evidence_register as register
from siteprior.appraisal.market_failure.counter_evidence import with_cleaned_land, with_counter_evidence
from siteprior.appraisal.market_failure.evidence import AVERAGE, FACTS, RANGE
from siteprior.appraisal.market_failure.registry import SIGNALS, needed_columns
from siteprior.core import schema
from siteprior.core.arguments import day_of
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.renamed import with_new_columns

_TABLE = schema.SITES.without_places()
_SIGNALS = replace(
    schema.SIGNALS_TABLE,
    index="",
    declared=tuple(replace(column, allowed=(), value_list="") for column in schema.SIGNALS_TABLE.declared),
)
"""Signals of any index, by their kinds alone: :func:`check_signals` says which values are wrong, all at once."""

_NEIGHBOURS = ("development_status", "end_date", "possible_duplicates")
"""Columns of the neighbours that are read where they are there."""

_DECIMALS = 12  # floating-point tolerance: thresholds are compared, and equal signals tied, on rounded numbers

COLUMNS = ("site_id", "signal", "kind", *FACTS)
"""Columns a signal of the user's own has; :data:`siteprior.core.schema.SIGNALS_TABLE` adds what is calculated."""

WEIGHTED = "weighted_signal"
"""The column of the weighted signal: the weight of the grade × the signal."""


def signal_table() -> pd.DataFrame:
    """List the signals of market failure: letter, title, kind, meaning, and what measures them.

    Examples
    --------
    >>> signal_table().groupby("kind", sort=False)["letter"].apply("".join).to_dict()
    {'primary': 'VXCIP', 'corroborating': 'TSAE'}
    """
    fields = ("letter", "title", "kind", "meaning", "measured_by")
    return pd.DataFrame([{name: getattr(signal, name) for name in fields} for signal in SIGNALS.values()])


def failure_signals(
    sites: pd.DataFrame, *, as_of: date, neighbours: pd.DataFrame, layer_signals: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Measure the market-failure signals (0–1) of each site, on all the evidence there is.

    A signal may be read in several ways: contamination from remediation over value, a previous use, the notes and the
    user's layers. Every reading has its row; ``counts`` marks the strongest, so that a blank never makes a record
    stronger. What is not known has no row: a blank is missing, never a signal. Where the user states who cleaned the
    land (``cleaned_by``) contamination is a known zero, whatever else shows it.

    Parameters
    ----------
    sites
        Sites with the register's columns; index ``site_id``. Read where they are there: ``owner_count``,
        ``parcel_count``, ``parcels`` (of the user's layer of that name), ``inspire_parcels`` and ``registered_share``
        (of ``[evidence] parcels``) with ``shape_basis``, the columns of the viability appraisal, and those of the
        sales near the site.
    as_of
        The day on which ages are calculated.
    neighbours
        All sites read, ranked or not, whose hectares count as blight near the others.
    layer_signals
        Signals of the user's own layers, one row per site and layer with :data:`COLUMNS`, and ``source`` where it is
        named; ``area_average`` says which are a value that a whole area shares.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SIGNALS_TABLE`: a row per site, signal and reading; signals in the order of
        :data:`SIGNALS`, sites in theirs.

    Raises
    ------
    InputError
        When a column is missing, an index is not ``site_id``, or the layers' signals cannot be taken.

    Notes
    -----
    Formulas and thresholds: ``parameters/failure.toml``, a proposal of this project, not guidance.

    Examples
    --------
    >>> sites = pd.DataFrame(
    ...     {"ownership_status": ["mixed ownership"], "start_date": ["2018-01-01"], "easting": [400000.0],
    ...      "northing": [290000.0], "hectares": [2.0], "owner_count": [4]}, index=pd.Index(["a"], name="site_id"))
    >>> table = schema.conform(sites, schema.REGISTER)
    >>> signals = failure_signals(table, as_of=date(2023, 1, 1), neighbours=table)
    >>> print(signals[["signal", "value", "grade", "counts", "reason"]].round(2).to_string(index=False))
    signal  value grade counts                                      reason
         C   0.50     B     no                   mixed ownership is stated
         C   0.63     A    yes                             4 owners stated
         A   0.40     B    yes on the register since 2018-01-01, 5.0 years
         E   0.00     B    yes           no other listed site within 400 m
    """
    sites = with_new_columns(sites, "site_prices", name="sites")
    schema.check(sites, _TABLE, name="sites", needs=[*register.NEEDS, *needed_columns()], may_have=_TABLE.names)
    schema.check(neighbours, _TABLE, name="neighbours", needs=["easting", "northing", "hectares"], may_have=_NEIGHBOURS)
    conformed, day = register.conformed(sites), day_of(as_of, name="as_of")
    given: dict[str, pd.DataFrame | pd.Timestamp] = {"sites": conformed, "as_of": day, "neighbours": neighbours}
    parts = [] if layer_signals is None else [_from_layers(layer_signals, sites.index)]
    for signal in SIGNALS.values():
        for reading in signal.readings:
            rows = reading.read(given).reset_index(names="site_id")
            parts.append(rows.assign(signal=signal.letter, kind=signal.kind, source=reading.source))
    rows = with_cleaned_land(pd.concat(parts, ignore_index=True), conformed)
    rows = with_counter_evidence(rows, conformed, day)
    return select_strongest(rows, sites.index)


def select_strongest(
    signals: pd.DataFrame, sites: pd.Index, *, weights: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Calculate grade × signal of each row, mark the strongest of each site and signal, and put the rows in order.

    Of equally strong readings the one with the better grade counts, then the first.

    Parameters
    ----------
    signals
        Rows with :data:`COLUMNS`, and ``source`` where it is named; ``value_low`` and ``value_high`` where a reading is
        a range, else they are the value; ``area_average`` is yes of an area's average, and of the readings that their
        signal declares to be one.
    sites
        The ``site_id`` of all sites, in order.
    weights
        The weight of each grade; those of ``parameters/failure.toml`` by default.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SIGNALS_TABLE`.
    """
    table = signals.reset_index(drop=True)
    table[AVERAGE] = _averages(table)
    for end in RANGE:
        table[end] = table["value"] if end not in table else table[end].astype("float64").fillna(table["value"])
    weight = table["grade"].map(grade_weights() if weights is None else weights).astype("float64")
    table[WEIGHTED] = (table["value"].astype("float64") * weight).round(_DECIMALS)
    letters = {letter: place for place, letter in enumerate(SIGNALS)}
    table = table.assign(_letter=table["signal"].map(letters), _site=sites.get_indexer(pd.Index(table["site_id"])))
    table = table.sort_values(["_letter", "_site"], kind="stable", ignore_index=True)
    ranked = table.sort_values([WEIGHTED, "grade"], ascending=[False, True], kind="stable")
    counts = ~ranked.duplicated(["site_id", "signal"])
    table["counts"] = counts.map({True: "yes", False: "no"})
    declared = schema.SIGNALS_TABLE
    table = table.rename_axis(declared.index)
    return pd.DataFrame({c.name: schema.as_kind(table.get(c.name), c.kind, table.index) for c in declared.columns})


def grade_weights() -> dict[str, float]:
    """Return the weight of each evidence grade."""
    grades = load_parameters("failure").table("grades")
    return {grade: grades.number(grade) for grade in grades}


def check_signals(signals: pd.DataFrame, sites: pd.Index, *, name: str = "signals") -> None:
    """Refuse a table of signals that cannot be judged, with every fault at once.

    Raises
    ------
    InputError
        When columns are missing, sites, letters or grades do not exist, or a value lies outside 0–1.
    """
    schema.check(signals, _SIGNALS, name=name, needs=COLUMNS, may_have=("source", AVERAGE, *RANGE))
    grades = list(grade_weights())
    value = signals["value"].astype("float64")
    low, high = (signals.get(end, value).astype("float64").fillna(value) for end in RANGE)
    ordered = (low >= 0) & (low <= value) & (value <= high) & (high <= 1)
    kind = signals["signal"].map({letter: signal.kind for letter, signal in SIGNALS.items()})
    tests = (
        ("names sites that are not in the table", "site_id", ~signals["site_id"].isin(sites), "drop those rows"),
        ("names unknown signals", "signal", kind.isna(), f"use {', '.join(SIGNALS)}"),
        ("gives the wrong kind for", "signal", kind.notna() & (signals["kind"] != kind), "see signal_table()"),
        ("gives unknown grades", "grade", ~signals["grade"].isin(grades), f"use {', '.join(grades)}"),
        ("has values outside 0–1", "value", ~value.between(0, 1), "a signal that is not known has no row"),
        ("has other than 0 <= value_low <= value <= value_high <= 1 for", "site_id", ~ordered & value.between(0, 1),
         "leave both out where the reading is exact"),
    )  # fmt: skip
    faults = [
        f"{name}: {what} {', '.join(map(str, dict.fromkeys(signals.loc[wrong, column].head(5))))}; {fix}"
        for what, column, wrong, fix in tests
        if wrong.any()
    ]
    if faults:
        raise InputError(*faults)


def _averages(table: pd.DataFrame) -> pd.Series:
    """Return which readings are an area's average: those stated to be, and those their signal declares."""
    declared = {(letter, source) for letter, signal in SIGNALS.items() for source in signal.averages}
    source = table["source"].fillna("") if "source" in table else pd.Series("", index=table.index)
    average = pd.Series([pair in declared for pair in zip(table["signal"], source, strict=True)], table.index, bool)
    if AVERAGE in table:
        average |= table[AVERAGE].eq("yes").fillna(False).astype(bool)
    return average.map({True: "yes", False: "no"})


def _from_layers(layer_signals: pd.DataFrame, sites: pd.Index) -> pd.DataFrame:
    """Return the rows of the user's layers, checked, each with a source."""
    check_signals(layer_signals, sites, name="layer_signals")
    source = layer_signals.get("source", pd.Series(index=layer_signals.index, dtype="str"))
    more = [name for name in (*RANGE, AVERAGE) if name in layer_signals]
    return layer_signals[[*COLUMNS, *more]].assign(source=source.fillna("own layer"))
