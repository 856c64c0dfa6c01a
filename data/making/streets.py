"""Streets: a grid bent into shape, whole near sites and stops, only its main roads elsewhere.

Railways and two rivers cut it: a street crosses a railway on a main road or at a station, a river on a main road of the
first order only. So a walk can be far longer than a straight line, as in a real place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from making.sites import Site
from making.world import Row, World, packed, place_of, read_facts, stream

SPACING = 175  # m between streets, before the grid is bent
MAIN, FIRST = 6, 18  # each so many lines there is a main road, and one of the first order
NEAR_STATION, NEAR_PLACE = 1_100, 380  # m around corridor stops, and around sites and bus stops, where all streets are
DROPPED = 0.16  # of the small streets are not there
FOOTBRIDGE = 250  # m from a station to its footbridge, at most
ISLAND = 330  # m around the site on an island without any other street
MIDDLE, TURN, COLUMNS, ROWS = (412_000, 289_500), 0.35, 420, 380
CLASSES = np.array(["residential", "service", "footway", "steps", "tertiary", "primary"])


class Segments(NamedTuple):
    """Pieces of street between two neighbouring nodes of the grid."""

    start: np.ndarray  # number of the node
    end: np.ndarray
    across: np.ndarray  # True for a piece of a row, False for one of a column
    line: np.ndarray  # number of the row or column
    kind: np.ndarray  # index into CLASSES

    def only(self, kept: np.ndarray) -> Segments:
        """Return the pieces kept."""
        return Segments(*(column[kept] for column in self))


def bent_grid(rng: np.random.Generator) -> np.ndarray:
    """Return the places of the nodes, row by row: a turned grid moved by long waves and a little at random, whole m."""
    square = np.stack(np.meshgrid(np.arange(COLUMNS), np.arange(ROWS)), axis=-1).reshape(-1, 2) - (
        COLUMNS / 2,
        ROWS / 2,
    )
    xy = SPACING * square @ np.array([[np.cos(TURN), np.sin(TURN)], [-np.sin(TURN), np.cos(TURN)]]) + MIDDLE
    moved = xy + rng.normal(0, 14, xy.shape)
    for length in rng.uniform(2_200, 7_000, 6):
        angle, phase, turn = rng.uniform(0, 2 * np.pi, 3)
        wave = np.sin(2 * np.pi * (xy @ np.array([np.cos(angle), np.sin(angle)])) / length + phase)
        moved += (0.024 * length * wave)[:, None] * np.array([np.cos(turn), np.sin(turn)])
    return np.round(moved)


def all_segments() -> Segments:
    """Return every piece of the grid; main roads are known by their line's number."""
    node = np.arange(COLUMNS * ROWS).reshape(ROWS, COLUMNS)
    row, column = np.divmod(node, COLUMNS)
    start = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    end = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    across = np.arange(len(start)) < node[:, 1:].size
    line = np.concatenate([row[:, :-1].ravel(), column[:-1].ravel()])
    kind = np.select([line % FIRST == 0, line % MAIN == 0], [5, 4], 0)
    return Segments(start, end, across, line, kind)


def rivers() -> list[shapely.LineString]:
    """Draw two winding rivers: one through the Black Country and north Birmingham, one through Coventry."""
    x, y = np.arange(380_000, 444_000, 400.0), np.arange(266_000, 296_000, 400.0)
    return [
        shapely.LineString(np.column_stack([x, 291_900 + 1_700 * np.sin(x / 3_900) + 500 * np.sin(x / 1_300)])),
        shapely.LineString(np.column_stack([433_700 + 600 * np.sin(y / 1_700), y])),
    ]


def railways() -> tuple[list[shapely.LineString], np.ndarray]:
    """Return the railways of the corridors, straight from station to station, and the places of the stations."""
    rail: dict[str, list[tuple[float, float]]] = {}
    for fact in read_facts("corridors.csv"):
        if fact["kind"] == "rail":
            rail.setdefault(fact["corridor"], []).append(place_of(fact))
    return [shapely.LineString(stations) for stations in rail.values()], np.vstack(list(rail.values()))


def crossing(pieces: np.ndarray, barriers: list[shapely.LineString]) -> np.ndarray:
    """Tell which pieces of street meet one of the barriers."""
    met = np.zeros(len(pieces), dtype=bool)
    met[shapely.STRtree(pieces).query(barriers, predicate="intersects")[1]] = True
    return met


def largest(segments: Segments) -> Segments:
    """Keep the pieces that hang together; the odd ends that dropping streets has cut off go."""
    graph = coo_array((np.ones(len(segments.start)), (segments.start, segments.end)), shape=(COLUMNS * ROWS,) * 2)
    label = connected_components(graph, directed=False)[1]
    return segments.only(label[segments.start] == np.bincount(label[segments.start]).argmax())


