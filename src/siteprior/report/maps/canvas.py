"""The canvas of all maps: a sheet of paper in millimetres, and map frames on it that take places in metres.

Drawn with matplotlib's objects alone (no pyplot, no window, no settings of the user's), so that the same tables give
the same bytes; and without its axes, which take most of the time a small map needs.
"""

from __future__ import annotations

import io
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from unicodedata import category

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError, unknown
from siteprior.core.schema import Table, table_faults
from siteprior.report import style
from siteprior.report.maps.placement import Box, Points, fit_view

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.path import Path as MplPath
    from matplotlib.text import Text

    Look: TypeAlias = str | float | tuple[int, tuple[float, float]]
    """What one property of something drawn may be: a colour or name, a size, a dash pattern."""

ILLUSTRATIVE = "Illustrative data – not real sites"
FORMATS = ("png", "svg")
MM_PER_INCH = 25.4
PNG_DPI = 200
FONT = "DejaVu Sans"
"""The font of all maps, which comes with matplotlib."""

UNKNOWN_LETTER = "\ufffd"
"""Drawn for a letter the font has not, as of an emoji."""

_NO_LETTERS = frozenset({"Mn", "Me", "Cc", "Cf", "Cs"})
"""Categories of signs that stand on another one, or show nothing."""

PIXEL = MM_PER_INCH / PNG_DPI
"""Millimetres to the pixel."""

A4 = (297.0, 210.0)
"""Width and height of a sheet of A4, landscape, in mm."""

LEADING = 0.22
"""Millimetres from one line of a heading to the next, per point of both."""

CLEAR = 2.8
"""Millimetres from the last line of a heading down to what it stands above."""

FOOT_LEADING, FOOT_CLEAR = 0.5, 3.6
"""Millimetres from line to line of the foot per point, and from its first line up to what it stands below."""


@contextmanager
def settings() -> Iterator[None]:
    """Draw with siteprior's own settings, whatever the user's are."""
    import matplotlib as mpl

    with mpl.rc_context(
        {
            "font.family": FONT,
            "text.usetex": False,
            "path.sketch": None,
            "svg.hashsalt": "siteprior",
            "svg.fonttype": "path",
        }
    ):
        yield


class Drawn(NamedTuple):
    """A table to draw, what it should be, the columns drawn of it, and those drawn where they are there."""

    table: pd.DataFrame
    declared: Table
    needs: Collection[str]
    may_have: Collection[str] = ()


