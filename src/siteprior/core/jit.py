"""How the compiled loops are compiled: by numba, once per machine where that can be kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """Compile a loop to machine code, kept for the next process where any folder for it can be written to."""
    try:
        return cast(Loop, njit(cache=True, nogil=True)(loop))  # numba has no types
    except RuntimeError:  # neither the folder of this file nor the user's cache can be written
        return cast(Loop, njit(nogil=True)(loop))  # numba has no types
