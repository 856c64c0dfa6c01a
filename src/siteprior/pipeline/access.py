"""Access alone, no registers needed: streets and timetables in, the access index of a place and of every cell out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior import __version__
from siteprior.core.all_faults import AllFaults
from siteprior.core.cache_folder import cache_folder
from siteprior.core.cluster import Cluster, check_cluster
from siteprior.core.errors import InputError, ProjectError
from siteprior.core.issues import IssueLog, concat_issues
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress, progress_of
from siteprior.core.renamed import renamed_argument
from siteprior.core.schema import CRS
from siteprior.core.short_repr import short_repr
from siteprior.core.sizes import check_length, refuse_too_many_cells
from siteprior.core.whole_folder import whole_folder
from siteprior.pipeline.grid import measure_grid, write_grid
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.registered import load_project
from siteprior.project.gates_weights import is_number
from siteprior.project.load import Project
from siteprior.project.model import File, Streets, Timetable
from siteprior.report.run_folders import folder_of_no_run

if TYPE_CHECKING:
    from siteprior.joins.access.ptal_grid import AccessGrid
    from siteprior.sources.timetables.combine_feeds import Timetables
    from siteprior.walking.network import WalkNetwork


CELL_M = 100.0
"""Metres a cell is wide where nobody states it: that of TfL's own maps of the index."""


class _Supply(NamedTuple):
    """What access is measured from; ``top_60_ttwa`` as the project states it."""

    network: WalkNetwork
    timetables: Timetables
    area: BaseGeometry
    top_60_ttwa: bool | None = None
    stops: gpd.GeoDataFrame | None = None


@short_repr
@dataclass(frozen=True)
class Access:
    """The access of an area, measured.

    Attributes
    ----------
    cells
        :data:`siteprior.core.schema.ACCESS_GRID`: one square per cell.
    points
        The places asked for with their access index; ``None`` where none were.
    routes
        The routes that make up each place's index.
    stations
        Departures per station, and the dated policy test.
    timetables
        What was read of the timetables.
    network
        The streets.
    issues
        The issue log.
    """

    cells: gpd.GeoDataFrame
    points: gpd.GeoDataFrame | None
    routes: pd.DataFrame
    stations: gpd.GeoDataFrame
    timetables: Timetables
    network: WalkNetwork
    issues: pd.DataFrame


@renamed_argument(say="progress")
def measure_access(
    project: Project | Path | str | None = None,
    *,
    streets: Path | str | None = None,
    timetables: Sequence[Path | str] = (),
    stops: Sequence[Path | str] = (),
    points: Path | str | None = None,
    bounds: Sequence[float] | None = None,
    service_date: date | None = None,
    cell_m: float | None = None,
    out: Path | str | None = None,
    progress: Progress | bool | None = None,
    cluster: Cluster | None = None,
) -> Access:
    """Measure the access index (TfL's PTAL method) of every cell of an area, and of places in it.

    Parameters
    ----------
    project
        A project with streets and timetables; without it the arguments name the inputs.
    streets, timetables, stops, points, bounds
        Street file, GTFS feeds, NaPTAN files, places to explain route by route (vector file),
        and the area: west, south, east, north in metres on EPSG:27700.
    service_date, cell_m, out
        The weekday counted, else the busiest ordinary one; metres a cell is wide, else 100; the
        folder to write (rasters, GeoPackage, tables), nothing when ``None``.
    progress, cluster
        ``True`` for bars or lines, or a function; where tiles are measured (``sp.cluster``).

    Raises
    ------
    ProjectError, InputError, OutputError
        When an input or the folder cannot be used, or streets, timetables or area are missing.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> transit, area = shipped("data") / "transit", (406000, 286000, 408000, 288000)
    >>> streets, feeds = transit / "streets.geojson.gz", [transit / "timetable.zip"]
    >>> len(sp.measure_access(streets=streets, timetables=feeds, bounds=area, cell_m=500).cells)
    16
    """
    faults = AllFaults()
    with faults.kept():
        cell_m = None if cell_m is None else check_length(cell_m, name="cell_m")
    with faults.kept():
        out = None if out is None else folder_of_no_run(out, would="whose access.gpkg and issues.csv would be replaced")
    with faults.kept():
        check_cluster(cluster)
    faults.refuse()
    loaded = project if isinstance(project, Project) or project is None else load_project(project)
    progress = progress_of(progress)
    if out is None:
        return _measure(loaded, streets, timetables, stops, points, bounds, service_date, cell_m, progress, cluster)[0]
    with whole_folder(out) as staged:
        done, grids, attribution = _measure(
            loaded, streets, timetables, stops, points, bounds, service_date, cell_m, progress, cluster
        )
        progress("Writing")
        _write(done, staged, as_of=_as_of(loaded, done), grids=grids, attribution=attribution)
    return done


