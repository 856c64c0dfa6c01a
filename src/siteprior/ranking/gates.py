"""Gates: what a site must be before any preference is asked; it passes, or fails with the reasons.

A gate is one function and one registration: its code, its words, the columns it needs, its thresholds, the reasons it
gives for what is not known, and the range that may put it in doubt. The registry is a dict that prints as a table
(:func:`gate_table`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import TypeAlias

import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import ProjectError, SitePriorError
from siteprior.core.parameters import Entry, Parameters, load_parameters, parameters_of, register_parameters
from siteprior.project.gates_weights import GateSetting, gate_faults
from siteprior.project.layers import LayerSpec
from siteprior.project.names import register_gate

_TABLE = replace(schema.SITES, geometry=False)

Reasons: TypeAlias = dict[str, pd.Series]
Test: TypeAlias = Callable[[pd.DataFrame, pd.Timestamp, Mapping[str, float]], Reasons]
Departure: TypeAlias = GateSetting
"""What may be stated of a gate: whether it stands, its one threshold, or thresholds by name."""


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

    @property
    def thresholds(self) -> dict[str, float]:
        """The gate's numbers by name, as the user stated or the parameters have them; empty for a gate without any."""
        return dict(self.stated) or {name: float(self.parameters.number(name)) for name in self.parameters}


_REGISTERED: dict[str, Gate] = {}

GATES: Mapping[str, Gate] = MappingProxyType(_REGISTERED)
"""The gates by code, in the order their reasons are given; :func:`gate_table` prints them."""


def gate(
    code: str,
    *,
    title: str,
    why: str,
    needs: Iterable[str],
    default: bool = True,
    unknown: Iterable[str] = (),
    doubt: Doubt | None = None,
    parameters: Mapping[str, Entry] | None = None,
) -> Callable[[Test], Test]:
    """Register a function as a gate: sites, day and thresholds in, one mask of refused sites per reason code out.

    Parameters
    ----------
    code
        The gate's name in the project file and its reason code; none that stands already.
    title, why
        What it refuses, and why.
    needs
        The columns of the sites table it reads.
    default
        Whether it stands where the project says nothing.
    unknown
        The reason codes it gives where what it asks is not known.
    doubt
        The range that may put it in doubt, for :func:`gate_doubt`.
    parameters
        Its thresholds by name, each ``{value, unit, source, date, confidence}``, registered as the table of its code
        beside those of ``parameters/gates.toml``; by default the table that stands there, none where there is none.

    Raises
    ------
    SitePriorError
        When a gate or a reason of that name stands already.

    Examples
    --------
    >>> GATES["too_small"].thresholds, GATES["too_small"].unknown
    ({'hectares': 0.25, 'homes': 5.0}, ('size_unknown',))
    """
    unknown = tuple(unknown)
    taken = {name for each in _REGISTERED.values() for name in (each.code, *each.unknown)}
    if twice := [name for name in (code, *unknown) if name in taken]:
        raise SitePriorError(f"gate '{code}': '{twice[0]}' is registered already; use another name")
    if parameters is None:
        thresholds = load_parameters("gates").tables().get(code, Parameters(code, {}))
    else:
        thresholds = parameters_of(f"gates.{code}", parameters)

    def register(test: Test) -> Test:
        if parameters is not None:
            register_parameters("gates", {code: thresholds})
        register_gate(code, thresholds=tuple(thresholds), unknown=unknown)
        _REGISTERED[code] = Gate(
            code, title, why, tuple(needs), test, default=default, unknown=unknown, doubt=doubt, parameters=thresholds
        )
        return test

    return register


_PLACE = ("easting", "northing")


def _unplaced(sites: pd.DataFrame) -> pd.Series:
    return sites["easting"].isna() | sites["northing"].isna()


@gate("no_location", title="No place", why="Without coordinates nothing can be measured", needs=_PLACE)
def _no_location(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"no_location": _unplaced(sites)}


@gate(
    "outside_area",
    title="Outside the study area",
    why="No area of the study area holds the site",
    needs=["lsoa_code", *_PLACE],
)
def _outside_area(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"outside_area": sites["lsoa_code"].isna() & ~_unplaced(sites)}


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
    needs=["corridor_walk_m", *_PLACE],
    unknown=["corridor_walk_unknown"],
    doubt=Doubt("corridor_walk_low_m", "corridor_walk_high_m", "walk_m"),
)
def _beyond_corridor_walk(sites: pd.DataFrame, _day: pd.Timestamp, limits: Mapping[str, float]) -> Reasons:
    unknown_walk = sites["corridor_walk_m"].isna() & ~_unplaced(sites)
    return {
        "beyond_corridor_walk": sites["corridor_walk_m"] > limits["walk_m"],
        "corridor_walk_unknown": unknown_walk,
    }


