"""The layers of a run as GeoParquet, for work in Python, R or DuckDB: one file a layer, sites with all columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from siteprior.core.files import whole_file
from siteprior.report.geopackage.layers import LAYERS, declared_columns
from siteprior.report.geopackage.site_form import SITE_ATTRIBUTES, SITE_LAYERS, join_sites
from siteprior.report.geopackage.stored import one_kind, storable

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
        layer = gpd.GeoDataFrame(storable(whole, columns[name]), geometry="geom")
        layer = layer.set_geometry(one_kind(layer.geometry, LAYERS[name].geometry))
        layer.attrs.update(stated)
        path = Path(folder) / f"{name}.parquet"
        with whole_file(path) as temporary:
            layer.to_parquet(temporary, index=False, schema_version="1.1.0")
        written.append(path)
    return written
