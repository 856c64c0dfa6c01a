"""GeoPackages of a result for the program its project names, GeoParquet where it asks for that, the QGIS project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.pipeline.result import Result
from siteprior.project.load import Project
from siteprior.report.audience import AUDIENCES
from siteprior.report.geopackage.gis import GIS
from siteprior.report.geopackage.site_form import SITE_ATTRIBUTES
from siteprior.report.long_tables import is_large

PACKAGES = ("shortlist.gpkg", "site_shapes.gpkg", "access.gpkg")
"""The GeoPackages every run writes."""


def write_package(
    done: Result, path: Path, layers: Mapping[str, gpd.GeoDataFrame], tables: Mapping[str, pd.DataFrame]
) -> None:
    """Write one GeoPackage of a result, and its layers as GeoParquet where the project asks for it.

    Of a large layer of stops or areas the GeoPackage has what lies about the shortlist, and GeoParquet has all.

    Raises
    ------
    InputError
        When a layer or table is not what a GeoPackage holds.
    OutputError
        When a file is open elsewhere or cannot be written.
    """
    from siteprior.report.geopackage.geoparquet import FOLDER, write_geoparquet
    from siteprior.report.geopackage.iso_metadata import study_extent
    from siteprior.report.geopackage.near_shortlist import large_layers, near_shortlist, near_words
    from siteprior.report.geopackage.write import write_geopackage

    head, asked = done.project.project, done.project.publish
    large = large_layers(layers)
    near = {name: near_shortlist(layers[name], done.shortlist) for name in large}
    write_geopackage(
        path, {**layers, **near}, listed_attributes(done, tables), as_of=head.as_of, metadata=done.record,
        illustrative=head.illustrative, gis=asked.gis, extent=study_extent(layers),
        about={name: near_words(name, len(near[name]), len(layers[name])) for name in large},
    )  # fmt: skip
    whole = layers if asked.geoparquet else {name: layers[name] for name in large}
    if whole:
        write_geoparquet(path.parent / FOLDER, whole, tables, as_of=head.as_of, metadata=done.record)


def listed_sites(done: Result) -> list[str]:
    """Return the sites of the shortlist: the largest of each opportunity, and the plots that are ranked as it."""
    sites = done.sites
    ranked_as = sites["ranked_as"] if "ranked_as" in sites else sites.index.to_series()
    return [str(site) for site in sites.index[ranked_as.isin(done.shortlist.index)]]


def listed_attributes(done: Result, tables: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """Return the tables of a GeoPackage; of a large ranking ``site_attributes`` of the shortlisted sites alone.

    ``ranking.parquet`` has them of all sites.
    """
    if SITE_ATTRIBUTES not in tables or not is_large(done.sites):
        return tables
    rest = tables[SITE_ATTRIBUTES]
    return {**tables, SITE_ATTRIBUTES: rest[rest.index.isin(listed_sites(done))]}


def large_notices(done: Result) -> Iterator[str]:
    """Yield which tables and layers are so large that all of them stands in Parquet, beside what is listed."""
    from siteprior.report.geopackage.near_shortlist import large_layers

    if is_large(done.sites):
        yield (
            f"ranking.csv, and site_attributes in shortlist.gpkg, hold the {len(listed_sites(done)):,} sites of the "
            f"shortlist, for all {len(done.sites):,} are too many for a spreadsheet; ranking.parquet has all"
        )
    if large := large_layers({"stops": done.stops, "areas": done.areas}):
        reach = load_parameters("report").number("near_shortlist_m") / 1000
        yield (
            f"shortlist.gpkg holds the {' and '.join(large)} within {reach:g} km of the shortlist; "
            f"{' and '.join(f'geoparquet/{name}.parquet' for name in large)} {'have' if len(large) > 1 else 'has'} all"
        )


def write_qgis_project(done: Result, folder: Path) -> None:
    """Write the QGIS project of a folder's GeoPackages, where they are for QGIS."""
    from siteprior.report.geopackage.qgis_project import write_project

    if done.project.publish.gis == "qgis":
        write_project(folder, title=done.project.project.title)


def published_as(
    project: Project,
    *,
    audience: str | None = None,
    gis: str | None = None,
    geoparquet: bool | None = None,
    pdf: bool | None = None,
) -> Project:
    """Return a project that publishes for others, for another program or as GeoParquet too; as it is by default.

    Raises
    ------
    InputError
        When the audience or the program is not known, or ``geoparquet`` is no truth value.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> from siteprior.pipeline.registered import load_project
    >>> project = load_project(shipped("data") / "demo.toml")
    >>> published_as(project, gis="arcgis").publish.gis
    'arcgis'
    """
    faults = [unknown("gis", str(gis), GIS)] if gis is not None and gis not in GIS else []
    if geoparquet is not None and not isinstance(geoparquet, bool):
        faults.append(f"geoparquet: needs True or False, not {geoparquet!r}")
    if audience is not None and audience not in AUDIENCES:
        faults.append(f"audience: {unknown('audience', str(audience), AUDIENCES)}")
    if faults:
        raise InputError(*faults)
    stated = (("audience", audience), ("gis", gis), ("geoparquet", geoparquet), ("pdf", pdf))
    asked = {name: value for name, value in stated if value is not None}
    return project.model_copy(update={"publish": project.publish.model_copy(update=asked)}) if asked else project
