"""The corridor each site belongs to, and where along it the site lies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from siteprior.joins.places import check_walks, coordinates, nearest, take, walk_range, with_columns
from siteprior.schema import CORRIDOR_STOPS, CORRIDORS, SITE_CORRIDOR_COLUMNS, SITES, check


def join_corridors(
    sites: Any,
    corridor_stops: Any,
    lines: Any,
    *,
    walk_factor: float,
    reach_m: float,
    count_planned: bool = False,
    shapes: Any | None = None,
) -> Any:
    """Add to each site its corridor: the one with the nearest stop that counts, and the walk to it in metres.

    The walk is the straight line times ``walk_factor``, however far. A stop counts when it is open, or planned where
    ``count_planned``. Of stops equally far (several corridors call at one station) the first corridor by name is
    taken, then the first stop by order; ``corridors`` names all within reach. Beside the walk stand the lowest and
    the highest from anywhere the site may reach or lie (:func:`siteprior.joins.places.walk_range`).

    Parameters
    ----------
    sites
        Sites on EPSG:27700, with ``position_uncertainty_m`` where it is known; a shape counts by its centroid.
    corridor_stops
        :data:`siteprior.schema.CORRIDOR_STOPS`, settled for a day by
        :func:`siteprior.sources.transit.openings.apply_openings_to_corridor`.
    lines
        :data:`siteprior.schema.CORRIDORS`.
    walk_factor
        Ratio of walk to straight line, at least 1 (preset ``access.walk_factor``).
    reach_m
        Metres of walk within which a corridor is in reach (preset ``access.rail_cutoff_m``).
    count_planned
        Whether planned stops count, too.
    shapes
        :data:`siteprior.schema.SITE_SHAPES`, to measure lowest and highest walks from polygons.

    Returns
    -------
    GeoDataFrame
        The sites, same index and order, with :data:`siteprior.schema.SITE_CORRIDOR_COLUMNS`; missing where the site
        has no place or no stop counts.

    Raises
    ------
    InputError
        When a table is not what it should be, or the factor is below 1.
    """
    check(sites, SITES, name="sites", needs=())
    check(corridor_stops, CORRIDOR_STOPS, name="corridor_stops")
    check(lines, CORRIDORS, name="lines", needs=())
    check_walks(walk_factor, shapes)
    counted = corridor_stops[corridor_stops["state"].isin(["open", "planned"] if count_planned else ["open"])]
    counted = counted.sort_values(["corridor", "order"], kind="stable").reset_index()
    places = coordinates(sites)
    at, distance = nearest(places, coordinates(counted))
    low, high = walk_range(sites, coordinates(counted), at, distance, walk_factor=walk_factor, shapes=shapes)
    corridor = take(counted["corridor"], at, sites.index)
    values = {
        "corridor": corridor,
        "corridor_kind": take(counted["kind"], at, sites.index),
        "corridor_stop": take(counted["stop_name"], at, sites.index),
        "corridor_stop_state": take(counted["state"], at, sites.index),
        "corridor_walk_m": distance * walk_factor,
        "corridor_walk_low_m": low,
        "corridor_walk_high_m": high,
        "corridor_chainage_m": np.where(at < 0, np.nan, _chainage(places, corridor, lines)),
        "corridors": _in_reach(places, counted, walk_factor, reach_m, sites.index),
    }
    return with_columns(sites, SITE_CORRIDOR_COLUMNS, values)


def _chainage(places: Any, corridor: pd.Series, lines: Any) -> Any:
    """Return metres along each site's corridor to the point of its line nearest the site."""
    line = np.array([lines.geometry.get(name) for name in corridor], dtype=object)
    return shapely.line_locate_point(line, shapely.points(places))


def _in_reach(places: Any, counted: Any, walk_factor: float, reach_m: float, index: pd.Index) -> pd.Series:
    """Name every corridor with a counted stop within reach of each site, nearest first, joined by semicolons."""
    names = list(counted["corridor"].unique())  # in order of name, so that equal walks stay in it
    if not names:
        return pd.Series(None, index=index, dtype=object)
    walks = np.column_stack(
        [nearest(places, coordinates(counted[counted["corridor"] == name]))[1] * walk_factor for name in names]
    )
    order = np.argsort(walks, axis=1, kind="stable")  # missing walks come last
    reached = (walks <= reach_m).sum(axis=1)
    told = ["; ".join(names[i] for i in row[:count]) or None for row, count in zip(order, reached, strict=True)]
    return pd.Series(told, index=index, dtype=object)
