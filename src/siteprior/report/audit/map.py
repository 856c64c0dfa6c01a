"""Before and after: where a council's register puts its sites as labelled, and where they were read to lie.

Drawn in pixels on a bare figure: a page of the audit holds one such picture per council, and axes take most of the
time matplotlib needs for a small map.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.report import style
from siteprior.report.maps.legend import DPI

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 1180, 560
"""Pixels of the picture."""

PANEL = (574, 440)
"""Pixels of each of its maps."""

MOVED_M = 50.0
"""Metres from which a place counts as read elsewhere: below, cross and dot would lie on each other."""

SHADES = 128
"""Colours the picture is reduced to: it takes a third of the bytes and looks the same."""

BEFORE, AFTER, DOUBT = style.AUDIT_LABELLED, style.AUDIT_READ, style.AUDIT_DOUBT
LABELLED, READ = ["labelled_easting", "labelled_northing"], ["easting", "northing"]

LOOKS: dict[str, dict[str, Any]] = {
    "same": {"marker": "o", "markersize": 2.9, "color": style.SITE, "markeredgecolor": style.WHITE,
             "markeredgewidth": 0.3},
    "moved": {"marker": "o", "markersize": 3.3, "color": AFTER, "markeredgecolor": style.WHITE, "markeredgewidth": 0.3},
    "doubt": {"marker": "o", "markersize": 3.4, "color": style.WHITE, "markeredgecolor": DOUBT, "markeredgewidth": 0.9},
    "cross": {"marker": "x", "markersize": 3.2, "color": BEFORE, "markeredgewidth": 0.8},
}  # fmt: skip

View = tuple[float, float, float, float]
Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Panel:
    """One map on the figure: its left and lower edge in pixels and what it shows in metres."""

    figure: Figure
    left: float
    low: float
    view: View

    @property
    def metre(self) -> float:
        """Pixels to the metre."""
        return PANEL[0] / (self.view[2] - self.view[0])

    def pixels(self, places: npt.ArrayLike | pd.DataFrame) -> Points:
        """Return places (metres) in pixels of the figure."""
        corner = np.array([self.view[0], self.view[1]])
        return np.asarray((np.asarray(places, dtype=float) - corner) * self.metre + [self.left, self.low])

    def add(self, artist: Artist, zorder: float) -> None:
        """Put something drawn in pixels on the figure, cut at the map's edge."""
        from matplotlib.transforms import Bbox, IdentityTransform

        artist.set(transform=IdentityTransform(), zorder=zorder)
        artist.set_clip_box(Bbox.from_bounds(self.left, self.low, *PANEL))
        self.figure.add_artist(artist)

    def marks(self, places: pd.DataFrame, look: str, zorder: float) -> None:
        """Draw one mark per place."""
        from matplotlib.lines import Line2D

        if len(places):
            self.add(Line2D(*self.pixels(places).T, linestyle="", **LOOKS[look]), zorder)

    def note(self, words: str, colour: str) -> None:
        """Write a line into the lower right corner."""
        box = {"facecolor": style.WHITE, "edgecolor": colour, "linewidth": 0.5, "boxstyle": "round,pad=0.35"}
        x, y = (self.left + PANEL[0] - 9) / WIDTH, (self.low + 10) / HEIGHT
        self.figure.text(x, y, words, fontsize=5.4, color=style.INK, ha="right", va="bottom", zorder=9, bbox=box)


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
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    home = _home(sites, boundary)
    if home is None:
        return None
    groups = _groups(sites)
    alone = not (groups["moved"].any() or groups["doubt"].any() or groups["nowhere"].any())
    width, height = (PANEL[0] + 16, HEIGHT - 34) if alone else (WIDTH, HEIGHT)
    tree = shapely.STRtree(areas)
    with mpl.rc_context({"font.family": "DejaVu Sans", "text.usetex": False, "path.sketch": None}):
        # The figure has its full size also where one map stands alone; what is empty is cut off below.
        figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=style.PAPER)
        canvas = FigureCanvasAgg(figure)
        if alone:
            panel = _panel(figure, 0, "As labelled and as read", home, boundary, tree)
            panel.marks(sites.loc[groups["same"], READ], "same", 4)
            _write_key(figure, groups, ("same",))
        else:
            panel = _panel(figure, 0, "As labelled", _all_labelled(sites, home), boundary, tree)
            _draw_labelled(panel, sites, groups)
            panel = _panel(figure, 1, "As read", home, boundary, tree)
            _draw_read(panel, sites, groups)
            _write_key(figure, groups, ("same", "cross", "moved", "doubt"))
        canvas.draw()
        picture = Image.fromarray(np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[:height, :width, :3]))
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


def _home(sites: pd.DataFrame, boundary: BaseGeometry | None) -> View | None:
    """Return the frame (metres) of the council's area, else of the sites read with confidence, else of all."""
    if boundary is not None and not boundary.is_empty:
        return _framed(boundary.bounds)
    placed = sites[sites["easting"].notna()]
    sure = placed[placed["coordinate_confidence"].isin(["high", "medium"])]
    sure = sure if len(sure) else placed
    if sure.empty:
        return None
    return _framed((*sure[READ].min(), *sure[READ].max()))


def _all_labelled(sites: pd.DataFrame, home: View) -> View:
    """Return the home frame, widened to every place the labels mean."""
    places = sites[LABELLED].dropna().to_numpy(dtype=float)
    if not len(places) or ((places >= home[:2]).all() and (places <= home[2:]).all()):
        return home
    return _framed((*np.minimum(places.min(axis=0), home[:2]), *np.maximum(places.max(axis=0), home[2:])))