def user_gates(specs: Iterable[LayerSpec], *, registry: Mapping[str, Gate] = GATES) -> dict[str, Gate]:
    """Make gates of the user's own layers: a site passes where the layer's value is as stated.

    A site with a place whose value is missing does not pass, for the reason ``<name>_unknown``.

    Parameters
    ----------
    specs
        The layers of the project; those without a gate are passed over.
    registry
        The gates already there.

    Returns
    -------
    dict
        The user's gates by code, the layer's name; ``{**GATES, **user_gates(specs)}`` is a registry for
        :func:`apply_gates`.

    Raises
    ------
    ProjectError
        When a layer is called as a gate or one of its reasons already is.

    Examples
    --------
    >>> from siteprior.project.layer_checks import parse_layer
    >>> spec = parse_layer({"name": "flood_share", "path": "flood.gpkg", "kind": "vector", "measure": "share",
    ...     "gate": {"at_most": 0.2, "title": "Too much of it floods"}})
    >>> gates = {**GATES, **user_gates([spec])}
    >>> gates["flood_share"].thresholds
    {'at_most': 0.2}
    """
    stated = [spec for spec in specs if spec.gate is not None]
    taken = {name for each in registry.values() for name in (each.code, f"{each.code}_unknown", *each.unknown)}
    faults = [
        f"layers: '{spec.name}' is a gate of siteprior's own; give the layer another name"
        for spec in stated
        if spec.name in taken or f"{spec.name}_unknown" in taken
    ]
    if faults:
        raise ProjectError(*faults)
    return {spec.name: _user_gate(spec) for spec in stated}


def _user_gate(spec: LayerSpec) -> Gate:
    """Make the gate of one layer."""
    scale = spec.gate
    assert scale is not None
    limits = {name: value for name in ("at_least", "at_most") if (value := getattr(scale, name)) is not None}
    unit = f" {spec.unit}" if spec.unit else ""
    wanted = " ".join(f"{name.replace('_', ' ')} {value:g}{unit}" for name, value in limits.items())

    def test(sites: pd.DataFrame, _day: pd.Timestamp, numbers: Mapping[str, float]) -> Reasons:
        values = sites[spec.name]
        unknown_value = values.isna() & ~_unplaced(sites)
        if scale.equals is not None:
            refused = values != scale.equals
        elif scale.at_least is not None:
            refused = values < numbers["at_least"]
        else:
            refused = values > numbers["at_most"]
        return {spec.name: refused & values.notna(), f"{spec.name}_unknown": unknown_value}

    return Gate(
        spec.name, scale.title or spec.title, f"Own layer: needs {wanted or 'to be ' + str(scale.equals)}",
        (spec.name, *_PLACE), test, stated=limits, source=f"user: {spec.path}", unknown=(f"{spec.name}_unknown",),
    )  # fmt: skip


def gate_table(*, registry: Mapping[str, Gate] = GATES) -> pd.DataFrame:
    """List the gates: code, title, why, whether it stands by default, and its thresholds with unit and source.

    Parameters
    ----------
    registry
        The gates, with those of :func:`user_gates` where a project has any.

    Examples
    --------
    >>> gate_table().set_index("gate").loc["too_small", "thresholds"]
    'hectares 0.25 ha, homes 5 homes'
    """
    rows = [
        {
            "gate": each.code,
            "title": each.title,
            "why": each.why,
            "default": "on" if each.default else "off",
            "thresholds": ", ".join(
                f"{name} {number:g} {each.parameters.parameter(name).unit if name in each.parameters else ''}".rstrip()
                for name, number in each.thresholds.items()
            ),
            "source": each.source or " ".join(each.parameters.parameter(name).source for name in each.parameters),
        }
        for each in registry.values()
    ]
    return pd.DataFrame(rows)


