"""What a project comes to when it is worked through: the tables every output is written from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from siteprior.pipeline.appraise import Appraisal
from siteprior.pipeline.read_market import Market
from siteprior.pipeline.read_transit import Transit
from siteprior.project.load import Project


@dataclass(frozen=True)
class Assessment:
    """A project worked through: the sites with all that was joined, appraised and ranked, and what stands beside them.

    Attributes
    ----------
    sites
        :data:`siteprior.core.schema.SITES`, every site considered, ranked ones first.
    shortlist
        The first ``n`` of the ranked sites.
    shapes
        :data:`siteprior.core.schema.SITE_SHAPES`: polygons and discs of the sites.
    transit
        Stops, corridors, streets and timetables: :class:`siteprior.pipeline.read_transit.Transit`.
    areas
        The areas with their deprivation.
    site_corridors
        :data:`siteprior.core.schema.SITE_CORRIDORS`, one row per site and corridor in reach.
    corridor_summary, corridor_rankings
        The corridors side by side, and the ranked sites along each.
    catchments
        The ground within a walk of each corridor's stops.
    access_routes
        The routes that make up each site's access index; empty without timetables.
    scenario_effects
        :data:`siteprior.core.schema.SCENARIO_EFFECTS`; empty where the project supposes nothing.
    appraised
        What was found of market failure, viability, deadweight and fund rules in long form:
        :class:`siteprior.pipeline.appraise.Appraisal`.
    comparables
        The sales nearest to each shortlisted site; empty without sales.
    market
        Sales and layers as they were read: :class:`siteprior.pipeline.read_market.Market`.
    gates
        The gates with what they mean.
    criteria
        The criteria with anchors, weights and sources.
    history
        What happened to each site from register to register, one row per event; empty without older registers.
    duplicates
        Pairs of records that are, or may be, one site, with reasons and confidence.
    issues
        The issue log.
    record
        Inputs, versions, settings and numbers used: the content of ``run.json``.
    """

    project: Project
    sites: Any
    shortlist: Any
    shapes: Any
    transit: Transit
    areas: Any
    site_corridors: pd.DataFrame
    corridor_summary: pd.DataFrame
    corridor_rankings: pd.DataFrame
    catchments: Any
    access_routes: pd.DataFrame
    scenario_effects: pd.DataFrame
    appraised: Appraisal
    comparables: pd.DataFrame
    market: Market
    gates: pd.DataFrame
    criteria: pd.DataFrame
    history: pd.DataFrame
    duplicates: pd.DataFrame
    issues: pd.DataFrame
    record: dict[str, Any]

    @property
    def corridors(self) -> Any:
        """The corridors as lines."""
        return self.transit.corridors

    @property
    def corridor_stops(self) -> Any:
        """The corridors' ordered stops, settled for the network date."""
        return self.transit.corridor_stops

    @property
    def stops(self) -> Any:
        """The stops and stations, settled for the network date."""
        return self.transit.stops

    @property
    def signals(self) -> pd.DataFrame:
        """The market-failure record in long form, one row per site and signal."""
        return self.appraised.signals
