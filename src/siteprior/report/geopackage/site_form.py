"""Which columns of the sites stand on the map, in which tab of its form, and which in the table ``site_attributes``.

A site has some 230 columns. What an analyst looks at on a map stands on the layers ``shortlist`` and ``sites``, in the
tabs of :data:`TABS`; the rest is one attribute table, a row for each site, joined by ``site_id``.
"""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from siteprior.core.schema import CONSTRAINTS, CONTRIBUTION, SITE_PRICE_COLUMNS, SITE_VALUE_COLUMNS, SITES

SITE_LAYERS = ("shortlist", "sites")
"""The layers of sites."""

SITE_ATTRIBUTES = "site_attributes"
"""The attribute table with the columns that stand on neither."""

KEY = "site_id"

SCORE, EVIDENCE, OWN, OTHER = "Rank and score", "Evidence", "Own layers", "Other"
OPPORTUNITY = "Opportunity"

TABS = {
    SCORE: (
        "rank", "rank_p05", "rank_p95", "score", "score_band", "coverage", "eligible", "gate_reasons", "gate_doubt",
        "top_k_acceptability", "core_class",
        "decision", "decision_reason", "decided_by", "decision_date", "overrides", "rank_without_decisions",
        "opportunity_id", "members", "opportunity_sites", "opportunity_hectares", "opportunity_dwellings",
    ),
    "Site": (
        KEY, "reference", "site_name", "organisation_name", "organisation", "hectares", "hectares_basis",
        "minimum_net_dwellings", "capacity_dwellings", "capacity_basis", "planning_permission_status",
        "planning_permission_date", "ownership_status", "previous_use", "years_on_register",
        "coordinate_confidence", "also_known_as", "possible_duplicates", "register", "file", "row", "illustrative",
    ),
    "Transit": (
        "corridor", "corridor_kind", "corridor_stop", "corridor_stop_state", "corridor_walk_m",
        "corridor_chainage_m", "nearest_stop", "nearest_stop_mode", "walk_m", "walk_basis", "bus_walk_m",
        "access_index", "access_band",
    ),
    "Area and need": ("lsoa_code", "lsoa_name", "lsoa_year", "imd_decile", "imd_percentile", "imd_edition"),
    "Market": (
        "market_failure", "verdict_best", "verdict_worst", "settled", "settled_on", "open_facts",
        "market_failure_reasons", "market_failure_note", "value_gbp_per_m2", "gap_gbp_per_home",
        "break_even_gbp_per_ha", "break_even_gbp_per_home", "headroom_basis",
        "remediation_class", "deadweight", "bcr",
    ),
}  # fmt: skip
"""The tabs of the form and their columns; contributions follow in the first. Constraints of the land, other registered
sources and evidence, and what users add have tabs of their own."""


def form_tabs(columns: Iterable[str]) -> dict[str, list[str]]:
    """Return the tabs of a form with those of a layer's columns that belong in each; tabs without any are left out.

    Parameters
    ----------
    columns
        The layer's columns, the key among them.

    Examples
    --------
    >>> form_tabs(["site_id", "rank", "c_capacity", "geom", "my_layer"])
    {'Rank and score': ['rank', 'c_capacity'], 'Site': ['site_id'], 'Own layers': ['my_layer']}
    >>> form_tabs(["site_id", "opportunity_id"])
    {'Opportunity': ['opportunity_id'], 'Site': ['site_id']}
    """
    present = [name for name in columns if name not in ("fid", "geom", "geometry")]
    tabs = {title: [name for name in names if name in present] for title, names in TABS.items()}
    tabs[SCORE] += [name for name in present if name.startswith(CONTRIBUTION)]
    placed = {name for names in tabs.values() for name in names}
    rest = [name for name in present if name not in placed]
    declared, constraints = _declared(), _constraints()
    tabs[CONSTRAINTS] = [name for name in rest if name in constraints]
    rest = [name for name in rest if name not in constraints]
    registered = set(SITES.names) - declared
    tabs[EVIDENCE] = [name for name in rest if name in registered]
    rest = [name for name in rest if name not in registered]
    tabs[OWN] = [name for name in rest if name not in declared]
    tabs[OTHER] = [name for name in rest if name in declared]
    if not {"rank", "score"} & set(tabs[SCORE]):  # a layer for others: which plots go together
        tabs = {OPPORTUNITY if title == SCORE else title: names for title, names in tabs.items()}
    return {title: names for title, names in tabs.items() if names}


def split_sites(sites: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Part the columns of the sites into those of the map and the rest, both on the index of the sites, in their order.

    On the map stand the columns of :data:`TABS`, the contributions, the constraints of which any is known, and what the
    project adds: layers of the user's own and columns registered by modules of their own.

    Examples
    --------
    >>> columns = pd.DataFrame({"rank": [1], "notes": ["Derelict"]}, index=pd.Index(["E1:a"], name="site_id"))
    >>> on_map, rest = split_sites(gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy([4e5], [3e5]), crs=27700))
    >>> list(on_map.columns), list(rest.columns)
    (['rank', 'geometry'], ['notes'])
    """
    place = sites.active_geometry_name
    rest = form_tabs(str(name) for name in sites.columns if name != place).get(OTHER, [])
    rest += [name for name in sites.columns if name in _constraints() and sites[name].isna().all()]
    return sites.drop(columns=rest), pd.DataFrame(sites[rest])


def join_sites(on_map: gpd.GeoDataFrame, rest: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put the columns :func:`split_sites` has parted together again, by ``site_id``, which is the index of both.

    Examples
    --------
    >>> columns = pd.DataFrame({"rank": [1], "notes": ["Derelict"]}, index=pd.Index(["E1:a"], name="site_id"))
    >>> sites = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy([4e5], [3e5]), crs=27700)
    >>> sorted(join_sites(*split_sites(sites)).columns) == sorted(sites.columns)
    True
    """
    joined = pd.concat([pd.DataFrame(on_map), rest.reindex(on_map.index)], axis=1)
    return gpd.GeoDataFrame(joined, geometry=on_map.active_geometry_name, crs=on_map.crs)


def _constraints() -> set[str]:
    """Return the columns registered as constraints of the land."""
    return {column.name for column in SITES.columns if column.group == CONSTRAINTS}


def _declared() -> set[str]:
    """Return the columns siteprior itself declares of sites; sources and evidence register others beside them."""
    return {column.name for column in (*SITES.declared, *SITE_PRICE_COLUMNS, *SITE_VALUE_COLUMNS)}
