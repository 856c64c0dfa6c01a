"""Coordinates as councils write them, and every place they could mean.

A *reading* is one way to understand two numbers: the system they are in and the order they stand in. This module
lists the readings and turns each into metres on the British National Grid; which reading is right is decided in
:mod:`siteprior.registers.coordinates.candidates`.

ETRS89 is read as WGS84: the two differ by less than a metre. Where PROJ has no OSTN15 grid (as when installed from a
package index), degrees become metres with an accuracy of about 3 m, as :func:`transformation` reports.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyproj import Transformer
from pyproj.transformer import TransformerGroup

from siteprior.core.io.no_places import is_no_place
from siteprior.core.io.parse_values import number
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS

Floats = npt.NDArray[np.float64]
Pair = tuple[Floats, Floats]

MOST_DEGREES = 180
"""More than this is no degree of a circle, so metres."""

DEGREES, METRES, UNSTATED = "degrees", "metres", ""
"""What the numbers are by the stated coordinate system."""

LONGITUDE, LATITUDE = (-9.0, 2.6), (49.5, 61.5)
"""Degrees that can lie in Great Britain."""

ENGLAND_LONGITUDE, ENGLAND_LATITUDE = (-6.5, 1.78), (49.8, 55.85)
GRID_EASTING, GRID_NORTHING = (0.0, 700_000.0), (0.0, 1_300_000.0)
"""The extent of the British National Grid."""

GRS80_A, GRS80_E2 = 6_378_137.0, 0.006_694_380_022_903
"""Semi-major axis (m) and squared eccentricity of the GRS80 ellipsoid of ETRS89 (EPSG:7019)."""


class System(NamedTuple):
    """One way to read two numbers: how it is called, what it does to them, and what to log when it is taken.

    Attributes
    ----------
    name
        A short description; also the ``repair`` where the reading is not the labelled one.
    kind
        ``degrees``, ``metres`` or ``other``.
    read
        From the first and second number to easting and northing; ``NaN`` where the numbers cannot be meant so.
    issue
        The issue code when it is taken against the label.
    """

    name: str
    kind: str
    read: Callable[[Floats, Floats], Pair]
    issue: str


@cache
def transformer(crs: str) -> Transformer:
    """Return the transformer from a system to the British National Grid, first coordinate east."""
    return Transformer.from_crs(crs, CRS, always_xy=True)


@cache
def transformation() -> tuple[bool, str]:
    """Return whether degrees are turned into grid metres by the best method, and the method in use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyproj warns about the missing grid; it is reported as an issue instead
        group = TransformerGroup("EPSG:4326", CRS, always_xy=True)
    if group.best_available:
        return True, "OSTN15 grid"
    return False, "PROJ has no OSTN15 grid: places given in degrees are accurate to about 3 m"


def _masked(crs: str, x: Floats, y: Floats, use: npt.NDArray[np.bool_]) -> Pair:
    """Transform the pairs in use, ``NaN`` elsewhere and where the projection has no answer."""
    east, north = np.full(len(x), np.nan), np.full(len(x), np.nan)
    if use.any():
        e, n = transformer(crs).transform(x[use], y[use])
        valid = np.isfinite(e) & np.isfinite(n)
        east[use], north[use] = np.where(valid, e, np.nan), np.where(valid, n, np.nan)
    return east, north


def between(values: Floats | float, limits: tuple[float, float]) -> npt.NDArray[np.bool_]:
    """Return which values lie within limits, both included."""
    return np.asarray((values >= limits[0]) & (values <= limits[1]))


def _degrees(x: Floats, y: Floats) -> Pair:
    return _masked("EPSG:4326", x, y, between(x, LONGITUDE) & between(y, LATITUDE))


def _sign_restored(x: Floats, y: Floats) -> Pair:
    return _degrees(np.where(x > 0, -x, np.nan), y)


