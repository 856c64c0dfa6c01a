"""Tables as a GeoPackage stores them: the index as column, whole numbers in 32 bits, one kind of shape a layer."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely

from siteprior.core.io.one_chunk import one_chunk
from siteprior.core.schema import BOOLEAN, Column


def storable(table: pd.DataFrame, declared: Mapping[str, Column]) -> pd.DataFrame:
    """Return a table as it is stored: index as column, days as DATE, whole numbers in 32 bits, flags as declared."""
    plain = table.reset_index() if table.index.name else table.reset_index(drop=True)
    for name in plain.columns:
        column = plain[name]
        if name in declared and declared[name].stored == BOOLEAN:
            plain[name] = column.map({"yes": True, "no": False}).astype("boolean")
        elif pd.api.types.is_datetime64_any_dtype(column.dtype):
            plain[name] = column.astype("datetime64[s]").astype(pd.ArrowDtype(pa.date32()))
        elif pd.api.types.is_bool_dtype(column.dtype):
            plain[name] = column.map({True: "yes", False: "no"}).astype("str")
        elif pd.api.types.is_integer_dtype(column.dtype):
            whole = column.astype("Int64")
            fits = whole.dropna().between(-(2**31), 2**31 - 1).all()
            plain[name] = whole.astype("Int32") if fits else whole
    plain = one_chunk(plain)
    if not isinstance(plain, gpd.GeoDataFrame):
        return plain
    if plain.geometry.name != "geom":
        plain = plain.rename_geometry("geom")
    return plain


def one_kind(shapes: gpd.GeoSeries, kind: str) -> gpd.GeoSeries:
    """Return every shape as the layer's one kind; a single one becomes a collection of one, an empty one missing."""
    values = shapes.to_numpy()
    present = ~(shapely.is_missing(values) | shapely.is_empty(values))
    result = values.copy()
    result[~present] = None
    if kind.startswith("Multi"):
        combine = shapely.multipolygons if kind == "MultiPolygon" else shapely.multilinestrings
        parts, place = shapely.get_parts(values[present], return_index=True)
        if len(parts):
            result[present] = combine(parts, indices=place)
    return gpd.GeoSeries(result, index=shapes.index, crs=shapes.crs)
