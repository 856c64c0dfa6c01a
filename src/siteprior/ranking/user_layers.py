"""The user's own layers as gates and criteria, as the project file states them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from siteprior.core.errors import ProjectError
from siteprior.project.layers import LayerSpec
from siteprior.ranking.criteria import Criterion, column_measure, known_criteria
from siteprior.ranking.gates import PLACE, Gate, Reasons, is_share, known_gates, without_place


def user_gates(specs: Iterable[LayerSpec], *, registry: Mapping[str, Gate] | None = None) -> dict[str, Gate]:
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
        :func:`siteprior.ranking.eligibility.apply_gates`.

    Raises
    ------
    ProjectError
        When a layer is called as a gate or one of its reasons already is.

    Examples
    --------
    >>> from siteprior.project.layer_checks import parse_layer
    >>> spec = parse_layer({"name": "flood_share", "path": "flood.gpkg", "kind": "vector", "measure": "share",
    ...     "gate": {"at_most": 0.2, "title": "Too much of it floods"}})
    >>> from siteprior.ranking.gates import GATES
    >>> gates = {**GATES, **user_gates([spec])}
    >>> gates["flood_share"].thresholds
    {'at_most': 0.2}
    """
    stated = [spec for spec in specs if spec.gate is not None]
    taken = {
        name for each in known_gates(registry).values() for name in (each.code, f"{each.code}_unknown", *each.unknown)
    }
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
    unit = f" {spec.unit}" if spec.unit and not is_share(spec.unit) else ""
    stated = " and ".join(f"{name.replace('_', ' ')} {{{name}}}{unit}" for name in limits)

    def test(sites: pd.DataFrame, _day: pd.Timestamp, numbers: Mapping[str, float]) -> Reasons:
        values = sites[spec.name]
        unknown_value = values.isna() & ~without_place(sites)
        if scale.equals is not None:
            refused = values != scale.equals
        elif scale.at_least is not None:
            refused = values < numbers["at_least"]
        else:
            refused = values > numbers["at_most"]
        return {spec.name: refused & values.notna(), f"{spec.name}_unknown": unknown_value}

    return Gate(
        spec.name, scale.title or spec.title, "By a layer of the project's own",
        (spec.name, *PLACE), test, stated=limits, source=f"user: {spec.path}", unknown=(f"{spec.name}_unknown",),
        rule=stated or str(scale.equals).replace("{", "{{").replace("}", "}}"),
    )  # fmt: skip


def user_criteria(
    specs: Iterable[LayerSpec], *, criteria: Mapping[str, Criterion] | None = None
) -> dict[str, Criterion]:
    """Make criteria of the user's own layers: unit, anchors and source as the project file states them.

    Parameters
    ----------
    specs
        The layers of the project; those without a criterion are passed over.
    criteria
        The criteria already there.

    Returns
    -------
    dict
        The user's criteria by name, the layer's; yes counts 1 and no 0. ``{**CRITERIA, **user_criteria(specs)}`` is a
        registry for :func:`siteprior.ranking.decision_matrix.measure`, ``value`` and what else takes one.

    Raises
    ------
    ProjectError
        When a layer is called as a criterion already is.

    Examples
    --------
    >>> from siteprior.project.layer_checks import parse_layer
    >>> spec = parse_layer({"name": "fuel_poverty", "path": "fuel_poverty.csv", "kind": "table", "measure": "value",
    ...     "column": "share", "by": "lsoa_code", "code": "LSOA21CD", "year": 2021, "unit": "%",
    ...     "criterion": {"group": "need", "worst": 0, "best": 50}})
    >>> own = user_criteria([spec])
    >>> own["fuel_poverty"].unit, own["fuel_poverty"].best, own["fuel_poverty"].confidence
    ('%', 50.0, 'user')
    """
    stated = [spec for spec in specs if spec.criterion is not None]
    faults = [
        f"layers: '{spec.name}' is a criterion of siteprior's own; give the layer another name"
        for spec in stated
        if spec.name in known_criteria(criteria)
    ]
    if faults:
        raise ProjectError(*faults)
    return {spec.name: _user_criterion(spec) for spec in stated}


def _user_criterion(spec: LayerSpec) -> Criterion:
    """Make the criterion of one layer."""
    scale = spec.criterion
    assert scale is not None

    return Criterion(
        spec.name, scale.title or spec.title, scale.group, spec.unit, scale.worst, scale.best, (spec.name,),
        column_measure(spec.name),
        source=scale.source or f"user: {spec.path}", date=scale.date, confidence="user",
    )  # fmt: skip
