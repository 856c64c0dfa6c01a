"""The access index of every cell of an area, in its variants, and the raster they are written to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from shapely.geometry.base import BaseGeometry

from siteprior import __version__
from siteprior.core.cluster import Cluster
from siteprior.core.progress import Progress, counting, no_progress

if TYPE_CHECKING:
    import geopandas as gpd

    from siteprior.joins.access.ptal_grid import AccessGrid
    from siteprior.sources.timetables.combine_feeds import Timetables
    from siteprior.walking.network import WalkNetwork

VARIANTS = ("am peak", "evening", "sunday", "am peak, step-free")
"""The bands of the grid: three windows, and the morning peak for those who cannot climb steps."""


def measure_grid(
    area: BaseGeometry,
    timetables: Timetables,
    network: WalkNetwork,
    *,
    cell_m: float,
    max_snap_m: float,
    active_stops: gpd.GeoDataFrame | None = None,
    progress: Progress = no_progress,
    cluster: Cluster | None = None,
) -> list[AccessGrid]:
    """Measure the access index of every cell of an area, once per variant of :data:`VARIANTS`.

    Parameters
    ----------
    area
        Polygon on EPSG:27700.
    timetables, network
        As :func:`siteprior.read_timetables` and :func:`siteprior.read_streets` give them.
    cell_m
        Metres a cell is wide.
    max_snap_m
        Farthest a street may lie from a cell's centre, in metres.
    active_stops
        The stops of NaPTAN, which say where the timetables end.
    progress
        Counts the variants where it shows steps.
    cluster
        From :func:`siteprior.cluster`, to measure tiles of cells there.

    Returns
    -------
    list of siteprior.joins.access.ptal_grid.AccessGrid
        In the order of :data:`VARIANTS`.
    """
    from siteprior.joins.access.ptal_grid import access_grid

    grids = []
    with counting(progress, "Measuring cells", total=len(VARIANTS), unit="variants") as step:
        for variant in VARIANTS:
            window, _, level = variant.partition(", ")
            grids.append(
                access_grid(
                    area,
                    timetables.stops,
                    timetables.services,
                    network,
                    max_snap_m=max_snap_m,
                    cell_m=cell_m,
                    window=window,
                    step_free=bool(level),
                    active_stops=active_stops,
                    listed=timetables.listed,
                    cluster=cluster,
                )
            )
            step()
    return grids


def write_grid(path: Path, grids: Sequence[AccessGrid], *, as_of: date, service_date: date, attribution: str) -> Path:
    """Write the grids of :func:`measure_grid` as one cloud-optimised GeoTIFF, a band (index, no unit) per variant."""
    import numpy as np

    from siteprior.report.geopackage.cog import write_cog

    return write_cog(
        path,
        np.stack([grid.index for grid in grids]),
        transform=grids[0].transform,
        as_of=as_of,
        descriptions=[f"Access index, {variant}" for variant in VARIANTS],
        nodata=float("nan"),
        unit="index",
        attribution=attribution,
        metadata={"method": "TfL PTAL (2015)", "service_date": service_date, "siteprior": __version__},
    )
