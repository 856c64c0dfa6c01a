"""The areas a project names, with the table of districts beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from siteprior.core.issues import Reading
from siteprior.project.load import Project
from siteprior.sources.areas.lookup import read_area_lookup
from siteprior.sources.areas.lsoa import read_areas


class ProjectAreas(NamedTuple):
    """What was read: the areas, and the lookup of their districts, ``None`` where the project names none."""

    areas: Reading[gpd.GeoDataFrame]
    lookup: Reading[pd.Series] | None


def read_project_areas(project: Project, *, districts: Sequence[str] | None = None) -> ProjectAreas:
    """Read the LSOAs a project names (metres, EPSG:27700), of the districts it states.

    Parameters
    ----------
    project
        The project.
    districts
        Districts to read in the place of those it states.

    Raises
    ------
    InputError
        As :func:`siteprior.sources.areas.lsoa.read_areas` and :func:`read_area_lookup`.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> from siteprior.project.load import load_project
    >>> read = read_project_areas(load_project(shipped("data") / "demo.toml"))
    >>> read.areas.table.index.name, read.lookup
    ('lsoa_code', None)
    """
    entry, lookup = project.sources.areas, None
    path, label = project.find_one(entry)
    if entry.lookup is not None and entry.district is not None:
        table, called = project.find_one(entry.lookup)
        lookup = read_area_lookup(table, code=entry.lookup.code or entry.code, district=entry.district, file=called)
    areas = read_areas(
        path, code=entry.code, name=entry.name, district=entry.district, year=entry.year, layer=entry.layer,
        crs=entry.crs, districts=districts or entry.districts or None, lookup=None if lookup is None else lookup.table,
        files=label,
    )  # fmt: skip
    return ProjectAreas(areas, lookup)
