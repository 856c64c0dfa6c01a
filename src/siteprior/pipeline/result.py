"""What a project comes to, stage by stage: the tables every output is written from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass, field, fields, replace
from inspect import Parameter, Signature
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Never

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from siteprior.core.code_join import CodeJoin
from siteprior.core.errors import SitePriorError
from siteprior.core.files import Input
from siteprior.core.issues import concat_issues
from siteprior.core.short_repr import counted, html_table, shortened, size_of
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.read_market import Market
from siteprior.pipeline.read_transit import Transit
from siteprior.project.load import Project

if TYPE_CHECKING:
    from siteprior.appraisal.viability.inputs import Costs
    from siteprior.joins.access.ptal_grid import AccessGrid
    from siteprior.joins.access.walks import Walking
    from siteprior.pipeline.registered_inputs import Registered
    from siteprior.ranking.criteria import Criterion
    from siteprior.ranking.gates import Gate
    from siteprior.registers.matching.history import HistoryResult
    from siteprior.report.base_map.cut import BaseMap


class _NotYet:
    """Stands where no stage has put a result yet; whatever is asked of it is refused."""

    def __getattr__(self, name: str) -> Never:
        raise AttributeError(f"no stage has made this yet, so it has no '{name}'; `siteprior stages` shows which does")

    def __repr__(self) -> str:
        return "NOT_YET"


NOT_YET: Any = _NotYet()  # it stands for a result of any type, and is none


@dataclass(frozen=True, eq=False)
class Result:
    """A project worked through, as far as its stages have run (``siteprior stages``); frozen.

    Attributes
    ----------
    project
        The project.
    sites, shortlist
        Every site considered with all its columns, ranked ones first; the first ``n`` opportunities, a row each.
    opportunities, opportunity_links
        What is ranked, a row each at its largest eligible member; the pairs of sites that are or may be plots of one.
    top_k_acceptability, programme, core_index, programme_constraints, programme_frontier
        How sure each rank is; what the budget buys, how sure that is, what each constraint and what equity costs.
    criteria, gates, weights
        What the sites were judged by, with anchors and sources.
    signals, fund_rules, viability_drivers, deadweight_evidence
        One row per site and signal, rule of a fund, input of the appraisal, finding.
    evidence_gaps, evidence_files
        What would decide each verdict; which free file would decide how many.
    site_corridors, corridor_summary, corridor_rankings, catchments
        Sites and corridors in reach of each other; the corridors; what is in a walk of them.
    scenario_effects, scenario_summary
        What each scenario changes, site by site and summed up.
    areas, transit, walking, market
        What was read: areas with deprivation, stops and corridors, walks, sales and layers.
    issues, joins
        What is wrong in the data; how many codes of each join met.
    record
        Inputs, versions, settings and numbers used: the content of ``run.json``.

    The others: docs/how-to/use-from-python.md. What is empty is not known yet or not asked for.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> data = shipped("data")
    >>> done = sp.assess(sp.load_project(data / "demo.toml", data_root=data))
    >>> len(done.shortlist), done.sites.crs.to_epsg(), list(done.issues.columns)[:2]
    (25, 27700, ['file', 'row'])
    """

    # what help shows: the stages fill in all else, and forty defaults would fill a screen
    __signature__: ClassVar[Signature] = Signature([Parameter("project", Parameter.POSITIONAL_OR_KEYWORD)])

    project: Project
    criteria_known: Mapping[str, Criterion] = NOT_YET
    gates_known: Mapping[str, Gate] = NOT_YET
    weights: Mapping[str, float] = NOT_YET
    costs: Costs = NOT_YET
    scheme: Costs = NOT_YET
    issue_tables: tuple[pd.DataFrame, ...] = ()
    provenance: tuple[Input, ...] = ()
    joins: tuple[CodeJoin, ...] = ()
    areas: gpd.GeoDataFrame = NOT_YET
    districts: gpd.GeoDataFrame = NOT_YET
    study_area: BaseGeometry = NOT_YET
    base_map: BaseMap | None = NOT_YET
    postcodes: pd.DataFrame | None = NOT_YET
    sites_read: gpd.GeoDataFrame = NOT_YET
    own_polygons: gpd.GeoDataFrame = NOT_YET
    register_history: HistoryResult | None = NOT_YET
    register_files: pd.DataFrame = NOT_YET
    decisions: pd.DataFrame = NOT_YET
    sites_merged: gpd.GeoDataFrame = NOT_YET
    shapes: gpd.GeoDataFrame = NOT_YET
    duplicates: pd.DataFrame = NOT_YET
    transit: Transit = NOT_YET
    walking: Walking = NOT_YET
    market: Market = NOT_YET
    registered: Registered = NOT_YET
    opportunity_links: pd.DataFrame = NOT_YET
    columns: Mapping[str, pd.DataFrame] = field(default_factory=lambda: MappingProxyType({}))
    access_routes: pd.DataFrame = NOT_YET
    price_validation: pd.DataFrame = NOT_YET
    price_note: str = NOT_YET
    viability_drivers: pd.DataFrame = NOT_YET
    deadweight_evidence: pd.DataFrame = NOT_YET
    signals: pd.DataFrame = NOT_YET
    evidence_gaps: pd.DataFrame = NOT_YET
    evidence_files: pd.DataFrame = NOT_YET
    fund_rules: pd.DataFrame = NOT_YET
    sites: gpd.GeoDataFrame = NOT_YET
    shortlist: gpd.GeoDataFrame = NOT_YET
    opportunities: gpd.GeoDataFrame = NOT_YET
    gates: pd.DataFrame = NOT_YET
    criteria: pd.DataFrame = NOT_YET
    top_k_acceptability: pd.DataFrame = NOT_YET
    programme: gpd.GeoDataFrame = NOT_YET
    core_index: pd.DataFrame = NOT_YET
    programme_constraints: pd.DataFrame = NOT_YET
    programme_frontier: pd.DataFrame = NOT_YET
    programme_record: dict[str, Any] = NOT_YET  # what JSON can hold
    viability_lines: pd.DataFrame = NOT_YET
    comparables: pd.DataFrame = NOT_YET
    site_corridors: pd.DataFrame = NOT_YET
    corridor_summary: pd.DataFrame = NOT_YET
    corridor_rankings: pd.DataFrame = NOT_YET
    catchments: gpd.GeoDataFrame = NOT_YET
    leading_corridors: tuple[str, ...] = NOT_YET
    leading_catchments: gpd.GeoDataFrame | None = NOT_YET
    access_grids: tuple[AccessGrid, ...] = NOT_YET
    access_cells: gpd.GeoDataFrame | None = NOT_YET
    scenario_effects: pd.DataFrame = NOT_YET
    scenario_summary: pd.DataFrame = NOT_YET
    record: dict[str, Any] = NOT_YET  # what JSON can hold

    def __repr__(self) -> str:
        """Say which project it is of, and how far it has come."""
        made = self._made()
        head = self.project.project
        if self.sites is NOT_YET or self.shortlist is NOT_YET:
            so_far = f"not ranked yet; it has {', '.join(made) or 'nothing'}"
        else:
            ranked = int(self.sites["rank"].notna().sum())
            so_far = f"{counted(len(self.sites), 'site')}, {ranked:,} ranked, {len(self.shortlist)} on the shortlist"
        return shortened(f"Result of {head.title}, as of {head.as_of}: {so_far}")

    def _repr_html_(self) -> str:
        """Show what there is so far in a notebook, with its size."""
        made = {name: size_of(part) for name, part in self._made().items()}
        return html_table(repr(self), ("result", "holds"), made)

    def _made(self) -> dict[str, Any]:  # parts of any type
        """Return what the stages have made so far, by name."""
        parts = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "project"}
        empty = [name for name, part in parts.items() if part is NOT_YET or (isinstance(part, Sized) and not len(part))]
        return {name: part for name, part in parts.items() if name not in empty}

    @property
    def table(self) -> gpd.GeoDataFrame:
        """The sites with the columns of the stages so far, in the order the stages stand in."""
        base = self.sites_merged
        joined = pd.concat([pd.DataFrame(base), *self.columns.values()], axis=1)
        return gpd.GeoDataFrame(joined, geometry=base.geometry.name, crs=base.crs)

    @property
    def seed(self) -> int:
        """The seed of the project's draws."""
        return self.project.project.seed

    @property
    def issues(self) -> pd.DataFrame:
        """The issue log."""
        return concat_issues(*self.issue_tables)

    @property
    def history(self) -> pd.DataFrame:
        """What happened to each site from register to register, one row per event; empty without older registers."""
        from siteprior.core.schema import HISTORY

        return pd.DataFrame(columns=HISTORY.names) if self.register_history is None else self.register_history.events

    @property
    def corridors(self) -> gpd.GeoDataFrame:
        """The corridors as lines."""
        return self.transit.corridors

    @property
    def corridor_stops(self) -> gpd.GeoDataFrame:
        """The corridors' ordered stops, with their state on the network date."""
        return self.transit.corridor_stops

    @property
    def stops(self) -> gpd.GeoDataFrame:
        """The stops and stations, with their state on the network date."""
        return self.transit.stops

    def with_log(self, log: ReadLog) -> Result:
        """Return the result with what a stage has read: its issues and files stand after those of earlier stages."""
        return replace(
            self,
            issue_tables=(*self.issue_tables, *log.issues),
            provenance=(*self.provenance, *log.provenance),
        )

    def with_joins(self, new: Iterable[CodeJoin]) -> Result:
        """Return the result with what joins by code came to; one made again takes the place of what it was."""
        if not (added := tuple(new)):
            return self
        every = {(join.name, join.file): join for join in (*self.joins, *added)}
        return replace(self, joins=tuple(every.values()))

    def with_columns(self, group: str, new: pd.DataFrame) -> Result:
        """Return the result with a group of new columns of the sites, in place of those it had under that name.

        Raises
        ------
        SitePriorError
            When the columns are not on the index of the sites (one was added, dropped or moved), or the sites have
            one of that name.
        """
        if not new.index.equals(self.sites_merged.index):
            raise SitePriorError(
                f"columns.{group}: are not on the index of the sites; no stage adds, drops or moves a site"
            )
        others = {name: frame for name, frame in self.columns.items() if name != group}
        taken = set(new.columns) & {*self.sites_merged.columns, *(name for frame in others.values() for name in frame)}
        if taken:
            raise SitePriorError(f"columns.{group}: the sites have {', '.join(sorted(taken))} already")
        return replace(self, columns=MappingProxyType({**self.columns, group: new}))


Assessment = Result
"""The name of :class:`Result` on the public face."""
