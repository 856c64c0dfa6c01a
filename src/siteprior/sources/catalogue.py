"""Who publishes each kind of input, under which licence, the line that must stand beside it, and where to get it.

What a project file says of a file's origin goes before what stands here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from siteprior.core.files import Input

OGL = "Open Government Licence v3.0"
ODBL = "Open Database Licence 1.0"


class Publication(NamedTuple):
    """A published kind of data: who publishes it, its licence, and the attribution it asks for."""

    title: str
    publisher: str
    licence: str
    attribution: str


CATALOGUE: dict[str, Publication] = {
    "register": Publication(
        "Brownfield land register",
        "the council named in the file",
        OGL,
        "Contains public sector information licensed under the Open Government Licence v3.0 "
        "(brownfield land registers).",
    ),
    "own sites": Publication("The user's own sites", "the user", "as the user states", ""),
    "shapes": Publication("The user's own shapes of sites", "the user", "as the user states", ""),
    "postcodes": Publication(
        "OS Code-Point Open",
        "Ordnance Survey",
        OGL,
        "Contains OS data © Crown copyright and database right. "
        "Contains Royal Mail data © Royal Mail copyright and database right. "
        "Contains National Statistics data © Crown copyright and database right.",
    ),
    "layer": Publication("A layer of the user's own", "the user", "as the user states", ""),
    "sales": Publication(
        "Price Paid Data",
        "HM Land Registry",
        OGL,
        "Contains HM Land Registry data © Crown copyright and database right. "
        "This data is licensed under the Open Government Licence v3.0.",
    ),
    "floor areas": Publication(
        "Floor areas of energy performance certificates",
        "Ministry of Housing, Communities and Local Government",
        OGL,
        "Contains public sector information licensed under the Open Government Licence v3.0 "
        "(energy performance certificates).",
    ),
    "dwellings": Publication("Dwellings by area", "the user", "as the user states", ""),
    "scenario": Publication("Supposed stops of a scenario", "the user", "as the user states", ""),
    "stops": Publication(
        "National Public Transport Access Nodes (NaPTAN)",
        "Department for Transport",
        OGL,
        "Contains public sector information licensed under the Open Government Licence v3.0 (NaPTAN).",
    ),
    "openings": Publication("Dated statements on stop openings", "as the table's statements name", "facts", ""),
    "areas": Publication(
        "Lower layer Super Output Areas",
        "Office for National Statistics",
        OGL,
        "Source: Office for National Statistics licensed under the Open Government Licence v3.0. "
        "Contains OS data © Crown copyright and database right.",
    ),
    "deprivation": Publication(
        "English Indices of Deprivation",
        "Ministry of Housing, Communities and Local Government",
        OGL,
        "Contains public sector information licensed under the Open Government Licence v3.0 "
        "(English Indices of Deprivation, MHCLG).",
    ),
    "streets": Publication(
        "OpenStreetMap",
        "OpenStreetMap contributors",
        ODBL,
        "Contains information from OpenStreetMap, © OpenStreetMap contributors, made available under the Open Database "
        "Licence (ODbL) 1.0.",
    ),
    "timetables": Publication(
        "Timetables in GTFS",
        "Department for Transport (Bus Open Data Service)",
        OGL,
        "Contains public sector information licensed under the Open Government Licence v3.0 (Bus Open Data Service).",
    ),
    "elevation": Publication(
        "OS Terrain 50",
        "Ordnance Survey",
        OGL,
        "Contains OS data © Crown copyright and database right.",
    ),
    "corridors": Publication("Corridors", "as the project states", "facts", ""),
}
"""By the role an input plays in a project."""


class Official(NamedTuple):
    """Where to get one input: the publisher's page, and the address of the file where it has a lasting one."""

    key: str
    title: str
    publisher: str
    licence: str
    registration: str
    page: str
    file: str
    note: str


LOOKED_UP = "2026-11-22"
"""The day the addresses below were looked up in public documentation and code; none was called."""

