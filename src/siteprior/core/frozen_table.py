"""A table of values that cannot be changed: what stands as the value of a parameter, such as the rule of a fund."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NoReturn


class FrozenTable(Mapping[str, Any]):
    """A table that stands as a parameter's value, such as the rule of a fund; neither it nor what is in it can change.

    Examples
    --------
    >>> rule = FrozenTable({"test": "at least", "of": ("homes",)})
    >>> rule["test"], rule == {"test": "at least", "of": ("homes",)}
    ('at least', True)
    """

    __slots__ = ("_entries",)

    _entries: Mapping[str, Any]  # numbers, texts, dates, and tuples and tables of them

    def __init__(self, entries: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_entries", MappingProxyType(dict(entries)))

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        """Refuse to be changed."""
        raise AttributeError(f"a parameter's value cannot be changed ({name})")

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse to be changed."""
        raise AttributeError(f"a parameter's value cannot be changed ({name})")

    def __reduce__(self) -> tuple[type[FrozenTable], tuple[dict[str, Any]]]:
        """Copy and pickle by its entries."""
        return FrozenTable, (dict(self._entries),)

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
