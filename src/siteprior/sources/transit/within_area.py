"""The parts of corridors about a study area, where files hold more: all of Britain's lines for two districts."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.schema import CORRIDOR_STOPS, CORRIDORS, check
from siteprior.sources.transit.corridors import straight_chainage


def stops_within(corridor_stops: gpd.GeoDataFrame, area: BaseGeometry, *, margin_m: float) -> gpd.GeoDataFrame:
    """Return the corridor stops within metres of an area, with the chainage from the first of each corridor.

    Parameters
    ----------
    corridor_stops
        :data:`siteprior.core.schema.CORRIDOR_STOPS`, of corridors drawn straight through their stops.
    area
        The study area, on EPSG:27700.
    margin_m
        Metres a stop may lie outside it.

    Raises
    ------
    InputError
        When ``corridor_stops`` is not such a table.

    Examples
    --------
    >>> import siteprior as sp
    >>> known = {"corridor": "Line 1", "order": [1, 2, 3], "stop_name": ["A", "B", "C"], "state": "open"}
    >>> calls = gpd.GeoDataFrame(known, index=pd.Index(["1#1", "1#2", "1#3"], name="corridor_stop_id"), crs=27700,
    ...                          geometry=gpd.points_from_xy([400000, 410000, 411000], [290000] * 3))
    >>> calls = sp.schema.conform(calls, sp.schema.CORRIDOR_STOPS)
    >>> stops_within(calls, shapely.box(409000, 289000, 412000, 291000), margin_m=500)["chainage_m"].to_dict()
    {'1#2': 0.0, '1#3': 1000.0}
    """
    check(corridor_stops, CORRIDOR_STOPS, name="corridor_stops")
    near = shapely.dwithin(area, corridor_stops.geometry.to_numpy(), margin_m)
    if near.all():
        return corridor_stops
    kept: gpd.GeoDataFrame = corridor_stops[near]
    return kept.assign(chainage_m=straight_chainage(pd.DataFrame(kept)))


def lines_within(lines: gpd.GeoDataFrame, area: BaseGeometry, *, margin_m: float) -> gpd.GeoDataFrame:
    """Return corridor lines cut to metres about an area, with the length that is left; those wholly outside go.

    Parameters
    ----------
    lines
        :data:`siteprior.core.schema.CORRIDORS`.
    area
        The study area, on EPSG:27700.
    margin_m
        Metres beyond which a line is cut.

    Raises
    ------
    InputError
        When ``lines`` is not such a table.

    Examples
    --------
    >>> import siteprior as sp
    >>> known = {"kind": "rail", "length_m": 50000.0}
    >>> line = shapely.LineString([(400000, 290000), (450000, 290000)])
    >>> lines = gpd.GeoDataFrame(known, index=pd.Index(["Line 1"], name="corridor"), geometry=[line], crs=27700)
    >>> lines = sp.schema.conform(lines, sp.schema.CORRIDORS)
    >>> lines_within(lines, shapely.box(409000, 289000, 412000, 291000), margin_m=500)["length_m"].to_dict()
    {'Line 1': 4000.0}
    """
    check(lines, CORRIDORS, name="lines", needs=())
    about = shapely.buffer(area, margin_m)
    shapely.prepare(about)
    shapes = lines.geometry.to_numpy()
    inside = shapely.contains(about, shapes)
    cut = np.where(inside, shapes, shapely.intersection(shapes, about))
    merged = np.array([shape if whole else _lines_of(shape) for shape, whole in zip(cut, inside, strict=True)])
    left = np.array([shape is not None and not shape.is_empty for shape in merged], dtype=bool)
    kept: gpd.GeoDataFrame = lines.set_geometry(gpd.GeoSeries(merged, index=lines.index, crs=lines.crs))[left]
    return kept.assign(length_m=kept.geometry.length)


def _lines_of(shape: BaseGeometry | None) -> BaseGeometry | None:
    """Return the linear parts of a cut, joined end to end; a line that only touches leaves a point."""
    if shape is None:
        return None
    parts = shapely.get_parts(shape)
    parts = parts[shapely.get_dimensions(parts) == 1]
    joined: BaseGeometry = shapely.line_merge(shapely.multilinestrings(parts))
    return joined
