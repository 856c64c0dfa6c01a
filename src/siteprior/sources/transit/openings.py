"""Dated statements on which stops are open: they override NaPTAN, whose 'active' does not mean in use.

A stop is open on a day only if a statement dated on or before that day says so; a due date opens nothing. The
evidence counts in this order: the latest dated statement, then NaPTAN, then (for a corridor's place without a NaPTAN
code) its own row where an open stop stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from siteprior.core.arguments import day_of
from siteprior.core.code_join import normal_code
from siteprior.core.files import Input
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.core.renamed import with_new_columns
from siteprior.core.schema import CORRIDOR_STOPS, STOPS, Column, Table, check, conform
from siteprior.sources.transit.statements import STATEMENTS, last_day

CAUTION = {"closed": 0, "planned": 1, "not stated": 2, "open": 3}
"""Which of two statements of one day counts: the one that promises least."""

FITTING_MODES = {
    "metro": ("metro",),
    "proposed-metro": ("metro",),
    "proposed-vlr": ("metro",),
    "rail": ("rail",),
    "hs2": ("rail",),
    "sprint": ("bus",),
    "bus": ("bus",),
    "growth-area": ("rail", "metro", "bus"),
}
"""The modes that serve a kind of corridor."""

TAKEN_AS_OPEN = "own row, no state given"
"""How ``state_basis`` begins where a corridor's table has no column of states, and a stop no code: see its readers."""

NONE_BESIDE = "but no open stop that serves it"
"""What ``state_basis`` holds of a row that says open where no open stop of NaPTAN stands beside it."""

OTHER_KINDS = ("rail", "metro")
"""The modes that serve a corridor of a kind not listed."""


STATED_STOPS = Table(
    "statements", "", False,
    (
        *(column for column in CORRIDOR_STOPS.declared if column.name in STATEMENTS),
        Column("stated_as", "text", "Stated as", "The words of the statement"),
    ),
)  # fmt: skip
"""Statements as far as they decide whether a stop is open."""


def fitting_modes(kind: str | None) -> tuple[str, ...]:
    """Return the modes that serve a kind of corridor.

    Examples
    --------
    >>> fitting_modes("sprint"), fitting_modes("guided busway")
    (('bus',), ('rail', 'metro'))
    """
    return FITTING_MODES.get(str(kind).lower(), OTHER_KINDS)


def unmatched_statements(
    statements: pd.DataFrame, *, network_date: date | str, provenance: Iterable[Input] = ()
) -> pd.DataFrame:
    """Return one issue row per file that holds statements dated after the network date, with their number.

    A NaPTAN file (of ``provenance``) changed after the network date gets a row, too: NaPTAN is a statement as well,
    but its single records carry no opening date, so they count all the same.
    """
    log = IssueLog()
    day = day_of(network_date, name="network_date")
    late = statements[last_day(statements["statement_date"]) > day]
    for file, rows in late.groupby("file", sort=False):
        log.add("future entry-date", file=str(file), field="statement_date", value=f"{len(rows)} statements",
                severity="notice", action=f"not used: dated after the network date {day.date()}")  # fmt: skip
    for read in provenance:
        if read.vintage > day.date().isoformat():
            log.add("future entry-date", file=read.file, field="ModificationDateTime", value=read.vintage,
                    severity="warning",
                    action=f"used, though newer than the network date {day.date()}: its active stops count as open; "
                    "an older NaPTAN would be right")  # fmt: skip
    return log.table()


def apply_openings(stops: gpd.GeoDataFrame, statements: pd.DataFrame, *, network_date: date | str) -> gpd.GeoDataFrame:
    """Determine which stops are open on a day: the latest statement made by then, else NaPTAN.

    Parameters
    ----------
    stops
        :data:`siteprior.core.schema.STOPS`, as :func:`siteprior.sources.transit.naptan.read_stops` gives them.
    statements
        As :func:`read_openings` gives them; matched by ATCO code, codes folded into a station included.
    network_date
        The day. Dates that state only a year or a month count by their last day.

    Returns
    -------
    GeoDataFrame
        The stops with ``state``, ``state_basis``, ``state_date`` and ``statement_date`` set.

    Raises
    ------
    InputError
        When ``stops`` is not a table of stops.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> data = shipped("data")
    >>> stops = gpd.GeoDataFrame({"stop_name": ["Alder"], "mode": ["metro"], "state": ["open"]}, crs=27700,
    ...                          index=pd.Index(["9400ZZ1"], name="atco_code"),
    ...                          geometry=gpd.points_from_xy([400000], [290000]))
    >>> stops = sp.schema.conform(stops, sp.schema.STOPS)
    >>> statements = sp.transit.read_openings(data / "transit/corridors.csv").table
    >>> sp.transit.apply_openings(stops, statements, network_date="2026-10-02")["state"].tolist()
    ['open']
    """
    check(stops, STOPS, name="stops")
    statements = _checked(statements)
    code = statements["atco_code"]
    key = _main_of(code, main_codes(stops) if len(code) else {})
    latest = _latest(statements.assign(key=key)[code.notna()], network_date)
    return _overridden(stops, latest, stops.index.to_series())


