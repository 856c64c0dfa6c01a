"""From the files a project names to declared tables: every reader called once, issues and provenance kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import geopandas as gpd
import pandas as pd

from siteprior.core.all_faults import AllFaults
from siteprior.core.errors import InputError
from siteprior.core.files import MEMBER
from siteprior.core.progress import Progress
from siteprior.core.schema import SHAPE_BASES, SITE_SHAPE_COLUMNS
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.read_market import read_market
from siteprior.pipeline.read_transit import read_transit
from siteprior.pipeline.result import Result
from siteprior.project.load import Project
from siteprior.project.model import Register
from siteprior.registers.matching.history import HistoryResult


def read_areas(result: Result, progress: Progress) -> Result:
    """Read the areas and their deprivation."""
    from siteprior.sources.areas import deprivation as deprivation_source
    from siteprior.sources.areas import lsoa as area_source

    project, log = result.project, ReadLog()
    progress("Reading areas and deprivation")
    entry, faults = project.sources.areas, AllFaults()
    with faults.kept():
        path, label = project.find_one(entry)
        areas = log.add(
            "areas",
            entry,
            area_source.read_areas(
                path,
                code=entry.code,
                name=entry.name,
                district=entry.district,
                year=entry.year,
                layer=entry.layer,
                districts=entry.districts or None,
                files=label,
            ),
        )
    iod = project.sources.deprivation
    with faults.kept():
        path, label = project.find_one(iod)
        deprivation = log.add(
            "deprivation", iod, deprivation_source.read_deprivation(path, edition=iod.edition, files=label)
        )
    faults.refuse()
    areas, unmatched = deprivation_source.with_deprivation(areas, deprivation, file=label)
    log.issues.append(unmatched)
    return replace(result.with_log(log), areas=areas)


def read_postcodes(result: Result, _progress: Progress) -> Result:
    """Read where postcodes lie."""
    log = ReadLog()
    postcodes = _read_postcodes(result.project, log)
    return replace(result.with_log(log), postcodes=postcodes)


def read_sites(result: Result, progress: Progress) -> Result:
    """Read registers old and new, and the user's own sites."""
    from siteprior.sources.areas.lsoa import districts

    project, log = result.project, ReadLog()
    progress("Reading sites")
    checked_by = result.postcodes if any(entry.check_locations for entry in project.sources.postcodes) else None
    sites, polygons, history, files = _read_sites(project, districts(result.areas), checked_by, log)
    return replace(
        result.with_log(log),
        sites_read=sites,
        own_polygons=polygons,
        register_history=history,
        register_files=files,
    )


def merge_sites(result: Result, _progress: Progress) -> Result:
    """Give every site its shape, and merge the records that are certainly one site."""
    from siteprior.registers.matching.merge_shapes import merge_shapes

    log = ReadLog()
    sites, shapes = result.sites_read, _shape_sites(result, log)
    merged, pairs = _merge_duplicates(sites, shapes, log)
    shapes, issues = merge_shapes(merged, shapes)
    log.issues.append(issues)
    merged = merged.join(pd.DataFrame(shapes)[[column.name for column in SITE_SHAPE_COLUMNS]])
    return replace(result.with_log(log), sites_merged=merged, shapes=shapes, duplicates=pairs)


def read_supply(result: Result, progress: Progress) -> Result:
    """Read stops, corridors, streets and timetables."""
    from siteprior.sources.areas.lsoa import study_area

    log = ReadLog()
    progress("Reading stops and corridors")
    transit = read_transit(result.project, study_area(result.areas), log, progress=progress)
    return replace(result.with_log(log), transit=transit)


def choose_walking(result: Result, _progress: Progress) -> Result:
    """Decide how walks are measured; list the sites and stops no street comes near, refuse streets of another place."""
    from siteprior.joins.access.street_check import check_streets
    from siteprior.joins.access.walks import Walking

    project, log = result.project, ReadLog()
    walking = Walking(result.transit.network, result.shapes)
    if project.access.max_snap_m:
        walking = replace(walking, max_snap_m=project.access.max_snap_m)
    if walking.network is not None:
        named = project.sources.streets
        file = "streets" if named is None else named.path
        log.issues.append(check_streets(result.sites_merged, result.transit.stops, walking, file=file))
    return replace(result.with_log(log), walking=walking)


def read_evidence(result: Result, progress: Progress) -> Result:
    """Read sales and the user's layers."""
    from siteprior.sources.areas.lsoa import study_area

    log = ReadLog()
    market = read_market(
        result.project, result.areas, study_area(result.areas), result.postcodes, log, progress=progress
    )
    return replace(result.with_log(log), market=market)


