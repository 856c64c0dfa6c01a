"""The reference of the project file, generated from its models: ``docs/reference/project-file.md``.

``python -m siteprior.pipeline.reference`` prints the page, with the keys of the sources and evidence that ship.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal, get_args, get_origin

from pydantic import BaseModel, JsonValue
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from siteprior.core.parameters import load_parameters
from siteprior.project.faults import (
    INNER_TABLES,
    Annotation,
    address,
    annotation_of,
    bounds,
    choices_in,
    keys_of,
    marks_of,
    models_in,
    names_tables,
    range_words,
    unit_of,
)
from siteprior.project.files import File
from siteprior.project.inputs import Estimate, input_model
from siteprior.project.kinds import OneOf, Stated
from siteprior.project.load import Project
from siteprior.project.model import Assumptions
from siteprior.project.names import Names, criterion_names, gate_thresholds, weight_sets
from siteprior.project.registered import NONE_SHIPS, TakesRegistered
from siteprior.project.registered_keys import RegisteredKey
from siteprior.project.toml_lines import Path

OWN_DATASET = "own_dataset"
"""The id of the dataset of a user's own in examples."""

OWN_LAYER = "own_layer"
"""The layer that examples of keys naming a layer refer to."""


def places(model: type[BaseModel] = Project, path: Path = ()) -> Iterator[tuple[Path, type[BaseModel]]]:
    """Yield every table of a project file with its model, outermost first; of a list its first entry.

    Of the layers there is one entry per kind. The tables of an input (low, central, high) are all alike: see
    :class:`siteprior.project.inputs.Estimate`.
    """
    if path:
        yield path, model
    for name, field in keys_of(model).items():
        if model is Assumptions and name in INNER_TABLES:
            yield from places(input_model(name), (*path, name))
            continue
        inner = [part for part in models_in(field.annotation) if not issubclass(part, Estimate)]
        listed = any(get_origin(part) is tuple for part in _parts(field.annotation))
        if names_tables(field.annotation):
            yield from places(inner[0], (*path, name, OWN_DATASET))
            continue
        for place, part in enumerate(inner):
            yield from places(part, (*path, name, place) if listed else (*path, name))
    if issubclass(model, TakesRegistered):
        for name, declared in model.registered_keys().items():
            yield from places(declared.keys, (*path, name, 0) if declared.many else (*path, name))


