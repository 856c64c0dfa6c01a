"""From the files a project names to declared tables: every reader called once, issues and provenance kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from siteprior.core.all_faults import AllFaults
from siteprior.core.errors import InputError
from siteprior.core.files import MEMBER
from siteprior.core.progress import Progress
from siteprior.core.schema import SHAPE_BASES, SITE_SHAPE_COLUMNS
from siteprior.core.sizes import refuse_too_many_cells
from siteprior.pipeline.corridors import CELL_KEY
from siteprior.pipeline.decisions import decided_again, read_decided
from siteprior.pipeline.faults import placed
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.read_market import read_market
from siteprior.pipeline.read_transit import read_transit
from siteprior.pipeline.result import Result
from siteprior.pipeline.stand_ins import blank_deprivation, stand_in_areas, stand_in_sites
from siteprior.project.load import Project
from siteprior.project.model import Register

if TYPE_CHECKING:
    from siteprior.registers.matching.history import HistoryResult

SHOWN = 3
"""Files named in one sentence, at most."""


def read_areas(result: Result, progress: Progress) -> Result:
    """Read the areas and their deprivation."""
    from siteprior.sources.areas import deprivation as deprivation_source
    from siteprior.sources.areas.lsoa import districts, of_districts
    from siteprior.sources.areas.of_project import read_project_areas

    project, log = result.project, ReadLog.of(result.project)
    progress("Reading areas and deprivation")
    entry, faults, areas, deprivation = project.sources.areas, AllFaults(), None, None
    with faults.kept(), placed(project, entry):
        read = read_project_areas(project)
        areas = log.add("areas", entry, read.areas)
        if entry.lookup is not None and read.lookup is not None:
            log.add("areas lookup", entry.lookup, read.lookup)
    if areas is not None and project.access.grid and project.sources.streets and project.sources.timetables:
        with faults.kept(), placed(project, CELL_KEY):  # now, not after all else is read and measured
            west, south, east, north = areas.total_bounds.tolist()
            refuse_too_many_cells((west, south, east, north), project.access.cell_m)
    iod = project.sources.deprivation
    with faults.kept(), placed(project, iod):
        path, label = project.find_one(iod)
        deprivation = log.add(
            "deprivation", iod, deprivation_source.read_deprivation(path, edition=iod.edition, files=label)
        )
    if areas is not None and deprivation is not None:
        with faults.kept(), placed(project, iod):
            areas, unmatched = deprivation_source.with_deprivation(areas, deprivation, file=label)
            log.issues.append(unmatched)
    faults.refuse_or_go_on()
    if areas is None:
        areas = stand_in_areas(project, faults.sentences)
    areas = blank_deprivation(areas) if faults.sentences else areas
    dissolved = districts(areas)
    return replace(
        result.with_log(log),
        areas=areas,
        districts=dissolved,
        study_area=of_districts(areas, dissolved.geometry),
    )


def read_postcodes(result: Result, _progress: Progress) -> Result:
    """Read where postcodes lie."""
    log, faults, postcodes = ReadLog.of(result.project), AllFaults(), None
    with faults.kept(), placed(result.project, *result.project.sources.postcodes):
        postcodes = _read_postcodes(result.project, log)
    faults.refuse_or_go_on()
    return replace(result.with_log(log), postcodes=postcodes)


def read_sites(result: Result, progress: Progress) -> Result:
    """Read registers old and new, the user's own sites, and the facts stated of any of them.

    Raises
    ------
    InputError
        When a list cannot be read, or there is no site in any.
    """
    project, log = result.project, ReadLog.of(result.project)
    progress("Reading sites")
    checked_by = result.postcodes if any(entry.check_locations for entry in project.sources.postcodes) else None
    sites, polygons, history, files = _read_sites(result, checked_by, log)
    sites = _with_stated_facts(project, sites, log)
    decided = read_decided(project, sites, log)
    return replace(
        result.with_log(log),
        sites_read=decided.sites,
        decisions=decided.table,
        own_polygons=polygons,
        register_history=history,
        register_files=files,
    )


def merge_sites(result: Result, _progress: Progress) -> Result:
    """Give every site its shape, and merge the records that are certainly one site."""
    from siteprior.registers.matching.merge_shapes import merge_shapes

    log = ReadLog.of(result.project)
    sites, shapes = result.sites_read, _shape_sites(result, log)
    merged, pairs = _merge_duplicates(sites, shapes, log)
    shapes, issues = merge_shapes(merged, shapes)
    log.issues.append(issues)
    merged, decisions = decided_again(merged, result.decisions)
    merged = merged.join(pd.DataFrame(shapes)[[column.name for column in SITE_SHAPE_COLUMNS]])
    return replace(result.with_log(log), sites_merged=merged, shapes=shapes, duplicates=pairs, decisions=decisions)


def read_supply(result: Result, progress: Progress) -> Result:
    """Read stops, corridors, streets and timetables."""
    log = ReadLog.of(result.project)
    progress("Reading stops and corridors")
    transit = read_transit(result.project, result.study_area, log, progress=progress)
    return replace(result.with_log(log), transit=transit)


def choose_walking(result: Result, _progress: Progress) -> Result:
    """Decide how walks are measured; list the sites and stops no street comes near, refuse streets of another place."""
    from siteprior.joins.access.street_check import check_streets
    from siteprior.joins.access.walks import Walking

    project, log = result.project, ReadLog.of(result.project)
    walking = Walking(result.transit.network, result.shapes)
    if project.access.max_snap_m is not None:
        walking = replace(walking, max_snap_m=project.access.max_snap_m)
    if walking.network is not None:
        named = project.sources.streets
        file, faults = "streets" if named is None else named.path, AllFaults()
        with faults.kept(), placed(project, *([] if named is None else [named])):
            log.issues.append(check_streets(result.sites_merged, result.transit.stops, walking, file=file))
        faults.refuse_or_go_on()
    return replace(result.with_log(log), walking=walking)


def read_evidence(result: Result, progress: Progress) -> Result:
    """Read sales and the user's layers."""
    log = ReadLog.of(result.project)
    market = read_market(result.project, result.areas, result.study_area, result.postcodes, log, progress=progress)
    return replace(result.with_log(log), market=market)


