"""What a GeoPackage says beside its data: titles and allowed values of columns, the run record, QGIS styles.

Plain SQL on tables of the standard's schema and metadata extensions (OGC 12-128r17, annexes F.9 and F.8) and on the
``layer_styles`` table QGIS reads. Feature tables are left alone: their triggers need functions SQLite lacks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from siteprior.core.schema import Column
from siteprior.report.geopackage.iso_metadata import STANDARD, iso_metadata
from siteprior.report.geopackage.layers import LAYERS, aliases
from siteprior.report.geopackage.qgis_styles import layer_styles
from siteprior.report.tables import json_text

Declared = Mapping[str, Mapping[str, Column]]

_EXTENSIONS = """
CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
  description TEXT, mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
  min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT
  'dataset', md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL
  DEFAULT '');
CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT,
  row_id_value INTEGER, timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
  styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
"""

_SCHEMA_EXTENSION = ("gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema", "read-write")
_METADATA_EXTENSION = ("gpkg_metadata", "http://www.geopackage.org/spec121/#extension_metadata", "read-write")


RANGES = {"0-1": (0, 1), "decile": (1, 10)}
"""The values a unit allows."""


def stamp(day: date) -> str:
    """Return a day as the standard writes a moment."""
    return f"{day.isoformat()}T00:00:00.000Z"


def write_schema(database: sqlite3.Connection, tables: Mapping[str, pd.DataFrame], declared: Declared) -> None:
    """Write titles, meanings and allowed values of the columns of layers and tables (schema extension)."""
    database.executescript(_EXTENSIONS)
    rows = []
    allowed: dict[tuple[Any, ...], None] = {}
    for layer, table in tables.items():
        known = declared.get(layer, {})
        for name, title in aliases(table, known).items():
            column = known.get(name)
            if column is None:
                continue
            constraint, found = _constraint(layer, column, table[name])
            about = f"{column.meaning}. Source: {column.source}"
            rows.append((layer, name, title, column.label, about, None, constraint))
            allowed.update(found)
    database.executemany("INSERT INTO gpkg_data_columns VALUES (?,?,?,?,?,?,?)", rows)
    database.executemany(
        "INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type, value, min, min_is_inclusive, "
        "max, max_is_inclusive) VALUES (?,?,?,?,?,?,?)",
        allowed,
    )
    for table_name, extension in {
        "gpkg_data_columns": _SCHEMA_EXTENSION,
        "gpkg_data_column_constraints": _SCHEMA_EXTENSION,
        "gpkg_metadata": _METADATA_EXTENSION,
        "gpkg_metadata_reference": _METADATA_EXTENSION,
    }.items():
        database.execute("INSERT INTO gpkg_extensions VALUES (?,NULL,?,?,?)", (table_name, *extension))


def _constraint(layer: str, column: Column, values: pd.Series[Any]) -> tuple[str | None, dict[tuple[Any, ...], None]]:
    """Return the name of what limits a column's values, and its rows: a list of words, or a range of its unit."""
    if column.allowed and not pd.api.types.is_bool_dtype(values.dtype):
        name = f"{layer}_{column.name}"
        return name, dict.fromkeys((name, "enum", value, None, None, None, None) for value in column.allowed)
    limits = range_of(column)
    if limits is None:
        return None, {}
    least, most = limits
    name = f"range_{least:g}_{most:g}"
    return name, dict.fromkeys([(name, "range", None, least, 1, most, 1)])


def range_of(column: Column) -> tuple[float, float] | None:
    """Return the least and the greatest value of a column by its unit: shares and deciles have them, others none.

    Examples
    --------
    >>> range_of(Column("imd_decile", "integer", "Decile", "A decile", "decile"))
    (1, 10)
    """
    return RANGES.get(column.unit.replace("–", "-")) if column.kind in ("number", "integer") else None


def write_metadata(
    database: sqlite3.Connection,
    metadata: Mapping[str, Any],
    as_of: date,
    extent: Sequence[float] | None = None,
) -> None:
    """Keep the run record with the file (metadata extension), as JSON and as ISO 19139; pyogrio would drop it."""
    records = (
        ("https://www.rfc-editor.org/rfc/rfc8259", "application/json", json_text(metadata)),
        (STANDARD, "text/xml", iso_metadata(metadata, as_of=as_of, extent=extent)),
    )
    for number, record in enumerate(records, 1):
        database.execute("INSERT INTO gpkg_metadata VALUES (?, 'dataset', ?, ?, ?)", (number, *record))
        database.execute(
            "INSERT INTO gpkg_metadata_reference VALUES ('geopackage', NULL, NULL, NULL, ?, ?, NULL)",
            (stamp(as_of), number),
        )


def write_styles(
    database: sqlite3.Connection,
    layers: Mapping[str, Any],
    declared: Declared,
    note: str,
    as_of: date,
    *,
    about: Mapping[str, str],
) -> None:
    """Store the named styles where QGIS looks for them; the first of each layer is its default.

    ``about`` describes a layer in the place of the words declared for it, as for another audience.
    """
    # Unregistered, QGIS does not find the table beside other attribute tables; with a NULL schema it lists the
    # styles but applies none.
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', 'QGIS styles', ?, 0)",
        (stamp(as_of),),
    )
    for layer, table in layers.items():
        known = declared[layer]
        ranged = [name for name in table if name in known and range_of(known[name]) is not None]
        words = note + about.get(layer, LAYERS[layer].description)
        styles = layer_styles(layer, table, aliases(table, known), ranged=ranged)
        for place, each in enumerate(styles):
            database.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                "styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time) "
                "VALUES ('', '', ?, 'geom', ?, ?, '', ?, ?, 'siteprior', ?)",
                (layer, each.name, each.qml, int(place == 0), words, stamp(as_of)),
            )
