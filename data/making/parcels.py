"""Land parcels: invented ones about the sites of each council, as HM Land Registry's INSPIRE index polygons."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from making.sites import Site
from making.world import COUNCILS, stream, zipped

UNREGISTERED = {"birmingham": 0.3, "coventry": 0.3, "solihull": 0.45}
"""Share of the sites that have no registered title, by council; elsewhere 0.12."""

NARROWEST = 20  # m, a plot of a site; what is long and narrower would be a road
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<wfs:FeatureCollection xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:wfs="http://www.opengis.net/wfs/2.0" '
    'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:LR="www.landregistry.gov.uk" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="www.landregistry.gov.uk '
    'https://illustrative.example/inspire/wfs?request=DescribeFeatureType" '
    'timeStamp="2026-01-04T03:47:41.090Z" numberMatched="{count}" numberReturned="{count}">\n'
)
FEATURE = (
    '<wfs:member><LR:PREDEFINED gml:id="PREDEFINED.{n}"><LR:GEOMETRY>'
    '<gml:Polygon srsName="urn:ogc:def:crs:EPSG::27700" srsDimension="2"><gml:exterior><gml:LinearRing><gml:posList>'
    "{ring}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></LR:GEOMETRY>"
    "<LR:INSPIREID>{number}</LR:INSPIREID><LR:LABEL>{number}</LR:LABEL>"
    "<LR:NATIONALCADASTRALREFERENCE>{number}</LR:NATIONALCADASTRALREFERENCE>"
    "<LR:VALIDFROM>2003-05-31T00:00:00Z</LR:VALIDFROM>"
    "<LR:BEGINLIFESPANVERSION>2009-11-30T10:24:04.000Z</LR:BEGINLIFESPANVERSION></LR:PREDEFINED></wfs:member>\n"
)
Plot = tuple[float, float, float, float]  # west, south, east, north


def plots_of(rng: np.random.Generator, site: Site, unregistered: float) -> list[Plot]:
    """Cut a square about a site into plots from west to east; none where its land is not registered."""
    half = float(np.ceil(np.sqrt(site.hectares * 10_000 / np.pi)))
    titled = rng.random() >= unregistered
    plots = int(rng.choice([1, 2, 3, 4, 6], p=[0.48, 0.22, 0.14, 0.09, 0.07]))
    count = max(1, min(plots, int(2 * half // NARROWEST))) if titled else 0
    x, y = site.xy
    edges = np.round(np.linspace(x - half, x + half, count + 1), 2) if count else np.empty(0)
    strips = [(float(w), float(y - half), float(e), float(y + half)) for w, e in pairwise(edges)]
    road = (float(x - half - 60), float(y + half), float(x + half + 60), float(y + half + 9))
    beside = (float(x + half), float(y - 15), float(x + half + 25), float(y + 15))
    return [*strips, road, beside]


def apart(plots: list[Plot]) -> list[Plot]:
    """Leave out plots that lie on one before them."""
    kept = np.empty((0, 4))
    for plot in plots:
        west, south, east, north = plot
        if not ((kept[:, 0] < east) & (kept[:, 2] > west) & (kept[:, 1] < north) & (kept[:, 3] > south)).any():
            kept = np.vstack([kept, plot])
    return [(float(w), float(s), float(e), float(n)) for w, s, e, n in kept]


def gml(plots: list[Plot], first: int) -> str:
    """Write plots as the published GML, numbered from ``first`` on."""
    features = []
    for n, (west, south, east, north) in enumerate(plots):
        corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
        ring = " ".join(f"{x:.2f} {y:.2f}" for x, y in corners)
        features.append(FEATURE.format(n=n, number=first + n, ring=ring))
    return HEAD.format(count=len(plots)) + "".join(features) + "</wfs:FeatureCollection>"


def write_parcels(sites: dict[str, list[Site]]) -> dict[str, bytes]:
    """Write a zip per council."""
    files = {}
    for at, key in enumerate(COUNCILS, 1):
        rng = stream(f"parcels {key}")
        plots = apart([plot for site in sites[key] for plot in plots_of(rng, site, UNREGISTERED.get(key, 0.12))])
        members = {
            "INSPIRE Download Licence.txt": b"Illustrative: every parcel is invented.\r\n",
            "Land_Registry_Cadastral_Parcels.gml": gml(plots, at * 1_000_000 + 90_000_001).encode(),
        }
        files[f"evidence/parcels/{COUNCILS[key].name}_Council.zip"] = zipped(members)
    return files
