"""Before and after: where a council's register puts its sites as labelled, and where they were read to lie."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.report import style
from siteprior.report.maps.canvas import PIXEL, Map, Sheet, settings
from siteprior.report.maps.legend import Key, mark
from siteprior.report.maps.placement import Box, with_margin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteprior.report.maps.canvas import Look

WIDTH, HEIGHT = 1180, 560
"""Pixels of the picture."""

PANEL = (574, 440)
"""Pixels of each of its maps."""

EDGE, TITLE, KEY_STEP = 8, 38, 34
"""Pixels beside each map, above it, and of a line of the key."""

MOVED_M = 50.0
"""Metres from which a place counts as read elsewhere: below, cross and dot would lie on each other."""

MARGIN = 0.04
"""Margin round what a map has to show, as a share of its longer side."""

SHADES = 128
"""Colours the picture is reduced to: it takes a third of the bytes and looks the same."""

BEFORE, AFTER, DOUBT = style.AUDIT_LABELLED, style.AUDIT_READ, style.AUDIT_DOUBT
LABELLED, READ = ["labelled_easting", "labelled_northing"], ["easting", "northing"]

LOOKS: dict[str, dict[str, Look]] = {
    "same": {"markersize": 2.9, "color": style.SITE, "markeredgecolor": style.WHITE, "markeredgewidth": 0.3},
    "moved": {"markersize": 3.3, "color": AFTER, "markeredgecolor": style.WHITE, "markeredgewidth": 0.3},
    "doubt": {"markersize": 3.4, "color": style.WHITE, "markeredgecolor": DOUBT, "markeredgewidth": 0.9},
    "cross": {"marker": "x", "markersize": 3.2, "color": BEFORE, "markeredgewidth": 0.8},
}

WORDS = {
    "same": "read as labelled",
    "cross": "labelled elsewhere than they lie",
    "moved": "read elsewhere than labelled",
    "doubt": "doubtful, left as stated",
}


def draw_before_after(
    sites: pd.DataFrame,
    *,
    boundary: BaseGeometry | None = None,
    areas: Sequence[BaseGeometry] | npt.NDArray[np.object_] = (),
) -> bytes | None:
    """Draw the sites of a council as labelled (left) and as read (right), as a PNG of 1180 × 560 pixels.

    Where every site was read as labelled the two are one map, half as wide.

    Parameters
    ----------
    sites
        The sites of one council: ``easting``, ``northing``, ``labelled_easting``, ``labelled_northing``, ``moved_m``
        (metres on EPSG:27700), ``stated`` and ``coordinate_confidence``.
    boundary
        The council's area; the right map shows it whole. Without it the map shows the sites read with confidence.
    areas
        The areas of all councils, drawn as outlines.

    Returns
    -------
    bytes or None
        The same bytes from the same tables; ``None`` where no site has a place.
    """
    from PIL import Image

    home = _home(sites, boundary)
    if home is None:
        return None
    groups = _groups(sites)
    alone = not (groups["moved"].any() or groups["doubt"].any() or groups["nowhere"].any())
    width, height = (PANEL[0] + 2 * EDGE, HEIGHT - KEY_STEP) if alone else (WIDTH, HEIGHT)
    tree = shapely.STRtree(areas)
    with settings():
        sheet = Sheet(width * PIXEL, height * PIXEL)
        if alone:
            map_ = _panel(sheet, 0, "As labelled and as read", home, boundary, tree, groups, ["same"])
            map_.marks(sites.loc[groups["same"], READ], zorder=4, **LOOKS["same"])
        else:
            widened = _all_labelled(sites, home)
            map_ = _panel(sheet, 0, "As labelled", widened, boundary, tree, groups, ["same", "cross"])
            _draw_labelled(map_, sites, groups)
            map_ = _panel(sheet, 1, "As read", home, boundary, tree, groups, ["moved", "doubt"])
            _draw_read(map_, sites, groups)
        picture = Image.fromarray(sheet.pixels())
    stream = io.BytesIO()
    picture.quantize(SHADES, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(stream, format="PNG")
    return stream.getvalue()


def moved(sites: pd.DataFrame) -> pd.Series:
    """Return which sites were read elsewhere than their label puts them, or have a label that means no place at all.

    Examples
    --------
    >>> moved(pd.DataFrame({"moved_m": [0.4, None], "stated": [True, True], "labelled_easting": [4e5, None]})).tolist()
    [False, True]
    """
    return (sites["moved_m"] > MOVED_M) | (sites["stated"] & sites["labelled_easting"].isna())


def _groups(sites: pd.DataFrame) -> dict[str, pd.Series]:
    """Sort the sites: read as labelled, labelled elsewhere, read elsewhere, doubtful, labelled nowhere."""
    placed, away, label = sites["easting"].notna(), moved(sites), sites["labelled_easting"].notna()
    doubt = sites["coordinate_confidence"].isin(["low", "none"])
    return {
        "same": placed & ~away & ~doubt,
        "cross": label & away & placed,
        "moved": placed & away & ~doubt,
        "doubt": placed & doubt,
        "nowhere": sites["stated"] & ~label,
    }


def _home(sites: pd.DataFrame, boundary: BaseGeometry | None) -> Box | None:
    """Return the frame (metres) of the council's area, else of the sites read with confidence, else of all."""
    if boundary is not None and not boundary.is_empty:
        return with_margin(boundary.bounds, share=MARGIN, least=1.0)
    placed = sites[sites["easting"].notna()]
    sure = placed[placed["coordinate_confidence"].isin(["high", "medium"])]
    sure = sure if len(sure) else placed
    if sure.empty:
        return None
    return with_margin((*sure[READ].min(), *sure[READ].max()), share=MARGIN, least=1.0)


