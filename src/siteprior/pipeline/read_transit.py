"""Transit supply of a project: stops and what is open, corridors, streets to walk on, timetables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from siteprior.core.all_faults import AllFaults
from siteprior.core.code_join import CodeJoin, files_in_words, record_join, share_enough
from siteprior.core.errors import InputError, ProjectError, unknown
from siteprior.core.files import record
from siteprior.core.issues import IssueLog, Reading, issue_table
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress, no_progress
from siteprior.core.short_repr import short_repr
from siteprior.pipeline.faults import placed
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.stand_ins import no_corridor_stops, no_stops
from siteprior.project.load import Project
from siteprior.project.model import CorridorFile, ScenarioSettings, Streets
from siteprior.walking.network import WalkNetwork

if TYPE_CHECKING:
    from siteprior.sources.timetables.combine_feeds import Timetables


@short_repr
@dataclass(frozen=True)
class Transit:
    """What serves the sites: stops with their state on the day, corridors; where given, streets and timetables.

    ``network`` is ``None`` where the project names no streets, ``timetables`` where it names no feed; ``surveyed``
    holds the corridor lines that are not just drawn through the stops, ``supposed`` the new lines of each scenario.
    ``refused`` names, in a check, what of stops, corridors, timetables and such lines was refused; in a run nothing is.
    ``looked_along`` are the corridors whose stops were looked for along a line, ``naptan_areas`` the first digits of
    the codes in the files of stops.
    """

    stops: gpd.GeoDataFrame
    corridor_stops: gpd.GeoDataFrame
    corridors: gpd.GeoDataFrame
    surveyed: gpd.GeoDataFrame | None
    network: WalkNetwork | None = None
    timetables: Timetables | None = None
    supposed: Mapping[str, Sequence[gpd.GeoDataFrame]] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    looked_along: tuple[str, ...] = ()
    naptan_areas: tuple[str, ...] = ()


def read_transit(
    project: Project, study_area: BaseGeometry, log: ReadLog, *, progress: Progress = no_progress
) -> Transit:
    """Read stops, openings, corridors, streets and timetables, each called for by the project.

    Raises
    ------
    InputError
        When a file is missing, unreadable, of another kind, or of another place, of all of them at once; and when no
        corridor has a stop.
    ProjectError
        When ``corridors.only`` names a corridor no file holds.
    """
    from siteprior.sources.transit import openings
    from siteprior.sources.transit.corridors import corridor_lines
    from siteprior.sources.transit.statements import no_statements
    from siteprior.sources.transit.stop_areas import areas_of

    faults, named = AllFaults(), project.sources
    stops, statements, codes = no_stops(), no_statements(), None
    with faults.kept(), placed(project, *named.stops, *named.openings):
        stops, statements, codes = read_project_stops(project, study_area, log)
    # Corridors are looked at even where the stops are refused: with none, for a stop to lie along a line.
    files = AllFaults()
    nodes, surveyed = _read_corridor_files(project, stops, _corridor_area(project, study_area), log, files)
    with faults.kept():
        files.refuse()
    if not files.sentences:
        lines = () if surveyed is None else tuple(map(str, surveyed.index))
        with faults.kept(), placed(project, ("corridors", "only")):
            nodes = _corridors_that_count(project, nodes, lines)
        if surveyed is not None and project.corridors.only:
            surveyed = surveyed[surveyed.index.isin(project.corridors.only)]
    if not faults.sentences:
        with faults.kept(), placed(project, *project.corridors.paths):
            _refuse_without_stops(project, nodes, surveyed, () if codes is None else areas_of(codes))
    network, timetables = None, None
    if named.streets is not None:
        progress("Reading streets")
        with faults.kept(), placed(project, named.streets, *([named.elevation] if named.elevation else [])):
            network = read_project_streets(project, named.streets, study_area, log)
    if named.timetables:
        progress("Reading timetables")
        with faults.kept(), placed(project, *named.timetables, ("access", "service_date")):
            timetables = _read_timetables(project, stops, log)
    supposed = {}
    for scenario in project.scenarios:
        with faults.kept(), placed(project, scenario, *scenario.add_lines):
            supposed[scenario.name] = _read_supposed(project, scenario, log)
    faults.refuse_or_go_on()
    corridor_stops, joins = nodes, AllFaults()
    if codes is not None and len(nodes):
        day = project.network_date
        corridor_stops = openings.apply_openings_to_corridor(nodes, stops, statements, network_date=day)
        with joins.kept(), placed(project, *named.stops, *named.openings, *project.corridors.paths):
            _join_stops(project, corridor_stops, statements, codes, log)
    if codes is not None and timetables is not None:
        with joins.kept(), placed(project, *named.timetables):
            _join_services(project, timetables)
            log.issues.append(_join_listed(project, stops, timetables))
    joins.refuse_or_go_on()
    lacking = {
        "stops": codes is None,
        "corridors": bool(files.sentences) or (corridor_stops.empty and not _goes_without(project)),
        "timetables": bool(named.timetables) and timetables is None,
        "lines": len(supposed) < len(project.scenarios),
    }
    if network is not None:
        log.issues.append(_off_the_streets(corridor_stops, network))
    return Transit(
        stops=stops,
        corridor_stops=corridor_stops,
        corridors=corridor_lines(corridor_stops, lines=surveyed),
        surveyed=surveyed,
        network=network,
        timetables=timetables,
        supposed=supposed,
        refused=frozenset(name for name, missing in lacking.items() if missing),
        looked_along=_looked_along(nodes, surveyed),
        naptan_areas=() if codes is None else areas_of(codes),
    )


def _read_supposed(project: Project, scenario: ScenarioSettings, log: ReadLog) -> list[gpd.GeoDataFrame]:
    """Read the lines a scenario adds."""
    from siteprior.sources.transit.corridors import read_corridor_stops

    return [
        log.add("scenario", entry, read_corridor_stops(path, files=label))
        for entry in scenario.add_lines
        for path, label in project.find(entry)
    ]


def _join_stops(
    project: Project, corridor_stops: gpd.GeoDataFrame, statements: pd.DataFrame, codes: pd.Index, log: ReadLog
) -> None:
    """Record how many corridor stops, and stops of each file of statements, the files of stops have."""
    from siteprior.sources.transit.stop_areas import join_corridor_stops, join_statements

    files = [label for entry in project.sources.stops for _, label in project.find(entry)]
    missing = IssueLog(files_in_words(files))
    join_corridor_stops(corridor_stops, codes, files=files).log(missing, field="ATCOCode")
    log.issues.append(missing.table())
    for file, stated in statements.groupby("file", sort=False):
        join_statements(stated, corridor_stops, codes, file=str(file))


def read_project_stops(
    project: Project, study_area: BaseGeometry, log: ReadLog
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, pd.Index]:
    """Read NaPTAN and the dated statements, with the stops' state on the network date, and all codes of NaPTAN."""
    from siteprior.sources.transit import naptan, openings
    from siteprior.sources.transit.statements import no_statements, read_openings

    found = [(entry, *place) for entry in project.sources.stops for place in project.find(entry)]
    reading, codes = naptan.read_stops_with_codes(
        [path for _, path, _ in found],
        files=[label for *_, label in found],
        within=study_area,
        margin_m=load_parameters("access").number("stop_margin_m"),
    )
    stops = log.add("stops", [entry for entry, *_ in found], reading)
    faults, stated = AllFaults(), list[pd.DataFrame]()
    for entry in project.sources.openings:
        for path, label in project.find(entry):
            with faults.kept():
                stated.append(log.add("openings", entry, read_openings(path, files=label)))
    faults.refuse()
    statements = pd.concat(stated, ignore_index=True) if stated else no_statements()
    log.issues.append(
        openings.unmatched_statements(statements, network_date=project.network_date, provenance=reading.provenance)
    )
    return openings.apply_openings(stops, statements, network_date=project.network_date), statements, codes


