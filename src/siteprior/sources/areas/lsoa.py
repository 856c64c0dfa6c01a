"""Areas: LSOA polygons of one census year, and the districts and the study area they make up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.code_join import join_codes, normal_codes
from siteprior.core.dissolve import dissolved
from siteprior.core.errors import InputError
from siteprior.core.files import Input, record
from siteprior.core.io.shape_collections import opened_collections
from siteprior.core.io.vector_files import lacking, mended, read_vector
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.named_paths import Names, Paths, named_paths, read_each
from siteprior.core.renamed import renamed_argument
from siteprior.core.schema import AREAS, CRS, check, conform
from siteprior.sources.areas.narrow import wanted_districts
from siteprior.sources.columns import first_per_code, text_column

YEARS = (2011, 2021)
"""The census years of LSOAs."""


def named_year(column: str) -> int | None:
    """Return the census year a column's name contains, or None where it names none (or both).

    Examples
    --------
    >>> named_year("LSOA21CD"), named_year("LSOA code (2011)"), named_year("code")
    (2021, 2011, None)
    """
    years = {2000 + int(digits[-2:]) for digits in re.findall(r"(?<!\d)(?:20)?(?:11|21)(?!\d)", column)}
    return years.pop() if len(years) == 1 else None


@renamed_argument(path="paths", file="files")
def read_areas(
    paths: Paths,
    *,
    code: str,
    name: str | None = None,
    district: str | None = None,
    year: int,
    layer: str | None = None,
    crs: str | None = None,
    districts: Iterable[str] | None = None,
    lookup: pd.Series | None = None,
    files: Names | None = None,
) -> Reading[gpd.GeoDataFrame]:
    """Read LSOA polygons of one census year, in metres on EPSG:27700.

    Parameters
    ----------
    paths
        One vector file or several of any kind GDAL reads; ``.gz`` and zip members too.
    code, name, district, year, layer, crs, districts, lookup, files
        Columns of code, name, district; census year (2011, 2021); layer; CRS in the file's place;
        those to read, by name or code; district by LSOA (``areas.read_lookup``); names in issues.

    Returns
    -------
    Reading
        :data:`siteprior.core.schema.AREAS`; what is broken is mended or left out, and logged.

    Raises
    ------
    InputError
        When a file cannot be read or lacks a column, polygon or district; or is of another year.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> areas = shipped("data") / "boundaries/lsoa21.geojson"
    >>> sp.read_areas(areas, code="LSOA21CD", year=2021).table.index.name
    'lsoa_code'
    """
    if year not in YEARS:
        raise InputError(f"year {year} is no census year of LSOAs; valid: {', '.join(map(str, YEARS))}")
    columns = {"code": code, "name": name, "district": district if lookup is None else None}
    found = named_paths(paths, files, what="areas")
    wanted = None
    if districts is not None:
        wanted = wanted_districts(found, districts, district=district, name=name, layer=layer, code=code, lookup=lookup)
    log = IssueLog()
    seen: set[str] = set()

    def read_file(path: Path, label: str) -> tuple[gpd.GeoDataFrame, Input]:
        log.file = label
        raw = read_vector(path, layer=layer, crs=crs, only=wanted, log=log)
        faults = lacking(label, raw.columns, dict(columns))
        if named_year(code) not in (None, year):
            faults.append(
                f"{label}: the code column '{code}' holds LSOAs of {named_year(code)}, but year is {year}; "
                f"set year = {named_year(code)}, or give the file of {year}"
            )
        if faults:
            raise InputError(*faults)
        texts = {option: text_column(raw[column]) for option, column in columns.items() if column}
        texts |= {option: normal_codes(text) for option, text in texts.items() if option != "name"}
        if lookup is not None:
            texts["district"] = _looked_up(texts["code"], lookup, label, log)
        facts = {f"lsoa_{option}": text.mask(text == "") for option, text in texts.items()}
        table = gpd.GeoDataFrame({**facts, "lsoa_year": year}, geometry=raw.geometry.to_numpy(), crs=CRS)
        table = _polygons(first_per_code(table, "lsoa_code", log, field=code, what="polygon", seen=seen), log)
        if table.empty:
            raise InputError(
                f"{label}: holds no polygon with a code in column '{code}'; give the layer of LSOA polygons"
            )
        seen.update(table["lsoa_code"])
        return table, record(path, role="areas", file=label, rows=len(table), vintage=str(year))

    tables, provenance = zip(*read_each(found, read_file), strict=True)
    table = pd.concat(tables).rename(columns={"lsoa_district": "district_code"})
    table = conform(table.set_index("lsoa_code").sort_index(), AREAS)
    return Reading(table, log.table(), provenance)


def _looked_up(codes: pd.Series, lookup: pd.Series, label: str, log: IssueLog) -> pd.Series:
    """Return the district of each LSOA by a lookup, blank where it has none; log those, refuse a lookup of others."""
    join_codes(
        codes, lookup.index, name="districts of areas", of="areas", file=label, lost="left blank: in no district",
        fix="give the lookup of the LSOAs of the same census year",
    ).log(log, field="district")  # fmt: skip
    return codes.map(lookup).fillna("")


def _polygons(table: gpd.GeoDataFrame, log: IssueLog) -> gpd.GeoDataFrame:
    """Mend broken polygons and log them; log and leave out rows that have none."""
    shapes = opened_collections(table.geometry.to_numpy(), table.index.tolist(), log)
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
    whole = table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=CRS))
    polygons: gpd.GeoDataFrame = whole.loc[areal & ~empty]
    return polygons


def districts(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
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

    Examples
    --------
    >>> import siteprior as sp
    >>> squares = shapely.box([400000, 401000], 290000, [401000, 402000], 291000)
    >>> known = {"lsoa_name": ["Anytown 001A", "Anytown 001B"], "district_code": "E08000025", "lsoa_year": 2021}
    >>> areas = gpd.GeoDataFrame(known, index=pd.Index(["E01000001", "E01000002"], name="lsoa_code"),
    ...                          geometry=squares, crs=27700)
    >>> sp.areas.districts(areas)["name"].to_dict()
    {'E08000025': 'Anytown'}
    """
    check(areas, AREAS, name="areas")
    place = areas["lsoa_name"].str.replace(r"\s+\d{3}[A-Z]+$", "", regex=True)
    names = {code: _commonest(group) for code, group in place.groupby(areas["district_code"])}
    rows = {code: {"name": names[code], "geometry": shape} for code, shape in _by_district(areas).items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["name", "geometry"]).rename_axis("organisation")
    return gpd.GeoDataFrame(table.astype({"name": "str"}), geometry="geometry", crs=CRS)