def _all_labelled(sites: pd.DataFrame, home: Box) -> Box:
    """Return the home frame, widened to every place the labels mean."""
    places = sites[LABELLED].dropna().to_numpy(dtype=float)
    if not len(places) or ((places >= home[:2]).all() and (places <= home[2:]).all()):
        return home
    corners = (*np.minimum(places.min(axis=0), home[:2]), *np.maximum(places.max(axis=0), home[2:]))
    return with_margin(corners, share=MARGIN, least=1.0)


def _panel(
    sheet: Sheet,
    place: int,
    title: str,
    view: Box,
    boundary: BaseGeometry | None,
    tree: shapely.STRtree,
    groups: dict[str, pd.Series],
    kinds: Sequence[str],
) -> Map:
    """Draw a map's ground, outlines no finer than a pixel shows, title and scale bar; below it its key, with counts."""
    left, top = (EDGE + place * (PANEL[0] + 2 * EDGE)) * PIXEL, sheet.height - TITLE * PIXEL
    wide, tall = (pixels * PIXEL for pixels in PANEL)
    map_ = sheet.map((left, top - tall, wide, tall), view, ground=style.AUDIT_GROUND, edge=style.AUDIT_FRAME)
    pixel = map_.metres * PIXEL
    shown = tree.geometries[np.sort(tree.query(shapely.box(*map_.view)))]
    outlines = shapely.simplify(shown, pixel, preserve_topology=False)
    map_.lines(outlines, colors=style.AUDIT_NEIGHBOURS, linewidths=0.4, zorder=2)
    if boundary is not None:
        outline = shapely.simplify(boundary, pixel)
        map_.polygons(outline, facecolor=style.WHITE, edgecolor=style.SITE, linewidth=0.7, zorder=3)
    sheet.text(left + PIXEL, top + 1.6, title, 6.8, fontweight="bold")
    map_.scale_bar(north=False)
    key = Key(sheet, left, top - tall, size=5.8)
    for kind in kinds:
        if kind == "same" or groups[kind].any():
            key.entry(mark(**LOOKS[kind]), f"{int(groups[kind].sum()):,} {WORDS[kind]}", wide=4.0)
    return map_


def _draw_labelled(map_: Map, sites: pd.DataFrame, groups: dict[str, pd.Series]) -> None:
    """Draw crosses where the labels put the sites that were read elsewhere, with lines to there; all others as dots."""
    away = sites[groups["cross"]]
    ends = np.asarray(shapely.linestrings(np.stack([away[LABELLED], away[READ]], axis=1).astype(float)))
    map_.lines(ends, colors=BEFORE, linewidths=0.5, alpha=0.6 if len(ends) <= 30 else 0.2, zorder=3.5)
    map_.marks(sites.loc[groups["same"], LABELLED].dropna(), zorder=4, **LOOKS["same"])
    map_.marks(sites.loc[groups["doubt"] & ~groups["cross"], LABELLED].dropna(), zorder=5, **LOOKS["doubt"])
    map_.marks(away[LABELLED], zorder=6, **LOOKS["cross"])
    nowhere = int(groups["nowhere"].sum())
    if nowhere:
        map_.note(f"{nowhere:,} of {int(sites['stated'].sum()):,} lie nowhere in Great Britain as labelled", BEFORE)


def _draw_read(map_: Map, sites: pd.DataFrame, groups: dict[str, pd.Series]) -> None:
    """Draw dots where the sites were read to lie, and say how many are not on the map."""
    for zorder, look in enumerate(("same", "moved", "doubt"), start=4):
        map_.marks(sites.loc[groups[look], READ], zorder=zorder, **LOOKS[look])
    beyond = int((~map_.shows(sites[READ].dropna())).sum())
    without = int(sites["easting"].isna().sum())
    parts = [f"{beyond:,} outside this map"] if beyond else []
    parts += [f"{without:,} without a place"] if without else []
    if parts:
        map_.note(", ".join(parts), DOUBT)
