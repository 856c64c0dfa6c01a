"""What a run states at its end of stops and corridors: which have none that counts, and which stops are not read."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import shapely

from siteprior.core.parameters import load_parameters
from siteprior.core.short_repr import first_few
from siteprior.pipeline.read_transit import Transit
from siteprior.pipeline.result import NOT_YET, Result
from siteprior.project.load import Project

SHOWN = 3
"""Corridors named in one sentence, at most."""


def area_notices(result: Result) -> Iterator[str]:
    """Yield which corridors have no stop that counts because the NaPTAN areas of their modes are not read.

    It comes before all else that is stated: what the corridors' table lacks, and gates, are not the cause.
    """
    from siteprior.sources.transit.openings import fitting_modes
    from siteprior.sources.transit.stop_areas import AREA_OF_MODE

    if result.transit is NOT_YET or result.transit.corridor_stops is None:
        return
    read = result.transit.naptan_areas
    alone = _beside_none(result)
    modes = {mode for kind in alone["kind"].unique() for mode in fitting_modes(kind)}
    lacking = [f"{area} ({mode})" for mode, area in AREA_OF_MODE.items() if mode in modes and area not in read]
    if not lacking:
        return
    radius = load_parameters("access").number("node_radius_m")
    unsaid = "; a line without a kind is taken as rail or metro: a column kind in the corridors' table says which"
    yield (
        f"no stop counts of {_named([str(name) for name in alone['corridor'].unique()])}: no open stop of NaPTAN that "
        f"serves them stands within {radius:g} m of theirs, for the stops read are of NaPTAN area "
        f"{', '.join(read) or '(none)'} only; add the files of {' and '.join(lacking)} to stops under [sources]"
        f"{unsaid if alone['kind'].isna().any() else ''}"
    )


def transit_notices(result: Result) -> Iterator[str]:
    """Yield what is to be stated of the stops and corridors read; nothing before they are."""
    transit = result.transit
    if transit is NOT_YET:
        return
    if not (transit.stops["mode"] == "bus").any():
        areas = ", ".join(sorted({str(code)[:3] for code in transit.stops.index}))
        there = f"the stops there are of NaPTAN area {areas} only" if areas else "there is no stop at all"
        add = "walks count no bus; add the NaPTAN file of the area's own buses to stops under [sources]"
        yield f"no bus stop was read near the areas: {there}; {add}"
    yield from _unread_buses(result)
    if transit.corridor_stops is None or transit.corridors is None:
        return
    yield from _left_out_whole(result)
    yield from _areas_not_read(transit)
    near = _near_the_areas(result)
    near = near[~near["corridor"].isin(_beside_none(result)["corridor"])]
    yield from _taken_as_open(near)
    yield from _without_counted_stop(transit, near, result.project)


def reach_notices(result: Result) -> Iterator[str]:
    """Yield that no site has a walk to a corridor, and whether no stop counts or none is near; nothing where one has.

    ``check`` states it too, which ranks nothing.
    """
    sites = result.table if result.sites is NOT_YET else result.sites
    if sites["corridor_walk_m"].notna().any() or not sites.geometry.notna().any():
        return
    if result.transit is NOT_YET:
        yield "no site has a walk to a counted stop of a corridor; see [corridors] and access.gpkg"
        return
    stops, planned = result.transit.corridor_stops, result.project.corridors.count_planned
    if not len(result.transit.corridors):
        yield (
            "the project names no corridor: sites are ranked wherever they lie; to rank along corridors name them "
            "under [corridors] paths and switch the gate beyond_corridor_walk on"
        )
        return
    counted = int(stops["state"].isin(counted_states(result.project)).sum())
    if counted:
        yield (
            f"no site has a walk to a counted stop of a corridor: {counted:,} stops count, and no way leads to one of "
            "them from any site; see [sources] streets, and where the corridors of access.gpkg lie"
        )
        return
    advice = "; give openings, or the columns atco or state of the corridors' table"
    more = "" if planned else "; [corridors] count_planned = true counts planned ones"
    yield (
        f"no site has a walk to a counted stop of a corridor: none of the {len(stops):,} corridor stops counts on "
        f"{result.project.network_date} ({_states(stops)}){'' if any(area_notices(result)) else advice + more}"
    )


def counted_states(project: Project) -> tuple[str, ...]:
    """Return the states in which a stop counts."""
    return ("open", "planned") if project.corridors.count_planned else ("open",)


def _near_the_areas(result: Result) -> gpd.GeoDataFrame:
    """Return the corridor stops about the areas: farther off no stop of NaPTAN is read, and no site rests on them."""
    stops = result.transit.corridor_stops
    if result.study_area is NOT_YET:
        return stops
    margin = load_parameters("access").number("stop_margin_m")
    shapely.prepare(result.study_area)
    near: gpd.GeoDataFrame = stops[shapely.dwithin(result.study_area, stops.geometry.to_numpy(), margin)]
    return near


def _beside_none(result: Result) -> gpd.GeoDataFrame:
    """Return the stops about the areas of corridors of whose stops none counts, for want of a stop read beside them.

    Only corridors that a NaPTAN area not read may serve: where all are read, their own rows are at fault.
    """
    from siteprior.sources.transit.openings import NONE_BESIDE, fitting_modes
    from siteprior.sources.transit.stop_areas import AREA_OF_MODE

    near, read = _near_the_areas(result), result.transit.naptan_areas
    # Of codes no file holds the join of corridors' stops to NaPTAN says more.
    alone = near["atco_code"].isna() & near["state_basis"].fillna("").str.contains(NONE_BESIDE, regex=False)
    unread = {mode for mode, area in AREA_OF_MODE.items() if area not in read}
    served = near["kind"].map(lambda kind: bool(unread.intersection(fitting_modes(kind)))).astype(bool)
    stopped = alone.groupby(near["corridor"]).transform("all")
    without: gpd.GeoDataFrame = near[stopped & served]
    return without


def _unread_buses(result: Result) -> Iterator[str]:
    """Yield in which districts with sites the bus stops were not read, and the NaPTAN areas that hold them."""
    from siteprior.core.authorities import known_authorities
    from siteprior.joins.access.unread_buses import unread_districts

    if result.districts is NOT_YET or "area" not in result.columns:
        return
    own = result.columns["area"]["district_code"]
    unread = unread_districts(result.transit.stops, result.areas, result.districts)
    sites = int(own.isin(unread).sum())
    if not sites:
        return
    names = result.districts["name"].reindex([code for code in unread if (own == code).any()])
    known = [known_authorities()[code].atco_areas for code in names.index if code in known_authorities()]
    lacking = sorted({area for areas in known for area in areas} - set(result.transit.naptan_areas))
    files = f"of NaPTAN area {', '.join(lacking)} " if lacking else ""
    yield (
        f"bus stops were not read in {first_few(names.fillna('').tolist(), SHOWN)}: the walk to a bus stop is missing "
        f"of their {sites:,} sites, not far; add the files {files}to stops under [sources]"
    )


def _left_out_whole(result: Result) -> Iterator[str]:
    """Yield which corridors are in no output, for not one row of their table could be used."""
    from siteprior.sources.transit.corridor_rows import LEFT_OUT_WHOLE

    issues = result.issues
    lost = issues[issues["action"] == LEFT_OUT_WHOLE]
    for file, rows in lost.groupby("file", sort=False):
        yield f"{file}: {_named(rows['value'].tolist())} {LEFT_OUT_WHOLE}; issues.csv names each row"


def _areas_not_read(transit: Transit) -> Iterator[str]:
    """Yield the NaPTAN areas no file of stops holds, of modes looked for along the lines."""
    from siteprior.sources.transit.openings import fitting_modes
    from siteprior.sources.transit.stop_areas import AREA_OF_MODE

    if transit.surveyed is None:
        return
    kinds = transit.surveyed["kind"][list(transit.looked_along)]
    wanted = {str(name): fitting_modes(kind) for name, kind in kinds.items()}
    for mode, area in AREA_OF_MODE.items():
        lacking = [name for name, modes in wanted.items() if mode in modes]
        if area not in transit.naptan_areas and lacking:
            read = ", ".join(transit.naptan_areas) or "none"
            unsaid = any(not isinstance(kinds[name], str) for name in lacking)
            kind = ", or give the lines that have none their kind" if unsaid else ""
            yield (
                f"stops of {mode} are looked for along {_named(lacking)}, and NaPTAN area {area}, which holds them, is "
                f"not among those read ({read}); add its file to stops under [sources]{kind}"
            )


def _taken_as_open(corridor_stops: gpd.GeoDataFrame) -> Iterator[str]:
    """Yield how many stops of corridors are taken as open because their table says nothing of it."""
    from siteprior.sources.transit.openings import TAKEN_AS_OPEN

    taken = corridor_stops["state_basis"].fillna("").str.startswith(TAKEN_AS_OPEN)
    if not taken.any():
        return
    stands = int((taken & (corridor_stops["state"] == "open")).sum())
    yield (
        f"{int(taken.sum()):,} corridor stops give neither atco nor state: {stands:,} count as open, for an open stop "
        f"of NaPTAN that serves the corridor stands beside them, {int(taken.sum()) - stands:,} do not; add the column "
        "atco or state to the corridors' table"
    )


def _without_counted_stop(transit: Transit, near: gpd.GeoDataFrame, project: Project) -> Iterator[str]:
    """Yield which lines have no stop, and which corridors about the areas have none that counts.

    A corridor that is planned as a whole is none of these: its summary says so, and no site is near it by design.
    """
    stops, states = transit.corridor_stops, counted_states(project)
    named = set(stops["corridor"])
    bare = [str(name) for name in transit.corridors.index if name not in named]
    if bare:
        yield f"no stop was found along {_named(bare)}: no site can be near it; give its stops or its kind"
    counted = set(stops.loc[stops["state"].isin(states), "corridor"])
    proposed = (near["state"] == "planned").groupby(near["corridor"]).transform("all").astype(bool)
    shut = near[~near["corridor"].isin(counted) & ~proposed]
    if len(shut):
        names = [str(name) for name in shut["corridor"].unique()]
        yield (
            f"no stop counts of {_named(names)} on {project.network_date}: {_states(shut)}; see openings and "
            "count_planned"
        )


def _states(stops: gpd.GeoDataFrame) -> str:
    """Return in words how many stops are in each state."""
    return ", ".join(f"{count:,} {state}" for state, count in stops["state"].value_counts().sort_index().items())


def _named(corridors: list[str]) -> str:
    """Return the names of corridors, of many the first."""
    return first_few(corridors, SHOWN)
