"""Edits of the tables of stops and corridors, for scenarios: plain functions, new tables out.

Whatever an edit touches has ``state_basis`` "scenario <name>". Stops are chosen by the name of a corridor (all its
stops), of a stop, by corridor stop id (``<corridor>#<order>``), or by ATCO code; a stop that several corridors share
is one stop, and changes in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import LineString, MultiLineString
from shapely.ops import substring

from siteprior.core.code_join import normal_code
from siteprior.core.errors import InputError, unknown
from siteprior.core.io.national_tables import GRID_M
from siteprior.core.schema import CORRIDOR_STOPS, CRS, MODES, STOPS, check, conform
from siteprior.project.gates_weights import is_number
from siteprior.sources.transit.corridors import straight_chainage
from siteprior.sources.transit.openings import fitting_modes, main_codes

Stops: TypeAlias = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]
"""The stops of corridors, and all stops."""


def open_planned(
    corridor_stops: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    *,
    names: Iterable[str] = (),
    corridor: str | None = None,
    scenario: str,
) -> Stops:
    """Open stops that are not open: all planned ones of a corridor, or those named, shelved ones too.

    Parameters
    ----------
    corridor_stops, stops
        :data:`siteprior.core.schema.CORRIDOR_STOPS` and :data:`siteprior.core.schema.STOPS`, with their state on a day.
    names
        Corridors, stop names, corridor stop ids or ATCO codes. Of a corridor, closed stops stay closed.
    corridor
        One corridor, as if named.
    scenario
        The scenario's name.

    Returns
    -------
    tuple of GeoDataFrames
        ``(corridor_stops, stops)``. A stop opened that ``stops`` does not hold is added to them, so that walks reach
        it; a node of a corridor that no one mode serves (a growth area's) is opened on the corridor alone.

    Raises
    ------
    InputError
        When a name is unknown, or all it names is open already; every fault at once.
    """
    shut = ["planned", "not stated"]
    rows, codes = _chosen(corridor_stops, stops, names, corridor, whole=shut, named=[*shut, "closed"], done="open")
    opened, all_stops = _set_state(corridor_stops, rows, "open", scenario), _set_state(stops, codes, "open", scenario)
    main = main_codes(stops)
    bare = opened.loc[rows]
    bare = bare[~bare["atco_code"].isin(list(main))]
    modes = [fitting_modes(kind) for kind in bare["kind"]]
    single = np.array([len(mode) == 1 for mode in modes], dtype=bool)
    return opened, _with_stops(all_stops, bare[single], [mode[0] for mode in modes if len(mode) == 1], scenario)


def close_stop(
    corridor_stops: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, *, names: Iterable[str], scenario: str
) -> Stops:
    """Close stops, on their corridors and among all stops.

    Parameters
    ----------
    corridor_stops, stops, names, scenario
        As in :func:`open_planned`; of a corridor, all stops that are not closed are.

    Raises
    ------
    InputError
        When a name is unknown, or all it names is closed already; every fault at once.
    """
    running = ["open", "planned", "not stated"]
    rows, codes = _chosen(corridor_stops, stops, names, None, whole=running, named=running, done="closed")
    return _set_state(corridor_stops, rows, "closed", scenario), _set_state(stops, codes, "closed", scenario)


def add_stop(
    corridor_stops: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    *,
    corridor: str,
    stop_name: str,
    easting: float,
    northing: float,
    scenario: str,
    after: str | None = None,
    order: int | None = None,
    mode: str | None = None,
    lines: gpd.GeoDataFrame | None = None,
) -> Stops:
    """Add an open stop to a corridor, at a place in metres on EPSG:27700.

    Parameters
    ----------
    corridor_stops, stops
        :data:`siteprior.core.schema.CORRIDOR_STOPS` and :data:`siteprior.core.schema.STOPS`, with their state on a day.
    corridor, stop_name, easting, northing
        Which corridor, what the stop is called, and where it is.
    scenario
        The scenario's name.
    after, order
        The stop it follows, or its place along the corridor from 1; one of the two. Where the place is taken, that
        stop and those after it move on by one, and so do their ids.
    mode
        Mode of the stop; needed where the corridor's kind does not determine it.
    lines
        :data:`siteprior.core.schema.CORRIDORS` with surveyed lines: the stop gets its chainage along such a line,
        between
        its neighbours. Without one the corridor is measured anew along the straight lines through its stops.

    Returns
    -------
    tuple of GeoDataFrames
        ``(corridor_stops, stops)``; the stop is in both, open, as ATCO code ``scenario:<number>`` among the stops.

    Raises
    ------
    InputError
        Naming every fault: an unknown corridor, stop or mode, a name that exists already, a place off the grid.
    """
    own = corridor_stops[corridor_stops["corridor"] == corridor]
    kind = own["kind"].iloc[0] if len(own) else None
    serving = fitting_modes(kind)
    faults = [] if len(own) else [unknown("corridor", corridor, corridor_stops["corridor"].unique())]
    if not str(stop_name).strip() or stop_name in own["stop_name"].to_list():
        faults.append(f"stop_name: '{stop_name}' is blank or a stop of {corridor} already; give another")
    inside = [
        is_number(value) and 0 <= value <= limit for value, limit in zip((easting, northing), GRID_M, strict=True)
    ]
    if not all(inside):
        faults.append(f"{stop_name}: {easting}, {northing} is no easting and northing in metres on the British grid")
    if mode is not None and mode not in MODES:
        faults.append(unknown("mode", mode, MODES))
    elif mode is None and len(own) and len(serving) > 1:
        faults.append(f"{stop_name}: say its mode; a corridor of kind {kind} is served by {', '.join(serving)}")
    place, wrong = _place(own, stop_name, after, order)
    if faults or wrong:
        raise InputError(*faults, *wrong if len(own) else ())
    point = shapely.Point(easting, northing)
    own = own.assign(order=own["order"] + (own["order"] >= place) * (place in own["order"].to_list()))
    new = gpd.GeoDataFrame(
        {"corridor": [corridor], "kind": [kind], "order": [place], "stop_name": [stop_name], "position": ["scenario"],
         "state": ["open"], "state_basis": [f"scenario {scenario}"]},
        geometry=[point], crs=CRS,
    )  # fmt: skip
    extended = conform(pd.concat([own, new]).sort_values("order", kind="stable"), CORRIDOR_STOPS)
    line = lines.geometry.get(corridor) if lines is not None else None
    extended["chainage_m"] = (
        _beside(extended, line) if isinstance(line, LineString | MultiLineString) else straight_chainage(extended)
    )
    extended.index = pd.Index(extended["corridor"] + "#" + extended["order"].astype("str"), name=CORRIDOR_STOPS.index)
    added = _with_stops(stops, extended[extended["order"] == place], [mode or serving[0]], scenario)
    place_of = {name: at for at, name in enumerate(corridor_stops["corridor"].unique())}
    rest = corridor_stops[corridor_stops["corridor"] != corridor]
    joined = pd.concat([rest, extended])
    return joined.iloc[np.argsort(joined["corridor"].map(place_of).to_numpy(), kind="stable")], added


def add_line(
    corridor_stops: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, new: gpd.GeoDataFrame, *, scenario: str
) -> Stops:
    """Add corridors with all their stops, open but for those that are stated closed.

    Parameters
    ----------
    corridor_stops, stops, scenario
        As in :func:`open_planned`.
    new
        :data:`siteprior.core.schema.CORRIDOR_STOPS` of corridors that do not exist yet, as
        :func:`siteprior.sources.transit.corridors.read_corridor_stops` reads them.

    Raises
    ------
    InputError
        When ``new`` is not such a table, or a corridor of it exists already.
    """
    check(new, CORRIDOR_STOPS, name="new")
    twice = sorted(set(new["corridor"]) & set(corridor_stops["corridor"]))
    if twice:
        raise InputError(f"the corridor '{twice[0]}' exists already; add a line under a name of its own")
    supposed = new.assign(state=new["state"].where(new["state"] == "closed", "planned"))
    joined = pd.concat([corridor_stops, supposed])
    if (supposed["state"] == "closed").all():
        return joined, stops
    return open_planned(joined, stops, names=list(supposed["corridor"].unique()), scenario=scenario)


def _chosen(
    corridor_stops: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    names: Iterable[str],
    corridor: str | None,
    *,
    whole: list[str],
    named: list[str],
    done: str,
) -> tuple[pd.Index, pd.Index]:
    """Return the ids of corridor stops and the codes of stops that names are about, in a state they can leave.

    ``whole`` are the states stops leave when their corridor is named, ``named`` when they are; ``done`` is the other.
    """
    wanted = [*([names] if isinstance(names, str) else names), *([] if corridor is None else [corridor])]
    main = main_codes(stops)
    key = corridor_stops["atco_code"].map(main)
    rows, codes, faults = pd.Series(False, index=corridor_stops.index), set[str](), list[str]()
    for name in wanted:
        lines = corridor_stops["corridor"] == name
        about = lines | (corridor_stops["stop_name"] == name) | (corridor_stops.index == name)
        code = normal_code(str(name))
        about |= corridor_stops["atco_code"].isin([name, code])
        changing = about & corridor_stops["state"].isin(whole if lines.any() else named)
        alone = main.get(str(name), main.get(code)) if not about.any() else None
        if alone is not None and stops["state"][alone] in named:
            codes.add(alone)
        elif alone is not None or (about.any() and not changing.any()):
            faults.append(f"'{name}' has nothing left to change: it is {done} already; leave it out")
        elif not about.any():
            valid = corridor_stops.loc[corridor_stops["state"].isin(named)]
            faults.append(unknown("stop or corridor", str(name), {*valid["stop_name"], *valid["corridor"]}))
        rows |= changing
        codes |= set(key[changing].dropna())
    if not wanted:
        faults.append("names no stop; give names or a corridor")
    if faults:
        raise InputError(*faults)
    rows |= key.isin(list(codes)) & corridor_stops["state"].isin(named)
    return corridor_stops.index[rows], stops.index[stops.index.isin(list(codes)) & (stops["state"] != done)]


def _set_state(table: gpd.GeoDataFrame, rows: pd.Index, state: str, scenario: str) -> gpd.GeoDataFrame:
    """Return the table with the state of some rows set, and the scenario named as the basis."""
    result = table.copy()
    result.loc[rows, "state"] = state
    result.loc[rows, "state_basis"] = f"scenario {scenario}"
    return result


def _with_stops(stops: gpd.GeoDataFrame, places: gpd.GeoDataFrame, modes: list[str], scenario: str) -> gpd.GeoDataFrame:
    """Return the stops with places of corridors added to them, open, under codes of their own."""
    if not len(places):
        return stops
    taken = int(stops.index.str.startswith("scenario:").sum())
    codes = [f"scenario:{number}" for number in range(taken + 1, taken + 1 + len(places))]
    new = gpd.GeoDataFrame(
        {"stop_name": places["stop_name"].to_list(), "mode": modes, "state": "open",
         "state_basis": f"scenario {scenario}"},
        index=pd.Index(codes, name=STOPS.index), geometry=places.geometry.to_list(), crs=CRS,
    )  # fmt: skip
    added: gpd.GeoDataFrame = conform(pd.concat([stops, conform(new, STOPS)]) if len(stops) else new, STOPS)
    return added


def _place(own: gpd.GeoDataFrame, stop_name: str, after: str | None, order: int | None) -> tuple[int, list[str]]:
    """Return the place of a new stop along its corridor, or what is wrong with what was stated of it."""
    if (after is None) == (order is None):
        return 0, [f"{stop_name}: say after which stop it comes, or its order; one of the two"]
    if order is not None:
        if not is_number(order) or order % 1 or order < 1:
            return 0, [f"{stop_name}: order {order!r} is not a whole number from 1"]
        return int(order), []
    before = own.loc[(own["stop_name"] == after) | (own.index == after), "order"]
    if len(before) > 1:
        return 0, [f"{stop_name}: the corridor calls at {after} {len(before)} times; give order instead"]
    if before.empty:
        return 0, [unknown("stop to follow", str(after), own["stop_name"])]
    return int(before.iloc[0]) + 1, []


def _beside(extended: gpd.GeoDataFrame, line: LineString | MultiLineString) -> pd.Series:
    """Return the chainages along a surveyed line, where that of the new stop is sought between its neighbours'."""
    chainage = extended["chainage_m"].copy()
    new = int(np.flatnonzero((extended["position"] == "scenario") & chainage.isna())[0])
    between = np.sort(
        [chainage.iloc[new - 1] if new else 0.0, chainage.iloc[new + 1] if new + 1 < len(extended) else line.length]
    )
    new_point = shapely.Point(shapely.get_coordinates(extended.geometry.iloc[new])[0])
    if isinstance(line, LineString) and np.isfinite(between).all() and between[0] < between[1]:
        stretch = substring(line, *between)
        chainage.iloc[new] = float(between[0]) + stretch.line_locate_point(new_point)
    else:
        chainage.iloc[new] = shapely.line_locate_point(line, new_point)
    return chainage
