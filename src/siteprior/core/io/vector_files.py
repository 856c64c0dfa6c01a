"""Vector files of any kind GDAL knows, plain, gzipped or in a zip, read into the British National Grid."""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
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
from siteprior.core.io.coordinate_systems import crs_to_use, named_crs
from siteprior.core.io.declared_crs import declares_places, is_default
from siteprior.core.io.left_out import refuse_left_out
from siteprior.core.io.on_the_grid import on_the_grid
from siteprior.core.io.outside_references import no_requests
from siteprior.core.io.vector_sources import Source, vector_source
from siteprior.core.issues import IssueLog
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
    path: Path | str,
    *,
    layer: str | None = None,
    crs: str | None = None,
    only: Only | None = None,
    log: IssueLog | None = None,
) -> gpd.GeoDataFrame:
    """Read a vector file into metres on EPSG:27700.

    Parameters
    ----------
    path
        GeoPackage, GeoJSON, shapefile, File Geodatabase, GeoParquet, …; ``.gz`` and ``archive.zip!member`` are opened
        as they are.
    layer
        The layer, where the file holds several.
    crs
        The coordinate system it is in. It goes before the one the file declares, before a default of its format
        (GeoJSON's degrees), and before one that cannot be read.
    only
        The features to read, by the values of a column the file has; the shapes of the others are not read.
    log
        Takes a row where the file declares another coordinate system than ``crs``, and one per feature without a place:
        with a corner that is no number or not on the Earth, or a point at null island or the false origin.

    Returns
    -------
    GeoDataFrame
        All columns as they are, EPSG:27700; the index counts the features from 1, those not read too. A feature without
        a place has no shape.

    Raises
    ------
    InputError
        When the file is missing or empty, is not a vector file, lacks the layer, has no coordinate system, lies
        wholly outside Great Britain as its coordinate system has it, or is a GeoJSON with an entry that is no feature.
    """
    source = vector_source(path)
    read = _read_parquet if is_geoparquet(path) else _by_gdal
    table = read(path, source, layer, only)
    if not isinstance(table, gpd.GeoDataFrame):
        raise InputError(f"{path}: holds no shapes; give a file with lines or polygons")
    numbers = np.arange(len(table)) if only is None else np.flatnonzero(_wanted(path, layer, only))
    table.index = pd.Index(numbers + 1, name=ROW)
    return on_the_grid(path, with_crs(path, source, table, crs, log), log)


def with_crs(
    path: Path | str, source: Source, table: gpd.GeoDataFrame, crs: str | None, log: IssueLog | None
) -> gpd.GeoDataFrame:
    """Return a table as it was read of a file, in the coordinate system that is stated for it, else the file's own.

    Raises
    ------
    InputError
        When neither is there, the one stated is none, or nothing can be brought from it to EPSG:27700.
    """
    own = table.crs if table.crs is not None and declares_places(table.crs) else None
    if crs is not None and is_default(source, own, parquet=is_geoparquet(path)):
        own = None
    chosen = crs_to_use(own, crs, file=str(path), log=log)
    if chosen is None:
        raise InputError(
            f"{path}: has no coordinate system that can be read; state it with crs, or save the file again with one "
            "(EPSG:27700 for British metres)"
        )
    try:
        pyproj.Transformer.from_crs(chosen, CRS, always_xy=True)
    except pyproj.exceptions.ProjError:
        raise InputError(
            f"{path}: no place in its coordinate system, {named_crs(chosen)}, can be brought to EPSG:27700; state the "
            "right one with crs, or save the file again with it"
        ) from None
    placed: gpd.GeoDataFrame = table.set_crs(chosen, allow_override=True)
    return placed


def _read_parquet(path: Path | str, source: Source, layer: str | None, only: Only | None) -> gpd.GeoDataFrame:
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
    source = vector_source(path)
    if is_geoparquet(path):
        there = [column for column in columns if column in pq.read_schema(_stream(source)).names]
        return pd.DataFrame(pq.read_table(_stream(source), columns=there).to_pandas(ignore_metadata=True))
    return pd.DataFrame(gdal_table(path, source, layer, columns=list(columns), read_geometry=False))


