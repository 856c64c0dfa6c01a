"""The nine declared signals of market failure, the measuring of them, and which of several readings counts.

Need is not market failure: no index of deprivation is read here, and none may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from types import MappingProxyType

import pandas as pd

from siteprior.appraisal.market_failure import evidence_layers as layers
from siteprior.appraisal.market_failure import evidence_market as market
from siteprior.appraisal.market_failure import evidence_register as register
from siteprior.appraisal.market_failure.evidence import FACTS
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters

_TABLE = replace(schema.SITES, geometry=False)
_DECIMALS = 12  # thresholds are compared, and equal signals tied, beyond the dust of binary fractions

COLUMNS = ("site_id", "signal", "kind", *FACTS)
"""Columns a signal of the user's own has; :data:`siteprior.core.schema.SIGNALS_TABLE` adds what is reckoned."""


@dataclass(frozen=True)
class Signal:
    """One kind of market failure: its letter, whether it is primary or corroborating, and where it shows."""

    letter: str
    title: str
    kind: str
    meaning: str
    measured_by: str


_DECLARED = (
    Signal("V", "Viability gap", "primary", "A missing market: costs exceed value", "gap per home"),
    Signal("X", "Contamination", "primary", "An externality left by past users, and the liability",
           "remediation over value, previous use, notes, own layers"),
    Signal("C", "Coordination", "primary", "Many owners, or one who can hold out",
           "stated mixed ownership, owners or parcels; counted parcels"),
    Signal("I", "Information", "primary", "One side cannot know what the ground or the title hides",
           "notes, own layers"),
    Signal("P", "Public good", "primary", "Works that serve many and that no one owner pays for", "notes, own layers"),
    Signal("T", "Thin market", "corroborating", "Too few sales for a price",
           "sales per 1,000 dwellings, new-build sales"),
    Signal("S", "Stalled permission", "corroborating", "Permitted and not built", "permission kind and date, notes"),
    Signal("A", "Ageing", "corroborating", "Derelict or listed for years", "derelict since, first added"),
    Signal("E", "Area blight", "corroborating", "Idle land close by", "other register rows within reach"),
)  # fmt: skip

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