def _framed(bounds: Sequence[float]) -> View:
    """Return bounds with a margin, in the proportions of a panel."""
    west, south, east, north = map(float, bounds)
    metres = max((east - west) / PANEL[0], (north - south) / PANEL[1], 2.0) * 1.08
    x, y = (west + east) / 2, (south + north) / 2
    wide, tall = metres * PANEL[0] / 2, metres * PANEL[1] / 2
    return x - wide, y - tall, x + wide, y + tall


def _panel(
    figure: Figure, place: int, title: str, view: View, boundary: BaseGeometry | None, tree: shapely.STRtree
) -> _Panel:
    """Draw the background of a map: frame, outlines no finer than a pixel shows, title and scale bar."""
    from matplotlib.collections import LineCollection, PolyCollection
    from matplotlib.patches import Rectangle

    panel = _Panel(figure, 8 + place * (PANEL[0] + 16), 82, view)
    box = Rectangle(
        (panel.left, panel.low), *PANEL, facecolor=style.AUDIT_GROUND, edgecolor=style.AUDIT_FRAME, linewidth=0.8
    )
    panel.add(box, 1)
    shown = tree.geometries[np.sort(tree.query(shapely.box(*view)))]
    lines = shapely.get_parts(shapely.boundary(shapely.simplify(shown, 1 / panel.metre, preserve_topology=False)))
    rings = [panel.pixels(shapely.get_coordinates(line)) for line in lines if not line.is_empty]
    panel.add(LineCollection(rings, colors=style.AUDIT_NEIGHBOURS, linewidths=0.4), 2)
    if boundary is not None:
        parts = shapely.get_parts(shapely.simplify(boundary, 1 / panel.metre))
        rings = [panel.pixels(shapely.get_coordinates(shapely.get_exterior_ring(part))) for part in parts]
        panel.add(PolyCollection(rings, facecolor=style.WHITE, edgecolor=style.SITE, linewidth=0.7), 3)
    figure.text((panel.left + 1) / WIDTH, 1 - 9 / HEIGHT, title, fontsize=6.8, fontweight="bold", va="top",
                color=style.INK)  # fmt: skip
    _scale(panel)
    return panel


def _scale(panel: _Panel) -> None:
    """Draw a scale bar of a round length into the lower left corner."""
    from matplotlib.lines import Line2D

    target = PANEL[0] / 5 / panel.metre
    power = 10.0 ** math.floor(math.log10(target))
    length = power * max(step for step in (1, 2, 5) if step * power <= target)
    x, y = panel.left + 12, panel.low + 14
    ends = [x, x + length * panel.metre]
    panel.add(Line2D(ends, [y, y], color=style.INK, linewidth=1.6, solid_capstyle="butt"), 8)
    words = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    panel.figure.text(x / WIDTH, (y + 6) / HEIGHT, words, fontsize=5.6, color=style.INK, va="bottom", zorder=8)


def _draw_labelled(panel: _Panel, sites: pd.DataFrame, groups: dict[str, pd.Series]) -> None:
    """Draw crosses where the labels put the sites that were read elsewhere, with lines to there; all others as dots."""
    from matplotlib.collections import LineCollection

    away = sites[groups["cross"]]
    ends = list(np.stack([panel.pixels(away[LABELLED]), panel.pixels(away[READ])], axis=1))
    panel.add(LineCollection(ends, colors=BEFORE, linewidths=0.5, alpha=0.6 if len(ends) <= 30 else 0.2), 3.5)
    panel.marks(sites.loc[groups["same"], LABELLED].dropna(), "same", 4)
    panel.marks(sites.loc[groups["doubt"] & ~groups["cross"], LABELLED].dropna(), "doubt", 5)
    panel.marks(away[LABELLED], "cross", 6)
    nowhere = int(groups["nowhere"].sum())
    if nowhere:
        panel.note(f"{nowhere:,} of {int(sites['stated'].sum()):,} lie nowhere in Great Britain as labelled", BEFORE)


def _draw_read(panel: _Panel, sites: pd.DataFrame, groups: dict[str, pd.Series]) -> None:
    """Draw dots where the sites were read to lie, and say how many are not on the map."""
    for zorder, look in enumerate(("same", "moved", "doubt"), start=4):
        panel.marks(sites.loc[groups[look], READ], look, zorder)
    places = sites[READ].dropna().to_numpy(dtype=float)
    beyond = int((~((places >= panel.view[:2]) & (places <= panel.view[2:])).all(axis=1)).sum())
    without = int(sites["easting"].isna().sum())
    parts = [f"{beyond:,} outside this map"] if beyond else []
    parts += [f"{without:,} without a place"] if without else []
    if parts:
        panel.note(", ".join(parts), DOUBT)


def _write_key(figure: Figure, groups: dict[str, pd.Series], kinds: Sequence[str]) -> None:
    """Write the key below the maps, with the number of sites of each kind."""
    from matplotlib.lines import Line2D
    from matplotlib.transforms import IdentityTransform

    words = {
        "same": "read as labelled",
        "cross": "labelled elsewhere than they lie",
        "moved": "read elsewhere than labelled",
        "doubt": "doubtful, left as stated",
    }
    for place, kind in enumerate(kinds):
        if place and not groups[kind].any():
            continue
        x, y = 24 + 590 * (place // 2), 58 - 34 * (place % 2)
        figure.add_artist(Line2D([x], [y], linestyle="", transform=IdentityTransform(), **LOOKS[kind]))
        figure.text((x + 16) / WIDTH, (y - 1) / HEIGHT, f"{int(groups[kind].sum()):,} {words[kind]}", fontsize=5.8,
                    color=style.INK, va="center")  # fmt: skip
