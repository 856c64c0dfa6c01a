"""The colours of all siteprior draws or writes: maps, charts, QGIS styles, pages, workbooks. No other file holds one.

Corridors, modes and verdicts use the palette of Okabe & Ito (2008), criteria the "muted" scheme of Paul Tol (technical
note SRON/EPS/TN/09-002, 2021): both can be distinguished with the common kinds of colour blindness.
"""

from __future__ import annotations

from collections.abc import Iterable

from siteprior.core.schema import VERDICTS

# --- paper, ink and accents ---------------------------------------------------------------------

WHITE = "#ffffff"
PAPER = "#fbfbfa"
"""The sheet round a map."""

INK = "#1f2933"
GREY = "#5b6670"
"""Text that stands back."""

ACCENT = "#b23a00"
"""The shortlist: vermilion dark enough for white figures on it."""

DEEP = "#24476b"
"""The second accent of pages: links, bars."""

TRACK = "#e8ebef"
"""What bars stand on, and the heads of workbooks."""

# --- what maps show -----------------------------------------------------------------------------

_ORANGE, _SKY_BLUE, _GREEN, _BLUE, _PURPLE = "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#cc79a7"  # Okabe & Ito
_RAIL = "#3d3d3d"

CORRIDORS = {
    "metro": _BLUE,
    "rail": _RAIL,
    "sprint": _GREEN,
    "growth-area": _PURPLE,
    "hs2": _ORANGE,
    "vlr": _SKY_BLUE,
}
CORRIDOR_OTHER = "#7d6b91"
CORRIDOR_NOT_STATED = "#8a8f94"

MODES = {
    "rail": _RAIL,
    "metro": _BLUE,
    "bus": "#8a8f94",
    "coach": "#8a8f94",
    "ferry": _SKY_BLUE,
    "air": _PURPLE,
}
STOP_NOT_STATED = "#d9dcdf"

VERDICT_FILLS = dict(zip(VERDICTS, (ACCENT, _ORANGE, _SKY_BLUE, "#87919a"), strict=True))
"""Market failure on maps."""

CRITERIA = ("#332288", "#44aa99", "#cc6677", "#ddcc77", "#88ccee", "#117733", "#882255", "#999933", "#aa4499")

SITE = "#5f6b76"
SITE_OUT = "#a9b1b9"
"""A site that was considered and not ranked."""

SITE_UNRANKED, SITE_WITHOUT_VALUE = "#d6dbdf", "#8a949d"
"""On strip maps: a site not ranked, and a ranked one without the band or verdict the map shows."""

QGIS_SITE_EDGE, QGIS_SITE_OUT, QGIS_SITE_OUT_EDGE = "#4a2a1a", "#c3c8cd", "#8a9199"

CORE_CLASSES = {"always in": DEEP, "borderline": _ORANGE, "never in": SITE_OUT}
"""Opportunities by how often they are in a good programme."""

NO_DATA = WHITE
DECILE_ENDS = ("#a3afc0", "#f6f7f9")
BAND_ENDS = ("#7a2100", "#f6d5bd")
ACCESS_ENDS = ("#eef3f7", "#08306b")
WALK_ENDS = ("#3f8fb8", "#d3e6f0")
ACCEPTABILITY_ENDS = (DEEP, "#dfe7ef")
"""Ends of the scales: deprivation deciles, score bands, bands of the access index, walks of a catchment, and how often
an opportunity is on the shortlist."""

ACCEPTABILITY_CLASSES = 5
"""How many equal classes that share has on maps."""

CORE_ALWAYS, CORE_BORDERLINE, CORE_NEVER = ACCENT, ("#fdf0cf", _ORANGE), SITE_OUT
"""Opportunities by their core index: in every programme, in some (from few to most of them), in none."""

CORE_GROUND = "#f4f5f6"
"""The districts on the map of core indices."""

MAP_FRAME = "#c9ced4"
DISTRICT_EDGE, DISTRICT_NAME = "#7c8794", "#4a5561"
STREET, STREET_REACHED = "#d4d9de", WHITE

STREET_ON_MAP, PROGRAMME_RING = WHITE, "#000000"
"""On the map to move: streets, which lie over the areas, and the ring round what the programme chooses."""

STRIP_TINTS = ("#e6edf3", "#f1f5f8", "#fbfcfd")
STRIP_WALK, STRIP_STOP = "#c5cdd4", "#c2cad1"
"""On strip maps: the areas by walk, nearest first; the lines of walks and those down from the stops' names."""

TABLE_HEAD, TABLE_ROW = "#b9c1c9", "#e3e7ea"
"""Rules of the table below a strip map."""

AUDIT_LABELLED, AUDIT_READ, AUDIT_DOUBT = ACCENT, _BLUE, _ORANGE
AUDIT_GROUND, AUDIT_FRAME, AUDIT_NEIGHBOURS = "#e9edf1", "#b9c1c9", "#b4bec8"
"""The audit's map of a council: places as labelled, as read and in doubt; background, frame and the other councils."""

# --- what charts show ---------------------------------------------------------------------------

CHART_ROW, CHART_GRID = "#f3f5f7", "#d9dee3"
"""Every other row, and the lines at the ticks."""

RANK_BANDS = {"all": "#c3ccd5", "weights": _BLUE, "measured": _GREEN, "missing": _ORANGE}
"""Bands of ranks by what they come from."""

UNEARNED, UNKNOWN = "#e3e8ed", "#8d98a3"
"""On bars of a score: weight that is not earned, and the lines over weight that rests on no known value."""

