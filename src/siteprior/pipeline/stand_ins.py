"""What takes the place of inputs that are refused, so that a check can try all that comes after; no run sees any."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import SitePriorError
from siteprior.core.io.national_tables import GRID_M
from siteprior.core.schema import (
    AREAS,
    CORRIDOR_STOPS,
    CRS,
    DEPRIVATION,
    POSTCODES,
    REGISTER,
    STOPS,
    Table,
    as_kind,
    conform,
)
from siteprior.project.load import Project

STANDS_IN = "(stands in)"
"""The code of what was made up; a fault that names it is none of the user's."""


def stand_in_areas(project: Project, faults: Iterable[str]) -> gpd.GeoDataFrame:
    """Return areas to go on with where those of the project are refused.

    Those of the districts that are not at fault where some are; else one area of the extent of the file, or of Great
    Britain where it cannot be read.
    """
    from siteprior.sources.areas.of_project import read_project_areas

    entry, texts = project.sources.areas, list(faults)
    right = [name for name in entry.districts if not any(f"'{name}'" in text for text in texts)]
    if right and len(right) < len(entry.districts):
        try:
            return read_project_areas(project, districts=right).areas.table
        except SitePriorError:
            pass  # it has other faults, which are named already
    table = gpd.GeoDataFrame(
        {"lsoa_year": [entry.year]}, index=pd.Index([STANDS_IN]), geometry=[_extent(project)], crs=CRS
    )
    return conform(table, AREAS)


def _extent(project: Project) -> BaseGeometry:
    """Return the extent of the file of areas, else that of Great Britain."""
    from siteprior.core.io.vector_files import read_vector

    try:
        path, _ = project.find_one(project.sources.areas)
        bounds = read_vector(path, layer=project.sources.areas.layer, crs=project.sources.areas.crs).total_bounds
    except SitePriorError:
        return shapely.box(0, 0, *GRID_M)
    box = shapely.box(*bounds)
    return box if box.is_valid and box.area > 0 else shapely.box(0, 0, *GRID_M)


def blank_deprivation(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return areas with the columns of deprivation, all missing, where they have none."""
    lacking = [column for column in DEPRIVATION.columns if column.name not in areas]
    return areas.assign(**{column.name: as_kind(None, column.kind, areas.index) for column in lacking})


def stand_in_sites(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one site in every area: some of the project's could not be read, and these lie about as far apart."""
    names = [f"{STANDS_IN}:{place}" for place in range(len(areas))]
    places = areas.geometry.representative_point()
    table = gpd.GeoDataFrame(
        {"reference": names, "file": STANDS_IN, "easting": places.x.to_numpy(), "northing": places.y.to_numpy()},
        index=pd.Index(names), geometry=places.to_numpy(), crs=CRS,
    )  # fmt: skip
    return conform(table, REGISTER)


def no_postcodes() -> pd.DataFrame:
    """Return a table of postcodes without a row."""
    return conform(pd.DataFrame({"easting": []}, index=pd.Index([], dtype="str")), POSTCODES)


def no_stops() -> gpd.GeoDataFrame:
    """Return a table of stops without a row."""
    return _no_rows(STOPS)


def no_corridor_stops() -> gpd.GeoDataFrame:
    """Return a table of corridor stops without a row."""
    return _no_rows(CORRIDOR_STOPS)


def _no_rows(declared: Table) -> gpd.GeoDataFrame:
    empty = gpd.GeoDataFrame({name: [] for name in declared.names}, geometry=[], crs=CRS)
    return conform(empty.rename_axis(declared.index), declared)
