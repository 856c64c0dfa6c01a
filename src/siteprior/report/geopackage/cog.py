"""A surface as a cloud-optimised GeoTIFF: one file that opens in QGIS and ArcGIS, and over the web without a server.

Tiled, with overviews, its directory in front (the layout ``COG`` of GDAL). Written whole or not at all; the same
values give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from siteprior.core.errors import InputError, OutputError
from siteprior.core.files import whole_file
from siteprior.core.schema import CRS

Bands = npt.NDArray[np.number[Any]]
"""Bands, rows, columns."""

BLOCK_PX = 256
"""Side of a tile in cells: small enough that a view of one town reads little, the usual size for the web."""


def write_cog(
    path: Path | str,
    array: npt.ArrayLike,
    *,
    transform: Sequence[float],
    as_of: date,
    descriptions: Sequence[str],
    nodata: float,
    unit: str = "",
    attribution: str = "",
    metadata: Mapping[str, Any] | None = None,
    colours: Mapping[int, str] | None = None,
    names: Sequence[str] | None = None,
) -> Path:
    """Write one or several bands on EPSG:27700 (cells in metres) as a cloud-optimised GeoTIFF, whole or not at all.

    Parameters
    ----------
    path
        The file to write; an earlier one stays until the new one is complete.
    array
        ``(rows, columns)``, or ``(bands, rows, columns)``; row 0 is the northernmost. ``nan`` becomes ``nodata``.
    transform
        ``(cell, 0, west, 0, -cell, north)`` in metres, or an affine transform, which begins with the same six.
    as_of
        The date the file carries.
    descriptions
        What each band is, one each.
    nodata
        The value of cells without one: ``nan`` for decimals, an unused number for codes.
    unit
        The unit of the values, of every band.
    attribution
        Who must be named where the surface is shown.
    metadata
        Further tags: source, method, day of the timetable; values are written as text.
    colours
        For a single band of codes (unsigned bytes): ``#rrggbb`` by code. Other codes are transparent.
    names
        For a band of codes: the name of each code, from 0 up, kept as a tag ``code_<n>``.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        Naming every fault of shape, type, transform or colours.
    OutputError
        When the file is open elsewhere or cannot be written.

    Notes
    -----
    Overviews of codes hold the nearest cell's code, those of decimals the mean.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "access_index.tif"
    >>> surface = np.array([[0.0, 15.2], [np.nan, 5.0]], dtype="float32")
    >>> _ = write_cog(target, surface, transform=(100, 0, 406800, 0, -100, 286900), as_of=date(2026, 11, 22),
    ...     descriptions=["Access index"], nodata=np.nan)
    >>> target.read_bytes()[:2]
    b'II'
    """
    bands = np.asarray(array)
    bands = bands[np.newaxis] if bands.ndim == 2 else bands
    _check_raster(bands, tuple(transform), descriptions, nodata, colours)
    if bands.dtype.kind == "f":
        bands = np.where(np.isnan(bands), np.asarray(nodata, dtype=bands.dtype), bands)
    codes = {f"code_{code}": name for code, name in enumerate(names or ())}
    tags = raster_tags(descriptions, as_of, attribution, {**codes, **(metadata or {})})
    with whole_file(path) as temporary:
        _write(temporary, bands, tuple(transform), tags, descriptions, nodata, unit, colours, named=Path(path))
    return Path(path)


def raster_tags(
    descriptions: Sequence[str], as_of: date | None, attribution: str, metadata: Mapping[str, Any]
) -> dict[str, str]:
    """Return the tags of a raster: what it shows, its date where it has one, who must be named, and further ones."""
    return {
        **({"TIFFTAG_DATETIME": f"{as_of:%Y:%m:%d} 00:00:00"} if as_of else {}),
        "TIFFTAG_IMAGEDESCRIPTION": "; ".join(descriptions),
        "TIFFTAG_COPYRIGHT": attribution,
        "AREA_OR_POINT": "Area",
        **{str(key): str(value) for key, value in metadata.items()},
    }


def _check_raster(
    bands: Bands,
    transform: tuple[float, ...],
    descriptions: Sequence[str],
    nodata: float,
    colours: Mapping[int, str] | None,
) -> None:
    """Refuse what is no raster, naming every fault."""
    faults = []
    if bands.ndim != 3 or not bands.size:
        faults.append(f"array: has the shape {bands.shape}; give (rows, columns) or (bands, rows, columns)")
    elif len(descriptions) != len(bands) or isinstance(descriptions, str):
        faults.append(f"descriptions: a list of {len(bands)} is needed, one for each band")
    if bands.dtype.name not in ("uint8", "uint16", "int16", "int32", "float32", "float64"):
        faults.append(f"array: holds {bands.dtype.name}; give uint8, uint16, int16, int32, float32 or float64")
    elif bands.dtype.kind != "f" and not (
        nodata == nodata and np.can_cast(np.min_scalar_type(int(nodata)), bands.dtype)
    ):
        faults.append(f"nodata: {nodata} cannot stand among {bands.dtype.name}; give a whole number of its range")
    if len(transform) < 6 or not (transform[0] > 0 > transform[4]) or transform[1] or transform[3]:
        faults.append(f"transform: {transform} is not (cell, 0, west, 0, -cell, north) in metres, north up")
    if colours is not None and (bands.dtype.name != "uint8" or len(bands) != 1):
        faults.append("colours: belong to a single band of codes (uint8)")
    for code, colour in (colours or {}).items():
        if not (0 <= code <= 255 and re.fullmatch("#[0-9a-fA-F]{6}", colour)):
            faults.append(f"colours: {code} = '{colour}' is not a code of 0 to 255 with a colour #rrggbb")
    if faults:
        raise InputError(*faults)


def _write(
    temporary: Path,
    bands: Bands,
    transform: tuple[float, ...],
    tags: Mapping[str, str],
    descriptions: Sequence[str],
    nodata: float,
    unit: str,
    colours: Mapping[int, str] | None,
    *,
    named: Path,
) -> None:
    """Write the bands by GDAL's COG driver."""
    import rasterio
    from rasterio.errors import RasterioError

    codes = bands.dtype.kind != "f"
    count, height, width = bands.shape
    try:
        with rasterio.open(
            temporary, "w", driver="COG", count=count, height=height, width=width, dtype=bands.dtype.name,
            crs=CRS, transform=rasterio.Affine(*transform[:6]), nodata=nodata, compress="DEFLATE",
            predictor="YES", blocksize=BLOCK_PX, overview_resampling="NEAREST" if codes else "AVERAGE", num_threads=1,
        ) as raster:  # fmt: skip
            raster.write(bands)
            raster.update_tags(**tags)
            for band, description in enumerate(descriptions, start=1):
                raster.set_band_description(band, description)
                raster.set_band_unit(band, unit)
            if colours is not None:
                table = dict.fromkeys(range(256), (0, 0, 0, 0))
                for code, colour in colours.items():
                    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
                    table[code] = (red, green, blue, 255)
                raster.write_colormap(1, table)
    except RasterioError as fault:
        raise OutputError(f"{named}: could not be written ({fault})") from None
