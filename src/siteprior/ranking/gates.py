"""Gates: what a site must be before any preference is asked; it passes, or fails with the reasons.

A gate is one function and one registration: its code, its words, the columns it needs, its thresholds, the reasons it
gives for what is not known, and the range that may put it in doubt. The registry is a dict that prints as a table
(:func:`gate_table`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

import pandas as pd

from siteprior.core.arguments import mapping_of, name_list, refuse_function, same_function, text_of
from siteprior.core.errors import InputError, SitePriorError
from siteprior.core.parameters import Entry, Parameters, load_parameters, parameters_of, register_parameters
from siteprior.core.short_repr import shortened
from siteprior.project.gates_weights import GateSetting
from siteprior.project.names import register_gate

Reasons: TypeAlias = dict[str, pd.Series]
Test: TypeAlias = Callable[[pd.DataFrame, pd.Timestamp, Mapping[str, float]], Reasons]


@dataclass(frozen=True)
class Doubt:
    """The range of a measured number that a gate stands on: its lowest and highest, and the threshold it may cross."""

    low: str
    high: str
    threshold: str


@dataclass(frozen=True)
class Gate:
    """One gate: its code, what it refuses and why, whether it stands by default, and the test.

    The test gives one mask of refused sites per reason code: the gate's own, and one of ``unknown`` for what is not
    known. ``doubt`` names the columns of a range that may leave the gate open, where there are any.

    Examples
    --------
    >>> small = GATES["too_small"]
    >>> small.needs, small.thresholds, small.default
    (('hectares', 'minimum_net_dwellings', 'maximum_net_dwellings'), {'hectares': 0.25, 'homes': 5.0}, True)
    """

    code: str
    title: str
    why: str
    needs: tuple[str, ...]
    test: Test
    default: bool = True
    stated: Mapping[str, float] = field(default_factory=dict, hash=False)
    source: str = ""
    unknown: tuple[str, ...] = ()
    doubt: Doubt | None = None
    parameters: Parameters = field(default_factory=lambda: Parameters("", {}), hash=False)
    rule: str = ""

    def __repr__(self) -> str:
        """Say what is refused, by which numbers, and whether the gate stands by default."""
        numbers = ", ".join(f"{name} {number:g}" for name, number in self.thresholds.items())
        return shortened(
            f"Gate {self.code}: {self.title}{numbers and '; ' + numbers}; {'on' if self.default else 'off'} by default"
        )

    @property
    def thresholds(self) -> dict[str, float]:
        """The gate's numbers by name, as the user stated or the parameters have them; empty for a gate without any."""
        return dict(self.stated) or {name: float(self.parameters.number(name)) for name in self.parameters}

    def limits(self, setting: GateSetting = True) -> dict[str, float]:
        """Return the thresholds by name as a project sets the gate: all, its one threshold, or some by name.

        Examples
        --------
        >>> GATES["beyond_corridor_walk"].limits(1600), GATES["too_small"].limits({"homes": 10})
        ({'walk_m': 1600.0}, {'hectares': 0.25, 'homes': 10.0})
        """
        if isinstance(setting, Mapping):
            return self.thresholds | {name: float(number) for name, number in setting.items()}
        return self.thresholds if isinstance(setting, bool) else dict.fromkeys(self.thresholds, float(setting))

    def sentence(self, setting: GateSetting = True) -> str:
        """Return in words what a site has to be, with every threshold and its unit; blank for a gate without any.

        Examples
        --------
        >>> GATES["beyond_corridor_walk"].sentence(1600)
        'at most 1,600 m on foot from a counted stop of a corridor'
        """
        words = {name: self._measure(name, number) for name, number in self.limits(setting).items()}
        if self.rule:
            return self.rule.format(**words)
        return ", ".join(f"{self._plain(name)} {measure}" for name, measure in words.items())

    def _unit(self, name: str) -> str:
        """Return the unit of a threshold, blank where none is stated."""
        return self.parameters.parameter(name).unit if name in self.parameters else ""

    def _measure(self, name: str, number: float) -> str:
        """Return a threshold's number with its unit; a share needs none."""
        figures, unit = f"{number:,.6f}".rstrip("0").rstrip("."), self._unit(name)
        return figures if is_share(unit) else f"{figures} {unit}".rstrip()

    def _plain(self, name: str) -> str:
        """Return a threshold's name in words, without the unit at its end."""
        return name.removesuffix(f"_{self._unit(name)}").replace("_", " ")


_REGISTERED: dict[str, Gate] = {}

