"""One corridor as a strip: stops along a straight line, sites beside it at their walk from the nearest stop."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.core.schema import CORRIDOR_STOPS, SITES
from siteprior.report import style
from siteprior.report.maps.canvas import A4, Drawn, Sheet, check_drawing, settings
from siteprior.report.maps.legend import RANK, draw_number, draw_stop
from siteprior.report.maps.placement import space_labels
from siteprior.report.maps.strip_data import (
    SITE_CORRIDOR_NEEDS,
    SITE_CORRIDOR_ROWS,
    SITE_NEEDS,
    STOP_NEEDS,
    Strip,
    headline,
    strip_facts,
    strip_words,
    unplaced_words,
)
from siteprior.report.maps.strip_legend import draw_key, draw_site, draw_table, fills, radius, scale, table_height

Lengths = npt.NDArray[np.float64]

MARGIN = 12.0
SCALE_WIDTH = 12.0
"""Width in mm for the scale of walks, left of the strip."""

NAME_SIZE, NAME_ANGLE = 6.4, 52.0
NAME_GAP = 3.4
"""Least distance in mm between two names of stops."""

NAME_WIDTH = 31.0
"""Longest line of a stop's name in mm; longer names are broken into two where they fit, or cut."""

NAME_LEAN = 12.0
"""Width in mm kept for the last name, which leans out to the right."""

LANE, MIDDLE, AXIS, KEY, PAD = 8.5, 6.5, 8.0, 15.0, 5.0
"""In mm: heights of the row of numbers, of the line, of the chainage and of the key; space at the ends of the line."""

SCALE_GAP = 2.4
"""Millimetres between two figures of the scale, or the inner one is left out."""

WALKS = (400.0, 800.0)
"""Walks in metres that are marked, beside the farthest."""

DOTTED = 1.3
"""Radius in mm from which the line from a rank ends in a dot."""

DASHES = (0, (1.6, 0.7))


def draw_strip_map(
    corridor_stops: gpd.GeoDataFrame,
    site_corridors: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    corridor: str,
    title: str,
    attribution: str,
    colour_by: str = "score_band",
    shortlist: Collection[str] = (),
    listed: int = 20,
    reach_m: float | None = None,
    illustrative: bool = False,
    file_format: str = "png",
) -> bytes:
    """Draw a corridor as a strip on a sheet of A4: stops along the line by km, sites beside it by walk in metres.

    Sites left of the line, seen from its first stop, stand above it, those right of it below; one on the line itself
    stands above. The area of a site is its homes, its colour its score band or the verdict on market failure. The
    highest ranked are numbered with their rank and listed below. A corridor with more stops than one row can name is
    broken into rows on an upright sheet.

    Parameters
    ----------
    corridor_stops
        :data:`siteprior.core.schema.CORRIDOR_STOPS`, with their state on a day.
    site_corridors
        One row per site and corridor in reach: ``site_id``, ``corridor``, ``stop``, ``stop_state``, ``walk_m``,
        ``chainage_m`` and ``side``.
    sites
        Sites, ranked.
    corridor
        The corridor to draw.
    title
        Stands above the strip.
    attribution
        The sources' attribution; stands below it, whole.
    colour_by
        ``score_band`` or ``market_failure``.
    shortlist
        Ids of the shortlisted sites; their numbers are filled.
    listed
        How many of the highest ranked sites to number and list at most.
    reach_m
        Walk in metres at the edge of the strip, sites farther away are left out; the farthest site's, rounded up to
        100, when ``None``.
    illustrative
        Whether the picture has to say that its sites are invented.
    file_format
        ``png`` or ``svg``.

    Returns
    -------
    bytes
        The picture; no date, no version, the same bytes from the same tables.

    Raises
    ------
    InputError
        When a table lacks what is drawn, or the corridor, the format or ``colour_by`` is unknown.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> picture = sp.report.draw_strip_map(
    ...     run["corridor_stops"], run["corridor_sites"], run["sites"], title="Metro Line 1",
    ...     corridor="Metro Line 1 (Birmingham-Wolverhampton)", attribution="Invented sites.", illustrative=True,
    ...     file_format="svg")
    >>> b"</svg>" in picture
    True
    """
    check_drawing(
        {
            "corridor_stops": Drawn(corridor_stops, CORRIDOR_STOPS, STOP_NEEDS),
            "site_corridors": Drawn(site_corridors, SITE_CORRIDOR_ROWS, SITE_CORRIDOR_NEEDS),
            "sites": Drawn(sites, SITES, SITE_NEEDS),
        },
        file_format,
    )
    if colour_by not in ("score_band", "market_failure"):
        raise InputError(unknown("colour_by", colour_by, ("score_band", "market_failure")))
    strip = strip_facts(corridor_stops, site_corridors, sites, corridor=corridor, listed=listed, reach_m=reach_m)
    chosen = set(shortlist)
    if "ranked_as" in sites:  # any plot of a shortlisted opportunity stands for it along the line
        chosen |= set(sites.index[sites["ranked_as"].isin(list(chosen))])
    with settings():
        rows, size, columns = _plan(strip)
        sheet = Sheet(*size, margin=MARGIN)
        top = sheet.head(title, under=headline(strip), illustrative=illustrative)
        bottom = sheet.foot(attribution, notes=_notes(strip)) + table_height(strip, columns)
        draw_table(sheet, strip, chosen, bottom, columns)
        bottom += KEY
        paint = fills(sites, colour_by)
        draw_key(sheet, strip, paint, colour_by, bottom, chosen)
        each = (top - bottom) / len(rows)
        names = _names(sheet, strip)
        for place, (first, last) in enumerate(rows):
            row = _row(sheet, strip, names, first, last, top - place * each, each)
            _draw_background(sheet, strip, row, place, len(rows))
            _draw_stops(sheet, strip, row, names)
            _draw_sites(sheet, strip, row, paint, colour_by)
            _draw_numbers(sheet, strip, row, chosen)
        return sheet.save(file_format, title=title, description=strip_words(strip))