def _read_sites(
    project: Project, boundaries: gpd.GeoDataFrame, postcodes: pd.DataFrame | None, log: ReadLog
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, HistoryResult | None, pd.DataFrame]:
    """Read the registers and the user's own sites into one table, the polygons of these, and what older registers say.

    The last of the tables returned accounts for the rows of each register.
    """
    from siteprior.registers.coordinates.match_shapes import all_shapes
    from siteprior.registers.coordinates.site_shapes import no_shapes
    from siteprior.registers.own_sites import read_own_sites_with_shapes
    from siteprior.registers.plain_header import plain_columns

    chosen, faults = project.sources, AllFaults()
    tables, polygons, files, history = [], [no_shapes()], pd.DataFrame(), None
    if chosen.registers:
        found = [(entry, *place) for entry in chosen.registers for place in project.find(entry)]
        with faults.kept():
            current, files = _read_registers(project, found, boundaries, postcodes, log)
            tables.append(current)
        # One at a time: two vintages of one council list the same references, and rightly so.
        older = []
        for one in [(entry, *place) for entry in chosen.history for place in project.find(entry)]:
            with faults.kept():
                older.append(_read_registers(project, [one], boundaries, postcodes, log)[0])
        if older and not faults.sentences:
            history = _history(project, older, current)
            log.issues.append(history.issues)
    for own in chosen.own_sites:
        for path, label in project.find(own):
            with faults.kept():
                plain = None if own.columns else plain_columns(path, layer=own.layer, file=label)
                reading, drawn = read_own_sites_with_shapes(
                    path,
                    columns=own.columns if plain is None else log.add("own sites", own, plain),
                    register=own.name or PurePosixPath(label.rpartition(MEMBER)[2]).name.partition(".")[0],
                    organisation=own.organisation,
                    layer=own.layer,
                    crs=own.crs,
                    files=label,
                    boundaries=boundaries,
                )
                tables.append(log.add("own sites", own, reading))
                polygons.append(drawn)
    faults.refuse()
    sites = pd.concat(tables)
    if not sites.index.is_unique:
        twice = sites.index[sites.index.duplicated()][0]
        raise InputError(f"{twice}: stands in two site lists; give one of them another organisation in the project")
    return sites, all_shapes(polygons), history, files


def _read_registers(
    project: Project,
    found: list[tuple[Register, Path, str]],
    boundaries: gpd.GeoDataFrame,
    postcodes: pd.DataFrame | None,
    log: ReadLog,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Read registers together, with the account of their rows."""
    from siteprior.registers.reader import read_registers_with_files

    reading, files = read_registers_with_files(
        [path for _, path, _ in found],
        files=[label for *_, label in found],
        organisations=[entry.organisation for entry, *_ in found],
        only_councils=[entry.councils for entry, *_ in found],
        boundaries=boundaries,
        as_of=project.project.as_of,
        postcodes=postcodes,
    )
    return log.add("register", [entry for entry, *_ in found], reading), files


def _history(project: Project, older: list[gpd.GeoDataFrame], current: gpd.GeoDataFrame) -> HistoryResult:
    """Follow the history of each site from the older registers and the current ones."""
    from siteprior.registers.matching.history import register_history
    from siteprior.registers.matching.versions import vintages_of

    as_of = project.project.as_of
    stated = {
        label: entry.vintage
        for entry in (*project.sources.history, *project.sources.registers)
        for _, label in project.find(entry)
    }
    vintages = [vintage for table in (*older, current) for vintage in vintages_of(table, stated, as_of=as_of)]
    return register_history(vintages, as_of=as_of)


def _merge_duplicates(
    sites: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame, log: ReadLog
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Merge the records that are certainly one site, flag the others, and return the pairs with their reasons."""
    from siteprior.registers.matching.find_duplicates import find_duplicates
    from siteprior.registers.matching.merge import merge_duplicates

    drawn = shapes["shape_basis"].isin([basis for basis in SHAPE_BASES if basis.startswith("polygon")])
    pairs = find_duplicates(sites, shapes=shapes[drawn])
    merged, issues = merge_duplicates(sites, pairs)
    log.issues.append(issues)
    return merged, pairs


def _read_postcodes(project: Project, log: ReadLog) -> pd.DataFrame | None:
    """Read where postcodes lie, ``None`` where the project names no such file."""
    from siteprior.registers.coordinates.postcodes import read_postcodes

    found = [(entry, *place) for entry in project.sources.postcodes for place in project.find(entry)]
    if not found:
        return None
    reading = read_postcodes([path for _, path, _ in found], files=[label for *_, label in found])
    postcodes: pd.DataFrame = log.add("postcodes", [entry for entry, *_ in found], reading)
    return postcodes


def _shape_sites(result: Result, log: ReadLog) -> gpd.GeoDataFrame:
    """Give every site its shape: the polygon it is given as, one the project names, or what its hectares make."""
    from siteprior.registers.coordinates.match_shapes import all_shapes, join_references
    from siteprior.registers.coordinates.site_shapes import read_shapes, site_shapes

    faults, drawn = AllFaults(), list[gpd.GeoDataFrame]()
    for entry in result.project.sources.shapes:
        for path, label in result.project.find(entry):
            with faults.kept():
                reading = read_shapes(
                    path,
                    reference=entry.reference,
                    organisation=entry.organisation,
                    layer=entry.layer,
                    crs=entry.crs,
                    files=label,
                )
                drawn.append(log.add("shapes", entry, reading))
                join_references(result.sites_read, drawn[-1], file=label)
    faults.refuse()
    shapes, issues = site_shapes(result.sites_read, all_shapes([result.own_polygons, *drawn]))
    log.issues.append(issues)
    return shapes
