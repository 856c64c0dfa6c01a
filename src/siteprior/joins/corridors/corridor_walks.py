"""The corridor each site belongs to, and where along it the site lies."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CORRIDOR_STOPS, CORRIDORS, SITE_CORRIDOR_COLUMNS, SITES, check
from siteprior.joins._geometry import Values, coordinates, declared_columns, known_places, nearest, take, walk_range
from siteprior.joins.access.walks import Walking
from siteprior.joins.corridors.chainage import along, extents
from siteprior.walking.network import Floats, Ints, WalkNetwork
from siteprior.walking.walk import lowest_of_sites, nearest_walk, snap, walks

ROUNDING = 1e-9
"""Share by which places are looked for beyond the reach, so that rounding leaves out none; the walk itself decides."""


class CorridorWalks(NamedTuple):
    """Walks of sites to the stops of corridors, by position of site and stop.

    Attributes
    ----------
    nearest, walk_m
        Each site's nearest stop, however far, and the walk to it in metres (-1 and ``nan`` where there is none).
    low_m, high_m
        The lowest and highest of that walk from anywhere the site may reach or lie.
    site, stop, reach_m
        One entry per site and corridor in reach: the corridor's nearest stop and the walk to it in metres; by site,
        then walk, then stop.
    """

    nearest: Ints
    walk_m: Floats
    low_m: Floats
    high_m: Floats
    site: Ints
    stop: Ints
    reach_m: Floats


def join_corridors(
    sites: gpd.GeoDataFrame,
    corridor_stops: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame,
    walking: Walking | None = None,
    *,
    reach_m: float | None = None,
    count_planned: bool = False,
) -> pd.DataFrame:
    """Assign each site its corridor: the one with the nearest stop that counts, and the walk to it in metres.

    With a network the walk runs over its streets, from the site's point, or from the place on its edge from which it
    is shortest where it has a polygon; it is missing where no way leads to a stop. Without one it is the straight line
    times the factor. Either is measured however far. A stop counts when it is open, or planned where
    ``count_planned``. Of stops equally far (several corridors call at one station) the first corridor by name is
    taken, then the first stop by order; ``corridors`` names all within reach, nearest first. Beside the walk stand the
    lowest and the highest from anywhere the site may reach or lie, as in
    :func:`siteprior.joins.access.walk_access.join_access`.
    Chainage and side are those of the site's point (:func:`siteprior.joins.corridors.chainage.along`).

    Parameters
    ----------
    sites
        Sites on EPSG:27700, with ``position_uncertainty_m`` where it is known; a shape counts by its centroid.
    corridor_stops
        :data:`siteprior.core.schema.CORRIDOR_STOPS`, with their state on a day by
        :func:`siteprior.sources.transit.openings.apply_openings_to_corridor`.
    lines
        :data:`siteprior.core.schema.CORRIDORS`.
    walking
        How walks are measured; straight lines times the factor of the parameters when ``None``.
    reach_m
        Metres of walk within which a corridor is in reach; parameter ``access.rail_cutoff_m`` when ``None``.
    count_planned
        Whether planned stops count, too.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SITE_CORRIDOR_COLUMNS` on the index of the sites, for ``sites.join(…)``; missing
        where the site has no place, no stop counts, or no way leads to one.

    Raises
    ------
    InputError
        When a table is not what it should be, or the reach is no length.

    Examples
    --------
    >>> import siteprior as sp
    >>> sites = gpd.GeoDataFrame({"site_name": ["Mill", "Depot"]}, index=pd.Index(["a", "b"], name="site_id"),
    ...                          geometry=gpd.points_from_xy([400100, 400900], [290000, 290300]), crs=27700)
    >>> known = {"corridor": "Line 1", "kind": "metro", "order": [1, 2], "state": "open"}
    >>> known["stop_name"] = ["Alder", "Birch"]
    >>> calls = gpd.GeoDataFrame(known, index=pd.Index(["1#1", "1#2"], name="corridor_stop_id"), crs=27700,
    ...                          geometry=gpd.points_from_xy([400000, 401000], [290000] * 2))
    >>> calls = sp.schema.conform(calls, sp.schema.CORRIDOR_STOPS)
    >>> lines = sp.transit.corridor_lines(calls)
    >>> columns = sp.corridors.join(sites, calls, lines)
    >>> columns[["corridor", "corridor_walk_m", "corridor_chainage_m"]].round(0).values.tolist()
    [['Line 1', 130.0, 100.0], ['Line 1', 411.0, 900.0]]
    """
    walking = walking or Walking()
    counted = counted_stops(sites, corridor_stops, lines, count_planned=count_planned)
    found = corridor_walks(sites, counted, walking, reach_m=reach_m)
    chainage, side = along(coordinates(sites), extents(sites, walking.shapes), found.nearest, counted, lines)
    names = counted["corridor"].to_numpy(dtype=object)[found.stop]
    in_reach = pd.Series(names, index=found.site).groupby(level=0, sort=False).agg("; ".join)
    counts = np.bincount(found.site, minlength=len(sites))
    values: dict[str, Values] = {
        "corridor": take(counted["corridor"], found.nearest, sites.index),
        "corridor_kind": take(counted["kind"], found.nearest, sites.index),
        "corridor_stop": take(counted["stop_name"], found.nearest, sites.index),
        "corridor_stop_state": take(counted["state"], found.nearest, sites.index),
        "corridor_walk_m": found.walk_m,
        "corridor_walk_low_m": found.low_m,
        "corridor_walk_high_m": found.high_m,
        "corridor_chainage_m": chainage,
        "corridor_side": side,
        "corridor_decay": decay(found.walk_m),
        "corridors": in_reach.reindex(range(len(sites))).to_numpy(dtype=object),
        "corridors_in_reach": np.where(found.nearest < 0, np.nan, counts),
    }
    return declared_columns(sites.index, SITE_CORRIDOR_COLUMNS, values)


def decay(walk_m: Floats) -> Floats:
    """Return how much a stop counts (0–1) at a walk in metres: in full near by, then less, nothing from the cut-off.

    The knots are the parameters ``corridors.decay_full_m`` and ``decay_none_m`` (METHODS, section 2g, a proposal);
    between them the value falls in a straight line. A missing walk gives a missing value.

    Examples
    --------
    >>> decay(np.array([0.0, 400.0, 680.0, 960.0, 5000.0, np.nan])).tolist()
    [1.0, 1.0, 0.5, 0.0, 0.0, nan]
    """
    settings = load_parameters("corridors")
    return np.interp(walk_m, [settings.number("decay_full_m"), settings.number("decay_none_m")], [1.0, 0.0])


def counted_stops(
    sites: gpd.GeoDataFrame, corridor_stops: gpd.GeoDataFrame, lines: gpd.GeoDataFrame, *, count_planned: bool
) -> gpd.GeoDataFrame:
    """Check the tables, and return the stops that count by corridor and order, positions from 0."""
    check(sites, SITES, name="sites", needs=(), may_have=("position_uncertainty_m",))
    check(corridor_stops, CORRIDOR_STOPS, name="corridor_stops")
    check(lines, CORRIDORS, name="lines", needs=())
    counted = corridor_stops[corridor_stops["state"].isin(["open", "planned"] if count_planned else ["open"])]
    return counted.sort_values(["corridor", "order"], kind="stable").reset_index()


def corridor_walks(
    sites: gpd.GeoDataFrame, counted: gpd.GeoDataFrame, walking: Walking, *, reach_m: float | None = None
) -> CorridorWalks:
    """Measure each site's walk to the nearest counted stop, and to that of every corridor in reach, in metres."""
    reach = load_parameters("access").number("rail_cutoff_m") if reach_m is None else reach_m
    if not 0 <= reach < np.inf:
        raise InputError(f"reach_m: {reach} is not a length; give metres of walk from 0")
    if walking.network is None:
        return _by_line(sites, counted, walking, reach)
    return _by_network(sites, counted, walking, walking.network, reach)


def unsnapped(
    corridor_stops: gpd.GeoDataFrame, network: WalkNetwork, max_snap_m: float | None = None, *, file: str = ""
) -> pd.DataFrame:
    """Return an issue row for each corridor stop farther than ``max_snap_m`` metres from any street.

    No walk on the network leads to such a stop, so no site is in reach of its corridor by it.

    Parameters
    ----------
    corridor_stops
        :data:`siteprior.core.schema.CORRIDOR_STOPS`.
    network
        The streets.
    max_snap_m
        Parameter ``access.max_snap_m`` when ``None``.
    file
        The name to put in the issues.

    Returns
    -------
    DataFrame
        Issue table, in the order of the stops; possibly no row.
    """
    check(corridor_stops, CORRIDOR_STOPS, name="corridor_stops")
    limit = load_parameters("access").number("max_snap_m") if max_snap_m is None else max_snap_m
    log = IssueLog(file)
    off = snap(network, coordinates(corridor_stops), max_snap_m=limit).edge < 0
    for stop in corridor_stops[off].itertuples():
        log.add("unknown entity", field="geometry", value=f"{stop.corridor}: {stop.stop_name}",
                action=f"no street within {limit:g} m: no walk on the streets leads there")  # fmt: skip
    return log.table()


def _by_line(sites: gpd.GeoDataFrame, counted: gpd.GeoDataFrame, walking: Walking, reach_m: float) -> CorridorWalks:
    """Measure straight lines times the factor, corridor by corridor."""
    factor = walking.walk_factor
    places, stop_points = coordinates(sites), coordinates(counted)
    at, distance = nearest(places, stop_points)
    low, high = walk_range(sites, stop_points, at, distance, walk_factor=factor, shapes=walking.shapes)
    pieces: list[tuple[Ints, Ints, Floats]] = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))]
    known = np.flatnonzero(known_places(places))
    tree = cKDTree(places[known])
    for own in counted["corridor"].groupby(counted["corridor"], sort=True).indices.values():
        rows = np.asarray(own)
        placed = stop_points[rows][known_places(stop_points[rows])]
        about = tree.query_ball_point(placed, reach_m / factor * (1 + ROUNDING)) if len(placed) else []
        some = known[np.unique(np.concatenate([np.zeros(0), *about]).astype(np.int64))]
        which, away = nearest(places[some], stop_points[rows])
        near = np.flatnonzero(away * factor <= reach_m)
        pieces.append((some[near], rows[which[near]], away[near] * factor))
    site, stop, walk = (np.concatenate(column) for column in zip(*pieces, strict=True))
    order = np.lexsort((stop, walk, site))
    return CorridorWalks(at, distance * factor, low, high, site[order], stop[order], walk[order])


def _by_network(
    sites: gpd.GeoDataFrame, counted: gpd.GeoDataFrame, walking: Walking, network: WalkNetwork, reach_m: float
) -> CorridorWalks:
    """Measure walks over the streets, from the place on each site's edge from which they are shortest."""
    points, owner = walking.origins(sites)
    here = snap(network, points, max_snap_m=walking.max_snap_m)
    there = snap(network, coordinates(counted), max_snap_m=walking.max_snap_m)
    at, walk_m = nearest_walk(network, here, there)
    origin, farthest_m = lowest_of_sites(owner, at, walk_m, len(sites))
    at = np.append(at, -1)[origin]  # an origin of -1, no walk, takes what is appended
    walk_m = np.append(walk_m, np.nan)[origin]
    margin_m = walking.margin(sites)
    reached = walks(network, here, there, cutoff_m=reach_m)
    pairs = pd.DataFrame({"site": owner[reached.origin], "stop": reached.destination, "walk_m": reached.walk_m})
    pairs["corridor"] = counted["corridor"].to_numpy(dtype=object)[reached.destination]
    pairs = pairs.sort_values(["site", "walk_m", "stop"], kind="stable").drop_duplicates(["site", "corridor"])
    low, high = np.maximum(walk_m - margin_m, 0), farthest_m + margin_m
    return CorridorWalks(at, walk_m, low, high, *(pairs[name].to_numpy() for name in ("site", "stop", "walk_m")))
