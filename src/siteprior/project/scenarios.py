"""``[[scenarios]]``: supposed changes of the transit supply, and the edits they are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, ValidationError, WrapValidator, model_validator

from siteprior.core.io.national_tables import GRID_M
from siteprior.core.schema import MODES, WINDOWS
from siteprior.project.faults import Fault, faults_of, refuse, several
from siteprior.project.files import File
from siteprior.project.kinds import AsStated, Number, OneOf, Settings, Stated, Text, Whole, entries, key

Mode = Annotated[str, OneOf("mode", lambda _names: MODES)]
Window = Annotated[str, OneOf("window", lambda _names: WINDOWS)]


class AddedStop(AsStated):
    """A stop added to a corridor, open, at a place in metres on EPSG:27700; give ``after`` or ``order``."""

    corridor: Annotated[Text, key("The corridor it is added to", example="Line 1")]
    stop_name: Annotated[Text, key("What the stop is called", example="New")]
    easting: Annotated[
        Number, Field(ge=0, le=GRID_M[0]), key("Metres east on the British grid", example=400_000, unit="m")
    ]
    northing: Annotated[
        Number, Field(ge=0, le=GRID_M[1]), key("Metres north on the British grid", example=290_000, unit="m")
    ]
    after: Annotated[
        Text | None, key("The stop it follows: its name or corridor stop id", example="Central", needs={"order": None})
    ] = None
    order: Annotated[
        Annotated[Whole, Field(ge=1)] | None,
        key("Its place along the corridor, from 1; those after it move on by one", example=2),
    ] = None
    mode: Annotated[Mode | None, key("Its mode, where the corridor's kind does not determine it", example="metro")] = (
        None
    )

    @model_validator(mode="after")
    def _placed_once(self) -> Self:
        if (self.after is None) == (self.order is None):
            raise refuse(f"{self.stop_name}: say after which stop it comes, or its order; one of the two")
        return self


class Cut(AsStated):
    """A share of departures cut, of a route, of a mode, or of what serves a corridor; give one of the three."""

    share: Annotated[Number, Field(gt=0, le=1), key("The share of departures cut", example=0.5, unit="share")]
    route: Annotated[Text | None, key("The route, by id or name", example="X1")] = None
    corridor: Annotated[
        Text | None,
        key("The corridor: the services of its modes at its stops", example="Line 1", needs={"route": None}),
    ] = None
    mode: Annotated[
        Text | None, key("The mode of services, such as bus, rail or tram", example="bus", needs={"route": None})
    ] = None
    window: Annotated[Window | None, key("One window of the day; all without it", example="evening")] = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        given = [name for name in ("route", "corridor", "mode") if getattr(self, name) is not None]
        if len(given) != 1:
            raise refuse(f"needs one of route, corridor and mode, has {', '.join(given) or 'none'}")
        return self


CHANGES = ("add_lines", "add_stops", "open", "close", "cut")
_STOP: Stated = {"corridor": "Line 1", "stop_name": "New", "easting": 400000, "northing": 290000, "order": 2}


class ScenarioSettings(Settings):
    """A supposed change of the transit supply: it does not say that anything will open."""

    name: Annotated[Text, key("What it is called; it stands beside everything it changes", example="Line 2 opens")]
    open: Annotated[
        tuple[Text, ...], key("Corridors, stops, corridor stop ids or ATCO codes that open", example=["Line 2"])
    ] = ()
    close: Annotated[tuple[Text, ...], key("The same, of what closes", example=["Central"])] = ()
    add_stops: Annotated[tuple[AddedStop, ...], key("Stops added to corridors", example=[_STOP])] = ()
    add_lines: Annotated[
        tuple[File, ...],
        BeforeValidator(entries),
        key("Tables of new corridors, as [corridors] paths", example=["line3.csv"]),
    ] = ()
    cut: Annotated[tuple[Cut, ...], key("Services cut", example=[{"route": "X1", "share": 0.5}])] = ()

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not any(getattr(self, change) for change in CHANGES):
            raise refuse(f"'{self.name}' changes nothing; give one of {', '.join(CHANGES)}")
        return self


def _named_once(
    stated: Stated, handler: Callable[[Stated], tuple[ScenarioSettings, ...]]
) -> tuple[ScenarioSettings, ...]:
    """Validate the scenarios, and refuse a name that stands twice."""
    listed = stated if isinstance(stated, list | tuple) else []
    names = [entry.get("name") if isinstance(entry, Mapping) else None for entry in listed]
    faults = [
        Fault((place, "name"), f"the name '{name}' stands more than once; give each scenario its own", ())
        for place, name in enumerate(names)
        if isinstance(name, str) and names[:place].count(name) == 1
    ]
    try:
        scenarios = handler(stated)
    except ValidationError as error:
        raise several([*faults_of(error, Scenarios), *faults]) from None
    if faults:
        raise several(faults)
    return scenarios


Scenarios = Annotated[tuple[ScenarioSettings, ...], WrapValidator(_named_once)]
"""The scenarios of a project, in the order given."""