def _read_sites(
    result: Result, postcodes: pd.DataFrame | None, log: ReadLog
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, HistoryResult | None, pd.DataFrame]:
    """Read the registers and the user's own sites into one table, the polygons of these, and what older registers say.

    The last of the tables returned accounts for the rows of each register.
    """
    from siteprior.registers.coordinates.match_shapes import all_shapes
    from siteprior.registers.coordinates.site_shapes import no_shapes
    from siteprior.registers.own_sites import beside_other_lists, read_own_sites_with_shapes
    from siteprior.registers.plain_header import plain_columns

    project, boundaries = result.project, result.districts
    chosen, faults = project.sources, AllFaults()
    tables, polygons, files, history = list[gpd.GeoDataFrame](), [no_shapes()], pd.DataFrame(), None
    if chosen.registers:
        with faults.kept(), placed(project, *chosen.registers):
            found = [(entry, *place) for entry in chosen.registers for place in project.find(entry)]
            current, files = _read_registers(project, found, boundaries, postcodes, log)
            tables.append(current)
        # One at a time: two vintages of one council list the same references, and rightly so.
        older = []
        for entry in chosen.history:
            with faults.kept(), placed(project, entry):
                for place in project.find(entry):
                    older.append(_read_registers(project, [(entry, *place)], boundaries, postcodes, log)[0])
        if older and not faults.sentences:
            with faults.kept(), placed(project, *chosen.history, *chosen.registers):
                history = _history(project, older, current)
                log.issues.append(history.issues)
    for own in chosen.own_sites:
        with faults.kept(), placed(project, own):
            for path, label in project.find(own):
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
                reading, drawn = beside_other_lists(reading, drawn, tables)
                tables.append(log.add("own sites", own, reading))
                polygons.append(drawn)
    with faults.kept():
        if tables and not faults.sentences:
            _refuse_none(project, pd.concat(tables))
    faults.refuse_or_go_on()
    if faults.sentences:
        tables = [*(table for table in tables if len(table)), stand_in_sites(result.areas)]
        every = pd.concat(tables)
        tables = [every[~every.index.duplicated()]]
    return pd.concat(tables), all_shapes(polygons), history, files


def _with_stated_facts(project: Project, sites: gpd.GeoDataFrame, log: ReadLog) -> gpd.GeoDataFrame:
    """Return the sites with the facts the user states of them; as they are where the project names no such file."""
    from siteprior.registers.site_facts import read_site_facts, state_facts

    entries, faults = project.sources.site_facts, AllFaults()
    with faults.kept(), placed(project, *entries):
        found = [(entry, *place) for entry in entries for place in project.find(entry)]
        if found:
            reading = read_site_facts([path for _, path, _ in found], files=[label for *_, label in found])
            facts = log.add("site facts", [entry for entry, *_ in found], reading)
            sites, unmatched = state_facts(sites, facts)
            log.issues.append(unmatched)
    faults.refuse_or_go_on()
    return sites


def _refuse_none(project: Project, sites: gpd.GeoDataFrame) -> None:
    """Refuse lists that hold no site."""
    if sites.empty:
        sources = project.sources
        files = [label for entry in (*sources.registers, *sources.own_sites) for _, label in project.find(entry)]
        with placed(project, *sources.registers, *sources.own_sites):
            raise InputError(
                f"{', '.join(files[:SHOWN])}{' and others' if len(files) > SHOWN else ''}: no site was read, "
                f"{'they hold' if len(files) > 1 else 'it holds'} no row that is a site; issues.csv of `siteprior "
                "check` says what became of each row"
            )


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
        with faults.kept(), placed(result.project, entry):
            for path, label in result.project.find(entry):
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
    faults.refuse_or_go_on()
    shapes, issues = site_shapes(result.sites_read, all_shapes([result.own_polygons, *drawn]))
    log.issues.append(issues)
    return shapes
