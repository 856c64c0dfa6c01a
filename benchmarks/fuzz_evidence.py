"""Every kind of file that ``[evidence]`` names, and a user's facts of sites: small and whole, with their readers."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import shapely

from fuzz_inputs import AS_OF, Read, areas, folder, of
from siteprior.core.errors import InputError
from siteprior.core.issues import Reading
from siteprior.project.coverage import PublishedLayer
from siteprior.registers.site_facts import read_site_facts
from siteprior.sources.evidence.flood_zones import FloodZones, read_flood_zones
from siteprior.sources.evidence.green_belt import read_green_belt
from siteprior.sources.evidence.historic_landfill import read_historic_landfill
from siteprior.sources.evidence.households import Households, read_households
from siteprior.sources.evidence.land_values import LandValues, read_land_values
from siteprior.sources.evidence.parcels import ParcelFile, read_parcels

ROWS = 12
FILE = "evidence"


@cache
def middles() -> tuple[tuple[float, float], ...]:
    """Return a point in each of the first areas of the sample, metres."""
    points = areas().geometry.head(ROWS).representative_point()
    return tuple(zip(points.x.round(1), points.y.round(1), strict=True))


def squares(**facts: list[str]) -> gpd.GeoDataFrame:
    """Return a square of 40 m in each of the first areas, with columns of text."""
    return gpd.GeoDataFrame(
        facts, geometry=[shapely.box(x - 20, y - 20, x + 20, y + 20) for x, y in middles()], crs=27700
    )


def landfill() -> bytes:
    """Return historic landfill sites as a zipped shapefile."""
    into = Path(tempfile.mkdtemp(dir=folder()))
    refs = [f"EAHLD{n:05d}" for n in range(ROWS)]
    yes = ["Yes" if n % 2 else "" for n in range(ROWS)]
    named = {"HLD_REF": refs, "INERT": yes, "INDUSTRIAL": yes[::-1], "HOUSEHOLD": yes, "BUFF_POINT": ["No"] * ROWS}
    squares(**named).to_file(into / "landfill.shp")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(into.iterdir()):
            archive.write(path, path.name)
    return packed.getvalue()


def flood() -> bytes:
    """Return flood zones as a service gives them."""
    zones = squares(flood_zone=["FZ3" if n % 3 else "FZ2" for n in range(ROWS)], origin=["modelled"] * ROWS)
    return json.dumps(json.loads(zones.to_crs(4326).to_json(drop_id=True))).encode()


def parcels() -> bytes:
    """Return land parcels as HM Land Registry's zip of a council."""
    written = []
    for number, (x, y) in enumerate(middles(), 20_000_001):
        corners = shapely.box(x - 20, y - 20, x + 20, y + 20).exterior.coords
        ring = " ".join(f"{east:.3f} {north:.3f}" for east, north in corners)
        written.append(
            f'<wfs:member><LR:PREDEFINED gml:id="PREDEFINED.{number}"><LR:GEOMETRY><gml:Polygon '
            'srsName="urn:ogc:def:crs:EPSG::27700" srsDimension="2"><gml:exterior><gml:LinearRing><gml:posList>'
            f"{ring}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></LR:GEOMETRY>"
            f"<LR:INSPIREID>{number}</LR:INSPIREID></LR:PREDEFINED></wfs:member>\n"
        )
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" '
        'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:LR="www.landregistry.gov.uk" '
        f'numberMatched="{ROWS}" numberReturned="{ROWS}">\n'
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Land_Registry_Cadastral_Parcels.gml", head + "".join(written) + "</wfs:FeatureCollection>")
    return packed.getvalue()


def planning() -> bytes:
    """Return green belt as planning.data.gov.uk publishes its datasets."""
    names = [f"Belt {n}" for n in range(ROWS)]
    table = squares(name=names).to_crs(4326)
    texts = shapely.to_wkt(table.geometry.to_numpy(), rounding_precision=7)
    rows = pd.DataFrame(
        {"dataset": "green-belt", "end-date": "", "entity": range(ROWS), "geometry": texts, "name": names, "point": ""}
    )
    return rows.to_csv(index=False).encode()


def land_value_rows() -> list[list[str | float]]:
    """Return land values of councils, with their header."""
    councils = ["Birmingham", "Coventry", "Dudley", "Sandwell", "Solihull", "Walsall", "Wolverhampton"]
    head: list[str | float] = ["Local authority", "Residential land value (£/ha)", "Industrial land value (£/ha)",
                               "Valuation date"]  # fmt: skip
    return [head, *([name, 1_500_000 + 1000 * n, 600_000, "1 April 2017"] for n, name in enumerate(councils))]


