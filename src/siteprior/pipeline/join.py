"""New columns of the sites by place: area, history, walks, access index, corridor, and the user's layers."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from siteprior.core.progress import Progress
from siteprior.pipeline.assumed import refuse_unfit
from siteprior.pipeline.faults import faults_of, placed
from siteprior.pipeline.result import Result


def place_sites(result: Result, progress: Progress) -> Result:
    """Find the area each site lies in, with its deprivation."""
    from siteprior.joins.areas import join_areas

    progress("Joining")
    return result.with_columns("area", join_areas(result.table, result.areas))


def follow_registers(result: Result, _progress: Progress) -> Result:
    """Look up what older registers say of each site."""
    from siteprior.joins.history import join_history

    history = result.register_history
    return result.with_columns("history", join_history(result.table, None if history is None else history.sites))


def look_up_programme(result: Result, _progress: Progress) -> Result:
    """Refuse site ids of ``[programme]`` that no site has, before anything is measured of the sites."""
    from siteprior.pipeline.programme_asked import refuse_unknown_sites

    with faults_of(result.project, "[programme]"):
        refuse_unknown_sites(result.project.programme, result.sites_merged.index)
    return result


def find_opportunities(result: Result, _progress: Progress) -> Result:
    """Find the sites that are plots of one site, joined and split as the project says."""
    from siteprior.registers.matching import opportunities

    stated = result.project.opportunities
    with faults_of(result.project, "[opportunities]"):
        found = opportunities.find_opportunities(
            result.table, shapes=result.shapes, join=stated.join, split=stated.split
        )
    return replace(result.with_columns("opportunity", found.members), opportunity_links=found.links)


def measure_walks(result: Result, _progress: Progress) -> Result:
    """Measure the walk to the nearest stop of each mode; to a bus stop only where those of the district were read."""
    from siteprior.joins.access.unread_buses import unread_districts, without_buses
    from siteprior.joins.access.walk_access import join_access

    stops = result.transit.stops
    unread = result.columns["area"]["district_code"].isin(unread_districts(stops, result.areas, result.districts))
    walks = join_access(result.table, stops, result.walking)
    return result.with_columns("walks", without_buses(walks, unread) if unread.any() else walks)


def measure_access(result: Result, _progress: Progress) -> Result:
    """Measure the access index and list the routes that make it up; no column without timetables."""
    from siteprior.joins.access.ptal_sites import join_access_index

    feed = result.transit.timetables
    if feed is None:
        nothing = pd.DataFrame(index=result.sites_merged.index)
        return replace(result.with_columns("access_index", nothing), access_routes=pd.DataFrame())
    measured = join_access_index(
        result.table,
        feed.stops,
        feed.services,
        result.walking,
        top_60_ttwa=result.project.access.top_60_ttwa,
        active_stops=result.transit.stops,
        listed=feed.listed,
    )
    return replace(result.with_columns("access_index", measured.columns), access_routes=measured.routes)


def assign_corridors(result: Result, _progress: Progress) -> Result:
    """Assign each site its corridor."""
    from siteprior.joins.corridors.corridor_walks import join_corridors

    transit = result.transit
    new = join_corridors(
        result.table,
        transit.corridor_stops,
        transit.corridors,
        result.walking,
        count_planned=result.project.corridors.count_planned,
    )
    return result.with_columns("corridor", new)


def measure_layers(result: Result, progress: Progress) -> Result:
    """Measure the user's layers at the sites, and refuse those the project names for what their values cannot serve.

    Raises
    ------
    ProjectError
        As :func:`siteprior.pipeline.assumed.refuse_unfit`.
    """
    from siteprior.joins.layers import join_layers

    progress("Appraising")
    market = result.market
    with faults_of(result.project), placed(result.project, *market.specs):
        new = join_layers(result.table, market.layers, market.specs, shapes=result.shapes)
    measured = result.with_columns("layers", new)
    refuse_unfit(measured)
    return measured