class Sheet:
    """A sheet of ``width`` × ``height`` mm; places are millimetres from its lower left corner."""

    def __init__(self, width: float, height: float, *, margin: float = 12.0) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self.width, self.height, self.margin = width, height, margin
        self._figure = Figure(figsize=(width / MM_PER_INCH, height / MM_PER_INCH), dpi=PNG_DPI, facecolor=style.PAPER)
        self._canvas = FigureCanvasAgg(self._figure)
        self.mm = Affine2D().scale(1 / MM_PER_INCH) + self._figure.dpi_scale_trans

    def add(self, artist: Artist) -> None:
        """Draw something whose places are in mm, or that has a transform of its own."""
        if not artist.is_transform_set():
            artist.set_transform(self.mm)
        self._figure.add_artist(artist)

    def text(self, x: float, y: float, words: str, size: float, **look: Look) -> Text:
        """Write words as they are (a dollar sign starts no formula); ``size`` and the white ``halo`` in points.

        A letter the font has not is drawn as the sign of a letter that is not known (:func:`drawable`).
        """
        words = drawable(words, weight=str(look.get("fontweight", "normal")))
        written = self._figure.text(x, y, words, fontsize=size, parse_math=False, transform=self.mm)
        halo = look.pop("halo", 0.0)
        written.set(**{"color": style.INK, "va": "baseline", "ha": "left", "zorder": 20, **look})
        if halo:
            from matplotlib.patheffects import withStroke

            written.set_path_effects([withStroke(linewidth=halo, foreground=style.WHITE, alpha=0.85)])
        return written

    def line(self, x: Sequence[float], y: Sequence[float], **look: Look) -> None:
        """Draw a line through places."""
        from matplotlib.lines import Line2D

        drawn = Line2D(x, y, solid_capstyle="butt")
        drawn.set(**look)
        self.add(drawn)

    def marks(self, places: Points, **look: Look) -> None:
        """Draw the same mark at every place (round, unless another is given)."""
        from matplotlib.lines import Line2D

        drawn = Line2D(*np.asarray(places, dtype=float).reshape(-1, 2).T, linestyle="", marker="o")
        drawn.set(**look)
        self.add(drawn)

    def box(self, x: float, y: float, width: float, height: float, **look: Look) -> None:
        """Draw a box from its lower left corner."""
        from matplotlib.patches import Rectangle

        drawn = Rectangle((x, y), width, height, linewidth=0)
        drawn.set(**look)
        self.add(drawn)

    def disc(self, x: float, y: float, radius: float, **look: Look) -> None:
        """Draw a disc; ``radius`` in mm."""
        from matplotlib.patches import Circle

        drawn = Circle((x, y), radius)
        drawn.set(**look)
        self.add(drawn)

    def head(self, title: str, *, under: str = "", illustrative: bool = False, size: float = 15.0) -> float:
        """Write the title (``size`` points), a line under it and the warning; return the height (mm) below them."""
        space = self.width - 2 * self.margin
        lines: list[tuple[str, float, dict[str, Look]]] = [
            (line, size, {"fontweight": "bold"}) for line in self.wrap(title, size, space, fontweight="bold")
        ]
        lines += [(line, 8.0, {"color": style.GREY}) for line in self.wrap(under, 8.0, space)]
        if illustrative:
            lines.append((ILLUSTRATIVE, 9.0, {"fontweight": "bold", "color": style.ACCENT}))
        y, before = self.height - self.margin - 2, 0.0
        for words, points, look in lines:
            y -= LEADING * (before + points) if before else 0.0
            self.text(self.margin, y, words, points, **look)
            before = points
        return y - CLEAR

    def foot(self, attribution: str, *, notes: str = "", size: float = 5.2) -> float:
        """Write notes and the attribution, whole, at the foot; return the height (mm) above them."""
        space = self.width - 2 * self.margin
        lines: list[tuple[str, float, str]] = [(line, 6.0, style.INK) for line in self.wrap(notes, 6.0, space)]
        lines += [(line, size, style.GREY) for line in self.wrap(attribution, size, space)]
        y = self.margin * 2 / 3
        for words, points, colour in reversed(lines):
            self.text(self.margin, y, words, points, color=colour)
            y += FOOT_LEADING * points
        return y - FOOT_LEADING * size + FOOT_CLEAR

    def map(self, box: Box, view: Box, *, ground: str = style.WHITE, edge: str = style.MAP_FRAME) -> Map:
        """Return a map that shows the view (metres) undistorted in a box: left, low, width and height in mm."""
        return Map(self, box, view, ground, edge)

    def measure(self, words: str, size: float, **look: Look) -> float:
        """Return how wide words come out, in mm, the same on every sheet."""
        return _width(words, size, tuple(sorted(look.items())))

    def renderer(self) -> RendererAgg:
        """Return what draws the sheet as pixels, which knows how wide letters are."""
        renderer: RendererAgg = self._canvas.get_renderer()
        return renderer

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

    def pixels(self) -> npt.NDArray[np.uint8]:
        """Return the sheet as red, green and blue of its pixels."""
        self._canvas.draw()
        return np.ascontiguousarray(np.asarray(self._canvas.buffer_rgba())[..., :3])

    def save(self, file_format: str, *, title: str = "", description: str = "") -> bytes:
        """Return the sheet as a file: no date and no version in it."""
        stream = io.BytesIO()
        if file_format == "png":
            from PIL import Image

            # Paper is not transparent; the second level takes half the time of the sixth for a fiftieth of the size.
            Image.fromarray(self.pixels()).save(stream, "PNG", dpi=(PNG_DPI, PNG_DPI), compress_level=2)
        else:
            facts = {"Date": None, "Creator": None, "Title": title, "Description": description}
            self._canvas.print_figure(stream, format=file_format, facecolor=style.PAPER, metadata=facts)
        return stream.getvalue()


@cache
def _width(words: str, size: float, look: tuple[tuple[str, Look], ...]) -> float:
    """Return how wide words come out, in mm: sources and titles stand on many sheets and are measured once."""
    from matplotlib.font_manager import FontProperties

    weight = str(dict(look).get("fontweight", "normal"))
    font, renderer = FontProperties(family=FONT, weight=weight, size=size), _scratch().renderer()
    lines = drawable(words, weight=weight).split("\n")
    return max(float(renderer.get_text_width_height_descent(line, font, False)[0]) for line in lines) * PIXEL


def drawable(words: str, *, weight: str = "normal") -> str:
    r"""Return words as the font of the maps can draw them: a letter it has not is ``\ufffd``, a mark is left out.

    Examples
    --------
    >>> drawable("Mill \U0001f3ed") == "Mill \ufffd", drawable("Łódź Rd")
    (True, 'Łódź Rd')
    """
    known = _letters(weight)
    return "".join(
        sign if sign == "\n" or ord(sign) in known else "" if category(sign) in _NO_LETTERS else UNKNOWN_LETTER
        for sign in words
    )


