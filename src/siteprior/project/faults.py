"""The faults of a project file: where each stands, and a sentence that says what is wrong and what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeAlias, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from siteprior.core.errors import unknown
from siteprior.project.toml_lines import Path

LISTED = ("layers", "scenarios")
"""The tables a project file may have several of: an address counts them from 1."""

INNER_TABLES = ("costs", "scheme", "additionality", "benefits")
"""The tables within ``[assumptions]``."""


if TYPE_CHECKING:
    from typing_extensions import TypeForm

MISSING = " is missing; add it"
MEANT = re.compile(r"^unknown key '[^']*'; did you mean '([^']+)'\?")
"""How the sentences about a key begin or end, of which one makes another needless."""

Annotation: TypeAlias = "TypeForm[Any] | None"
"""What stands behind the colon of a field: a class, a generic of classes, a union, a ``Literal``."""


class Fault(NamedTuple):
    """One fault: the key it is about, the sentence, and the table the sentence refers to where that is another."""

    at: Path
    text: str
    of: Path | None = None

    def within(self, path: Path) -> Fault:
        """Return the fault as one of a larger table, in which this one stands at a path."""
        return Fault((*path, *self.at), self.text, None if self.of is None else (*path, *self.of))

    def sentence(self, name: Callable[[Path], str] | None = None) -> str:
        """Return the sentence with the place before it."""
        place = (name or address)(self.at if self.of is None else self.of)
        return f"{place}: {self.text}" if place else self.text


def address(path: Path) -> str:
    """Name a place in a project file: the table in brackets, then the keys; lists are counted from 1.

    Examples
    --------
    >>> address(("assumptions", "costs", "fees_share", "low")), address(("sources", "registers", 1, "path"))
    ('[assumptions.costs] fees_share.low', '[sources] registers[2].path')
    >>> address(("layers", 0, "lookup")), address(())
    ('layers[1].lookup', '')
    """
    deep = 2 if path[:1] == ("assumptions",) and len(path) > 1 and path[1] in INNER_TABLES else 1
    table, rest = ".".join(map(str, path[:deep])), path[deep:]
    if table in LISTED or not table:
        return table + keys(rest)
    return f"[{table}] {keys(rest).removeprefix('.')}".rstrip()


def keys(path: Path) -> str:
    """Name a place within a table; lists are counted from 1.

    Examples
    --------
    >>> keys(("lookup", "path")), keys((0, "share"))
    ('.lookup.path', '[1].share')
    """
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)


def several(faults: Iterable[Fault]) -> PydanticCustomError:
    """Make one error for a validator to raise of several faults, each at a place within what was validated."""
    return PydanticCustomError("several", "several faults", {"faults": tuple(faults)})


def refuse(text: str) -> PydanticCustomError:
    """Make the error a validator raises about the value itself."""
    return several([Fault((), text)])


def faults_of(error: ValidationError, root: Annotation) -> list[Fault]:
    """Turn what pydantic found wrong into faults.

    Parameters
    ----------
    error
        The error.
    root
        The model, or the annotation of the field, that was validated.
    """
    faults: list[Fault] = []
    for detail in error.errors(include_url=False):
        path, field, model = _follow(detail["loc"], root, unknown_key=detail["type"] == "extra_forbidden")
        if detail["type"] == "too_short" and detail["input"]:
            continue  # what is in the list is wrong, and is named
        if detail["type"] == "several":
            faults += [fault.within(path) for fault in detail["ctx"]["faults"]]
        else:
            faults.append(_fault(detail, path, field, model))
    return _without_doubled(dict.fromkeys(faults))


def _without_doubled(faults: Iterable[Fault]) -> list[Fault]:
    """Leave out that a key is missing where one is misspelt for it: it is one mistake, and stands once."""
    listed = list(faults)
    meant = {(*fault.at[:-1], near[1]) for fault in listed if (near := MEANT.search(fault.text))}
    return [fault for fault in listed if not (MISSING in fault.text and fault.at in meant)]


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the keys a table of the project file may have, as they are written there, with their declarations."""
    return {field.alias or name: field for name, field in model.model_fields.items() if not field.exclude}


def models_in(annotation: Annotation) -> list[type[BaseModel]]:
    """Return the models an annotation such as ``tuple[Register, ...] | None`` refers to, those of a union all."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    inner = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
    return [model for part in inner for model in models_in(part)]


def names_tables(annotation: Annotation) -> bool:
    """Return whether an annotation is of tables under ids of the user's own, such as ``[datasets.<id>]``."""
    return get_origin(annotation) is dict and bool(models_in(annotation))


