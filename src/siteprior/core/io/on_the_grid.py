"""Shapes brought to the British National Grid; those that have no place there are named by row."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError
from siteprior.core.io.coordinate_systems import named_crs
from siteprior.core.io.national_tables import GRID_M
from siteprior.core.io.no_places import is_no_place, is_on_earth
from siteprior.core.issues import IssueLog
from siteprior.core.schema import CRS

Shapes: TypeAlias = npt.NDArray[np.object_]
Floats: TypeAlias = npt.NDArray[np.float64]

OUT_OF_RANGE = "no place: a corner cannot be brought from"
"""What is logged of a shape whose numbers are none of its coordinate system."""


def on_the_grid(path: Path | str, table: gpd.GeoDataFrame, log: IssueLog | None) -> gpd.GeoDataFrame:
    """Return the features in metres on EPSG:27700; those without a place there have no shape, and are logged."""
    assert table.crs is not None  # read_vector saw to it
    stated, drawn, degrees = named_crs(table.crs), table.geometry.to_numpy(), table.crs.is_geographic
    table = table.to_crs(CRS)
    shapes = table.geometry.to_numpy()
    faults = _placeless(drawn, shapes, stated, degrees=degrees)
    if faults:
        shapes = shapes.copy()
        for at, (value, action) in faults.items():
            shapes[at] = None
            if log is not None:
                log.add("invalid geometry - not fixable", row=int(table.index[at]), field="geometry", value=value,
                        action=action)  # fmt: skip
        table = table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=CRS))
    west, south, east, north = shapely.bounds(shapes).T
    british = (west <= GRID_M[0]) & (east >= 0) & (south <= GRID_M[1]) & (north >= 0)
    elsewhere = not np.isnan(west).all() or any(action.startswith(OUT_OF_RANGE) for _, action in faults.values())
    if not british.any() and elsewhere:  # a row without shape has no bounds, and is left to the reader
        raise InputError(
            f"{path}: as {stated}, nothing in it lies in Great Britain; its numbers are of another coordinate system "
            "(metres in a GeoJSON?). State the right one with crs, or save it again with it"
        )
    return table


def _placeless(drawn: Shapes, placed: Shapes, stated: str, *, degrees: bool) -> dict[int, tuple[str, str]]:
    """Return the features that have no place: what stands there, and why it is none, by position."""
    faults: dict[int, tuple[str, str]] = {}
    for shapes, why in (
        (drawn, "no place: a corner is no finite number on the Earth"),
        (placed, f"{OUT_OF_RANGE} {stated} to EPSG:27700"),
    ):
        if is_on_earth(shapely.get_coordinates(shapes)).all():
            continue
        corners, owner = shapely.get_coordinates(shapes, return_index=True)
        wrong = np.flatnonzero(~is_on_earth(corners).all(axis=1))
        each, first = np.unique(owner[wrong], return_index=True)
        for at, corner in zip(each.tolist(), corners[wrong[first]], strict=True):
            faults.setdefault(at, (_corner(drawn[at], corner), why))
    for at in _nowhere(drawn, placed, degrees=degrees):
        faults.setdefault(at, (_corner(drawn[at]), "no place: null island, or the false origin of the grid"))
    return faults


def _nowhere(drawn: Shapes, placed: Shapes, *, degrees: bool) -> list[int]:
    """Return the points, and the sets of points, that are wholly at null island or the false origin."""
    points = np.isin(shapely.get_type_id(placed), [shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT])
    there, owner = shapely.get_coordinates(placed[points], return_index=True)
    nowhere = is_no_place(there[:, 0], there[:, 1])
    if degrees:
        stated = shapely.get_coordinates(drawn[points])
        nowhere |= is_no_place(stated[:, 0], stated[:, 1], degrees=True)
    somewhere = np.bincount(owner[~nowhere], minlength=int(points.sum()))
    any_there = np.bincount(owner, minlength=int(points.sum())) > 0
    return [int(at) for at in np.flatnonzero(points)[any_there & (somewhere == 0)]]


def _corner(shape: BaseGeometry, corner: Floats | None = None) -> str:
    """Return a corner of a shape as text: the one that is no place, as it stands in the file where that shows it."""
    own = shapely.get_coordinates(shape)
    wrong = own[~is_on_earth(own).all(axis=1)]
    x, y = wrong[0] if len(wrong) else own[0] if corner is None or len(own) == 1 else corner
    return f"{x:.10g} {y:.10g}"