def _metres(x: Floats, y: Floats) -> Pair:
    use = between(x, GRID_EASTING) & between(y, GRID_NORTHING) & (np.maximum(x, y) > 180)
    return np.where(use, x, np.nan), np.where(use, y, np.nan)


def _geocentric(x: Floats, y: Floats) -> Pair:
    """Read geocentric X and Y without Z: the latitude is that of the circle of radius √(X² + Y²) at sea level.

    Who converts a point of a map gives it the height 0 above the sea, which in England lies ``geoid_height_m`` above
    the ellipsoid; taken for a point of the ellipsoid it would lie some 36 m too far south. On a level at the height h
    the radius is (ν + h) cos φ, with ν the radius of curvature in the prime vertical: the share h / ν changes by
    less than 0.2% of itself over England, so ν is taken from the latitude on the ellipsoid.
    """
    height = load_parameters("registers").number("geoid_height_m")
    possible = (np.abs(x) < GRS80_A) & (np.abs(y) < GRS80_A)
    x, y = np.where(possible, x, np.nan), np.where(possible, y, np.nan)
    radius2 = x**2 + y**2
    curvature = GRS80_A / np.sqrt(1 - GRS80_E2 * np.clip(_sine2(radius2), 0.0, 1.0))
    sine2 = _sine2(radius2 / (1 + height / curvature) ** 2)
    use = between(sine2, (0.5, 0.8)) & (x > 3e6)
    latitude = np.degrees(np.arcsin(np.sqrt(np.where(use, sine2, 0.0))))
    return _degrees(np.where(use, np.degrees(np.arctan2(y, x)), np.nan), latitude)


def _sine2(radius2: Floats) -> Floats:
    """Return sin² of the latitude at which a circle on the ellipsoid has a radius, given its square (m²)."""
    return np.asarray((GRS80_A**2 - radius2) / (GRS80_A**2 - GRS80_E2 * radius2))


def _geocentric_west(x: Floats, y: Floats) -> Pair:
    return _geocentric(x, np.where(y > 0, -y, np.nan))


def _before_conversion(x: Floats, y: Floats) -> Pair:
    """Read degrees made from a grid reference whose easting and northing had been exchanged."""
    east, north = _degrees(x, y)
    return north, east


def _projected(crs: str, east: tuple[float, float], north: tuple[float, float]) -> Callable[[Floats, Floats], Pair]:
    return lambda x, y: _masked(crs, x, y, between(x, east) & between(y, north))


def _swapped(read: Callable[[Floats, Floats], Pair]) -> Callable[[Floats, Floats], Pair]:
    return lambda x, y: read(y, x)


UTM_NORTH = (5_400_000.0, 6_900_000.0)
_UTM30 = _projected("EPSG:25830", (150_000.0, 900_000.0), UTM_NORTH)
_UTM31 = _projected("EPSG:25831", (-300_000.0, 520_000.0), UTM_NORTH)
_UTM32 = _projected("EPSG:25832", (-800_000.0, 150_000.0), UTM_NORTH)
_UTM35 = _projected("EPSG:25835", (-2_300_000.0, -900_000.0), (5_400_000.0, 7_400_000.0))
_LAEA = _projected("EPSG:3035", (2_900_000.0, 3_900_000.0), (2_950_000.0, 4_400_000.0))
_MERCATOR = _projected("EPSG:3857", (-1_000_000.0, 290_000.0), (6_350_000.0, 8_800_000.0))

