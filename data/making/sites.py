"""Sites: invented, most of them near a real stop; and the user's own land, as polygons and as a sheet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from making.world import COUNCILS, ROADS, World, collection, csv_text, degrees, place_of, read_facts, stream


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


def all_sites(world: World) -> dict[str, list[Site]]:
    """Draw the sites of every council, numbered through."""
    number = iter(range(1, 10_000))
    return {key: make_sites(world, key, number) for key in COUNCILS}


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


def blob(rng: np.random.Generator, xy: np.ndarray, low: float, high: float) -> np.ndarray:
    """Draw a rough heptagon about a place, its corners ``low`` to ``high`` metres away, give or take a quarter."""
    angles = np.sort(rng.uniform(0, 2 * np.pi / 7, 7)) + np.arange(7) * 2 * np.pi / 7
    radius = rng.uniform(low, high) * rng.uniform(0.75, 1.25, 7)
    corners = xy + np.column_stack([np.cos(angles), np.sin(angles)]) * radius[:, None]
    return np.vstack([corners, corners[:1]])


def polygon(properties: dict[str, object], ring: np.ndarray) -> str:
    """Write a polygon as a GeoJSON feature."""
    geometry = {"type": "Polygon", "coordinates": [degrees(ring).tolist()]}
    return json.dumps({"type": "Feature", "properties": properties, "geometry": geometry}, separators=(",", ":"))


def write_own_sites(world: World) -> dict[str, bytes]:
    """Write employment land (GeoJSON) and public estate (CSV)."""
    rng = stream("employment land")
    features = []
    for n, _, xy in near_stops(world, rng, 15):
        ring = blob(rng, xy, 50, 140)
        features.append(polygon({
            "REF": f"ILL-EL-{n:02d}", "NAME": f"Illustrative employment site {n}, {rng.choice(ROADS)}",
            "OWNER_TYPE": str(rng.choice(["Local authority", "Private", "Mixed ownership", ""])),
            "DERELICT_SINCE": None if rng.random() < 0.4 else f"{rng.integers(1998, 2023)}-06-30",
        }, ring))  # fmt: skip
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


def write_industrial_land(world: World, sites: dict[str, list[Site]]) -> dict[str, bytes]:
    """Write historic industrial land: over the sites of some former works, in part or whole, and elsewhere."""
    rng = stream("industrial land")
    uses = ("foundry", "works", "depot", "laundry", "timber yard")
    found = [
        site for council in sites.values() for site in council if any(f"former {use}" in site.name for use in uses)
    ]
    features = []
    for n, site in enumerate(found[::4], 1):
        reach = np.sqrt(site.hectares * 10_000 / np.pi)
        ring = blob(rng, site.xy + rng.normal(0, 0.5 * reach, 2), 0.8 * reach, 1.8 * reach)
        use = next(use for use in uses if f"former {use}" in site.name)
        features.append(polygon({"REF": f"ILL-HI-{n:02d}", "FORMER_USE": use, "NOTE": "illustrative"}, ring))
    for n, _, xy in near_stops(world, rng, 20):
        ring, use = blob(rng, xy, 60, 220), str(rng.choice(["gasworks", "foundry", "canal basin", "tannery"]))
        features.append(polygon({"REF": f"ILL-HI-{100 + n}", "FORMER_USE": use, "NOTE": "illustrative"}, ring))
    name = "Illustrative historic industrial land, not real"
    return {"sites/historic_industrial_land.geojson": collection(name, features)}
