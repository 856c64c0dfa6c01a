"""Make the illustrative sample: invented areas, sites, bus stops and sales in the formats of the real files.

    python data/make_sample.py [FOLDER]

Real are the council names and codes, the rough places of town centres, and what stands in ``transit/corridors.csv``
and ``transit/stations.csv``: facts restated from NaPTAN, kept by hand, read here and never written. All the rest is
drawn from one seed, so that a second run gives the same bytes. Faults of the kinds real registers have are put in
on purpose; ``README.md`` lists them.

One module although it is long: it stands alone, outside the package, and reads from top to bottom as the list of files.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import numpy as np
import shapely
from pyproj import Transformer
from scipy.spatial import Voronoi, cKDTree
from scipy.special import ndtr

HERE = Path(__file__).resolve().parent
SEED = 2026
WEB = "https://illustrative.example"  # a name RFC 2606 keeps free


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


# ---------------------------------------------------------------------------------------------------------------------
# Areas: Voronoi cells of scattered seeds, close together in towns, their edges bent a little; the outermost seeds,
# too far from any centre, only give the region its outline.


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


# ---------------------------------------------------------------------------------------------------------------------
# Deprivation: smooth surfaces, higher towards the main centres, put through the published IoD arithmetic.

LSOAS_IN_ENGLAND = 33_755  # 2021 LSOAs, the number the real ranks of 2025 run to
# Weight in the index (IoD technical report), how closely the domain follows the common surface, its shift, its score.
DOMAINS: dict[str, tuple[float, float, float, Callable[[np.ndarray], np.ndarray]]] = {
    "Income": (0.225, 0.95, 0.0, lambda z: np.minimum(np.exp(-1.7 + 0.75 * z), 0.95)),
    "Employment": (0.225, 0.93, 0.0, lambda z: np.minimum(np.exp(-2.2 + 0.6 * z), 0.9)),
    "Education, Skills and Training": (0.135, 0.85, 0.1, lambda z: transformed(ndtr(z))),
    "Health Deprivation and Disability": (0.135, 0.9, 0.0, lambda z: 0.88 * z),
    "Crime": (0.093, 0.7, 0.1, lambda z: 0.84 * z),
    "Barriers to Housing and Services": (0.093, 0.25, 0.2, lambda z: np.maximum(21.7 + 10.2 * z, 0.5)),
    "Living Environment": (0.093, 0.75, 0.2, lambda z: transformed(ndtr(z))),
}


def transformed(share: np.ndarray) -> np.ndarray:
    """Return the IoD's exponential transformation of a rank scaled to 0–1 (1 = most deprived), 0–100."""
    return -23 * np.log(1 - share * (1 - np.exp(-100 / 23)))


def surface(rng: np.random.Generator, xy: np.ndarray) -> np.ndarray:
    """Draw a smooth surface of mean 0 and variance about 1 from eight waves 7 to 20 km long."""
    angle, phase = rng.uniform(0, 2 * np.pi, (2, 8))
    length = rng.uniform(7_000, 20_000, 8)
    waves = np.cos(2 * np.pi * (xy @ np.array([np.cos(angle), np.sin(angle)])) / length + phase)
    return waves.sum(axis=1) / 2


