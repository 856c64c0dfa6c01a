"""Rasters, opened one way for layers and elevations: north up however they were saved, in the unit they are meant in.

A cell without a value is not a number, whoever says so: the file's mask, its nodata, or the project's. Values that
stand for nothing in files that do not say so are never measured: they are refused, with what to state.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyproj

from siteprior.core.errors import InputError
from siteprior.core.files import archive_member, is_packed, open_stream
from siteprior.core.io.file_kinds import HEAD, raster_driver
from siteprior.core.io.outside_references import refuse_beside
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Raster:
    """A raster that was opened and checked, to be read window by window.

    Attributes
    ----------
    source, driver
        Its name for GDAL, and the driver its content is of.
    file
        The file as the project names it.
    band
        The band, from 1.
    crs
        Its coordinate system, as well-known text.
    nodata
        A value that stands for nothing besides those the file declares, or ``None``.
    bounds
        West, south, east and north in its own coordinate system.
    bands, height
        How many bands and rows of cells it has.
    """

    source: str
    driver: str
    file: str
    band: int
    crs: str
    nodata: float | None
    bounds: tuple[float, float, float, float]
    bands: int
    height: int


def read_raster(
    path: Path | str,
    *,
    file: str,
    band: int = 1,
    crs: str | None = None,
    nodata: float | None = None,
) -> Raster:
    """Open a raster and check that it can be measured; its cells stay where they are.

    Parameters
    ----------
    path
        A GeoTIFF, an ESRI ASCII grid, or another of :data:`siteprior.core.io.file_kinds.RASTER_KINDS`; ``.gz`` and
        ``archive.zip!member`` are opened as they are.
    file
        What the file is called in messages.
    band
        The band, from 1.
    crs
        The coordinate system of a file that does not state one.
    nodata
        The cell value that stands for nothing, where the file declares none.

    Raises
    ------
    InputError
        When the file is missing or no raster, has no such band, is turned, or states no coordinate system and ``crs``
        is not given; when ``crs`` is none, or is another than the file states; when no cell can hold ``nodata``.
    """
    import rasterio.crs
    from rasterio.errors import CRSError

    source = _gdal_name(path)
    with open_stream(path) as stream:
        driver = raster_driver(file, stream.read(HEAD))
    refuse_beside(path)
    with _opened(source, driver, file) as opened:
        faults = []
        if band > opened.count:
            faults.append(f"{file}: has no band {band}; it has {opened.count}")
        if opened.transform.b or opened.transform.d:
            faults.append(f"{file}: is turned; save it again upright, rows from west to east")
        if opened.crs is None and crs is None:
            faults.append(f'{file}: states no coordinate system; say it with crs = "EPSG:27700" or its own')
        if not faults and nodata is not None and not _can_hold(opened.dtypes[band - 1], nodata):
            faults.append(
                f"{file}: nodata = {nodata:g} is no value its cells can hold ({opened.dtypes[band - 1]}); state "
                "the value as it stands in the file, before any scale"
            )
        if faults:
            raise InputError(*faults)
        try:
            # GDAL would ask for a system that is stated as an address; pyproj reads what is written
            stated = None if crs is None else rasterio.crs.CRS.from_wkt(pyproj.CRS.from_user_input(crs).to_wkt())
        except (CRSError, pyproj.exceptions.CRSError) as fault:
            raise InputError(f"{file}: '{crs}' is not a coordinate system it can be in ({fault})") from None
        if stated is not None and opened.crs is not None and stated != opened.crs:
            raise InputError(
                f'{file}: states {opened.crs.to_string()[:60]} itself, and the project crs = "{crs}"; take crs out, '
                "or save the file with the right one"
            )
        own = opened.crs or stated
        assert own is not None  # refused above
        left, bottom, right, top = opened.bounds
        bounds = (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
        return Raster(source, driver, file, band, own.to_wkt(), nodata, bounds, opened.count, opened.height)


class OpenRaster:
    """The band of an open raster: cells counted from its north-west corner, values in the unit they are meant in.

    Attributes
    ----------
    width, height
        Cells from west to east, and from north to south.
    west, north, cell_width, cell_height
        Its corner and the size of a cell, in the raster's own coordinate system; the sizes above 0.
    """

    def __init__(self, raster: Raster, opened: DatasetReader) -> None:
        self._raster, self._opened = raster, opened
        across, down = opened.transform.a, opened.transform.e
        self._mirrored, self._upside_down = across < 0, down > 0
        self.width, self.height = opened.width, opened.height
        self.cell_width, self.cell_height = abs(across), abs(down)
        self.west, _, _, self.north = raster.bounds

    def place(self, positions: Floats) -> Floats:
        """Return column and row of places, in cells from the north-west corner."""
        return np.column_stack(
            [(positions[:, 0] - self.west) / self.cell_width, (self.north - positions[:, 1]) / self.cell_height]
        )

    def read(self, left: int, top: int, width: int, height: int) -> Floats:
        """Return the cells of a window within the raster, north up; those without a value are not a number.

        Raises
        ------
        InputError
            When a cell holds what cannot be a value, and the project does not state what stands for nothing.
        """
        from rasterio.windows import Window

        raster, opened = self._raster, self._opened
        from_left = opened.width - left - width if self._mirrored else left
        from_top = opened.height - top - height if self._upside_down else top
        band = opened.read(raster.band, window=Window(from_left, from_top, width, height), masked=True)
        missing = np.ma.getmaskarray(band)
        raw = np.asarray(band.data)
        if raster.nodata is not None:
            missing = missing | (raw == np.asarray(raster.nodata).astype(raw.dtype))
        cells = np.where(missing, np.nan, raw.astype(np.float64))
        cells[~np.isfinite(cells)] = np.nan
        self._refuse_nothing(cells)
        at = raster.band - 1
        cells = cells * opened.scales[at] + opened.offsets[at]
        if self._mirrored:
            cells = cells[:, ::-1]
        return np.ascontiguousarray(cells[::-1] if self._upside_down else cells)

    def _refuse_nothing(self, cells: Floats) -> None:
        """Refuse cells as they stand in the file that hold what stands for nothing elsewhere.

        Where the project states what does, low values may be meant; those beyond all measure never are, and where it
        states one of the low marks another of them is a second mark.
        """
        marks, stated = load_parameters("layers"), self._raster.nodata
        beyond, lowest = marks.number("nothing_from"), marks.number("nothing_at_most")
        low = stated is None or stated <= lowest
        odd = cells[(np.abs(cells) >= beyond) | ((cells <= lowest) & low)]
        if len(odd) and stated is not None:
            raise InputError(
                f"{self._raster.file}: band {self._raster.band} holds {odd[0]:.17g}, which cannot be a value beside "
                f"nodata = {stated:.17g} as stated; make it one mark for nothing in the file, with gdal_calc or QGIS"
            )
        if len(odd):
            raise InputError(
                f"{self._raster.file}: band {self._raster.band} holds {odd[0]:.17g}, which stands for nothing in files "
                f"that do not say so; state what does with nodata = {odd[0]:.17g}, or another value where this one is "
                "meant"
            )


@contextmanager
def open_raster(raster: Raster) -> Iterator[OpenRaster]:
    """Open a raster that was checked, for reading its cells.

    Raises
    ------
    InputError
        When it cannot be read any more.
    """
    with _opened(raster.source, raster.driver, raster.file) as opened:
        yield OpenRaster(raster, opened)


def bounds_on_the_grid(raster: Raster) -> tuple[float, float, float, float]:
    """Return west, south, east and north of a raster in metres on EPSG:27700."""
    from rasterio.warp import transform_bounds

    west, south, east, north = transform_bounds(raster.crs, CRS, *raster.bounds)
    return west, south, east, north


@contextmanager
def _opened(source: str, driver: str, file: str) -> Iterator[DatasetReader]:
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioError

    # what GDAL thinks of a damaged file is in the error where it cannot be read, and no line on the terminal
    noise = logging.getLogger("rasterio")
    before = noise.level
    try:
        noise.setLevel(logging.CRITICAL)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # is refused by name, for want of a system
            with rasterio.Env(CPL_VSIL_CURL_ALLOWED_FILENAME="none"):
                dataset = rasterio.open(source, driver=driver)
        with rasterio.Env(CPL_VSIL_CURL_ALLOWED_FILENAME="none"), dataset as opened:
            if "OVERVIEW_FILE" in opened.tags(ns="OVERVIEWS"):
                raise InputError(f"{file}: names a file of overviews, which is never opened; save it again without")
            yield opened
    except RasterioError as fault:
        raise InputError(f"{file}: cannot be read as a raster ({fault}); give a GeoTIFF") from None
    finally:
        noise.setLevel(before)


def _can_hold(dtype: str, value: float) -> bool:
    """Return whether a cell of a type can hold a value; one with a fraction as near as the type allows."""
    kind = np.dtype(dtype)
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        return value == int(value) and limits.min <= value <= limits.max
    return kind.kind == "f"


def _gdal_name(path: Path | str) -> str:
    """Return the name by which GDAL opens a file, a gzipped one or a member of a zip in place."""
    text = str(path)
    plain, member = archive_member(path)
    if not Path(plain).is_file():
        raise InputError(f"{text}: there is no such file; check the path and the project's data_root")
    if member:
        return f"/vsizip/{Path(plain).resolve().as_posix()}/{member}"
    return f"/vsigzip/{Path(plain).resolve().as_posix()}" if is_packed(path) else text
