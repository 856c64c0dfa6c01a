"""Vector files of any kind GDAL knows, plain, gzipped or in a zip, read into the British National Grid."""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError
from siteprior.core.files import as_path, is_packed, read_bytes
from siteprior.core.io.national_tables import GRID_M
from siteprior.core.schema import CRS

PARQUET = (".parquet", ".geoparquet")
"""How the names of GeoParquet files end."""

ROW = "_row"
"""Name of the index :func:`read_vector` returns: the number of the feature, from 1."""


class Only(NamedTuple):
    """The features of a vector file to read: those with one of the values in a column."""

    column: str
    values: Collection[str]


def read_vector(
    path: Path | str, *, layer: str | None = None, crs: str | None = None, only: Only | None = None
) -> gpd.GeoDataFrame:
    """Read a vector file into metres on EPSG:27700.

    Parameters
    ----------
    path
        GeoPackage, GeoJSON, shapefile, GeoParquet, …; ``.gz`` and ``archive.zip!member`` are opened as they are.
    layer
        The layer, where the file holds several.
    crs
        The coordinate system of a file that does not say it.
    only
        The features to read, by the values of a column the file has; the shapes of the others are not read.

    Returns
    -------
    GeoDataFrame
        All columns as they are, EPSG:27700; the index counts the features from 1, those not read too.

    Raises
    ------
    InputError
        When the file is missing or empty, is not a vector file, lacks the layer, has no coordinate system, or lies
        wholly outside Great Britain as its coordinate system has it.
    """
    source = _source(path)
    read = _read_parquet if _is_geoparquet(path) else _by_gdal
    table = read(path, source, layer, only)
    if not isinstance(table, gpd.GeoDataFrame):
        raise InputError(f"{path}: holds no shapes; give a file with lines or polygons")
    numbers = np.arange(len(table)) if only is None else np.flatnonzero(_wanted(path, layer, only))
    table.index = pd.Index(numbers + 1, name=ROW)
    return _on_the_grid(path, table, crs)


def _read_parquet(path: Path | str, source: bytes | Path, layer: str | None, only: Only | None) -> gpd.GeoDataFrame:
    """Read a GeoParquet file, which GDAL's usual builds do not know; an index that has a name is a column.

    Of some features, the shapes of no other are made.
    """
    if layer is not None:
        raise InputError(f"{path}: a GeoParquet file has no layers, so no '{layer}'; leave layer out")
    filters = None if only is None else [(only.column, "in", sorted(only.values))]
    try:
        # its stubs know paths only; a file open in memory is read alike
        table = gpd.read_parquet(_stream(source), filters=filters)  # type: ignore[arg-type]
    except (ValueError, pa.ArrowException, shapely.errors.GEOSException) as fault:
        raise InputError(f"{path}: cannot be read as GeoParquet ({fault}); save it as GeoPackage") from None
    named = [name for name in table.index.names if name is not None]
    return table.reset_index(named) if named else table


def _on_the_grid(path: Path | str, table: gpd.GeoDataFrame, crs: str | None) -> gpd.GeoDataFrame:
    """Return the features in metres on EPSG:27700; ``crs`` is of a file that does not say its."""
    if table.crs is None and crs is not None:
        try:
            table = table.set_crs(crs)
        except pyproj.exceptions.CRSError:
            raise InputError(f"{path}: '{crs}' is not a coordinate system; give one such as EPSG:27700") from None
    if table.crs is None:
        raise InputError(f"{path}: has no coordinate system; save it again with one (EPSG:27700 for British metres)")
    stated, table = table.crs.to_string(), table.to_crs(CRS)
    west, south, east, north = shapely.bounds(table.geometry.to_numpy()).T
    british = (west <= GRID_M[0]) & (east >= 0) & (south <= GRID_M[1]) & (north >= 0)
    if not british.any() and not np.isnan(west).all():  # a row without shape has no bounds
        raise InputError(
            f"{path}: as {stated}, nothing in it lies in Great Britain; its numbers are of another coordinate system "
            "(metres in a GeoJSON?). Save it again with the right one"
        )
    return table


def read_attributes(path: Path | str, columns: Iterable[str], *, layer: str | None = None) -> pd.DataFrame:
    """Return columns of a vector file without its shapes, a row per feature in their order; only those it has.

    Raises
    ------
    InputError
        As :func:`read_vector` for a file that is missing or cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/areas.geojson"
    >>> gpd.GeoDataFrame({"code": ["A", "B"]}, geometry=shapely.points([0, 1], [51, 51]), crs=4326).to_file(path)
    >>> read_attributes(path, ["code", "name"]).to_dict("list")
    {'code': ['A', 'B']}
    """
    source = _source(path)
    if _is_geoparquet(path):
        there = [column for column in columns if column in pq.read_schema(_stream(source)).names]
        return pd.DataFrame(pq.read_table(_stream(source), columns=there).to_pandas(ignore_metadata=True))
    return pd.DataFrame(_gdal(path, source, layer, columns=list(columns), read_geometry=False))


