"""Which value of a project file a fault found in the data is about: the key it stands at, for its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pydantic import BaseModel

from siteprior.project.registered import TakesRegistered
from siteprior.project.toml_lines import Path

Value = BaseModel | Mapping[str, "Value"] | tuple["Value", ...] | str | int | float | bool | date | None
"""What may stand at a key once the file is validated."""


def place_of(part: BaseModel, table: BaseModel, at: Path = ()) -> Path | None:
    """Return the key at which a part of a project stands, such as one of its registers; ``None`` where it is no part.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> from siteprior.project.load import load_project
    >>> project = load_project(shipped("data") / "demo.toml")
    >>> place_of(project.sources.stops[0], project)
    ('sources', 'stops', 0)
    """
    return next((path for path, value in _values(table, at) if value is part), None)


def place_of_fault(text: str, part: Value, at: Path) -> Path:
    """Return the key of the value, or of the user's own key, that a fault names in quotes; else that of the part.

    A key that begins the fault counts as well, as in ``service_date 2026-10-03: is a Saturday``.

    Parameters
    ----------
    text
        The fault.
    part, at
        The part of the project the fault is of, and the key it stands at.

    Examples
    --------
    >>> place_of_fault("unknown district 'Sollihull'; did you mean 'Solihull'?", ("Coventry", "Sollihull"), ("only",))
    ('only', 1)
    >>> place_of_fault("holds no row", ("Coventry",), ("only",))
    ('only',)
    """
    # What is at fault is quoted first, what was meant after it.
    quoted = [(text.find(f"'{value}'"), path) for path, value in _values(part, at) if _is_named(value, text)]
    tables = [(path, value) for path, value in _values(part, at) if isinstance(value, Mapping)]
    quoted += [
        (text.find(f"'{name}'"), (*path, name)) for path, table in tables for name in table if f"'{name}'" in text
    ]
    if quoted:
        return min(quoted, key=lambda pair: pair[0])[1]
    begins = [path for path, _ in _values(part, at) if path and text.startswith((f"{path[-1]} ", f"{path[-1]}:"))]
    return begins[0] if begins else at


def value_at(table: BaseModel, path: Path) -> Value:
    """Return what stands at a key of a project; ``None`` where nothing does."""
    return next((value for at, value in _values(table, ()) if at == path), None)


def as_written(path: Path, kept: Mapping[Path, Sequence[int]]) -> Path:
    """Return the key a path has in the file, where entries of lists were left out of what was validated.

    Parameters
    ----------
    path
        The key in what was validated.
    kept
        By the key of a list in the file, which of its entries were kept, in their order.

    Examples
    --------
    >>> as_written(("layers", 0, "name"), {("layers",): [2, 3]}), as_written(("layers", 0), {})
    (('layers', 2, 'name'), ('layers', 0))
    """
    written: Path = ()
    for part in path:
        places = kept.get(written)
        written = (*written, places[part] if places is not None and isinstance(part, int) else part)
    return written


def _is_named(value: Value, text: str) -> bool:
    """Return whether a text names a value: in quotes, or a day as it is."""
    if isinstance(value, str):
        return bool(value) and f"'{value}'" in text
    return isinstance(value, date) and value.isoformat() in text


def _values(part: Value, at: Path) -> Iterator[tuple[Path, Value]]:
    """Yield every value in a part of a project with its key, the part itself first."""
    yield at, part
    inner: list[tuple[str | int, Value]] = []
    if isinstance(part, BaseModel):
        inner = [(field.alias or name, getattr(part, name)) for name, field in type(part).model_fields.items()]
        if isinstance(part, TakesRegistered):
            for name, declared in part.registered_keys().items():
                entries = part.named(name)
                inner.append((name, entries if declared.many or not entries else entries[0]))
    elif isinstance(part, Mapping):
        inner = list(part.items())
    elif isinstance(part, tuple):
        inner = list(enumerate(part))
    for key, value in inner:
        yield from _values(value, (*at, key))
