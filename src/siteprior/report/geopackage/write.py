"""The shortlist as a GeoPackage that opens ready-made in QGIS, and passes GDAL's validator of 2022 as of today.

Version 1.3 of the standard, styles that load by themselves, column titles and allowed values in the schema
extension, provenance in the metadata extension (OGC 12-128r17, annexes F.8 and F.9). Same input, same bytes.
"""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from siteprior.core.callers import callers_level
from siteprior.core.errors import InputError, OutputError, RunWarning, unknown
from siteprior.core.files import whole_file
from siteprior.core.schema import Column, Table, table_faults
from siteprior.report.geopackage.gis import (
    CHANGES,
    GIS,
    Change,
    change_words,
    for_arcgis,
    for_mapinfo,
    limit_texts,
)
from siteprior.report.geopackage.iso_metadata import study_extent
from siteprior.report.geopackage.layers import LAYERS, TABLES, declared_columns
from siteprior.report.geopackage.metadata import stamp, write_metadata, write_schema, write_styles
from siteprior.report.geopackage.stored import one_kind, storable

VERSION = "1.3"
"""GeoPackage version: 1.4, GDAL's default, is refused by the validators most people have."""

LAYER, TABLE = (Table(what, "", geometry, ()) for what, geometry in (("layer", True), ("table", False)))
"""What any layer and any table has to be."""

CRITERIA = Table(
    "table", "", False,
    (Column("criterion", "text", "Criterion", "Its name"), Column("title", "text", "Title", "What readers see")),
)  # fmt: skip
"""What the columns of contributions are called after."""


def write_geopackage(
    path: Path | str,
    layers: Mapping[str, gpd.GeoDataFrame],
    tables: Mapping[str, pd.DataFrame],
    *,
    as_of: date,
    metadata: Mapping[str, Any] | None = None,
    illustrative: bool = False,
    gis: str = "qgis",
    about: Mapping[str, str] | None = None,
    extent: Sequence[float] | None = None,
) -> Path:
    """Write layers (metres, EPSG:27700) and tables into one GeoPackage, whole or not at all.

    Parameters
    ----------
    path
        The file to write; an earlier one stays until the new one is complete.
    layers
        By name, the top layer first; the names of :data:`siteprior.report.geopackage.layers.LAYERS`. The index becomes
        the
        first column.
    tables
        By name, of :data:`siteprior.report.geopackage.layers.TABLES`. From ``criteria`` (columns ``criterion`` and
        ``title``)
        the columns of contributions get their titles.
    as_of
        The date every timestamp in the file carries, so that the same run gives the same bytes.
    metadata
        The run record, kept as JSON in the metadata extension.
    illustrative
        Whether every layer has to say that its sites are invented.
    gis
        The program it is for: ``qgis``, ``arcgis`` or ``mapinfo`` (:mod:`siteprior.report.geopackage.gis`).

    about
        What a layer is, in place of what it says of itself in a run, by its name.
    extent
        West, south, east and north (m) of the study area; that of the layers by default.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        Naming every layer that is unknown, has no or another coordinate system, holds shapes of another kind, or
        has a column name a GeoPackage keeps for itself.
    OutputError
        When the file is open elsewhere or cannot be written.

    Warns
    -----
    RunWarning
        When a text was cut or a column renamed to fit the program; the table ``changed_for_gis`` has all as it was.

    Examples
    --------
    >>> import tempfile
    >>> from shapely import LineString
    >>> lines = gpd.GeoDataFrame(
    ...     {"kind": ["rail"]},
    ...     index=pd.Index(["Camp Hill line"], name="corridor"),
    ...     geometry=[LineString([(0, 0), (9, 9)])],
    ...     crs="EPSG:27700",
    ... )
    >>> file = Path(tempfile.mkdtemp()) / "run.gpkg"
    >>> _ = write_geopackage(file, {"corridors": lines}, {}, as_of=date(2026, 1, 1))
    >>> gpd.read_file(file, layer="corridors").loc[0, "corridor"]
    'Camp Hill line'
    """
    _check_tables(layers, tables, gis)
    columns = declared_columns(tables.get("criteria"))
    note = "Illustrative data – not real sites. " if illustrative else ""
    path = Path(path)
    ready, plain, changes = _fitted(layers, tables, columns, gis)
    with whole_file(path) as temporary:
        temporary.unlink()  # GDAL makes the file itself; an empty one in its place it cannot open
        try:
            with _writing_at(as_of):
                _write_tables(temporary, ready, plain, note, about or {})
            with closing(sqlite3.connect(temporary)) as database:
                with database:
                    write_schema(database, {**ready, **plain}, columns)
                    write_metadata(database, metadata or {}, as_of, extent or study_extent(layers))
                    write_styles(database, ready, columns, note, as_of, about=about or {})
                    if gis == "mapinfo":
                        limit_texts(database, (*ready, *plain))
                _close_well(database, path)
        except pa.ArrowException as fault:
            raise InputError(f"{path}: a column holds values of several kinds ({fault}); make them one") from None
        except (sqlite3.Error, DataSourceError, DataLayerError) as fault:
            raise OutputError(f"{path}: could not be written ({fault}); is there space on the disk?") from None
    if changes:
        warnings.warn(f"{path.name}: {change_words(gis, changes)}", RunWarning, stacklevel=callers_level())
    return path


