"""What a dossier states beside its record: why it stands there, access by route, need, history, and its sites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from siteprior.core.schema import CONTRIBUTION
from siteprior.report import style
from siteprior.report.html._common import plain_rows

ROUTES_SHOWN, EVENTS_SHOWN, MEMBERS_SHOWN = 6, 5, 5
"""Rows of a dossier's lists; the tables of the run have all."""

MEMBER = ("site_name", "hectares", "capacity_dwellings", "planning_permission_status", "ownership_status")
"""What is stated of each site of an opportunity."""

DOMAINS = {
    "imd": "Overall", "income": "Income", "employment": "Employment", "education": "Education", "health": "Health",
    "crime": "Crime", "barriers": "Housing, services", "living_environment": "Living environment",
}  # fmt: skip
"""The domains of deprivation with their titles, in the order the Indices publish them."""


def score_parts(
    row: Mapping[str, Any], criteria: pd.DataFrame, measured: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Return what each criterion adds to a site's score (0–1), with what was measured of it, in words.

    Parameters
    ----------
    row
        The site, with a contribution ``c_<criterion>`` for each criterion.
    criteria
        ``criterion``, ``title`` and ``weight`` (share).
    measured
        What was measured, in words, by criterion.

    Examples
    --------
    >>> criteria = pd.DataFrame({"criterion": ["homes"], "title": ["Homes"], "weight": [0.5]})
    >>> [part] = score_parts({"c_homes": 0.2}, criteria, {"homes": "80 homes"})
    >>> part["value"], part["weight"], part["measured"]
    (0.2, 0.5, '80 homes')
    """
    shades = style.criteria(criteria["criterion"])
    parts, left = [], 0.0
    for name, title, weight in criteria[["criterion", "title", "weight"]].itertuples(index=False):
        value = row.get(f"{CONTRIBUTION}{name}") or 0.0
        words = (measured or {}).get(name)
        parts.append({"title": title, "value": value, "weight": weight, "left": left, "shade": shades[name],
                      "measured": words})  # fmt: skip
        left += value
    return parts


def routes_of(routes: pd.DataFrame, sites: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the routes of each site by what they add to its access index, the most first.

    Parameters
    ----------
    routes
        ``site_id``, ``mode``, ``route_name``, ``walk_min``, ``per_hour`` and ``contribution``, as ``access_routes``.
    sites
        The sites asked for.
    """
    if routes.empty:
        return {}
    own = routes[routes["site_id"].isin(list(sites))]
    best = own.sort_values("contribution", ascending=False, kind="stable")
    return {str(site): plain_rows(some) for site, some in best.groupby("site_id")}


def need_of(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the deciles of deprivation of a site's area, 1 the most deprived tenth of England, as far as known.

    Examples
    --------
    >>> [each["decile"] for each in need_of({"imd_decile": 1, "income_decile": 2})]
    [1, 2]
    """
    known = [(title, row.get(f"{name}_decile")) for name, title in DOMAINS.items()]
    return [{"title": title, "decile": int(decile)} for title, decile in known if decile is not None]


def events_of(history: pd.DataFrame, sites: Iterable[str]) -> list[dict[str, Any]]:
    """Return what happened to sites from register to register, the latest first.

    Parameters
    ----------
    history
        :data:`siteprior.core.schema.HISTORY`.
    sites
        The sites asked for.
    """
    if history.empty:
        return []
    own = history[history["site_id"].isin(list(sites))].iloc[::-1]
    return plain_rows(own.sort_values("published", ascending=False, kind="stable"))


def members_of(sites: pd.DataFrame, members: Iterable[str], site: str) -> list[dict[str, Any]]:
    """Return the sites of an opportunity, the largest first: none where it has but one.

    Parameters
    ----------
    sites
        Every site (:data:`siteprior.core.schema.SITES`).
    members
        Those of the opportunity.
    site
        Its largest, which gives it its name.
    """
    labels = [label for label in members if label in sites.index]
    if len(labels) < 2:
        return []
    own = sites.loc[labels, list(MEMBER)].sort_values("hectares", ascending=False, kind="stable", na_position="last")
    return [{**row, "names_it": row["site_id"] == site} for row in plain_rows(own.rename_axis("site_id").reset_index())]


def merged_attribution(lines: Iterable[str]) -> list[str]:
    """Return the attribution with lines that differ only in what stands in brackets at their end as one.

    A line that stands whole as a sentence of a longer one is not repeated.

    Examples
    --------
    >>> merged_attribution(["Contains A (NaPTAN).", "© B", "Contains A (registers)."])
    ['Contains A (NaPTAN; registers).', '© B']
    >>> merged_attribution(["Source: A. Contains B.", "Source: A"])
    ['Source: A. Contains B.']
    """
    given = list(dict.fromkeys(lines))
    longer = {part for line in given if len(parts := _sentences(line)) > 1 for part in parts}
    merged: dict[str, list[str]] = {}
    for line in given:
        if line.rstrip(".") in longer:
            continue
        head, bracket, rest = line.rpartition(" (")
        closed = bracket and rest.endswith(").") and "(" not in rest
        merged.setdefault(head if closed else line, []).extend([rest[:-2]] if closed else [])
    return [f"{head} ({'; '.join(parts)})." if parts else head for head, parts in merged.items()]


def _sentences(line: str) -> list[str]:
    return [sentence.rstrip(".") for sentence in line.split(". ")]
