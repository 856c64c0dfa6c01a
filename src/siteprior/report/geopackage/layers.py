"""What a run publishes: its layers and tables by name, and what each of their columns means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from siteprior.core.schema import (
    ACCESS_GRID,
    ACCESS_ROUTES,
    AREAS,
    CATCHMENTS,
    CONTRIBUTION,
    CORE_INDEX,
    CORRIDOR_STOPS,
    CORRIDOR_SUMMARY,
    CORRIDORS,
    DEPRIVATION,
    ISSUES,
    OPPORTUNITIES,
    PROGRAMME,
    SCENARIO_EFFECTS,
    SERVICE_STOPS,
    SERVICES,
    SITE_CORRIDORS,
    SITE_SHAPES,
    SITES,
    STOPS,
    TOP_K_ACCEPTABILITY,
    Column,
    Table,
)
from siteprior.core.schema.datapackage import ILLUSTRATIVE
from siteprior.report.geopackage.gis import CHANGES
from siteprior.report.geopackage.site_form import SITE_ATTRIBUTES

_SHOWN_UNITS = ("m", "%", "homes/ha", "0–1")


@dataclass(frozen=True)
class Layer:
    """A published layer: title, meaning, geometry type, the declared tables whose columns it may hold, and more."""

    title: str
    description: str
    geometry: str
    tables: tuple[Table, ...]
    further: tuple[Column, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The declared columns, those registered since among them, and the further ones."""
        return (*(column for table in self.tables for column in table.columns), *self.further)


_DECISION = {"top_k_acceptability": TOP_K_ACCEPTABILITY, "core_class": CORE_INDEX}
DECISION_COLUMNS = tuple(
    column for name, table in _DECISION.items() for column in table.declared if column.name == name
)
"""What the layers ``shortlist`` and ``opportunities`` say of the decision, beside what they are made of: the tables
``top_k_acceptability`` and ``core_index`` hold the same and more."""


LAYERS = {
    "shortlist": Layer(
        "Shortlist",
        "The first opportunities of the ranking, best first, at the largest site of each",
        "Point",
        (SITES,),
        DECISION_COLUMNS,
    ),
    "sites": Layer(
        "Sites considered",
        "Every site considered: ranked, or not ranked with the reasons in gate_reasons",
        "Point",
        (SITES,),
    ),
    "opportunities": Layer(
        "Opportunities",
        "What is ranked: sites that are bought as one, at the largest of them, with their hectares and homes together",
        "Point",
        (OPPORTUNITIES,),
        DECISION_COLUMNS,
    ),
    "programme": Layer(
        "Programme",
        "What the budget buys: one point per chosen opportunity; empty where the project states no [programme]",
        "Point",
        (PROGRAMME,),
    ),
    "corridors": Layer(
        "Corridors", "Public-transport corridors as lines through their stops", "MultiLineString", (CORRIDORS,)
    ),
    "stops": Layer("Stops", "Stops and stations with their state on the network date", "Point", (STOPS,)),
    "areas": Layer(
        "Areas and deprivation",
        "Lower layer Super Output Areas with the English Indices of Deprivation",
        "MultiPolygon",
        (AREAS, DEPRIVATION),
    ),
    "site_shapes": Layer(
        "Shapes of the sites",
        "What each site's extent rests on: the user's polygon, or a disc of the registered hectares about its point",
        "MultiPolygon",
        (SITE_SHAPES,),
    ),
    "catchments": Layer(
        "Walk catchments", "The area within a walk of each corridor's stops", "MultiPolygon", (CATCHMENTS,)
    ),
    "corridor_stops": Layer(
        "Corridor stops",
        "The corridors' stops in order, with what is known of their opening",
        "Point",
        (CORRIDOR_STOPS,),
    ),
    "service_stops": Layer("Stop points", "Stop points of the timetables", "Point", (SERVICE_STOPS,)),
    "access_grid": Layer(
        "Access index",
        "Public transport access index of each cell, measured at its centre, by TfL's PTAL method",
        "MultiPolygon",
        (ACCESS_GRID,),
    ),
}
"""The layers of a run, top one first, as QGIS offers them. Shapes stand in a file of their own: GDAL lists layers with
places before tables, wherever they are written, and scripts rely on the order of the first GeoPackage."""