def unique_ranks(deprivation: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Rank among all LSOAs of England (1 = most deprived) by the share more deprived, each rank once."""
    ranks = np.maximum(np.ceil(share * LSOAS_IN_ENGLAND).astype(int), 1)
    taken = 0
    for i in np.argsort(-deprivation, kind="stable"):
        taken = ranks[i] = max(ranks[i], taken + 1)
    return ranks


def deprivation_of(world: World) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Draw score and rank of the index and of each domain; the index is the weighted sum of the domains."""
    rng = stream("deprivation")
    main = np.array([council.centres[0] for council in COUNCILS.values()]) * 1000.0
    width = np.array([[6_000 if key == "birmingham" else 3_800] for key in COUNCILS])
    near = np.exp(-((np.hypot(*(world.seeds[:, None, :] - main).T) / width) ** 2)).max(axis=0)
    leafy = np.isin(world.council, ["solihull"]) * -0.9
    common = 1.9 * near + 0.55 * surface(rng, world.seeds) + leafy - 0.05
    domains, index = {}, np.zeros(len(world.codes))
    for name, (weight, follows, shift, score) in DOMAINS.items():
        own = 0.8 * surface(rng, world.seeds) + 0.4 * rng.normal(size=len(common))
        z = np.clip(follows * common + np.sqrt(1 - follows**2) * own + shift, -2.6, 2.9)
        domains[name] = (score(z), unique_ranks(z, ndtr(-z)))
        index += weight * transformed(ndtr(z))
    # Invented, roughly the shape of the real one: the share of England's LSOAs more deprived than a score.
    return {
        "Index of Multiple Deprivation (IMD)": (index, unique_ranks(index, np.exp(-((index / 23.7) ** 1.2)))),
        **domains,
    }


def write_deprivation(world: World) -> dict[str, bytes]:
    """Write scores, ranks and deciles with the long headers, the BOM and the mixed number styles of gov.uk's files."""
    header = [
        "LSOA code (2021)",
        "LSOA name (2021)",
        "Local Authority District code (2024)",
        "Local Authority District name (2024)",
    ]
    columns: list[list[str]] = [
        world.codes, world.names,
        [COUNCILS[key].code for key in world.council], [COUNCILS[key].name for key in world.council],
    ]  # fmt: skip
    for name, (scores, ranks) in deprivation_of(world).items():
        rate = " (rate)" if name in ("Income", "Employment") else ""
        header += [
            f"{name} Score{rate}", f"{name} Rank (where 1 is most deprived)",
            f"{name} Decile (where 1 is most deprived 10% of LSOAs)",
        ]  # fmt: skip
        deciles = np.ceil(ranks / (LSOAS_IN_ENGLAND / 10)).astype(int)
        rank_style, decile_style = {
            "Index of Multiple Deprivation (IMD)": ("{:,}", "{}"),
            "Income": ("{:.2f}", "{:.2f}"),
        }.get(name, ("{}", "{}"))
        columns += [
            [f"{score:.3f}" for score in scores], [rank_style.format(rank) for rank in ranks],
            [decile_style.format(decile) for decile in deciles],
        ]  # fmt: skip
    text = csv_text([header, *zip(*columns, strict=True)], end="\r\n")
    return {"deprivation/iod2025.csv": text.encode("utf-8-sig")}


# ---------------------------------------------------------------------------------------------------------------------
# Stops: the real stations, and invented bus stops, in NaPTAN's 43 columns.

NAPTAN = fields(
    "ATCOCode,NaptanCode,PlateCode,CleardownCode,CommonName,CommonNameLang,ShortCommonName,ShortCommonNameLang,Landmark,"
    "LandmarkLang,Street,StreetLang,Crossing,CrossingLang,Indicator,IndicatorLang,Bearing,NptgLocalityCode,LocalityName,"
    "ParentLocalityName,GrandParentLocalityName,Town,TownLang,Suburb,SuburbLang,LocalityCentre,GridType,Easting,Northing,"
    "Longitude,Latitude,StopType,BusStopType,TimingStatus,DefaultWaitTime,Notes,NotesLang,AdministrativeAreaCode,"
    "CreationDateTime,ModificationDateTime,RevisionNumber,Modification,Status"
)
ROADS = (
    "Example Street",
    "Sample Road",
    "Specimen Lane",
    "Model Way",
    "Pattern Close",
    "Fictional Row",
    "Template Drive",
)


def write_stops(world: World) -> dict[str, bytes]:
    """Write the stations as restated, then invented bus stops: two or three to an area, some out of use, some bare."""
    rng = stream("stops")
    rows = [{column: fact.get(column, "") for column in NAPTAN} for fact in read_facts("stations.csv")]
    for seed, key in zip(world.seeds, world.council, strict=True):
        for _ in range(rng.integers(2, 4)):
            x, y = np.round(seed + rng.normal(0, 260, 2)).astype(int)
            lon, lat = degrees((x, y))[0]
            if world.council_at((x, y)) is None:
                continue
            number = len(rows)
            inactive, bare = rng.random() < 0.06, rng.random() < 0.08
            kind, bus = ("BCS", "") if rng.random() < 0.03 else ("BCT", "HAR" if rng.random() < 0.03 else "MKD")
            rows.append(dict.fromkeys(NAPTAN, "") | {
                "ATCOCode": f"430ILL{number:05d}", "NaptanCode": f"zzz{number:05d}",
                "CommonName": f"Illustrative Road {number}", "Street": str(rng.choice(ROADS)),
                "Indicator": str(rng.choice(["opp", "adj", "before", "after", ""])),
                "Bearing": str(rng.choice(["N", "NE", "E", "SE", "S", "SW", "W", "NW"])),
                "LocalityName": "Illustrative", "ParentLocalityName": COUNCILS[key].name, "LocalityCentre": "false",
                "GridType": "UKOS", "Easting": str(x), "Northing": str(y),
                "Longitude": "" if bare else f"{lon:.5f}", "Latitude": "" if bare else f"{lat:.5f}",
                "StopType": kind, "BusStopType": bus, "TimingStatus": "OTH", "AdministrativeAreaCode": "105",
                "CreationDateTime": "2026-01-05T09:00:00", "ModificationDateTime": "2026-01-05T09:00:00",
                "RevisionNumber": "1", "Modification": "delete" if inactive else "new",
                "Status": "inactive" if inactive else "active",
            })  # fmt: skip
    return {"transit/naptan.csv": csv_text([NAPTAN, *([row[c] for c in NAPTAN] for row in rows)]).encode()}


# ---------------------------------------------------------------------------------------------------------------------
# Sites: invented, most of them near a real stop; then each council's register in its own format, with its own faults.


class Site(NamedTuple):
    """One invented site, before a register's format and faults."""

    reference: str
    name: str
    xy: np.ndarray
    hectares: float
    low: int
    high: int
    ownership: str
    status: str
    kind: str
    permitted: date | None
    deliverable: bool
    use: str
    note: str
    first: date
    updated: date
    ended: date | None
    stage: str


PUBLISHED = [
    date(year, 12, day) for year, day in zip(range(2017, 2026), (19, 14, 13, 18, 17, 16, 15, 13, 12), strict=True)
]
USES = (
    "foundry",
    "depot",
    "car park",
    "works",
    "garage court",
    "public house",
    "warehouse",
    "school",
    "laundry",
    "timber yard",
)
NOTES = (
    "", "", "", "", "", "Vacant and cleared", "Part occupied by a temporary car wash", "Identified by officers",
    "Made ground; remediation required", "Ground investigation inconclusive", "Access depends on third-party land",
    "Culvert diversion needed before development", "Promoted by owner",
)  # fmt: skip
OWNERSHIP = (
    "owned by a public authority",
    "not owned by a public authority",
    "mixed ownership",
    "unknown ownership",
    "",
)
KINDS = (
    "full planning permission",
    "outline planning permission",
    "reserved matters approval",
    "permission in principle",
    "other",
)


def stops_in(world: World, key: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the corridor stops inside a council: those open, and all of them."""
    facts = [fact for fact in read_facts("corridors.csv") if world.council_at(place_of(fact)) == key]
    return np.array([place_of(fact) for fact in facts if fact["state"] == "open"]), np.array([*map(place_of, facts)])


def place_of(fact: dict[str, str]) -> tuple[float, float]:
    """Return a stop's easting and northing."""
    return float(fact["easting"]), float(fact["northing"])


def draw_place(rng: np.random.Generator, world: World, key: str, taken: list[np.ndarray]) -> np.ndarray:
    """Draw a place inside the council: half of them near an open stop, some near any stop, the others anywhere."""
    opened, stops = stops_in(world, key)
    seeds = world.seeds[world.council == key]
    while True:
        roll = rng.random()
        if roll < 0.68:
            near = opened if roll < 0.54 else stops
            angle, away = rng.uniform(0, 2 * np.pi), 750 * np.sqrt(rng.uniform(0.01, 1))
            xy = np.round(near[rng.integers(len(near))] + away * np.array([np.cos(angle), np.sin(angle)]))
        else:
            xy = np.round(seeds[rng.integers(len(seeds))] + rng.normal(0, 500, 2))
        # 80 m within the border, so that a few metres between two ways to degrees never move a site across it.
        if world.well_inside(key, xy, 80) and all(np.hypot(*(xy - other)) > 110 for other in taken):
            return xy


def make_sites(world: World, key: str, number: Iterator[int]) -> list[Site]:
    """Draw the sites of one council."""
    rng, council = stream(f"sites {key}"), COUNCILS[key]
    taken: list[np.ndarray] = []
    sites = []
    for n in range(council.sites):
        xy = draw_place(rng, world, key, taken)
        taken.append(xy)
        hectares = round(float(np.clip(np.exp(rng.normal(np.log(0.6), 0.95)), 0.04, 19)), 2)
        central = np.exp(-((np.hypot(*(xy - np.array(council.centres[0]) * 1000)) / 1_500) ** 2))
        low = max(
            1,
            round(
                hectares
                * min(1, 1.05 - 0.05 * hectares if hectares < 8 else 0.6)
                * (32 + rng.uniform(0, 20) + 90 * central)
            ),
        )
        first = PUBLISHED[min(int(rng.exponential(2.2)), 8)]
        updated = PUBLISHED[rng.integers(PUBLISHED.index(first), 9)]
        status = str(rng.choice(["not permissioned", "permissioned", "pending decision"], p=[0.46, 0.46, 0.08]))
        granted = status == "permissioned"
        stage = str(rng.choice(["", "under construction", "completed"], p=[0.9, 0.07, 0.03])) if granted else ""
        note = str(rng.choice(NOTES if granted else (*NOTES, "Previous permission expired")))
        left = stage == "completed" or rng.random() < 0.05
        sites.append(Site(
            reference=f"ILL-{key[:3].upper()}-{n + 1:03d}",
            name=f"Illustrative site {next(number)}, former {rng.choice(USES)}, {rng.choice(ROADS)}",
            xy=xy, hectares=hectares, low=low, high=round(low * rng.choice([1, 1, 1.2, 1.5])),
            ownership=str(rng.choice(OWNERSHIP, p=[0.2, 0.37, 0.12, 0.25, 0.06])),
            status=status, kind=str(rng.choice(KINDS, p=[0.62, 0.24, 0.06, 0.03, 0.05])) if granted else "",
            permitted=date(2014, 1, 6) + timedelta(days=int(4_300 * rng.random() ** 0.6)) if granted else None,
            deliverable=rng.random() < 0.5,
            use=str(rng.choice(["Employment", "Retail", "Offices", "Other Brownfield"])),
            note=note, first=first, updated=updated, ended=updated if left else None, stage=stage,
        ))  # fmt: skip
    return sites


def uri(key: str) -> str:
    """Return the council's identifier as registers state it."""
    return f"http://opendatacommunities.org/id/metropolitan-district-council/{key}"


def written(day: date | None, style: str = "%d/%m/%Y") -> str:
    """Write a date in a register's style; nothing for none."""
    return day.strftime(style) if day else ""


Row = dict[str, Any]
V2 = fields(
    "OrganisationURI,SiteReference,SiteNameAddress,SiteplanURL,GeoY,GeoX,Hectares,OwnershipStatus,PlanningStatus,"
    "PermissionType,PermissionDate,PlanningHistory,Deliverable,NetDwellingsRangeFrom,NetDwellingsRangeTo,"
    "HazardousSubstances,Notes,FirstAddedDate,LastUpdatedDate,EndDate"
)
TEMPLATE_2017 = fields(
    "OrganisationURI,OrganisationLabel,SiteReference,PreviouslyPartOf,SiteNameAddress,SiteplanURL,"
    "CoordinateReferenceSystem,GeoX,GeoY,Hectares,OwnershipStatus,Deliverable,PlanningStatus,PermissionType,"
    "PermissionDate,PlanningHistory,ProposedForPIP,MinNetDwellings,DevelopmentDescription,NonHousingDevelopment,Part2,"
    "NetDwellingsRangeFrom,NetDwellingsRangeTo,HazardousSubstances,SiteInformation,Notes,FirstAddedDate,LastUpdatedDate"
)
WOLVERHAMPTON = fields(
    "FID,Reference,Address,Easting,Northing,Hectares (gross),Planning Permission Status,Planning Status,"
    "Planning History,Local Plan Ref,Previous Use,Ownership status,Owners (if known),Housing Est (remaining),"
    "All/Part Deliverable within 5 years,FirstAdd,Last Updated,Co-ordinate system,Local Authority,OrganisationURI,"
    "Map Weblink,x,y"
)


def common_row(key: str, site: Site, style: str) -> Row:
    """Give the fields the 2017 template and the 2019 schema share, with places in degrees."""
    lon, lat = degrees(site.xy)[0]
    return {
        "OrganisationURI": uri(key), "OrganisationLabel": COUNCILS[key].label, "SiteReference": site.reference,
        "SiteNameAddress": site.name, "SiteplanURL": f"{WEB}/{key}/brownfield/{site.reference}",
        "GeoX": f"{lon:.6f}", "GeoY": f"{lat:.6f}", "Hectares": f"{site.hectares:g}",
        "OwnershipStatus": site.ownership, "PlanningStatus": site.status, "PermissionType": site.kind,
        "PermissionDate": written(site.permitted, style),
        "PlanningHistory": f"{WEB}/{key}/planning/{site.reference[-3:]}" if site.permitted else "",
        "Deliverable": "yes" if site.deliverable else "", "MinNetDwellings": site.low,
        "NetDwellingsRangeFrom": site.low, "NetDwellingsRangeTo": site.high,
        "Notes": "; ".join(filter(None, [site.note, site.stage])),
        "FirstAddedDate": written(site.first, style), "LastUpdatedDate": written(site.updated, style),
        "EndDate": written(site.ended, style),
    }  # fmt: skip


def swap(row: Row) -> None:
    """Exchange the two coordinates of a row."""
    row["GeoX"], row["GeoY"] = row["GeoY"], row["GeoX"]


def birmingham(sites: list[Site]) -> tuple[str, bytes]:
    """2019 schema, degrees, dates of eight digits, capitals; single points swapped, one sign lost, one far away."""
    rows = [common_row("birmingham", site, "%Y%m%d") for site in sites]
    for row in rows:
        row["OwnershipStatus"], row["PlanningStatus"] = row["OwnershipStatus"].title(), row["PlanningStatus"].title()
        row["PermissionType"], row["Deliverable"] = row["PermissionType"].title(), row["Deliverable"].title()
    for n in (6, 24, 47):
        swap(rows[n])
    rows[15]["GeoX"] = rows[15]["GeoX"].removeprefix("-")
    lon, lat = degrees((404_500, 263_000))[0]
    rows[33] |= {"GeoX": f"{lon:.6f}", "GeoY": f"{lat:.6f}"}
    rows[39]["Notes"] = "Questions to planning.policy@example.org or 01632 960142"
    rows[41] |= {
        "PlanningStatus": "Permissioned",
        "PermissionType": "Full Planning Permission",
        "PermissionDate": "20230231",
    }
    rows[52]["PlanningStatus"] = "Pending"
    rows[55]["Hectares"] = ""
    rows.append(dict(rows[10]))
    rows.append(
        rows[1]
        | {"Hectares": "3.4", "NetDwellingsRangeFrom": 96, "NetDwellingsRangeTo": 96, "LastUpdatedDate": "20241213"}
    )
    labels = {
        "OrganisationURI": "OrganisationURL",
        "SiteplanURL": "SitePlanURL",
        "NetDwellingsRangeTo": "NetDwellingsRangeto",
    }
    return "birmingham.csv", register(V2, rows, labels).encode()


def dudley(sites: list[Site]) -> tuple[str, bytes]:
    """2019 schema, degrees, dd/mm/yyyy, cp1252, references padded with blanks, sites that ended still listed."""
    rows = [common_row("dudley", site, "%d/%m/%Y") | {"Deliverable": ""} for site in sites]
    for row in rows:
        row["SiteReference"] = row["SiteReference"].ljust(50)
    for n in (3, 14, 22, 36):
        rows[n]["EndDate"] = rows[n]["LastUpdatedDate"]
    rows[5]["SiteNameAddress"] = rows[5]["SiteNameAddress"].replace("former", "former café –")
    rows[18]["Notes"] = "Clearance estimated at £250,000 – abnormal costs"
    rows[26]["LastUpdatedDate"] = "31/11/2024"
    rows[30]["NetDwellingsRangeFrom"] = rows[30]["NetDwellingsRangeTo"] = ""
    return "dudley.csv", register(V2, rows).encode("cp1252")


def sandwell(sites: list[Site]) -> tuple[str, bytes]:
    """2017 template, metres without a label, years for dates, line breaks in addresses, blank rows, #N/A."""
    owners = {
        "owned by a public authority": "Public Ownership",
        "not owned by a public authority": "Not in Public Ownership",
    }
    rows = []
    for n, site in enumerate(sites):
        row = common_row("sandwell", site, "%d/%m/%Y")
        row |= {"CoordinateReferenceSystem": "", "GeoX": f"{site.xy[0]:.0f}", "GeoY": f"{site.xy[1]:.0f}"}
        row |= {"SiteNameAddress": site.name.replace(", ", ",\n"), "ProposedForPIP": "No" if n % 3 else ""}
        row["OwnershipStatus"] = owners.get(site.ownership, "")
        row["PermissionType"] = site.kind.removesuffix(" planning permission").title()
        if site.permitted and n % 4 == 1:
            row["PermissionDate"] = f"{site.permitted.year}"
        if site.permitted and n % 4 == 3:
            row["PermissionDate"] = written(site.permitted, "%d.%m.%Y")
        rows.append(row)
    rows[7]["Hectares"] = "0.5 - 1"
    rows[12] |= {"MinNetDwellings": "#N/A", "NetDwellingsRangeFrom": "#N/A", "NetDwellingsRangeTo": "#N/A"}
    rows[21] |= {"GeoX": "", "GeoY": ""}
    rows[29]["GeoY"] = rows[29]["GeoY"][:-1]
    rows[35]["FirstAddedDate"] = ""
    for n in (16, 32, 33):
        rows.insert(n, {})
    rows += [{}, {"OrganisationURI": " "}, {}]
    return "sandwell.csv", register(TEMPLATE_2017, rows).encode()


def solihull(sites: list[Site]) -> tuple[str, bytes]:
    """2019 schema under two lines of title, degrees, 'not permissoned', Y and N, a range the wrong way round."""
    rows = [
        common_row("solihull", site, "%d/%m/%Y") | {"Deliverable": "Y" if site.deliverable else "N"} for site in sites
    ]
    for row in rows:
        if row["PlanningStatus"] == "not permissioned":
            row["PlanningStatus"] = "not permissoned"
        row["PlanningHistory"] = row["PlanningHistory"] or "No Planning History"
    rows[8] |= {"NetDwellingsRangeFrom": 24, "NetDwellingsRangeTo": 12}
    rows[19]["Hectares"] = "#N/A"
    swap(rows[27])
    title = csv_text([["Brownfield Land Register 2025 (illustrative)", *[""] * 19], [""] * 20], end="\r\n")
    return "solihull.csv", (title + register(V2, rows)).encode()


def walsall(sites: list[Site]) -> tuple[str, bytes]:
    """2019 schema, the axes exchanged in the whole file, ISO dates, two statuses in the wrong column, a stray code."""
    rows = [common_row("walsall", site, "%Y-%m-%d") for site in sites]
    for row in rows:
        swap(row)
    for n in [n for n, site in enumerate(sites) if site.kind == "full planning permission"][:2]:
        rows[n] |= {"PlanningStatus": "full planning permission", "PermissionType": ""}
    rows[13]["OrganisationURI"] = uri("wolverhampton")
    rows[25]["OwnershipStatus"] = "Unknown ownerhip"
    rows[31]["FirstAddedDate"] = "3026-12-13"
    rows.append(dict(rows[4]))
    return "walsall.csv", register(V2, rows).encode()


def wolverhampton(sites: list[Site]) -> tuple[str, bytes]:
    """Its own 23 columns with a BOM: metres, years for dates, homes where yes or no is asked, finished sites listed."""
    rows = []
    for n, site in enumerate(sites):
        stage = {"under construction": "Under Construction", "completed": "Completed During 2024/25"}.get(site.stage)
        rows.append({
            "FID": n + 1, "Reference": site.reference, "Address": site.name, "Easting": f"{site.xy[0]:.0f}",
            "Northing": f"{site.xy[1]:.0f}", "Hectares (gross)": f"{site.hectares * 1.02:.3f}",
            "Planning Permission Status": "permissioned" if site.kind else "not permissioned",
            "Planning Status": stage or site.kind.title() or "Other Commitment",
            "Planning History": f"{site.permitted:%y}/0{site.reference[-3:]}0/FUL" if site.permitted else "",
            "Local Plan Ref": " ", "Previous Use": site.use, "Ownership status": "Unknown ownership",
            "Owners (if known)": f"Illustrative owner {n + 1}" if n % 3 == 0 else "",
            "Housing Est (remaining)": site.low,
            "All/Part Deliverable within 5 years": site.low if site.deliverable else 0,
            "FirstAdd": site.first.year, "Last Updated": site.updated.year, "Co-ordinate system": "OSGB36",
            "Local Authority": COUNCILS["wolverhampton"].label, "OrganisationURI": uri("wolverhampton"),
            "Map Weblink": f"{WEB}/wolverhampton/map",
        })  # fmt: skip
    rows[9]["Ownership status"] = "Unknown ownerhip"
    rows[17] |= {"Easting": "", "Northing": ""}
    rows[23]["Northing"] = "92" + rows[23]["Northing"][2:]
    for n in (30, 31, 32):
        rows[n] |= {"Co-ordinate system": " ", "FirstAdd": 0, "Last Updated": " "}
    rows.append(dict(rows[12]))
    return "wolverhampton.csv", register(WOLVERHAMPTON, rows).encode("utf-8-sig")


def coventry(sites: list[Site]) -> tuple[str, bytes]:
    """2017 template in Excel: metres, real date cells, the label counted up by auto-fill, a digit lost, areas blank."""
    rows = []
    for site in sites:
        row = common_row("coventry", site, "%d/%m/%Y")
        row |= {"CoordinateReferenceSystem": "OSGB36", "GeoX": int(site.xy[0]), "GeoY": int(site.xy[1])}
        row |= {"Hectares": site.hectares, "PermissionDate": site.permitted, "FirstAddedDate": site.first}
        rows.append(row | {"LastUpdatedDate": site.updated, "DevelopmentDescription": site.note})
    for n in range(6):
        rows[30 + n]["CoordinateReferenceSystem"] = f"OSGB{37 + n}"
    for n in (4, 18, 40):
        rows[n]["Hectares"] = None
    rows[11]["GeoX"] //= 10
    rows[22]["PlanningStatus"] = "not permissoned"
    rows[37]["MinNetDwellings"] = "#N/A"
    data = [TEMPLATE_2017, *([row.get(c) for c in TEMPLATE_2017] for row in rows)]
    about = [["Brownfield Land Register (illustrative)"], ["Every site in this workbook is invented."]]
    return "coventry.xlsx", workbook({"Data": data, "About": about})


def register(columns: Sequence[str], rows: list[Row], labels: dict[str, str] | None = None) -> str:
    """Write a register as CSV with Windows line ends; an empty row stays empty."""
    header = [(labels or {}).get(column, column) for column in columns]
    return csv_text([header, *([row.get(column, "") for column in columns] for row in rows)], end="\r\n")


def workbook(sheets: dict[str, list[Sequence[Any]]]) -> bytes:
    """Write a plain .xlsx; stored, not packed, and dated 1980, so that it is the same on every machine."""
    kinds = "http://schemas.openxmlformats.org"
    office = f"{kinds}/officeDocument/2006/relationships"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    names = list(enumerate(sheets, start=1))
    part = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{part}.worksheet+xml"/>' for n, _ in names
    )
    tabs = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in names)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in names
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{part}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{part}.styles+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{kinds}/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{kinds}/spreadsheetml/2006/main" xmlns:r="{office}">'
        f"<sheets>{tabs}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{kinds}/package/2006/relationships">{links}'
        f'<Relationship Id="rId{len(names) + 1}" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        # Style 1 is the short date (number format 14).
        "xl/styles.xml": f'<styleSheet xmlns="{kinds}/spreadsheetml/2006/main">'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="2">'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    }
    for n, name in names:
        lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in sheets[name])
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{kinds}/spreadsheetml/2006/main"><sheetData>{lines}</sheetData></worksheet>'
        )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path, text in parts.items():
            member = zipfile.ZipInfo(path)
            member.create_system = 0  # else the system it was made on stands in the file
            archive.writestr(member, head + text)
    return target.getvalue()