def apply_openings_to_corridor(
    corridor_stops: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    statements: pd.DataFrame,
    *,
    network_date: date | str,
    radius_m: float | None = None,
) -> gpd.GeoDataFrame:
    """Determine which stops of corridors are open on a day.

    A stop with a code follows :func:`apply_openings`. Where neither a statement nor NaPTAN states it (places without a
    code, whose 'open' was written down later), a row that says open counts only where an open stop of a mode
    that serves the corridor stands within ``radius_m``; else the place is planned, closed or not stated, as it says.
    A row of a table without states says open (:func:`siteprior.sources.transit.corridors.read_corridor_stops`).

    Parameters
    ----------
    corridor_stops
        :data:`siteprior.core.schema.CORRIDOR_STOPS` as read; each row counts as a statement, too.
    stops
        :data:`siteprior.core.schema.STOPS`.
    statements
        As :func:`read_openings` gives them; those without a code are about the stop of that corridor and name.
    network_date
        The day.
    radius_m
        Metres; parameter ``access.node_radius_m`` when ``None``.

    Returns
    -------
    GeoDataFrame
        The corridor stops with ``state``, ``state_basis``, ``state_date`` and ``statement_date`` set.

    Raises
    ------
    InputError
        When ``corridor_stops`` or ``stops`` is not such a table.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> data = shipped("data")
    >>> known = {"corridor": "Line 1", "kind": "metro", "order": [1, 2], "state": "open"}
    >>> known["stop_name"] = ["Alder", "Birch"]
    >>> calls = gpd.GeoDataFrame(known, index=pd.Index(["1#1", "1#2"], name="corridor_stop_id"), crs=27700,
    ...                          geometry=gpd.points_from_xy([400000, 401000], [290000] * 2))
    >>> calls = sp.schema.conform(calls, sp.schema.CORRIDOR_STOPS)
    >>> lines = sp.transit.corridor_lines(calls)
    >>> stops = gpd.GeoDataFrame({"stop_name": ["Alder"], "mode": ["metro"], "state": ["open"]}, crs=27700,
    ...                          index=pd.Index(["9400ZZ1"], name="atco_code"),
    ...                          geometry=gpd.points_from_xy([400000], [290000]))
    >>> stops = sp.schema.conform(stops, sp.schema.STOPS)
    >>> statements = sp.transit.read_openings(data / "transit/corridors.csv").table
    >>> resolved = sp.transit.apply_openings_to_corridor(calls, stops, statements, network_date="2026-10-02")
    >>> resolved[["stop_name", "state"]].values.tolist()
    [['Alder', 'open'], ['Birch', 'not stated']]
    """
    check(corridor_stops, CORRIDOR_STOPS, name="corridor_stops")
    statements = _checked(statements)
    resolved = apply_openings(stops, statements, network_date=network_date)
    main = main_codes(resolved)
    own = pd.DataFrame(corridor_stops)[
        ["atco_code", "corridor", "stop_name", "state", "state_date", "statement_date", "state_confidence"]
    ].assign(stated_as=corridor_stops["state"])
    every = pd.concat([statements, own[own["state"] != "not stated"]], ignore_index=True)
    latest = _latest(every.assign(key=_keys(every, main)), network_date)
    keys = _keys(own, main)
    radius = load_parameters("access").number("node_radius_m") if radius_m is None else radius_m
    result = _by_own_row(corridor_stops, resolved, network_date=network_date, radius_m=radius)
    at = resolved.index.get_indexer(keys)
    known = pd.Series(at >= 0, index=keys.index)
    for column in ("state", "state_basis"):
        result[column] = resolved[column].take(at).set_axis(keys.index).where(known, result[column])
    for column in ("state_date", "statement_date"):
        result[column] = result[column].mask(known)
    table: gpd.GeoDataFrame = conform(_overridden(result, latest, keys), CORRIDOR_STOPS)
    return table


def _checked(statements: pd.DataFrame) -> pd.DataFrame:
    """Return the statements under the columns' new names, or refuse what is no table of them."""
    statements = with_new_columns(statements, "statements", name="statements")
    check(statements, STATED_STOPS, name="statements")
    return statements


