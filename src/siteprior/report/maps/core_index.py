"""Where the opportunities lie that stay in a programme whatever the weights, and those that depend on them."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError
from siteprior.core.schema import AREAS, CORRIDORS, Column, Table, table_faults
from siteprior.core.short_repr import counted
from siteprior.report import style
from siteprior.report.charts.page import as_numbers, share_faults
from siteprior.report.html.labels import KIND_NOT_STATED, kind_title
from siteprior.report.maps.canvas import Map, Sheet, settings
from siteprior.report.maps.legend import DASHES, Key, mark, stroke
from siteprior.report.maps.overview import (
    KEY_GAP,
    KEY_WIDTH,
    LOWEST,
    MARGIN,
    TALLEST,
    WIDTH,
    about,
    draw_corridors,
    draw_districts,
    kinds,
)
from siteprior.report.maps.placement import Points, extent, label_beside

ALWAYS, BORDERLINE, NEVER = "always in", "borderline", "never in"
"""The classes of :func:`siteprior.programme.core_indices`."""

LEFT_OUT = "could not be chosen"
"""What stands for an opportunity without a class: its money or a criterion is not known."""

CORE = Table(
    "core indices",
    "site_id",
    geometry=True,
    declared=(
        Column("site_name", "text", "Site name", "Name of the opportunity"),
        Column("core_index", "number", "Core index", "Share of the good programmes it is in", "0–1", least=0),
        Column("core_class", "text", "Core class", "In all, some or none of them", allowed=(ALWAYS, BORDERLINE, NEVER)),
        Column("chosen", "flag", "Chosen", "Whether it is in the chosen programme", allowed=("yes", "no")),
    ),
    drawn_as="points",
)

SIZES = {ALWAYS: 4.9, BORDERLINE: 4.3, NEVER: 2.0, LEFT_OUT: 2.0}
"""Sizes in points of the marks."""

EDGE, CHOSEN_EDGE, CHOSEN_LARGER = 0.4, 0.9, 1.0
"""Width in points of a mark's edge, of a chosen one's, which is dark, and how much larger a chosen one is."""

MM_PER_POINT = 25.4 / 72

NAME_SIZE, NAME_TALL, NAME_WIDTH = 5.4, 2.2, 30.0
"""Size in points of a name, the height in mm it takes, and its greatest width."""

SHORTEST = 10
"""Characters a name has at least before what follows a comma is left out."""

MOST_HIDDEN = 0.1
"""Share of a name that may lie on something else before it is left out."""

COUNTS = 30.0
"""How many times as much as another mark it counts where a name hides one that is always in or another name."""

MARKS_HIDDEN = 3.0
"""How many times as much as bare paper the mark of another opportunity counts where a name hides it."""

SAMPLES = (0.1, 0.5, 0.9)
"""Core indices that the key shows."""


def draw_core_index(
    opportunities: gpd.GeoDataFrame,
    *,
    areas: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    title: str,
    attribution: str = "",
    illustrative: bool = False,
) -> bytes:
    """Draw opportunities by their core index (0–1) on a map, as a PNG 1600 pixels wide.

    Those that are always in are discs with their names, as far as these hide nothing; borderline ones are diamonds,
    the darker the more programmes they are in; those never in are small dots, and hollow where they could not be
    chosen at all. What is in the chosen programme has a dark edge.

    Parameters
    ----------
    opportunities
        Points; index ``site_id``; ``site_name``, ``core_index`` and ``core_class``, as
        :func:`siteprior.programme.core_indices` returns them; where it is there, ``chosen`` (yes or no).
    areas
        Polygons with ``district_code``; their districts are outlined.
    corridors
        Lines with ``kind``.
    title
        Stands above the map.
    attribution
        The sources' attribution; stands below it, whole.
    illustrative
        Whether the picture has to say that its sites are invented.

    Returns
    -------
    bytes
        The PNG; no date, no version, the same bytes from the same tables.

    Raises
    ------
    InputError
        Naming every table that is not in EPSG:27700 or lacks what is drawn, and an index above 1.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> sites = run["shortlist"][["site_name", "geometry"]].assign(core_index=0.5, core_class="borderline")
    >>> picture = sp.report.draw_core_index(
    ...     sites, areas=run["areas"], corridors=run["corridors"], title="What stays in", illustrative=True)
    >>> picture[1:4]
    b'PNG'
    """
    return draw_choice(opportunities, areas, corridors, None, title=title, attribution=attribution,
                       illustrative=illustrative)  # fmt: skip


def draw_choice(
    opportunities: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame | None,
    *,
    title: str,
    attribution: str,
    illustrative: bool = False,
) -> bytes:
    """Draw the map of :func:`draw_core_index` (PNG, 1600 pixels wide), with districts that are dissolved already."""
    needs = ("site_name", "core_index", "core_class")
    faults = table_faults(opportunities, CORE, name="opportunities", needs=needs, may_have=("chosen",))
    faults = faults or share_faults(opportunities, "opportunities", ("core_index",))
    faults += table_faults(areas, replace(AREAS, index=""), name="areas", needs=("district_code",),
                           may_have=("lsoa_name",))  # fmt: skip
    faults += table_faults(corridors, replace(CORRIDORS, index=""), name="corridors", needs=("kind",))
    if faults:
        raise InputError(*faults)
    with settings():
        sheet = _figure(
            opportunities, areas, corridors, title, attribution, illustrative=illustrative, districts=districts
        )
        return sheet.save("png")


def core_index_words(opportunities: pd.DataFrame) -> str:
    """Return the map in words, for those who do not see it: how many opportunities are in each class.

    Examples
    --------
    >>> core_index_words(pd.DataFrame({"core_class": ["always in", "never in", None], "chosen": ["yes", "no", "no"]}))
    'Of 3 opportunities 1 is in every good programme over the weights looked at, 0 in some, 1 in none; 1 could not be \
chosen. The chosen programme has 1.'
    """
    if opportunities.empty:
        return "No opportunity to show."
    count = _classes(opportunities).value_counts()
    always, some, none, out = (int(count.get(name, 0)) for name in (ALWAYS, BORDERLINE, NEVER, LEFT_OUT))
    text = (
        f"Of {counted(len(opportunities), 'opportunity', 'opportunities')} {always:,} {'is' if always == 1 else 'are'} "
    )
    text += f"in every good programme over the weights looked at, {some:,} in some, {none:,} in none"
    text += f"; {out:,} could not be chosen." if out else "."
    if "chosen" in opportunities:
        text += f" The chosen programme has {int(_chosen(opportunities).sum()):,}."
    return text


def _classes(opportunities: pd.DataFrame) -> pd.Series:
    """Return the class of each opportunity, one of its own where there is none."""
    return opportunities["core_class"].astype(object).fillna(LEFT_OUT)


def _figure(
    opportunities: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    title: str,
    attribution: str,
    *,
    illustrative: bool,
    districts: gpd.GeoDataFrame | None = None,
) -> Sheet:
    """Return the sheet with the map drawn on it."""
    wide = WIDTH - 2 * MARGIN - KEY_WIDTH - KEY_GAP
    beside = MARGIN + wide + KEY_GAP
    placed = opportunities[opportunities.geometry.notna() & ~opportunities.geometry.is_empty]
    view = extent([placed, about(corridors, areas)], [areas if len(areas) else placed])

    def write_texts(sheet: Sheet) -> tuple[float, float]:
        top = sheet.head(title, under=core_index_words(opportunities), illustrative=illustrative, size=12.0)
        return top, sheet.foot(attribution, size=4.8)

    # Texts and key are written twice: on a sheet that is thrown away, to measure the space they need.
    trial = Sheet(WIDTH, TALLEST, margin=MARGIN)
    top, bottom = write_texts(trial)
    low = _draw_key(Key(trial, beside, TALLEST, size=6.5), placed, corridors, (len(placed), len(placed)))
    lowest = max(LOWEST, TALLEST - low + 2.5)
    tall = max(min(wide * (view[3] - view[1]) / (view[2] - view[0]), TALLEST), lowest)
    sheet = Sheet(WIDTH, TALLEST - top + tall + bottom, margin=MARGIN)
    top, bottom = write_texts(sheet)
    map_ = sheet.map((MARGIN, bottom, wide, top - bottom), view)
    map_.polygons(np.asarray(areas.geometry.dropna(), dtype=object), facecolor=style.CORE_GROUND, linewidth=0, zorder=1)
    draw_corridors(map_, corridors)
    _draw_marks(map_, placed)
    scale = map_.scale_bar()
    always = _discs(map_, placed[_classes(placed) == ALWAYS])
    names = draw_districts(map_, areas, corridors, [shapely.box(*scale), *always], districts)
    named = _write_names(map_, placed, [shapely.box(*scale), *names])
    _draw_key(Key(sheet, beside, top + 2.5, size=6.5), placed, corridors, named)
    return sheet


def _look(name: str, index: float = 1.0, *, chosen: bool = False) -> dict[str, str | float]:
    """Return how an opportunity of a class looks."""
    never = {"marker": "o", "color": style.CORE_NEVER, "markeredgecolor": style.WHITE}
    shade = style.blend(*style.CORE_BORDERLINE, min(index, 1.0))
    looks: dict[str, dict[str, str | float]] = {
        ALWAYS: {"marker": "o", "color": style.CORE_ALWAYS, "markeredgecolor": style.WHITE},
        BORDERLINE: {"marker": "D", "color": shade, "markeredgecolor": style.CORE_BORDERLINE[1]},
        NEVER: {**never},
        LEFT_OUT: {**never, "color": style.WHITE, "markeredgecolor": style.CORE_NEVER},
    }
    if not chosen:
        return {**looks[name], "markersize": SIZES[name], "markeredgewidth": EDGE}
    return {**looks[name], "markersize": SIZES[name] + CHOSEN_LARGER, "markeredgewidth": CHOSEN_EDGE,
            "markeredgecolor": style.INK}  # fmt: skip


def _places(table: gpd.GeoDataFrame) -> Points:
    """Return the places of opportunities in metres."""
    return np.asarray(shapely.get_coordinates(shapely.centroid(np.asarray(table.geometry, dtype=object))))


def _chosen(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which opportunities are in the chosen programme; none where nothing was chosen."""
    chosen = table["chosen"] if "chosen" in table else pd.Series("no", index=table.index)
    return np.asarray(chosen.astype(object).fillna("no") == "yes", dtype=bool)


