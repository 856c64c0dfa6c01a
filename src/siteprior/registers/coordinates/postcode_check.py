"""The postcode cross-check: coordinates compared with the postcode that a row states.

The council's area decides which readings are possible, a postcode which of them is likely. It decides between
readings in the own council, it confirms the one digit error that would bring a misplaced row back into it, and it
lowers the confidence of coordinates far away from it. It never moves a point that lies in its council as labelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.io.no_places import is_no_place
from siteprior.core.parameters import load_parameters
from siteprior.registers.coordinates.candidates import Bools, Candidates, Floats, Places
from siteprior.registers.coordinates.postcodes import stated_postcode
from siteprior.registers.coordinates.suggest_corrections import digit_errors, grid_digits
from siteprior.registers.rows import Rows

DIGIT_RESTORED = "digit restored, by the stated postcode"
GRID_DIGITS = "read as the digits of a grid reference, by the stated postcode"


class PostcodeCheck(NamedTuple):
    """The postcode each row states and where it lies (metres), blank and ``NaN`` where there is none."""

    postcodes: npt.NDArray[np.object_]
    east: Floats
    north: Floats

    def distance(self, east: Floats, north: Floats) -> Floats:
        """Return how far points lie from the rows' postcodes (metres); one row, or one row and column, per site."""
        shape = (-1,) + (1,) * (np.ndim(east) - 1)
        return np.asarray(np.hypot(east - self.east.reshape(shape), north - self.north.reshape(shape)))

    def confirms(self, east: Floats, north: Floats) -> Bools:
        """Return which points lie within ``postcode_near_m`` of their row's postcode."""
        return np.asarray(self.distance(east, north) <= load_parameters("registers").number("postcode_near_m"))


def postcode_check(rows: Rows, postcodes: pd.DataFrame | None) -> PostcodeCheck | None:
    """Return the postcode each row states in its name and address, or else in its notes, and where it lies (metres).

    Parameters
    ----------
    rows
        From :func:`siteprior.registers.rows.read_rows`.
    postcodes
        ``easting`` and ``northing`` (metres) on the index ``postcode``; ``None`` means that nothing is cross-checked.
    """
    if postcodes is None:
        return None
    stated = [stated_postcode(*texts) for texts in zip(rows.texts("site_name"), rows.texts("notes"), strict=True)]
    points = postcodes[["easting", "northing"]].reindex(stated).to_numpy(dtype=float, copy=True)
    points[is_no_place(points[:, 0], points[:, 1])] = np.nan
    return PostcodeCheck(np.array(stated, dtype=object), points[:, 0], points[:, 1])


def restore_digits(
    candidates: Candidates,
    places: Places,
    areas: Sequence[BaseGeometry | None],
    x: Floats,
    y: Floats,
    check: PostcodeCheck,
) -> tuple[Candidates, Places]:
    """Correct the digit error that council and postcode both confirm, for rows that nothing else decided (metres).

    The point must lie in the own council and within ``postcode_near_m`` of the stated postcode, and be the only such
    point: the digits of a grid reference without its letters, or one digit lost, doubled, mistyped or exchanged.

    Returns
    -------
    tuple
        The candidates with two more columns (digit errors, grid references), and the places with those taken at
        ``medium`` confidence.
    """
    rows = len(places.taken)
    east, north = np.full((rows, 2), np.nan), np.full((rows, 2), np.nan)
    undecided = np.isfinite(check.east) & np.isin(places.confidence, ["low", "none"])
    for row in map(int, np.flatnonzero(undecided)):
        area = areas[row]
        if area is None:
            continue
        postcode = (check.east[row], check.north[row])
        for column, tried in enumerate((digit_errors(x[row], y[row]), grid_digits(x[row], y[row], area))):
            point = _only_confirmed(tried, area, postcode)
            if point is not None and not np.isfinite(east[row]).any():
                east[row, column], north[row, column] = point
    restored = np.isfinite(east).any(axis=1)
    taken, confidence = places.taken.copy(), places.confidence.copy()
    taken[restored] = candidates.east.shape[1] + np.isfinite(east[restored]).argmax(axis=1)
    confidence[restored] = "medium"
    candidates = candidates._replace(
        east=np.column_stack([candidates.east, east]),
        north=np.column_stack([candidates.north, north]),
        names=(*candidates.names, DIGIT_RESTORED, GRID_DIGITS),
    )
    return candidates, places._replace(
        east=np.where(restored, np.fmax(east[:, 0], east[:, 1]), places.east),
        north=np.where(restored, np.fmax(north[:, 0], north[:, 1]), places.north),
        taken=taken,
        confidence=confidence,
        inside=places.inside | restored,
    )


def _only_confirmed(
    tried: list[tuple[int, int]], area: BaseGeometry, postcode: tuple[float, float]
) -> tuple[int, int] | None:
    """Return the one point tried in an area and near a postcode, ``None`` where there is none or several differ."""
    parameters = load_parameters("registers")
    if not tried:
        return None
    east, north = np.array(tried, dtype=float).T
    fits = np.hypot(east - postcode[0], north - postcode[1]) <= parameters.number("postcode_near_m")
    fits[fits] = shapely.contains_xy(area, east[fits], north[fits])
    if not fits.any():
        return None
    if max(np.ptp(east[fits]), np.ptp(north[fits])) > parameters.number("same_place_m"):
        return None
    return min(point for point, fit in zip(tried, fits, strict=True) if fit)


def lower_confidence(places: Places, check: PostcodeCheck) -> tuple[Places, dict[int, float]]:
    """Lower the confidence of sites far from the postcode their row states; their coordinates stay.

    Returns
    -------
    tuple
        The places, ``high`` turned to ``medium`` beyond ``postcode_far_m``, and the distance (metres) of each row that
        lies so far in its own council.
    """
    distance = check.distance(places.east, places.north)
    far = places.inside & (distance > load_parameters("registers").number("postcode_far_m"))
    confidence = np.where(far & (places.confidence == "high"), "medium", places.confidence)
    return places._replace(confidence=confidence), {int(row): float(distance[row]) for row in np.flatnonzero(far)}
