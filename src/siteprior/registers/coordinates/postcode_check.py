"""A second witness to a site's place: the postcode that its own row states.

The council's area says which readings are possible; a postcode says which is likely. It decides between readings in
the own council, it confirms the one slip of a digit that would bring a misplaced row home to it, and it casts doubt
on a place far away from it. It never moves a place that lies in its council as labelled.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from siteprior.core.parameters import load_parameters
from siteprior.registers.coordinates.candidates import Bools, Candidates, Floats, Places
from siteprior.registers.coordinates.postcodes import stated_postcode
from siteprior.registers.coordinates.suggest_corrections import grid_digits, slips
from siteprior.registers.rows import Rows

SLIP = "digit restored, by the stated postcode"
GRID_DIGITS = "read as the digits of a grid reference, by the stated postcode"


class Witness(NamedTuple):
    """What the rows' postcodes say: the postcode and its place (metres), blank and ``NaN`` where there is none."""

    postcodes: npt.NDArray[np.object_]
    east: Floats
    north: Floats

    def distance(self, east: Floats, north: Floats) -> Floats:
        """Return how far places lie from the rows' postcodes (metres); one row, or one row and column, per site."""
        shape = (-1,) + (1,) * (np.ndim(east) - 1)
        return np.asarray(np.hypot(east - self.east.reshape(shape), north - self.north.reshape(shape)))

    def confirms(self, east: Floats, north: Floats) -> Bools:
        """Say which places lie within ``postcode_near_m`` of their row's postcode."""
        return np.asarray(self.distance(east, north) <= float(load_parameters("registers")["postcode_near_m"].value))


def witnesses(rows: Rows, postcodes: pd.DataFrame | None) -> Witness | None:
    """Find the postcode each row states in its name and address, or else in its notes.

    Parameters
    ----------
    rows
        From :func:`siteprior.registers.rows.read_rows`.
    postcodes
        ``easting`` and ``northing`` (metres) on the index ``postcode``; ``None`` means no witness is heard.
    """
    if postcodes is None:
        return None
    stated = [stated_postcode(*texts) for texts in zip(rows.texts("site_name"), rows.texts("notes"), strict=True)]
    places = postcodes[["easting", "northing"]].reindex(stated).to_numpy(dtype=float)
    return Witness(np.array(stated, dtype=object), places[:, 0], places[:, 1])


def restore(
    found: Candidates, places: Places, areas: list[Any], x: Floats, y: Floats, witness: Witness
) -> tuple[Candidates, Places]:
    """Take the slip of a digit that two witnesses agree on, for rows that nothing else settled.

    The place must lie in the own council and within ``postcode_near_m`` of the stated postcode, and be the only such
    place: the digits of a grid reference without its letters, or one digit lost, doubled, mistyped or exchanged.

    Returns
    -------
    tuple
        The candidates with two more columns (slips, grid references), and the places with those taken at ``medium``
        confidence.
    """
    rows = len(places.taken)
    east, north = np.full((rows, 2), np.nan), np.full((rows, 2), np.nan)
    for row in np.flatnonzero(np.isfinite(witness.east) & np.isin(places.confidence, ["low", "none"])):
        if areas[row] is None:
            continue
        point = (witness.east[row], witness.north[row])
        guesses = slips(x[row], y[row]), grid_digits(x[row], y[row], areas[row])
        for column, tried in enumerate(guesses):
            place = _only(tried, areas[row], point)
            if place is not None and not np.isfinite(east[row]).any():
                east[row, column], north[row, column] = place
    home = np.isfinite(east).any(axis=1)
    taken, confidence = places.taken.copy(), places.confidence.copy()
    taken[home] = found.east.shape[1] + np.isfinite(east[home]).argmax(axis=1)
    confidence[home] = "medium"
    found = found._replace(
        east=np.column_stack([found.east, east]),
        north=np.column_stack([found.north, north]),
        names=(*found.names, SLIP, GRID_DIGITS),
    )
    return found, places._replace(
        east=np.where(home, np.fmax(east[:, 0], east[:, 1]), places.east),
        north=np.where(home, np.fmax(north[:, 0], north[:, 1]), places.north),
        taken=taken,
        confidence=confidence,
        inside=places.inside | home,
    )


def _only(guesses: list[tuple[int, int]], area: Any, point: tuple[float, float]) -> tuple[int, int] | None:
    """Return the one guess in an area and near a point, ``None`` where there is none or they mean several places."""
    presets = load_parameters("registers")
    if not guesses:
        return None
    east, north = np.array(guesses, dtype=float).T
    fits = np.hypot(east - point[0], north - point[1]) <= float(presets["postcode_near_m"].value)
    fits[fits] = shapely.contains_xy(area, east[fits], north[fits])
    if not fits.any():
        return None
    if max(np.ptp(east[fits]), np.ptp(north[fits])) > float(presets["same_place_m"].value):
        return None
    return min(guess for guess, fit in zip(guesses, fits, strict=True) if fit)


def doubted(places: Places, witness: Witness) -> tuple[Places, dict[int, float]]:
    """Lower the confidence of places far from the postcode their row states; the places stay.

    Returns
    -------
    tuple
        The places, ``high`` turned to ``medium`` beyond ``postcode_far_m``, and the distance (metres) of each row that
        lies so far in its own council.
    """
    apart = witness.distance(places.east, places.north)
    far = places.inside & (apart > float(load_parameters("registers")["postcode_far_m"].value))
    confidence = np.where(far & (places.confidence == "high"), "medium", places.confidence)
    return places._replace(confidence=confidence), {int(row): float(apart[row]) for row in np.flatnonzero(far)}
