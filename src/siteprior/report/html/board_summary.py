"""The board summary: a run on two printed pages, in sentences that are read once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.files import write_text
from siteprior.core.schema import CONTRIBUTION, VERDICTS
from siteprior.report.audience import audience_words
from siteprior.report.dossiers.facts import merged_attribution
from siteprior.report.dossiers.places import area_map
from siteprior.report.html._common import plain_rows
from siteprior.report.html.board_sentences import (
    cost_sentences,
    open_sentences,
    own_or,
    sure_facts,
    what_facts,
    why_sentences,
)
from siteprior.report.html.labels import organisation_titles
from siteprior.report.html.render import page_of
from siteprior.report.maps.placement import declutter

NAMED = 10
"""Opportunities that have a line of their own."""

MAP_WIDTH, MAP_HEIGHT, DISC = 560, 370, 15
"""Units of the map, and how far apart the ranks on it stand at least."""

REASONS = 2
"""Criteria that a line names as the reasons for a rank."""

SHEETS = ("document.css.j2", "board_summary.css.j2")


def write_board_summary(
    path: Path | str,
    *,
    record: Mapping[str, Any],
    sites: gpd.GeoDataFrame,
    shortlist: gpd.GeoDataFrame,
    criteria: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    acceptability: pd.DataFrame,
    evidence_files: pd.DataFrame,
    programme: pd.DataFrame,
    programme_record: Mapping[str, Any],
    measured: Mapping[str, Mapping[str, str]],
    dossiers: Mapping[str, str] | None = None,
    districts: gpd.GeoDataFrame | None = None,
) -> Path:
    """Write the board summary of a run (homes, hectares, pounds) as one self-contained page: two sheets of A4 in print.

    Parameters
    ----------
    path
        The file to write, whole or not at all.
    record
        The run record.
    sites, shortlist
        Every site considered; the first of the ranking, best first, with contributions ``c_…``.
    criteria
        ``criterion``, ``title`` and ``weight``.
    areas, corridors
        What the map shows round the sites.
    acceptability
        How sure each rank is (:data:`siteprior.core.schema.TOP_K_ACCEPTABILITY`).
    evidence_files
        Which free file would decide how many verdicts.
    programme, programme_record
        What the budget buys, and what the run states of it; both empty where no budget is stated.
    measured
        What was measured of each shortlisted site by criterion, in words; possibly nothing.
    dossiers
        Where the dossier of each site stands, by ``site_id``.
    districts
        The areas dissolved into districts, where they are already.

    Returns
    -------
    Path
        The file written; the same bytes from the same tables.

    Raises
    ------
    OutputError
        When the file is open elsewhere or the folder cannot be written.
    """
    fill = page_of("board_summary.html.j2", styles=SHEETS, alone=True)
    ranked = sites[sites["rank"].notna()]
    if "ranked_as" in ranked:
        ranked = ranked[ranked["ranked_as"].isna() | (ranked["ranked_as"] == ranked.index)]
    page = fill(
        run=record,
        audience=audience_words(record),
        what=what_facts(record, shortlist),
        corridors=len(corridors) > 0,
        map=_map(areas, corridors, shortlist, districts),
        why=why_sentences(ranked, shortlist, criteria),
        rows=_lines(sites, shortlist, criteria, measured, dossiers or {}),
        sure=sure_facts(acceptability, len(shortlist)),
        costs=cost_sentences(sites, shortlist, programme, programme_record),
        still_open=open_sentences(record, shortlist, evidence_files),
        verdicts=[{"verdict": verdict, "sites": int((_verdicts(shortlist) == verdict).sum())} for verdict in VERDICTS],
        attribution=merged_attribution(record["attribution"]),
        dossiers=bool(dossiers),
    )
    return write_text(path, page)


def _map(
    areas: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    shortlist: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame | None,
) -> dict[str, Any] | None:
    """Lay out the map: a disc with its rank for each opportunity, moved apart where they would overlap."""
    drawn = area_map(areas, corridors, shortlist.geometry, width=MAP_WIDTH, height=MAP_HEIGHT, districts=districts)
    if drawn is None:
        return None
    placed = [str(site) for site in shortlist.index if str(site) in drawn["at"]]
    points = np.array([drawn["at"][site] for site in placed], dtype=np.float64).reshape(-1, 2)
    inside = (DISC, DISC, MAP_WIDTH - DISC, MAP_HEIGHT - DISC)
    moved = declutter(points, DISC, within=inside) if len(points) else points
    ranks = shortlist.loc[placed, "rank"].astype("int64").tolist()
    drawn["discs"] = [
        {"rank": rank, "x": round(x), "y": round(y), "from_x": round(at_x), "from_y": round(at_y)}
        for rank, (x, y), (at_x, at_y) in zip(ranks, moved.tolist(), points.tolist(), strict=True)
    ]
    return drawn


def _lines(
    sites: pd.DataFrame, shortlist: pd.DataFrame, criteria: pd.DataFrame, measured: Mapping[str, Mapping[str, str]],
    dossiers: Mapping[str, str],
) -> list[dict[str, Any]]:  # fmt: skip
    """Return a line for each of the first opportunities, with the criteria that lift it most above the mean."""
    councils = organisation_titles(sites)
    ranked = sites[sites["rank"].notna()]
    homes = own_or(shortlist, "opportunity_dwellings", "capacity_dwellings")
    rows = []
    first = shortlist.head(NAMED)
    for site, row in zip(first.index, plain_rows(first), strict=True):
        ahead = []
        for name, title in criteria[["criterion", "title"]].itertuples(index=False):
            column = f"{CONTRIBUTION}{name}"
            if row.get(column) is not None:
                ahead.append((row[column] - float(ranked[column].mean()), str(name), str(title)))
        best = sorted((each for each in ahead if each[0] > 0), key=lambda each: -each[0])[:REASONS]
        known = measured.get(str(site), {})
        reasons = [f"{title} ({known[name]})" if name in known else title for _, name, title in best]
        own = homes[site]
        rows.append({**row, "site_id": str(site), "council": councils.get(str(row["organisation"])), "why": reasons,
                     "homes": None if pd.isna(own) else float(own), "dossier": dossiers.get(str(site)),
                     "verdict": row["market_failure"] or "Cannot tell"})  # fmt: skip
    return rows


def _verdicts(shortlist: pd.DataFrame) -> pd.Series:
    return shortlist["market_failure"].fillna("Cannot tell")
