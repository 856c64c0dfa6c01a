"""Links to maps and the places they name: text of a register, read and never followed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

import numpy as np

from siteprior.core.parameters import load_parameters
from siteprior.registers.coordinates import parse
from siteprior.registers.coordinates.candidates import ENGLAND_EASTING, ENGLAND_NORTHING

LONGEST = 2_000
"""Characters of one link that are looked at."""

PAIRS = (
    ("x", "y"), ("xcoord", "ycoord"), ("coordx", "coordy"), ("geox", "geoy"), ("mapx", "mapy"), ("cx", "cy"),
    ("easting", "northing"), ("eastings", "northings"), ("east", "north"), ("e", "n"), ("lon", "lat"), ("lng", "lat"),
    ("long", "lat"), ("longitude", "latitude"), ("mlon", "mlat"),
)  # fmt: skip
"""Names under which an address states two coordinates, the first to the east."""

BOTH = ("ll", "q", "query", "center", "centre", "marker", "point", "loc", "location", "cp", "coords", "mappoint")
"""Names under which an address states two coordinates, or a corner and its opposite, with a comma between."""

EXTENTS = ("extent", "bbox", "bounds")
SIDES = ("xmin", "ymin", "xmax", "ymax")

_VALUE = re.compile(r"[?&#;/]([a-z_]{1,12})=([^?&#;]*)", re.IGNORECASE)
_NUMBER = r"[+-]?\d{1,9}(?:\.\d{1,20})?"
_ONE = re.compile(_NUMBER)
_PRECISE = re.compile(r"\d\.\d{3}|\d{5}")
"""Part of a number that can name a site: degrees to three decimals, or metres. Links without two are not read."""
_NAMED = re.compile(rf"[?&#;/](?:{'|'.join(first for first, _ in PAIRS)}|{'|'.join((*BOTH, *EXTENTS, *SIDES))})=", re.I)
_LIST = re.compile(rf"{_NUMBER}(?:\s*[,+ ]\s*{_NUMBER})*")
_PATH = re.compile(r"[/=@#](?:\d{1,2}(?:\.\d{1,9})?/)?([+-]?\d{1,2}\.\d{3,20})[/,]([+-]?\d{1,2}\.\d{3,20})(?![\d.])")
"""A latitude and a longitude in the path or the fragment, as OpenStreetMap, Google and map viewers write them."""


MERCATOR_SOUTH = 6_000_000.0
"""South of Great Britain in web Mercator, and north of it on the National Grid (metres)."""


class NamedPlace(NamedTuple):
    """A place an address names: easting and northing (metres, EPSG:27700) and how far around it the map shows."""

    east: float
    north: float
    around: float


@lru_cache(maxsize=4096)
def named_places(text: str) -> tuple[NamedPlace, ...]:
    """Return the places in England that the addresses in a text name (metres, EPSG:27700), each once, in order.

    Eastings and northings, degrees of either order and web Mercator are understood; a map's extent names its middle.
    Degrees of fewer than three decimals name no site, nor does an extent wider than the parameter ``link_extent_m``.

    Examples
    --------
    >>> named_places("see http://maps.example.org/?x=398575.5&amp;y=407350.4&resolution=0.2")
    (NamedPlace(east=398575.5, north=407350.4, around=0.0),)
    >>> [round(number, -2) for number in named_places("https://example.org/#layers/18/53.501012/-2.232100")[0][:2]]
    [384700.0, 400500.0]
    >>> named_places("http://example.org/?id=398575.5"), named_places("398575, 407350")
    ((), ())
    """
    if not holds_link(text):
        return ()
    links = (link for word in text.split() if holds_link(word) for link in word.split("|"))
    found: dict[NamedPlace, None] = {}
    for whole in links:
        if len(_PRECISE.findall(whole, 0, LONGEST)) < 2:
            continue
        link = unquote(html.unescape(whole[:LONGEST])).rstrip(".,;:!?)]}>'\"")
        if not _NAMED.search(link) and not _PATH.search(link):
            continue
        for first, second, around in _numbers_named(link):
            place = _place(first, second)
            if place is not None:
                found.setdefault(NamedPlace(*place, around))
    return tuple(found)


def holds_link(text: str) -> bool:
    """Return whether a text holds a web address.

    Examples
    --------
    >>> holds_link("see www.example.org"), holds_link("Old Mill")
    (True, False)
    """
    return "://" in text or "www." in text or "WWW." in text


def _numbers_named(link: str) -> Iterator[tuple[float, float, float]]:
    """Yield the pairs of numbers an address names as a place, and half the width of the map it shows (metres)."""
    values: dict[str, str] = {}
    for name, value in _VALUE.findall(link):
        values.setdefault(name.lower(), value.strip())
    for first, second in PAIRS:
        if _ONE.fullmatch(values.get(first, "")) and _ONE.fullmatch(values.get(second, "")):
            yield float(values[first]), float(values[second]), 0.0
    for name in BOTH:
        numbers = _listed(values.get(name, ""))
        if len(numbers) in (2, 3):
            yield numbers[0], numbers[1], 0.0
    corners = [_listed(values.get(name, ""))[:4] for name in EXTENTS]
    corners.append([number for side in SIDES for number in _listed(values.get(side, ""))])
    for box in corners:
        if len(box) == 4:
            middle = _extent(*box)
            if middle is not None:
                yield middle
    for match in _PATH.finditer(link):
        yield float(match[1]), float(match[2]), 0.0


def _listed(text: str) -> list[float]:
    """Return the numbers of a list with commas or blanks between; none where anything else stands there."""
    return [float(number) for number in _ONE.findall(text)] if _LIST.fullmatch(text) else []


def _extent(west: float, south: float, east: float, north: float) -> tuple[float, float, float] | None:
    """Return the middle of an extent and half its diagonal (metres); ``None`` where it is too wide to name a site."""
    low, high = _place(west, south), _place(east, north)
    if low is None or high is None:
        return None
    around = float(np.hypot(high[0] - low[0], high[1] - low[1])) / 2
    widest = load_parameters("registers").number("link_extent_m")
    return None if around > widest else ((west + east) / 2, (south + north) / 2, around)


def _place(first: float, second: float) -> tuple[float, float] | None:
    """Return the place in England two numbers mean (metres), ``None`` where they mean none."""
    if max(abs(first), abs(second)) <= 180:
        longitude, latitude = (second, first) if _in(first, parse.LATITUDE) else (first, second)
        if not (_in(longitude, parse.LONGITUDE) and _in(latitude, parse.LATITUDE)):
            return None
        first, second = parse.transformer("EPSG:4326").transform(longitude, latitude)
    elif second > MERCATOR_SOUTH and abs(first) <= MERCATOR_SOUTH:
        first, second = parse.transformer("EPSG:3857").transform(first, second)
    return (first, second) if _in(first, ENGLAND_EASTING) and _in(second, ENGLAND_NORTHING) else None


def _in(value: float, limits: tuple[float, float]) -> bool:
    """Return whether a value lies within limits, both included."""
    return limits[0] <= value <= limits[1]
