"""Which council is meant: names, addresses of the open-data registers and short codes to ONS codes, and their areas."""

from __future__ import annotations

import re
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.councils import COMBINED_AUTHORITIES, in_force, known_councils, name_key
from siteprior.core.schema import Column, Table, check

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BOUNDARIES = Table("council boundaries", "organisation", True, (Column("name", "text", "Name", "Name of the council"),))
"""Councils by their ONS code."""

SHORT_NAMES = {
    "Stratford-on-Avon": "Stratford",
    "Basingstoke and Deane": "Basingstoke",
    "Newcastle-under-Lyme": "Newcastle Staffs",
    "East Riding of Yorkshire": "East Riding",
    "Reigate and Banstead": "Reigate Banstead",
    "King's Lynn and West Norfolk": "West Norfolk",
    "Southend-on-Sea": "Southend",
    "Blackburn with Darwen": "Blackburn",
    "Kingston upon Hull, City of": "Hull",
    "Kingston upon Thames": "Kingston",
    "Richmond upon Thames": "Richmond",
    "Stoke-on-Trent": "Stoke",
    "Stockton-on-Tees": "Stockton",
    "Newcastle upon Tyne": "Newcastle",
    "Bath and North East Somerset": "Bath",
    "Westmorland and Furness": "Barrow",
    "Hammersmith and Fulham": "Hammersmith",
    "Windsor and Maidenhead": "Windsor",
    "Folkestone and Hythe": "Shepway",
}
"""Council → the short name the open-data addresses of councils use for it, or its name until 2018."""

_NO_COUNCIL = re.compile(r"national[\s-]?park|/npark/|broads[\s-]authority|dev(elopment)?[\s-]corp", re.IGNORECASE)
"""Planning authorities that share a council's name and are none: the New Forest, Northumberland."""

_CODE = re.compile(r"\b[EWSN]\d{8}\b", re.IGNORECASE)


class Councils(NamedTuple):
    """The councils known: their codes and names, the keys they are looked up by, and their areas where known.

    Attributes
    ----------
    names
        ONS code → name.
    keys
        Key of a name or short code → ONS code.
    codes
        The codes of ``areas``, in order.
    areas
        Their polygons in EPSG:27700, prepared; empty without a boundary file.
    tree
        Spatial index of ``areas``.
    """

    names: dict[str, str]
    keys: dict[str, str]
    codes: tuple[str, ...]
    areas: npt.NDArray[np.object_]
    tree: shapely.STRtree

    @property
    def with_areas(self) -> bool:
        """Whether the councils' areas are known."""
        return bool(self.codes)

    def area(self, code: str | None) -> BaseGeometry | None:
        """Return a council's polygon, or ``None`` where it is not known."""
        return self.areas[self.codes.index(code)] if code in self.codes else None

    def named(self, codes: pd.Series) -> pd.Series:
        """Return the name of each code's council or combined authority, missing where it is not known.

        The one place the column ``organisation_name`` comes from.

        Examples
        --------
        >>> councils(None).named(pd.Series(["E08000028", "E47000007", "S12000033", None])).tolist()
        ['Sandwell', 'West Midlands Combined Authority', None, None]
        """
        known = COMBINED_AUTHORITIES | self.names
        return pd.Series([known.get(code) for code in codes], index=codes.index, dtype=object)

    def assignable(self, code: str) -> bool:
        """Return whether the places of rows can show a council: no areas are known, or its own is."""
        return not self.codes or code in self.codes

    def at(self, easting: Floats, northing: Floats) -> npt.NDArray[np.object_]:
        """Return the code of the council at each point (metres), ``None`` outside every area; of two the first."""
        codes = np.full(len(easting), None, dtype=object)
        placed = np.flatnonzero(np.isfinite(easting) & np.isfinite(northing))
        if self.with_areas and len(placed):
            points = shapely.points(easting[placed], northing[placed])
            which, area = self.tree.query(points, predicate="intersects")
            order = np.lexsort((area, which))[::-1]
            codes[placed[which[order]]] = np.array(self.codes, dtype=object)[area[order]]
        return codes

    def holds(self, easting: Floats, northing: Floats, *, within: float = 0.0) -> Bools:
        """Return which points lie in the area of some council, or within a distance of one (metres)."""
        covered = np.zeros(len(easting), dtype=bool)
        placed = np.flatnonzero(np.isfinite(easting) & np.isfinite(northing))
        if self.with_areas and len(placed):
            points = shapely.points(easting[placed], northing[placed])
            which, _ = self.tree.query(points, predicate="dwithin", distance=within)
            covered[placed[which]] = True
        return covered


def councils(boundaries: gpd.GeoDataFrame | None) -> Councils:
    """Prepare the councils of a boundary table for look-up by name, address, code and point.

    Parameters
    ----------
    boundaries
        Polygons in EPSG:27700 on the index ``organisation`` (ONS code) with the column ``name``; ``None`` knows the
        English councils by name and code only.

    Raises
    ------
    InputError
        When the table is not as described.
    """
    names = {code: council.name for code, council in known_councils().items()}
    codes: tuple[str, ...] = ()
    areas: npt.NDArray[np.object_] = np.array([], dtype=object)
    if boundaries is not None:
        check(boundaries, BOUNDARIES, name="boundaries")
        codes = tuple(map(str, boundaries.index))
        stated = {str(code): str(name) for code, name in boundaries["name"].dropna().items()}
        names = {code: code for code in codes} | names | stated
        areas = np.array(boundaries.geometry.array, dtype=object)
        shapely.prepare(areas)
    keys = {name_key(names[code]): code for code in codes if not _CODE.search(names[code])}
    for code, council in known_councils().items():
        now = in_force(code, among=codes)
        keys.setdefault(name_key(council.name), now)
        if council.register_code:
            keys[council.register_code.lower()] = now
    for name, short in SHORT_NAMES.items():
        if name_key(name) in keys:
            keys.setdefault(name_key(short), keys[name_key(name)])
    return Councils(names, keys, codes, areas, shapely.STRtree(areas))


def resolve(statement: str, councils: Councils) -> str | None:
    """Return the ONS code of the council a text names, or ``None``; of one abolished, that of its successor.

    Where boundaries are known, the code is theirs: that of the council itself, or of the first successor they hold.

    Parameters
    ----------
    statement
        An ONS code, a name, a ``local-authority-eng`` code, or an address ending in one of these.
    councils
        From :func:`siteprior.registers.councils.councils`.

    Examples
    --------
    >>> known = councils(None)
    >>> resolve("http://opendatacommunities.org/id/metropolitan-district-council/walsall", known)
    'E08000030'
    >>> resolve("local-authority-eng:OLD", known), resolve("Mendip District Council", known), resolve("Utopia", known)
    ('E08000004', 'E06000066', None)
    """
    text = statement.strip().strip("\"'<>").rstrip("/#. ")
    if _NO_COUNCIL.search(text):
        return None
    code = _CODE.search(text)
    if code:
        now = in_force(code[0].upper(), among=councils.codes)
        return now if now in councils.names else None
    last = re.split(r"[/=]", text)[-1].removesuffix(".html")
    if ":" in last:
        return councils.keys.get(last.rsplit(":", 1)[1].strip().lower())
    for part in (last, last.replace("-", " ")):
        if name_key(part) in councils.keys:
            return councils.keys[name_key(part)]
    return None
