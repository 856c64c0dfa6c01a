"""Published evidence in its publishers' forms: landfill, flood zones, land values, households and constraints.

Not all of it is everywhere, as with a user who has fetched some: flood zones and coal are of the west, land values of
six councils.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from making.parcels import write_parcels
from making.registers import workbook
from making.shapefile import shapefile
from making.sites import Site, blob, near_stops, polygon
from making.streets import rivers
from making.world import COUNCILS, World, collection, csv_text, degrees, fields, stream

WEST = (380_000, 266_000, 412_000, 312_000)
"""Where flood zones and coal were asked for: west, south, east, north in metres."""

WASTES = fields("INERT,INDUSTRIAL,COMMERCIAL,HOUSEHOLD,SPECIAL,LIQ_SLUDGE,WASTE_UNK")
DENSITIES = (35, 60, 120)
PERCENTILES = {"10": 0.6, "25": 0.8, "50 (Median)": 1.0, "75": 1.2, "90": 1.5}
LAND = {
    "Birmingham": 1_500_000, "Coventry": 2_100_000, "Dudley": 1_000_000, "Sandwell": 900_000, "Walsall": 1_100_000,
    "Wolverhampton": 500_000,
}  # fmt: skip
"""Invented values of land for homes, £/ha; none of Solihull."""
INDUSTRIAL = {
    "Birmingham": 800_000, "Coventry": 700_000, "Dudley (Black Country LEP)": 500_000, "Wolverhampton": 650_000,
}  # fmt: skip
PLANNING_DATA = fields(
    "dataset,end-date,entity,entry-date,geometry,name,organisation-entity,point,prefix,quality,reference,start-date,typology"
)
Listed = dict[str, list[Site]]


def write_evidence(world: World, sites: Listed) -> dict[str, bytes]:
    """Write every file of published evidence."""
    layers = {
        "historic_landfill.zip": landfill(world, sites),
        "flood_zones.geojson": flood_zones(sites),
        "land_values.xlsx": land_values(),
        "census2021-ts054-lsoa.csv": households(world),
        "development_high_risk_area.zip": coal(),
        "priority_habitats.geojson": habitats(world, sites),
        "green-belt.csv": green_belt(sites),
        "conservation-area.csv": about_centres("conservation-area", 500, 2, 4),
        "article-4-direction-area.csv": about_centres("article-4-direction-area", 900, 1, 1),
        "listed-building.csv": listed_buildings(world, sites),
    }
    return {f"evidence/{name}": data for name, data in layers.items()} | write_parcels(sites) | write_site_facts(sites)


def some(sites: Listed, every: int, first: int) -> Iterator[Site]:
    """Give each site of a council that is a step of ``every`` in its list from the one numbered ``first`` on."""
    for council in sites.values():
        yield from council[first::every]


def about(rng: np.random.Generator, site: Site, low: float, high: float) -> np.ndarray:
    """Draw a shape about a site, its reach as a share of the site's own; often over part of it."""
    reach = np.sqrt(site.hectares * 10_000 / np.pi)
    return blob(rng, site.xy + rng.normal(0, 0.4 * reach, 2), low * reach, high * reach)


def landfill(world: World, sites: Listed) -> bytes:
    """Old tips: over some sites in part or whole, and elsewhere; as the Environment Agency's shapefile."""
    rng = stream("landfill")
    rings = [about(rng, site, 0.6, 1.8) for site in some(sites, 9, 3)]
    rings += [blob(rng, xy, 40, 180) for _, _, xy in near_stops(world, rng, 20)]
    yes = rng.random((len(rings), len(WASTES))) < (0.5, 0.3, 0.3, 0.4, 0.05, 0.05, 0.1)
    columns: dict[str, Sequence[str]] = {
        "HLD_REF": [f"ILLHLD{n:05d}" for n in range(1, len(rings) + 1)],
        "SITE_NAME": [f"Illustrative tip {n}" for n in range(1, len(rings) + 1)],
        "BUFF_POINT": ["Yes" if n % 12 == 5 else "No" for n in range(len(rings))],
    }
    columns |= {name: ["Yes" if each else "" for each in yes[:, n]] for n, name in enumerate(WASTES)}
    return shapefile("Historic_Landfill_Sites", rings, columns)