def main_codes(stops: pd.DataFrame) -> dict[str, str]:
    """Map every ATCO code, as it stands and in the spelling codes are compared in, to the stop that stands for it."""
    other = stops["other_codes"].dropna().str.split("; ").explode()
    own = stops.index.tolist()
    main = {**dict(zip(other.tolist(), other.index.tolist(), strict=True)), **dict(zip(own, own, strict=True))}
    # nearly all are in that spelling already
    return {**{normal_code(code): stop for code, stop in main.items() if not _NORMAL(code)}, **main}


_NORMAL = re.compile("[0-9A-Z]+").fullmatch


def _main_of(codes: pd.Series, main: Mapping[str, str]) -> pd.Series:
    """Return the stop that stands for each code; missing where none does."""
    return pd.Series([main.get(code) for code in codes], index=codes.index, dtype="str")


def _keys(table: pd.DataFrame, main: dict[str, str]) -> pd.Series:
    """Return what a row is about: a stop's main code, else the code, else the name on its corridor."""
    code = table["atco_code"]
    place = table["corridor"].fillna("") + "#" + table["stop_name"].fillna("")
    return _main_of(code, main).fillna(code).fillna(place.where(table["corridor"].notna()))


def _latest(statements: pd.DataFrame, network_date: date | str) -> pd.DataFrame:
    """Return, by ``key``, the latest statement made on or before the day, with the state it makes of the stop."""
    day = day_of(network_date, name="network_date")
    made_on = last_day(statements["statement_date"])
    made = statements.assign(made_on=made_on)[(made_on <= day) & statements["key"].notna()]
    made = made.assign(state=_by_date(made, day))
    made = made.assign(caution=made["state"].map(CAUTION))
    made = made.sort_values(["made_on", "caution"], ascending=[False, True], kind="stable")
    latest = made.drop_duplicates("key").set_index("key")
    since = (", " + latest["state_date"]).fillna("")
    confidence = (" (" + latest["state_confidence"] + ")").fillna("")
    basis = "statement of " + latest["statement_date"] + ": " + latest["stated_as"] + since + confidence
    return latest.assign(state_basis=basis)[["state", "state_basis", "state_date", "statement_date"]]


def _by_date(statements: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Return the stated state, where an opening that is still to come (or has no readable date) is only planned."""
    coming = statements["state_date"].notna() & ~(last_day(statements["state_date"]) <= day)
    return statements["state"].mask((statements["state"] == "open") & coming, "planned")


def _overridden(table: gpd.GeoDataFrame, latest: pd.DataFrame, keys: pd.Series) -> gpd.GeoDataFrame:
    """Return the table with the four state columns taken from the latest statement, where there is one."""
    result = table.copy()
    stated_on = keys.isin(latest.index)
    for column in latest.columns:
        stated = keys[stated_on].map(latest[column]).astype("str").reindex(keys.index)
        result[column] = result[column].astype("str").mask(stated_on, stated)
    return result


def _by_own_row(
    places: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, *, network_date: date | str, radius_m: float
) -> gpd.GeoDataFrame:
    """Accept a row that says open where an open stop serving its corridor lies beside it."""
    result = places.copy()
    state = _by_date(places, day_of(network_date, name="network_date"))
    near = _open_stop_beside(places, stops, radius_m)
    says_open = state == "open"
    result["state"] = state.mask(says_open & near.isna(), "not stated")
    dated = ("stated " + places["statement_date"]).fillna("undated")
    own = ("own row, " + dated).mask(places["state_basis"] == TAKEN_AS_OPEN, TAKEN_AS_OPEN)
    beside = own + ", and " + near.fillna("") + " is open beside it"
    alone = own + f", {NONE_BESIDE} within {radius_m:g} m"
    result["state_basis"] = own.mask(says_open, beside.where(near.notna(), alone))
    return result


def _open_stop_beside(places: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, radius_m: float) -> pd.Series:
    """Return name, code and distance of the nearest open stop that serves each place's corridor, within the radius."""
    beside = np.full(len(places), None, dtype=object)
    usable = stops[(stops["state"] == "open") & stops.geometry.notna()].sort_index()
    modes = places["kind"].map(fitting_modes)
    for wanted in sorted(set(modes)):
        serving = usable[usable["mode"].isin(wanted)]
        asked = np.flatnonzero((modes == wanted).to_numpy() & places.geometry.notna().to_numpy())
        if not len(serving) or not len(asked):
            continue
        tree = cKDTree(shapely.get_coordinates(serving.geometry.to_numpy()))
        distance, at = tree.query(shapely.get_coordinates(places.geometry.to_numpy()[asked]))
        for place, d, i in zip(asked.tolist(), np.asarray(distance).tolist(), np.asarray(at).tolist(), strict=True):
            if d <= radius_m:
                beside[place] = f"{serving['stop_name'].iloc[i]} ({serving.index[i]}, {d:.0f} m)"
    return pd.Series(beside, index=places.index, dtype=object)
