"""The registry of the keys that sources and evidence take in a project file: each is declared by its own module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel

from siteprior.core.errors import SitePriorError

Place = Literal["sources", "evidence"]


@dataclass(frozen=True)
class RegisteredKey:
    """A key of ``[sources]`` or ``[evidence]`` that a module registered.

    Attributes
    ----------
    table, name
        The table, and the key in it.
    keys
        The keys an entry takes.
    many
        Whether it takes several entries.
    meaning, example
        For the reference.
    layers
        The names of the columns its layers become, which other keys may name as they name layers.
    criteria
        Those of them that are criteria.
    gates
        Those that are gates, with the names of their thresholds.
    """

    table: Place
    name: str
    keys: type[BaseModel]
    many: bool
    meaning: str
    example: str | Mapping[str, str | int]
    layers: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    gates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_KEYS: dict[str, dict[str, RegisteredKey]] = {"sources": {}, "evidence": {}}

REGISTERED_KEYS: Mapping[str, Mapping[str, RegisteredKey]] = MappingProxyType(_KEYS)
"""The registered keys by table and name."""


def refuse_taken(table: Place, name: str, others: Iterable[str] = (), *, again: bool = False) -> None:
    """Refuse a key that stands already: a registered one, unless it is that one ``again``, or one of ``others``.

    Raises
    ------
    SitePriorError
        Naming the table and the key.
    """
    if (name in _KEYS[table] and not again) or name in others:
        raise SitePriorError(f"[{table}] '{name}': stands there already; use another name")


def register_key(declared: RegisteredKey, *, again: bool = False) -> None:
    """Make a key known to project files; ``again`` in the place of the one that its module registered before.

    Raises
    ------
    SitePriorError
        When the table has a registered key of that name.
    """
    refuse_taken(declared.table, declared.name, again=again)
    _KEYS[declared.table][declared.name] = declared


def keys_stated(stated: Mapping[str, object]) -> list[RegisteredKey]:
    """Return the registered keys that a project file, as it was parsed, names."""
    tables = {table: stated.get(table) for table in _KEYS}
    return [
        declared
        for table, named in tables.items()
        for name, declared in _KEYS[table].items()
        if isinstance(named, Mapping) and name in named
    ]