def _measure(
    project: Project | None,
    streets: Path | str | None,
    timetables: Sequence[Path | str],
    stops: Sequence[Path | str],
    points: Path | str | None,
    bounds: Sequence[float] | None,
    service_date: date | None,
    cell_m: float | None,
    progress: Progress,
    cluster: Cluster | None,
) -> tuple[Access, list[AccessGrid], str]:
    """Read the inputs, measure places and cells; and return what the raster needs to be written."""
    from siteprior.joins.access.ptal_grid import grid_cells
    from siteprior.joins.access.ptal_sites import join_access_index
    from siteprior.joins.access.stations import well_connected
    from siteprior.joins.access.walks import Walking

    log = ReadLog.of(project)
    size = cell_m
    if size is None:
        size = project.access.cell_m if project is not None else CELL_M
    places = None if points is None else _read_points(points, log)
    supply = (
        _read_project(project, log, service_date, size, progress)
        if project is not None
        else _read_files(streets, timetables, stops, _area(bounds, places, size), log, service_date, progress)
    )
    feed, network = supply.timetables, supply.network
    snap_m = project.access.max_snap_m if project is not None else None
    walking = Walking(network) if snap_m is None else Walking(network, max_snap_m=snap_m)
    measured, routes = None, pd.DataFrame()
    if places is not None:
        progress("Measuring places")
        index = join_access_index(
            places, feed.stops, feed.services, walking,
            top_60_ttwa=supply.top_60_ttwa, active_stops=supply.stops, listed=feed.listed,
        )  # fmt: skip
        measured, routes = places.join(index.columns), index.routes
    grids = measure_grid(
        supply.area, feed, network,
        cell_m=size, max_snap_m=walking.max_snap_m, active_stops=supply.stops, progress=progress, cluster=cluster,
    )  # fmt: skip
    done = Access(
        cells=grid_cells(grids[0]),
        points=measured,
        routes=routes,
        stations=well_connected(feed.stops, feed.services, top_60_ttwa=supply.top_60_ttwa),
        timetables=feed,
        network=network,
        issues=concat_issues(*log.issues),
    )
    attribution = dict.fromkeys(read.attribution for read in log.provenance if read.attribution)
    return done, grids, " ".join(attribution)


def _read_project(
    project: Project, log: ReadLog, service_date: date | None, cell_m: float, progress: Progress
) -> _Supply:
    """Read streets, timetables and area of a project; refuse too many cells of it before the long reading."""
    from siteprior.joins.access.ptal_grid import grid_cell_m
    from siteprior.pipeline.read_transit import read_transit
    from siteprior.sources.areas.lsoa import study_area
    from siteprior.sources.areas.of_project import read_project_areas

    lacking = [name for name in ("streets", "timetables") if not getattr(project.sources, name)]
    if lacking:
        raise ProjectError(f"{project.file}: [sources] lacks {' and '.join(lacking)}; access is measured from them")
    if service_date is not None:
        chosen = project.access.model_copy(update={"service_date": service_date})
        project = project.model_copy(update={"access": chosen})
    areas = log.add("areas", project.sources.areas, read_project_areas(project).areas)
    area = study_area(areas)
    grid_cell_m(area, cell_m)
    transit = read_transit(project, area, log, progress=progress)
    if transit.network is None or transit.timetables is None:
        raise ProjectError(f"{project.file}: [sources]: streets or timetables hold nothing to measure access from")
    return _Supply(transit.network, transit.timetables, area, project.access.top_60_ttwa, transit.stops)


def _read_files(
    streets: Path | str | None,
    timetables: Sequence[Path | str],
    stops: Sequence[Path | str],
    area: BaseGeometry,
    log: ReadLog,
    service_date: date | None,
    progress: Progress,
) -> _Supply:
    """Read streets and timetables named one by one."""
    from siteprior.sources.streets.reader import read_streets
    from siteprior.sources.timetables.reader import read_timetables
    from siteprior.sources.transit.naptan import read_stops

    if streets is None or not timetables:
        raise InputError("access: needs streets and timetables; give both, or a project that names them")
    settings = load_parameters("access")
    naptan = None
    if stops:
        placed = read_stops(stops, within=area, margin_m=settings.number("stop_margin_m"))
        naptan = log.add("stops", [File(path=str(path)) for path in stops], placed)
    progress("Reading streets")
    streets_read = read_streets(streets, within=area, margin_m=settings.number("street_margin_m"), cache=cache_folder())
    network = log.add("streets", Streets(path=str(streets)), streets_read)
    progress("Reading timetables")
    counted = read_timetables(timetables, naptan=naptan, service_date=service_date)
    feed = log.add("timetables", [Timetable(path=str(path)) for path in timetables], counted)
    return _Supply(network, feed, area, stops=naptan)