GATES: Mapping[str, Gate] = MappingProxyType(_REGISTERED)
"""The gates by code, in the order their reasons are given; :func:`gate_table` prints them."""


def gate(
    code: str,
    *,
    title: str,
    why: str,
    needs: str | Iterable[str],
    default: bool = True,
    unknown: str | Iterable[str] = (),
    doubt: Doubt | None = None,
    parameters: Mapping[str, Entry] | None = None,
    rule: str = "",
) -> Callable[[Test], Test]:
    """Register a function as a gate: sites, day and thresholds in, one mask of refused sites per reason code out.

    Parameters
    ----------
    code
        The gate's name in the project file and its reason code; none that stands already.
    title, why
        What it refuses, and why.
    needs
        The columns of the sites table it reads; one or several.
    default
        Whether it stands where the project says nothing.
    unknown
        The reason codes it gives where what it asks is not known; one or several.
    doubt
        The range that may put it in doubt, for :func:`siteprior.ranking.eligibility.gate_doubt`.
    parameters
        Its thresholds by name, each ``{value, unit, source, date, confidence}``, registered as the table of its code
        beside those of ``parameters/gates.toml``; by default the table that stands there, none where there is none.
    rule
        What a site has to be, in words with ``{name}`` for each threshold and its unit: ``at least {hectares}``;
        without it the thresholds are listed by name.

    Raises
    ------
    InputError
        When a name is no text, or what is decorated is no function of sites, day and thresholds.
    SitePriorError
        When a gate or a reason of that name stands already, by another function.

    Examples
    --------
    >>> GATES["too_small"].thresholds, GATES["too_small"].unknown
    ({'hectares': 0.25, 'homes': 5.0}, ('size_unknown',))
    """
    where = f"gate '{text_of(code, name='gate: code')}'"
    for text, what in ((title, "title"), (why, "why")):
        text_of(text, name=f"{where}: {what}")
    columns, reasons = (
        name_list(names, what=f"{where}: {what}") for names, what in ((needs, "needs"), (unknown, "unknown"))
    )
    if not isinstance(default, bool):
        raise InputError(f"{where}: default: needs True or False, got {default!r}")
    if parameters is None:
        thresholds = load_parameters("gates").tables().get(code, Parameters(code, {}))
    else:
        thresholds = parameters_of(f"gates.{code}", parameters)

    def register(test: Test) -> Test:
        refuse_function(test, "sites", "as_of", "limits", what=where)
        again = code in _REGISTERED and same_function(test, _REGISTERED[code].test)
        _refuse_taken(code, reasons, but=code if again else "")
        if parameters is not None:
            register_parameters("gates", {code: thresholds}, again=again)
        register_gate(code, thresholds=tuple(thresholds), unknown=reasons)
        _REGISTERED[code] = Gate(
            code, title, why, columns, test, default=default, unknown=reasons, doubt=doubt, parameters=thresholds,
            rule=rule,
        )  # fmt: skip
        return test

    return register


def _refuse_taken(code: str, reasons: tuple[str, ...], *, but: str) -> None:
    """Refuse a gate whose code, or a reason of which, stands already, but for the gate it takes the place of."""
    taken = {name for each in _REGISTERED.values() if each.code != but for name in (each.code, *each.unknown)}
    if twice := [name for name in (code, *reasons) if name in taken]:
        raise SitePriorError(f"gate '{code}': '{twice[0]}' is registered already; use another name")


PLACE = ("easting", "northing")
"""The columns that say where a site is."""


def is_share(unit: str) -> bool:
    """Return whether a unit says that numbers lie between 0 and 1, and so is no word to stand behind one."""
    return unit in ("0-1", "0–1")


def without_place(sites: pd.DataFrame) -> pd.Series:
    """Mark the sites without a place."""
    return sites["easting"].isna() | sites["northing"].isna()


@gate("no_location", title="No place", why="Without coordinates nothing can be measured", needs=PLACE)
def _no_location(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"no_location": without_place(sites)}


@gate(
    "outside_area",
    title="Outside the study area",
    why="No area of the study area holds the site",
    needs=["lsoa_code", *PLACE],
)
def _outside_area(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"outside_area": sites["lsoa_code"].isna() & ~without_place(sites)}


@gate(
    "low_coordinate_confidence",
    title="Place not certain",
    why="The coordinates are of low confidence",
    needs=["coordinate_confidence"],
    default=False,
)
def _low_confidence(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"low_coordinate_confidence": sites["coordinate_confidence"].isin(["low", "none"])}


