"""Council areas from any file of polygons, as the readers of registers want them."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.councils import council_name
from siteprior.core.errors import InputError
from siteprior.core.files import Input, record
from siteprior.core.io.shape_collections import opened_collections
from siteprior.core.io.vector_files import lacking, mended, read_vector
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.named_paths import Names, Paths, named_paths, read_each
from siteprior.core.renamed import renamed_argument
from siteprior.core.schema import CRS
from siteprior.sources.columns import text_column

ONS_CODE = re.compile(r"[EWSNKJ]\d{8}")
"""Codes of the Office for National Statistics (GSS): a letter and eight digits."""


@renamed_argument(path="paths", file="files")
def read_boundaries(
    paths: Paths,
    *,
    code: str,
    name: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    files: Names | None = None,
) -> Reading[gpd.GeoDataFrame]:
    """Read council areas, in metres on EPSG:27700.

    Parameters
    ----------
    paths
        One vector file or several of any kind GDAL reads, with the same columns; ``.gz`` and zip members too.
    code
        The column that holds the councils' ONS codes.
    name
        The column that holds their names; where not given, one that is called so, or the only other text. Registers
        that state their council by name are recognised by it.
    layer
        The layer, where the file holds several.
    crs
        The coordinate system; it goes before the one a file declares.
    files
        The name of each file to put in issues and provenance; its path when ``None``.

    Returns
    -------
    Reading
        Polygons on the index ``organisation`` (ONS code) with the column ``name``, ordered by code. Areas of one code
        are put together; rows without a code or a polygon are left out and logged.

    Raises
    ------
    InputError
        When the file cannot be read, lacks a column (those it has are listed), or the column holds no ONS codes.
    """
    log = IssueLog()

    def read_file(path: Path, label: str) -> tuple[gpd.GeoDataFrame, Input]:
        log.file = label
        areas = _read_file(path, label, code, name, layer, crs, log)
        return areas, record(path, role="boundaries", file=label, rows=len(areas))

    tables, provenance = zip(*read_each(named_paths(paths, files, what="boundaries"), read_file), strict=True)
    return Reading(_one_area_per_code(pd.concat(tables)), log.table(), provenance)


def _read_file(
    path: Path, label: str, code: str, name: str | None, layer: str | None, crs: str | None, log: IssueLog
) -> gpd.GeoDataFrame:
    """Read the councils' areas of one file, one row per code; log the rows left out or mended."""
    table = read_vector(path, layer=layer, crs=crs, log=log)
    columns = [column for column in table.columns if column != table.active_geometry_name]
    faults = lacking(label, columns, {"the councils' codes": code, "their names": name})
    if faults:
        raise InputError(*faults)
    codes = text_column(table[code])
    coded = codes.map(lambda text: bool(ONS_CODE.fullmatch(text)))
    if not coded.any():
        first = next(filter(None, codes), "nothing")
        raise InputError(
            f"{label}: column '{code}' holds no ONS codes such as E08000025 but '{first}'; give another of "
            f"{', '.join(map(str, columns))}"
        )
    named = name if name is not None else guess_name(table[columns], code)
    names = codes.map(council_name)
    if named is not None:
        names = text_column(table[named]).where(table[named].notna(), names)
    shapes, broken = mended(opened_collections(table.geometry.to_numpy(), table.index.tolist(), log))
    areal = np.isin(shapely.get_type_id(shapes), [3, 6]) & ~shapely.is_empty(shapes)
    for place, row in enumerate(table.index.tolist()):
        if not areal[place] or not coded.iloc[place]:
            why = "no ONS code" if areal[place] else "not a polygon"
            log.add("unknown entity", row=row, field=code, value=codes.iloc[place], action=f"left out: {why}")
        elif place in broken:
            log.add("invalid geometry - fixed", row=row, field="geometry", value=broken[place], action="mended")
    kept = areal & coded.to_numpy()
    if not kept.any():
        raise InputError(f"{label}: holds no polygon with an ONS code in column '{code}'; give the councils' areas")
    areas = gpd.GeoDataFrame({"organisation": codes, "name": names.astype("str")}, geometry=shapes, crs=CRS)[kept]
    return _one_area_per_code(areas.set_index("organisation"))


def _one_area_per_code(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put the areas of one code together, ordered by code."""
    areas = areas.dissolve("organisation", aggfunc="first") if areas.index.has_duplicates else areas.sort_index()
    return areas[["name", "geometry"]]


def guess_name(table: pd.DataFrame, code: str) -> str | None:
    """Return the column that holds the names beside a column of codes, or ``None``: one name to a code.

    Examples
    --------
    >>> import pandas as pd
    >>> guess_name(pd.DataFrame({"LAD21CD": ["E1"], "LAD21NM": ["A"], "LAD21NMW": ["B"], "GlobalID": ["x"]}), "LAD21CD")
    'LAD21NM'
    >>> guess_name(pd.DataFrame({"id": ["E1"], "area": [2.0], "title": ["A"]}), "id")
    'title'
    """
    texts = [
        str(column)
        for column in table.columns
        if column != code and table[column].dtype in (object, "str") and table[column].notna().any()
    ]
    pairs = {column: table[[code, column]].dropna().drop_duplicates() for column in texts}
    texts = [column for column, pair in pairs.items() if pair[code].is_unique and pair[column].is_unique]
    called = [column for column in texts if "name" in column.lower() or column.lower().endswith("nm")]
    stem = re.sub(r"(cd|_?code)$", "", code.lower())
    alike = [column for column in called if stem and column.lower().startswith(stem)]
    return next(iter(alike or called or (texts if len(texts) == 1 else [])), None)