def _read_points(path: Path | str, read: ReadLog) -> gpd.GeoDataFrame:
    """Read the places to measure; the first column of unique texts is their name, else their number."""
    from siteprior.core.io.vector_files import read_vector

    log = IssueLog(str(path))
    table = read_vector(path, log=log)
    read.issues.append(log.table())
    names = [c for c in table.columns if c != table.geometry.name and table[c].notna().all() and table[c].is_unique]
    index = table[names[0]].astype("str") if names else pd.Series(range(1, len(table) + 1)).astype("str")
    return gpd.GeoDataFrame(geometry=table.geometry.to_numpy(), index=pd.Index(index, name="site_id"), crs=CRS)


def _area(bounds: Sequence[float] | None, places: gpd.GeoDataFrame | None, cell_m: float) -> BaseGeometry:
    """Return the area asked for: the bounds, else the places and a cut-off around them; refuse too many cells of it."""
    area = _area_asked(bounds, places)
    refuse_too_many_cells(area.bounds, cell_m)
    return area


def _area_asked(bounds: Sequence[float] | None, places: gpd.GeoDataFrame | None) -> BaseGeometry:
    """Return the bounds as an area, else the places and a cut-off around them."""
    if bounds is not None:
        return shapely.box(*box_of(bounds))
    if places is None:
        raise InputError("access: needs an area; give bounds, points, or a project")
    return shapely.box(*places.buffer(load_parameters("access").number("rail_cutoff_m")).total_bounds)


def box_of(bounds: Sequence[float]) -> tuple[float, float, float, float]:
    """Return west, south, east and north (metres), or refuse what is no box on the British National Grid.

    Examples
    --------
    >>> box_of((405000, 285000, 409000, 289000))
    (405000, 285000, 409000, 289000)
    >>> box_of((-1.9, 52.4, -1.8, 52.5))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    siteprior.core.errors.InputError: bounds: (-1.9, 52.4, -1.8, 52.5) are no metres on EPSG:27700, and look like ...
    """
    from siteprior.registers.coordinates.parse import GRID_EASTING, GRID_NORTHING

    ends = [] if isinstance(bounds, str | bytes) or not isinstance(bounds, Iterable) else list(bounds)
    box = ends if len(ends) == 4 and all(map(is_number, ends)) else None
    if box is None or not (box[0] < box[2] and box[1] < box[3]):
        raise InputError(f"bounds: {bounds!r} is no box; give west, south, east and north in metres on EPSG:27700")
    west, south, east, north = box
    degrees = west >= -180 and east <= 180 and south >= -180 and north <= 180  # round the Earth, in either order
    within = all(
        low <= end <= high for (low, high), of in ((GRID_EASTING, (west, east)), (GRID_NORTHING, (south, north)))
        for end in of
    )  # fmt: skip
    if degrees or not within:
        raise InputError(
            f"bounds: {bounds!r} are no metres on EPSG:27700{', and look like degrees' * degrees}; give west, south, "
            f"east and north in metres, from 0 to {GRID_EASTING[1]:,.0f} east and 0 to {GRID_NORTHING[1]:,.0f} north "
            "(Birmingham: 400000 280000 415000 300000)"
        )
    return west, south, east, north


def _as_of(project: Project | None, done: Access) -> date:
    """Return the day the files carry: the project's, else the day the departures were counted on."""
    day: date = done.timetables.service_date
    return project.project.as_of if project is not None else day


def _write(done: Access, folder: Path, *, as_of: date, grids: Sequence[AccessGrid], attribution: str) -> None:
    """Write what was measured."""
    from siteprior.report.geopackage.write import write_geopackage
    from siteprior.report.tables import write_csv

    day = done.timetables.service_date
    write_grid(folder / "access_grid.tif", grids, as_of=as_of, service_date=day, attribution=attribution)
    layers = {"access_grid": done.cells, "service_stops": done.timetables.stops}
    tables = {"services": done.timetables.services}
    if done.points is not None:
        tables["access_points"] = pd.DataFrame(done.points.drop(columns=done.points.geometry.name)).reset_index()
        tables["access_routes"] = done.routes
        write_csv(folder / "routes.csv", done.routes)
        write_csv(folder / "points.csv", tables["access_points"])
    record = {
        "title": f"Access index of {day}",
        "as_of": as_of,
        "siteprior": __version__,
        "attribution": [attribution] if attribution else [],
        "inputs": [],
    }
    write_geopackage(folder / "access.gpkg", layers, tables, as_of=as_of, metadata=record)
    stations = done.stations
    write_csv(folder / "stations.csv", pd.DataFrame(stations.drop(columns=stations.geometry.name)).reset_index())
    write_csv(folder / "departures.csv", done.timetables.departures)
    write_csv(folder / "issues.csv", done.issues)
