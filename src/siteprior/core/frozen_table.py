"""Mappings that cannot be changed: parameters, and the tables that stand as a parameter's value, as a fund's rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NoReturn


class FrozenMapping(Mapping[str, Any]):
    """A mapping of which no name can be set or taken away; what it is a mapping of, those made of it say.

    Examples
    --------
    >>> FrozenMapping({"unit": "m"})["unit"]
    'm'
    """

    __slots__ = ("_entries",)

    _entries: Mapping[str, Any]  # numbers, texts, dates, and tuples and tables of them, or parameters

    def __init__(self, entries: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_entries", MappingProxyType(dict(entries)))

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        """Refuse to be changed."""
        raise AttributeError(self._refusal(name))

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse to be changed."""
        raise AttributeError(self._refusal(name))

    def __getitem__(self, name: str) -> Any:
        """Return the entry of that name."""
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names in file order."""
        return iter(self._entries)

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self._entries)

    def __repr__(self) -> str:
        """Show the entries as a dict does."""
        return repr(dict(self._entries))

    def __reduce__(self) -> tuple[type[Any], tuple[Any, ...]]:
        """Copy and pickle by the entries."""
        return type(self), (dict(self._entries),)

    def _refusal(self, name: str) -> str:
        return f"a table that is frozen cannot be changed ({name})"


class FrozenTable(FrozenMapping):
    """A table that stands as a parameter's value, such as the rule of a fund; neither it nor what is in it can change.

    Examples
    --------
    >>> rule = FrozenTable({"test": "at least", "of": ("homes",)})
    >>> rule["test"], rule == {"test": "at least", "of": ("homes",)}
    ('at least', True)
    """

    __slots__ = ()

    def _refusal(self, name: str) -> str:
        return f"a parameter's value cannot be changed ({name})"
