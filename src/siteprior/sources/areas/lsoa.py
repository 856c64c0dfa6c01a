"""Areas: LSOA polygons of one census year, and the districts and the study area they make up."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.errors import InputError
from siteprior.core.files import record
from siteprior.core.io.vector_files import lacking, mended, read_vector
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.schema import AREAS, CRS, check, conform

YEARS = (2011, 2021)
"""The census years of LSOAs."""

COVERAGE_SLACK = 1e-9
"""Share by which the area of a union may differ from its parts' before they count as overlapping."""


def named_year(column: str) -> int | None:
    """Return the census year a column's name speaks of, or None where it names none (or both).

    Examples
    --------
    >>> named_year("LSOA21CD"), named_year("LSOA code (2011)"), named_year("code")
    (2021, 2011, None)
    """
    found = {2000 + int(digits[-2:]) for digits in re.findall(r"(?<!\d)(?:20)?(?:11|21)(?!\d)", column)}
    return found.pop() if len(found) == 1 else None


def read_areas(
    path: Path | str,
    *,
    code: str,
    name: str | None = None,
    district: str | None = None,
    year: int,
    layer: str | None = None,
    file: str | None = None,
) -> Reading:
    """Read LSOA polygons of one census year, in metres on EPSG:27700.

    Parameters
    ----------
    path
        Any vector file GDAL reads; ``.gz`` and zip members too. Another coordinate system is converted.
    code, name, district
        The columns that hold the LSOA code, its name, and the code of its local authority district.
    year
        2011 or 2021: the census year of the codes.
    layer
        The layer, where the file holds several.
    file
        The name to put in issues and provenance.

    Returns
    -------
    Reading
        :data:`siteprior.core.schema.AREAS` ordered by code. Broken polygons are mended and logged; rows without code or
        polygon, and second rows of a code, are left out and logged.

    Raises
    ------
    InputError
        When the file cannot be read, lacks a column or any polygon, or the code column's name speaks of another year.

    Notes
    -----
    Source: ONS Open Geography Portal, Lower layer Super Output Areas.
    """
    label = str(path) if file is None else file
    raw = read_vector(path, layer=layer)
    faults = lacking(label, raw.columns, {"code": code, "name": name, "district": district})
    if year not in YEARS:
        faults.append(f"{label}: year {year} is no census year of LSOAs; valid: {', '.join(map(str, YEARS))}")
    elif named_year(code) not in (None, year):
        faults.append(
            f"{label}: the code column '{code}' holds LSOAs of {named_year(code)}, but year is {year}; "
            f"set year = {named_year(code)}, or give the file of {year}"
        )
    if faults:
        raise InputError(*faults)
    table = gpd.GeoDataFrame(
        {
            "lsoa_code": _text(raw[code]),
            "lsoa_name": _text(raw[name]) if name else None,
            "district_code": _text(raw[district]) if district else None,
            "lsoa_year": year,
        },
        geometry=raw.geometry.to_numpy(),
        crs=CRS,
    )
    log = IssueLog(label)
    table = _polygons(_once(table, code, log), log)
    if table.empty:
        raise InputError(f"{label}: holds no polygon with a code in column '{code}'; give the layer of LSOA polygons")
    table = conform(table.set_index("lsoa_code").sort_index(), AREAS)
    return Reading(table, log.table(), (record(path, role="areas", file=label, rows=len(table), vintage=str(year)),))


def _text(values: pd.Series) -> pd.Series:
    """Return a column as trimmed text, missing where blank."""
    text = values.astype(object).where(values.notna(), "").astype("str").str.strip()
    return text.mask(text == "")


def _once(table: Any, field: str, log: IssueLog) -> Any:
    """Log and leave out rows without code and second rows of a code."""
    for row in table.index[table["lsoa_code"].isna()]:
        log.add("unknown entity - missing reference", row=row, field=field, action="left out: the polygon has no code")
    table = table[table["lsoa_code"].notna()]
    second = table.duplicated("lsoa_code")
    for row, value in table.loc[second, "lsoa_code"].items():
        log.add("reference values are not unique", row=row, field=field, value=value,
                action="left out: the first polygon of this code was kept")  # fmt: skip
    return table[~second]


def _polygons(table: Any, log: IssueLog) -> Any:
    """Mend broken polygons and log them; log and leave out rows that have none."""
    shapes = table.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    areal = np.isin(shapely.get_type_id(shapes), [3, 6])
    for row in table.index[~empty & ~areal]:
        log.add("Unexpected geom type", row=row, field="geometry", value=table.geometry[row].geom_type,
                action=f"left out: {table['lsoa_code'][row]} is not a polygon")  # fmt: skip
    for row in table.index[empty]:
        log.add("invalid geometry - not fixable", row=row, field="geometry",
                action=f"left out: {table['lsoa_code'][row]} has no shape")  # fmt: skip
    shapes, broken = mended(shapes)
    for at, reason in broken.items():
        log.add("invalid geometry - fixed", row=table.index[at], field="geometry", value=reason,
                action=f"{table['lsoa_code'].iloc[at]} was mended")  # fmt: skip
    return table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=CRS))[areal & ~empty]


def districts(areas: Any) -> Any:
    """Dissolve areas into their districts, on EPSG:27700.

    Parameters
    ----------
    areas
        :data:`siteprior.core.schema.AREAS`.

    Returns
    -------
    GeoDataFrame
        Index ``organisation`` (the district's ONS code), column ``name`` (from the LSOA names: Birmingham 067A lies
        in Birmingham), and the dissolved shape. Areas without a district code are in none.

    Raises
    ------
    InputError
        When ``areas`` is not a table of areas.
    """
    check(areas, AREAS, name="areas")
    place = areas["lsoa_name"].str.replace(r"\s+\d{3}[A-Z]+$", "", regex=True)
    rows = {
        code: {"name": _commonest(place[group.index]), "geometry": _union(group)}
        for code, group in areas.groupby("district_code")
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["name", "geometry"]).rename_axis("organisation")
    return gpd.GeoDataFrame(table.astype({"name": "str"}), geometry="geometry", crs=CRS)


def study_area(areas: Any) -> Any:
    """Return the one shape all areas make up, in metres on EPSG:27700.

    Raises
    ------
    InputError
        When ``areas`` is not a table of areas.
    """
    check(areas, AREAS, name="areas", needs=())
    return _union(areas)


def _commonest(names: pd.Series) -> Any:
    """Return the name most areas bear, the first by alphabet of equals; missing where none has a name."""
    return names.mode().iloc[0] if names.notna().any() else None


def _union(areas: Any) -> Any:
    """Dissolve shapes: fast where they tile the plane, exactly where they overlap or leave gaps."""
    shapes = areas.geometry.to_numpy()
    if shapely.coverage_is_valid(shapes):
        union = shapely.coverage_union_all(shapes)
        whole = shapely.area(shapes).sum()
        if union.is_valid and abs(union.area - whole) <= COVERAGE_SLACK * whole:
            return union
    return shapely.union_all(shapes)
