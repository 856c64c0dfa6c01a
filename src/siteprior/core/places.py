"""Where shapes lie: the centroid of each as easting and northing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely


def centroids(shapes: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the eastings and northings of the shapes' centroids, one row each; a point is its own centroid.

    A shape that is missing or empty has no place: ``nan``.

    Examples
    --------
    >>> centroids([shapely.box(0, 0, 10, 20), None, shapely.Point()]).tolist()
    [[5.0, 10.0], [nan, nan], [nan, nan]]
    """
    given = np.asarray(shapes, dtype=object)
    drawn = shapely.get_type_id(given) > 0  # a missing one is of type -1, a point of 0
    points = np.array(shapely.centroid(given) if drawn.any() else given, dtype=object)
    points[shapely.is_empty(points)] = None  # of an empty point shapely has no coordinate to give
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])