@gate("ended", title="Ended", why="The site has left the register", needs=["end_date"])
def _ended(sites: pd.DataFrame, as_of: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"ended": sites["end_date"] <= as_of}


@gate("completed", title="Completed", why="The register says it is built", needs=["development_status"])
def _completed(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"completed": sites["development_status"] == "completed"}


@gate(
    "under_construction",
    title="Under construction",
    why="The register says it is being built",
    needs=["development_status"],
)
def _under_construction(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"under_construction": sites["development_status"] == "under construction"}


@gate(
    "too_small",
    title="Too small",
    why="Below both thresholds of the brownfield register: hectares and homes",
    needs=["hectares", "minimum_net_dwellings", "maximum_net_dwellings"],
    unknown=["size_unknown"],
    rule="at least {hectares} or at least {homes}",
)
def _too_small(sites: pd.DataFrame, _day: pd.Timestamp, limits: Mapping[str, float]) -> Reasons:
    homes = sites[["minimum_net_dwellings", "maximum_net_dwellings"]].astype("float64").max(axis=1)
    unknown_size = sites["hectares"].isna() & homes.isna()
    large = (sites["hectares"] >= limits["hectares"]) | (homes >= limits["homes"])
    return {"too_small": ~large & ~unknown_size, "size_unknown": unknown_size}


@gate(
    "beyond_corridor_walk",
    title="Too far from a corridor",
    why="No counted stop of a corridor within the walk",
    needs=["corridor_walk_m", *PLACE],
    unknown=["corridor_walk_unknown"],
    doubt=Doubt("corridor_walk_low_m", "corridor_walk_high_m", "walk_m"),
    rule="at most {walk_m} on foot from a counted stop of a corridor",
)
def _beyond_corridor_walk(sites: pd.DataFrame, _day: pd.Timestamp, limits: Mapping[str, float]) -> Reasons:
    unknown_walk = sites["corridor_walk_m"].isna() & ~without_place(sites)
    return {
        "beyond_corridor_walk": sites["corridor_walk_m"] > limits["walk_m"],
        "corridor_walk_unknown": unknown_walk,
    }


def _decided(sites: pd.DataFrame, word: str) -> pd.Series:
    """Mark the sites of which a word is decided; none of a table without decisions, which needs no column for it."""
    if "decision" not in sites:
        return pd.Series(data=False, index=sites.index)
    return (sites["decision"] == word).fillna(value=False).astype(bool)


@gate("excluded", title="Excluded by decision", why="The team has decided not to acquire the site", needs=())
def _excluded(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"excluded": _decided(sites, "exclude")}


@gate("already_ours", title="Already ours", why="The team says the site is the body's own", needs=())
def _already_ours(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"already_ours": _decided(sites, "already ours")}


@gate("in_pipeline", title="In the pipeline", why="The team says the site is being acquired", needs=())
def _in_pipeline(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"in_pipeline": _decided(sites, "in pipeline")}


DECIDED = ("excluded", "already_ours", "in_pipeline")
"""The gates that stand on what the team has decided, and on nothing measured."""


def known_gates(registry: Mapping[str, Gate] | None) -> Mapping[str, Gate]:
    """Return the registry a caller gave, or :data:`GATES` for ``None``."""
    if registry is None:
        return GATES
    return mapping_of(registry, name="registry", of="code → Gate")


def gate_table(
    *, registry: Mapping[str, Gate] | None = None, gates: Mapping[str, GateSetting] | None = None
) -> pd.DataFrame:
    """List the gates: code, title, why, whether it stands by default and here, and its thresholds in words with units.

    Parameters
    ----------
    registry
        The gates, with those of :func:`siteprior.ranking.user_layers.user_gates` where a project has any.
    gates
        What a project states of them, as for :func:`siteprior.ranking.eligibility.apply_gates`: ``stands`` (yes or
        no) and ``thresholds`` follow it; the defaults when ``None``.

    Examples
    --------
    >>> gate_table().set_index("gate").loc["too_small", "thresholds"]
    'at least 0.25 ha or at least 5 homes'
    """
    given = {} if gates is None else gates
    rows = [
        {
            "gate": each.code,
            "title": each.title,
            "why": each.why,
            "default": "on" if each.default else "off",
            "stands": "no" if given.get(each.code, each.default) is False else "yes",
            "thresholds": each.sentence(given.get(each.code, True)),
            "source": each.source or " ".join(each.parameters.parameter(name).source for name in each.parameters),
        }
        for each in known_gates(registry).values()
    ]
    return pd.DataFrame(rows)
