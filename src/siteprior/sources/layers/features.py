"""Vector layers of the user's own: features that count, mended and on the British National Grid."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.errors import InputError
from siteprior.core.files import record
from siteprior.core.io.parse_values import in_form, read_column, read_decimal
from siteprior.core.io.shape_collections import opened_collections
from siteprior.core.io.vector_files import lacking, mended, read_vector
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.schema import CRS
from siteprior.project.layers import LayerSpec, VectorLayer, VectorSpec, Where
from siteprior.sources.columns import Frame, text_column

AREAL = ("within", "share", "value", "names")
"""Measures that only polygons can be asked for."""


def read_features(
    path: Path | str, spec: VectorSpec, *, file: str, extent: Path | str | None = None
) -> Reading[VectorLayer]:
    """Read the features of a vector layer that count, on EPSG:27700.

    Parameters
    ----------
    path
        Any vector file GDAL reads; ``.gz`` and zip members too. Another coordinate system is converted.
    spec
        A layer of the kind ``vector``.
    file
        What the file is called in issues and provenance.
    extent
        The file of ``spec.extent``; ``spec.extent.path`` when not given.

    Returns
    -------
    Reading
        A :class:`siteprior.project.layers.VectorLayer`. Broken polygons are mended and logged; features without a
        shape,
        or of a kind the measure cannot be asked of, are left out and logged.

    Raises
    ------
    InputError
        When a file cannot be read, states no coordinate system, lacks a column, holds no feature that counts, or no
        number in the column whose values are taken.
    """
    log = IssueLog(file)
    columns = {"column": spec.column, "where": spec.where.column if spec.where else None}
    table = read_shapes_of(path, layer=spec.layer, crs=spec.crs, columns=columns, log=log)
    table = matching(table, spec.where, file)
    table = areal_parts(table, log) if spec.measure in AREAL else any_shapes(table, log)
    facts = {} if spec.column is None else {"value": _values(table[spec.column], spec, log)}
    features = gpd.GeoDataFrame(facts, index=table.index, geometry=table.geometry.to_numpy(), crs=CRS)
    sources = [record(path, role="layer", file=file, rows=len(features))]
    surveyed = None
    if spec.extent is not None:
        drawn = spec.extent.path if extent is None else extent
        own = IssueLog(spec.extent.path)
        shapes = read_shapes_of(drawn, layer=spec.extent.layer, crs=spec.extent.crs, columns={}, log=own)
        shapes = areal_parts(shapes, own)
        surveyed = shapely.union_all(shapes.geometry.to_numpy())
        log.rows.extend(own.rows)
        sources.append(record(drawn, role="layer extent", file=spec.extent.path, rows=len(shapes)))
    return Reading(VectorLayer(features, surveyed, file), log.table(), tuple(sources))


def read_shapes_of(
    path: Path | str, *, layer: str | None, crs: str | None, columns: dict[str, str | None], log: IssueLog
) -> gpd.GeoDataFrame:
    """Read a vector file whose columns are there, or refuse it by the name the project gives it, the log's."""
    table = read_vector(path, layer=layer, crs=crs, log=log)
    faults = lacking(log.file, [c for c in table.columns if c != table.active_geometry_name], columns)
    if faults:
        raise InputError(*faults)
    flat: gpd.GeoDataFrame = table.set_geometry(shapely.force_2d(table.geometry.to_numpy()), crs=CRS)
    return flat


def matching(rows: Frame, where: Where | None, label: str) -> Frame:
    """Return the rows a filter names, compared as trimmed text, or refuse it with the values there are."""
    if where is None:
        return rows
    texts = text_column(rows[where.column])
    counted = where.values  # noqa: PD011 -- of the filter, not of a table
    absent = [value for value in counted if value not in set(texts)]
    if absent:
        seen = [value for value in dict.fromkeys(texts) if value][:12]
        raise InputError(f"{label}: column '{where.column}' holds no '{absent[0]}' (where); it holds {', '.join(seen)}")
    return rows.loc[texts.isin(counted).to_numpy()]


