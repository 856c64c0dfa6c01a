"""The English councils and combined authorities: names, the codes registers use, what became of those abolished.

Registers carry the codes and names of their day, boundary files those of theirs: a register of Taunton Deane is of
2018, the areas of Somerset of 2023. What is known of the councils stands in ``councils.csv``, with its sources.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

COMBINED_AUTHORITIES = {
    "E47000001": "Greater Manchester Combined Authority",
    "E47000002": "Sheffield City Region Combined Authority",
    "E47000003": "West Yorkshire Combined Authority",
    "E47000004": "Liverpool City Region Combined Authority",
    "E47000006": "Tees Valley Combined Authority",
    "E47000007": "West Midlands Combined Authority",
    "E47000008": "Cambridgeshire and Peterborough Combined Authority",
    "E47000009": "West of England Combined Authority",
    "E47000010": "North East Combined Authority",
    "E47000011": "North of Tyne Combined Authority",
    "E47000012": "York and North Yorkshire Combined Authority",
    "E47000013": "East Midlands Combined County Authority",
    "E47000014": "North East Mayoral Combined Authority",
    "E47000015": "Devon and Torbay Combined County Authority",
    "E47000016": "Hull and East Yorkshire Combined Authority",
    "E47000017": "Greater Lincolnshire Combined County Authority",
    "E47000018": "Lancashire Combined County Authority",
}
"""ONS code → name of the combined authorities, those abolished too (ONS code history; those of 2024 and 2025 as public
code lists have them): no register is theirs, but sites of their own are."""


_COMMON = re.compile(
    r"\b(the|of|city|county|council|borough|district|metropolitan|royal|london|unitary|authority|mbc|bc|dc|cc|lb|rb"
    r"|corporation|planning|local|register|brownfield|land)\b"
)
"""Words that the names of many councils, and of their registers, share."""


class Council(NamedTuple):
    """An English council: its name, its code in ``local-authority-eng``, and what succeeded it.

    Attributes
    ----------
    name
        As ONS writes it.
    register_code
        Its code in the register ``local-authority-eng``; blank where that does not know it.
    until
        The last day it stood, where it was merged into another and the day is known.
    successor
        The ONS code that succeeded this one; blank where it is in force.
    """

    name: str
    register_code: str
    until: dt.date | None
    successor: str


@cache
def known_councils() -> Mapping[str, Council]:
    """Return every English council known, by ONS code, those abolished too.

    Examples
    --------
    >>> council = known_councils()["E07000190"]
    >>> council.name, council.register_code, council.until.isoformat(), council.successor
    ('Taunton Deane', 'TAU', '2019-03-31', 'E07000246')
    """
    text = resources.files("siteprior").joinpath("core", "councils.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType(
        {
            row["code"]: Council(
                row["name"],
                row["register_code"],
                dt.date.fromisoformat(row["until"]) if row["until"] else None,
                row["successor"],
            )
            for row in rows
        }
    )


def in_force(code: str, among: Collection[str] = ()) -> str:
    """Return the code a council's code became: the first of its successors that is ``among``, else the last.

    Where none is, and only the code changed, the code the council had before is taken if it is ``among``.

    Parameters
    ----------
    code
        An ONS code; one that is not known is returned as it is.
    among
        The codes of the boundaries in use, which may be of an earlier year.

    Examples
    --------
    >>> in_force("E07000190"), in_force("E07000190", among={"E07000246"}), in_force("E08000004")
    ('E06000066', 'E07000246', 'E08000004')
    """
    known = known_councils()
    while code not in among and code in known and known[code].successor:
        code = known[code].successor
    return code if code in among else next((old for old in _recoded().get(code, ()) if old in among), code)


@cache
def _recoded() -> Mapping[str, list[str]]:
    """Return the codes a council had before its code alone changed: Barnsley is E08000016 in files before 2025."""
    known, before = known_councils(), dict[str, list[str]]()
    for code, council in known.items():
        if council.successor and known[council.successor].name == council.name:
            before.setdefault(council.successor, []).append(code)
    return MappingProxyType(before)


def council_name(code: str) -> str:
    """Return the name of the council of an ONS code; the code itself where it is not known.

    Examples
    --------
    >>> council_name("E08000004"), council_name("E99999999")
    ('Oldham', 'E99999999')
    """
    council = known_councils().get(code)
    return code if council is None else council.name


@cache
def council_names() -> Mapping[str, str]:
    """Return the names of all English councils and combined authorities by ONS code.

    Examples
    --------
    >>> council_names()["E08000028"], council_names()["E47000007"]
    ('Sandwell', 'West Midlands Combined Authority')
    """
    return MappingProxyType({code: each.name for code, each in known_councils().items()} | COMBINED_AUTHORITIES)


def name_key(name: str) -> str:
    """Return what is left of a council's name when the words that many share are taken off, as bare letters.

    Examples
    --------
    >>> [name_key(n) for n in ("London Borough of Barnet", "Bristol, City of", "bristol-city-of", "City of London")]
    ['barnet', 'bristol', 'bristol', 'cityoflondon']
    """
    words = name.lower().replace("&", " and ").replace("'", "").replace("’", "")
    words = re.sub(r"[^a-z]+", " ", words)
    bare = "".join(_COMMON.sub(" ", re.sub(r"(borough|district|city)?council$", "", words.strip())).split())
    return bare or "".join(words.split())


def council_code(name: str) -> str | None:
    """Return the ONS code of the council a name means, of one abolished that of its successor; ``None`` if none does.

    Examples
    --------
    >>> council_code("Telford & Wrekin"), council_code("City of Wolverhampton"), council_code("West Midlands")
    ('E06000020', 'E08000031', None)
    """
    return _codes_by_name().get(name_key(name))


@cache
def _codes_by_name() -> Mapping[str, str]:
    """Return the code in force of every council by the key of its name; those in force go before those abolished."""
    listed = sorted(known_councils().items(), key=lambda item: item[1].successor != "")
    codes = dict[str, str]()
    for code, council in listed:
        codes.setdefault(name_key(council.name), in_force(code))
    return MappingProxyType(codes)
