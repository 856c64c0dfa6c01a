"""Layers of the user's own: what to read, what to measure, what it serves for, and how they come from their files.

A layer becomes a column, and where the user says so a criterion, a gate or a signal. It is stated in the project file
(:mod:`siteprior.project.layer_checks`), read by :mod:`siteprior.sources.layers` and measured by
:mod:`siteprior.joins.layers`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from siteprior.core.schema import Column

MEASURES = {
    "table": ("value",),
    "vector": ("within", "share", "nearest", "count", "value"),
    "raster": ("mean", "max", "share_above", "value"),
}
"""What can be measured of each kind of layer."""

UNITS = {"share": "0-1", "share_above": "0-1", "nearest": "m", "count": "features", "within": ""}
"""Units the measure itself decides on."""

AREAS = ("lsoa_code", "msoa_code", "ward_code", "district_code")
"""What a table's codes may be of; of these the sites themselves carry the first and the last."""

OWN_AREAS = ("lsoa_code", "district_code")
SIGNALS = ("X", "C", "I", "P")
"""Signals of market failure a layer may speak for: contamination, coordination, information, public good."""

GRADES = ("A", "B", "C")
GROUP = "own layers"
"""Group of a criterion whose group is not stated."""


@dataclass(frozen=True)
class Where:
    """Only the rows or features whose ``column`` holds one of ``values`` count, compared as trimmed text."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Lookup:
    """How the codes of a table reach the sites: a table from LSOA codes to them, or their polygons.

    With ``column_from`` (``from`` in the project file) ``path`` is a table of LSOA codes of the census ``year`` and
    the codes of ``column_to``; without it, a vector file of areas whose codes stand in ``column_to``.
    """

    path: str
    column_to: str
    column_from: str = ""
    year: int | None = None
    layer: str | None = None


@dataclass(frozen=True)
class Extent:
    """Polygons of where a vector layer was surveyed: outside them a site's value is missing, not nought."""

    path: str
    layer: str | None = None


@dataclass(frozen=True)
class LayerCriterion:
    """The layer as a criterion: its group and its anchors, in the layer's unit."""

    worst: float
    best: float
    group: str = GROUP
    source: str = ""
    title: str = ""
    date: str = ""


@dataclass(frozen=True)
class LayerGate:
    """The layer as a gate: a site passes where its value is at least, at most, or equal to what is stated."""

    at_least: float | None = None
    at_most: float | None = None
    equals: str | None = None
    title: str = ""


@dataclass(frozen=True)
class LayerSignal:
    """The layer as a signal of market failure: 0 at ``zero``, 1 at ``full``, linear between."""

    letter: str
    zero: float
    full: float
    grade: str
    reason: str


@dataclass(frozen=True)
class LayerSpec:
    """One layer of the user's own, checked; :func:`siteprior.project.layer_checks.parse_layer` makes it from a mapping.

    Attributes
    ----------
    name
        Name of the column of the sites it becomes.
    path, layer, crs
        The file as the project names it, its layer (of a workbook, its sheet), and the coordinate system of a file
        that states none.
    kind, measure
        One of :data:`MEASURES`.
    column, text
        The attribute taken for the measure ``value``; with ``text`` it holds words, else numbers.
    by, code, year, lookup
        For a table: what its codes are of, the column they stand in, the census or issue year of the codes, and how
        they reach the sites where these do not carry them.
    unit, title
        For readers. The title is the name with spaces where none is stated.
    radius
        Metres about the site within which features are counted; ``None`` counts those that meet it.
    threshold, band, nodata
        For a raster: the value ``share_above`` counts cells above, the band, and the cell value that stands for
        nothing where the file declares none.
    where, extent
        Which rows count, and where the layer was surveyed.
    criterion, gate, signal
        What the layer serves for, besides being a column.
    """

    name: str
    path: str
    kind: str
    measure: str
    layer: str | None = None
    crs: str | None = None
    column: str | None = None
    text: bool = False
    by: str | None = None
    code: str | None = None
    year: int | None = None
    lookup: Lookup | None = None
    unit: str = ""
    title: str = ""
    radius: float | None = None
    threshold: float | None = None
    band: int = 1
    nodata: float | None = None
    where: Where | None = None
    extent: Extent | None = None
    criterion: LayerCriterion | None = None
    gate: LayerGate | None = None
    signal: LayerSignal | None = None

    @property
    def value_kind(self) -> str:
        """The kind of its column: ``flag`` (yes or no) of ``within``, ``text`` of words, else ``number``."""
        return "flag" if self.measure == "within" else "text" if self.text else "number"

    @property
    def joined_by(self) -> str:
        """The code of the sites a table joins on: ``lsoa_code``, ``district_code``, or none where it is by place."""
        if self.kind != "table" or (self.lookup is not None and not self.lookup.column_from):
            return ""
        return str(self.by) if self.lookup is None else "lsoa_code"

    @property
    def lsoa_year(self) -> int | None:
        """The census year of the LSOA codes it joins on; ``None`` where it joins on others, or by place."""
        if self.joined_by != "lsoa_code":
            return None
        return self.year if self.lookup is None else self.lookup.year


