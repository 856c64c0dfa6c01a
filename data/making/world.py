"""The invented map: councils with their real names and codes, small areas drawn round their centres, and plain writing.

Areas are Voronoi cells of scattered seeds, close together in towns, their edges bent a little; the outermost seeds, too
far from any centre, only give the region its outline.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from pyproj import Transformer
from scipy.spatial import Voronoi, cKDTree

HERE = Path(__file__).resolve().parents[1]
SEED = 2026
Row = dict[str, Any]


class Council(NamedTuple):
    """A council: its real name and code, rough real town centres in km on the National Grid, and invented levels."""

    code: str
    name: str
    label: str
    sites: int
    price: int  # invented price level of a terraced house, GBP
    centres: tuple[tuple[float, float], ...]  # the first is the main one


COUNCILS = {
    "birmingham": Council(
        "E08000025", "Birmingham", "Birmingham City Council", 72, 205_000,
        ((407, 287), (412, 296), (411, 299), (411, 292), (402, 279), (407, 282), (413, 287), (405, 290), (403, 284),
         (411, 284), (407, 294)),
    ),
    "coventry": Council(
        "E08000026", "Coventry", "Coventry City Council", 52, 210_000,
        ((433, 279), (429, 278), (434, 282), (437, 281), (437, 278)),
    ),
    "dudley": Council(
        "E08000027", "Dudley", "Dudley Metropolitan Borough Council", 50, 195_000,
        ((394, 290), (390, 284), (397, 283), (392, 287), (392, 294), (389, 289)),
    ),
    "sandwell": Council(
        "E08000028", "Sandwell", "Sandwell MBC", 54, 180_000,
        ((400, 291), (399, 289), (402, 288), (399, 295), (396, 292), (398, 287), (395, 286)),
    ),
    "solihull": Council(
        "E08000029", "Solihull", "Solihull Metropolitan Borough Council", 44, 300_000,
        ((415, 280), (412, 278), (418, 287), (418, 277), (424, 282), (424, 277), (420, 282)),
    ),
    "walsall": Council(
        "E08000030", "Walsall", "Walsall Council", 48, 180_000,
        ((401, 298), (399, 302), (406, 301), (397, 298), (399, 297), (405, 305), (405, 297)),
    ),
    "wolverhampton": Council(
        "E08000031", "Wolverhampton", "Wolverhampton City Council", 52, 178_000,
        ((391, 299), (395, 296), (394, 300), (388, 300), (390, 296)),
    ),
}  # fmt: skip

ROADS = (
    "Example Street",
    "Sample Road",
    "Specimen Lane",
    "Model Way",
    "Pattern Close",
    "Fictional Row",
    "Template Drive",
)

# Spelt out as seven parameters so that the degrees do not depend on which grid files PROJ finds on a machine.
TO_DEGREES = Transformer.from_pipeline(
    "+proj=pipeline +step +inv +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy "
    "+step +proj=push +v_3 +step +proj=cart +ellps=airy "
    "+step +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489 "
    "+convention=position_vector +step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3 "
    "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
)


def stream(name: str) -> np.random.Generator:
    """Return the random numbers of one file: a change to one file leaves the others as they are."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


def degrees(xy: Any) -> np.ndarray:
    """Turn eastings and northings (n × 2, m) into longitudes and latitudes of 6 decimals."""
    xy = np.atleast_2d(np.asarray(xy, dtype=float))
    return np.round(np.column_stack(TO_DEGREES.transform(xy[:, 0], xy[:, 1])), 6)


def fields(names: str) -> list[str]:
    """Split a header into its columns."""
    return names.split(",")


