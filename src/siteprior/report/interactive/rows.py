"""The sites as the page's tables, cards and filters know them: a list per column, long texts once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.parameters import load_parameters
from siteprior.core.schema import VERDICTS
from siteprior.report.html.labels import organisation_titles
from siteprior.report.interactive.geometry import place_steps
from siteprior.report.interactive.layers import codes

Columns = dict[str, Any]  # lists of what JSON can hold

SEPARATOR = "; "
"""What stands between the names in ``corridors`` and the codes in ``gate_reasons``."""

NUMBERS = {
    "rank": 0, "rank_p05": 0, "rank_p95": 0, "score": 4, "coverage": 2, "corridor_walk_m": 0, "imd_decile": 0,
    "homes": 0, "hectares": 2, "year": 0,
}  # fmt: skip
"""Decimals of the numbers a row carries."""


def site_rows(
    sites: gpd.GeoDataFrame,
    shortlist: pd.DataFrame,
    *,
    programme: pd.DataFrame | None = None,
    dossiers: Mapping[str, str] | None = None,
) -> tuple[Columns, gpd.GeoDataFrame]:
    """Collect what the page knows of each site; walks in metres, sizes in hectares, homes, scores 0–1.

    Parameters
    ----------
    sites
        Every site considered (:data:`siteprior.core.schema.SITES`), the ranked ones first.
    shortlist
        The first of the ranking, indexed by ``site_id``.
    programme
        What is chosen, indexed by ``site_id``; none where the project asks for none.
    dossiers
        Where the page of a shortlisted site is, by ``site_id``.

    Returns
    -------
    tuple
        The columns, a list each; and the sites that have a row, in the same order. Of more sites than
        ``report.full_sites`` those that are not ranked are places only (``dots``).

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> columns, shown = site_rows(run.sites, run.shortlist)
    >>> columns["rank"][:3], sum(columns["shortlisted"]), len(shown) == len(columns["id"])
    ([1, 2, 3], 25, True)
    """
    limits = load_parameters("report")
    decimals = limits.integer("coordinate_decimals")
    full = sites
    dots: list[int | None] = []
    if len(sites) > limits.integer("full_sites"):
        ranked = sites["rank"].notna()
        full = sites[ranked]
        dots = place_steps(_places(sites[~ranked]), decimals)
    columns: Columns = {
        "id": [str(name) for name in full.index],
        "places": place_steps(_places(full), decimals),
        "dots": dots,
        **{name: _texts(full, source) for name, source in (("name", "site_name"), ("reference", "reference"))},
        **{name: _coded(values) for name, values in _repeated(full).items()},
        **{name: _numbers(values, NUMBERS[name]) for name, values in _figures(full, programme).items()},
        "corridors": _corridors(full),
        "shortlisted": full.index.isin(shortlist.index).astype(int).tolist(),
        "programme": full.index.isin([] if programme is None else programme.index).astype(int).tolist(),
        "ranked_as": _leads(full),
        "note": _notes(full),
        "dossier": [(dossiers or {}).get(str(name)) for name in full.index],
    }
    return columns, full


def _places(sites: gpd.GeoDataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return easting and northing of each site, not a number where it has no place."""
    points = shapely.centroid(sites.geometry.to_numpy())
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


def _texts(sites: pd.DataFrame, name: str) -> list[str | None]:
    """Return a column of texts; missing as ``None``."""
    return [None if pd.isna(text) else str(text) for text in sites[name]]


def _coded(values: pd.Series) -> dict[str, Any]:
    """Return a column whose texts stand often: each once, and its place per row."""
    words, place = codes(values)
    return {"words": words, "place": place}


def _numbers(values: pd.Series, decimals: int) -> list[float | int | None]:
    """Return numbers as the page shows them; missing as ``None``."""
    rounded = values.astype("float64").round(decimals)
    return [None if pd.isna(value) else int(value) if decimals == 0 else value for value in rounded.tolist()]


def _repeated(sites: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the texts many sites share."""
    titles = organisation_titles(sites)
    council = sites["organisation_name"].astype("object").fillna(sites["organisation"].map(titles).astype("object"))
    verdict = pd.Series(pd.Categorical(sites["market_failure"], VERDICTS), index=sites.index).astype(object)
    return {
        "council": council,
        "corridor": sites["corridor"],
        "verdict": verdict.where(sites["rank"].isna() | verdict.notna(), VERDICTS[-1]),
        "settled": sites["settled"],
        "open": sites["open_facts"],
        "gates": sites["gate_reasons"],
        "permission": sites["planning_permission_status"],
        "ownership": sites["ownership_status"],
        "certainty": sites["coordinate_confidence"],
    }


def _figures(sites: pd.DataFrame, programme: pd.DataFrame | None) -> dict[str, pd.Series]:
    """Return the numbers of a row; homes and hectares are those of the opportunity where a site leads one."""
    homes = _of_opportunity(sites, "dwellings", "capacity_dwellings")
    homes = homes.fillna(sites["minimum_net_dwellings"].astype("float64"))
    names = ("rank", "rank_p05", "rank_p95", "score", "coverage", "corridor_walk_m", "imd_decile")
    figures = {name: sites[name] for name in names}
    figures |= {"homes": homes, "hectares": _of_opportunity(sites, "hectares", "hectares")}
    if programme is not None and len(programme) and "year" in programme:
        figures["year"] = programme["year"].reindex(sites.index)
    return figures


def _of_opportunity(sites: pd.DataFrame, figure: str, own: str) -> pd.Series:
    """Return a figure of the opportunity for the site it is ranked as; the site's own for all others."""
    name = f"opportunity_{figure}"
    if name not in sites:
        return sites[own].astype("float64")
    leads = pd.Series([True] * len(sites), index=sites.index)
    if "ranked_as" in sites:
        leads = sites["ranked_as"].astype("str") == sites.index.astype("str")
    return sites[name].astype("float64").where(leads).fillna(sites[own].astype("float64"))


def _corridors(sites: pd.DataFrame) -> dict[str, Any]:
    """Return the corridors in reach of each site: every name once, and the places of each row's names."""
    listed = sites["corridors"] if "corridors" in sites else sites["corridor"]
    several = [[] if pd.isna(names) else str(names).split(SEPARATOR) for names in listed.fillna(sites["corridor"])]
    words = sorted({name for names in several for name in names})
    place = {name: number for number, name in enumerate(words)}
    return {"words": words, "place": [[place[name] for name in names] for names in several]}


def _leads(sites: pd.DataFrame) -> list[int]:
    """Return the row of the site each is ranked as: its own, but for the other plots of an opportunity."""
    rows = {str(name): row for row, name in enumerate(sites.index)}
    if "ranked_as" not in sites:
        return list(rows.values())
    leads = sites["ranked_as"].where(sites["rank"].notna())
    return [row if pd.isna(lead) else rows.get(str(lead), row) for row, lead in enumerate(leads)]


def _notes(sites: pd.DataFrame) -> list[str | None]:
    """Return why the verdict is what it is, of ranked sites: those of all others would double the page."""
    notes = sites["market_failure_note"].where(sites["rank"].notna())
    return [None if pd.isna(note) else str(note) for note in notes]
