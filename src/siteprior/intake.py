"""From the files a project names to declared tables: every reader called once, issues and origins gathered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from siteprior.errors import InputError, ProjectError, unknown
from siteprior.files import Input
from siteprior.issues import Reading, concat_issues
from siteprior.presets import load_presets
from siteprior.project import File, Project
from siteprior.schema import SHAPE_BASES, SITE_SHAPE_COLUMNS

Say = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing of the progress."""


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
    stops: Any
    areas: Any
    corridor_stops: Any
    corridors: Any
    issues: pd.DataFrame
    provenance: tuple[Input, ...]


@dataclass
class _Collected:
    """Gathers issues and provenance while the readers hand over their tables."""

    issues: list[pd.DataFrame] = field(default_factory=list)
    provenance: list[Input] = field(default_factory=list)

    def take(self, role: str, entries: File | list[File], reading: Reading) -> Any:
        """Keep a reading's issues and origin and return its table; ``entries`` are what the project says of it."""
        from siteprior.sources.catalogue import with_origin

        stated = entries if isinstance(entries, list) else [entries] * len(reading.provenance)
        for entry, read in zip(stated, reading.provenance, strict=True):
            origin = entry.model_dump(include={"vintage", "publisher", "licence", "attribution"})
            self.provenance.append(with_origin(read, role=role, **origin))
        self.issues.append(reading.issues)
        return reading.table


