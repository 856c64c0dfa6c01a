"""The layers of a project file, checked whole: unknown words, missing keys and contradictions, all named at once.

Nothing stated is evaluated as code: a filter names a column and the values that count.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from siteprior.core.errors import ProjectError, unknown
from siteprior.core.schema import SITES
from siteprior.project.layers import (
    AREAS,
    GRADES,
    MEASURES,
    OWN_AREAS,
    SIGNALS,
    UNITS,
    Extent,
    LayerCriterion,
    LayerGate,
    LayerSignal,
    LayerSpec,
    Lookup,
    Where,
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
_RESERVED = {*SITES.names, SITES.index, "geometry", "geom", "fid"}
_NEED = re.compile(r"(^|[\W_])(imd|idaci|idaopi|iod|depriv\w*|poverty|income\w*)([\W_\d]|$)", re.IGNORECASE)
_FILE_KEYS = ("url", "sha256", "vintage", "publisher", "licence", "attribution")


def parse_layers(stated: Iterable[Mapping[str, Any]]) -> tuple[LayerSpec, ...]:
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
    faults: list[str] = []
    specs = [_parse(entry, f"layers[{place}]", faults) for place, entry in enumerate(stated, start=1)]
    names = [spec.name for spec in specs if spec is not None]
    faults += [
        f"layers: the name '{name}' stands more than once; give each layer its own"
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if faults:
        raise ProjectError(*faults)
    return tuple(spec for spec in specs if spec is not None)


def parse_layer(stated: Mapping[str, Any]) -> LayerSpec:
    """Check one layer: :func:`parse_layers` of one.

    Examples
    --------
    >>> spec = parse_layer({"name": "flood_zone_3", "path": "flood.gpkg", "kind": "vector", "measure": "share",
    ...     "signal": {"letter": "P", "zero": 0, "full": 1, "grade": "B", "reason": "in flood zone 3"}})
    >>> spec.unit, spec.title, spec.signal.full
    ('0-1', 'Flood zone 3', 1.0)
    >>> parse_layer({"name": "Flood", "path": "flood.gpkg", "kind": "vector", "measure": "mean"})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    siteprior.core.errors.ProjectError: layers[1].name: 'Flood' is no name for a column; give ...
    layers[1].measure: unknown measure of a vector layer 'mean'; Valid: count, nearest, share, value, within
    """
    return parse_layers([stated])[0]


def _parse(entry: Any, at: str, faults: list[str]) -> LayerSpec | None:
    """Check one layer's keys, then what they say together; ``None`` where that cannot be told for faults."""
    before = len(faults)
    taken = _take(LayerSpec, entry, at, faults, ignored=_FILE_KEYS)
    for key, part in _PARTS.items():
        if key in taken:
            inner = dict(taken[key]) if isinstance(taken[key], Mapping) else taken[key]
            if part is Lookup and isinstance(inner, dict):
                inner = {_LOOKUP_KEYS.get(name, name): value for name, value in inner.items()}
            values = _take(part, inner, f"{at}.{key}", faults)
            taken[key] = part(**values) if len(faults) == before else None
    if "name" in taken and not _NAME.fullmatch(str(taken["name"])):
        faults.append(f"{at}.name: '{taken['name']}' is no name for a column; give small letters, digits and _")
    elif taken.get("name") in _RESERVED or str(taken.get("name", "")).startswith("c_"):
        faults.append(f"{at}.name: '{taken['name']}' is a column of siteprior's own; give another")
    kind = taken.get("kind")
    if kind is not None and kind not in MEASURES:
        faults.append(unknown("kind of layer", str(kind), MEASURES, where=f"{at}.kind"))
    elif kind is not None and "measure" in taken and taken["measure"] not in MEASURES[kind]:
        faults.append(
            unknown(f"measure of a {kind} layer", str(taken["measure"]), MEASURES[kind], where=f"{at}.measure")
        )
    if len(faults) > before:
        return None
    taken["unit"] = UNITS.get(taken["measure"], taken.get("unit", ""))
    taken.setdefault("title", taken["name"].replace("_", " ").capitalize())
    spec = LayerSpec(**taken)
    faults += [f"{at} ({spec.name}): {fault}" for fault in _contradictions(spec)]
    return spec


_PARTS = {"where": Where, "lookup": Lookup, "extent": Extent, "criterion": LayerCriterion, "gate": LayerGate,
          "signal": LayerSignal}  # fmt: skip
_LOOKUP_KEYS = {"from": "column_from", "to": "column_to"}


def _take(part: Any, entry: Any, at: str, faults: list[str], *, ignored: Iterable[str] = ()) -> dict[str, Any]:
    """Return the values stated for a part's fields, each of its kind, noting what is unknown, missing or wrong."""
    if not isinstance(entry, Mapping):
        faults.append(f"{at}: needs a table of keys, not {entry!r}")
        return {}
    declared = {field.name: field for field in fields(part)}
    shown = {name: next((k for k, v in _LOOKUP_KEYS.items() if v == name), name) for name in declared}
    taken = {}
    for key, value in entry.items():
        if key in ignored or value is None:
            continue
        if key not in declared:
            faults.append(unknown("key", str(key), shown.values(), where=at))
            continue
        wanted = str(declared[key].type).removesuffix(" | None")
        fits, value = _as(wanted, value)
        if fits:
            taken[key] = value
        else:
            faults.append(f"{at}.{shown[key]}: needs {_WORDS.get(wanted, 'a table of keys')}, not {value!r}")
    needed = [name for name, field in declared.items() if field.default is MISSING]
    stated = {*taken, *entry}
    faults += [f"{at}: the key '{shown[name]}' is missing; add it" for name in needed if name not in stated]
    return taken


