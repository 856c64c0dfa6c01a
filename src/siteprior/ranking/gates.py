"""Gates: what a site must be before any preference is asked; it passes, or fails with the reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import ProjectError, SitePriorError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.project.layers import LayerSpec

_TABLE = replace(schema.SITES, geometry=False)

Reasons = dict[str, pd.Series]
Test = Callable[[pd.DataFrame, pd.Timestamp, Mapping[str, float]], Reasons]


@dataclass(frozen=True)
class Gate:
    """One gate: its code, what it refuses and why, whether it stands by default, and the test.

    The test gives one mask of refused sites per reason code: the gate's own, or one that says what could not be told.
    """

    code: str
    title: str
    why: str
    needs: tuple[str, ...]
    test: Test
    default: bool = True
    stated: Mapping[str, float] = field(default_factory=dict, hash=False)
    source: str = ""

    @property
    def thresholds(self) -> dict[str, float]:
        """The gate's numbers by name, as the user stated or the presets have them; empty for a gate that has none."""
        presets = load_parameters("gates").get(self.code, {})
        return dict(self.stated) or {name: float(preset.value) for name, preset in presets.items()}


def _unplaced(sites: pd.DataFrame) -> pd.Series:
    return sites["easting"].isna() | sites["northing"].isna()


def _no_location(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"no_location": _unplaced(sites)}


def _outside_area(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"outside_area": sites["lsoa_code"].isna() & ~_unplaced(sites)}


def _low_confidence(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"low_coordinate_confidence": sites["coordinate_confidence"].isin(["low", "none"])}


def _ended(sites: pd.DataFrame, as_of: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"ended": sites["end_date"] <= as_of}


def _completed(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"completed": sites["development_status"] == "completed"}


def _under_construction(sites: pd.DataFrame, _day: pd.Timestamp, _limits: Mapping[str, float]) -> Reasons:
    return {"under_construction": sites["development_status"] == "under construction"}


def _too_small(sites: pd.DataFrame, _day: pd.Timestamp, limits: Mapping[str, float]) -> Reasons:
    homes = sites[["minimum_net_dwellings", "maximum_net_dwellings"]].astype("float64").max(axis=1)
    unknown_size = sites["hectares"].isna() & homes.isna()
    large = (sites["hectares"] >= limits["hectares"]) | (homes >= limits["homes"])
    return {"too_small": ~large & ~unknown_size, "size_unknown": unknown_size}


def _beyond_corridor_walk(sites: pd.DataFrame, _day: pd.Timestamp, limits: Mapping[str, float]) -> Reasons:
    unknown_walk = sites["corridor_walk_m"].isna() & ~_unplaced(sites)
    return {
        "beyond_corridor_walk": sites["corridor_walk_m"] > limits["walk_m"],
        "corridor_walk_unknown": unknown_walk,
    }


_PLACE = ("easting", "northing")
_DECLARED = (
    Gate("no_location", "No place", "Without coordinates nothing can be measured", _PLACE, _no_location),
    Gate(
        "outside_area", "Outside the study area", "No area of the study area holds the site",
        ("lsoa_code", *_PLACE), _outside_area,
    ),
    Gate(
        "low_coordinate_confidence", "Place not certain", "The coordinates are of low confidence",
        ("coordinate_confidence",), _low_confidence, default=False,
    ),
    Gate("ended", "Ended", "The site has left the register", ("end_date",), _ended),
    Gate("completed", "Completed", "The register says it is built", ("development_status",), _completed),
    Gate(
        "under_construction", "Under construction", "The register says it is being built",
        ("development_status",), _under_construction,
    ),
    Gate(
        "too_small", "Too small", "Below both thresholds of the brownfield register: hectares and homes",
        ("hectares", "minimum_net_dwellings", "maximum_net_dwellings"), _too_small,
    ),
    Gate(
        "beyond_corridor_walk", "Too far from a corridor", "No counted stop of a corridor within the walk",
        ("corridor_walk_m", *_PLACE), _beyond_corridor_walk,
    ),
)  # fmt: skip

_UNKNOWN = ("size_unknown", "corridor_walk_unknown")
"""Reasons for what could not be told."""