def _read_corridor_files(
    project: Project, stops: gpd.GeoDataFrame, within: BaseGeometry | None, log: ReadLog, faults: AllFaults
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame | None]:
    """Read the corridors' stops as their files have them, and the lines of those that are surveyed."""
    tables, lines = list[gpd.GeoDataFrame](), list[gpd.GeoDataFrame]()
    for entry in project.corridors.paths:
        with faults.kept(), placed(project, entry):
            for path, label in project.find(entry):
                nodes, drawn = _read_corridor(entry, path, label, stops, within, log)
                tables.append(nodes)
                if drawn is not None:
                    lines.append(drawn)
    return pd.concat(tables) if tables else no_corridor_stops(), pd.concat(lines) if lines else None


def _corridors_that_count(project: Project, nodes: gpd.GeoDataFrame, lines: Sequence[str]) -> gpd.GeoDataFrame:
    """Return the stops of the corridors that count; ``lines`` are known beside those with stops."""
    only = project.corridors.only
    known = dict.fromkeys([*nodes["corridor"].unique(), *lines])
    faults = [unknown("corridor", name, known) for name in only if name not in known]
    if faults:
        raise ProjectError(*faults)
    return nodes[nodes["corridor"].isin(only)] if only else nodes


def _looked_along(corridor_stops: gpd.GeoDataFrame, surveyed: gpd.GeoDataFrame | None) -> tuple[str, ...]:
    """Return the lines along which stops were looked for: no table and no timetable states theirs."""
    if surveyed is None:
        return ()
    stated = corridor_stops.loc[corridor_stops["position"] != "naptan", "corridor"]
    return tuple(str(name) for name in surveyed.index if name not in set(stated))


