"""Rasters of the user's own: opened and checked here, read window by window where the sites are."""

from __future__ import annotations

from pathlib import Path

from siteprior.core.errors import InputError
from siteprior.core.files import archive_member, is_packed, record
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.schema import CRS
from siteprior.project.layers import RasterLayer, RasterSpec


def read_grid(path: Path | str, spec: RasterSpec, *, file: str) -> Reading[RasterLayer]:
    """Open a raster and check that it can be measured; its cells stay where they are.

    Parameters
    ----------
    path
        Any raster GDAL reads; ``.gz`` and ``archive.zip!member`` are opened as they are.
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
        When the file is missing or no raster, has no such band, is turned, or states no coordinate system and the
        project states none.
    """
    import rasterio
    import rasterio.crs
    from rasterio.errors import CRSError, RasterioError
    from rasterio.warp import transform_bounds

    source = _gdal_name(path)
    try:
        with rasterio.open(source) as opened:
            faults = []
            if spec.band > opened.count:
                faults.append(f"{file}: has no band {spec.band}; it has {opened.count}")
            if opened.transform.b or opened.transform.d:
                faults.append(f"{file}: is turned; save it again upright, rows from west to east")
            if opened.crs is None and spec.crs is None:
                faults.append(f'{file}: states no coordinate system; say it with crs = "EPSG:27700" or its own')
            if faults:
                raise InputError(*faults)
            crs = opened.crs if opened.crs is not None else rasterio.crs.CRS.from_user_input(spec.crs)
            west, south, east, north = transform_bounds(crs, CRS, *opened.bounds)
            rows = opened.height
    except CRSError as fault:
        raise InputError(f"{file}: '{spec.crs}' is not a coordinate system it can be in ({fault})") from None
    except RasterioError as fault:
        raise InputError(f"{file}: cannot be read as a raster ({fault}); give a GeoTIFF") from None
    layer = RasterLayer(source, file, spec.band, crs.to_wkt(), spec.nodata, (west, south, east, north))
    return Reading(layer, IssueLog(file).table(), (record(path, role="layer", file=file, rows=rows),))


def _gdal_name(path: Path | str) -> str:
    """Return the name by which GDAL opens a file, a gzipped one or a member of a zip in place."""
    text = str(path)
    plain, member = archive_member(path)
    if not Path(plain).is_file():
        raise InputError(f"{text}: there is no such file; check the path and the project's data_root")
    if member:
        return f"/vsizip/{Path(plain).resolve().as_posix()}/{member}"
    return f"/vsigzip/{Path(plain).resolve().as_posix()}" if is_packed(path) else text