def ribbon(line: np.ndarray, width: float) -> np.ndarray:
    """Draw a ribbon about a line, its edge so many metres away."""
    along = np.gradient(line, axis=0)
    across = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None] * width
    edge = np.vstack([line - across, (line + across)[::-1]])
    return np.vstack([edge, edge[:1]])


def flood_zones(sites: Listed) -> bytes:
    """Zones 3 and 2 along the two rivers and at brooks by some sites; zone 2 lies under zone 3 as well."""
    rng = stream("flood zones")
    lines = [np.array(river.coords) for river in rivers()]
    zones = [(zone, ribbon(line, width)) for line in lines for zone, width in (("FZ3", 110), ("FZ2", 190))]
    for site in some(sites, 7, 5):
        brook = about(rng, site, 0.4, 1.6)
        wider = np.round(brook.mean(axis=0) + 1.4 * (brook - brook.mean(axis=0)), 2)
        zones += [("FZ3", brook), ("FZ2", wider)]
    features = [
        polygon({"OBJECTID": n, "flood_zone": zone, "origin": "illustrative"}, ring)
        for n, (zone, ring) in enumerate(zones, 1)
    ]  # fmt: skip
    return collection("Illustrative flood zones, not real", features)


def land_values() -> bytes:
    """Invented land values in the form of the edition of 2023: header on the fifth record, its groups above it."""
    groups = [f"{name} site density, across the house price distribution: (£/ha)" for name in ("Low", "Medium", "High")]
    above = [None, None, None, None, "Site Density (dwellings/ha)", None, None]
    head = [None, "Region", "Country", "Local Authority", "Low", "Medium", "High", *[*PERCENTILES] * 3]
    rows: list[list[object]] = [
        [], [], [], [*above, *(cell for group in groups for cell in (group, None, None, None, None))], head,
    ]  # fmt: skip
    for name, medium in LAND.items():
        values = [round(medium * share * each) for share in (0.9, 1.0, 1.1) for each in PERCENTILES.values()]
        rows.append([None, "West Midlands", "England", name, *DENSITIES, *values])
    return workbook({
        "Notes": [
            ["Illustrative land values in the form of Land value estimates for policy appraisal 2023"],
            ["Every value in this workbook is invented."], ["Valuation date: 1 October 2023"],
        ],
        "Residential": rows,
        "Industrial": [
            ["Industrial land (illustrative)"], ["Local Authority", "Industrial land value (£/ha)"],
            *([name, value] for name, value in INDUSTRIAL.items()),
        ],
    })  # fmt: skip


def households(world: World) -> bytes:
    """Invented households by tenure and small area, as table TS054 of the Census 2021."""
    rng = stream("households")
    label = "Tenure of household: "
    head = [
        "date", "geography", "geography code", f"{label}Total: All households", f"{label}Owned",
        f"{label}Social rented", f"{label}Social rented: Rents from council or Local Authority",
        f"{label}Social rented: Other social rented", f"{label}Private rented", f"{label}Lives rent free",
    ]  # fmt: skip
    rows: list[Sequence[object]] = [head]
    for code, name in zip(world.codes, world.names, strict=True):
        council, other = int(rng.integers(20, 220)), int(rng.integers(10, 90))
        owned, private, free = int(rng.integers(180, 480)), int(rng.integers(60, 220)), int(rng.integers(0, 4))
        total = owned + council + other + private + free
        rows.append([2021, name, code, total, owned, council + other, council, other, private, free])
    return csv_text(rows, end="\r\n").encode()


def coal() -> bytes:
    """Areas of high risk in the west, as the Mining Remediation Authority's shapefile."""
    rng = stream("coal")
    rings = [
        blob(rng, np.array(centre) * 1000.0 + rng.normal(0, 900, 2), 500, 1_500)
        for key in ("dudley", "sandwell", "walsall", "wolverhampton") for centre in COUNCILS[key].centres[:4]
    ]  # fmt: skip
    columns = {"RISK_AREA": ["High Risk"] * len(rings), "NOTE": ["illustrative"] * len(rings)}
    return shapefile("development_high_risk_area", rings, columns)


