"""The dossiers of a partner's package: what they draw from, each table cut to the columns the partner sees."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.read_run import read_layer
from siteprior.pipeline.result import Result
from siteprior.report.audience import Audience

Frame = TypeVar("Frame", pd.DataFrame, gpd.GeoDataFrame)

HECTARE_M2 = 10_000.0


def write_partner_dossiers(
    source: Result | Run,
    folder: Path,
    sites: gpd.GeoDataFrame,
    layers: Mapping[str, gpd.GeoDataFrame],
    audience: Audience,
    record: Mapping[str, Any],
) -> dict[str, str]:
    """Write a page per site of a package (hectares, metres), from what its audience sees and nothing else.

    Parameters
    ----------
    source
        The run.
    folder
        The package's folder.
    sites
        The sites of the package with the columns the audience sees, in the order of their ids.
    layers
        ``corridors``, ``stops`` and ``areas`` with the columns the audience sees.
    audience
        Who sees them.
    record
        What the audience may read of the run's record.

    Returns
    -------
    dict
        Where each page stands, relative to the package, by ``site_id``.
    """
    from siteprior.appraisal.market_failure.signals import signal_table
    from siteprior.report.dossiers.partner import Beside, write_pages
    from siteprior.report.dossiers.site_map import ground_of

    own = sites.index
    routes, history = source.access_routes, source.history
    # by what they add to the access index, which is not itself shown
    routes = routes.sort_values("contribution", ascending=False, kind="stable") if len(routes) else routes
    ground = ground_of(
        areas=layers["areas"],
        corridors=_named(layers["corridors"], "corridor"),
        corridor_stops=_seen(gpd.GeoDataFrame(source.corridor_stops), "corridor_stops", audience),
        stops=layers["stops"],
        network=source.walking.network if isinstance(source, Result) else None,
    )
    beside = Beside(
        ground=ground,
        shapes=_seen(_shapes(source, sites, {read["file"] for read in record["inputs"]}), "site_shapes", audience),
        routes=_seen(routes[routes["site_id"].isin(own)], "access_routes", audience) if len(routes) else routes,
        history=_seen(history[history["site_id"].isin(own)], "history", audience) if len(history) else history,
    )
    return write_pages(
        folder, record=record, audience=audience, sites=sites, beside=beside,
        titles={str(row["letter"]): str(row["title"]) for row in signal_table().to_dict("records")},
    )  # fmt: skip


def _seen(table: Frame, name: str, audience: Audience) -> Frame:
    """Return a table with the columns its audience sees, and its shapes."""
    place = table.active_geometry_name if isinstance(table, gpd.GeoDataFrame) else None
    kept = table[[column for column in table if column in audience.columns[name] or column == place]]
    return gpd.GeoDataFrame(kept, geometry=place, crs=table.crs) if isinstance(table, gpd.GeoDataFrame) else kept


def _named(table: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """Return a layer by its name: opened from a file it has it as a column."""
    return gpd.GeoDataFrame(table.set_index(name)) if name in table else table


def _shapes(source: Result | Run, sites: gpd.GeoDataFrame, files: Collection[str]) -> gpd.GeoDataFrame:
    """Return the shape of each site: an outline of a file that is named to the audience, else a disc as registered.

    The shapes of a run are as large as the team says where it overrides hectares, and may be drawn by the team.
    """
    if isinstance(source, Result):
        stored = source.shapes.reindex(sites.index)
    else:
        layer = read_layer(source.folder / "site_shapes.gpkg", "site_shapes")
        stored = gpd.GeoDataFrame(layer.set_index("site_id")).reindex(sites.index)
    decided = source.decisions[(source.decisions["applied"] == "yes") & (source.decisions["field"] == "hectares")]
    given = stored["shape_id"].astype("object").fillna("").astype("str").str.rpartition("#")[0]
    basis = stored["shape_basis"].astype("object").fillna("").astype("str")
    outlined = given.isin(list(files)) & ~basis.str.startswith(("disc", "point"))
    outlined &= ~sites.index.isin(decided["site_id"]) & stored.geometry.notna()
    radius = np.sqrt(sites["hectares"].astype("float64").fillna(0.0).clip(lower=0.0) * HECTARE_M2 / np.pi)
    drawn = sites.geometry.where(radius == 0, sites.geometry.buffer(radius))
    return gpd.GeoDataFrame(
        {"shape_basis": np.where(outlined, "outline", np.where(radius > 0, "disc", "point"))},
        geometry=stored.geometry.where(outlined, drawn).to_numpy(), index=sites.index, crs=sites.crs,
    )  # fmt: skip