def choices_in(annotation: Annotation) -> tuple[str | int, ...]:
    """Return the values a ``Literal`` in an annotation allows; none where there is none."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(choice for part in get_args(annotation) for choice in choices_in(part))


def _follow(
    location: tuple[int | str, ...], root: Annotation, *, unknown_key: bool
) -> tuple[Path, FieldInfo | None, type[BaseModel] | None]:
    """Follow a location through the models: its path in the file, the field that stands there, and the model it is in.

    Pydantic names the member of a union in its locations, which is no key of the file.
    """
    path: list[str | int] = []
    models = models_in(root)
    field: FieldInfo | None = None
    holder: type[BaseModel] | None = models[0] if models else None
    named = False  # whether the next part is an id of the user's own, under which a table stands
    for place, part in enumerate(location):
        last = place == len(location) - 1
        if named and part != "[key]":
            path.append(part)
            named = False
            continue
        if part == "[key]":  # pydantic's mark of a fault in the key itself
            continue
        if isinstance(part, int):
            path.append(part)
            continue
        tagged = [model for model in models if part in choices_in(annotation_of(model, "kind"))]
        if len(models) > 1 and tagged:
            models = tagged
            continue
        path.append(part)
        holder = models[0] if models else holder
        declared = {} if holder is None else keys_of(holder)
        if part in declared and models:
            field = declared[part]
            models = models if last else models_in(field.annotation)
            named = names_tables(field.annotation)
        elif not (last and unknown_key):
            models = []  # a key of a table of the user's own names: the field is the table
    return tuple(path), field, models[0] if models and unknown_key else holder


def annotation_of(model: type[BaseModel], name: str) -> Annotation:
    """Return the annotation of a field, where the model has it."""
    return model.model_fields[name].annotation if name in model.model_fields else None


_WANTED = {
    "string_type": "text", "string_pattern_mismatch": "text", "bool_type": "true or false", "float_type": "a number",
    "finite_number": "a number", "int_type": "a whole number", "int_from_float": "a whole number",
    "tuple_type": "a list", "list_type": "a list", "too_short": "a list that names at least one",
    "dict_type": "a table of keys", "model_type": "a table of keys", "model_attributes_type": "a table of keys",
    "date_type": "a day such as 2029-04-01", "date_parsing": "a day such as 2029-04-01",
    "date_from_datetime_parsing": "a day such as 2029-04-01", "date_from_datetime_inexact": "a day such as 2029-04-01",
}  # fmt: skip
"""What is needed, by the error pydantic reports."""


def _fault(detail: ErrorDetails, path: Path, field: FieldInfo | None, model: type[BaseModel] | None) -> Fault:
    """Say one error of pydantic's in a sentence of siteprior's."""
    kind, given = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        other = getattr(model, "key_of_another", None)
        text = other(str(path[-1])) if other else None
        beside = getattr(model, "unknown_key", None)
        text = beside(str(path[-1])) if beside and text is None else text
        return Fault(path, text or unknown("key", str(path[-1]), keys_of(model) if model else ()), of=path[:-1])
    if kind == "missing":
        top = len(path) == 1 and not hasattr(model, "TABLE")
        whole = top and field is not None and models_in(field.annotation)
        what = f"the table [{path[-1]}]" if whole else f"the key '{path[-1]}'"
        return Fault(path, f"{what}{MISSING}", of=path[:-1])
    if kind == "literal_error" and field is not None:
        choices = [str(choice) for choice in choices_in(field.annotation)]
        return Fault(path, unknown(field.title or str(path[-1]), str(given), choices))
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        return Fault(path, f"needs a number {_range(field, detail.get('ctx', {}))}, not {given!r}")
    if kind in _WANTED:
        return Fault(path, f"needs {_WANTED[kind]}, not {given!r}")
    return Fault(path, f"{detail['msg'][0].lower()}{detail['msg'][1:]} (given: {given!r})")


def bounds(field: FieldInfo | None) -> dict[str, float]:
    """Return the bounds of a number by their names in pydantic: ``gt``, ``ge``, ``lt``, ``le``."""
    found: dict[str, float] = {}
    for mark in marks_of(field) if field is not None else ():
        found |= {name: end for name in ("gt", "ge", "lt", "le") if (end := getattr(mark, name, None)) is not None}
    return found


def marks_of(field: FieldInfo) -> list[object]:
    """Return what a field is marked with, anywhere in its annotation."""
    return [*field.metadata, *_marks(field.annotation)]


def _marks(annotation: Annotation) -> Iterator[object]:
    """Yield what is marked anywhere in an annotation."""
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        for mark in inner[1:]:
            yield from mark.metadata if isinstance(mark, FieldInfo) else [mark]
        inner = inner[:1]
    for part in inner:
        yield from _marks(part)


def _range(field: FieldInfo | None, context: Mapping[str, float]) -> str:
    """Say in which range a number lies: from what is declared of the field, else from the one bound it broke."""
    return range_words(bounds(field) or context, unit_of(field))


def range_words(ends: Mapping[str, float], unit: str = "") -> str:
    """Say a range in words.

    Examples
    --------
    >>> range_words({"ge": 0, "le": 1}, "share"), range_words({"gt": 0}, "m"), range_words({"gt": 0, "le": 1})
    ('from 0 to 1 share', 'above 0 m', 'above 0 and at most 1')
    """
    after = f" {unit}" if unit else ""
    if "ge" in ends and "le" in ends:
        return f"from {ends['ge']:.12g} to {ends['le']:.12g}{after}"
    words = {"gt": "above", "ge": "of at least", "lt": "below", "le": "at most"}
    return " and ".join(f"{words[name]} {end:.12g}" for name, end in ends.items() if name in words) + after


def unit_of(field: FieldInfo | None) -> str:
    """Return the unit a field is declared in; blank where it has none."""
    extra = field.json_schema_extra if field is not None else None
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""