def _source(path: Path | str) -> bytes | Path:
    """Return what GDAL and pyarrow read: the path, or the bytes of what is packed; refuse what is no file."""
    as_path(path, name="path")
    if is_packed(path):
        return read_bytes(path)
    if Path(path).is_dir():
        raise InputError(f"{path}: is a folder; name the file in it")
    if not Path(path).is_file():
        raise InputError(f"{path}: there is no such file; check the path and the project's data_root")
    return Path(path)


def _stream(source: bytes | Path) -> io.BytesIO | Path:
    return io.BytesIO(source) if isinstance(source, bytes) else source


def _is_geoparquet(path: Path | str) -> bool:
    return str(path).lower().removesuffix(".gz").endswith(PARQUET)


def _by_gdal(path: Path | str, source: bytes | Path, layer: str | None, only: Only | None) -> pd.DataFrame:
    """Read what GDAL reads; of some features, the shapes of no other are made."""
    if only is None:
        return _gdal(path, source, layer)
    column = '"' + only.column.replace('"', '\\"') + '"'
    values = ", ".join("'" + value.replace("'", "''") + "'" for value in sorted(only.values))
    return _gdal(path, source, layer, where=f"{column} IN ({values})")


def _gdal(path: Path | str, source: bytes | Path, layer: str | None, **options: object) -> pd.DataFrame:
    """Read a layer with GDAL, in its words refused where it cannot be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # that bytes in memory have no file ending
            layers = [str(name) for name in pyogrio.list_layers(source)[:, 0]]
            if layer is not None and layer not in layers:
                raise InputError(f"{path}: has no layer '{layer}'; it has {', '.join(layers)}")
            if layer is None and len(layers) > 1:
                raise InputError(f"{path}: has the layers {', '.join(layers)}; say which with layer")
            table: pd.DataFrame = pyogrio.read_dataframe(source, layer=layer, **options)
            return table
    except (
        pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, shapely.errors.GEOSException, UnicodeDecodeError,
    ) as fault:  # fmt: skip
        raise InputError(f"{path}: cannot be read as a vector file ({fault}); save it as GeoPackage") from None


def _wanted(path: Path | str, layer: str | None, only: Only) -> npt.NDArray[np.bool_]:
    """Return which features of a file are wanted, in their order."""
    return np.asarray(read_attributes(path, [only.column], layer=layer)[only.column].isin(only.values), dtype=np.bool_)


def lacking(path: Path | str, columns: Iterable[str], wanted: dict[str, str | None]) -> list[str]:
    """Return one fault per wanted column that is not there, naming the option that asked for it."""
    have = ", ".join(str(column) for column in columns)
    return [
        f"{path}: has no column '{column}' ({option}); it has {have}"
        for option, column in wanted.items()
        if column is not None and column not in columns
    ]


def mended(shapes: npt.ArrayLike) -> tuple[npt.NDArray[np.object_], dict[int, str]]:
    """Mend broken polygons (self-crossing, doubled rings), keeping their areal parts.

    Parameters
    ----------
    shapes
        Array of polygons, multipolygons, and whatever else stands between them.

    Returns
    -------
    tuple
        The shapes, and what was wrong by the position of each that was mended. A mended shape is empty where nothing
        areal was left of it.

    Examples
    --------
    >>> bow = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    >>> shapes, faults = mended(np.array([bow]))
    >>> shapes[0].area, faults
    (2.0, {0: 'Self-intersection[1 1]'})
    """
    shapes = np.array(shapes, dtype=object)
    areal = np.isin(shapely.get_type_id(shapes), [3, 6])
    faults = {}
    for at in np.flatnonzero(areal & ~shapely.is_empty(shapes) & ~shapely.is_valid(shapes)):
        faults[int(at)] = str(shapely.is_valid_reason(shapes[at]))
        shapes[at] = _areal_part(shapes[at])
    return shapes, faults


def _areal_part(shape: BaseGeometry) -> BaseGeometry:
    """Mend a broken polygon and return what is areal of it; empty where nothing is, or a corner is no number."""
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return shapely.Polygon()
    try:
        parts = shapely.get_parts(shapely.make_valid(shape))
    except shapely.errors.GEOSException:
        # An outer ring that collapsed to a point or line, with a hole: GEOS's first method cannot mix dimensions.
        parts = shapely.get_parts(shapely.make_valid(shape, method="structure", keep_collapsed=False))
    return shapely.union_all(parts[np.isin(shapely.get_type_id(parts), [3, 6])])