def cell(value: Any) -> str:
    """Write one cell: date, number, spreadsheet error or text."""
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, date):
        return f'<c s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    if value == "#N/A":
        return '<c t="e"><v>#N/A</v></c>'
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


REGISTERS = {
    "birmingham": birmingham, "coventry": coventry, "dudley": dudley, "sandwell": sandwell,
    "solihull": solihull, "walsall": walsall, "wolverhampton": wolverhampton,
}  # fmt: skip


def write_sites(world: World) -> dict[str, bytes]:
    """Write the seven registers."""
    number = iter(range(1, 10_000))
    made = [REGISTERS[key](make_sites(world, key, number)) for key in COUNCILS]
    return {f"sites/{name}": data for name, data in made}


# ---------------------------------------------------------------------------------------------------------------------
# The user's own land: employment land as polygons, public estate as a sheet.


def near_stops(world: World, rng: np.random.Generator, count: int) -> Iterator[tuple[int, str, np.ndarray]]:
    """Draw places within half a kilometre of corridor stops, open or not, with their council."""
    stops = np.vstack([stops_in(world, key)[1] for key in COUNCILS])
    done = 0
    while done < count:
        xy = np.round(stops[rng.integers(len(stops))] + rng.normal(0, 350, 2))
        key = world.council_at(xy)
        if key and world.well_inside(key, xy, 200):
            done += 1
            yield done, key, xy