def _draw_marks(map_: Map, placed: gpd.GeoDataFrame) -> None:
    """Draw the opportunities: those that are always in on top, and of borderline ones those in most programmes."""
    classes, points, chosen = _classes(placed).to_numpy(), _places(placed), _chosen(placed)
    shown, ids = map_.shows(points), placed.index.astype(str).tolist()
    indices = np.nan_to_num(as_numbers(placed, ["core_index"])["core_index"].to_numpy())
    for order, name in enumerate((LEFT_OUT, NEVER, BORDERLINE, ALWAYS)):
        mine = np.flatnonzero(shown & (classes == name))
        for place, at in enumerate(mine[np.lexsort((indices[mine], chosen[mine]))]):
            look = _look(name, float(indices[at]), chosen=bool(chosen[at]))
            map_.marks(points[at], **look, zorder=6 + order + place / 10_000, gid=f"{name} {ids[at]}")


def _discs(map_: Map, table: gpd.GeoDataFrame) -> list[BaseGeometry]:
    """Return the discs on the sheet, in mm, that opportunities lie in, whatever their mark."""
    radii = _classes(table).map(SIZES).to_numpy(dtype=float) + CHOSEN_LARGER + EDGE
    return list(shapely.buffer(shapely.points(map_.places(_places(table))), radii / 2 * MM_PER_POINT))


