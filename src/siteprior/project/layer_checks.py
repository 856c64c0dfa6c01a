"""The layers of a project file, checked whole: unknown words, missing keys and contradictions, all named at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, WrapValidator

from siteprior.core.errors import ProjectError, unknown
from siteprior.project.faults import Fault, address, faults_of, keys_of, several
from siteprior.project.kinds import Stated
from siteprior.project.layer_specs import LayerSpec, RasterSpec, TableSpec, VectorSpec, kind_fault
from siteprior.project.names import criterion_names, gate_reasons

_Handler = Callable[[Stated], LayerSpec]
_AnyKind = Annotated[TableSpec | VectorSpec | RasterSpec, Field(discriminator="kind")]


class _UnknownKind(LayerSpec):
    """A layer whose kind is wrong: what else is wrong with it is found all the same."""

    model_config = ConfigDict(extra="ignore")


def _of_a_kind(stated: Stated, handler: _Handler) -> LayerSpec:
    """Validate a layer as one of its kind; where the kind is wrong, name what else is."""
    wrong = kind_fault(stated) if isinstance(stated, Mapping) else None
    if wrong is None or not isinstance(stated, Mapping):
        return handler(stated)
    every = {name for model in (TableSpec, VectorSpec, RasterSpec) for name in keys_of(model)}
    faults = [wrong]
    faults += [Fault((name,), unknown("key", name, every), ()) for name in stated if name not in every]
    try:
        _UnknownKind.model_validate(stated)
    except ValidationError as error:
        faults += [fault for fault in faults_of(error, _UnknownKind) if fault.at != ("kind",)]
    raise several(faults)


def _together(stated: Stated, handler: Callable[[Stated], tuple[LayerSpec, ...]]) -> tuple[LayerSpec, ...]:
    """Validate the layers, and the names they have among each other and beside siteprior's own."""
    entries = stated if isinstance(stated, list | tuple) else []
    faults = _name_faults([entry if isinstance(entry, Mapping) else {} for entry in entries])
    try:
        layers = handler(stated)
    except ValidationError as error:
        raise several([*faults_of(error, Layers), *faults]) from None
    if faults:
        raise several(faults)
    return layers


def _name_faults(entries: Iterable[Mapping[str, Stated]]) -> list[Fault]:
    """Return which names stand twice, and which are those of a criterion or gate of siteprior's own."""
    criteria, taken = criterion_names(), gate_reasons()
    faults, seen = [], list[str]()
    for place, entry in enumerate(entries):
        name = str(entry.get("name", ""))
        own = "is a {} of siteprior's own; give the layer another name"
        if "criterion" in entry and name in criteria:
            faults.append(Fault((place, "name"), f"'{name}' {own.format('criterion')}", ()))
        if "gate" in entry and (name in taken or f"{name}_unknown" in taken):
            faults.append(Fault((place, "name"), f"'{name}' {own.format('gate')}", ()))
        seen.append(name)
        if name and seen.count(name) == 2:
            faults.append(
                Fault((place, "name"), f"the name '{name}' stands more than once; give each layer its own", ())
            )
    return faults


Layers = Annotated[
    tuple[Annotated[_AnyKind, WrapValidator(_of_a_kind)], ...],
    WrapValidator(_together),
]
"""The layers of a project, in the order given."""

_LAYERS: TypeAdapter[tuple[LayerSpec, ...]] = TypeAdapter(Layers)


def parse_layers(stated: Iterable[Mapping[str, Stated]]) -> tuple[LayerSpec, ...]:
    """Check the layers of a project, all at once.

    Parameters
    ----------
    stated
        One mapping per layer, as ``[[layers]]`` of the project file has them. What a project says of a file's origin
        (url, sha256, vintage, publisher, licence, attribution) may stand there, too.

    Returns
    -------
    tuple of LayerSpec
        In the order given.

    Raises
    ------
    ProjectError
        Naming every fault of every layer: unknown keys and words, missing keys, wrong kinds, names twice.
    """
    try:
        return _LAYERS.validate_python(list(stated))
    except ValidationError as error:
        faults = [fault.within(("layers",)) for fault in faults_of(error, Layers)]
        raise ProjectError(*(fault.sentence(address) for fault in faults)) from None


def parse_layer(stated: Mapping[str, Stated]) -> LayerSpec:
    """Check one layer: :func:`parse_layers` of one.

    Examples
    --------
    >>> spec = parse_layer({"name": "flood_share", "path": "flood.gpkg", "kind": "vector", "measure": "share",
    ...     "signal": {"letter": "P", "zero": 0, "full": 1, "grade": "B", "reason": "in flood zone 3"}})
    >>> spec.unit, spec.title, spec.signal.full
    ('0-1', 'Flood share', 1.0)
    >>> parse_layer({"name": "Flood", "path": "flood.gpkg", "kind": "vector", "measure": "mean"})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    siteprior.core.errors.ProjectError: layers[1].name: 'Flood' is no name for a column; give ...
    layers[1].measure: unknown measure of a vector layer 'mean'; Valid: count, names, nearest, share, value, within
    """
    return parse_layers([stated])[0]
