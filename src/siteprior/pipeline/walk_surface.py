"""The walk to the nearest stop from every cell of a large area, as a raster: tile by tile, here or on a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior import __version__
from siteprior.core.all_faults import AllFaults
from siteprior.core.cache_folder import cache_folder
from siteprior.core.cluster import Cluster, check_cluster
from siteprior.core.errors import InputError
from siteprior.core.issues import concat_issues
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress, Step, counting, progress_of
from siteprior.core.schema import CRS
from siteprior.core.short_repr import short_repr
from siteprior.core.sizes import check_length, refuse_too_many_cells
from siteprior.core.whole_folder import whole_folder
from siteprior.pipeline.access import CELL_M, box_of
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.registered import load_project
from siteprior.project.load import Project
from siteprior.project.model import File, Streets
from siteprior.report.run_folders import folder_of_no_run

if TYPE_CHECKING:
    from siteprior.joins.access.tiles import Tile
    from siteprior.joins.access.walk_surface import Metres
    from siteprior.joins.access.walks import Walking


@short_repr
@dataclass(frozen=True)
class WalkSurface:
    """The walk to the nearest stop from every cell of an area, measured and written.

    Attributes
    ----------
    file
        The raster, ``walks.tif``: whole metres, a band for rail or metro and one for bus.
    bands
        Per band how many cells are within the cut-off, farther, and not known.
    issues
        The issue log.
    """

    file: Path
    bands: pd.DataFrame
    issues: pd.DataFrame


class _Supply(NamedTuple):
    """What walks are measured from."""

    area: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    unread: gpd.GeoDataFrame | None
    walking: Walking
    as_of: date | None


def measure_walks(
    project: Project | Path | str | None = None,
    *,
    stops: Sequence[Path | str] = (),
    streets: Path | str | None = None,
    bounds: Sequence[float] | None = None,
    cell_m: float | None = None,
    out: Path | str,
    progress: Progress | bool | None = None,
    cluster: Cluster | None = None,
) -> WalkSurface:
    """Write the walk (m) from every cell of an area, however large, to the nearest open stop.

    Parameters
    ----------
    project
        A project with stops, its area and its streets; else the arguments name the inputs.
    stops, streets, bounds
        NaPTAN files; a street file, else walks are straight lines times the factor; and the
        area: west, south, east, north in metres on EPSG:27700.
    cell_m
        Metres a cell is wide, else 100.
    out
        The folder to write: ``walks.tif``, a band for rail or metro and one for bus, in whole
        metres. 65534 is farther than 960 m (parameter ``access.rail_cutoff_m``), 65535 unknown.
    progress, cluster
        ``True`` for bars or lines, or a function; where tiles are measured (``sp.cluster``).

    Raises
    ------
    ProjectError, InputError, OutputError
        When an input or the folder cannot be used, or stops or area are missing.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> stops = [shipped("data") / "transit" / "naptan.csv"]
    >>> area = (406000, 286000, 408000, 288000)
    >>> done = sp.measure_walks(stops=stops, bounds=area, cell_m=500, out="outputs/walks")
    >>> int(done.bands["cells"].iloc[0])
    16
    """
    from siteprior.joins.access.tiles import grid_over
    from siteprior.joins.access.walk_surface import BANDS, FARTHER, NOT_KNOWN, walk_surface
    from siteprior.report.geopackage.tiled_raster import write_tiles
    from siteprior.report.tables import write_csv

    faults = AllFaults()
    with faults.kept():
        cell_m = CELL_M if cell_m is None else check_length(cell_m, name="cell_m")
    with faults.kept():
        out = folder_of_no_run(out, would="whose issues.csv a surface of walks would replace")
    with faults.kept():
        check_cluster(cluster)
    faults.refuse()
    loaded = project if isinstance(project, Project) or project is None else load_project(project)
    log, progress = ReadLog.of(loaded), progress_of(progress)
    cutoff_m = load_parameters("access").number("rail_cutoff_m")
    side = load_parameters("cluster").integer("tile_cells")
    with whole_folder(out) as staged:
        supply = (
            _read_project(loaded, log, progress)
            if loaded is not None
            else _read_files(stops, streets, bounds, log, progress)
        )
        box = tuple(map(float, supply.area.total_bounds))
        refuse_too_many_cells((box[0], box[1], box[2], box[3]), cell_m, what="surface_cells")
        rows, columns, transform = grid_over((box[0], box[1], box[2], box[3]), cell_m)
        counts = np.zeros((len(BANDS), 3), dtype=np.int64)
        number = -(-rows // side) * -(-columns // side)
        with counting(progress, f"Measuring {number:,} tiles", total=number, unit="tiles", every=50) as step:
            surface = walk_surface(
                supply.area, supply.stops, supply.walking, rows=rows, columns=columns, transform=transform,
                cutoff_m=cutoff_m, tile_cells=side, unread=supply.unread, cluster=cluster,
            )  # fmt: skip
            write_tiles(
                staged / "walks.tif",
                _counted(surface, counts, step),
                shape=(len(BANDS), rows, columns),
                dtype="uint16",
                transform=transform,
                as_of=supply.as_of,
                descriptions=[f"Walk to the nearest {name} stop" for name in BANDS],
                nodata=NOT_KNOWN,
                unit="m",
                attribution=" ".join(dict.fromkeys(read.attribution for read in log.provenance if read.attribution)),
                metadata={
                    "walk_basis": supply.walking.basis,
                    f"code_{FARTHER}": f"farther than {cutoff_m:g} m",
                    "siteprior": __version__,
                },
            )
        issues = concat_issues(*log.issues)
        write_csv(staged / "issues.csv", issues)
    table = pd.DataFrame(counts, index=pd.Index(list(BANDS), name="band"), columns=["within", "farther", "not_known"])
    table.insert(0, "cells", rows * columns)
    return WalkSurface(Path(out) / "walks.tif", table, issues)


def _counted(
    surface: Iterator[tuple[Tile, Metres]], counts: np.ndarray[tuple[int, int], np.dtype[np.int64]], step: Step
) -> Iterator[tuple[int, int, Metres]]:
    """Yield where each tile stands with its cells, and count them on the way."""
    from siteprior.joins.access.walk_surface import FARTHER, NOT_KNOWN

    for tile, metres in surface:
        farther, unknown = ((metres == code).sum(axis=(1, 2)) for code in (FARTHER, NOT_KNOWN))
        counts += np.column_stack([metres[0].size - farther - unknown, farther, unknown])
        yield tile.row, tile.column, metres
        step()


def _read_project(project: Project, log: ReadLog, progress: Progress) -> _Supply:
    """Read areas, stops and streets of a project; what it says of corridors and sites is not looked at."""
    from siteprior.joins.access.unread_buses import unread_districts
    from siteprior.joins.access.walks import Walking
    from siteprior.pipeline.read_transit import read_project_stops, read_project_streets
    from siteprior.sources.areas.lsoa import districts, study_area
    from siteprior.sources.areas.of_project import read_project_areas

    if not project.sources.stops:
        raise InputError(f"{project.file}: [sources] lacks stops; walks are measured to them")
    progress("Reading areas and stops")
    areas = log.add("areas", project.sources.areas, read_project_areas(project).areas)
    whole = study_area(areas)
    stops, _, _ = read_project_stops(project, whole, log)
    parts = districts(areas)
    silent = parts[parts.index.isin(unread_districts(stops, areas, parts))]
    chosen, network = project.access, None
    if project.sources.streets is not None:
        progress("Reading streets")
        network = read_project_streets(project, project.sources.streets, whole, log)
    walking = Walking(network) if chosen.max_snap_m is None else Walking(network, max_snap_m=chosen.max_snap_m)
    return _Supply(areas, stops, silent, walking, project.network_date)


def _read_files(
    stops: Sequence[Path | str],
    streets: Path | str | None,
    bounds: Sequence[float] | None,
    log: ReadLog,
    progress: Progress,
) -> _Supply:
    """Read stops and streets named one by one."""
    from siteprior.joins.access.walks import Walking
    from siteprior.sources.streets.reader import read_streets
    from siteprior.sources.transit.naptan import read_stops

    if not stops or bounds is None:
        raise InputError("walks: needs stops and an area; give stops and bounds, or a project that names them")
    settings, area = load_parameters("access"), shapely.box(*box_of(bounds))
    progress("Reading stops")
    placed = read_stops(stops, within=area, margin_m=settings.number("stop_margin_m"))
    naptan = log.add("stops", [File(path=str(path)) for path in stops], placed)
    network = None
    if streets is not None:
        progress("Reading streets")
        margin_m = settings.number("street_margin_m")
        read = read_streets(streets, within=area, margin_m=margin_m, cache=cache_folder())
        network = log.add("streets", Streets(path=str(streets)), read)
    return _Supply(gpd.GeoDataFrame(geometry=[area], crs=CRS), naptan, None, Walking(network), None)