def _write_names(map_: Map, placed: gpd.GeoDataFrame, avoid: list[BaseGeometry]) -> tuple[int, int]:
    """Write the names of what is always in where they hide nothing; return how many were written, of how many."""
    shown = placed[map_.shows(_places(placed))]
    always = (_classes(shown) == ALWAYS).to_numpy()
    named = shown[always]
    taken = [*avoid, *_discs(map_, named), *_discs(map_, shown[~always])]
    weights = [COUNTS] * (len(avoid) + len(named)) + [MARKS_HIDDEN] * int((~always).sum())
    gap = (SIZES[ALWAYS] + CHOSEN_LARGER) / 2 * MM_PER_POINT + 0.5
    written = 0
    for site, name, place in zip(named.index, named["site_name"], map_.places(_places(named)), strict=True):
        full = short_name(name) if isinstance(name, str) else ""
        words = map_.sheet.fit(full or str(site), NAME_SIZE, NAME_WIDTH)
        wide = map_.sheet.measure(words, NAME_SIZE)
        box, hidden = label_beside(place, wide, NAME_TALL, gap, taken, weights=weights, within=map_.frame,
                                   beyond=COUNTS)  # fmt: skip
        if hidden > MOST_HIDDEN * wide * NAME_TALL * MARKS_HIDDEN:
            continue  # of many some go without a name, rather than all be illegible
        taken.append(box)
        weights.append(COUNTS)
        left, low, *_ = box.bounds
        map_.sheet.text(left, low + 0.45, words, NAME_SIZE, halo=1.8, zorder=14, gid=f"name {site}")
        written += 1
    return written, int((_classes(placed) == ALWAYS).sum())


