"""Land parcels in the form HM Land Registry publishes them in: made up, a few at a time."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from siteprior.core.schema import AREAS, conform

GML_NAME = "Land_Registry_Cadastral_Parcels.gml"
BIRMINGHAM, SANDWELL, WALSALL = "E08000025", "E08000028", "E08000030"

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<wfs:FeatureCollection xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:wfs="http://www.opengis.net/wfs/2.0" '
    'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:LR="www.landregistry.gov.uk" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="www.landregistry.gov.uk {schema}" '
    'timeStamp="2026-11-01T03:47:41.090Z" numberMatched="{count}" numberReturned="{count}">\n'
)
SCHEMA = "http://localhost:1/geoserver/inspire/wfs?service=WFS&amp;request=DescribeFeatureType"
FEATURE = (
    '<wfs:member><LR:PREDEFINED gml:id="PREDEFINED.{number}"><LR:GEOMETRY>{shape}</LR:GEOMETRY>'
    "<LR:INSPIREID>{inspire_id}</LR:INSPIREID><LR:LABEL>{inspire_id}</LR:LABEL>"
    "<LR:NATIONALCADASTRALREFERENCE>{inspire_id}</LR:NATIONALCADASTRALREFERENCE>"
    "<LR:VALIDFROM>2003-05-31T00:00:00Z</LR:VALIDFROM>"
    "<LR:BEGINLIFESPANVERSION>2009-11-30T10:24:04.000Z</LR:BEGINLIFESPANVERSION></LR:PREDEFINED></wfs:member>\n"
)
END = "</wfs:FeatureCollection>"


def ring(side, corners):
    """Write a ring as GML has it."""
    numbers = " ".join(f"{east:.12g} {north:.12g}" for east, north in np.asarray(corners)[:, :2])
    return f"<gml:{side}><gml:LinearRing><gml:posList>{numbers}</gml:posList></gml:LinearRing></gml:{side}>"


def shape_text(shape):
    """Write the polygons of a shape as GML has them."""
    return "".join(
        '<gml:Polygon srsName="urn:ogc:def:crs:EPSG::27700" srsDimension="2">'
        + ring("exterior", polygon.exterior.coords)
        + "".join(ring("interior", hole.coords) for hole in polygon.interiors)
        + "</gml:Polygon>"
        for polygon in shapely.get_parts(shape)
    )


def gml(*parcels, schema=SCHEMA):
    """Write parcels, each an id and a shape or the text of one, as a published file."""
    features = [
        FEATURE.format(
            number=number, inspire_id=inspire_id, shape=shape if isinstance(shape, str) else shape_text(shape)
        )
        for number, (inspire_id, shape) in enumerate(parcels)
    ]
    return HEAD.format(schema=schema, count=len(parcels)) + "".join(features) + END


def council_zip(path: Path, text: str, *, member: str = GML_NAME) -> Path:
    """Put a published file into a zip as it comes, beside its licence."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("INSPIRE Download Licence.pdf", b"%PDF-1.4")
        archive.writestr(member, text)
    return path


def squares(first, *places, size=20.0):
    """Return parcels with ids from ``first`` on: squares of a size in metres, at their corners to the south-west."""
    return [(str(first + at), shapely.box(x, y, x + size, y + size)) for at, (x, y) in enumerate(places)]


def areas_of(*districts, width=1000.0):
    """Return areas side by side from easting 400,000, northing 290,000 on: one for each district named."""
    west = 400_000 + width * np.arange(len(districts))
    table = gpd.GeoDataFrame(
        {"lsoa_year": 2021, "district_code": list(districts)},
        index=[f"E0100000{at}" for at in range(len(districts))],
        geometry=shapely.box(west, 290_000, west + width, 290_000 + width), crs=27700,
    ).rename_axis("lsoa_code")  # fmt: skip
    table["lsoa_name"] = None
    return gpd.GeoDataFrame(conform(table, AREAS), geometry="geometry", crs=27700)
