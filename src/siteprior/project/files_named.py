"""The files a project file names, wherever in it, each with the key it stands at."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from siteprior.project.coverage import PublishedLayer, file_of
from siteprior.project.registered import TakesRegistered
from siteprior.project.toml_lines import Path


def files_named(table: BaseModel, at: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield each path or pattern of files, with its key: sources, evidence, corridors, layers and what they look up."""
    for name, field in type(table).model_fields.items():
        value, key = getattr(table, name), (*at, field.alias or name)
        if name == "path" and isinstance(value, str) and value:  # blank where what ships takes the place of a file
            yield key, value
        yield from _within(value, key)
    if isinstance(table, PublishedLayer) and table.coverage and (drawn := file_of(table.coverage)):
        yield (*at, "coverage"), drawn
    if isinstance(table, TakesRegistered):
        for name, declared in table.registered_keys().items():
            entries = table.named(name)
            yield from _within(entries if declared.many else entries[0] if entries else None, (*at, name))


def _within(value: BaseModel | tuple[BaseModel, ...] | None, at: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files in what stands at a key."""
    if isinstance(value, BaseModel):
        yield from files_named(value, at)
    elif isinstance(value, tuple):
        for place, entry in enumerate(value):
            if isinstance(entry, BaseModel):
                yield from files_named(entry, (*at, place))
