"""The layers of a run as GeoParquet, for work in Python, R or DuckDB: one file a layer, sites with all columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
import pyarrow as pa

from siteprior.core.errors import InputError
from siteprior.core.files import whole_file
from siteprior.core.io.one_chunk import mixed_as_text
from siteprior.report.geopackage.layers import LAYERS, declared_columns
from siteprior.report.geopackage.site_form import SITE_ATTRIBUTES, SITE_LAYERS, join_sites
from siteprior.report.geopackage.stored import one_kind, storable

Frame = TypeVar("Frame", pd.DataFrame, gpd.GeoDataFrame)

FOLDER = "geoparquet"
"""Where in the run's folder the files stand."""

_STATED = ("title", "area", "audience", "illustrative", "siteprior", "attribution")
"""What of the record stands in each file."""


def write_geoparquet(
    folder: Path | str,
    layers: Mapping[str, gpd.GeoDataFrame],
    tables: Mapping[str, pd.DataFrame],
    *,
    as_of: date,
    metadata: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write each layer (metres, EPSG:27700) as GeoParquet 1.1 into a folder; the same layers give the same bytes.

    Parameters
    ----------
    folder
        The folder to write, such as ``geoparquet`` in a run's folder.
    layers
        By name, as :func:`siteprior.report.geopackage.write.write_geopackage` takes them.
    tables
        By name; of these ``site_attributes`` is joined to the sites, the others are left to the GeoPackage.
    as_of
        The day the data is of; with title, audience and attribution it stands in the metadata of each file.
    metadata
        The run record.

    Returns
    -------
    list of Path
        The files, in the order of the layers.

    Raises
    ------
    OutputError
        When a file is open elsewhere or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> stops = gpd.GeoDataFrame({"mode": ["rail"]}, geometry=gpd.points_from_xy([4e5], [3e5]), crs=27700)
    >>> (file,) = write_geoparquet(tempfile.mkdtemp(), {"stops": stops}, {}, as_of=date(2026, 1, 1))
    >>> gpd.read_parquet(file).attrs
    {'as_of': '2026-01-01'}
    """
    record = metadata or {}
    stated = {name: record[name] for name in _STATED if name in record} | {"as_of": as_of.isoformat()}
    columns, rest = declared_columns(tables.get("criteria")), tables.get(SITE_ATTRIBUTES)
    written = []
    for name, given in layers.items():
        whole = join_sites(given, rest) if name in SITE_LAYERS and rest is not None else given
        layer = gpd.GeoDataFrame(mixed_as_text(storable(whole, columns[name])), geometry="geom")
        layer = layer.set_geometry(one_kind(layer.geometry, LAYERS[name].geometry))
        layer.attrs.update(stated)
        path = Path(folder) / f"{name}.parquet"
        with whole_file(path) as temporary:
            layer.to_parquet(temporary, index=False, schema_version="1.1.0")
        written.append(path)
    return written


def whole_layer(name: str) -> str:
    """Return where in a run's folder a layer stands as GeoParquet.

    Examples
    --------
    >>> whole_layer("stops")
    'geoparquet/stops.parquet'
    """
    return f"{FOLDER}/{name}.parquet"


def read_geoparquet(path: Path) -> gpd.GeoDataFrame:
    """Read a layer (metres, EPSG:27700) of :func:`write_geoparquet`, of the kinds it has in a GeoPackage.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    try:
        layer = gpd.read_parquet(path).rename_geometry("geometry")
    except (ValueError, OSError, pa.ArrowException) as fault:
        raise InputError(f"{path}: cannot be read as GeoParquet ({fault}); run the project again") from None
    layer.attrs = {}
    return as_gdal_reads(layer[[*layer.columns.drop("geometry"), "geometry"]])


def as_gdal_reads(table: Frame) -> Frame:
    """Return a table of Parquet with whole numbers as GDAL reads them: as decimals where any is missing.

    Examples
    --------
    >>> as_gdal_reads(pd.DataFrame({"a": pd.array([1, None], "Int64"), "b": pd.array([1, 2], "Int32")})).dtypes.tolist()
    [dtype('float64'), dtype('int32')]
    """
    kinds = {
        name: "float64" if table[name].isna().any() else str(table[name].dtype).lower()
        for name in table
        if table[name].dtype in (pd.Int32Dtype(), pd.Int64Dtype())
    }
    return table.astype(kinds)
