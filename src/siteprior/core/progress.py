"""The callback through which a long job tells how far it is, one line per stage."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing of the progress."""
