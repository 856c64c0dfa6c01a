"""GeoPackages of a result for the program its project names, GeoParquet where it asks for that, the QGIS project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.pipeline.result import Result
from siteprior.pipeline.whole_files import RANKING, WHOLE, listed_attributes
from siteprior.project.load import Project
from siteprior.report.audience import AUDIENCES
from siteprior.report.geopackage.gis import GIS
from siteprior.report.geopackage.layers import TABLES
from siteprior.report.geopackage.site_form import SITE_ATTRIBUTES

PACKAGES = ("shortlist.gpkg", "site_shapes.gpkg", "access.gpkg")
"""The GeoPackages every run writes."""

ATTRIBUTES_WORDS = f"{TABLES[SITE_ATTRIBUTES]}: those of the shortlist; {RANKING} has all"
"""What ``site_attributes`` of a large run says of itself."""


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
    from siteprior.report.geopackage.geoparquet import FOLDER, whole_layer, write_geoparquet
    from siteprior.report.geopackage.iso_metadata import study_extent
    from siteprior.report.geopackage.near_shortlist import near_shortlist, near_words
    from siteprior.report.geopackage.write import write_geopackage

    head, asked = done.project.project, done.project.publish
    large = [name for name in layers if whole_layer(name) in done.record.get(WHOLE, ())]
    near = {name: near_shortlist(layers[name], done.shortlist) for name in large}
    write_geopackage(
        path, {**layers, **near}, listed_attributes(done, tables), as_of=head.as_of, metadata=done.record,
        illustrative=head.illustrative, gis=asked.gis, extent=study_extent(layers),
        about={**{name: near_words(name, len(near[name]), len(layers[name])) for name in large},
               **({SITE_ATTRIBUTES: ATTRIBUTES_WORDS} if RANKING in done.record.get(WHOLE, ()) else {})},
    )  # fmt: skip
    whole = layers if asked.geoparquet else {name: layers[name] for name in large}
    if whole:
        write_geoparquet(path.parent / FOLDER, whole, tables, as_of=head.as_of, metadata=done.record)


def write_qgis_project(done: Result, folder: Path) -> None:
    """Write the QGIS project of a folder's GeoPackages, where they are for QGIS."""
    from siteprior.report.geopackage.geoparquet import whole_layer
    from siteprior.report.geopackage.iso_metadata import study_extent
    from siteprior.report.geopackage.qgis_project import write_project

    if done.project.publish.gis == "qgis":
        # of large areas the GeoPackage has those near the shortlist, and it opens at all of them
        near = whole_layer("areas") in done.record.get(WHOLE, ())
        extent = study_extent({"areas": done.areas}) if near else None
        write_project(folder, title=done.project.project.title, extent=extent)


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