GATES: Mapping[str, Gate] = MappingProxyType({gate.code: gate for gate in _DECLARED})
"""The gates by code, in the order their reasons are given; :func:`gate_table` prints them."""


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
    taken = {*registry, *_UNKNOWN, *(f"{code}_unknown" for code in registry)}
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
    gate = spec.gate
    assert gate is not None
    limits = {name: value for name in ("at_least", "at_most") if (value := getattr(gate, name)) is not None}
    unit = f" {spec.unit}" if spec.unit else ""
    wanted = " ".join(f"{name.replace('_', ' ')} {value:g}{unit}" for name, value in limits.items())

    def test(sites: pd.DataFrame, _day: pd.Timestamp, numbers: Mapping[str, float]) -> Reasons:
        values = sites[spec.name]
        unknown_value = values.isna() & ~_unplaced(sites)
        if gate.equals is not None:
            refused = values != gate.equals
        elif gate.at_least is not None:
            refused = values < numbers["at_least"]
        else:
            refused = values > numbers["at_most"]
        return {spec.name: refused & values.notna(), f"{spec.name}_unknown": unknown_value}

    return Gate(
        spec.name, gate.title or spec.title, f"Own layer: needs {wanted or 'to be ' + str(gate.equals)}",
        (spec.name, *_PLACE), test, stated=limits, source=f"user: {spec.path}",
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
    rows = []
    for gate in registry.values():
        presets = load_parameters("gates").get(gate.code, {})
        rows.append(
            {
                "gate": gate.code,
                "title": gate.title,
                "why": gate.why,
                "default": "on" if gate.default else "off",
                "thresholds": ", ".join(
                    f"{name} {number:g} {presets[name].unit if name in presets else ''}".rstrip()
                    for name, number in gate.thresholds.items()
                ),
                "source": gate.source or " ".join(preset.source for preset in presets.values()),
            }
        )
    return pd.DataFrame(rows)


def apply_gates(
    sites: pd.DataFrame, *, gates: Mapping[str, Any], as_of: date, registry: Mapping[str, Gate] = GATES
) -> pd.DataFrame:
    """Tell which sites may be ranked (yes or no), and for the others every reason why not.

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

    words = pd.Series("", index=sites.index, dtype="str")
    for reason, refused in reasons.items():
        mask = refused.fillna(False).astype(bool)
        words = words.where(~mask, words + "; " + reason)
    refused_any = words != ""
    return pd.DataFrame(
        {
            "eligible": pd.Series("yes", index=sites.index, dtype="str").where(~refused_any, "no"),
            "gate_reasons": words.str.removeprefix("; ").where(refused_any),
        }
    )


def gate_doubt(sites: pd.DataFrame, *, gates: Mapping[str, Any], registry: Mapping[str, Gate] = GATES) -> pd.Series:
    """Name the gate the uncertainty of a site's place could turn, either way.

    The gates themselves stand on the central value. A walk from the nearest place a site may reach that passes, and
    one from the farthest that does not, leave the answer of ``beyond_corridor_walk`` open.

    Parameters
    ----------
    sites
        Sites with ``corridor_walk_low_m`` and ``corridor_walk_high_m``.
    gates, registry
        The departures from the default gates and the gates there are, as for :func:`apply_gates`.

    Returns
    -------
    Series
        The gate's code on the index of ``sites``; missing where it is not in doubt, or no range is known.

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
    code, ends = "beyond_corridor_walk", ["corridor_walk_low_m", "corridor_walk_high_m"]
    settings = _settings(gates, registry)
    schema.check(sites, _TABLE, name="sites", needs=ends)
    doubt = pd.Series(code, index=sites.index, dtype="str", name="gate_doubt")
    limit = settings[code]["walk_m"] if code in settings else float("nan")  # nothing lies about no limit
    return doubt.where((sites[ends[0]] <= limit) & (sites[ends[1]] > limit))


def _settings(gates: Mapping[str, Any], registry: Mapping[str, Gate]) -> dict[str, dict[str, float]]:
    """Return the thresholds of every gate that stands, in declared order, or refuse what makes no sense."""
    faults = [unknown("gate", code, registry) for code in gates if code not in registry]
    settings = {}
    for code, gate in registry.items():
        given = gates.get(code, gate.default)
        if given is False:
            continue
        limits = gate.thresholds
        if given is not True:
            limits, said = _replaced(code, limits, given)
            faults.extend(said)
        settings[code] = limits
    if faults:
        raise SitePriorError(*faults)
    return settings


def _replaced(code: str, limits: dict[str, float], given: Any) -> tuple[dict[str, float], list[str]]:
    """Replace thresholds of one gate by those given; return them with what is wrong in them."""
    names = ", ".join(limits)
    if not isinstance(given, Mapping):
        if len(limits) != 1:
            takes = f"true, false or a table with {names}" if limits else "true or false"
            return limits, [f"gate '{code}': takes {takes}, not {given!r}"]
        given = {next(iter(limits)): given}
    faults = [unknown(f"threshold of gate '{code}'", name, limits) for name in given if name not in limits]
    for name, number in given.items():
        if name in limits and (isinstance(number, bool) or not isinstance(number, int | float) or not number >= 0):
            faults.append(f"gate '{code}': {name} needs a number of at least 0, not {number!r}")
    return limits | {name: float(given[name]) for name in given if not faults}, faults