def failure_signals(
    sites: pd.DataFrame, *, as_of: date, neighbours: pd.DataFrame, layer_signals: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Measure the market-failure signals (0–1) of each site, on all the evidence there is.

    A signal may be read in several ways: contamination from remediation over value, a previous use, the notes and the
    user's layers. Every reading has its row; ``counts`` marks the strongest, so that a blank never makes a record
    stronger. What is not known has no row: a blank is missing, never a signal.

    Parameters
    ----------
    sites
        Sites with the register's columns; index ``site_id``. Read where they are there: ``owner_count``,
        ``parcel_count``, ``parcels`` (of the user's layer of that name) with ``shape_basis``, the columns of the
        viability appraisal, and those of the sales near the site.
    as_of
        The day on which ages are reckoned.
    neighbours
        All sites read, ranked or not, whose hectares count as blight around the others.
    layer_signals
        Signals of the user's own layers, one row per site and layer with :data:`COLUMNS`, and ``source`` where it is
        named.

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
         E   0.00     B    yes         no other register site within 400 m
    """
    schema.check(sites, _TABLE, name="sites", needs=register.NEEDS)
    schema.check(neighbours, _TABLE, name="neighbours", needs=["easting", "northing", "hectares"])
    found = [] if layer_signals is None else [_from_layers(layer_signals, sites.index)]
    for letter, source, rows in _readings(register.conformed(sites), pd.Timestamp(as_of), neighbours):
        rows = rows.reset_index(names="site_id")
        found.append(rows.assign(signal=letter, kind=SIGNALS[letter].kind, source=source))
    return settle(pd.concat(found, ignore_index=True), sites.index)


def settle(signals: pd.DataFrame, sites: pd.Index) -> pd.DataFrame:
    """Reckon grade × signal of each row, mark the strongest of each site and signal, and put the rows in order.

    Of equally strong readings the one with the better grade counts, then the first.

    Parameters
    ----------
    signals
        Rows with :data:`COLUMNS`, and ``source`` where it is named.
    sites
        The ``site_id`` of all sites, in order.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SIGNALS_TABLE`.
    """
    table = signals.reset_index(drop=True)
    table["gs"] = (table["value"] * table["grade"].map(grade_weights())).astype("float64").round(_DECIMALS)
    letters = {letter: place for place, letter in enumerate(SIGNALS)}
    table = table.assign(_letter=table["signal"].map(letters), _site=sites.get_indexer(table["site_id"]))
    table = table.sort_values(["_letter", "_site"], kind="stable", ignore_index=True)
    ranked = table.sort_values(["gs", "grade"], ascending=[False, True], kind="stable")
    counts = ~ranked.duplicated(["site_id", "signal"])
    table["counts"] = counts.map({True: "yes", False: "no"})
    declared = schema.SIGNALS_TABLE
    table = table.rename_axis(declared.index)
    return pd.DataFrame({c.name: schema.as_kind(table.get(c.name), c.kind, table.index) for c in declared.columns})


def grade_weights() -> dict[str, float]:
    """Return the weight of each evidence grade."""
    return {grade: float(preset.value) for grade, preset in load_parameters("failure")["grades"].items()}


def check_signals(signals: pd.DataFrame, sites: pd.Index, *, name: str = "signals") -> None:
    """Refuse a table of signals that cannot be judged, with every fault at once.

    Raises
    ------
    InputError
        When columns are missing, sites, letters or grades do not exist, or a value lies outside 0–1.
    """
    missing = [column for column in COLUMNS if column not in getattr(signals, "columns", ())]
    if missing:
        raise InputError(f"{name}: lacks the columns {', '.join(missing)}; failure_signals gives them all")
    grades = list(grade_weights())
    value = pd.to_numeric(signals["value"], errors="coerce")
    kind = signals["signal"].map({letter: signal.kind for letter, signal in SIGNALS.items()})
    tests = (
        ("names sites that are not in the table", "site_id", ~signals["site_id"].isin(sites), "drop those rows"),
        ("names unknown signals", "signal", kind.isna(), f"use {', '.join(SIGNALS)}"),
        ("gives the wrong kind for", "signal", kind.notna() & (signals["kind"] != kind), "see signal_table()"),
        ("gives unknown grades", "grade", ~signals["grade"].isin(grades), f"use {', '.join(grades)}"),
        ("has values outside 0–1", "value", ~value.between(0, 1), "a signal that is not known has no row"),
    )
    faults = [
        f"{name}: {what} {', '.join(map(str, dict.fromkeys(signals.loc[wrong, column].head(5))))}; {fix}"
        for what, column, wrong, fix in tests
        if wrong.any()
    ]
    if faults:
        raise InputError(*faults)


def _from_layers(layer_signals: pd.DataFrame, sites: pd.Index) -> pd.DataFrame:
    """Return the rows of the user's layers, checked, each with a source."""
    check_signals(layer_signals, sites, name="layer_signals")
    source = layer_signals.get("source", pd.Series(index=layer_signals.index, dtype="str"))
    return layer_signals[list(COLUMNS)].assign(source=source.fillna("own layer"))


def _readings(
    sites: pd.DataFrame, day: pd.Timestamp, neighbours: pd.DataFrame
) -> tuple[tuple[str, str, pd.DataFrame], ...]:
    """Return every reading of every signal: its letter, the columns it is read from, and its evidence."""
    return (
        ("V", "gap_gbp_per_home", market.viability_gap(sites)),
        ("X", "remediation_share_of_gdv", market.remediation_share(sites)),
        ("X", "previous_use", register.former_use(sites)),
        ("X", "notes", register.contamination(sites)),
        ("C", "ownership_status", register.mixed_ownership(sites)),
        ("C", "owner_count", layers.stated_owners(sites)),
        ("C", "parcel_count", layers.stated_parcels(sites)),
        ("C", "parcels", layers.counted_parcels(sites)),
        ("I", "notes", register.information(sites)),
        ("P", "notes", register.public_works(sites)),
        ("T", "thin_market_percentile", market.thin_market(sites)),
        ("T", "no_new_build_5y", market.no_new_build(sites)),
        ("S", "planning permission, notes", register.stalled_permission(sites, day)),
        ("A", "derelict_since", register.dereliction(sites, day)),
        ("A", "start_date", register.time_listed(sites, day)),
        ("E", "hectares of the neighbours", register.blight(sites, neighbours)),
    )