TABLES = {
    "run_info": "What was run, on what, with which numbers",
    "criteria": "The criteria of the score: anchors, weights, sources",
    "issues": "What is wrong in the data and what was done about it",
    "top_k_acceptability": "How often each opportunity is on the shortlist, and what its band of ranks comes from",
    "core_index": "Every ranked opportunity as the programme sees it: chosen or not, core index, or why it cannot be",
    SITE_ATTRIBUTES: "All other columns of the sites, to be joined to the layers shortlist and sites by site_id",
    "corridor_summary": "The corridors side by side: sites, homes, deprivation, market failure",
    "site_corridors": "Every site under every corridor in reach",
    "access_routes": "The routes that make up each site's access index: walk, wait and weight",
    "scenario_effects": "What each scenario changes, site by site",
    "access_points": "The access index of each place asked for",
    "services": "Departures per stop point, route, direction and window",
    CHANGES: "What was changed for the program the file is for, and how it was before",
    "stations": "Departures per station, and the policy test of a well-connected one",
}
"""The attribute tables that follow the layers."""

_TABLE_COLUMNS = {
    "issues": ISSUES,
    "top_k_acceptability": TOP_K_ACCEPTABILITY,
    "core_index": CORE_INDEX,
    SITE_ATTRIBUTES: SITES,
    "corridor_summary": CORRIDOR_SUMMARY,
    "site_corridors": SITE_CORRIDORS,
    "access_routes": ACCESS_ROUTES,
    "scenario_effects": SCENARIO_EFFECTS,
    "services": SERVICES,
}
"""What the columns of those tables are declared as."""


def contribution_columns(criteria: pd.DataFrame) -> list[Column]:
    """Declare the columns of weighted contributions (0–1) of a table with ``criterion`` and ``title``."""
    return [
        Column(
            CONTRIBUTION + str(name),
            "number",
            f"Score from {str(title)[:1].lower()}{str(title)[1:]}",
            f"Part of the score that comes from: {title}",
            "0–1",
        )
        for name, title in zip(criteria["criterion"], criteria["title"], strict=True)
    ]


def declared_columns(criteria: pd.DataFrame | None) -> dict[str, dict[str, Column]]:
    """Return what is declared of the columns of each layer and table, by layer and name."""
    contributions = [] if criteria is None else contribution_columns(criteria)
    keys = {key.name: key for facts in LAYERS.values() for table in facts.tables if (key := table.key) is not None}
    further = (ILLUSTRATIVE, *contributions)
    columns = {name: facts.columns for name, facts in LAYERS.items()}
    columns |= {name: table.columns for name, table in _TABLE_COLUMNS.items()}
    return {name: {**keys, **{c.name: c for c in (*known, *further)}} for name, known in columns.items()}


def with_decision(layer: gpd.GeoDataFrame, acceptability: pd.DataFrame, core_index: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a layer of opportunities with the share (0–1) of redraws each is on the shortlist in, and its core class.

    Parameters
    ----------
    layer
        Opportunities by ``site_id``.
    acceptability, core_index
        Tables by ``site_id``, of which the columns ``top_k_acceptability`` and ``core_class`` are taken; without a row
        the column is not added.

    Examples
    --------
    >>> ids = pd.Index(["E1:a"], name="site_id")
    >>> layer = gpd.GeoDataFrame({"rank": [1]}, index=ids, geometry=gpd.points_from_xy([4e5], [3e5]), crs=27700)
    >>> drawn = pd.DataFrame({"top_k_acceptability": [0.9]}, index=ids)
    >>> list(with_decision(layer, drawn, drawn.iloc[:0]))
    ['rank', 'geometry', 'top_k_acceptability']
    """
    added = {
        name: table[name].reindex(layer.index)
        for name, table in (("top_k_acceptability", acceptability), ("core_class", core_index))
        if name in table and len(table)
    }
    return layer.assign(**added)


def aliases(table: pd.DataFrame, declared: Mapping[str, Column]) -> dict[str, str]:
    """Return the title of each column, unit included, none twice; a column that is not declared keeps its name."""
    titles: dict[str, str] = {}
    for name in table.columns:
        if name == "geom":
            continue
        column = declared.get(name)
        title = name if column is None else column.label
        if column is not None and column.unit in _SHOWN_UNITS:
            title = f"{title} ({column.unit})"
        titles[name] = f"{title} [{name}]" if title in titles.values() else title
    return titles
