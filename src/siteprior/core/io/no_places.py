"""Coordinates that are no place: null island, the National Grid's false origin, and what is not on the Earth.

Software writes zero where it has nothing, as degrees or as metres, and a later hand converts it: NaPTAN's stops at
longitude -7.5572, latitude 49.7668 are the grid's false origin, in the sea 100 km off Cornwall. Every reader of points
asks :func:`is_no_place`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FALSE_ORIGIN = (-7.55716, 49.76681)
"""Longitude and latitude of easting 0, northing 0. Source: PROJ, EPSG:27700 to EPSG:4326."""

NULL_ISLAND_M = (622_575.7, -5_527_063.8)
"""Easting and northing of longitude 0, latitude 0. Source: PROJ, EPSG:4326 to EPSG:27700."""

NEAR_DEGREES = 0.001
"""As near as degrees come that were rounded to three decimals: about 100 m."""

NEAR_M = 1.0
"""As near as metres come that were made of degrees with five decimals; a zero that was written is exact."""

ROUND_THE_EARTH_M = 40_075_017.0
"""Metres around the equator (WGS 84, 2π · 6,378,137 m): no coordinate in metres is larger."""


def is_no_place(x: npt.ArrayLike, y: npt.ArrayLike, *, degrees: bool = False) -> npt.NDArray[np.bool_]:
    """Return which points are null island or the false origin of the National Grid, as near as rounding leaves them.

    Parameters
    ----------
    x, y
        Easting and northing in metres on EPSG:27700; longitude and latitude with ``degrees``. Missing ones are no such
        points.
    degrees
        Whether they are degrees.

    Examples
    --------
    >>> is_no_place([0, 406600], [0, 286700]).tolist()
    [True, False]
    >>> is_no_place([0, -7.5572, -1.9], [0, 49.7668, 0], degrees=True).tolist()
    [True, True, False]
    """
    east, north = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    near = NEAR_DEGREES if degrees else NEAR_M
    other = FALSE_ORIGIN if degrees else NULL_ISLAND_M
    origin = (np.abs(east) <= near) & (np.abs(north) <= near)
    return np.asarray(origin | ((np.abs(east - other[0]) <= near) & (np.abs(north - other[1]) <= near)), dtype=np.bool_)


def is_on_earth(coordinates: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return which numbers are finite and no longer than the way around the Earth in metres.

    Examples
    --------
    >>> is_on_earth([4e5, np.nan, np.inf, 1e308]).tolist()
    [True, False, False, False]
    """
    numbers = np.asarray(coordinates, dtype=float)
    return np.asarray(np.abs(numbers) <= ROUND_THE_EARTH_M, dtype=np.bool_)  # false of NaN