@dataclass(frozen=True)
class AreaLayer:
    """One value per area.

    Attributes
    ----------
    by_code
        Series ``value`` (numbers or text) on the index the sites are joined by, ``lsoa_code`` or ``district_code``.
    file
        The file as the project names it.
    """

    by_code: pd.Series
    file: str


@dataclass(frozen=True)
class VectorLayer:
    """Features on EPSG:27700.

    Attributes
    ----------
    features
        GeoDataFrame with the column ``value`` where an attribute is taken, index the number of the feature in the file.
    extent
        Where the layer was surveyed: a polygon, or ``None`` where nobody said.
    file
        The file as the project names it.
    """

    features: Any
    extent: Any
    file: str


@dataclass(frozen=True)
class RasterLayer:
    """A raster that was opened and checked, to be read window by window.

    Attributes
    ----------
    source
        Its name for GDAL.
    file
        The file as the project names it.
    band
        The band, from 1.
    crs
        Its coordinate system, as well-known text.
    nodata
        A value that stands for nothing besides those the file declares, or ``None``.
    bounds
        West, south, east and north on EPSG:27700, metres.
    """

    source: str
    file: str
    band: int
    crs: str
    nodata: float | None
    bounds: tuple[float, float, float, float]


Layer = AreaLayer | VectorLayer | RasterLayer


def layer_columns(specs: Iterable[LayerSpec]) -> tuple[Column, ...]:
    """Declare the column each layer becomes, for the data dictionary, field aliases and guards.

    Examples
    --------
    >>> from siteprior.project.layer_checks import parse_layer
    >>> spec = parse_layer({"name": "green_belt", "path": "gb.gpkg", "kind": "vector", "measure": "within"})
    >>> layer_columns([spec])[0].allowed
    ('yes', 'no')
    """
    meanings = {
        "within": "Whether at least half of the site, or its point where its extent is not known, lies in the layer",
        "share": "Share of the site's area in the layer",
        "nearest": "Straight line to the nearest feature of the layer; 0 where it meets the site",
        "count": "Features of the layer that meet the site",
        "mean": "Mean of the raster over the site, cells counting by the part of them in it",
        "max": "Highest value of the raster on the site",
        "share_above": "Share of the site's area where the raster is above the threshold",
    }

    def meaning(spec: LayerSpec) -> str:
        if spec.measure == "value":
            what = f"the area's {spec.column}" if spec.kind == "table" else spec.column or "the raster"
            return f"Value at the site of {what}"
        if spec.measure == "count" and spec.radius is not None:
            return f"Features of the layer within {spec.radius:g} m of the site"
        if spec.measure == "share_above":
            return f"{meanings[spec.measure]} {spec.threshold:g}"
        return meanings[spec.measure]

    return tuple(
        Column(
            spec.name, spec.value_kind, spec.title, meaning(spec), spec.unit, f"own layer: {spec.path}",
            ("yes", "no") if spec.value_kind == "flag" else (),
        )
        for spec in specs
    )  # fmt: skip
