"""The callback through which a long job reports how far it is, one line per stage."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]


def no_progress(_: str) -> None:
    """Say nothing of the progress."""
