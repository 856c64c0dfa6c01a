"""The compiled loops: numbers as Python gives them, with or without a folder to keep them in."""

from __future__ import annotations

import numpy as np
import pytest

from siteprior.core import jit


def squares_below(numbers, limit):
    """Return the sum of the squares below a limit."""
    total = 0.0
    for number in numbers:
        if number * number < limit:
            total += number * number
    return total


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "no folder to write to"])
def test_a_compiled_loop_gives_what_the_loop_gives(kept, monkeypatch):
    asked = []

    def njit(*, cache=False, nogil):
        asked.append((cache, nogil))
        if cache and not kept:
            raise RuntimeError("cannot cache function: no locator available")
        return numba_njit(nogil=nogil)

    numba_njit = jit.njit
    monkeypatch.setattr(jit, "njit", njit)
    loop = jit.compiled(squares_below)
    numbers = np.array([1.0, 2.0, 3.0, 4.0])
    assert loop(numbers, 10.0) == squares_below(numbers, 10.0) == 14.0
    assert asked == ([(True, True)] if kept else [(True, True), (False, True)])


def test_a_loop_that_is_none_fails_as_it_did():
    with pytest.raises(TypeError):
        jit.compiled(3)(1)
