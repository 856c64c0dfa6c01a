"""What the columns of brownfield registers are called: every variant declared once.

Headers are compared by their letters and digits alone, so ``Site Ref``, ``SITE_REF`` and ``siteref`` are one. A header
that no variant names is compared for typing errors with the names of the published schemas. Sources: the MHCLG
template of 2017 (28 fields), its successor of 2019 (20 fields), the ``brownfield-land`` dataset of planning.data.gov.uk
with its names of 2020 and of today, and the spellings met in 592 registers of 2017 to 2020.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from siteprior.registers.header_words import match_by_words

HEADERS: dict[str, tuple[str, ...]] = {
    "organisation_uri": (
        "organisationuri", "organisationurl", "organisation", "organistionuri", "organsiationuri", "organisationaluri",
        "orguri", "orgurl", "publisheruri", "publisherurl", "lpaurl", "opendatawebsite", "uri", "organisati",
    ),
    "organisation_label": (
        "organisationlabel", "organistionlabel", "organsiationlabel", "organisationallabel", "oragisationlabel",
        "orglabel", "publisherlabel", "urlorganisationlabel", "localauthority", "localauthorityname", "organisa1",
        "authority", "planningauthority", "planningauthority1", "district",
    ),
    "organisation_entity": ("organisationentity",),
    "reference": (
        "sitereference", "reference", "site", "siteref", "siterefere", "sitereferencealsoshlaareference", "lasiteref",
        "brownfieldregisterreference", "blrreference", "shlaaref", "helaareference", "shelaaref", "altref", "uniid",
    ),
    "site_name": (
        "sitenameaddress", "siteaddress", "sitenameaddresspostcode", "sitenameandaddress", "nameandaddressofsite",
        "locationaddress", "address", "sitename", "sitenamead", "title", "address1", "name",
    ),
    "site_plan_url": (
        "siteplanurl", "siteplanuri", "siteplan", "siteplanur", "mappinglinksiteplanurl", "siteplanurlcolumnd",
        "planofsite", "plan", "mapweblink", "weblink",
    ),
    "coordinate_system": (
        "coordinatereferencesystem", "coordinaterefsystem", "coordinatesrefsystem", "cordinatereferencesystem",
        "coordinatesystem", "coordinatereferencingsystem", "osreferencesystem", "referencesystem", "coordrefer",
        "coordinate", "crs",
    ),
    "x": ("geox", "geoxlongitudeoreastgrid", "geoxeast", "eastingsgeox"),
    "y": ("geoy", "geoylatitudeornorthgrid", "geoynorth", "northingsgeoy"),
    "longitude": ("longitude", "geolongitude", "lon", "long", "lng", "geoxwgs84", "geoxetrs89"),
    "latitude": ("latitude", "geolatitude", "lat", "geoywgs84", "geoyetrs89"),
    "point": ("point",),
    "easting": (
        "easting", "eastings", "bngeasting", "oseasting", "osgb36easting", "gridreferenceeasting", "east", "geox2",
        "xref", "eastwest",
    ),
    "northing": (
        "northing", "northings", "bngnorthing", "osnorthing", "osgb36northing", "gridreferencenorthing", "north",
        "geoy2", "yref", "northsouth",
    ),
    "hectares": (
        "hectares", "areaha", "siteareaha", "siteareainha", "areaoflandinhectares", "hectaresgross",
        "totalsiteareahectares", "totalareahectares", "totalha", "pdlareaonthesitehectares", "developableareaha",
        "area",
    ),
    "ownership_status": ("ownershipstatus", "ownership", "owenrshipstatus", "ownerships"),
    "deliverable": (
        "deliverable", "siteyeswithin5years", "deliverabl", "landdeliverable", "deliverablewithin5years",
    ),
    "deliverable_homes": ("allpartdeliverablewithin5years",),
    "planning_status": (
        "planningpermissionstatus", "planningstatus", "planningstatusreference", "planningst", "planstatus",
    ),
    "planning_stage": (
        "developmentstatusifsitehasfullpp", "constructionstatus", "sitestatusenddate", "endreason", "currentstatus",
    ),
    "under_construction": ("underconstructionat1april2018",),
    "permission_type": (
        "permissiontype", "planningpermissiontype", "permisiontype", "permissiontyne", "typepermission", "permission",
        "permitype", "permtype", "planpermission", "ifpermissioned", "planningpermission",
    ),
    "permission_date": (
        "permissiondate", "planningpermissiondate", "permidate", "permdate", "permissi1", "datepermission",
        "decisiondate", "dategranted",
    ),
    "planning_history": (
        "planninghistory", "planningpermissionhistory", "permissionhistory", "planninghistoryurl", "planninghi",
        "planhistor",
    ),
    "min_net_dwellings": (
        "minnetdwellings", "minnetdwelling", "mindetdwellings", "minnetdwel", "mindwellings", "minhomes",
        "minimumnetdwellings", "mincapacity", "housingestremaining", "housingestimate",
    ),
    "range_from": (
        "netdwellingsrangefrom", "netdwellingsrangeform", "netdwellingrangefrom", "newdwellingsrangefrom",
        "netdwellin", "netrangefr", "potentialhousingcapacitymingross",
    ),
    "range_to": (
        "netdwellingsrangeto", "netdwellingrangeto", "netdwelllingsrangeto", "netdweloingsrangeto", "netdwell1",
        "netdwell00", "netrangeto", "maxdwellings", "maximumnetdwellings", "potentialhousingcapcitymaxgross",
    ),
    "hazardous_substances": (
        "hazardoussubstances", "hazourdoussubstances", "hazardouss", "hazsub", "hazardoussubstancesregs2015",
        "hazardoussubstancesasidentifiiedinapplform",
    ),
    "notes": ("notes", "note", "comments", "discriptionnotes"),
    "description": (
        "developmentdescription", "developmentdesciption", "developmen", "devdescr", "descriptionofthedevelopment",
        "descriptionofproposedhousingdevelopment", "description",
    ),
    "resource": ("resource",),
    "part_of_stated": ("previouslypartof", "peviouslypartof"),
    "previous_use": ("previoususe", "previouslanduse", "existinguse", "formeruse"),
    "first_added": (
        "firstaddeddate", "startdate", "firstadded", "firstadd", "firstdateadded", "firstaddeddatebr",
        "datefirstenteredontheregister", "dateenteredonregister", "dateentered", "registerdate", "lastaddeddate",
    ),
    "last_updated": (
        "lastupdateddate", "entrydate", "lastupdated", "lastupdate", "lastupdatedate", "datelastupdated",
        "datelastupdatedontheregister", "updateddate", "dateupdate", "dataupdate",
    ),
    "end_date": ("enddate",),
    "derelict_since": ("derelictsince",),
    "cleaned_by": ("cleanedby",),
}  # fmt: skip
"""Field → its header variants, letters and digits only; where several stand in one file the earlier is preferred."""

OWNER_HEADERS = re.compile(
    r"^(owners?(ifknown|name|names|details|contact|address|agent)?|(land|site|registered)owners?\w*|\w*contact\w*"
    r"|\w*(email|telephone|phone)\w*|agents?(name|details)?|applicants?(name|details)?|createduser|lastediteduser)$"
)
"""Columns that name people: never read into any table (normalised header)."""

PUBLISHED_NAMES = {
    "organisationuri": "organisation_uri", "organisationlabel": "organisation_label", "sitereference": "reference",
    "sitenameaddress": "site_name", "siteplanurl": "site_plan_url", "coordinatereferencesystem": "coordinate_system",
    "ownershipstatus": "ownership_status", "planningstatus": "planning_status", "permissiontype": "permission_type",
    "permissiondate": "permission_date", "planninghistory": "planning_history", "minnetdwellings": "min_net_dwellings",
    "netdwellingsrangefrom": "range_from", "netdwellingsrangeto": "range_to",
    "hazardoussubstances": "hazardous_substances", "firstaddeddate": "first_added", "lastupdateddate": "last_updated",
    "deliverable": "deliverable",
}  # fmt: skip
"""Names of the published schemas long enough that a header one typing error away cannot mean anything else."""

UNREAD = {
    "siteinformation", "nonhousingdevelopment", "proposedforpip", "part2",
    "sitenameaddress2", "planningreference", "planningapplicationreference", "permissionhistory",
}  # fmt: skip
"""Headers of the published schemas that no field holds: never taken for a misspelling of another."""

TYPING_ERROR = 0.88
"""How alike (0 to 1, difflib ratio) a long header must be to a published name to be read as it."""

FINGERPRINTS = {
    "2017 template": {"minnetdwellings", "coordinatereferencesystem", "sitereference"},
    "2019 v2": {"sitereference", "enddate", "netdwellingsrangefrom"},
    "national, 2020 names": {"site", "siteaddress", "resource"},
    "national": {"reference", "entrydate", "ownershipstatus", "minimumnetdwellings"},
}
"""Headers by which a published schema is known."""


LONGEST = 60
"""Characters: no header of a field is longer."""


class Match(NamedTuple):
    """One column matched: its position, its header as it stands, the field it fills, and how it was matched."""

    column: int
    header: str
    field: str
    how: str


class Headers(NamedTuple):
    """A header matched to fields: its columns, those never read, and the schema it follows.

    Attributes
    ----------
    matches
        The columns matched, preferred ones of a field first.
    owners
        Headers of columns that name people.
    schema
        A published schema's name, or ``own columns``.
    """

    matches: tuple[Match, ...]
    owners: tuple[str, ...]
    schema: str

    def columns(self, field: str) -> list[int]:
        """Return the positions of the columns that fill a field, preferred first."""
        return [match.column for match in self.matches if match.field == field]


def header_key(header: str) -> str:
    """Return a header's letters and digits in lower case: what headers are compared by.

    Examples
    --------
    >>> header_key(" Site_Name / Address ")
    'sitenameaddress'
    """
    return re.sub(r"[^a-z0-9]", "", header.lower())


_VARIANTS = {variant: (field, rank) for field, names in HEADERS.items() for rank, variant in enumerate(names)}


def match_headers(header: Sequence[str]) -> Headers:
    """Find which field each column of a header fills.

    Parameters
    ----------
    header
        The header's cells.

    Returns
    -------
    Headers

    Examples
    --------
    >>> headers = match_headers(["Site Ref", "Owners (if known)", "Easting", "Hazourdous Substances"])
    >>> sorted((match.header, match.field) for match in headers.matches)
    [('Easting', 'easting'), ('Hazourdous Substances', 'hazardous_substances'), ('Site Ref', 'reference')]
    >>> headers.owners
    ('Owners (if known)',)
    """
    ranked: list[tuple[int, Match]] = []  # by preference among the variants of a field
    owners, names = [], [header_key(cell) for cell in header]
    for column, (cell, name) in enumerate(zip(header, names, strict=True)):
        if OWNER_HEADERS.match(name):
            owners.append(cell)
        elif name in _VARIANTS:
            field, preference = _VARIANTS[name]
            ranked.append((preference, Match(column, cell, field, "declared variant")))
    matched_fields = {match.field for _, match in ranked}
    for column, (cell, name) in enumerate(zip(header, names, strict=True)):
        if len(name) < 9 or name in _VARIANTS or name in UNREAD or OWNER_HEADERS.match(name):
            continue
        near = get_close_matches(name, PUBLISHED_NAMES, n=1, cutoff=TYPING_ERROR)
        if near and PUBLISHED_NAMES[near[0]] not in matched_fields:
            ranked.append((99, Match(column, cell, PUBLISHED_NAMES[near[0]], "typing error")))
            matched_fields.add(PUBLISHED_NAMES[near[0]])
    taken = {match.column for _, match in ranked}
    taken |= {place for place, name in enumerate(names) if name in UNREAD or OWNER_HEADERS.match(name)}
    for column, field in match_by_words(header, taken, matched_fields | _given_by(matched_fields)).items():
        ranked.append((99, Match(column, header[column], field, "header in other words")))
    ranked.sort(key=lambda pair: (pair[0], pair[1].column))
    schema = next((schema for schema, needs in FINGERPRINTS.items() if needs <= set(names)), "own columns")
    matches = _status_and_stage([match for _, match in ranked])
    return Headers(tuple(matches), tuple(owners), schema)


def _given_by(fields: set[str]) -> set[str]:
    """Return the fields that need no column of other words, for the file states the same under another name."""
    given = {"min_net_dwellings"} if "range_from" in fields else set()
    return given | ({"point"} if fields & {"x", "longitude", "easting"} else set())


def _status_and_stage(matches: list[Match]) -> list[Match]:
    """Read ``Planning Status`` as the building stage where the file has ``Planning Permission Status`` beside it."""
    status = [match for match in matches if match.field == "planning_status"]
    if len(status) < 2 or header_key(status[0].header) != "planningpermissionstatus":
        return matches
    return [match._replace(field="planning_stage") if match in status[1:] else match for match in matches]


def header_score(cells: Sequence[str]) -> float:
    """Return how many different fields a record's cells name, 0 unless it can be a register's header.

    A register needs a reference or a name to identify a site by, and further fields that describe it.

    Examples
    --------
    >>> header_score(["SiteReference", "Hectares", "GeoX", "GeoY"]), header_score(["S1", "0.5", "400000", "290000"])
    (4.0, 0.0)
    """
    short = [cell for cell in cells if len(cell) <= LONGEST]
    names = (header_key(cell) for cell in short)
    fields = {_VARIANTS[name][0] for name in names if name in _VARIANTS}
    if fields:  # of data alone no cell is a header, whatever its words
        fields |= set(match_by_words(short, set(), fields).values())
    return float(len(fields)) if len(fields) >= 3 and fields & {"reference", "site_name"} else 0.0