@cache
def _letters(weight: str) -> frozenset[int]:
    """Return the letters of the font of that weight."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties(family=FONT, weight=weight))).get_charmap())


@cache
def _scratch() -> Sheet:
    """Return the sheet that words are measured on; nothing stays on it."""
    return Sheet(*A4)


class Map:
    """A map in a frame on a sheet: what it draws is in metres, and cut at the frame."""

    def __init__(self, sheet: Sheet, box: Box, view: Box, ground: str, edge: str) -> None:
        from matplotlib.transforms import Affine2D, Bbox, TransformedBbox

        left, low, wide, tall = box
        self.sheet = sheet
        self.frame: Box = (left, low, left + wide, low + tall)
        """West, south, east and north of the frame in mm."""
        self.view = fit_view(view, wide / tall)
        """West, south, east and north of what the frame shows, in metres."""
        self.metres = (self.view[2] - self.view[0]) / wide
        """Metres on the ground to the millimetre."""
        to_mm = Affine2D().translate(-self.view[0], -self.view[1]).scale(1 / self.metres).translate(left, low)
        self._transform = to_mm + sheet.mm
        self._clip = TransformedBbox(Bbox.from_bounds(*box), sheet.mm)
        sheet.box(*box, facecolor=ground, zorder=0)
        # The edge lies over the ground and under what is drawn in mm.
        sheet.box(*box, facecolor="none", edgecolor=edge, linewidth=0.6, zorder=11)

    def places(self, points: npt.ArrayLike | pd.DataFrame) -> Points:
        """Return where places (metres) stand on the sheet (mm), one row each."""
        points = np.asarray(points, dtype=float).reshape(-1, 2)
        return np.asarray((points - self.view[:2]) / self.metres + self.frame[:2])

    def shows(self, points: npt.ArrayLike | pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which places (metres) lie within the frame."""
        points = np.asarray(points, dtype=float).reshape(-1, 2)
        return np.asarray(((points >= self.view[:2]) & (points <= self.view[2:])).all(axis=1))

    def polygons(self, shapes: BaseGeometry | npt.NDArray[np.object_], **look: Look) -> None:
        """Draw polygons filled."""
        from matplotlib.collections import PathCollection

        self._add(PathCollection(polygon_paths(shapes), transform=self._transform), look)

    def lines(self, shapes: BaseGeometry | npt.NDArray[np.object_], **look: Look) -> None:
        """Draw lines, and the edges of polygons."""
        from matplotlib.collections import LineCollection

        parts = shapely.get_parts(np.asarray(shapes))
        edges = shapely.get_parts(np.where(shapely.get_dimensions(parts) == 2, shapely.boundary(parts), parts))
        drawn = [shapely.get_coordinates(line) for line in edges if not line.is_empty]
        self._add(LineCollection(drawn, transform=self._transform), look)

    def marks(self, points: npt.ArrayLike | pd.DataFrame, **look: Look) -> None:
        """Draw the same mark at every place."""
        from matplotlib.lines import Line2D

        if len(points := self.places(points)):
            self._add(Line2D(*points.T, linestyle="", marker="o", transform=self.sheet.mm), look)

    def _add(self, artist: Artist, look: Mapping[str, Look]) -> None:
        """Put something on the sheet, cut at the frame."""
        artist.set(**look)
        self.sheet.add(artist)
        artist.set_clip_box(self._clip)

    def scale_bar(self, *, north: bool = True) -> Box:
        """Draw a bar of a round length and a north arrow into the lower left corner; return their box (mm)."""
        west, south, east, _ = self.frame
        length = round_length((east - west) * self.metres / 6)
        words = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
        x, y, wide = west + 3.0, south + 3.5, length / self.metres
        for colour, width in ((style.WHITE, 4), (style.INK, 2)):
            self.sheet.line([x, x + wide], [y, y], color=colour, linewidth=width, zorder=10)
        self.sheet.text(x, y + 1.4, words, 6.5, halo=2.0, zorder=10)
        high = y + 4.0
        if north:
            middle, high = x + 1.5, y + 13.5
            self.sheet.text(middle, y + 5.6, "N", 7.5, halo=2.0, fontweight="bold", ha="center", zorder=10)
            self.sheet.line([middle] * 2, [y + 8.3, y + 12.4], color=style.INK, linewidth=1.0, zorder=10)
            self.sheet.marks(np.array([[middle, y + 12.6]]), marker="^", markersize=4.5, color=style.INK,
                             markeredgewidth=0, zorder=10)  # fmt: skip
        return west, south, x + max(wide, self.sheet.measure(words, 6.5)), high

    def note(self, words: str, colour: str, *, size: float = 5.4) -> None:
        """Write a line in a box with an edge of that colour into the lower right corner."""
        wide, tall, gap = self.sheet.measure(words, size), 3.2, 1.2
        x, y = self.frame[2] - gap - wide - 1.6, self.frame[1] + gap
        self.sheet.box(x, y, wide + 1.6, tall, facecolor=style.WHITE, edgecolor=colour, linewidth=0.5, zorder=12)
        self.sheet.text(x + 0.8, y + tall / 2, words, size, va="center_baseline")


def round_length(most: float) -> float:
    """Return the longest of 1, 2 and 5 times a power of ten that is no longer than ``most``.

    Examples
    --------
    >>> round_length(0.99), round_length(420), round_length(2000)
    (0.5, 200.0, 2000.0)
    """
    power = 10.0 ** math.floor(math.log10(most))
    # Just below a power of ten the logarithm rounds up to it.
    return power * max((step for step in (1, 2, 5) if step * power <= most), default=0.5)


def check_drawing(tables: Mapping[str, Drawn], file_format: str = "png") -> None:
    """Refuse tables that are not what is drawn, and formats siteprior does not draw, with every fault at once."""
    faults = [
        fault
        for name, (table, declared, needs, may_have) in tables.items()
        for fault in table_faults(table, declared, name=name, needs=needs, may_have=may_have)
    ]
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
