"""Market evidence of a project: sales of homes, and layers of the user's own."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from siteprior.core.all_faults import AllFaults
from siteprior.core.issues import issue_table
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress, no_progress
from siteprior.core.short_repr import short_repr
from siteprior.pipeline.faults import placed
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.stand_ins import no_postcodes
from siteprior.project.layers import Layer, LayerSpec
from siteprior.project.load import Project


@short_repr
@dataclass(frozen=True)
class Market:
    """What is known of the market and the land beside the registers; blank where the project names nothing.

    ``sales`` is :data:`siteprior.core.schema.SALES` or ``None``; ``layers`` stand in the order of ``specs``.
    """

    sales: gpd.GeoDataFrame | None = None
    layers: tuple[Layer, ...] = ()
    specs: tuple[LayerSpec, ...] = ()


def read_market(
    project: Project,
    areas: gpd.GeoDataFrame,
    study_area: BaseGeometry,
    postcodes: pd.DataFrame | None,
    log: ReadLog,
    *,
    progress: Progress = no_progress,
) -> Market:
    """Read sales and layers, each called for by the project.

    Raises
    ------
    InputError
        When a file is missing, unreadable, or of another kind, vintage or place; of all of them at once.
    """
    if project.layers:
        progress("Reading layers")
    faults, read, sales = AllFaults(), list[tuple[LayerSpec, Layer]](), None
    for spec in project.layers:
        with faults.kept(), placed(project, spec):
            read.append((spec, _read_layer(project, spec, areas, log)))
    if project.sources.sales:
        progress("Reading sales")
        chosen = project.sources
        with faults.kept(), placed(project, *chosen.sales, *chosen.floor_areas, *chosen.postcodes):
            sales = _read_sales(project, study_area, no_postcodes() if postcodes is None else postcodes, log)
    faults.refuse_or_go_on()
    return Market(sales, tuple(layer for _, layer in read), tuple(spec for spec, _ in read))


def _read_layer(project: Project, spec: LayerSpec, areas: gpd.GeoDataFrame, log: ReadLog) -> Layer:
    """Read one layer; of a table say which areas it does not cover."""
    from siteprior.sources.layers.area_tables import match_areas
    from siteprior.sources.layers.reader import read_layer

    path, label = project.find_one(spec)
    beside = {}
    for key in ("lookup", "extent"):
        stated = getattr(spec, key, None)
        if stated is not None:
            beside[key] = project.find_one(spec.model_copy(update={"path": stated.path}))[0]
    reading = read_layer(path, spec, file=label, **beside)
    layer: Layer = log.add("layer", [spec] * len(reading.provenance), reading)
    if spec.joined_by:
        log.issues.append(match_areas(layer, areas, spec))
    return layer


def _read_sales(project: Project, study_area: BaseGeometry, postcodes: pd.DataFrame, log: ReadLog) -> gpd.GeoDataFrame:
    """Read the sales about the study area up to the price date, with floor areas where they are given."""
    from siteprior.sources.sales.reader import read_sales

    assert project.project.price_date is not None  # else the project is refused when it is loaded
    placed = [label for entry in project.sources.postcodes for _, label in project.find(entry)]
    sold = [(entry, *place) for entry in project.sources.sales for place in project.find(entry)]
    floors = [(entry, *place) for entry in project.sources.floor_areas for place in project.find(entry)]
    reading = read_sales(
        [path for _, path, _ in sold],
        files=[label for *_, label in sold],
        postcodes=postcodes,
        postcode_files=placed,
        floor_areas=[path for _, path, _ in floors],
        floor_area_files=[label for *_, label in floors],
        price_date=project.project.price_date,
        years=project.assumptions.sales_years,
        within=study_area,
        margin_m=load_parameters("price_surface").table("sales").number("reach"),
        cache=project.cache,
    )
    origins = reading.provenance
    log.add(
        "floor areas",
        [entry for entry, *_ in floors],
        reading._replace(issues=issue_table([]), provenance=origins[len(sold) :]),
    )
    sales: gpd.GeoDataFrame = log.add(
        "sales", [entry for entry, *_ in sold], reading._replace(provenance=origins[: len(sold)])
    )
    return sales
