"""How large what is asked for would be, counted before any memory is taken, and refused where it is too large.

An array that does not fit brings down the machine before it is refused: an error that says that memory ran out comes
too late. So everything whose size a user decides is counted first, and compared with ``parameters/sizes.toml``.
"""

from __future__ import annotations

import math

from siteprior.core.errors import InputError
from siteprior.core.io.no_places import is_on_earth
from siteprior.core.parameters import load_parameters

UNCOUNTED = 10**15
"""So many and more are not counted: no machine has the memory."""


def most(what: str) -> int:
    """Return how many there may be: ``grid_cells``, ``raster_cells``, ``site_cells``, ``draws``.

    Examples
    --------
    >>> most("grid_cells")
    4000000
    """
    return load_parameters("sizes").integer(what)


def check_length(metres: float, *, name: str) -> float:
    """Return a length in metres, or refuse what is none: 0 and less, what is not finite, what is no number.

    Raises
    ------
    InputError
        Naming the argument and what was given.

    Examples
    --------
    >>> check_length(250, name="cell_m")
    250.0
    >>> check_length(0, name="cell_m")
    Traceback (most recent call last):
    siteprior.core.errors.InputError: cell_m: 0 is not a length; give metres above 0
    """
    try:
        length = math.nan if isinstance(metres, bool | str | bytes) else float(metres)
    except (TypeError, ValueError, OverflowError):
        length = math.nan
    if not 0 < length < math.inf:
        raise InputError(f"{name}: {metres!r} is not a length; give metres above 0")
    return length


def grid_cells(bounds: tuple[float, float, float, float], cell_m: float) -> int:
    """Return how many cells, aligned to whole multiples of their width, cover a rectangle; 0 is no width.

    Parameters
    ----------
    bounds
        West, south, east and north, in metres.
    cell_m
        How wide a cell is, in metres.

    Examples
    --------
    >>> grid_cells((150, 0, 400, 100), 100)
    3
    """
    west, south, east, north = (edge / cell_m for edge in bounds)
    if not all(map(math.isfinite, (west, south, east, north))):
        return UNCOUNTED
    return min((math.ceil(east) - math.floor(west)) * (math.ceil(north) - math.floor(south)), UNCOUNTED)


def smallest_cell_m(bounds: tuple[float, float, float, float], what: str = "grid_cells") -> float:
    """Return the smallest width of cells, in whole metres or of one digit below 1 m, that are not too many.

    Examples
    --------
    >>> smallest_cell_m((0, 0, 30_000, 40_000)), smallest_cell_m((0, 0, 100, 100))
    (18.0, 0.05)
    """
    west, south, east, north = bounds
    about = math.sqrt(max((east - west) * (north - south), 1e-12) / most(what))
    digits = max(0, -math.floor(math.log10(about)))
    step = 10.0**-digits
    number = max(1, math.floor(about / step))
    while grid_cells(bounds, round(number * step, digits)) > most(what):
        number += 1
    return round(number * step, digits)


def refuse_too_many_cells(
    bounds: tuple[float, float, float, float], cell_m: float, *, name: str = "cell_m", what: str = "grid_cells"
) -> float:
    """Return the width of a grid's cells, or refuse one of which there would be too many, before any is made.

    Parameters
    ----------
    bounds
        West, south, east and north of the area, in metres.
    cell_m
        How wide a cell is, in metres.
    name
        The argument's name.
    what
        The parameter of ``sizes`` that limits them.

    Raises
    ------
    InputError
        When the width is no length or the rectangle not on the Earth; where there would be too many, with the number
        of cells, the limit (parameter ``sizes.grid_cells``), and the smallest width that is measured.

    Examples
    --------
    >>> refuse_too_many_cells((0, 0, 30_000, 40_000), 100)
    100.0
    >>> refuse_too_many_cells((0, 0, 30_000, 40_000), 1)
    Traceback (most recent call last):
    siteprior.core.errors.InputError: cell_m: cells of 1 m would be 1,200,000,000 over the area (30.0 × 40.0 km), of \
which 4,000,000 are measured at most; the smallest width that is measured is 18 m
    """
    width = check_length(cell_m, name=name)
    if not is_on_earth(bounds).all():
        raise InputError(f"area: reaches from {bounds[0]:g} {bounds[1]:g} to {bounds[2]:g} {bounds[3]:g}, which are no "
                         "metres on EPSG:27700")  # fmt: skip
    number, limit = grid_cells(bounds, width), most(what)
    if number > limit:
        west, south, east, north = bounds
        counted = f"{number:,}" + " or more" * (number == UNCOUNTED)
        raise InputError(
            f"{name}: cells of {width:g} m would be {counted} over the area ({(east - west) / 1000:,.1f} × "
            f"{(north - south) / 1000:,.1f} km), of which {limit:,} are measured at most; the smallest width that is "
            f"measured is {smallest_cell_m(bounds, what):g} m"
        )
    return width


def refuse_too_many(number: int, what: str, *, name: str, fix: str) -> None:
    """Refuse what there would be too many of, before any is made.

    Parameters
    ----------
    number
        How many there would be.
    what
        The parameter of ``sizes`` that limits them.
    name
        What the message begins with: a file or an argument.
    fix
        What to do instead.

    Raises
    ------
    InputError
        With the number, the limit, and what to do.

    Examples
    --------
    >>> refuse_too_many(10**12, "draws", name="draws", fix="give fewer")
    Traceback (most recent call last):
    siteprior.core.errors.InputError: draws: 1,000,000,000,000 draws, of which 500,000 are taken at most; give fewer
    """
    limit = most(what)
    if number > limit:
        unit = load_parameters("sizes").parameters()[what].unit
        raise InputError(f"{name}: {number:,} {unit}, of which {limit:,} are taken at most; {fix}")
