"""Where timetables end: places whose nearest stop in use is in no timetable, so that what runs there is not known.

An index of 0 says that nothing runs within reach. Where the nearest stop in use is one that no timetable lists, nobody
knows that, and the index is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.parameters import load_parameters
from siteprior.core.schema import STOPS, check
from siteprior.walking.network import Flags, Floats, Ints

PTAL_MODE = {"bus": "bus", "metro": "tram", "rail": "rail", "ferry": "ferry"}
"""Whose cut-off holds at a stop of NaPTAN, by its mode; coaches and aircraft are no part of the index."""

IN_USE = ("open", "not stated")
"""The states of stops at which something may run."""


class Unlisted(NamedTuple):
    """What is known of the stops in use about each place.

    Attributes
    ----------
    nearest
        Whether the nearest stop within reach is in no timetable.
    stops
        How many stops within reach are in none.
    """

    nearest: Flags
    stops: Ints


def stops_in_use(stops: gpd.GeoDataFrame, listed: Iterable[str]) -> gpd.GeoDataFrame:
    """Return the stops in use that may count towards the index, each with its cut-off (m) and whether it is listed.

    Parameters
    ----------
    stops
        :data:`siteprior.core.schema.STOPS`; ``mode`` and ``state`` are read, and ``other_codes`` where it is there.
    listed
        The ATCO codes that any timetable lists.

    Returns
    -------
    GeoDataFrame
        ``cutoff_m``, ``listed`` (true or false) and the place, on the ``atco_code``.

    Raises
    ------
    InputError
        When it is no table of stops.

    Examples
    --------
    >>> import siteprior as sp
    >>> stops = sp.schema.conform(gpd.GeoDataFrame({"mode": ["bus", "air"], "state": "open"}, crs=27700,
    ...     index=pd.Index(["43000001", "9200X"], name="atco_code"), geometry=gpd.points_from_xy([0, 9], [0, 9])),
    ...     sp.schema.STOPS)
    >>> stops_in_use(stops, ["9200X"]).drop(columns="geometry").to_dict("index")
    {'43000001': {'cutoff_m': 640.0, 'listed': False}}
    """
    check(stops, STOPS, name="active_stops", needs=("mode", "state"), may_have=("other_codes",))
    used = stops[stops["state"].isin(IN_USE) & stops["mode"].isin(PTAL_MODE)]
    limits = {mode: load_parameters("ptal").table(ptal).number("cutoff_m") for mode, ptal in PTAL_MODE.items()}
    known = pd.Index(list(listed), dtype="str")
    there = pd.Series(used.index.isin(known), index=used.index)
    if "other_codes" in used:
        others = used["other_codes"].dropna().str.split("; ").explode()
        there |= used.index.isin(others.index[others.isin(known)])
    facts = {"cutoff_m": used["mode"].map(limits).astype("float64"), "listed": there}
    return gpd.GeoDataFrame(facts, index=used.index, geometry=used.geometry)


def unlisted_stops(place: Ints, stop: Ints, walk_m: Floats, used: pd.DataFrame, served_m: Floats) -> Unlisted:
    """Say of each place whether its nearest stop within reach is in no timetable, and how many such stops there are.

    Parameters
    ----------
    place, stop, walk_m
        Walks in metres: the place's and the stop's position.
    used
        From :func:`stops_in_use`.
    served_m
        The walk to the nearest stop at which anything departs, of each place; infinite where there is none.

    Examples
    --------
    >>> used = pd.DataFrame({"cutoff_m": [640.0, 960.0], "listed": [False, True]})
    >>> found = unlisted_stops(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([300.0, 200.0, 600.0]), used,
    ...                        np.array([np.inf, np.inf]))
    >>> found.nearest.tolist(), found.stops.tolist()
    ([False, True], [1, 1])
    """
    near = walk_m <= used["cutoff_m"].to_numpy()[stop]
    place, stop, walk_m = place[near], stop[near], walk_m[near]
    known = used["listed"].to_numpy(dtype=bool)[stop]
    to_listed, to_unlisted = served_m.copy(), np.full(len(served_m), np.inf)
    np.minimum.at(to_listed, place[known], walk_m[known])
    np.minimum.at(to_unlisted, place[~known], walk_m[~known])
    pairs = np.unique(np.column_stack([place[~known], stop[~known]]), axis=0)
    return Unlisted(to_unlisted < to_listed, np.bincount(pairs[:, 0], minlength=len(served_m)))