def apply_gates(
    sites: pd.DataFrame, *, gates: Mapping[str, Departure], as_of: date, registry: Mapping[str, Gate] = GATES
) -> pd.DataFrame:
    """Return which sites may be ranked (yes or no), and for the others every reason why not.

    A site that cannot be shown to pass does not pass: no size at all gives ``size_unknown``, a place without any
    counted corridor stop ``corridor_walk_unknown``. A site without a place is refused for that alone among the gates
    of place.

    Parameters
    ----------
    sites
        Sites with the columns the gates need (areas and corridors joined).
    gates
        Departures from the default, by gate code: ``False`` takes a gate away, ``True`` puts it up, a number replaces
        its one threshold, a mapping replaces thresholds by name. Gates not named stand as :func:`gate_table` says.
    as_of
        The day on which an end date is past.
    registry
        The gates there are, with those of :func:`user_gates` where a project has any.

    Returns
    -------
    DataFrame
        ``eligible`` (``yes`` or ``no``) and ``gate_reasons`` (codes joined by ``; ``, missing where eligible), on the
        index of ``sites``.

    Raises
    ------
    SitePriorError
        When a gate or threshold is unknown, or a setting is not one a gate takes; all of them at once.
    InputError
        When a column is missing or the index is not ``site_id``.

    Notes
    -----
    Size: SI 2017/403, at least 0.25 ha or 5 dwellings. The larger of the register's two figures of homes counts, for
    the regulations ask what the land is capable of.

    Examples
    --------
    >>> sites = schema.conform(pd.DataFrame(
    ...     {"easting": [4e5, 4e5], "northing": [3e5, 3e5], "lsoa_code": ["E01000001"] * 2, "hectares": [0.3, 0.1],
    ...      "minimum_net_dwellings": [3, 4], "corridor_walk_m": [200.0, 1200.0]},
    ...     index=pd.Index(["a", "b"], name="site_id")), schema.SITES)
    >>> gated = apply_gates(sites, gates={"beyond_corridor_walk": 1600}, as_of=date(2021, 1, 1))
    >>> gated.reset_index()
      site_id eligible gate_reasons
    0       a      yes          NaN
    1       b       no    too_small
    """
    settings = _settings(gates, registry)
    needs = [column for code in settings for column in registry[code].needs]
    schema.check(sites, _TABLE, name="sites", needs=dict.fromkeys(needs))
    day = pd.Timestamp(as_of)
    reasons: Reasons = {}
    for code, limits in settings.items():
        reasons |= registry[code].test(sites, day, limits)

    codes = _joined(reasons, sites.index)
    return pd.DataFrame(
        {
            "eligible": pd.Series("yes", index=sites.index, dtype="str").where(codes.isna(), "no"),
            "gate_reasons": codes,
        }
    )


def gate_doubt(
    sites: pd.DataFrame, *, gates: Mapping[str, Departure], registry: Mapping[str, Gate] = GATES
) -> pd.Series:
    """Return the gates that the uncertainty of a site's place leaves open, either way.

    The gates themselves stand on the central value. A gate that declares a range is in doubt where the lowest number
    passes and the highest does not: as ``beyond_corridor_walk``, by the walk from the nearest and from the farthest
    place a site may lie at.

    Parameters
    ----------
    sites
        Sites with the range columns of the gates that stand: ``corridor_walk_low_m`` and ``corridor_walk_high_m``.
    gates, registry
        The departures from the default gates and the gates there are, as for :func:`apply_gates`.

    Returns
    -------
    Series
        The gates' codes, joined by ``; ``, on the index of ``sites``; missing where none is in doubt, or no range is
        known.

    Raises
    ------
    SitePriorError
        As :func:`apply_gates`.

    Examples
    --------
    >>> sites = schema.conform(pd.DataFrame(
    ...     {"corridor_walk_low_m": [900.0, 1000.0], "corridor_walk_high_m": [1020.0, 1100.0]},
    ...     index=pd.Index(["a", "b"], name="site_id")), schema.SITES)
    >>> gate_doubt(sites, gates={}).tolist()
    ['beyond_corridor_walk', nan]
    """
    settings = _settings(gates, registry)
    ranges = {code: (doubt, settings[code]) for code in settings if (doubt := registry[code].doubt) is not None}
    needs = [column for doubt, _ in ranges.values() for column in (doubt.low, doubt.high)]
    schema.check(sites, _TABLE, name="sites", needs=dict.fromkeys(needs))
    open_ = {
        code: (sites[doubt.low] <= limits[doubt.threshold]) & (sites[doubt.high] > limits[doubt.threshold])
        for code, (doubt, limits) in ranges.items()
    }
    return _joined(open_, sites.index).rename("gate_doubt")


def _joined(masks: Mapping[str, pd.Series], index: pd.Index) -> pd.Series:
    """Return the names of the masks that hold for each site, joined by ``; ``; missing where none does."""
    names = pd.Series("", index=index, dtype="str")
    for name, mask in masks.items():
        names = names.where(~mask.fillna(False).astype(bool), names + "; " + name)
    return names.str.removeprefix("; ").where(names != "")


def _settings(gates: Mapping[str, Departure], registry: Mapping[str, Gate]) -> dict[str, dict[str, float]]:
    """Return the thresholds of every gate that stands, in declared order, or refuse what makes no sense."""
    faults = gate_faults(gates, {code: tuple(declared.thresholds) for code, declared in registry.items()})
    if faults:
        raise SitePriorError(*(fault.text for fault in faults))
    settings = {}
    for code, declared in registry.items():
        given = gates.get(code, declared.default)
        if given is False:
            continue
        limits = declared.thresholds
        if isinstance(given, Mapping):
            limits |= {name: float(number) for name, number in given.items()}
        elif given is not True:
            limits = dict.fromkeys(limits, float(given))
        settings[code] = limits
    return settings