def land_values(ending: str) -> bytes:
    """Return land values as a CSV, or as a workbook of two sheets."""
    rows = land_value_rows()
    if ending == "csv":
        return pd.DataFrame(rows[1:], columns=rows[0]).to_csv(index=False).encode()
    book = openpyxl.Workbook()
    notes = book.worksheets[0]
    notes.title = "Notes"
    notes.append(["Land value estimates for policy appraisal"])
    notes.append(["Valuation date: 1 April 2017"])
    for title, columns in (("Residential", (0, 1)), ("Industrial", (0, 2))):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([row[at] for at in columns])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


TENURES = {"Owned: Owns outright": 300, "Social rented: Other social rented": 150, "Private rented": 150}


def households(*, long: bool) -> bytes:
    """Return households by tenure: a column per tenure, or a row per area and tenure."""
    codes = list(areas().index[:ROWS])
    if long:
        rows = [[code, n, tenure, count] for code in codes for n, (tenure, count) in enumerate(TENURES.items())]
        names = ["LSOA Code", "Tenure of household (9 categories) Code", "Tenure of household (9 categories)",
                 "Observation"]  # fmt: skip
        return pd.DataFrame(rows, columns=names).to_csv(index=False).encode()
    wide = pd.DataFrame({"date": 2021, "geography code": codes, "Tenure of household: Total: All households": 600})
    for tenure, count in TENURES.items():
        wide[f"Tenure of household: {tenure}"] = count
    return wide.to_csv(index=False).encode()


def facts() -> bytes:
    """Return what a user states of sites."""
    rows = [[str(n), "Sandwell", "sewage works", 1980 + n, 1 + n % 3, 2, "owner" if n % 2 else ""] for n in range(ROWS)]
    names = ["reference", "organisation", "previous_use", "derelict_since", "owner_count", "parcel_count", "cleaned_by"]
    return pd.DataFrame(rows, columns=names).to_csv(index=False).encode()


def _no_file(path: str) -> Path:
    raise InputError(f"{path}: there is no such file")


def _published(
    read: Callable[..., Reading[object]], entry: type[PublishedLayer]
) -> Callable[[Path], Read]:  # the readers differ in what they give beside their issues
    """Return the reader of a published layer; its rows are the features of the whole file, near or not."""

    def found(path: Path) -> Read:
        reading = read([path], [FILE], [entry(path=path.name)], areas(), areas().union_all(), AS_OF, _no_file, None)
        return Read(reading.provenance[0].rows, reading.issues)

    return found


def _parcels(path: Path) -> Read:
    reading = read_parcels([path], [FILE], [ParcelFile(path=path.name)], areas())
    return Read(reading.provenance[0].rows, reading.issues)


def _land_values(path: Path) -> Read:
    reading = read_land_values([path], [FILE], (LandValues(path=path.name),), areas())
    return Read(reading.provenance[0].rows, reading.issues)


def _households(path: Path) -> Read:
    reading = read_households([path], [FILE], Households(path=path.name), areas())
    return Read(reading.provenance[0].rows, reading.issues)


def _several_rows_an_area(path: Path) -> Read:
    return Read(None, _households(path).issues)


def _facts(path: Path) -> Read:
    return of(read_site_facts(path, files=FILE))


def evidence_cases() -> list[tuple[str, str, bytes, Callable[[Path], Read]]]:
    """Return every kind of file with its reader: a short name, the file's name, its content and the reader."""
    return [
        ("landfill shp", "l.zip", landfill(), _published(read_historic_landfill, PublishedLayer)),
        ("flood geojson", "f.geojson", flood(), _published(read_flood_zones, FloodZones)),
        ("planning csv", "g.csv", planning(), _published(read_green_belt, PublishedLayer)),
        ("parcels zip", "p.zip", parcels(), _parcels),
        ("land values csv", "v.csv", land_values("csv"), _land_values),
        ("land values xlsx", "v.xlsx", land_values("xlsx"), _land_values),
        ("households csv", "h.csv", households(long=False), _households),
        ("households long", "h.csv", households(long=True), _several_rows_an_area),
        ("site facts", "s.csv", facts(), _facts),
    ]