def _goes_without(project: Project) -> bool:
    """Return whether sites are ranked without corridors: their gate is off."""
    return project.gates.get("beyond_corridor_walk") is False


def _refuse_without_stops(
    project: Project, nodes: gpd.GeoDataFrame, surveyed: gpd.GeoDataFrame | None, areas: Sequence[str]
) -> None:
    """Refuse lines of which none has a stop; and that there is no corridor, where sites have to lie along one."""
    files = ", ".join(label for entry in project.corridors.paths for _, label in project.find(entry))
    if nodes.empty and surveyed is None and not _goes_without(project):
        raise InputError(
            f"{files or '[corridors]'}: lists no corridor, and only sites along one are ranked: name your corridors "
            "under [corridors] paths, or switch the gate off: [gates] beyond_corridor_walk = false"
        )
    if nodes.empty and surveyed is not None:
        near = load_parameters("access").number("line_snap_m")
        raise InputError(
            f"{files}: no corridor has a stop: none of the stops read, of NaPTAN area {', '.join(areas) or '(none)'}, "
            f"lies within {near:g} m of a line whose kind it serves; give the stops of the place and kind of the lines "
            "under [sources] stops (910 holds rail, 940 metro and tram)"
        )


def _corridor_area(project: Project, study_area: BaseGeometry) -> BaseGeometry | None:
    """Return the area about which corridors are read; ``None`` where all of them are."""
    chosen = project.corridors.within_area
    return study_area if chosen or (chosen is None and project.sources.areas.districts) else None


def _read_corridor(
    entry: CorridorFile, path: Path, label: str, stops: gpd.GeoDataFrame, within: BaseGeometry | None, log: ReadLog
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame | None]:
    """Read one corridor file: a table of stops, routes of a timetable, or lines with the stops found along them."""
    from siteprior.sources.transit import corridors, within_area
    from siteprior.sources.transit.line_files import holds_lines

    margin_m = load_parameters("access").number("corridor_margin_m")
    if entry.routes:
        from siteprior.sources.timetables.lines import corridor_from_timetable

        reading = corridor_from_timetable(path, routes=entry.routes, kind=entry.kind, naptan=stops, file=label)
        found = log.add("corridors", entry, reading)
        return found.stops, found.lines
    if entry.name is None and not holds_lines(label):
        table = log.add("corridors", entry, corridors.read_corridor_stops(path, files=label))
        return (table if within is None else within_area.stops_within(table, within, margin_m=margin_m)), None
    lines = corridors.read_corridor_lines(
        path, name_column=entry.name, kind=entry.kind, layer=entry.layer, crs=entry.crs, files=label
    )
    drawn = log.add("corridors", entry, lines)
    if within is not None:
        drawn = within_area.lines_within(drawn, within, margin_m=margin_m)
    return corridors.stops_along(drawn, stops), drawn