def short_name(name: str) -> str:
    """Return the beginning of a name up to the first comma that leaves enough of it to know the place by.

    Examples
    --------
    >>> short_name("Site 282, former timber yard, Sample Road"), short_name("145-147, Lichfield Street, Walsall")
    ('Site 282, former timber yard', '145-147, Lichfield Street')
    """
    parts = " ".join(name.split()).split(",")
    for count in range(1, len(parts)):
        words = ",".join(parts[:count]).strip()
        if len(words) >= SHORTEST and any(sign.isalpha() for sign in words):
            return words
    return ",".join(parts).strip()


def _draw_key(key: Key, placed: gpd.GeoDataFrame, corridors: gpd.GeoDataFrame, named: tuple[int, int]) -> float:
    """Write the key beside the map, of what is drawn; return the height it reaches down to."""
    count = _classes(placed).value_counts()
    key.heading("In good programmes")
    if ALWAYS in count:
        key.entry(mark(**_look(ALWAYS)), f"Always in ({count[ALWAYS]:,})")
        if named[0] < named[1]:
            key.line(f"{named[0]} of them named, as far as", 5.6, color=style.GREY)
            key.y += 1.6
            key.line("the names hide nothing", 5.6, color=style.GREY)
    if BORDERLINE in count:
        for share in SAMPLES:
            words = f"Borderline ({count[BORDERLINE]:,}), " if share == SAMPLES[0] else ""
            key.entry(mark(**_look(BORDERLINE, share)), f"{words}in {share:.0%}")
    if NEVER in count:
        key.entry(mark(**_look(NEVER)), f"Never in ({count[NEVER]:,})")
    if LEFT_OUT in count:
        key.entry(mark(**_look(LEFT_OUT)), f"Could not be chosen ({count[LEFT_OUT]:,})")
    if chosen := int(_chosen(placed).sum()):
        name = next(name for name in SIZES if name in set(_classes(placed)[_chosen(placed)]))
        key.entry(mark(**_look(name, chosen=True)), f"Dark edge: chosen ({chosen:,})")
    if found := kinds(corridors):
        key.heading("Corridors")
        for kind, (colour, dashed) in style.corridors(found).items():
            look = stroke(2.3, color=colour, linewidth=1.6, linestyle=DASHES if dashed else "solid")
            key.entry(look, kind_title(kind) or KIND_NOT_STATED, space=KEY_WIDTH)
    return key.y
