"""What a misplaced easting or northing may have been meant to be: for the council to check, never taken by itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.registers.coordinates.map_links import named_places

DIGITS = "0123456789"


def suggest_correction(x: float, y: float, area: BaseGeometry, middle: tuple[float, float]) -> str:
    """Return a sentence that names the likeliest digit error (metres); blank where none leads into the council.

    Tried are the digits of a grid reference without its letters, and one digit of one of the numbers lost, doubled,
    mistyped or exchanged with its neighbour. Such candidates are many, so they are no repair.

    Parameters
    ----------
    x, y
        Easting and northing as stated (metres).
    area
        The council's polygon in EPSG:27700.
    middle
        The middle of the file's sites that lie in their council, to choose the nearest candidate.

    Examples
    --------
    >>> suggest_correction(365, 820, shapely.box(427_000, 273_000, 442_000, 286_000), (433_000, 279_000))
    'as digits of a grid reference it would be 436500, 282000 (SP 365 820)'
    """
    if not _whole(x, y):
        return ""
    grid = list(_grid_digits(int(x), int(y), area))
    if grid:
        east, north, reference = grid[0]
        return f"as digits of a grid reference it would be {east}, {north} ({reference})"
    tried = digit_errors(x, y)
    easts, norths = np.array(tried, dtype=float).T
    inside = shapely.contains_xy(area, easts, norths)
    if not inside.any():
        return ""
    far = np.hypot(easts - middle[0], norths - middle[1]) if np.isfinite(middle).all() else easts * 0
    nearest = next(i for i in np.lexsort((norths, easts, far)) if inside[i])
    return (
        f"{tried[nearest][0]}, {tried[nearest][1]} is one digit error away and in its council"
        f" ({int(inside.sum())} such)"
    )


def digit_errors(x: float, y: float) -> list[tuple[int, int]]:
    """Return the eastings and northings (metres) one digit error away; none where the numbers are not whole.

    Examples
    --------
    >>> (431_255, 282_893) in digit_errors(41_255, 282_893), digit_errors(-1.9, 52.5)
    (True, [])
    """
    if not _whole(x, y):
        return []
    east, north = int(x), int(y)
    wrong_x, wrong_y = _one_digit_away(str(east)), _one_digit_away(str(north))
    return sorted({*((other, north) for other in wrong_x), *((east, other) for other in wrong_y)})


def grid_digits(x: float, y: float, area: BaseGeometry) -> list[tuple[int, int]]:
    """Return the points in an area (metres) that the digits of a grid reference without its letters can mean."""
    return [(east, north) for east, north, _ in _grid_digits(int(x), int(y), area)] if _whole(x, y) else []


def _whole(x: float, y: float) -> bool:
    """Return whether both are whole numbers from 0."""
    return bool(np.isfinite(x) and np.isfinite(y)) and x == int(x) and y == int(y) and x >= 0 and y >= 0


def address_correction(address: str, area: BaseGeometry) -> str:
    """Return a sentence that names the grid reference in a site plan's address (metres); blank where none is inside.

    Examples
    --------
    >>> council = shapely.box(330_000, 160_000, 350_000, 180_000)
    >>> address_correction("http://example.org/map?x=340335.0&y=171946.3&scale=1000", council)
    'the address of the site plan names 340335, 171946, in its council'
    """
    inside = (place for place in named_places(address) if shapely.contains_xy(area, place.east, place.north))
    place = next(inside, None)
    return (
        ""
        if place is None
        else f"the address of the site plan names {place.east:.0f}, {place.north:.0f}, in its council"
    )


def _grid_digits(x: int, y: int, area: BaseGeometry) -> Iterator[tuple[int, int, str]]:
    """Yield the places that the digits of a grid reference mean in the 100 km squares an area touches."""
    length = max(len(str(x)), len(str(y)))
    if length not in (2, 3, 4):
        return
    scale = 10 ** (5 - length)
    west, south, right, top = shapely.bounds(area)
    for square_x in range(int(west // 1e5), int(right // 1e5) + 1):
        for square_y in range(int(south // 1e5), int(top // 1e5) + 1):
            east, north = square_x * 100_000 + x * scale, square_y * 100_000 + y * scale
            if shapely.contains_xy(area, east, north):
                yield east, north, f"{square_letters(square_x, square_y)} {x:0{length}} {y:0{length}}"


def square_letters(east: int, north: int) -> str:
    """Return the two letters of a 100 km square of the National Grid, by its place from the false origin.

    Examples
    --------
    >>> square_letters(4, 2), square_letters(3, 2)
    ('SP', 'SO')
    """
    letters = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
    first = (19 - north) // 5 * 5 + (east + 10) // 5
    second = (19 - north) % 5 * 5 + east % 5
    return letters[first] + letters[second]


def _one_digit_away(text: str) -> Iterator[int]:
    """Yield the numbers one digit error away: a digit inserted, dropped, replaced, or exchanged with the next."""
    for position in range(len(text) + 1):
        head, tail = text[:position], text[position:]
        for digit in DIGITS:
            yield int(head + digit + tail)
            if tail:
                yield int(head + digit + tail[1:])
        if tail[1:]:
            yield int(head + tail[1:])
            yield int(head + tail[1] + tail[0] + tail[2:])