SYSTEMS = (
    System("read as WGS84", DEGREES, _degrees, "patch"),
    System("read as OSGB36", METRES, _metres, "OSGB"),
    System("axes swapped", DEGREES, _swapped(_degrees), "WGS84 flipped"),
    System("axes swapped", METRES, _swapped(_metres), "OSGB flipped"),
    System("sign restored", DEGREES, _sign_restored, "WGS84 out of bounds of custom boundary"),
    System("axes swapped, sign restored", DEGREES, _swapped(_sign_restored), "WGS84 flipped"),
    System("read as geocentric ETRS89", "other", _geocentric, "Mercator"),
    System("read as geocentric ETRS89, axes swapped", "other", _swapped(_geocentric), "Mercator flipped"),
    System("read as geocentric ETRS89, sign restored", "other", _geocentric_west, "Mercator"),
    System("axes swapped before conversion to degrees", "other", _before_conversion, "OSGB flipped"),
    System(
        "axes swapped before conversion to degrees, and after", "other", _swapped(_before_conversion), "OSGB flipped"
    ),
    System("read as UTM zone 30", "other", _UTM30, "Mercator"),
    System("read as UTM zone 30, axes swapped", "other", _swapped(_UTM30), "Mercator flipped"),
    System("read as UTM zone 31", "other", _UTM31, "Mercator"),
    System("read as UTM zone 31, axes swapped", "other", _swapped(_UTM31), "Mercator flipped"),
    System("read as UTM zone 32", "other", _UTM32, "Mercator"),
    System("read as UTM zone 32, axes swapped", "other", _swapped(_UTM32), "Mercator flipped"),
    System("read as UTM zone 35", "other", _UTM35, "Mercator"),
    System("read as UTM zone 35, axes swapped", "other", _swapped(_UTM35), "Mercator flipped"),
    System("read as LAEA Europe", "other", _LAEA, "Mercator"),
    System("read as LAEA Europe, axes swapped", "other", _swapped(_LAEA), "Mercator flipped"),
    System("read as web Mercator", "other", _MERCATOR, "Mercator"),
    System("read as web Mercator, axes swapped", "other", _swapped(_MERCATOR), "Mercator flipped"),
)
"""Every reading, the plain ones first."""