OFFICIAL: tuple[Official, ...] = (
    Official(
        "registers", "Brownfield land, national collection", "Ministry of Housing, Communities and Local Government",
        OGL, "no", "https://www.planning.data.gov.uk/dataset/brownfield-land",
        "https://files.planning.data.gov.uk/dataset/brownfield-land.csv",
        "All of England in one file, as last collected; a council's own page may hold a newer register.",
    ),
    Official(
        "stops", "NaPTAN", "Department for Transport", OGL, "no", "https://beta-naptan.dft.gov.uk/download",
        "https://naptan.api.dft.gov.uk/v1/access-nodes?dataFormat=csv&atcoAreaCodes=430,910,940",
        "430 is the West Midlands, 910 national rail, 940 trams and underground; without atcoAreaCodes all of Britain.",
    ),
    Official(
        "timetables", "Bus Open Data Service, timetables in GTFS", "Department for Transport", OGL,
        "no (an account only for its API)", "https://data.bus-data.dft.gov.uk/timetable/download/",
        "https://data.bus-data.dft.gov.uk/timetable/download/gtfs-file/west_midlands/",
        "One zip per region of England. Made from what bus operators publish; no national rail.",
    ),
    Official(
        "timetables", "Transport for West Midlands, GTFS", "Transport for West Midlands", "as its terms state",
        "yes (app id and key)", "https://api-portal.tfwm.org.uk/signup", "",
        "Its address holds your key and is plain http: download it by hand, keep the key out of the project.",
    ),
    Official(
        "timetables", "National Rail timetable", "Rail Delivery Group", "as its terms state", "yes",
        "https://opendata.nationalrail.co.uk", "",
        "In the railway's own format (CIF), not GTFS: convert it first.",
    ),
    Official(
        "streets", "OpenStreetMap, West Midlands county", "Geofabrik, from OpenStreetMap contributors", ODBL, "no",
        "https://download.geofabrik.de/europe/united-kingdom/england/west-midlands.html",
        "https://download.geofabrik.de/europe/united-kingdom/england/west-midlands-latest.osm.pbf",
        "Cut at the county's edge: streets beyond are missing. Or osm = true: the study area and a walk around it.",
    ),
    Official(
        "elevation", "OS Terrain 50", "Ordnance Survey", OGL, "no", "https://osdatahub.os.uk/downloads/open/Terrain50",
        "https://api.os.uk/downloads/v1/products/Terrain50/downloads?area=GB&format=ASCII+Grid+and+GML+%28Grid%29&redirect",
        "Great Britain in tiles of 10 km, zip in zip: unpack and join the tiles you need into one raster.",
    ),
    Official(
        "postcodes", "Code-Point Open", "Ordnance Survey", OGL, "no",
        "https://osdatahub.os.uk/downloads/open/CodePointOpen",
        "https://api.os.uk/downloads/v1/products/CodePointOpen/downloads?area=GB&format=CSV&redirect",
        "One CSV per postcode area in the zip.",
    ),
    Official(
        "areas", "Lower layer Super Output Areas", "Office for National Statistics", OGL, "no",
        "https://geoportal.statistics.gov.uk", "", "Boundaries > Census Boundaries; take the generalised ones (BGC).",
    ),
    Official(
        "deprivation", "English Indices of Deprivation 2025", "Ministry of Housing, Communities and Local Government",
        OGL, "no", "https://www.gov.uk/government/statistics/english-indices-of-deprivation-2025", "",
        "File 7 holds all ranks, deciles and scores.",
    ),
)  # fmt: skip


def official_sources() -> pd.DataFrame:
    """Return where the official inputs are published: one row per dataset, ``key`` its name under ``[sources]``.

    Examples
    --------
    >>> found = official_sources().set_index("title")
    >>> found.loc["NaPTAN", ["key", "registration"]].tolist()
    ['stops', 'no']
    """
    return pd.DataFrame(OFFICIAL, columns=list(Official._fields)).assign(looked_up=LOOKED_UP)


def with_origin(read: Input, *, role: str, vintage: str, publisher: str, licence: str, attribution: str) -> Input:
    """Complete the record of an input: what the project states first, then the reader, then the catalogue.

    Parameters
    ----------
    read
        The record a reader made.
    role
        The role the file plays, a key of :data:`CATALOGUE`.
    vintage, publisher, licence, attribution
        What the project file states of its origin; blank where it states nothing.
    """
    known = CATALOGUE[role]
    return replace(
        read,
        role=role,
        vintage=vintage or read.vintage,
        publisher=publisher or read.publisher or known.publisher,
        licence=licence or read.licence or known.licence,
        attribution=attribution or read.attribution or known.attribution,
    )