def areal_parts(table: gpd.GeoDataFrame, log: IssueLog) -> gpd.GeoDataFrame:
    """Return the rows that are polygons, mended, of collections their polygons; log what was mended or left out.

    Raises
    ------
    InputError
        When no polygon is left.
    """
    drawn = opened_collections(table.geometry.to_numpy(), table.index.tolist(), log)
    shapes, broken = mended(drawn)
    areal = np.isin(shapely.get_type_id(drawn), [3, 6]) & ~shapely.is_empty(drawn)
    kept = areal & ~shapely.is_empty(shapes)
    for at in sorted({*np.flatnonzero(~kept).tolist(), *broken}):
        nothing = shapely.is_missing(drawn[at]) or shapely.is_empty(drawn[at])
        row = int(table.index[at])
        if kept[at]:
            log.add("invalid geometry - fixed", row=row, field="geometry", value=broken[at], action="mended")
        elif nothing or areal[at]:
            why = "has no shape" if nothing else "nothing areal is left of it"
            log.add("invalid geometry - not fixable", row=row, field="geometry", value=broken.get(at, ""),
                    action=f"left out: {why}")  # fmt: skip
        else:
            log.add("Unexpected geom type", row=row, field="geometry", value=drawn[at].geom_type,
                    action="left out: not a polygon")  # fmt: skip
    if not kept.any():
        raise InputError(f"{log.file}: holds no polygon that counts; give polygons, or measure nearest or count")
    parts: gpd.GeoDataFrame = table.set_geometry(shapes, crs=CRS).loc[kept]
    return parts


def any_shapes(table: gpd.GeoDataFrame, log: IssueLog) -> gpd.GeoDataFrame:
    """Return the rows that have a shape of any kind, broken polygons mended; log those mended or left out."""
    drawn = table.geometry.to_numpy()
    shapes, broken = mended(drawn)
    lost = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    for at in np.flatnonzero(lost).tolist():
        log.add("invalid geometry - not fixable", row=int(table.index[at]), field="geometry",
                value=broken.get(at, ""), action="left out: has no shape")  # fmt: skip
    for at, reason in broken.items():
        if not lost[at]:
            log.add("invalid geometry - fixed", row=int(table.index[at]), field="geometry", value=reason,
                    action="mended")  # fmt: skip
    if lost.all():
        raise InputError(f"{log.file}: holds no feature that counts; give a file with shapes")
    parts: gpd.GeoDataFrame = table.set_geometry(shapes, crs=CRS).loc[~lost]
    return parts


def _values(values: pd.Series, spec: VectorSpec, log: IssueLog) -> pd.Series:
    """Return an attribute as text or finite numbers, missing where it is neither."""
    texts = text_column(values)
    if spec.holds_text:
        return texts.mask(texts == "")
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.astype("float64")
        numbers = numbers.where(np.isfinite(numbers))
    else:
        rows = [int(row) for row in values.index]
        read = read_column(texts.tolist(), rows, in_form(read_decimal, texts), field=str(spec.column), log=log)
        numbers = pd.Series(read, index=values.index).astype("float64")
    refuse_without_numbers(numbers, texts, spec, log.file)
    return numbers


def refuse_without_numbers(numbers: pd.Series, texts: pd.Series, spec: LayerSpec, label: str) -> None:
    """Refuse a layer whose column holds no number at all, as a raster without a value is refused.

    Raises
    ------
    InputError
        Naming the file, the column, the layer, and what the column holds instead.

    Examples
    --------
    >>> from siteprior.project.layer_checks import parse_layer
    >>> spec = parse_layer({"name": "x", "path": "a.gpkg", "kind": "vector", "measure": "value", "column": "zone"})
    >>> refuse_without_numbers(pd.Series([None, 1.0]), pd.Series(["A", "1"]), spec, "a.gpkg")
    """
    if numbers.notna().any():
        return
    words = texts[texts.fillna("") != ""]
    found = f"but words such as '{words.iloc[0]}'" if len(words) else "for it is blank throughout"
    raise InputError(
        f"{label}: column '{spec.attribute}' of layer '{spec.name}' holds no number, {found}; name a column of numbers "
        "with column, or set text = true and make it a gate"
    )
