"""Scenarios: the transit of another day, tried out on the tables of stops, corridors and services.

A scenario is a supposition: it does not say that anything will open. What is added changes walks and corridors; the
access index changes only where services do (:func:`siteprior.scenarios.cuts.cut_services`, closed stops), as
there is no timetable of what is not built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import geopandas as gpd
import pandas as pd
from pydantic import ValidationError

from siteprior.core.errors import InputError, unknown
from siteprior.core.schema import CORRIDOR_STOPS, CORRIDORS, SERVICE_STOPS, SERVICES, STOPS, check
from siteprior.core.short_repr import short_repr
from siteprior.project.faults import faults_of, keys
from siteprior.project.scenarios import AddedStop, Cut
from siteprior.scenarios.cuts import cut_services, stops_served
from siteprior.scenarios.edits import add_line, add_stop, close_stop, open_planned

Edit: TypeAlias = Mapping[str, Any]  # what a project file may say of an edit, checked by its model


@short_repr
class Supply(NamedTuple):
    """The tables a scenario edits; ``services`` is ``None`` where there is no timetable.

    Examples
    --------
    >>> import siteprior as sp
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
    >>> supply = sp.scenarios.apply({"name": "shut", "close": ["Birch"]}, corridor_stops=calls, stops=stops)
    >>> supply.corridor_stops["state"].tolist(), supply.services is None
    (['open', 'closed'], True)
    """

    corridor_stops: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    services: pd.DataFrame | None = None


@dataclass(frozen=True)
class Scenario:
    """A supposition about transit, by name.

    Attributes
    ----------
    name
        What it is called.
    add_lines
        Tables of new corridors, :data:`siteprior.core.schema.CORRIDOR_STOPS` as
        :func:`siteprior.sources.transit.corridors.read_corridor_stops` reads them.
    add_stops
        Arguments of :func:`siteprior.scenarios.edits.add_stop` each: ``corridor``, ``stop_name``, ``easting``,
        ``northing``, ``after`` or ``order``, and ``mode`` where the corridor's kind does not determine it.
    open, close
        Corridors, stop names, corridor stop ids or ATCO codes, as in
        :func:`siteprior.scenarios.edits.open_planned` and ``close_stop``.
    cut
        Arguments of :func:`siteprior.scenarios.cuts.cut_services` each: ``share``; ``route``, ``corridor`` or
        ``mode``; and ``window`` where it is one.

    Examples
    --------
    >>> import siteprior as sp
    >>> closed = sp.scenarios.Scenario("Birch closes", close=("Birch",))
    >>> closed.close, closed.cut
    (('Birch',), ())
    """

    name: str
    add_lines: Sequence[gpd.GeoDataFrame] = ()
    add_stops: Sequence[Edit] = ()
    open: Sequence[str] = ()
    close: Sequence[str] = ()
    cut: Sequence[Edit] = ()


def apply_scenario(
    scenario: Scenario | Mapping[str, Any],
    *,
    corridor_stops: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    services: pd.DataFrame | None = None,
    lines: gpd.GeoDataFrame | None = None,
    service_stops: gpd.GeoDataFrame | None = None,
) -> Supply:
    """Apply a whole scenario: lines and stops are added, then opened, then closed, and services cut last.

    Parameters
    ----------
    scenario
        A :class:`Scenario`, or a mapping with its fields.
    corridor_stops, stops, services
        The tables as of the day; ``services`` is needed to cut any.
    lines
        :data:`siteprior.core.schema.CORRIDORS` with surveyed lines; stops added to a corridor there get their
        chainage along it, those of others along the straight lines through the stops. Draw the corridors anew with
        :func:`siteprior.sources.transit.corridors.corridor_lines`.

    service_stops
        :data:`siteprior.core.schema.SERVICE_STOPS`, to find at which station a service calls
        (:func:`siteprior.scenarios.cuts.stops_served`).

    Returns
    -------
    Supply
        ``(corridor_stops, stops, services)``, new tables.

    Raises
    ------
    InputError
        Every fault of the scenario at once, each naming the edit and the valid answers.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from siteprior.core.schema import CRS, conform
    >>> table = pd.DataFrame({"corridor": "Line", "kind": "metro", "order": [1, 2], "stop_name": ["A", "B"],
    ...                       "state": ["open", "planned"], "chainage_m": [0.0, 500.0]},
    ...                      index=pd.Index(["Line#1", "Line#2"], name="corridor_stop_id"))
    >>> places = gpd.points_from_xy([400000, 400500], [290000, 290000])
    >>> own = conform(gpd.GeoDataFrame(table, geometry=places, crs=CRS), CORRIDOR_STOPS)
    >>> stops = conform(gpd.GeoDataFrame(geometry=[], index=pd.Index([], name="atco_code"), crs=CRS), STOPS)
    >>> after = apply_scenario({"name": "2030", "open": ["B"]}, corridor_stops=own, stops=stops)
    >>> after.corridor_stops["state"].tolist(), after.stops[["stop_name", "mode", "state_basis"]].iloc[0].tolist()
    (['open', 'open'], ['B', 'metro', 'scenario 2030'])
    """
    supposed = _scenario(scenario)
    check(corridor_stops, CORRIDOR_STOPS, name="corridor_stops")
    check(stops, STOPS, name="stops")
    if services is not None:
        check(services, SERVICES, name="services")
    if lines is not None:
        check(lines, CORRIDORS, name="lines", needs=())
    if service_stops is not None:
        check(service_stops, SERVICE_STOPS, name="service_stops")
    supply, faults = Supply(corridor_stops, stops, services), list[str]()

    def attempt(what: str, edit: Callable[[Supply], Supply]) -> None:
        nonlocal supply
        try:
            supply = edit(supply)
        except InputError as fault:
            faults.extend(f"scenario '{supposed.name}', {what}: {text}" for text in fault.faults)

    for new in supposed.add_lines:
        attempt("add_lines", partial(_line_added, name=supposed.name, new=new))
    for stop in supposed.add_stops:
        attempt("add_stops", partial(_stop_added, name=supposed.name, stop=stop, lines=lines))
    if supposed.open:
        attempt("open", partial(_opened, name=supposed.name, names=supposed.open))
    if supposed.close:
        attempt("close", partial(_closed, name=supposed.name, names=supposed.close, service_stops=service_stops))
    for cut in supposed.cut:
        attempt("cut", partial(_cut, cut=cut, service_stops=service_stops))
    if faults:
        raise InputError(*faults)
    return supply


def _scenario(scenario: Scenario | Mapping[str, Any]) -> Scenario:
    """Return the scenario, from a mapping too; refuse fields it does not have and one without a name."""
    known = [field.name for field in fields(Scenario)]
    given = {name: getattr(scenario, name) for name in known} if isinstance(scenario, Scenario) else dict(scenario)
    faults = [unknown("key", str(name), known, where="scenario") for name in given if name not in known]
    if not isinstance(given.get("name"), str) or not given["name"].strip():
        faults.append("scenario: has no name; give it one, it stands beside everything it changes")
    for name in known[1:]:
        values = given.get(name, ())
        if isinstance(values, str) or not isinstance(values, Sequence):
            faults.append(f"scenario: {name} needs a list, not {values!r}")
    if not faults and not any(len(given.get(name, ())) for name in known[1:]):
        faults.append(f"scenario '{given['name']}': changes nothing; give one of {', '.join(known[1:])}")
    if faults:
        raise InputError(*faults)
    return Scenario(**given)


def _stated(edit: type[AddedStop] | type[Cut], given: Edit) -> dict[str, Any]:
    """Return what the user says of one edit, checked as in a project file."""
    try:
        return edit.model_validate(given).as_stated()
    except ValidationError as error:
        sentences = [fault.sentence(lambda path: keys(path).removeprefix(".")) for fault in faults_of(error, edit)]
        raise InputError(*sentences) from None


def _line_added(supply: Supply, *, name: str, new: gpd.GeoDataFrame) -> Supply:
    """Add a line."""
    return Supply(*add_line(supply.corridor_stops, supply.stops, new, scenario=name), supply.services)


def _stop_added(supply: Supply, *, name: str, stop: Edit, lines: gpd.GeoDataFrame | None) -> Supply:
    """Add a stop."""
    stated = _stated(AddedStop, stop)
    own, stops = add_stop(supply.corridor_stops, supply.stops, **stated, scenario=name, lines=lines)
    return Supply(own, stops, supply.services)


def _opened(supply: Supply, *, name: str, names: Sequence[str]) -> Supply:
    """Open planned stops."""
    return Supply(*open_planned(supply.corridor_stops, supply.stops, names=names, scenario=name), supply.services)


def _closed(supply: Supply, *, name: str, names: Sequence[str], service_stops: gpd.GeoDataFrame | None) -> Supply:
    """Close stops, and drop what called there."""
    own, stops = close_stop(supply.corridor_stops, supply.stops, names=names, scenario=name)
    if supply.services is None:
        return Supply(own, stops)
    shut = stops.index[(stops["state"] == "closed") & (stops["state_basis"] == f"scenario {name}")]
    calls = stops_served(supply.services, stops, service_stops).isin(shut)
    return Supply(own, stops, supply.services[~calls])


def _cut(supply: Supply, *, cut: Edit, service_stops: gpd.GeoDataFrame | None) -> Supply:
    """Cut services."""
    stated = _stated(Cut, cut)
    if supply.services is None:
        raise InputError("no timetable was read, so no service can be cut; add timetables to the sources")
    left = cut_services(
        supply.services,
        **stated,
        corridor_stops=supply.corridor_stops,
        stops=supply.stops,
        service_stops=service_stops,
    )
    return supply._replace(services=left)