def vector_columns(path: Path | str, *, layer: str | None = None) -> list[str]:
    """Return the columns of a vector file, its shapes apart, in the order of the file; nothing else of it is read.

    Raises
    ------
    InputError
        As :func:`read_vector` for a file that is missing or cannot be read.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> vector_columns(shipped("data") / "boundaries/lsoa21.geojson")[:2]
    ['FID', 'LSOA21CD']
    """
    source = vector_source(path)
    if is_geoparquet(path):
        return [str(column) for column in _read_parquet(path, source, layer, None).columns if column != "geometry"]
    return [str(column) for column in gdal_table(path, source, layer, read_geometry=False, max_features=0).columns]


def _stream(source: Source) -> io.BytesIO | Path:
    return io.BytesIO(source) if isinstance(source, bytes) else Path(source)


def is_geoparquet(path: Path | str) -> bool:
    """Return whether a file is GeoParquet, by the ending of its name."""
    return str(path).lower().removesuffix(".gz").endswith(PARQUET)


def _by_gdal(path: Path | str, source: Source, layer: str | None, only: Only | None) -> pd.DataFrame:
    """Read what GDAL reads; of some features, the shapes of no other are made."""
    if only is None:
        return gdal_table(path, source, layer)
    column = '"' + only.column.replace('"', '\\"') + '"'
    values = ", ".join("'" + value.replace("'", "''") + "'" for value in sorted(only.values))
    return gdal_table(path, source, layer, where=f"{column} IN ({values})")


def gdal_table(path: Path | str, source: Source, layer: str | None, **options: object) -> pd.DataFrame:
    """Read a layer with GDAL, in its words refused where it cannot be."""
    try:
        with _named_faults(path):
            layers = [str(name) for name in pyogrio.list_layers(source)[:, 0]]
            if not layers:
                raise InputError(f"{path}: cannot be read as a vector file, it holds no layer; save it as GeoPackage")
            if layer is not None and layer not in layers:
                raise InputError(f"{path}: has no layer '{layer}'; it has {', '.join(layers)}")
            if layer is None and len(layers) > 1:
                raise InputError(f"{path}: has the layers {', '.join(layers)}; say which with layer")
            table: pd.DataFrame = pyogrio.read_dataframe(source, layer=layer, **options)
    except shapely.errors.GEOSException as fault:
        row, why = _first_broken(source, layer) or ("", str(fault))
        raise InputError(
            f"{path}: cannot be read as a vector file ({row}{why}); mend or remove it, or save the file as GeoPackage"
        ) from None
    asked = options.get("columns")
    nothing = options.get("read_geometry") is False and asked is not None and not len(table.columns)
    # of those that want a part, all are counted by their attributes; without any column there is nothing to count
    if not {"where", "max_features", "bbox"} & set(options) and not nothing:
        refuse_left_out(path, source, len(table))
    return table


def gdal_boxes(
    path: Path | str, source: Source, layer: str | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return GDAL's ids of the features of a layer, and west, south, east, north of each in a row, NaN without a shape.

    Raises
    ------
    InputError
        As :func:`read_vector` for a file that cannot be read.
    """
    with _named_faults(path):
        ids, edges = pyogrio.read_bounds(source, layer=layer)
    return ids, edges.T


@contextmanager
def _named_faults(path: Path | str) -> Iterator[None]:
    """Keep GDAL from the terminal and from other files, and say in an error of ours what it could not read."""
    try:
        with no_requests(), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # that bytes in memory have no file ending
            warnings.filterwarnings("ignore", "Could not parse column", UserWarning)  # lists and mappings stay text
            yield
    except (
        pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError, UnicodeDecodeError,
        pyproj.exceptions.CRSError,
    ) as fault:  # fmt: skip
        raise InputError(f"{path}: cannot be read as a vector file ({fault}); save it as GeoPackage") from None
    except UnboundLocalError as fault:  # what pyogrio makes of a coordinate system whose text is none
        if not isinstance(fault.__context__, UnicodeDecodeError):
            raise
        raise InputError(
            f"{path}: cannot be read as a vector file (its coordinate system is no text); save it as GeoPackage"
        ) from None


def _first_broken(source: Source, layer: str | None) -> tuple[str, str] | None:
    """Return the number of the first feature whose shape no library can make, and what is wrong with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the fault is named below
        shapes = pyogrio.raw.read(source, layer=layer, columns=[])[2]
    for number, shape in enumerate(shapes if shapes is not None else [], start=1):
        try:
            shapely.from_wkb(shape)
        except shapely.errors.GEOSException as fault:
            return f"feature {number}: ", str(fault)
    return None


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
