"""The dossiers as files: a page per opportunity of the shortlist, and the page that lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import geopandas as gpd
import pandas as pd

from siteprior.core.files import write_text
from siteprior.report.audience import audience_words
from siteprior.report.dossiers.facts import (
    EVENTS_SHOWN,
    MEMBERS_SHOWN,
    ROUTES_SHOWN,
    events_of,
    members_of,
    merged_attribution,
    need_of,
    routes_of,
    score_parts,
)
from siteprior.report.dossiers.places import area_map, corridor_strip
from siteprior.report.dossiers.site_map import Ground, site_map
from siteprior.report.file_names import DOSSIERS, dossier_files
from siteprior.report.html._common import plain_rows
from siteprior.report.html.render import page_of, render

AREA_WIDTH, AREA_HEIGHT = 400, 280
"""Units of the small map of the area."""

SEPARATOR = "; "
"""What stands between the sites in ``members``."""

SHOWN = {"routes": ROUTES_SHOWN, "events": EVENTS_SHOWN, "members": MEMBERS_SHOWN}

SMALLER = {"dense": 20, "tight": 30}
"""Lines of the varying parts above which a page is printed smaller, and smaller still."""

TITLE_LINE, FOOT_LINE = 60, 380
"""Letters of the title that fill a line, and of the sources that take as much height as one of the other lines."""

SHEETS = ("document.css.j2", "dossier.css.j2")


class Words(Protocol):
    """What is stated of a site's rank: :class:`siteprior.ranking.explanation.SiteWords`."""

    @property
    def sentences(self) -> Sequence[str]:
        """Why it stands there, a sentence each."""

    @property
    def measured(self) -> Mapping[str, str]:
        """What was measured of it by criterion, in words."""


IN_DRAWS = ("top_k_acceptability", "top_k_if_missing_drawn")
"""The shares of a page: with what is missing at its worst, and drawn from worst to best."""


class Around(NamedTuple):
    """The tables of a run that dossiers draw from beside the sites, as :class:`siteprior.Assessment` has them."""

    ground: Ground
    shapes: gpd.GeoDataFrame
    site_corridors: pd.DataFrame
    access_routes: pd.DataFrame
    history: pd.DataFrame
    acceptability: pd.DataFrame


def write_dossiers(
    folder: Path | str,
    *,
    record: Mapping[str, Any],
    records: Sequence[Mapping[str, Any]],
    sites: pd.DataFrame,
    shortlist: gpd.GeoDataFrame,
    criteria: pd.DataFrame,
    around: Around,
    why: Mapping[str, Words],
) -> dict[str, str]:
    """Write a page per opportunity of the shortlist, and ``dossiers/index.html``, into a run's folder.

    Parameters
    ----------
    folder
        The run's folder.
    record
        The run record.
    records
        A record per opportunity, as :func:`siteprior.report.dossiers.records.site_records` collects them.
    sites, shortlist
        Every site considered; the first of the ranking, best first, with ``members`` and contributions ``c_…``.
    criteria
        ``criterion``, ``title`` and ``weight``.
    around
        What lies round the sites, and what else is known of them.
    why
        What is stated of each rank, by ``site_id``; possibly nothing.

    Returns
    -------
    dict
        Where each page stands, relative to the folder, by ``site_id``; the same bytes from the same tables.

    Raises
    ------
    OutputError
        When a file is open elsewhere or the folder cannot be written.
    """
    files = dossier_files(shortlist.index)
    area = area_map(around.ground.areas, around.ground.corridors, shortlist.geometry, width=AREA_WIDTH,
                    height=AREA_HEIGHT, districts=around.ground.districts)  # fmt: skip
    routes = routes_of(around.access_routes, shortlist.index)
    attribution, sources = merged_attribution(record["attribution"]), sources_of(record)
    shared: dict[str, Any] = {
        "run": record, "audience": audience_words(record), "attribution": attribution,
        "area": area, "sources": sources, "of": len(shortlist),
    }  # fmt: skip
    foot = round(sum(len(line) for line in (*attribution, *sources)) / FOOT_LINE) + 2 * bool(record["illustrative"])
    around = around._replace(site_corridors=_standing(around.site_corridors, sites))
    shares, drawn = (plain_shares(around.acceptability, name) for name in IN_DRAWS)
    pages, fill = [], page_of("dossier.html.j2", styles=SHEETS, alone=True)
    rows = plain_rows(shortlist)
    for place, (site, row, own) in enumerate(zip(shortlist.index, rows, records, strict=True)):
        page = {**_page(str(site), row, own, sites, around), "routes": routes.get(str(site), []),
                "acceptability": shares.get(str(site)), "if_missing_drawn": drawn.get(str(site))}  # fmt: skip
        stated = why.get(str(site))
        page["parts"] = score_parts(row, criteria, None if stated is None else stated.measured)
        page["print_size"] = _print_size(_lines(page) + foot)
        page["sentences"] = [] if stated is None else list(stated.sentences)
        beside = {
            "before": Path(files[str(shortlist.index[place - 1])]).name if place else None,
            "after": Path(files[str(shortlist.index[place + 1])]).name if place + 1 < len(rows) else None,
        }
        text = fill(site=page, most=SHOWN, **beside, **shared)
        write_text(Path(folder) / files[str(site)], text)
        pages.append({**page, "file": Path(files[str(site)]).name})
    index = render("dossier_index.html.j2", styles=SHEETS, alone=True, pages=pages, **shared)
    write_text(Path(folder) / DOSSIERS / "index.html", index)
    return files


