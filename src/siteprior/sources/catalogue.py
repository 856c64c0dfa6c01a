"""Who publishes each kind of input, under which licence, and the line that must stand beside anything made from it.

What a project file says of a file's origin goes before what stands here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from siteprior.files import Input

OGL = "Open Government Licence v3.0"


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
    "corridors": Publication("Corridors", "as the project states", "facts", ""),
}
"""By the role an input plays in a project."""


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