def csv_text(rows: Iterable[Sequence[object]], *, end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    """Write rows as CSV text."""
    target = io.StringIO()
    csv.writer(target, lineterminator=end, quoting=quoting).writerows(rows)
    return target.getvalue()


def read_facts(name: str) -> list[dict[str, str]]:
    """Read one of the restated tables of facts beside this script."""
    with (HERE / "transit" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class World(NamedTuple):
    """The invented map: one row per small area, in order of code."""

    codes: list[str]
    names: list[str]
    council: np.ndarray  # key of COUNCILS
    seeds: np.ndarray  # n × 2, m
    rings: list[np.ndarray]  # closed, anticlockwise, m
    districts: dict[str, shapely.Geometry]

    def council_at(self, xy: Any) -> str | None:
        """Name the council a point lies in."""
        return next((k for k, shape in self.districts.items() if shapely.contains_xy(shape, *xy)), None)

    def well_inside(self, key: str, xy: Any, margin: float) -> bool:
        """Tell whether a point lies in a council, at least ``margin`` metres from its border."""
        shape, point = self.districts[key], shapely.Point(xy)
        return bool(shape.contains(point) and shape.boundary.distance(point) > margin)


def scatter_seeds(rng: np.random.Generator, centres: cKDTree) -> np.ndarray:
    """Scatter seeds that keep their distance: 0.8 km in a town centre, ever more outside."""
    kept = np.empty((0, 2))
    for xy in rng.uniform((382_000, 268_000), (444_000, 312_000), (26_000, 2)):
        away = centres.query(xy)[0]
        spacing = 800 + 0.30 * away
        if away < 8_000 and (not len(kept) or np.hypot(*(kept - xy).T).min() > spacing):
            kept = np.vstack([kept, xy])
    return kept


def bend(rng: np.random.Generator, ends: np.ndarray, depth: int = 3) -> np.ndarray:
    """Bend a straight edge by moving its middle sideways, then the middles of its halves."""
    first, last = ends
    if depth == 0 or np.hypot(*(last - first)) < 150:
        return ends
    along = last - first
    middle = (first + last) / 2 + rng.uniform(-0.13, 0.13) * np.array([-along[1], along[0]])
    left, right = bend(rng, np.array([first, middle]), depth - 1), bend(rng, np.array([middle, last]), depth - 1)
    return np.vstack([left, right[1:]])


def make_world() -> World:
    """Draw the small areas, give each to the council with the nearest centre, and number them."""
    rng = stream("areas")
    keys = [key for key, council in COUNCILS.items() for _ in council.centres]
    centres = cKDTree([np.array(xy) * 1000 for council in COUNCILS.values() for xy in council.centres])
    points = scatter_seeds(rng, centres)
    away, nearest = centres.query(points)
    inside = away < 3_300
    cells = Voronoi(points)
    edges: dict[frozenset[int], np.ndarray] = {}
    ridges = [v for v, p in zip(cells.ridge_vertices, cells.ridge_points, strict=True) if inside[p].any()]
    # In order of place, not of the triangulation's own numbering, so that each edge draws the same numbers anywhere.
    for ridge in sorted(ridges, key=lambda v: tuple(np.round(cells.vertices[v].mean(axis=0), 3))):
        ends = sorted(ridge, key=lambda v: tuple(cells.vertices[v]))
        bent = np.round(bend(rng, cells.vertices[ends]), 2)
        edges[frozenset(ends)] = bent
    numbered = sorted(
        np.flatnonzero(inside), key=lambda i: (keys[nearest[i]], -round(points[i][1] / 2500), points[i][0])
    )
    council = np.array([keys[nearest[i]] for i in numbered])
    rings = [ring(points[i], cells.vertices, cells.regions[cells.point_region[i]], edges) for i in numbered]
    shapes = np.array([shapely.Polygon(walked) for walked in rings])
    districts = {key: shapely.union_all(shapes[council == key]) for key in COUNCILS}
    for shape in districts.values():
        shapely.prepare(shape)
    place = np.concatenate([np.arange((council == key).sum()) for key in COUNCILS])
    codes = [f"E01999{i + 1:03d}" for i in range(len(numbered))]
    # Named as the ONS names them, with numbers no council runs to; the codes are of a range that does not exist.
    labels = [f"{901 + n // 5}{'ABCDE'[n % 5]}" for n in place]
    names = [f"{COUNCILS[key].name} {label}" for key, label in zip(council, labels, strict=True)]
    return World(codes, names, council, points[numbered], rings, districts)


def ring(
    seed: np.ndarray, vertices: np.ndarray, region: list[int], edges: dict[frozenset[int], np.ndarray]
) -> np.ndarray:
    """Walk a cell's bent edges anticlockwise, from its southernmost corner."""
    corners = sorted(region, key=lambda v: np.arctan2(*(vertices[v] - seed)[::-1]))
    south = min(range(len(corners)), key=lambda n: vertices[corners[n]][1])
    corners = corners[south:] + corners[:south]
    parts = []
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        edge = edges[frozenset((start, end))]
        forward = np.hypot(*(edge[0] - vertices[start])) < np.hypot(*(edge[-1] - vertices[start]))
        parts.append((edge if forward else edge[::-1])[:-1])
    walked = np.vstack(parts)
    return np.vstack([walked, walked[:1]])


def write_areas(world: World) -> dict[str, bytes]:
    """Write the small areas as GeoJSON (RFC 7946: WGS84, longitude first)."""
    lines = []
    for n, (code, name, key) in enumerate(zip(world.codes, world.names, world.council, strict=True)):
        properties = {
            "FID": n + 1, "LSOA21CD": code, "LSOA21NM": name,
            "LADCD_ACTIVE": COUNCILS[key].code, "NOTE": "illustrative",
        }  # fmt: skip
        feature = {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": "Polygon", "coordinates": [degrees(world.rings[n]).tolist()]},
        }
        lines.append(json.dumps(feature, separators=(",", ":")))
    return {"boundaries/lsoa21.geojson": collection("Illustrative small areas, not real", lines)}


def collection(name: str, features: list[str]) -> bytes:
    """Put GeoJSON features, one to a line, into a collection."""
    head = f'{{"type":"FeatureCollection","name":{json.dumps(name)},"features":[\n'
    return (head + ",\n".join(features) + "\n]}\n").encode()


def place_of(fact: dict[str, str]) -> tuple[float, float]:
    """Return a stop's easting and northing."""
    return float(fact["easting"]), float(fact["northing"])


def packed(data: bytes) -> bytes:
    """Pack bytes with gzip, without a name or a clock; what they unpack to is the same on every machine."""
    target = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=target, compresslevel=9, mtime=0) as file:
        file.write(data)
    return target.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    """Zip files, dated 1980; what they unpack to is the same on every machine."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in members.items():
            member = zipfile.ZipInfo(name)
            member.create_system, member.compress_type = 0, zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return target.getvalue()
