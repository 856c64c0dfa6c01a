"""Rasters of the user's own: opened and checked here, read window by window where the sites are."""

from __future__ import annotations

from pathlib import Path

from siteprior.core.files import record
from siteprior.core.io.rasters import bounds_on_the_grid, read_raster
from siteprior.core.issues import IssueLog, Reading
from siteprior.project.layers import RasterLayer, RasterSpec


def read_grid(path: Path | str, spec: RasterSpec, *, file: str) -> Reading[RasterLayer]:
    """Open a raster and check that it can be measured; its cells stay where they are.

    Parameters
    ----------
    path
        A GeoTIFF, an ESRI ASCII grid, or another kind that :func:`siteprior.core.io.rasters.read_raster` takes.
    spec
        A layer of the kind ``raster``.
    file
        What the file is called in issues and provenance.

    Returns
    -------
    Reading
        A :class:`siteprior.project.layers.RasterLayer`; ``rows`` of the provenance counts the raster's rows.

    Raises
    ------
    InputError
        As :func:`siteprior.core.io.rasters.read_raster`.
    """
    raster = read_raster(path, file=file, band=spec.band, crs=spec.crs, nodata=spec.nodata)
    layer = RasterLayer(raster, bounds_on_the_grid(raster))
    return Reading(layer, IssueLog(file).table(), (record(path, role="layer", file=file, rows=raster.height),))
