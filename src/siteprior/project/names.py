"""The names a project file may use: of criteria, gates, sets of weights, funds, profiles, and of its own layers.

They stand in the parameter files, and are looked up when a project is loaded, not before: a criterion or a gate that
was registered since is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from siteprior.core.parameters import load_parameters
from siteprior.project.registered_keys import keys_stated

UNKNOWN_REASONS = ("size_unknown", "corridor_walk_unknown")
"""Reasons a gate gives for what is not known; no gate of the user's own may be called so."""

PROPERTY_TYPES = load_parameters("inputs").table("property_types").texts("names")
"""The types of homes that sales distinguish."""


@dataclass(frozen=True)
class Names:
    """The names a project file itself gives to things.

    Attributes
    ----------
    layers
        Its layers.
    criteria
        Those of them that are criteria.
    gates
        Those that are gates, with the names of their thresholds.
    datasets
        The ids of its own datasets.
    """

    layers: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    gates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    datasets: tuple[str, ...] = ()

    @classmethod
    def of(cls, stated: Mapping[str, object]) -> Names:
        """Collect the names from a project file as it was parsed, faulty or not."""
        listed = stated.get("layers")
        entries = [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []
        named = [(entry["name"], entry) for entry in entries if isinstance(entry.get("name"), str)]
        gates = {name: entry["gate"] for name, entry in named if isinstance(entry.get("gate"), Mapping)}
        evidence = keys_stated(stated)
        return cls(
            layers=tuple(dict.fromkeys([*(name for name, _ in named), *(n for key in evidence for n in key.layers)])),
            criteria=tuple(
                dict.fromkeys(
                    [
                        *(name for name, entry in named if "criterion" in entry),
                        *(name for key in evidence for name in key.criteria),
                    ]
                )
            ),
            gates={
                name: tuple(limit for limit in ("at_least", "at_most") if limit in gate) for name, gate in gates.items()
            }
            | {name: limits for key in evidence for name, limits in key.gates.items()},
            datasets=tuple(own) if isinstance(own := stated.get("datasets"), Mapping) else (),
        )


_CRITERIA: list[str] = []
_GATES: dict[str, tuple[str, ...]] = {}
_REASONS: dict[str, tuple[str, ...]] = {}


def register_criterion(name: str) -> None:
    """Make the name of a criterion known to project files, where no parameter file names it."""
    if name not in _CRITERIA:
        _CRITERIA.append(name)


def register_gate(name: str, *, thresholds: tuple[str, ...] = (), unknown: tuple[str, ...] = ()) -> None:
    """Make a gate known to project files, with its thresholds and the reasons it gives for what is not known."""
    _GATES[name] = thresholds
    _REASONS[name] = unknown


def gate_reasons() -> set[str]:
    """Return the names that no gate of a user's own may have: of gates, and of the reasons they give."""
    gates = gate_thresholds()
    registered = (name for each in _REASONS.values() for name in each)
    return {*gates, *UNKNOWN_REASONS, *registered, *(f"{gate}_unknown" for gate in gates)}


def criterion_names(names: Names | None = None) -> list[str]:
    """Return the criteria there are, those of the project's own layers last.

    Examples
    --------
    >>> criterion_names()[:4]
    ['corridor_access', 'station_access', 'bus_access', 'access_index']
    """
    found: list[str] = []
    for name, anchors in load_parameters("criteria").tables().items():
        found += anchors.table("criteria") if "criteria" in anchors else [name]
    return list(dict.fromkeys([*found, *_CRITERIA, *(names.criteria if names else ())]))


def gate_thresholds(names: Names | None = None) -> dict[str, tuple[str, ...]]:
    """Return the gates there are with the names of their thresholds, those of the project's own layers last.

    Examples
    --------
    >>> gate_thresholds()["too_small"], gate_thresholds()["completed"]
    (('hectares', 'homes'), ())
    """
    found = {name: tuple(gate.parameters()) for name, gate in load_parameters("gates").tables().items()}
    return {**found, **_GATES, **(names.gates if names else {})}


ADDED_UNITS = ("GBP", "homes", "jobs", "ha")
"""Units of columns whose figures of several sites are added up."""

OWN_MEASURES = {
    "homes": "capacity_dwellings",
    "jobs": "jobs_central",
    "hectares": "hectares",
}
"""Measures of a programme that go by a shorter name than the column of the sites they are."""


def added_columns() -> dict[str, str]:
    """Return the columns of sites in pounds, homes, jobs or hectares, with their unit: those of several are added up.

    Examples
    --------
    >>> added_columns()["acquisition_cost_gbp"], "bcr" in added_columns(), "walk_m" in added_columns()
    ('GBP', False, False)
    """
    from siteprior.core.schema import SITES

    found = {column.name: column.unit for column in SITES.columns if column.unit in ADDED_UNITS}
    return {name: unit for name, unit in found.items() if name not in POOLED}


POOLED = ("opportunity_hectares", "opportunity_dwellings")
"""Columns that are sums over an opportunity already."""


def programme_measures() -> list[str]:
    """Return what floors and caps of a programme may be of.

    Examples
    --------
    >>> programme_measures()[:4]
    ['sites', 'homes', 'jobs', 'hectares']
    """
    return ["sites", *OWN_MEASURES, *(name for name in added_columns() if name not in OWN_MEASURES)]


def programme_benefits() -> list[str]:
    """Return what a programme may maximise.

    Examples
    --------
    >>> programme_benefits()[:3]
    ['weighted_homes', 'score', 'homes']
    """
    return ["weighted_homes", "score", *programme_measures()[1:]]


def programme_costs() -> list[str]:
    """Return the columns a programme's cost may be made of: those in pounds.

    Examples
    --------
    >>> "acquisition_cost_gbp" in programme_costs(), "homes" in programme_costs()
    (True, False)
    """
    return [name for name, unit in added_columns().items() if unit == "GBP"]


def weight_sets() -> list[str]:
    """Return the names of the sets of weights."""
    return list(load_parameters("weights"))


def fund_names() -> list[str]:
    """Return the funds whose rules are known."""
    return list(load_parameters("funds").table("funds"))


def profiles() -> list[str]:
    """Return the profiles of parts of the country: sets of assumptions that go together."""
    return list(load_parameters("profiles").table("profiles"))


def profile_funds(profile: str | None) -> tuple[str, ...]:
    """Return the funds of a profile; none without one.

    Examples
    --------
    >>> profile_funds("wmca")[:2], profile_funds(None)
    (('wmca-framework', 'wmca-land-funds'), ())
    """
    if profile is None:
        return ()
    return load_parameters("profiles").table("profiles").table(profile).texts("funds")


def capacity_profiles() -> list[str]:
    """Return the density profiles."""
    return list(load_parameters("capacity").table("profiles"))


def optimism_classes() -> list[str]:
    """Return the classes of works optimism bias differs by."""
    return list(load_parameters("benefits").table("optimism"))


def remediation_classes() -> list[str]:
    """Return the classes of former use remediation is priced by."""
    return list(load_parameters("costs").table("former_uses"))


def employment_uses() -> list[str]:
    """Return the employment uses jobs are counted for."""
    return list(load_parameters("jobs").table("uses"))
