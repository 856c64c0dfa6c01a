"""A run's files, read back: its record, and the layers and tables of its GeoPackages."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.core.files import open_stream, read_bytes
from siteprior.core.io.file_kinds import HEAD, refuse_other_files
from siteprior.core.renamed import with_new_columns, with_new_record
from siteprior.core.schema import Column
from siteprior.pipeline.whole_files import RANKING, WHOLE
from siteprior.report.geopackage.geoparquet import as_gdal_reads, read_geoparquet, whole_layer
from siteprior.report.geopackage.gis import restored
from siteprior.report.geopackage.layers import DECISION_COLUMNS
from siteprior.report.geopackage.near_shortlist import AROUND
from siteprior.report.geopackage.site_form import SITE_ATTRIBUTES, join_sites
from siteprior.report.run_folders import refuse_no_run

Frame = TypeVar("Frame", pd.DataFrame, gpd.GeoDataFrame)


def read_record(path: Path) -> dict[str, Any]:
    """Read the record of a run, under today's names of its keys.

    Raises
    ------
    InputError
        When the folder holds no run, or the file is not the record of one.
    """
    refuse_no_run(path.parent)
    try:
        record = json.loads(read_bytes(path))
    except ValueError as fault:
        if isinstance(fault, InputError):
            raise
        raise InputError(f"{path}: is not JSON ({fault}); run the project again") from None
    if not isinstance(record, dict) or "inputs" not in record:
        raise InputError(f"{path}: is not the record of a run; give the folder that `siteprior run` wrote")
    return with_new_record(record)


def read_sites_layer(path: Path, name: str, attributes: pd.DataFrame | None) -> gpd.GeoDataFrame:
    """Read a layer of sites with all their columns, of the declared kinds.

    GDAL reads whole numbers with gaps as decimals.
    """
    layer = without_decision(read_layer(path, name)).set_index("site_id")
    if attributes is not None:
        layer = join_sites(layer, attributes)
    return schema.conform(with_new_columns(layer, "site_prices", name=f"{path}: {name}"), schema.SITES)


def without_decision(layer: Frame) -> Frame:
    """Return a layer without what it repeats of the tables ``top_k_acceptability`` and ``core_index``."""
    return layer.drop(columns=[column.name for column in DECISION_COLUMNS], errors="ignore")


def refuse_lost(folder: Path, record: Mapping[str, Any]) -> None:
    """Refuse a large run whose Parquet files are not all there: what is left of it holds the shortlist alone."""
    lost = [name for name in record.get(WHOLE, ()) if not (folder / name).is_file()]
    if lost:
        raise InputError(
            f"{folder}: lacks {', '.join(lost)}, where all rows of a large run stand; its CSV and GeoPackage have "
            "those of the shortlist alone. Copy the run's folder whole, or run the project again"
        )


def of_kinds(table: Frame, columns: Iterable[Column], path: Path) -> Frame:
    """Return a table with its columns of the kinds they are declared of, whatever file (``path``) they were read from.

    Raises
    ------
    InputError
        When a column holds what is not of its kind.
    """
    made = dict[str, pd.Series]()
    for column, kind in ((each.name, each.kind) for each in columns if each.name in table):
        try:
            made[column] = schema.as_kind(table[column], kind, table.index)
        except (ValueError, TypeError) as fault:
            raise InputError(f"{path}: {column} holds what is no {kind} ({fault}); run the project again") from None
    return table.assign(**made)


def read_attributes(path: Path) -> pd.DataFrame | None:
    """Read the columns of the sites that stand on no layer; ``None`` of an earlier run, which has all on its layers."""
    if SITE_ATTRIBUTES not in layers_in(path):
        return None
    attributes = pd.DataFrame(read_layer(path, SITE_ATTRIBUTES))
    whole = path.with_name(RANKING)
    if whole.is_file():  # the GeoPackage of a large run has those of the shortlist
        attributes = as_gdal_reads(pd.read_parquet(io.BytesIO(read_bytes(whole)), columns=[*attributes.columns]))
    return attributes.set_index("site_id")


def layers_in(path: Path) -> set[str]:
    """Return the layers and tables of a GeoPackage; none of what is no GeoPackage, which reading it then says."""
    from pyogrio import list_layers
    from pyogrio.errors import DataSourceError

    with open_stream(path):  # a missing file, and a folder
        pass
    try:
        return {str(name) for name, _ in list_layers(path)}
    except DataSourceError:
        return set()


def read_layer(path: Path, name: str) -> gpd.GeoDataFrame:
    """Read a layer or table of a run's GeoPackage; what is not there is refused in our words, not GDAL's."""
    from pyogrio.errors import DataLayerError, DataSourceError

    with open_stream(path) as stream:  # a missing file, and a folder
        refuse_other_files(path, stream.read(HEAD))
    whole = path.parent / whole_layer(name)
    if name in AROUND and path.name == "shortlist.gpkg" and whole.is_file():  # the GeoPackage may have a part of it
        return read_geoparquet(whole)
    try:
        return restored(path, name, gpd.read_file(path, layer=name, use_arrow=True))
    except (DataLayerError, DataSourceError):
        raise InputError(f"{path}: holds no layer '{name}' that can be read; run the project again") from None