def _parts(annotation: Annotation) -> Iterator[Annotation]:
    """Yield an annotation and all it is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def toml_value(value: Stated) -> str:
    """Write a value as TOML, on one line.

    Examples
    --------
    >>> toml_value({"path": "a.csv", "routes": ["T1", 2], "semi-detached": 0.5, "on": True})
    '{path = "a.csv", routes = ["T1", 2], semi-detached = 0.5, on = true}'
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        pairs = (f"{key if _BARE.fullmatch(key) else _quoted(key)} = {toml_value(part)}" for key, part in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return repr(value)


_BARE = re.compile(r"[A-Za-z0-9_-]+")
"""A key that TOML takes without quotes."""


def _quoted(text: str) -> str:
    """Write a text in quotes: TOML escapes what JSON does, and one character more."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def example_of(field: FieldInfo) -> Stated | None:
    """Return the example of a key; ``None`` where it needs none, being required or a table of its own."""
    return field.examples[0] if field.examples else None


def needs_of(field: FieldInfo) -> dict[str, JsonValue]:
    """Return the keys without which the example of a key would be refused; ``None`` for those then left out."""
    extra = field.json_schema_extra
    needs = extra.get("needs", {}) if isinstance(extra, dict) else {}
    return needs if isinstance(needs, dict) else {}


def reference() -> str:
    """Write the page."""
    sections = [_INTRODUCTION, _section("A file", File, keys_of(File)), _estimate_section()]
    for path, model in places():
        inherited = set(keys_of(File)) if issubclass(model, File) else set()
        keys = {name: field for name, field in keys_of(model).items() if name not in inherited}
        if model is File or (issubclass(model, File) and not keys):
            continue
        note = "Takes the keys of [a file](#a-file), too." if inherited else ""
        sections.append(_section(_title(path, model), model, keys, note=note))
    return "\n".join([*sections, _gates_section(), _weights_section()])


_INTRODUCTION = """# The project file: every key

One TOML file says what to read, from when, and what counts; [another page](whole-project.md) has a whole one. This page
is generated from the models that check it (`python -m siteprior.pipeline.reference`). A key that does not stand here is
refused when the file is loaded, before anything is read, with its line and the nearest valid name; so is every other
fault, all of them at once. Nothing in the file is ever evaluated as code.

`required` keys have no default. Where a list is asked for, one entry may stand for a list of one in `[sources]` and
`[corridors]`, and a bare path for a table with only a `path`.
"""

_HEAD = "| key | what | unit | default | meaning | example |\n|---|---|---|---|---|---|"


def _title(path: Path, model: type[BaseModel]) -> str:
    """Name a section after its table."""
    kinds = choices_in(annotation_of(model, "kind")) if "kind" in model.model_fields else ()
    if kinds and len(path) == 2:
        return f'`[[layers]]` with `kind = "{kinds[0]}"`'
    if path[0] in ("layers", "scenarios"):
        owner = "a layer" if path[0] == "layers" else "a scenario"
        rest = ".".join(str(part) for part in path[2:] if isinstance(part, str))
        return (
            f"`{rest}` of {owner}" + (_KIND_OF[path[1]] if path[0] == "layers" else "") if rest else "`[[scenarios]]`"
        )
    if path[-1] == OWN_DATASET:
        return "`[datasets.<id>]`"
    named = address(tuple(part for part in path if isinstance(part, str)))
    return f"`{named}`" + (", an entry" if isinstance(path[-1], int) else "")


_KIND_OF: dict[str | int, str] = {0: " of kind table", 1: " of kind vector", 2: " of kind raster"}


def _section(title: str, model: type[BaseModel], keys: Mapping[str, FieldInfo], *, note: str = "") -> str:
    """Write a section: the table's meaning, and a row per key."""
    words = (model.__doc__ or "").strip().partition("\n\n")[0].replace("\n    ", " ").replace("``", "`")
    rows = [_row(name, field) for name, field in keys.items()]
    if issubclass(model, TakesRegistered):
        rows += [_registered_row(declared) for declared in model.registered_keys().values()]
    about = " ".join(filter(None, (words, note)))
    if not rows:
        return "\n".join([f"## {title}", "", f"{about} {NONE_SHIPS[0].upper()}{NONE_SHIPS[1:]}.", ""])
    return "\n".join([f"## {title}", "", about, "", _HEAD, *rows, ""])


def _row(name: str, field: FieldInfo) -> str:
    """Write the row of a key."""
    default = "required"
    if not field.is_required():
        value = field.get_default(call_default_factory=False)
        default = (
            f"`{toml_value(value)}`"
            if value not in (None, "", (), PydanticUndefined) and not isinstance(value, BaseModel)
            else ""
        )
    example = example_of(field)
    cells = (
        f"`{name}`",
        _what(field),
        unit_of(field),
        default,
        field.description or "",
        "" if example is None else f"`{name} = {toml_value(example)}`",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _registered_row(declared: RegisteredKey) -> str:
    """Write the row of a key that a source or an evidence layer registered."""
    example = toml_value(declared.example if isinstance(declared.example, str) else dict(declared.example))
    what = "list of tables" if declared.many else "table"
    return f"| `{declared.name}` | {what} |  |  | {declared.meaning} | `{declared.name} = {example}` |"


def _what(field: FieldInfo) -> str:
    """Say the kind of value a key takes, with the values or the range allowed."""
    names = [mark for mark in marks_of(field) if isinstance(mark, OneOf)]
    choices = [str(name) for mark in names[-1:] for name in mark.names(Names())] or [
        str(choice) for choice in choices_in(field.annotation)
    ]
    kind = _kind(field.annotation)
    if kind.startswith("number or") or not choices:
        ends = bounds(field)
        return kind + (f", {range_words(ends)}" if ends else "")
    return f"{kind}: {', '.join(f'`{choice}`' for choice in choices)}"


_KINDS: dict[type, str] = {bool: "true or false", int: "whole number", float: "number", date: "day", str: "text"}


def _kind(annotation: Annotation) -> str:
    """Say the kind of value of an annotation."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and annotation in _KINDS:
        return _KINDS[annotation]
    if origin is Literal:
        return "whole number" if isinstance(inner[0], int) else "text"
    if origin is tuple:
        return f"list of {_several(_kind(inner[0]))}"
    if origin is dict:
        return f"table of {_several(_kind(inner[1]))}"
    models = models_in(annotation)
    if models:
        return "number or range" if issubclass(models[0], Estimate) else "table"
    kinds = dict.fromkeys(_kind(part) for part in inner[:1] if origin is not None and part is not type(None))
    if (origin is not None and str(origin).endswith("Union")) or str(origin) == "<class 'types.UnionType'>":
        kinds = dict.fromkeys(_kind(part) for part in inner if part is not type(None))
    return " or ".join(kinds) or "table"


def _several(kind: str) -> str:
    """Return a kind of value as a plural.

    Examples
    --------
    >>> _several("number"), _several("list of texts")
    ('numbers', 'lists of texts')
    """
    noun, of, rest = kind.partition(" of ")
    return f"{noun}s{of}{rest}" if of else f"{kind}s"


def _estimate_section() -> str:
    """Write the section on the value of an input."""
    return _section("A number or a range", Estimate, keys_of(Estimate))


def _gates_section() -> str:
    """Write the section on the gates, from the parameters."""
    rows = []
    gates = load_parameters("gates").tables()
    for code, limits in gate_thresholds().items():
        units = ", ".join(f"{name} in {gates[code].parameter(name).unit}" for name in limits)
        example = toml_value(dict.fromkeys(limits, 1)) if len(limits) > 1 else "1" if limits else "false"
        what = (
            "true, false" + (", a number" if len(limits) == 1 else "") + (", a table of thresholds" if limits else "")
        )
        rows.append(f"| `{code}` | {what} | {units} | `{code} = {example}` |")
    words = (
        "Departures from the default gates: `false` takes a gate away, `true` puts it up. A layer with a gate is one, "
        "too."
    )
    return "\n".join(["## `[gates]`, by name", "", words, "", "| key | what | thresholds | example |",
                      "|---|---|---|---|",                       *rows, ""])  # fmt: skip


def _weights_section() -> str:
    """Write the section on the weights, from the parameters."""
    sets = ", ".join(f"`{name}`" for name in weight_sets())
    rows = [f"| `{name}` | number of at least 0 | `{name} = 2` |" for name in criterion_names()]
    words = (
        "The weight of each criterion, in any unit: they are made to sum to 1. Leave the table out for the default "
        "set. A layer with a criterion is one, too."
    )
    return "\n".join(["## `[weights]`, by name", "", words, "", "| key | what | example |", "|---|---|---|",
                      f"| `set` | a set of weights, alone: {sets} | `set = \"balanced\"` |", *rows, ""])  # fmt: skip