_WORDS = {"str": "text", "bool": "true or false", "int": "a whole number", "float": "a number",
          "tuple[str, ...]": "a list of texts"}  # fmt: skip


def _as(wanted: str, value: Any) -> tuple[bool, Any]:
    """Return whether a stated value is of the kind wanted, and the value as that kind."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if wanted == "str":
        return isinstance(value, str) and bool(value.strip()), value
    if wanted == "bool":
        return isinstance(value, bool), value
    if wanted == "int":
        return isinstance(value, int) and number, value
    if wanted == "float":
        return number, float(value) if number else value
    if wanted == "tuple[str, ...]":
        listed = [value] if isinstance(value, str | int | float) else value
        fits = isinstance(listed, list | tuple) and bool(listed)
        return fits, tuple(str(item).strip() for item in listed) if fits else value
    return isinstance(value, Mapping), value


def _contradictions(spec: LayerSpec) -> list[str]:
    """Return what does not go together in a layer whose keys are right one by one."""
    valued = spec.measure == "value" and spec.kind != "raster"
    checks = [
        (valued and spec.column is None, "say with column which attribute is taken"),
        (not valued and spec.column is not None, f"takes no column: the measure is {spec.measure} of a {spec.kind}"),
        (spec.text and not valued, "text is for the values of a column only"),
        (spec.kind == "raster" and spec.where is not None, "where is for tables and vectors only"),
        (spec.radius is not None and spec.measure != "count", "radius is for the measure count only"),
        (spec.radius is not None and spec.radius <= 0, "radius needs metres above 0"),
        (spec.measure == "share_above" and spec.threshold is None, "say with threshold above which value cells count"),
        (spec.threshold is not None and spec.measure != "share_above", "threshold is for share_above only"),
        (spec.band < 1, "bands count from 1"),
        (spec.kind != "raster" and spec.nodata is not None, "nodata is for rasters only"),
        (spec.kind != "vector" and spec.extent is not None, "extent is for vectors only"),
        *_area_checks(spec),
        *_use_checks(spec),
    ]
    return [words for wrong, words in checks if wrong]


def _area_checks(spec: LayerSpec) -> list[tuple[bool, str]]:
    """Return the checks of what a table's codes are and how they reach the sites."""
    stated = [key for key in ("by", "code", "lookup") if getattr(spec, key) is not None]
    if spec.kind != "table":
        return [(bool(stated), f"{', '.join(stated)}: for tables only")]
    look = spec.lookup
    by_lookup = spec.by is not None and spec.by not in OWN_AREAS
    return [
        (spec.by is None, f"say with by what its codes are of: {', '.join(AREAS)}"),
        (spec.by is not None and spec.by not in AREAS, unknown("by", str(spec.by), AREAS)),
        (spec.code is None, "say with code which column holds the codes"),
        (spec.by == "lsoa_code" and spec.year not in (2011, 2021), "year: say whether its LSOAs are of 2011 or 2021"),
        (by_lookup and look is None, f"{spec.by}: sites carry none; give lookup = {{path, from, to, year}} from LSOA "
                                     "codes, or lookup = {path, to} of polygons"),
        (look is not None and not by_lookup, "lookup is for codes the sites do not carry (MSOA, ward) only"),
        (look is not None and bool(look.column_from) and look.year not in (2011, 2021),
         "lookup.year: say whether the LSOA codes it starts from are of 2011 or 2021"),
    ]  # fmt: skip


def _use_checks(spec: LayerSpec) -> list[tuple[bool, str]]:
    """Return the checks of criterion, gate and signal."""
    scale, gate, signal = spec.criterion, spec.gate, spec.signal
    checks = []
    if scale is not None:
        checks += [
            (spec.text, "criterion: words have no worst and best; take numbers, or make it a gate"),
            (scale.worst == scale.best, "criterion: worst and best need to be two different numbers"),
        ]
    if gate is not None:
        stated = [key for key in ("at_least", "at_most", "equals") if getattr(gate, key) is not None]
        words = spec.value_kind != "number"
        checks += [
            (len(stated) != 1, "gate: give one of at_least, at_most, equals"),
            (words and stated != ["equals"] and len(stated) == 1, "gate: its values are words; give equals"),
            (not words and stated == ["equals"], "gate: its values are numbers; give at_least or at_most"),
            (spec.measure == "within" and gate.equals not in (None, "yes", "no"), "gate: equals is yes or no"),
        ]
    if signal is not None:
        speaks = " ".join(filter(None, (spec.name, spec.title, spec.column, signal.reason)))
        checks += [
            (signal.letter not in SIGNALS, unknown("signal", signal.letter, SIGNALS)),
            (signal.grade not in GRADES, unknown("grade", signal.grade, GRADES)),
            (signal.zero == signal.full, "signal: zero and full need to be two different numbers"),
            (spec.text, "signal: words have no zero and full; take numbers"),
            (spec.kind == "table" and signal.grade == "A", "signal: an area's value is a proxy for the site; B or C"),
            (bool(_NEED.search(speaks)), "signal: need is no market failure; make deprivation and income a criterion"),
        ]
    return checks