def strip_map_words(
    corridor_stops: gpd.GeoDataFrame,
    site_corridors: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    corridor: str,
    reach_m: float | None = None,
) -> str:
    """Return the strip map in words, for those who do not see it: stops, length in km, sites, homes, first ranks.

    Parameters and errors as in :func:`draw_strip_map`.
    """
    return strip_words(strip_facts(corridor_stops, site_corridors, sites, corridor=corridor, listed=5, reach_m=reach_m))


@dataclass(frozen=True)
class _Row:
    """One row of the strip on the sheet: what it shows in metres, and where that stands in mm."""

    first_m: float
    last_m: float
    left: float
    right: float
    top: float
    middle: float
    half: float
    reach_m: float

    def x(self, chainage_m: npt.ArrayLike | pd.Series) -> npt.NDArray[np.float64]:
        """Return where a chainage stands."""
        share = (np.asarray(chainage_m, dtype=float) - self.first_m) / (self.last_m - self.first_m)
        return self.left + share * (self.right - self.left)

    def y(self, walk_m: npt.ArrayLike | pd.Series, above: npt.ArrayLike | pd.Series) -> npt.NDArray[np.float64]:
        """Return where a walk stands, above the line or below it."""
        off = MIDDLE / 2 + np.minimum(np.asarray(walk_m, dtype=float) / self.reach_m, 1.0) * self.half
        return self.middle + np.where(above, off, -off)

    def lane(self, above: bool) -> float:
        """Return the height of the row of numbers above or below."""
        return self.middle + (1 if above else -1) * (MIDDLE / 2 + self.half + LANE / 2)

    def holds(self, chainage_m: pd.Series) -> npt.NDArray[np.bool_]:
        """Return which chainages this row shows; both of its ends do."""
        return ((chainage_m >= self.first_m) & (chainage_m <= self.last_m)).to_numpy()


