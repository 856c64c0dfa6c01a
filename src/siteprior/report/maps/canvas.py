"""A sheet of paper to draw on in millimetres: text that is measured, labels in a row, and the same bytes each time.

Drawn with matplotlib's objects alone (no pyplot, no window, no settings of the user's).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError, unknown
from siteprior.core.schema import CRS
from siteprior.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path as MplPath
    from matplotlib.patheffects import AbstractPathEffect
    from matplotlib.text import Text

    Look: TypeAlias = str | float | tuple[int, tuple[float, float]] | Sequence[AbstractPathEffect]
    """What one property of something drawn may be: a colour or name, a size, a dash pattern, a halo."""

ILLUSTRATIVE = "Illustrative data – not real sites"
FORMATS = ("png", "svg")
MM_PER_INCH = 25.4
PNG_DPI = 200
POINT = MM_PER_INCH / 72
"""Millimetres to the point of type."""


@contextmanager
def settings() -> Iterator[None]:
    """Draw with siteprior's own settings, whatever the user's are."""
    import matplotlib as mpl

    with mpl.rc_context(
        {
            "font.family": "DejaVu Sans",
            "text.usetex": False,
            "path.sketch": None,
            "svg.hashsalt": "siteprior",
            "svg.fonttype": "path",
        }
    ):
        yield


class Sheet:
    """A white sheet of ``width`` × ``height`` mm; places are millimetres from its lower left corner."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self._widths: dict[tuple[str, float, tuple[tuple[str, Look], ...]], float] = {}
        figure = Figure(figsize=(width / MM_PER_INCH, height / MM_PER_INCH), dpi=PNG_DPI, facecolor=style.PAPER)
        self._canvas = FigureCanvasAgg(figure)
        self.figure = figure
        self.axes = figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(0, height)

    def text(self, x: float, y: float, words: str, size: float, **look: Look) -> Text:
        """Write words as they are (a dollar sign starts no formula); ``size`` in points."""
        written = self.axes.text(x, y, words, fontsize=size, parse_math=False)
        written.set(**{"color": style.INK, "va": "baseline", "ha": "left", "zorder": 20, **look})
        return written

    def line(self, x: Sequence[float], y: Sequence[float], **look: Look) -> None:
        """Draw a line through places."""
        (drawn,) = self.axes.plot(x, y, solid_capstyle="butt")
        drawn.set(**look)

    def box(self, x: float, y: float, width: float, height: float, **look: Look) -> None:
        """Draw a box from its lower left corner."""
        from matplotlib.patches import Rectangle

        drawn = Rectangle((x, y), width, height, linewidth=0)
        drawn.set(**look)
        self.axes.add_artist(drawn)

    def disc(self, x: float, y: float, radius: float, **look: Look) -> None:
        """Draw a disc; ``radius`` in mm."""
        from matplotlib.patches import Circle

        self.axes.add_artist(Circle((x, y), radius, **look))

    def map(self, box: tuple[float, float, float, float], view: tuple[float, float, float, float]) -> Axes:
        """Return axes in metres that show the view undistorted in a box: left, low, width and height in mm."""
        left, low, wide, tall = box
        west, south, east, north = view
        axes = self.figure.add_axes((left / self.width, low / self.height, wide / self.width, tall / self.height))
        metres = max((east - west) / wide, (north - south) / tall)
        x, y = (west + east) / 2, (south + north) / 2
        axes.set_xlim(x - metres * wide / 2, x + metres * wide / 2)
        axes.set_ylim(y - metres * tall / 2, y + metres * tall / 2)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_facecolor(style.WHITE)
        for side in axes.spines.values():
            side.set(color=style.MAP_FRAME, linewidth=0.6)
        # What is drawn in mm lies over the map.
        axes.set_zorder(-1)
        return axes

    def places(self, axes: Axes, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return where places on a map (metres) stand on the sheet (mm), one row each."""
        if not len(points):
            return np.zeros((0, 2))
        return np.asarray(axes.transData.transform(points)) / PNG_DPI * MM_PER_INCH

    def measure(self, words: str, size: float, **look: Look) -> float:
        """Return how wide words come out, in mm; what was measured once is remembered."""
        key = (words, size, tuple(sorted(look.items())))
        if key not in self._widths:
            drawn = self.text(0, 0, words, size, **look)
            wide = float(drawn.get_window_extent(self._canvas.get_renderer()).width)
            drawn.remove()
            self._widths[key] = wide / PNG_DPI * MM_PER_INCH
        return self._widths[key]

    def fit(self, words: str, size: float, widest: float, **look: Look) -> str:
        """Return the words, cut with an ellipsis where they are wider than ``widest`` mm."""
        if self.measure(words, size, **look) <= widest:
            return words
        low, high = 0, len(words)
        while low < high:  # the longest beginning that fits
            middle = (low + high + 1) // 2
            fits = self.measure(words[:middle].rstrip(" ,;-–") + "…", size, **look) <= widest
            low, high = (middle, high) if fits else (low, middle - 1)
        return words[:low].rstrip(" ,;-–") + "…"

    def wrap(self, words: str, size: float, widest: float, **look: Look) -> list[str]:
        """Break words into lines no wider than ``widest`` mm; a word wider than that is cut."""
        # Words are measured one by one, for a line is as wide as its words and the spaces between them.
        space = self.measure("n n", size, **look) - self.measure("nn", size, **look)
        lines: list[str] = []
        wide = 0.0
        for word in words.split():
            own = self.measure(word, size, **look)
            if lines and wide + space + own <= widest:
                lines[-1] = f"{lines[-1]} {word}"
                wide += space + own
            else:
                lines.append(self.fit(word, size, widest, **look))
                wide = own
        return lines

    def save(self, file_format: str, *, title: str, description: str) -> bytes:
        """Return the sheet as a file: no date and no version in it."""
        stream = io.BytesIO()
        facts: dict[str, str | None] = {"Software": None}
        if file_format == "svg":
            facts = {"Date": None, "Creator": None, "Title": title, "Description": description}
        self._canvas.print_figure(stream, format=file_format, dpi=PNG_DPI, facecolor=style.PAPER, metadata=facts)
        return stream.getvalue()


def check_drawing(tables: Mapping[str, pd.DataFrame], file_format: str = "png") -> None:
    """Refuse tables that are not on the British National Grid, and formats siteprior does not draw."""
    faults = []
    for name, table in tables.items():
        crs = getattr(table, "crs", None)
        if crs is None or crs.to_epsg() != int(CRS.removeprefix("EPSG:")):
            faults.append(f"{name}: needs metres in {CRS}, is in {crs}; convert with to_crs('{CRS}')")
    if file_format not in FORMATS:
        faults.append(unknown("picture format", file_format, FORMATS))
    if faults:
        raise InputError(*faults)


def polygon_paths(shapes: BaseGeometry | npt.NDArray[np.object_]) -> list[MplPath]:
    """Return polygons as matplotlib paths, holes turned the other way round so that they stay open."""
    from matplotlib.path import Path

    paths = []
    for polygon in shapely.get_parts(np.asarray(shapes)):
        if polygon is None or polygon.is_empty or polygon.geom_type != "Polygon":
            continue
        turned = shapely.geometry.polygon.orient(polygon)
        rings = [shapely.get_coordinates(ring) for ring in (turned.exterior, *turned.interiors)]
        codes = [[Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY] for ring in rings]
        paths.append(Path(np.concatenate(rings), np.concatenate(codes)))
    return paths


def space_labels(
    wanted: npt.NDArray[np.float64], gap: float | npt.NDArray[np.float64], low: float, high: float
) -> npt.NDArray[np.float64]:
    """Move rising places apart to at least ``gap``, within bounds, so that the squares of the moves are least.

    Each place may have a gap of its own to the next. Where they do not all fit, the gaps shrink alike.

    Examples
    --------
    >>> space_labels(np.array([10.0, 11.0, 40.0]), 5, 0, 100).tolist()
    [8.0, 13.0, 40.0]
    """
    from scipy.optimize import isotonic_regression

    if not len(wanted):
        return wanted
    steps = np.concatenate([[0.0], np.cumsum(np.broadcast_to(gap, len(wanted))[:-1])])
    if steps[-1] > high - low:
        steps *= (high - low) / steps[-1]
    # Less their steps, places that keep their gaps are places that do not fall.
    level = np.asarray(isotonic_regression(wanted - steps).x)
    return np.asarray(np.clip(level, low, high - steps[-1]) + steps)