def study_area(areas: gpd.GeoDataFrame) -> BaseGeometry:
    """Return the one shape all areas make up, in metres on EPSG:27700.

    Raises
    ------
    InputError
        When ``areas`` is not a table of areas.

    Examples
    --------
    >>> import siteprior as sp
    >>> squares = shapely.box([400000, 401000], 290000, [401000, 402000], 291000)
    >>> known = {"lsoa_name": ["Anytown 001A", "Anytown 001B"], "district_code": "E08000025", "lsoa_year": 2021}
    >>> areas = gpd.GeoDataFrame(known, index=pd.Index(["E01000001", "E01000002"], name="lsoa_code"),
    ...                          geometry=squares, crs=27700)
    >>> sp.areas.study_area(areas).bounds
    (400000.0, 290000.0, 402000.0, 291000.0)
    """
    check(areas, AREAS, name="areas", needs=())
    if "district_code" not in areas:
        return dissolved(areas.geometry.to_numpy())
    return of_districts(areas, _by_district(areas).values())


def of_districts(areas: gpd.GeoDataFrame, shapes: Iterable[BaseGeometry]) -> BaseGeometry:
    """Return the study area (metres on EPSG:27700) of areas whose districts are dissolved: no area is twice."""
    alone = areas[areas["district_code"].isna()].geometry.to_numpy()
    return dissolved(np.array([*shapes, *alone], dtype=object))


def _by_district(areas: gpd.GeoDataFrame) -> dict[str, BaseGeometry]:
    """Return the dissolved shape of each district, by its code in their order."""
    grouped = areas.geometry.groupby(areas["district_code"])
    codes, groups = zip(*grouped, strict=True) if len(grouped) else ((), ())
    with ThreadPoolExecutor() as threads:  # GEOS works beside Python; the shapes come in their order
        return dict(zip(map(str, codes), threads.map(dissolved, map(np.asarray, groups)), strict=True))


def _commonest(names: pd.Series) -> str | None:
    """Return the name most areas bear, the first by alphabet of equals; missing where none has a name."""
    return names.mode().iloc[0] if names.notna().any() else None