def _plan(strip: Strip) -> tuple[list[tuple[float, float]], tuple[float, float], int]:
    """Return the rows (chainage from and to), the sheet's size, and the columns of its table."""
    widest = A4[0] - 2 * MARGIN - SCALE_WIDTH - NAME_LEAN
    if len(strip.stops) * NAME_GAP <= widest:
        return [(strip.low_m, strip.high_m)], A4, 2
    count = max(2, math.ceil(len(strip.stops) * NAME_GAP / (A4[1] - 2 * MARGIN - SCALE_WIDTH - NAME_LEAN)))
    chainage = strip.stops["chainage_m"].to_numpy()
    between = (chainage[1:] + chainage[:-1]) / 2
    # A row ends halfway between two stops, so that each row names about as many.
    breaks = [float(between[len(chainage) * place // count - 1]) for place in range(1, count)]
    edges = [strip.low_m, *breaks, strip.high_m]
    height = max(A4[0], 75.0 + 92.0 * count)
    return list(pairwise(edges)), (A4[1], height), 1


def _notes(strip: Strip) -> str:
    """Say how to read the strip, which sites are numbered and which are not drawn."""
    ends = strip.stops["stop_name"].astype(str)
    notes = [f"Above the line: sites left of it, going from {ends.iloc[0]} to {ends.iloc[-1]}; below: right of it."]
    if len(strip.listed):
        ranked = int(strip.sites["ranked"].sum())
        shown = f"the {len(strip.listed)} highest ranked of {ranked}" if len(strip.listed) < ranked else "all ranked"
        notes.append(f"Numbered: {shown} sites, by rank in the whole run.")
    return " ".join(notes + ([unplaced_words(strip)] if strip.unplaced else []))


def _names(sheet: Sheet, strip: Strip) -> list[list[str]]:
    """Return each stop's name as one line, or two where it is long and both fit."""
    stop_names = strip.stops["stop_name"].fillna("").astype(str)
    broken = [sheet.wrap(name, NAME_SIZE, NAME_WIDTH) for name in stop_names]
    if max(sum(map(len, broken)), 2 * len(broken)) * NAME_GAP > sheet.width - 2 * MARGIN - SCALE_WIDTH:
        return [[sheet.fit(name, NAME_SIZE, NAME_WIDTH)] for name in stop_names]
    return [
        lines if len(lines) <= 2 else [lines[0], sheet.fit(" ".join(lines[1:]), NAME_SIZE, NAME_WIDTH)]
        for lines in broken
    ]


def _row(
    sheet: Sheet, strip: Strip, names: list[list[str]], first_m: float, last_m: float, top: float, height: float
) -> _Row:
    """Give a row its places on the sheet: names, numbers, upper half, line, lower half, numbers, chainage."""
    longest = max(sheet.measure(line, NAME_SIZE) for lines in names for line in lines)
    tall = longest * math.sin(math.radians(NAME_ANGLE)) + 8.0
    half = (height - tall - 2 * LANE - MIDDLE - AXIS) / 2
    middle = top - tall - LANE - half - MIDDLE / 2
    left, right = MARGIN + SCALE_WIDTH, sheet.width - MARGIN - PAD
    return _Row(first_m, last_m, left, right, top - tall, middle, half, strip.reach_m)


def _draw_background(sheet: Sheet, strip: Strip, row: _Row, place: int, rows: int) -> None:
    """Draw the two halves with their steps of walk, the line, and the chainage below."""
    left, right = row.left - PAD, row.right + PAD
    steps = [step for step in WALKS if step < row.reach_m] + [row.reach_m]
    for above in (True, False):
        for tint, (near, far) in zip(style.STRIP_TINTS, pairwise([0.0, *steps]), strict=False):
            low, high = sorted((float(row.y(near, above)), float(row.y(far, above))))
            sheet.box(left, low, right - left, high - low, facecolor=tint, zorder=0)
        for step in steps:
            y = float(row.y(step, above))
            sheet.line([left, right], [y, y], color=style.STRIP_WALK, linewidth=0.45, zorder=1)
            if step == steps[-1] or abs(y - float(row.y(steps[-1], above))) > SCALE_GAP:
                sheet.text(left - 1.2, y, f"{step:,.0f} m", 5.6, color=style.GREY, ha="right", va="center_baseline")
        sheet.text(MARGIN - 4.5, float(row.y(row.reach_m / 2, above)), "left side" if above else "right side",
                   6, color=style.GREY, rotation=90, ha="center", va="center")  # fmt: skip
    _draw_line(sheet, strip, row, left if place else row.left, right if place < rows - 1 else row.right)
    bottom = row.lane(False) - LANE / 2
    length = (row.last_m - row.first_m) / 1000
    step = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000) if length / step <= 16)
    sheet.line([row.left, row.right], [bottom, bottom], color=style.GREY, linewidth=0.6)
    first = math.ceil((row.first_m - strip.low_m) / 1000 / step - 1e-9) * step
    for tick in np.arange(first, (row.last_m - strip.low_m) / 1000 + 1e-9, step):
        x = float(row.x(strip.low_m + tick * 1000))
        sheet.line([x, x], [bottom, bottom - 1], color=style.GREY, linewidth=0.6)
        words = f"{tick:.10g} km" if tick == first else f"{tick:.10g}"
        sheet.text(x, bottom - 3.6, words, 6, color=style.GREY, ha="center")


def _draw_line(sheet: Sheet, strip: Strip, row: _Row, start: float, end: float) -> None:
    """Draw the line in the colour of its kind: whole between stops in service, dashed to a planned or closed one."""
    colour, proposed = style.corridors([strip.kind])[strip.kind]
    x, serving = row.x(strip.stops["chainage_m"]), ~strip.stops["state"].isin(["planned", "closed"]).to_numpy()
    spans = [(low, high, both) for (low, high), both in zip(pairwise(x), serving[1:] & serving[:-1], strict=True)]
    for low, high, both in spans:
        ends = [max(float(low), start), min(float(high), end)]
        if ends[0] < ends[1]:
            pattern = DASHES if proposed or not both else "solid"
            sheet.line(ends, [row.middle] * 2, color=colour, linewidth=3.6, linestyle=pattern, zorder=8)


def _draw_stops(sheet: Sheet, strip: Strip, row: _Row, names: list[list[str]]) -> None:
    """Draw the stops, and their names above with a line down to each."""
    inside = np.flatnonzero(row.holds(strip.stops["chainage_m"]))
    if not len(inside):
        return
    seen, mine = strip.stops.iloc[inside], [names[place] for place in inside]
    turn = math.radians(NAME_ANGLE)
    # A line of a name stands one gap to the right of the line before it, and leans out; the last must end on the sheet.
    gaps = np.array([NAME_GAP * len(lines) for lines in mine])
    lean = max(sheet.measure(line, NAME_SIZE) * math.cos(turn) + NAME_GAP * at for at, line in enumerate(mine[-1]))
    x = row.x(seen["chainage_m"])
    label_x = space_labels(x, gaps, row.left - PAD, min(row.right, sheet.width - 7 - lean))
    bottom = row.lane(False) - LANE / 2
    for at, name_at, lines, state in zip(x, label_x, mine, seen["state"], strict=True):
        sheet.line([at, at, name_at, name_at], [bottom, row.top, row.top + 4.4, row.top + 5.2], color=style.STRIP_STOP,
                   linewidth=0.4, zorder=2)  # fmt: skip
        for place, line in enumerate(lines):
            sheet.text(name_at + 0.3 + place * NAME_GAP, row.top + 5.6, line, NAME_SIZE, rotation=NAME_ANGLE,
                       rotation_mode="anchor", color=style.INK if state == "open" else style.GREY,
                       fontstyle="normal" if state == "open" else "italic")  # fmt: skip
        draw_stop(sheet, float(at), row.middle, state if isinstance(state, str) else "not stated")


def _draw_sites(sheet: Sheet, strip: Strip, row: _Row, paint: Mapping[str, str], colour_by: str) -> None:
    """Draw the sites: those not ranked below, then the ranked ones, the largest first."""
    seen = strip.sites[row.holds(strip.sites["chainage_m"])]
    per_home = scale(strip)
    x, y = row.x(seen["chainage_m"]), row.y(seen["walk_m"], seen["above"])
    for place, (at, up, homes, ranked, shade) in enumerate(
        zip(x, y, seen["homes"], seen["ranked"], seen[colour_by], strict=True)
    ):
        fill = paint.get(shade, style.SITE_WITHOUT_VALUE) if ranked else None
        order = (6 if ranked else 4) + place / 1000
        draw_site(sheet, float(at), float(up), radius(homes, per_home), fill, bool(np.isfinite(homes)), order)


def _uncrossed(x: Lengths, y: Lengths, slots: Lengths, lane: float) -> npt.NDArray[np.intp]:
    """Return which slot of the row each site's number takes so that no two lines to the sites cross.

    Of all ways to join points to points with straight lines, the one of the least length has no crossing.
    """
    from scipy.optimize import linear_sum_assignment

    return linear_sum_assignment(np.hypot(x[:, None] - slots[None, :], y[:, None] - lane))[1]


def _draw_numbers(sheet: Sheet, strip: Strip, row: _Row, shortlist: set[str]) -> None:
    """Draw the ranks in a row above and a row below, with a line to each site."""
    per_home = scale(strip)
    for above in (True, False):
        seen = strip.listed[row.holds(strip.listed["chainage_m"]) & (strip.listed["above"] == above).to_numpy()]
        seen = seen.sort_values("chainage_m", kind="stable")
        x, y = row.x(seen["chainage_m"]), row.y(seen["walk_m"], seen["above"])
        lane = row.lane(above)
        slots = space_labels(x, 2 * RANK + 0.5, row.left - PAD + RANK, row.right + PAD - RANK)
        label_x = slots[_uncrossed(x, y, slots, lane)]
        sizes = [radius(homes, per_home) for homes in seen["homes"]]
        for site_id, rank, at, up, size, number in zip(seen.index, seen["rank"], x, y, sizes, label_x, strict=True):
            foot = lane + (-RANK if above else RANK)
            # The line ends on a small site's edge, so that its colour is seen, and with a dot in a large one.
            short = size / math.hypot(number - at, foot - up) if size < DOTTED else 0.0
            ends = [number, at + (number - at) * short], [foot, up + (foot - up) * short]
            sheet.line(*ends, color=style.WHITE, linewidth=1.3, zorder=14, alpha=0.8)
            sheet.line(*ends, color=style.ACCENT, linewidth=0.55, zorder=14.1)
            if size >= DOTTED:
                sheet.disc(at, up, 0.45, facecolor=style.ACCENT, edgecolor=style.WHITE, linewidth=0.3, zorder=14.2)
            draw_number(sheet, number, lane, f"{rank:.0f}", site_id in shortlist)