# --- what pages show ----------------------------------------------------------------------------

PAGE_VARIABLES = {
    "ink": INK,
    "soft": GREY,
    "line": "#dfe3e8",
    "paper": "#fff",
    "tint": "#f5f6f8",
    "accent": ACCENT,
    "deep": DEEP,
}
"""The variables of the style sheet, by the name they have there."""

PAGE_COLOURS = PAGE_VARIABLES | {
    "white": "#fff",
    "desk": "#eef0f2",
    "hover": "#fafbfc",
    "arrow": "#b4bcc5",
    "track": TRACK,
    "blank_bar": SITE_OUT,
    "swing_low": CRITERIA[4],
    "indicated": "#cfdcea",
    "indicated_ink": "#17304a",
    "open_edge": "#aab3bd",
    "open_ink": DISTRICT_NAME,
    "control_edge": SITE_WITHOUT_VALUE,
    "bad": "#f7dcd0",
    "bad_ink": BAND_ENDS[0],
    "warning": "#fbeecb",
    "warning_ink": "#5f4700",
    "good": "#dcebdf",
    "good_ink": "#17472a",
    "notice_ink": "#3c4752",
}
"""What templates and style sheets know as ``colour``: the variables, and the shades of single marks."""

BASE_MAP = {
    "land": "#eceeef",
    "built": "#e2e5e7",
    "green": "#dfe3e0",
    "water": "#c6d0d8",
    "building": "#d0d4d8",
    "road": "#a9b0b6",
    "edge": "#87919a",
}
"""Vector tiles of the user's own, which lie under all else: greys."""

INTERACTIVE = {
    "accent": ACCENT,
    "ink": INK,
    "white": WHITE,
    "deep": DEEP,
    "site_out": SITE_OUT,
    "site_out_edge": SITE,
    "no_data": NO_DATA,
    "street": STREET_ON_MAP,
    "council": DISTRICT_EDGE,
    "council_name": DISTRICT_NAME,
    "catchment": _BLUE,
    "bus": MODES["bus"],
    "ground": CORE_GROUND,
    "programme": PROGRAMME_RING,
    "picked": INK,
    **{f"base_{name}": colour for name, colour in BASE_MAP.items()},
}
"""What the scripts of the interactive report know as ``colours``."""


def blend(start: str, end: str, share: float) -> str:
    """Return the colour ``share`` (0–1) of the way from one hex colour to another.

    Examples
    --------
    >>> blend("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = [(int(start[i : i + 2], 16), int(end[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def legible(shade: str) -> str:
    """Return the accent in place of a shade white figures would not read on (contrast below 4.5 to 1, WCAG 2.1).

    Examples
    --------
    >>> legible("#f6d5bd"), legible("#7a2100")
    ('#b23a00', '#7a2100')
    """
    return shade if figure_on(shade) == WHITE else ACCENT


def figure_on(shade: str) -> str:
    """Return the colour of figures on a shade: white where it reads (contrast of 4.5 to 1, WCAG 2.1), else ink.

    Examples
    --------
    >>> figure_on("#24476b"), figure_on("#e69f00")
    ('#ffffff', '#1f2933')
    """
    channels = [int(shade[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return WHITE if 1.05 / (luminance + 0.05) >= 4.5 else INK


def acceptability() -> list[tuple[float, float, str]]:
    """Return the classes of how often an opportunity is on the shortlist, most often first: from, below, colour.

    Examples
    --------
    >>> acceptability()[0]
    (0.8, 1.0, '#24476b')
    """
    last = ACCEPTABILITY_CLASSES - 1
    edges = [round(place / ACCEPTABILITY_CLASSES, 2) for place in range(ACCEPTABILITY_CLASSES + 1)]
    return [(edges[n], edges[n + 1], blend(*ACCEPTABILITY_ENDS, (last - n) / last)) for n in range(last, -1, -1)]


def decile(number: int) -> str:
    """Return the muted fill of a deprivation decile: 1, the most deprived, is the darkest."""
    return blend(*DECILE_ENDS, (number - 1) / 9)


def bands(names: list[str]) -> dict[str, str]:
    """Give score bands, best first, colours from dark to light."""
    last = max(len(names) - 1, 1)
    return {name: blend(*BAND_ENDS, place / last) for place, name in enumerate(names)}


def access_bands() -> dict[str, str]:
    """Give the bands of the access index, 0 to 6b, colours from pale to dark."""
    names = ("0", "1a", "1b", "2", "3", "4", "5", "6a", "6b")
    return {name: blend(*ACCESS_ENDS, place / (len(names) - 1)) for place, name in enumerate(names)}


def corridors(kinds: Iterable[str]) -> dict[str, tuple[str, bool]]:
    """Give each kind of corridor a colour and say whether it is dashed (proposals and growth areas are).

    A blank stands for a kind nobody stated.

    Examples
    --------
    >>> corridors(["proposed-metro"])
    {'proposed-metro': ('#0072b2', True)}
    """
    result = dict[str, tuple[str, bool]]()
    for kind in kinds:
        if not kind:
            result[kind] = (CORRIDOR_NOT_STATED, False)
            continue
        plain = kind.removeprefix("proposed-")
        result[kind] = (CORRIDORS.get(plain, CORRIDOR_OTHER), plain != kind or kind == "growth-area")
    return result


def criteria(names: Iterable[str]) -> dict[str, str]:
    """Give criteria colours in their order; beyond nine the colours begin again."""
    return {name: CRITERIA[place % len(CRITERIA)] for place, name in enumerate(names)}
