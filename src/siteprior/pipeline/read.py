"""From the files a project names to declared tables: every reader called once, issues and origins gathered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.files import Input
from siteprior.core.issues import concat_issues
from siteprior.core.progress import Progress, no_progress
from siteprior.core.schema import SHAPE_BASES, SITE_SHAPE_COLUMNS
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.read_market import Market, read_market
from siteprior.pipeline.read_transit import Transit, read_transit
from siteprior.project.load import Project
from siteprior.project.model import Register
from siteprior.walking.network import WalkNetwork


@dataclass(frozen=True)
class Inputs:
    """Everything read for a project, typed and audited: tables by role, the issue log, and where it came from.

    ``sites_read`` are the sites as the files list them, before those that are certainly the same were merged.
    """

    sites: Any
    sites_read: Any
    shapes: Any
    history: Any
    duplicates: pd.DataFrame
    register_files: pd.DataFrame
    transit: Transit
    market: Market
    areas: Any
    issues: pd.DataFrame
    provenance: tuple[Input, ...]


def read_inputs(project: Project, *, progress: Progress = no_progress) -> Inputs:
    """Read every input of a project, from files to declared tables.

    Raises
    ------
    InputError
        When a file is missing, unreadable, or of another kind or vintage than the project says.
    """
    from siteprior.sources.areas import deprivation as deprivation_source
    from siteprior.sources.areas import lsoa as area_source

    log = ReadLog()
    progress("Reading areas and deprivation")
    entry = project.sources.areas
    ((path, label),) = project.find(entry)
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
            file=label,
        ),
    )
    iod = project.sources.deprivation
    ((path, label),) = project.find(iod)
    deprivation = log.add(
        "deprivation", iod, deprivation_source.read_deprivation(path, edition=iod.edition, file=label)
    )
    areas, unmatched = deprivation_source.with_deprivation(areas, deprivation)
    log.issues.append(unmatched)
    progress("Reading sites")
    postcodes = _read_postcodes(project, log)
    witness = postcodes if any(entry.witness for entry in project.sources.postcodes) else None
    sites_read, history, register_files = _read_sites(project, area_source.districts(areas), witness, log)
    sites, shapes = _shape_sites(project, sites_read, log)
    sites, pairs = _merge_duplicates(sites, shapes, log)
    progress("Reading stops and corridors")
    transit = read_transit(project, area_source.study_area(areas), log, progress=progress)
    if transit.network is not None:
        log.issues.append(_off_the_streets(project, transit.network, transit.stops, sites, shapes.loc[sites.index]))
    market = read_market(project, areas, area_source.study_area(areas), postcodes, log, progress=progress)
    return Inputs(
        sites=sites,
        sites_read=sites_read,
        shapes=shapes.loc[sites.index],
        history=history,
        duplicates=pairs,
        register_files=register_files,
        transit=transit,
        market=market,
        areas=areas,
        issues=concat_issues(*log.issues),
        provenance=tuple(log.provenance),
    )


def _off_the_streets(project: Project, network: WalkNetwork, stops: Any, sites: Any, shapes: Any) -> pd.DataFrame:
    """List the sites and stops no street comes near; refuse streets of another place."""
    from siteprior.joins.street_check import check_streets

    named = project.sources.streets
    return check_streets(
        network,
        sites,
        stops,
        shapes=shapes,
        max_snap_m=project.access.max_snap_m,
        file="streets" if named is None else named.path,
    )


def _read_sites(project: Project, boundaries: Any, postcodes: Any, log: ReadLog) -> tuple[Any, Any, pd.DataFrame]:
    """Read the registers and the user's own sites into one table; beside it what older registers tell of them."""
    from siteprior.registers.own_sites import read_own_sites

    chosen = project.sources
    tables, files, history = [], pd.DataFrame(), None
    if chosen.registers:
        found = [(entry, *place) for entry in chosen.registers for place in project.find(entry)]
        current, files = _read_registers(project, found, boundaries, postcodes, log)
        tables.append(current)
        if chosen.history:
            # One at a time: two vintages of one council list the same references, and rightly so.
            found = [(entry, *place) for entry in chosen.history for place in project.find(entry)]
            older = [_read_registers(project, [one], boundaries, postcodes, log)[0] for one in found]
            history = _history(project, older, current)
            log.issues.append(history.issues)
    for own in chosen.own_sites:
        for path, label in project.find(own):
            reading = read_own_sites(
                path,
                columns=own.columns,
                register=own.name,
                organisation=own.organisation,
                layer=own.layer,
                crs=own.crs,
                file=label,
                boundaries=boundaries,
            )
            tables.append(log.add("own sites", own, reading))
    sites = pd.concat(tables)
    if not sites.index.is_unique:
        twice = sites.index[sites.index.duplicated()][0]
        raise InputError(f"{twice}: stands in two site lists; give one of them another organisation in the project")
    return sites, history, files


def _read_registers(
    project: Project, found: list[tuple[Register, Path, str]], boundaries: Any, postcodes: Any, log: ReadLog
) -> tuple[Any, pd.DataFrame]:
    """Read registers together, with the account of their rows."""
    from siteprior.registers.read import read_registers_with_files

    reading, files = read_registers_with_files(
        [path for _, path, _ in found],
        files=[label for *_, label in found],
        organisations=[entry.organisation for entry, *_ in found],
        boundaries=boundaries,
        as_of=project.project.as_of,
        postcodes=postcodes,
    )
    return log.add("register", [entry for entry, *_ in found], reading), files


def _history(project: Project, older: list[Any], current: Any) -> Any:
    """Tell the history of each site from the older registers and the current ones."""
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


def _merge_duplicates(sites: Any, shapes: Any, log: ReadLog) -> tuple[Any, pd.DataFrame]:
    """Merge the records that are certainly one site, flag the others, and return the pairs with their reasons."""
    from siteprior.registers.matching.find_duplicates import find_duplicates
    from siteprior.registers.matching.merge import merge_duplicates

    drawn = shapes["shape_basis"].isin([basis for basis in SHAPE_BASES if basis.startswith("polygon")])
    pairs = find_duplicates(sites, shapes=shapes[drawn])
    merged, issues = merge_duplicates(sites, pairs)
    log.issues.append(issues)
    return merged, pairs


def _read_postcodes(project: Project, log: ReadLog) -> Any:
    """Read where postcodes lie, ``None`` where the project names no such file."""
    from siteprior.registers.coordinates.postcodes import read_postcodes

    found = [(entry, *place) for entry in project.sources.postcodes for place in project.find(entry)]
    if not found:
        return None
    reading = read_postcodes([path for _, path, _ in found], files=[label for *_, label in found])
    return log.add("postcodes", [entry for entry, *_ in found], reading)


def _shape_sites(project: Project, sites: Any, log: ReadLog) -> tuple[Any, Any]:
    """Give every site its shape: the sites with what the shape rests on, and the shapes themselves."""
    from siteprior.registers.coordinates.site_shapes import no_shapes, read_shapes, site_shapes

    drawn = [
        log.add(
            "shapes",
            entry,
            read_shapes(
                path,
                reference=entry.reference,
                organisation=entry.organisation,
                layer=entry.layer,
                crs=entry.crs,
                file=label,
            ),
        )
        for entry in project.sources.shapes
        for path, label in project.find(entry)
    ]
    shapes, issues = site_shapes(sites, pd.concat(drawn) if drawn else no_shapes())
    log.issues.append(issues)
    return sites.join(pd.DataFrame(shapes)[[column.name for column in SITE_SHAPE_COLUMNS]]), shapes