def write_own_sites(world: World) -> dict[str, bytes]:
    """Write employment land (GeoJSON) and public estate (CSV)."""
    rng = stream("employment land")
    features = []
    for n, _, xy in near_stops(world, rng, 15):
        angles = np.sort(rng.uniform(0, 2 * np.pi / 7, 7)) + np.arange(7) * 2 * np.pi / 7
        radius = rng.uniform(50, 140) * rng.uniform(0.75, 1.25, 7)
        corners = xy + np.column_stack([np.cos(angles), np.sin(angles)]) * radius[:, None]
        features.append(json.dumps({
            "type": "Feature",
            "properties": {
                "REF": f"ILL-EL-{n:02d}", "NAME": f"Illustrative employment site {n}, {rng.choice(ROADS)}",
                "OWNER_TYPE": str(rng.choice(["Local authority", "Private", "Mixed ownership", ""])),
                "DERELICT_SINCE": None if rng.random() < 0.4 else f"{rng.integers(1998, 2023)}-06-30",
            },
            "geometry": {"type": "Polygon", "coordinates": [degrees(np.vstack([corners, corners[:1]])).tolist()]},
        }, separators=(",", ":")))  # fmt: skip
    rng = stream("public estate")
    rows: list[Sequence[object]] = [
        ["Asset ID", "Asset name", "Ownership", "Easting", "Northing", "Area (ha)", "Homes", "Held since"]
    ]
    for n, key, xy in near_stops(world, rng, 10):
        hectares = round(float(rng.uniform(0.3, 3.2)), 2)
        rows.append([
            f"ILL-PE-{n:02d}", f"Illustrative public asset {n}, {COUNCILS[key].name}, {rng.choice(ROADS)}",
            "owned by a public authority", int(xy[0]), int(xy[1]), hectares,
            "" if n % 4 == 0 else round(hectares * 42),
            f"{rng.integers(1, 29):02d}/{rng.integers(1, 13):02d}/{rng.integers(1985, 2020)}",
        ])  # fmt: skip
    return {
        "sites/employment_land.geojson": collection("Illustrative employment land, not real", features),
        "sites/public_estate.csv": csv_text(rows).encode(),
    }


