"""The colours of every picture siteprior makes, in one place: the same thing looks the same in QGIS, map and report.

Corridors and modes use the palette of Okabe & Ito (2008), criteria the "muted" scheme of Paul Tol (technical note
SRON/EPS/TN/09-002, 2021): both can be told apart with the common kinds of colour blindness.
"""

from __future__ import annotations

from collections.abc import Iterable

ACCENT = "#b23a00"
"""The shortlist: vermilion dark enough for white figures on it."""

INK = "#1f2933"
SITE = "#5f6b76"
SITE_OUT = "#a9b1b9"
NO_DATA = "#ffffff"
PAPER = "#fbfbfa"

CORRIDORS = {
    "metro": "#0072b2",
    "rail": "#3d3d3d",
    "sprint": "#009e73",
    "growth-area": "#cc79a7",
    "hs2": "#e69f00",
    "vlr": "#56b4e9",
}
CORRIDOR_OTHER = "#7d6b91"

MODES = {
    "rail": "#3d3d3d",
    "metro": "#0072b2",
    "bus": "#8a8f94",
    "coach": "#8a8f94",
    "ferry": "#56b4e9",
    "air": "#cc79a7",
}

CRITERIA = ("#332288", "#44aa99", "#cc6677", "#ddcc77", "#88ccee", "#117733", "#882255", "#999933", "#aa4499")

_DECILE_ENDS = ("#a3afc0", "#f6f7f9")
_BAND_ENDS = ("#7a2100", "#f6d5bd")
_ACCESS_ENDS = ("#eef3f7", "#08306b")


def blend(start: str, end: str, share: float) -> str:
    """Return the colour ``share`` (0–1) of the way from one hex colour to another.

    Examples
    --------
    >>> blend("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = [(int(start[i : i + 2], 16), int(end[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def decile(number: int) -> str:
    """Return the muted fill of a deprivation decile: 1, the most deprived, is the darkest."""
    return blend(*_DECILE_ENDS, (number - 1) / 9)


def bands(names: list[str]) -> dict[str, str]:
    """Give score bands, best first, colours from dark to light."""
    last = max(len(names) - 1, 1)
    return {name: blend(*_BAND_ENDS, place / last) for place, name in enumerate(names)}


def access_bands() -> dict[str, str]:
    """Give the bands of the access index, 0 to 6b, colours from pale to dark."""
    names = ("0", "1a", "1b", "2", "3", "4", "5", "6a", "6b")
    return {name: blend(*_ACCESS_ENDS, place / (len(names) - 1)) for place, name in enumerate(names)}


def corridors(kinds: Iterable[str]) -> dict[str, tuple[str, bool]]:
    """Give each kind of corridor a colour and say whether it is dashed (proposals and growth areas are).

    Examples
    --------
    >>> corridors(["proposed-metro"])
    {'proposed-metro': ('#0072b2', True)}
    """
    result = {}
    for kind in kinds:
        plain = kind.removeprefix("proposed-")
        result[kind] = (CORRIDORS.get(plain, CORRIDOR_OTHER), plain != kind or kind == "growth-area")
    return result


def criteria(names: Iterable[str]) -> dict[str, str]:
    """Give criteria colours in their order; beyond nine the colours begin again."""
    return {name: CRITERIA[place % len(CRITERIA)] for place, name in enumerate(names)}