def _fitted(
    layers: Mapping[str, gpd.GeoDataFrame],
    tables: Mapping[str, pd.DataFrame],
    columns: dict[str, dict[str, Column]],
    gis: str,
) -> tuple[dict[str, Any], dict[str, pd.DataFrame], list[Change]]:
    """Return layers and tables as they are stored for a program, the list of changes among them where there is one."""
    ready: dict[str, Any] = {name: storable(table, columns[name]) for name, table in layers.items()}
    plain = {name: storable(pd.DataFrame(table), columns.get(name, {})) for name, table in tables.items()}
    fits = {"arcgis": for_arcgis, "mapinfo": for_mapinfo}
    changes = list[Change]()
    for group in (ready, plain) if gis in fits else ():
        for name in group:
            group[name], made = fits[gis](name, group[name])
            changes += made
            known = columns.get(name, {})
            known |= {each.column_name: known[each.original] for each in made if each.original in known}
    if changes:
        plain[CHANGES] = storable(pd.DataFrame(changes).astype({"row_number": "Int64"}), {})
    return ready, plain, changes


def _check_tables(
    layers: Mapping[str, gpd.GeoDataFrame], tables: Mapping[str, pd.DataFrame], gis: str = GIS[0]
) -> None:
    """Collect what a GeoPackage could not hold, in our words instead of GDAL's."""
    faults = [
        f"{what}: needs tables by their names (a mapping), got {type(given).__name__}"
        for what, given in (("layers", layers), ("tables", tables))
        if not isinstance(given, Mapping)
    ]
    if faults:
        raise InputError(*faults)
    if gis not in GIS:
        faults.append(unknown("gis", str(gis), GIS))
    faults += [unknown("layer", str(name), LAYERS) for name in layers if name not in LAYERS]
    faults += [unknown("table", str(name), TABLES) for name in tables if name not in TABLES]
    if not layers:
        faults.append("layers: there is none; give at least one")
    for name, layer in layers.items():
        columns = LAYERS[name].columns if name in LAYERS else ()
        declared = replace(LAYER, declared=columns)
        wrong = table_faults(layer, declared, name=f"layer '{name}'", needs=(), may_have=declared.names)
        faults += wrong or (*_shape_faults(name, layer), *_name_faults(name, layer))
    for name, table in tables.items():
        wrong = table_faults(table, CRITERIA if name == "criteria" else TABLE, name=f"table '{name}'")
        faults += wrong or _name_faults(name, table)
    if faults:
        raise InputError(*faults)


def _shape_faults(name: str, table: pd.DataFrame) -> Iterator[str]:
    """Yield that a layer holds shapes it does not take."""
    if not isinstance(table, gpd.GeoDataFrame) or name not in LAYERS:
        return
    want = LAYERS[name].geometry.removeprefix("Multi")
    found = {str(kind) for kind in table.geom_type.dropna()}
    other = sorted(kind for kind in found if kind not in (want, LAYERS[name].geometry))
    if other:
        yield f"layer '{name}': holds shapes of kind {', '.join(other)}; it takes {want} only"


def _name_faults(name: str, table: pd.DataFrame) -> Iterator[str]:
    """Yield the names of columns a GeoPackage cannot hold."""
    seen = {"fid", "geom"}
    geometry = table.active_geometry_name if isinstance(table, gpd.GeoDataFrame) else None
    for column in [*filter(None, table.index.names), *(c for c in table.columns if c != geometry)]:
        if not isinstance(column, str):
            yield f"'{name}': a column is called {column!r}, which is no text; rename it"
        if str(column).lower() in seen:
            yield (
                f"'{name}': a column '{column}' cannot be written: the name is taken (fid and geom are the "
                "GeoPackage's own, and it does not distinguish capitals); rename it"
            )
        seen.add(str(column).lower())


@contextmanager
def _writing_at(day: date) -> Iterator[None]:
    """Let GDAL stamp all it writes with one day, and waste no time on a crash; it gets its own ways back afterwards.

    What is written is a temporary file that is thrown away unless it is whole: no journal and no wait for the disk.
    """
    ways = {"OGR_CURRENT_DATE": stamp(day), "OGR_SQLITE_SYNCHRONOUS": "OFF", "OGR_SQLITE_JOURNAL": "OFF"}
    before = {name: pyogrio.get_gdal_config_option(name) for name in ways}
    pyogrio.set_gdal_config_options(ways)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _write_tables(
    file: Path,
    layers: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    note: str,
    about: Mapping[str, str],
) -> None:
    """Write layers, then attribute tables, in the order given: it is the order GIS programs offer them in."""
    for name, table in layers.items():
        facts = LAYERS[name]
        pyogrio.write_dataframe(
            table.set_geometry(one_kind(table.geometry, facts.geometry)),
            file,
            layer=name,
            driver="GPKG",
            geometry_type=facts.geometry,
            use_arrow=True,
            dataset_options={} if file.exists() else {"VERSION": VERSION},
            layer_options={
                "IDENTIFIER": facts.title,
                "DESCRIPTION": note + about.get(name, facts.description),
                "SPATIAL_INDEX": "YES",
                "GEOMETRY_NAME": "geom",
                "FID": "fid",
            },
        )
    for name, table in tables.items():
        pyogrio.write_dataframe(
            table,
            file,
            layer=name,
            driver="GPKG",
            use_arrow=True,
            layer_options={"IDENTIFIER": name, "DESCRIPTION": note + about.get(name, TABLES[name]), "FID": "fid"},
        )


def _close_well(database: sqlite3.Connection, path: Path) -> None:
    """Check the file before it is let go, and leave it in the journal mode read-only shares can open."""
    for check, good in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
        found = database.execute(f"PRAGMA {check}").fetchall()
        if found != good:
            raise OutputError(f"{path}: the file made is damaged ({check}: {found[0]}); run again")
    database.execute("PRAGMA journal_mode=delete")