def _page(
    site: str, row: Mapping[str, Any], own: Mapping[str, Any], sites: pd.DataFrame, around: Around
) -> dict[str, Any]:  # fmt: skip
    """Collect what one page shows of a site, its record included."""
    members = [each for each in (row.get("members") or site).split(SEPARATOR) if each]
    stops, ground = around.ground.corridor_stops, around.ground
    along = around.site_corridors
    others = along.loc[(along["corridor"] == row["corridor"]) & (along["site_id"] != site), "chainage_m"]
    return {
        **own,
        "homes": _of_all(row, "opportunity_dwellings", "capacity_dwellings"),
        "area_hectares": _of_all(row, "opportunity_hectares", "hectares"),
        "members": members_of(sites, members, site),
        "map": site_map(ground, around.shapes.reindex(members), site, corridor=row["corridor"],
                        stop=row["corridor_stop"]),
        "strip": corridor_strip(stops[stops["corridor"] == row["corridor"]], row, others.tolist()),
        "need": need_of(row),
        "events": events_of(around.history, members),
    }  # fmt: skip


def _of_all(row: Mapping[str, Any], name: str, otherwise: str) -> float | None:
    """Return a figure of the opportunity, else that of its largest site."""
    own: float | None = row.get(name)
    return row[otherwise] if own is None else own


def plain_shares(acceptability: pd.DataFrame, name: str = "top_k_acceptability") -> dict[str, float]:
    """Return in which share of the draws (0–1) each opportunity is on the shortlist, by ``site_id``."""
    if name not in acceptability:
        return {}
    shares = pd.to_numeric(acceptability[name]).astype("float64").dropna()
    return {str(site): float(share) for site, share in zip(shares.index, shares.tolist(), strict=True)}


def _lines(page: Mapping[str, Any]) -> int:
    """Return about how many lines the parts of a page take in print that differ most from page to page."""
    measured = sum(signal["reading"] is not None for signal in page["signals"])
    members, events = len(page["members"]), len(page["events"])
    listed = min(members, MEMBERS_SHOWN) + 3 if members else 0
    title = 2 if len(page["site_name"] or "") > TITLE_LINE else 0
    return 2 * measured + listed + min(events, 2 if members else EVENTS_SHOWN) + title


def _print_size(lines: int) -> str:
    """Return how small a page is printed for so many lines: blank at its usual size."""
    return next((name for name, most in reversed(SMALLER.items()) if lines > most), "")


def _standing(along: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return where along the corridors the ranked sites stand, each along its nearest alone."""
    ranked = sites.index[sites["rank"].notna()]
    return along[along["site_id"].isin(ranked) & (along["nearest"] == "yes") & along["chainage_m"].notna()]


def sources_of(record: Mapping[str, Any]) -> list[str]:
    """Return the publishers of what was read with the vintages, each once.

    Examples
    --------
    >>> sources_of({"inputs": [{"publisher": "ONS", "vintage": "2021"}, {"publisher": "ONS", "vintage": ""}]})
    ['ONS (2021)']
    """
    rows: dict[str, dict[str, None]] = {}
    for read in record["inputs"]:
        rows.setdefault(read.get("publisher") or "publisher not stated", {})[read.get("vintage") or ""] = None
    return [
        publisher + (f" ({', '.join(known)})" if (known := [each for each in vintages if each]) else "")
        for publisher, vintages in rows.items()
    ]