def habitats(world: World, sites: Listed) -> bytes:
    """Priority habitats on some sites and elsewhere, as Natural England's inventory."""
    rng = stream("habitats")
    names = ("Open mosaic habitat on previously developed land", "Deciduous woodland", "Lowland meadows")
    rings = [about(rng, site, 0.4, 1.2) for site in some(sites, 17, 8)]
    rings += [blob(rng, xy, 60, 200) for _, _, xy in near_stops(world, rng, 15)]
    features = [
        polygon({"MainHabs": names[n % 3], "AreaHa": None, "NOTE": "illustrative"}, ring)
        for n, ring in enumerate(rings)
    ]  # fmt: skip
    return collection("Illustrative priority habitats, not real", features)


def planning_data(dataset: str, shapes: Sequence[tuple[str, np.ndarray]], **more: Sequence[str]) -> bytes:
    """Write named shapes, a ring or a place each, as planning.data.gov.uk gives a dataset."""
    rows: list[Sequence[object]] = [[*PLANNING_DATA, *(name.replace("_", "-") for name in more)]]
    for n, (name, shape) in enumerate(shapes):
        places = ",".join(f"{x:.6f} {y:.6f}" for x, y in degrees(shape))
        is_ring = len(np.atleast_2d(shape)) > 1
        area, point = (f"MULTIPOLYGON((({places})))", "") if is_ring else ("", f"POINT ({places})")
        rows.append([
            dataset, "", 990_000_001 + n, "2025-11-03", area, name, "", point, dataset, "some", f"ILL{n + 1:04d}",
            "1990-01-01", "geography", *(texts[n] for texts in more.values()),
        ])  # fmt: skip
    return csv_text(rows).encode()


def green_belt(sites: Listed) -> bytes:
    """Two green belts, over the outermost sites of Solihull and of Walsall."""
    rng = stream("green belt")
    middle = np.array([411_000, 289_000])
    shapes = []
    for key in ("solihull", "walsall"):
        outer = sorted((site.xy for site in sites[key]), key=lambda xy: -np.hypot(*(xy - middle)))[:4]
        shapes += [(f"Illustrative green belt, {COUNCILS[key].name}", blob(rng, xy, 400, 900)) for xy in outer]
    return planning_data("green-belt", shapes)


def about_centres(dataset: str, reach: float, each: int, councils: int) -> bytes:
    """Draw areas about the town centres of the first councils, so many of each."""
    rng = stream(dataset)
    shapes = [
        (f"Illustrative area {n + 1}, {council.name}", blob(rng, np.array(centre) * 1000.0, 0.6 * reach, reach))
        for council in list(COUNCILS.values())[:councils] for n, centre in enumerate(council.centres[:each])
    ]  # fmt: skip
    return planning_data(dataset, shapes)


def listed_buildings(world: World, sites: Listed) -> bytes:
    """Listed buildings beside some sites and elsewhere."""
    rng = stream("listed buildings")
    places = [np.round(site.xy + rng.normal(0, 30, 2)) for site in some(sites, 19, 11)]
    places += [xy for _, _, xy in near_stops(world, rng, 30)]
    grades = ["II*" if n % 9 == 4 else "II" for n in range(len(places))]
    shapes = [(f"Illustrative building {n + 1}", xy) for n, xy in enumerate(places)]
    entries = [f"9{n:06d}" for n in range(1, len(places) + 1)]
    return planning_data("listed-building", shapes, listed_building_grade=grades, listed_building=entries)


def write_site_facts(sites: Listed) -> dict[str, bytes]:
    """Write what the user knows of a single site: its owner has cleaned it."""
    works = [site for site in sites["dudley"] if "former works" in site.name and not site.ended]
    head = fields("reference,organisation,previous_use,derelict_since,owner_count,cleaned_by")
    rows = [head, [works[0].reference, "Dudley", "works", "", "", "owner"]]
    return {"evidence/site_facts.csv": csv_text(rows).encode()}
