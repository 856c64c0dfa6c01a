"""Where a published layer looked: all of England, a box, a file of polygons, or councils.

Inside, nothing on a site is a known zero; outside, and where it is not stated, it is missing.
"""

from __future__ import annotations

import math
import re
from typing import Annotated

from pydantic import AfterValidator

from siteprior.core.councils import known_councils
from siteprior.project.faults import refuse
from siteprior.project.files import File
from siteprior.project.kinds import Text, Texts, key

ENGLAND = "England"

_CODE = re.compile(r"[EWSN]\d{8}")
_WANTED = (
    'needs "England", a box [west, south, east, north] in metres on EPSG:27700, the path of a file of polygons, or '
    'ONS codes of councils such as ["E08000025"]'
)


def box_of(coverage: tuple[str, ...]) -> tuple[float, float, float, float] | None:
    """Return the box a coverage states, west, south, east, north in metres; ``None`` where it states another.

    Examples
    --------
    >>> box_of(("393000", "277000", "421000", "301000")), box_of(("England",))
    ((393000.0, 277000.0, 421000.0, 301000.0), None)
    """
    try:
        west, south, east, north = map(float, coverage)
    except ValueError:
        return None
    return west, south, east, north


def councils_of(coverage: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ONS codes of the councils a coverage names; none where it states another.

    Examples
    --------
    >>> councils_of(("e08000025", "E08000026")), councils_of(("England",))
    (('E08000025', 'E08000026'), ())
    """
    codes = tuple(text.upper() for text in coverage)
    return codes if all(_CODE.fullmatch(code) for code in codes) else ()


def file_of(coverage: tuple[str, ...]) -> str | None:
    """Return the path of the polygons a coverage names; ``None`` where it states another.

    Examples
    --------
    >>> file_of(("surveyed.gpkg",)), file_of(("England",)), file_of(("E08000025",))
    ('surveyed.gpkg', None, None)
    """
    if len(coverage) != 1 or coverage[0].casefold() == ENGLAND.casefold() or councils_of(coverage):
        return None
    return coverage[0].replace("\\", "/")


def _checked(coverage: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what states no coverage, with the code where the name of a council is given."""
    named = {council.name.casefold(): code for code, council in known_councils().items() if not council.successor}
    for text in coverage:
        if (code := named.get(text.casefold())) is not None:
            raise refuse(f"'{text}' is no ONS code; that of {text} is {code}")
    if len(coverage) == 1 and not re.fullmatch(r"[-+\d.]*", coverage[0]):
        return (ENGLAND,) if coverage[0].casefold() == ENGLAND.casefold() else councils_of(coverage) or coverage
    box = box_of(coverage)
    if box is not None:
        if not (all(map(math.isfinite, box)) and box[0] < box[2] and box[1] < box[3]):
            raise refuse(f"a box is [west, south, east, north], west below east and south below north, not {list(box)}")
        return coverage
    if not coverage or not councils_of(coverage):
        raise refuse(f"{_WANTED}, not {list(coverage)}")
    return councils_of(coverage)


class PublishedLayer(File):
    """A file of a published layer of the land: polygons or points as their publisher gives them."""

    coverage: Annotated[
        Annotated[Texts, AfterValidator(_checked)] | None,
        key(
            'Where it looked: "England", a box [west, south, east, north] in metres on EPSG:27700, a file of polygons, '
            "or ONS codes of councils; a file with the features of all England is taken as the national layer",
            example=[393000, 277000, 421000, 301000],
        ),
    ] = None
    layer: Annotated[Text | None, key("The layer of the file", example="areas")] = None
    crs: Annotated[
        Text | None,
        key("The coordinate system the file is in; it goes before the one it states itself", example="EPSG:27700"),
    ] = None
