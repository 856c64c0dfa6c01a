"""Polygons of very many corners cut into pieces, so that a site is measured against the piece it meets."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from siteprior.core.schema import CRS


def cut_up(table: gpd.GeoDataFrame, most: int) -> gpd.GeoDataFrame:
    """Cut the polygons of more corners than ``most`` along lines across and up, until none has more.

    The pieces carry the facts and the number of the row they are of; together they are the same land.

    Examples
    --------
    >>> round_land = gpd.GeoDataFrame({"zone": ["3"]}, geometry=[shapely.Point(4e5, 3e5).buffer(100, 64)], crs=27700)
    >>> pieces = cut_up(round_land, 100)
    >>> len(pieces) > 1, bool(abs(pieces.area.sum() / round_land.area.sum() - 1) < 1e-9), set(pieces["zone"])
    (True, True, {'3'})
    """
    shapes = table.geometry.to_numpy()
    rows = np.arange(len(shapes))
    done, done_rows = [np.zeros(0, dtype=object)], [np.zeros(0, dtype=int)]
    while len(shapes):
        large = shapely.get_num_coordinates(shapes) > most
        done.append(shapes[~large])
        done_rows.append(rows[~large])
        shapes, rows = _halved(shapes[large], rows[large])
    kept_rows = np.concatenate(done_rows)
    order = np.argsort(kept_rows, kind="stable")
    whole = np.concatenate(done)[order]
    pieces: gpd.GeoDataFrame = table.iloc[kept_rows[order]].set_geometry(whole, crs=CRS)
    return pieces


def _halved(shapes: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut each polygon in the middle of its longer side; return the polygons of both halves."""
    west, south, east, north = shapely.bounds(shapes).T
    wide = east - west >= north - south
    x, y = (west + east) / 2, (south + north) / 2
    first = shapely.box(west, south, np.where(wide, x, east), np.where(wide, north, y))
    second = shapely.box(np.where(wide, x, west), np.where(wide, south, y), east, north)
    halves = np.concatenate([shapely.intersection(shapes, first), shapely.intersection(shapes, second)])
    parts, owner = shapely.get_parts(halves, return_index=True)
    areal = np.isin(shapely.get_type_id(parts), [3, 6]) & ~shapely.is_empty(parts)
    return parts[areal], np.concatenate([rows, rows])[owner[areal]]
