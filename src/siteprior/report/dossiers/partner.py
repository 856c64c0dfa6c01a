"""The dossiers of a partner's package: a page per site with facts, verdict, access, need and history, and no rank."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd

from siteprior.core.files import write_text
from siteprior.report.audience import Audience
from siteprior.report.dossiers.facts import EVENTS_SHOWN, ROUTES_SHOWN, events_of, merged_attribution, need_of
from siteprior.report.dossiers.places import area_map, corridor_strip
from siteprior.report.dossiers.site_map import Ground, site_map
from siteprior.report.dossiers.write import AREA_HEIGHT, AREA_WIDTH, SHEETS, sources_of
from siteprior.report.file_names import dossier_files
from siteprior.report.html._common import plain_rows
from siteprior.report.html.render import page_of

SHOWN = {"routes": ROUTES_SHOWN, "events": EVENTS_SHOWN}


class Beside(NamedTuple):
    """What a page draws from beside its site; of each table only the columns its reader sees, routes the best first."""

    ground: Ground
    shapes: gpd.GeoDataFrame
    routes: pd.DataFrame
    history: pd.DataFrame


def write_pages(
    folder: Path | str,
    *,
    record: Mapping[str, Any],
    audience: Audience,
    sites: gpd.GeoDataFrame,
    beside: Beside,
    titles: Mapping[str, str],
) -> dict[str, str]:
    """Write a page per site of a package (hectares, metres), each named by its id and linked in the order of ids.

    Parameters
    ----------
    folder
        The package's folder.
    record
        What the audience may read of the run's record.
    audience
        Whom the pages are for.
    sites
        The sites with the columns the audience sees alone, in the order of their ids, on the index ``site_id``.
    beside
        Maps, routes and history.
    titles
        Title of each signal of market failure by its letter.

    Returns
    -------
    dict
        Where each page stands, relative to the folder, by ``site_id``; the same bytes from the same tables.

    Raises
    ------
    OutputError
        When a file is open elsewhere or the folder cannot be written.
    """
    files = dossier_files(map(str, sites.index))
    points = gpd.GeoSeries(sites.geometry)
    area = area_map(beside.ground.areas, beside.ground.corridors, points, width=AREA_WIDTH, height=AREA_HEIGHT)
    fill = page_of("partner_dossier.html.j2", styles=SHEETS, alone=True)
    shared = {
        "run": record, "audience": audience, "area": area, "most": SHOWN, "sources": sources_of(record),
        "attribution": merged_attribution(record["attribution"]),
    }  # fmt: skip
    names = [Path(file).name for file in files.values()]
    routes = {} if beside.routes.empty else {
        str(site): plain_rows(some) for site, some in beside.routes.groupby("site_id")
    }  # fmt: skip
    rows = plain_rows(sites.drop(columns=sites.active_geometry_name))
    for place, (site, row) in enumerate(zip(files, rows, strict=True)):
        page = _page(site, {**dict.fromkeys(audience.columns["sites"]), **row}, beside, titles)
        page["routes"] = routes.get(site, [])
        before = names[place - 1] if place else None
        after = names[place + 1] if place + 1 < len(names) else None
        write_text(Path(folder) / files[site], fill(site=page, before=before, after=after, **shared))
    return files


def _page(site: str, row: dict[str, Any], beside: Beside, titles: Mapping[str, str]) -> dict[str, Any]:
    """Collect what one page shows; neither its map nor its strip has another site."""
    ground, stops = beside.ground, beside.ground.corridor_stops
    letters = dict.fromkeys(re.findall(r"[A-Z](?=[0-9])", row["market_failure_reasons"] or ""))
    return {
        **row,
        "site_id": site,
        "signals": [f"{letter} {titles[letter]}" for letter in letters if letter in titles],
        "map": site_map(ground, beside.shapes.loc[[site]], site, corridor=row["corridor"], stop=row["corridor_stop"]),
        "strip": corridor_strip(stops[stops["corridor"] == row["corridor"]], row),
        "need": need_of(row),
        "events": events_of(beside.history, [site]),
    }
