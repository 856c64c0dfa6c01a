"""The outlines of the districts that areas make up, for every map alike."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from shapely.geometry.base import BaseGeometry

from siteprior.core.dissolve import dissolved


def district_outlines(areas: gpd.GeoDataFrame, districts: gpd.GeoDataFrame | None = None) -> dict[str, BaseGeometry]:
    """Return the outline of each district of the areas (metres on their CRS), by its code, in their order.

    Parameters
    ----------
    areas
        Polygons with ``district_code``.
    districts
        The districts as a run has dissolved them already (:func:`siteprior.sources.areas.lsoa.districts`), so that no
        area is dissolved twice; drawn from the areas when ``None``.

    Examples
    --------
    >>> import shapely
    >>> squares = gpd.GeoDataFrame({"district_code": ["E1", "E1"]}, geometry=shapely.box([0, 1], 0, [1, 2], 1))
    >>> {code: shape.area for code, shape in district_outlines(squares).items()}
    {'E1': 2.0}
    """
    seen = areas[areas.geometry.notna()]
    if districts is None:
        grouped = seen.geometry.groupby(seen["district_code"])
        return {str(code): dissolved(np.asarray(group, dtype=object)) for code, group in grouped}
    known = set(seen["district_code"].dropna())
    return {str(code): shape for code, shape in districts.geometry.items() if code in known}
