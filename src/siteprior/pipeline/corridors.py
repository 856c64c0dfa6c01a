"""The corridors as objects: the sites along each, the area within a walk, summaries; and the grid of access."""

from __future__ import annotations

from dataclasses import replace

from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress
from siteprior.pipeline.faults import placed
from siteprior.pipeline.grid import measure_grid
from siteprior.pipeline.result import Result

CELL_KEY = ("access", "cell_m")
"""The key a fault of the grid's cells is about."""


def describe_corridors(result: Result, _progress: Progress) -> Result:
    """List the sites along each corridor, draw the area within a walk, rank and sum up."""
    from siteprior.joins.access.catchment_areas import corridor_catchments
    from siteprior.joins.corridors.corridor_sites import corridor_sites
    from siteprior.joins.corridors.corridor_summary import corridor_rankings, corridor_summary

    sites, transit = result.sites, result.transit
    planned = result.project.corridors.count_planned
    along = corridor_sites(sites, transit.corridor_stops, transit.corridors, result.walking, count_planned=planned)
    drawn = corridor_catchments(
        transit.corridor_stops,
        result.walking,
        count_planned=planned,
        bands_m=[load_parameters("access").number("rail_cutoff_m")],
    )
    summary = corridor_summary(
        transit.corridors,
        along,
        sites,
        catchments=drawn,
        areas=result.areas,
        shortlist=list(result.shortlist.index),
    )
    leading = summary[summary["shortlist_sites"].fillna(0) > 0].sort_values(
        ["shortlist_sites", "best_rank"], ascending=[False, True], kind="stable"
    )
    return replace(
        result,
        site_corridors=along,
        catchments=drawn,
        corridor_rankings=corridor_rankings(along, sites),
        corridor_summary=summary,
        leading_corridors=tuple(str(name) for name in leading.index),
    )


def draw_leading(result: Result, _progress: Progress) -> Result:
    """Draw the area within several walks of the leading corridor's stops; none without streets to walk on."""
    from siteprior.joins.access.catchment_areas import corridor_catchments

    if result.walking.network is None or not result.leading_corridors:
        return replace(result, leading_catchments=None)
    stops = result.corridor_stops
    drawn = corridor_catchments(
        stops[stops["corridor"] == result.leading_corridors[0]],
        result.walking,
        count_planned=result.project.corridors.count_planned,
    )
    return replace(result, leading_catchments=drawn)


def measure_cells(result: Result, progress: Progress) -> Result:
    """Measure the access index of every cell of the study area, where the project asks for it and there is a feed."""
    from siteprior.joins.access.ptal_grid import grid_cells

    chosen, feed, network = result.project.access, result.transit.timetables, result.walking.network
    if not chosen.grid or feed is None or network is None:
        return replace(result, access_grids=(), access_cells=None)
    with placed(result.project, CELL_KEY):
        grids = measure_grid(
            result.study_area,
            feed,
            network,
            cell_m=chosen.cell_m,
            max_snap_m=result.walking.max_snap_m,
            active_stops=result.transit.stops,
            progress=progress,
        )
    return replace(result, access_grids=tuple(grids), access_cells=grid_cells(grids[0]))
