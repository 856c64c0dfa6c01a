"""What the published data of each English local authority is called: stop areas, timetable region, streets, its box.

From them ``siteprior init`` writes a project for any of them. They stand in ``authorities.csv``, with their sources.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

from siteprior.core.councils import COMBINED_AUTHORITIES, council_code, in_force, known_councils, name_key
from siteprior.core.errors import InputError, unknown

COUNTIES = {
    "E10000003": "Cambridgeshire", "E10000007": "Derbyshire", "E10000008": "Devon", "E10000011": "East Sussex",
    "E10000012": "Essex", "E10000013": "Gloucestershire", "E10000014": "Hampshire", "E10000015": "Hertfordshire",
    "E10000016": "Kent", "E10000017": "Lancashire", "E10000018": "Leicestershire", "E10000019": "Lincolnshire",
    "E10000020": "Norfolk", "E10000024": "Nottinghamshire", "E10000025": "Oxfordshire", "E10000028": "Staffordshire",
    "E10000029": "Suffolk", "E10000030": "Surrey", "E10000031": "Warwickshire", "E10000032": "West Sussex",
    "E10000034": "Worcestershire",
}  # fmt: skip
"""ONS code → name of the county councils in force (``la_all_codes``, Office for National Statistics)."""

FORMER_COUNTIES = {
    "E10000002": ("Buckinghamshire", "E06000060"),
    "E10000006": ("Cumbria", "E06000063 E06000064"),
    "E10000009": ("Dorset", "E06000059"),
    "E10000021": ("Northamptonshire", "E06000061 E06000062"),
    "E10000023": ("North Yorkshire", "E06000065"),
    "E10000027": ("Somerset", "E06000066"),
}
"""ONS code → name and the councils in its place, of the county councils abolished since 2019, by the orders that
``councils.csv`` names. Christchurch, of Dorset until 2019, is in Bournemouth, Christchurch and Poole."""

LONDON = ("LONDON", "GREATER LONDON", "E12000007", "E61000001")
"""What London is called as a whole, with the codes of its region and of the Greater London Authority."""


class Authority(NamedTuple):
    """A local authority in force, and what publishers call it.

    Attributes
    ----------
    code, name
        Its ONS code and name.
    combined_authority
        The ONS code of the combined authority it is in; blank where it is in none.
    county
        The county council above it; blank where there is none.
    region
        The region of England.
    bods_region
        The region in the addresses of the Bus Open Data Service.
    geofabrik
        The county in the addresses of Geofabrik's extracts of OpenStreetMap.
    atco_areas, atco_areas_near
        The NaPTAN areas its stops are of, and those of stops within 2 km of it.
    box
        West, south, east and north, metres, EPSG:27700.
    """

    code: str
    name: str
    combined_authority: str
    county: str
    region: str
    bods_region: str
    geofabrik: str
    atco_areas: tuple[str, ...]
    atco_areas_near: tuple[str, ...]
    box: tuple[int, int, int, int]


@cache
def known_authorities() -> Mapping[str, Authority]:
    """Return every English local authority in force, by ONS code.

    Examples
    --------
    >>> each = known_authorities()["E08000026"]
    >>> each.name, each.combined_authority, each.atco_areas, each.bods_region, each.box
    ('Coventry', 'E47000007', ('420', '430'), 'west_midlands', (426300, 274000, 439300, 285400))
    """
    text = resources.files("siteprior").joinpath("core", "authorities.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType({row["code"]: _authority(row) for row in rows})


def _authority(row: Mapping[str, str]) -> Authority:
    return Authority(
        code=row["code"],
        name=row["name"],
        combined_authority=row["combined_authority"],
        county=row["county"],
        region=row["region"],
        bods_region=row["bods_region"],
        geofabrik=row["geofabrik"],
        atco_areas=tuple(row["atco_areas"].split()),
        atco_areas_near=tuple(row["atco_areas_near"].split()),
        box=(int(row["xmin"]), int(row["ymin"]), int(row["xmax"]), int(row["ymax"])),
    )


def authorities_of(named: Iterable[str]) -> tuple[Authority, ...]:
    """Return the local authorities that codes or names stand for, each once, by code.

    Parameters
    ----------
    named
        Of local authorities or combined authorities: ONS codes, also of councils that were merged into others, or
        names; or the code or name of a county, for its districts, also of one that was abolished; or London.

    Raises
    ------
    InputError
        When one is no such code or name, or none is given; all of them at once, each with the nearest valid one.

    Examples
    --------
    >>> [each.name for each in authorities_of(["E08000026", "solihull"])]
    ['Coventry', 'Solihull']
    >>> len(authorities_of(["E47000001"]))
    10
    """
    found, faults = dict[str, Authority](), list[str]()
    for text in named:
        codes = _codes_of(text.strip())
        if not codes:
            faults.append(_unknown(text.strip()))
        found |= {code: known_authorities()[code] for code in codes}
    if not found and not faults:
        faults.append("area: names no council; give ONS codes such as E08000025,E08000026")
    if faults:
        raise InputError(*faults)
    return tuple(found[code] for code in sorted(found))


def _codes_of(text: str) -> list[str]:
    """Return the codes in force that a code or a name stands for; none where it is unknown."""
    code = in_force(text.upper()) if text.upper() in known_councils() else council_code(text) or ""
    if code in known_authorities():
        return [code]
    combined = combined_authority_code(text)
    every = known_authorities().values()
    plain = " ".join(text.upper().split())
    if plain in LONDON:
        return [each.code for each in every if each.region == "London"]
    for former, (name, successors) in FORMER_COUNTIES.items():
        if plain in (former, name.upper()):
            return successors.split()
    county = COUNTIES.get(plain, plain).upper()
    return [each.code for each in every if each.combined_authority == combined or each.county.upper() == county]


def grown_in(named: Iterable[str]) -> list[str]:
    """Return, of each name that stands for a place within a larger council now, a sentence that says so.

    Examples
    --------
    >>> grown_in(["Selby", "Coventry"])
    ['Selby is part of North Yorkshire now: all of North Yorkshire is in the project']
    >>> grown_in(["Cumbria", "E08000016", "E07000154"])
    ['Northampton is part of West Northamptonshire now: all of West Northamptonshire is in the project']
    """
    says = []
    for text in named:
        codes = _codes_of(text.strip())
        now = known_authorities()[codes[0]].name if len(codes) == 1 else ""
        key, before = name_key(text), known_councils().get(text.strip().upper())
        listed = [each.name for each in known_councils().values() if name_key(each.name) == key]
        was = before.name if before is not None else next(iter(listed), now)
        if now and was != now and name_key(was) != name_key(now):
            says.append(f"{was} is part of {now} now: all of {now} is in the project")
    return says


def combined_authority_code(text: str) -> str | None:
    """Return the ONS code of a combined authority in force by its code or name; ``None`` where there is none.

    Examples
    --------
    >>> [combined_authority_code(text) for text in ("greater manchester", "E47000007", "Kent")]
    ['E47000001', 'E47000007', None]
    """
    in_use = {each.combined_authority for each in known_authorities().values()}
    names = {short_name(name).lower(): code for code, name in COMBINED_AUTHORITIES.items() if code in in_use}
    plain = " ".join(text.split())
    return plain.upper() if plain.upper() in in_use - {""} else names.get(short_name(plain).lower())


def whole_name(text: str) -> str:
    """Return what a county or London is called that a code or a name stands for; blank where it is neither.

    Examples
    --------
    >>> whole_name("E10000025"), whole_name("cumbria"), whole_name("Greater London"), whole_name("Oxford")
    ('Oxfordshire', 'Cumbria', 'London', '')
    """
    plain = " ".join(text.upper().split())
    names = COUNTIES | {code: name for code, (name, _) in FORMER_COUNTIES.items()}
    named = (name for code, name in names.items() if plain in (code, name.upper()))
    return "London" if plain in LONDON else next(named, "")


def short_name(name: str) -> str:
    """Return what a combined authority is called in short.

    Examples
    --------
    >>> short_name("East Midlands Combined County Authority"), short_name("North East Mayoral Combined Authority")
    ('East Midlands', 'North East')
    """
    return re.sub(r"( Mayoral)?( Combined( County)? Authority)$", "", name, flags=re.IGNORECASE)


def _unknown(text: str) -> str:
    """Say what was not found, and what is like it."""
    if text.upper() in COMBINED_AUTHORITIES:
        return f"area: {text.upper()}, {COMBINED_AUTHORITIES[text.upper()]}, was abolished in 2024; name its councils"
    if text[:1].upper() in ("W", "S", "N") and text[1:].isdigit():
        return f"area: '{text}' is no place in England, and siteprior reads English registers; give codes of England"
    if text[:1].isalpha() and text[1:].isdigit():  # the nearest code is of another place
        return (
            f"area: unknown area '{text}': it is the code of no council, county or combined authority of England "
            "(E06…, E07…, E08…, E09…, E10…, E47…); correct it, or give names"
        )
    every = known_authorities().values()
    names = {each.name for each in every} | {each.county for each in every if each.county}
    names |= {name for name, _ in FORMER_COUNTIES.values()} | {"London"}
    return unknown("area", text, [*sorted(names), *map(short_name, COMBINED_AUTHORITIES.values())])


def box_of(authorities: Sequence[Authority], *, margin_m: float = 0) -> tuple[int, int, int, int]:
    """Return the box that holds all of some places: west, south, east, north, metres, EPSG:27700.

    Parameters
    ----------
    authorities
        At least one.
    margin_m
        Metres to add on every side.

    Examples
    --------
    >>> box_of(authorities_of(["Coventry", "Solihull"]), margin_m=100)
    (408700, 272100, 439400, 290900)
    """
    west, south, east, north = zip(*(each.box for each in authorities), strict=True)
    margin = round(margin_m)
    return min(west) - margin, min(south) - margin, max(east) + margin, max(north) + margin
