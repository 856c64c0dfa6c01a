"""Layers of the user's own: what they declare, how they come from their files, and the columns they become.

A layer becomes a column, and where the user says so a criterion, a gate or a signal. It is declared in the project file
(:mod:`siteprior.project.layer_specs`), read by :mod:`siteprior.sources.layers` and measured by
:mod:`siteprior.joins.layers`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from siteprior.core.io.rasters import Raster
from siteprior.core.schema import Column
from siteprior.core.short_repr import short_repr
from siteprior.project.layer_parts import (
    GRADES,
    GROUP,
    Extent,
    LayerCriterion,
    LayerGate,
    LayerSignal,
    Lookup,
    Where,
)
from siteprior.project.layer_specs import AREAS, MEASURES, UNITS, LayerSpec, RasterSpec, TableSpec, VectorSpec

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "AREAS", "GRADES", "GROUP", "MEASURES", "UNITS", "AreaLayer", "Extent", "Layer", "LayerCriterion",
    "LayerGate", "LayerSignal", "LayerSpec", "Lookup", "RasterLayer", "RasterSpec", "TableSpec", "VectorLayer",
    "VectorSpec", "Where", "layer_columns",
]  # fmt: skip


@short_repr
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


@short_repr
@dataclass(frozen=True)
class VectorLayer:
    """Features on EPSG:27700.

    Attributes
    ----------
    features
        GeoDataFrame with the column ``value`` where an attribute is taken, index the number of the feature in the file.
    extent
        Where the layer was surveyed: a polygon, or ``None`` where not stated.
    file
        The file as the project names it.
    placed
        Whether its reader has made sure that it is of the place of the project's areas, so that no site need be near a
        feature.
    """

    features: gpd.GeoDataFrame
    extent: BaseGeometry | None
    file: str
    placed: bool = False


@short_repr
@dataclass(frozen=True)
class RasterLayer:
    """A raster that was opened and checked, to be read window by window.

    Attributes
    ----------
    raster
        The band, as :func:`siteprior.core.io.rasters.open_raster` opens it.
    bounds
        West, south, east and north on EPSG:27700, metres.
    """

    raster: Raster
    bounds: tuple[float, float, float, float]

    @property
    def file(self) -> str:
        """The file as the project names it."""
        return self.raster.file


Layer = AreaLayer | VectorLayer | RasterLayer


def layer_columns(specs: Iterable[LayerSpec]) -> tuple[Column, ...]:
    """Declare the column each layer becomes, for the data dictionary, field aliases and guards.

    Examples
    --------
    >>> from siteprior.project.layer_checks import parse_layer
    >>> spec = parse_layer({"name": "woodland", "path": "wood.gpkg", "kind": "vector", "measure": "within"})
    >>> layer_columns([spec])[0].allowed
    ('yes', 'no')
    """
    meanings = {
        "within": "Whether at least half of the site, or its point where its extent is not known, lies in the layer",
        "share": "Share of the site's area in the layer",
        "nearest": "Straight line to the nearest feature of the layer; 0 where it meets the site",
        "count": "Features of the layer that meet the site",
        "names": "What the features of the layer that meet the site are called",
        "mean": "Mean of the raster over the site, cells counting by the part of them in it",
        "max": "Highest value of the raster on the site",
        "share_above": "Share of the site's area where the raster is above the threshold",
    }

    def meaning(spec: LayerSpec) -> str:
        if spec.measure == "value":
            what = f"the area's {spec.attribute}" if spec.kind == "table" else spec.attribute or "the raster"
            return f"Value at the site of {what}"
        if spec.measure == "count" and spec.search_radius_m is not None:
            return f"Features of the layer within {spec.search_radius_m:g} m of the site"
        if spec.measure == "share_above":
            return f"{meanings[spec.measure]} {spec.cell_threshold:g}"
        return meanings[spec.measure]

    return tuple(
        Column(
            spec.name, spec.value_kind, spec.title, meaning(spec), spec.unit, f"own layer: {spec.path}",
            ("yes", "no") if spec.value_kind == "flag" else (),
        )
        for spec in specs
    )  # fmt: skip