# ---------------------------------------------------------------------------------------------------------------------
# Market: sales in HM Land Registry's sixteen columns, placed by postcodes of an area (ZZ) that does not exist.


def write_market(world: World) -> dict[str, bytes]:
    """Write a postcode to each area and about six sales to each postcode, dearer where deprivation is low."""
    rng = stream("market")
    index = deprivation_of(world)["Index of Multiple Deprivation (IMD)"][0]
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    postcodes, sales = [], []
    for n, (seed, key) in enumerate(zip(world.seeds, world.council, strict=True)):
        outward = list(COUNCILS).index(key) + 1
        postcode = f"ZZ{outward} {n // 100 + 1}{letters[n // 20 % 20]}{letters[n % 20]}"
        x, y = np.round(seed + rng.normal(0, 120, 2)).astype(int)
        lost = n % 90 == 40
        postcodes.append([
            postcode, 90 if lost else 10, 0 if lost else int(x), 0 if lost else int(y),
            "E92000001", "", "", "", "" if lost else COUNCILS[key].code, "",
        ])  # fmt: skip
        for _ in range(rng.poisson(6.0)):
            kind = str(rng.choice(["D", "S", "T", "F"], p=[0.16, 0.34, 0.32, 0.18]))
            level = COUNCILS[key].price * {"D": 1.75, "S": 1.2, "T": 1.0, "F": 0.72}[kind]
            price = level * np.exp(0.35 - 0.013 * index[n] + rng.normal(0, 0.17))
            new = rng.random() < 0.08
            sales.append([
                f"{{00000000-0000-4000-8000-{len(sales) + 1:012d}}}", round(price * (1.12 if new else 1) / 500) * 500,
                f"{date(2024, 1, 2) + timedelta(days=int(rng.integers(0, 728)))} 00:00", postcode, kind,
                "Y" if new else "N", "L" if kind == "F" else "F", int(rng.integers(1, 240)), "",
                str(rng.choice(ROADS)).upper(), "",
                COUNCILS[key].name.upper(), COUNCILS[key].name.upper(), "WEST MIDLANDS", "A", "A",
            ])  # fmt: skip
    for n in (200, 900, 1500):
        sales[n][14] = "B"  # an additional-price-paid record: a repossession, a sale to a company
    for n in (77, 1234, 1800):
        sales[n][3] = ""
    sales[640][1] = 10_000
    text = csv_text(sales, end="\r\n", quoting=csv.QUOTE_ALL)
    return {
        "market/price_paid.csv": text.encode(),
        "market/codepoint.csv": csv_text(postcodes, end="\r\n", quoting=csv.QUOTE_NONNUMERIC).encode(),
    }


def make_sample(folder: Path = HERE) -> list[Path]:
    """Write every generated file of the sample under ``folder`` and return their paths."""
    world = make_world()
    paths = []
    for write in (write_areas, write_deprivation, write_stops, write_sites, write_own_sites, write_market):
        for name, data in write(world).items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            paths.append(path)
    return paths


if __name__ == "__main__":
    for written_path in make_sample(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE):
        print(f"{written_path.stat().st_size:>9,}  {written_path}")
