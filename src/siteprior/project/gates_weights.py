"""Gates and weights, checked: one check for ``[gates]`` and ``[weights]`` of a project file and for scripts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import isfinite
from numbers import Real
from typing import Annotated, TypeGuard

from pydantic import PlainValidator, ValidationInfo

from siteprior.core.errors import unknown
from siteprior.project.faults import Fault, refuse, several
from siteprior.project.kinds import Stated, names_in
from siteprior.project.names import criterion_names, gate_thresholds, weight_sets

SET = "set"
"""The key of ``[weights]`` that names a set of weights."""


def usual_set(*, timetables: bool) -> str:
    """Return the named set of weights of a project that states none: by what runs where it has timetables.

    Examples
    --------
    >>> usual_set(timetables=True), usual_set(timetables=False)
    ('timetabled', 'balanced')
    """
    return "timetabled" if timetables else "balanced"


GateSetting = bool | int | float | Mapping[str, float]
"""What may be stated of a gate: whether it stands, its one threshold, or its thresholds by name."""


def is_number(value: Stated | Mapping[str, float]) -> TypeGuard[float]:
    """Return whether a value is a finite number, and not a flag; a whole number beyond the range of floats is none.

    Examples
    --------
    >>> is_number(0.5), is_number("0.5"), is_number(True), is_number(float("nan"))
    (True, False, False, False)
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    try:
        return isfinite(float(value))
    except OverflowError:
        return False


def gate_faults(gates: Mapping[str, Stated | GateSetting], thresholds: Mapping[str, Collection[str]]) -> list[Fault]:
    """Return what is wrong with what is stated of the gates.

    Parameters
    ----------
    gates
        Per gate ``True``, ``False``, a number of at least 0 for its one threshold, or a mapping of thresholds.
    thresholds
        The gates there are, each with the names of its thresholds.
    """
    faults = []
    for code in gates:
        if code not in thresholds:
            faults.append(Fault((code,), unknown("gate", str(code), thresholds), ()))
    for code, limits in thresholds.items():
        given = gates.get(code, True)
        if isinstance(given, bool):
            continue
        if isinstance(given, Mapping):
            stated: dict[str, Stated] = {**given}
        elif len(limits) == 1:
            stated = {next(iter(limits)): given}
        else:
            takes = f"true, false or a table with {', '.join(limits)}" if limits else "true or false"
            faults.append(Fault((code,), f"gate '{code}': takes {takes}, not {shown(given)}", ()))
            continue
        for name, number in stated.items():
            at = (code, name) if isinstance(given, Mapping) else (code,)
            if name not in limits:
                faults.append(Fault(at, unknown(f"threshold of gate '{code}'", str(name), limits), ()))
            elif not is_number(number) or number < 0:
                faults.append(Fault(at, f"gate '{code}': {name} needs a number of at least 0, not {shown(number)}", ()))
    return faults


def weight_faults(weights: Mapping[str, Stated], criteria: Collection[str]) -> list[Fault]:
    """Return what is wrong with weights: for an unknown criterion, negative, no number, or all of them zero."""
    faults = [Fault((name,), unknown("criterion", str(name), criteria), ()) for name in weights if name not in criteria]
    for name, weight in weights.items():
        if not is_number(weight):
            faults.append(Fault((name,), f"'{name}' needs a number, not {shown(weight)}", ()))
        elif weight < 0:
            negative = f"'{name}' is negative ({shown(weight)}); a weight is 0 or more, the anchors give the direction"
            faults.append(Fault((name,), negative, ()))
    if not faults and not any(is_number(weight) and weight > 0 for weight in weights.values()):
        faults.append(Fault((), "all are zero or none is given; at least one needs to be above 0"))
    return faults


def shown(value: Stated | GateSetting) -> str:
    """Return a value as a message shows it: Python writes no whole number of more than some thousand digits."""
    try:
        return repr(value)
    except ValueError:
        return "a number of thousands of digits"


def _gates(stated: Stated, info: ValidationInfo) -> dict[str, Stated]:
    """Check ``[gates]``."""
    if not isinstance(stated, Mapping):
        raise refuse(f"needs a table of keys, not {stated!r}")
    faults = gate_faults(stated, gate_thresholds(names_in(info)))
    if faults:
        raise several(faults)
    return dict(stated)


def _weights(stated: Stated, info: ValidationInfo) -> dict[str, Stated]:
    """Check ``[weights]``: a named set, weights of the project's own, or nothing."""
    if not isinstance(stated, Mapping):
        raise refuse(f"needs a table of keys, not {stated!r}")
    own = {name: weight for name, weight in stated.items() if name != SET}
    faults = []
    if SET in stated:
        if own:
            faults.append(Fault((SET,), "gives both a set and weights of its own; keep one of the two", ()))
        if stated[SET] not in weight_sets():
            faults.append(Fault((SET,), unknown("weight set", str(stated[SET]), weight_sets()), ()))
    known = criterion_names(names_in(info))
    faults += weight_faults(own, known) if own else []
    faults = [_of_a_layer(fault, names_in(info).layers, known) for fault in faults]
    if faults and any(name not in known for name in own):
        # the one key that is no criterion is offered beside them
        faults = [fault._replace(text=_with_set(fault, known)) for fault in faults]
    if faults:
        raise several(faults)
    return {name: float(weight) if is_number(weight) else str(weight) for name, weight in stated.items()}


def _of_a_layer(fault: Fault, layers: Collection[str], criteria: Collection[str]) -> Fault:
    """Say of a weight on a layer without a criterion what makes it one."""
    name = str(fault.at[-1]) if fault.at else ""
    if name not in layers or name in criteria or not fault.text.startswith("unknown criterion"):
        return fault
    return fault._replace(
        text=f"'{name}' is a layer of the project without a criterion; add to it what counts as worst and as best: "
        'criterion = {group = "need", worst = …, best = …}'
    )


def _with_set(fault: Fault, known: Collection[str]) -> str:
    """Name ``set`` where a key is near to nothing but it."""
    name = str(fault.at[-1]) if fault.at else ""
    return unknown("criterion", name, [*known, SET]) if fault.text.startswith("unknown criterion") else fault.text


Gates = Annotated[dict[str, GateSetting], PlainValidator(_gates)]
Weights = Annotated[dict[str, float | str], PlainValidator(_weights)]