def read_project_streets(project: Project, entry: Streets, study_area: BaseGeometry, log: ReadLog) -> WalkNetwork:
    """Read the streets about the study area; with an elevation raster walks count the slope."""
    from siteprior.sources.streets.reader import read_streets

    path, label = project.find_one(entry)
    reading = read_streets(
        path,
        within=study_area,
        margin_m=load_parameters("access").number("street_margin_m"),
        layer=entry.layer,
        crs=entry.crs,
        private=entry.private,
        cache=project.cache,
        file=label,
    )
    network: WalkNetwork = log.add("streets", entry, reading)
    heights = project.sources.elevation
    if heights is None:
        return network
    from siteprior.walking.slope import with_slope

    path, label = project.find_one(heights)
    log.add("elevation", heights, Reading(None, issue_table([]), (record(path, role="elevation", file=label, rows=1),)))
    return with_slope(network, path, file=label, crs=heights.crs, nodata=heights.nodata)


def _off_the_streets(corridor_stops: gpd.GeoDataFrame, network: WalkNetwork) -> pd.DataFrame:
    """Report the corridor stops no street comes near."""
    from siteprior.joins.corridors.corridor_walks import unsnapped

    return unsnapped(corridor_stops, network, max_snap_m=load_parameters("access").number("max_snap_m"))


def _read_timetables(project: Project, stops: gpd.GeoDataFrame, log: ReadLog) -> Timetables:
    """Read the timetable feeds together."""
    from siteprior.sources.timetables.reader import read_timetables

    found = [(entry, *place) for entry in project.sources.timetables for place in project.find(entry)]
    reading = read_timetables(
        [path for _, path, _ in found],
        files=[label for *_, label in found],
        naptan=stops,
        service_date=project.access.service_date,
    )
    timetables: Timetables = log.add("timetables", [entry for entry, *_ in found], reading)
    return timetables


def _join_listed(project: Project, stops: gpd.GeoDataFrame, timetables: Timetables) -> pd.DataFrame:
    """Record how many stops in use the timetables list, and report the others: what runs there is not known."""
    from siteprior.joins.access.unlisted import stops_in_use

    used = stops_in_use(stops, timetables.listed)
    files = files_in_words(label for entry in project.sources.timetables for _, label in project.find(entry))
    missing = used.index[~used["listed"]].sort_values().tolist()
    lost = (
        "what runs there is not known: the access index is missing where such a stop is the nearest and 0 would stand, "
        "and may be too low elsewhere; add the timetables of their operators"
    )
    join = CodeJoin.counted(
        "stops in use", "stops in use", files, len(used), missing, lost, share_enough("stops_in_use")
    )
    log = IssueLog()
    record_join(join, known="").log(log, field="stop_id")
    return log.table()


def _join_services(project: Project, timetables: Timetables) -> None:
    """Record how many stops of each timetable are stops of NaPTAN; the others are placed as the timetable says."""
    files = files_in_words(label for entry in project.sources.stops for _, label in project.find(entry))
    for feed, stops in pd.DataFrame(timetables.stops).groupby("feed", sort=False):
        missing = stops.loc[stops["atco_code"].isna(), "stop_id"].sort_values().tolist()
        lost = "placed as the timetable says"
        record_join(CodeJoin.counted(f"stops of {feed}", "stops served", files, len(stops), missing, lost, 0), known="")
