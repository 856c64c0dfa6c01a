"""Dwellings by area, which sales are counted against: one row per LSOA."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import geopandas as gpd
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.issues import Reading, concat_issues
from siteprior.core.named_paths import one_path
from siteprior.project.files import CensusYear, File
from siteprior.project.kinds import Text, key
from siteprior.project.layer_checks import parse_layer
from siteprior.project.layers import AreaLayer
from siteprior.sources.layers.area_tables import match_areas
from siteprior.sources.layers.reader import read_layer
from siteprior.sources.registry import source


class Dwellings(File):
    """A table of dwellings by LSOA."""

    code: Annotated[Text, key("The column with the LSOA codes", example="LSOA21CD")]
    column: Annotated[Text, key("The column with the number of dwellings", example="dwellings")]
    year: Annotated[CensusYear, key("Census year of the codes", example=2021)]


@source(
    "dwellings",
    title="Dwellings by area",
    meaning="Dwellings by LSOA, which sales are counted against",
    keys=Dwellings,
    example={"path": "dwellings.csv", "code": "LSOA21CD", "column": "dwellings", "year": 2021},
)
def read_dwellings(
    paths: list[Path], files: list[str], entry: Dwellings, areas: gpd.GeoDataFrame
) -> Reading[gpd.GeoDataFrame]:
    """Return the areas with their number of dwellings, and the areas the table has no row for as issues.

    Raises
    ------
    InputError
        When there are several files, or the table holds no dwellings for any of the areas.
    """
    path, label = one_path(paths, files, what="dwellings", instead="put them into one table")
    spec = parse_layer(
        {
            "name": "dwellings_of_area", "path": entry.path, "kind": "table", "measure": "value", "by": "lsoa_code",
            "code": entry.code, "column": entry.column, "year": entry.year, "unit": "dwellings",
        }
    )  # fmt: skip
    reading = read_layer(path, spec, file=label)
    layer = reading.table
    unmatched = match_areas(layer, areas, spec)
    if not isinstance(layer, AreaLayer):
        raise InputError(f"{label}: is no table by area; give the dwellings of each LSOA")
    counted = areas.assign(dwellings=pd.to_numeric(layer.by_code.reindex(areas.index)))
    if counted["dwellings"].isna().all():
        raise InputError(f"{label}: holds no dwellings for any of the areas; check its codes and column")
    return Reading(counted, concat_issues(reading.issues, unmatched), reading.provenance)