def island_site(sites: dict[str, list[Site]], others: np.ndarray) -> Site:
    """Choose the site on an island: the one near a corridor stop with the most room to any other place."""
    stops = cKDTree([place_of(fact) for fact in read_facts("corridors.csv") if fact["state"] == "open"])
    found = [site for council in sites.values() for site in council if not site.ended]
    room = [np.sort(np.hypot(*(others - site.xy).T))[1] for site in found]
    near = [400 < stops.query(site.xy)[0] < 900 for site in found]
    return max(zip(room, near, found, strict=True), key=lambda entry: (entry[1], entry[0]))[2]


def make_streets(
    world: World, sites: dict[str, list[Site]], stops: list[Row]
) -> tuple[np.ndarray, Segments, Site, np.ndarray]:
    """Return nodes, pieces of street, the site on an island and the loop of street around it."""
    rng = stream("streets")
    nodes, segments = bent_grid(rng), all_segments()
    stations = np.array([place_of(fact) for fact in read_facts("corridors.csv")])
    buses = np.array([(float(row["Easting"]), float(row["Northing"])) for row in stops])
    own = np.array([site.xy for council in sites.values() for site in council])
    alone = island_site(sites, np.vstack([own, buses]))
    middle = (nodes[segments.start] + nodes[segments.end]) / 2
    region = shapely.union_all(list(world.districts.values())).buffer(300)
    shapely.prepare(region)
    by_station = cKDTree(stations).query(middle)[0] < NEAR_STATION
    by_place = cKDTree(np.vstack([own, buses])).query(middle)[0] < NEAR_PLACE
    small = (segments.kind == 0) & (rng.random(len(middle)) >= DROPPED)
    there = np.where(segments.kind == 0, small & (by_station | by_place), True)
    # Two stations lie beyond the region; main roads lead on to them.
    there &= shapely.contains_xy(region, *middle.T) | (cKDTree(stations).query(middle)[0] < 3_000)
    there &= np.hypot(*(middle - alone.xy).T) > ISLAND + SPACING / 2

    pieces = shapely.linestrings(np.stack([nodes[segments.start], nodes[segments.end]], axis=1))
    tracks, platforms = railways()
    over_track, over_river = crossing(pieces, tracks), crossing(pieces, rivers())
    kind = np.where((segments.kind == 0) & (rng.random(len(middle)) < 0.12), rng.integers(1, 3, len(middle)), 0)
    kind = np.maximum(kind, segments.kind)
    blocked = (over_track & (segments.kind == 0)) | (over_river & (segments.kind < 5))
    barred = np.flatnonzero(over_track & (segments.kind == 0) & ~over_river)
    away, bridge = cKDTree(middle[barred]).query(platforms)
    bridges = barred[bridge[away < FOOTBRIDGE]]
    blocked[bridges], kind[bridges], there[bridges] = False, 3, True
    kept = largest(segments._replace(kind=kind).only(there & ~blocked))
    loop = np.round(alone.xy + 45 * np.array([(1, 1), (-1, 1), (-1, -1), (1, -1), (1, 1)]))
    return nodes, kept, alone, loop


def runs(segments: Segments) -> Iterator[tuple[int, np.ndarray]]:
    """Join pieces that follow each other on a row or column, of one kind, to long lines of nodes."""
    order = np.lexsort([segments.start, segments.line, ~segments.across])
    start, end, across, line, kind = segments.only(order)
    follows = (start[1:] == end[:-1]) & (line[1:] == line[:-1]) & (across[1:] == across[:-1]) & (kind[1:] == kind[:-1])
    for run in np.split(np.arange(len(start)), np.flatnonzero(~follows) + 1):
        yield int(kind[run[0]]), np.append(start[run], end[run[-1]])


def write_streets(world: World, sites: dict[str, list[Site]], stops: list[Row]) -> dict[str, bytes]:
    """Write the streets as GeoJSON lines in metres; streets meet where they share a vertex."""
    nodes, segments, _, loop = make_streets(world, sites, stops)
    lines = [(str(CLASSES[kind]), nodes[run]) for kind, run in runs(segments)]
    lines.append(("residential", loop))
    # No walker may use it: it must not join what the rivers part.
    lines.append(
        ("motorway", np.array([(382_000, 281_000), (398_000, 292_500), (412_000, 296_000), (424_000, 281_000)]))
    )
    text = [
        f'{{"type":"Feature","properties":{{"highway":"{kind}"}},"geometry":{{"type":"LineString","coordinates":'
        f"{json.dumps(places.astype(int).tolist(), separators=(',', ':'))}}}}}"
        for kind, places in lines
    ]
    head = (
        '{"type":"FeatureCollection","name":"Illustrative streets, not real",'
        '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::27700"}},"features":[\n'
    )
    return {"transit/streets.geojson.gz": packed((head + ",\n".join(text) + "\n]}\n").encode())}
