"""The compiled loop through the bytes of published parcels: features, ids, and the numbers of their rings."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from siteprior.core.jit import compiled

Text: TypeAlias = npt.NDArray[np.uint8]
Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

OPEN, CLOSE, COLON, SLASH, DECLARES, BLANK = ord("<"), ord(">"), ord(":"), ord("/"), ord("!"), ord(" ")
ZERO, NINE, POINT, PLUS, MINUS = ord("0"), ord("9"), ord("."), ord("+"), ord("-")
EXPONENTS = (ord("e"), ord("E"))

PREDEFINED = np.frombuffer(b"PREDEFINED", dtype=np.uint8)
INSPIREID = np.frombuffer(b"INSPIREID", dtype=np.uint8)
EXTERIOR = np.frombuffer(b"exterior", dtype=np.uint8)
INTERIOR = np.frombuffer(b"interior", dtype=np.uint8)
POS_LIST = np.frombuffer(b"posList", dtype=np.uint8)

SHORTEST_FEATURE, SHORTEST_RING, SHORTEST_NUMBER = len("<PREDEFINED>"), len("<posList>"), 2
"""Signs that a feature, a ring and a number take at least: so many of each may be in a text, and no more."""

POWERS = 10.0 ** np.arange(23)
"""The powers of ten that a float holds exactly."""

MOST_PLACES = 22

DIGITS = 10**17
"""A number with more digits than fit below is read without the last ones, far below a millimetre."""


@compiled
def _is(text: Text, start: int, stop: int, name: Text) -> bool:
    """Return whether a name stands in a text."""
    if stop - start != len(name):
        return False
    for place in range(len(name)):  # noqa: SIM110 -- compiled
        if text[start + place] != name[place]:
            return False
    return True


@compiled
def _next(text: Text, at: int, sign: int) -> int:
    """Return where a sign stands next, or where the text ends."""
    while at < len(text) and text[at] != sign:
        at += 1
    return at


@compiled
def _read_number(text: Text, at: int) -> tuple[int, float, bool]:
    """Read a number; return where it ends, its value, and whether it is one."""
    size = len(text)
    negative = text[at] == MINUS
    if negative or text[at] == PLUS:
        at += 1
    digits, places, any_digit, after_point = 0, 0, False, False
    while at < size and (ZERO <= text[at] <= NINE or (text[at] == POINT and not after_point)):
        if text[at] == POINT:
            after_point = True
        else:
            any_digit = True
            if digits < DIGITS:
                digits = digits * 10 + (text[at] - ZERO)
                places += after_point
            elif not after_point:
                places -= 1
        at += 1
    if at < size and any_digit and (text[at] == EXPONENTS[0] or text[at] == EXPONENTS[1]):
        at += 1
        below = at < size and text[at] == MINUS
        if at < size and (below or text[at] == PLUS):
            at += 1
        power, any_digit = 0, False
        while at < size and ZERO <= text[at] <= NINE:
            any_digit = True
            power = min(power * 10 + (text[at] - ZERO), 999)
            at += 1
        places += power if below else -power
    value = float(digits)
    if 0 < places <= MOST_PLACES:
        value /= POWERS[places]
    elif places:
        value *= 10.0 ** -float(places)
    return at, -value if negative else value, any_digit and (at >= size or text[at] <= BLANK or text[at] == OPEN)


@compiled
def _read_ring(text: Text, at: int, numbers: Floats, found: int) -> tuple[int, int]:
    """Read the numbers of a ring into their place; return where it ends, and how many: 0 where one is none."""
    many = 0
    while at < len(text) and text[at] != OPEN:
        if text[at] <= BLANK:
            at += 1
            continue
        at, numbers[found + many], sound = _read_number(text, at)
        if not sound:
            return _next(text, at, OPEN), 0
        many += 1
    return at, many


@compiled
def scan(text: Text, ids: Ints, counts: Ints, owners: Ints, inner: Flags, numbers: Floats) -> tuple[int, int, int, int]:
    """Go through a text of whole features once, filling the arrays; stop at a declaration, ``<!``.

    Parameters
    ----------
    text
        The bytes of the text.
    ids
        Takes where the ``INSPIREID`` of each feature begins and ends, 0 and 0 where it has none.
    counts, owners, inner
        Take of each ring how many numbers it has (0 where one of them is none), the position of its feature (-1
        before the first), and whether it is a hole.
    numbers
        Takes the numbers of all rings.

    Returns
    -------
    tuple of ints
        How many features, rings and numbers were found; where a declaration stands, -1 where there is none.
    """
    features, rings, found = 0, 0, 0
    hole = False
    at = _next(text, 0, OPEN)
    while at < len(text):
        start = stop = at + 1
        while stop < len(text) and text[stop] != CLOSE and text[stop] > BLANK:
            if text[stop] == COLON:
                start = stop + 1
            stop += 1
        if at + 1 < len(text) and text[at + 1] == DECLARES:
            return features, rings, found, at
        closing = at + 1 < len(text) and text[at + 1] == SLASH
        at = _next(text, stop, CLOSE) + 1
        if closing:
            pass
        elif _is(text, start, stop, PREDEFINED):
            features += 1
            hole = False
        elif _is(text, start, stop, EXTERIOR):
            hole = False
        elif _is(text, start, stop, INTERIOR):
            hole = True
        elif _is(text, start, stop, INSPIREID) and features:
            ids[features - 1, 0] = at
            at = ids[features - 1, 1] = _next(text, at, OPEN)
        elif _is(text, start, stop, POS_LIST):
            at, many = _read_ring(text, at, numbers, found)
            counts[rings], owners[rings], inner[rings] = many, features - 1, hole
            found += many
            rings += 1
        at = _next(text, at, OPEN)
    return features, rings, found, -1