AS_DEGREES, AS_METRES, DEGREES_SWAPPED, METRES_SWAPPED, SIGN = 0, 1, 2, 3, 4
"""Places of the plain readings in :data:`SYSTEMS`."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SEXAGESIMAL = re.compile(
    r"""([NSEW])?\s*([+-]?)(\d+(?:\.\d+)?)
        (?:[°ºd:\s]+([0-5]?\d(?:\.\d+)?)(?:['’′m:\s]+([0-5]?\d(?:\.\d+)?))?)?
        [°º'’′"”″s]*\s*([NSEW])?""",
    re.IGNORECASE | re.VERBOSE,
)


class Number(NamedTuple):
    """One coordinate read from text: its value, the axis it names (``x``, ``y`` or nothing), and what was done."""

    value: float
    axis: str = ""
    action: str = ""


NO_NUMBER = Number(float("nan"))


def coordinate(text: str) -> Number:
    r"""Read one coordinate: plain numbers, thousands commas, compass letters, degrees with minutes and seconds.

    Examples
    --------
    >>> coordinate("52.045231N"), coordinate("2.726972W").value, coordinate("412,550").value
    (Number(value=52.045231, axis='y', action='degrees read from text'), -2.726972, 412550.0)
    >>> round(coordinate("52°02'43\"N").value, 5), coordinate("SP365820").value
    (52.04528, nan)
    """
    text = text.replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", " ").strip(" \t\n\"'\ufffd,;")
    if not text:
        return NO_NUMBER
    if _NUMBER.fullmatch(text):
        return Number(float(text))
    written = number(text) if "," in text else None
    if written is not None:
        thousands = float(text.replace(",", "")) == written
        return Number(written, action="thousands commas taken off" if thousands else "comma read as the decimal point")
    match = _SEXAGESIMAL.fullmatch(text)
    letter = ((match[1] or match[6]) if match else None) or ""
    if not match or not (letter or match[4]):
        return NO_NUMBER
    value = sum(float(part) / 60**place for place, part in enumerate(match.group(3, 4, 5)) if part)
    negative = match[2] == "-" or letter.upper() in ("S", "W")
    axis = "y" if letter.upper() in ("N", "S") else "x" if letter else ""
    return Number(-value if negative else value, axis, "degrees read from text")


def point(text: str) -> tuple[str, str]:
    """Return the two numbers of a point, east first, in well-known text or each with its name, as they stand.

    Examples
    --------
    >>> point("POINT (-1.997924 52.435432)"), point("none")
    (('-1.997924', '52.435432'), ('', ''))
    >>> point("Latitude: 50.72131 Longitude: -3.53389"), point("E 545083, N 101361")
    (('-3.53389', '50.72131'), ('545083', '101361'))
    """
    if not text:
        return "", ""
    match = re.match(r"^\s*(?:SRID=\d+;)?\s*POINT\s*Z?\s*\(\s*(\S+)\s+(\S+?)(\s+\S+)?\s*\)\s*$", text, re.IGNORECASE)
    return (match[1], match[2]) if match else _labelled_pair(text)


_PART = r"([+-]?\d+(?:[.,]\d+)?)"
_LABELLED = {
    "x": re.compile(rf"\b(?:longitude|long|lon|lng|eastings?|east|e|x)(?![a-z])\s*[:=]?\s*{_PART}", re.IGNORECASE),
    "y": re.compile(rf"\b(?:latitude|lat|northings?|north|n|y)(?![a-z])\s*[:=]?\s*{_PART}", re.IGNORECASE),
}


def _labelled_pair(text: str) -> tuple[str, str]:
    """Return two numbers of which each bears its name in words, whichever stands first."""
    found = {axis: pattern.findall(text) for axis, pattern in _LABELLED.items()}
    if any(len(numbers) != 1 for numbers in found.values()):
        return "", ""
    return found["x"][0], found["y"][0]


def stated_kind(label: str) -> str:
    """Return whether a stated coordinate system means degrees or metres; blank where it says neither.

    Numbers run on by a spreadsheet (OSGB37, ETRS90) and typing errors (WSG84, OSG36) are forgiven.

    Examples
    --------
    >>> stated_kind("OSGB37"), stated_kind("wsg84"), stated_kind("British National Grid"), stated_kind("-")
    ('metres', 'degrees', 'metres', '')
    """
    bare = re.sub(r"[^a-z0-9]", "", label.lower())
    if re.search(r"osgb|osg\d|27700|british|nationalgrid|^bng|^os$", bare):
        return METRES
    return DEGREES if re.search(r"wgs|wsg|etrs|4326|4258|latlon|longlat", bare) else UNSTATED


def labelled_degrees(x: Floats, y: Floats, kinds: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Return which pairs of numbers are degrees by their label; without one, those up to 180 are, larger are metres."""
    small = (np.abs(x) <= MOST_DEGREES) & (np.abs(y) <= MOST_DEGREES)
    return np.asarray((kinds == DEGREES) | ((kinds == UNSTATED) & small), dtype=bool)


def readings(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Read pairs of numbers in every way of :data:`SYSTEMS`.

    Returns
    -------
    tuple of arrays
        Eastings and northings (metres), one row per pair and one column per reading; ``NaN`` where impossible.
    """
    pairs = [system.read(x, y) for system in SYSTEMS]
    return np.column_stack([pair[0] for pair in pairs]), np.column_stack([pair[1] for pair in pairs])


def is_nowhere(x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
    """Return which pairs of numbers are null island or the grid's false origin, in metres or degrees, either way round.

    Examples
    --------
    >>> is_nowhere(np.array([0.0, 49.7668, -1.9]), np.array([0.0, -7.5572, 52.5])).tolist()
    [True, True, False]
    """
    small = (np.abs(x) <= 180) & (np.abs(y) <= 180)
    found = np.zeros(len(x), dtype=np.bool_)
    for first, second in ((x, y), (y, x)):
        found |= np.where(small, is_no_place(first, second, degrees=True), is_no_place(first, second))
    return found


def numbers(texts: Sequence[str]) -> tuple[Floats, list[Number]]:
    """Read a column of coordinates; returns the values and how each was read."""
    read = [coordinate(text) for text in texts]
    return np.array([number.value for number in read], dtype=float), read