def read_inputs(project: Project, *, say: Say = silent) -> Inputs:
    """Read every input of a project, from files to declared tables.

    Raises
    ------
    InputError
        When a file is missing, unreadable, or of another kind or vintage than the project says.
    """
    from siteprior.sources.areas import deprivation as deprivation_source
    from siteprior.sources.areas import lsoa as area_source

    log = _Collected()
    say("Reading areas and deprivation")
    entry = project.sources.areas
    ((path, label),) = project.find(entry)
    areas = log.take(
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
    deprivation = log.take(
        "deprivation", iod, deprivation_source.read_deprivation(path, edition=iod.edition, file=label)
    )
    areas, unmatched = deprivation_source.with_deprivation(areas, deprivation)
    log.issues.append(unmatched)
    say("Reading sites")
    sites_read, history, register_files = _read_sites(project, area_source.districts(areas), log)
    sites, shapes = _shape_sites(project, sites_read, log)
    sites, pairs = _merge_duplicates(sites, shapes, log)
    say("Reading stops and corridors")
    stops, corridor_stops, corridors = _read_network(project, area_source.study_area(areas), log)
    return Inputs(
        sites=sites,
        sites_read=sites_read,
        shapes=shapes.loc[sites.index],
        history=history,
        duplicates=pairs,
        register_files=register_files,
        stops=stops,
        areas=areas,
        corridor_stops=corridor_stops,
        corridors=corridors,
        issues=concat_issues(*log.issues),
        provenance=tuple(log.provenance),
    )


def _read_sites(project: Project, boundaries: Any, log: _Collected) -> tuple[Any, Any, pd.DataFrame]:
    """Read the registers and the user's own sites into one table; beside it what older registers tell of them."""
    from siteprior.sources.registers.own_sites import read_own_sites

    chosen = project.sources
    tables, files, history = [], pd.DataFrame(), None
    if chosen.registers:
        postcodes = _read_postcodes(project, log)
        current, files = _read_registers(project, "registers", boundaries, postcodes, log)
        tables.append(current)
        if chosen.history:
            older, _ = _read_registers(project, "history", boundaries, postcodes, log)
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
            tables.append(log.take("own sites", own, reading))
    sites = pd.concat(tables)
    if not sites.index.is_unique:
        twice = sites.index[sites.index.duplicated()][0]
        raise InputError(f"{twice}: stands in two site lists; give one of them another organisation in the project")
    return sites, history, files


def _read_registers(
    project: Project, role: str, boundaries: Any, postcodes: Any, log: _Collected
) -> tuple[Any, pd.DataFrame]:
    """Read the registers of a role (``registers`` or ``history``) together, with the account of their rows."""
    from siteprior.sources.registers.reader import read_registers_with_files

    found = [(entry, *place) for entry in getattr(project.sources, role) for place in project.find(entry)]
    reading, files = read_registers_with_files(
        [path for _, path, _ in found],
        files=[label for *_, label in found],
        organisations=[entry.organisation for entry, *_ in found],
        boundaries=boundaries,
        as_of=project.project.as_of,
        postcodes=postcodes,
    )
    return log.take("register", [entry for entry, *_ in found], reading), files


def _history(project: Project, older: Any, current: Any) -> Any:
    """Tell the history of each site from the older registers and the current ones."""
    from siteprior.sources.identity.history import register_history
    from siteprior.sources.identity.vintages import vintages_of

    as_of = project.project.as_of
    stated = {
        label: entry.vintage
        for entry in (*project.sources.history, *project.sources.registers)
        for _, label in project.find(entry)
    }
    vintages = [*vintages_of(older, stated, as_of=as_of), *vintages_of(current, stated, as_of=as_of)]
    return register_history(vintages, as_of=as_of)


def _merge_duplicates(sites: Any, shapes: Any, log: _Collected) -> tuple[Any, pd.DataFrame]:
    """Merge the records that are certainly one site, flag the others, and return the pairs with their reasons."""
    from siteprior.sources.identity.duplicates import find_duplicates
    from siteprior.sources.identity.merging import merge_duplicates

    drawn = shapes["shape_basis"].isin([basis for basis in SHAPE_BASES if basis.startswith("polygon")])
    pairs = find_duplicates(sites, shapes=shapes[drawn])
    merged, issues = merge_duplicates(sites, pairs)
    log.issues.append(issues)
    return merged, pairs


def _read_postcodes(project: Project, log: _Collected) -> Any:
    """Read where postcodes lie, ``None`` where the project names no such file."""
    from siteprior.sources.places.postcodes import read_postcodes

    found = [(entry, *place) for entry in project.sources.postcodes for place in project.find(entry)]
    if not found:
        return None
    reading = read_postcodes([path for _, path, _ in found], files=[label for *_, label in found])
    return log.take("postcodes", [entry for entry, *_ in found], reading)


def _shape_sites(project: Project, sites: Any, log: _Collected) -> tuple[Any, Any]:
    """Give every site its shape: the sites with what the shape rests on, and the shapes themselves."""
    from siteprior.sources.places.shapes import no_shapes, read_shapes, site_shapes

    drawn = [
        log.take(
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


def _read_network(project: Project, study_area: Any, log: _Collected) -> tuple[Any, Any, Any]:
    """Read stops, dated statements and corridors, and settle which stops are open on the network date."""
    from siteprior.sources.transit import corridors as corridor_source
    from siteprior.sources.transit import naptan, openings

    access = load_presets("access")
    found = [(entry, *place) for entry in project.sources.stops for place in project.find(entry)]
    reading = naptan.read_stops(
        [path for _, path, _ in found],
        files=[label for *_, label in found],
        within=study_area,
        margin_m=access["stop_margin_m"].value,
    )
    stops = log.take("stops", [entry for entry, *_ in found], reading)
    told = [
        log.take("openings", entry, openings.read_openings(path, file=label))
        for entry in project.sources.openings
        for path, label in project.find(entry)
    ]
    statements = pd.concat(told, ignore_index=True) if told else openings.no_statements()
    log.issues.append(openings.unheard(statements, network_date=project.network_date, provenance=reading.provenance))
    stops = openings.apply_openings(stops, statements, network_date=project.network_date)

    nodes, surveyed = [], []
    for line in project.corridors.paths:
        for path, label in project.find(line):
            if line.name is None:
                nodes.append(log.take("corridors", line, corridor_source.read_corridor_stops(path, file=label)))
            else:
                reading = corridor_source.read_corridor_lines(
                    path, name_column=line.name, kind=line.kind, layer=line.layer, file=label
                )
                surveyed.append(log.take("corridors", line, reading))
                nodes.append(corridor_source.stops_along(surveyed[-1], stops, snap_m=access["line_snap_m"].value))
    corridor_stops = pd.concat(nodes)
    if project.corridors.only:
        known = corridor_stops["corridor"].unique()
        faults = [
            unknown("corridor", name, known, where=f"{project.file}: corridors.only")
            for name in project.corridors.only
            if name not in known
        ]
        if faults:
            raise ProjectError(*faults)
        corridor_stops = corridor_stops[corridor_stops["corridor"].isin(project.corridors.only)]
    corridor_stops = openings.apply_openings_to_corridor(
        corridor_stops,
        stops,
        statements,
        network_date=project.network_date,
        radius_m=access["node_radius_m"].value,
    )
    lines = corridor_source.corridor_lines(corridor_stops, lines=pd.concat(surveyed) if surveyed else None)
    return stops, corridor_stops, lines
