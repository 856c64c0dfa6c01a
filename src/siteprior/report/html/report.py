"""The run as one page for a board: opens from a folder or an attachment, loads nothing, prints well.

Everything in it stands in the run's tables; names and notes come from other people's files and are shown as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from siteprior.core.files import write_text
from siteprior.core.renamed import with_new_record
from siteprior.core.schema import CONTRIBUTION, VERDICTS
from siteprior.report import style
from siteprior.report.audience import INTERNAL, audience_of
from siteprior.report.html._common import plain_rows
from siteprior.report.html.data_quality import issue_files, issue_uses
from siteprior.report.html.labels import organisation_titles
from siteprior.report.html.parameter_words import parameter_value
from siteprior.report.html.pictures import small_picture
from siteprior.report.html.render import render
from siteprior.report.html.sources import unstated_origins
from siteprior.report.interactive.parts import interactive_parts
from siteprior.report.tables import json_text

REASON_SEPARATOR = "; "
"""What stands between the codes in ``gate_reasons``."""

UNPLACED = "no_location"
"""The gate that stops sites without a usable place."""

UNCERTAIN = ("proposal", "unverified", "second-hand")
"""Confidences that are marked for the reader."""

_VERDICT_MEANING = {
    "Identified": "Strong primary evidence, corroborated by other signals",
    "Indicated": "Some evidence; not enough to call it identified",
    "Not found": "The signals were measured, and are weak or absent",
    "Cannot tell": "At least three of V, X, C and P could not be measured",
}


def write_report(
    path: Path | str,
    *,
    record: Mapping[str, Any],
    sites: pd.DataFrame,
    shortlist: pd.DataFrame,
    criteria: pd.DataFrame,
    issues: pd.DataFrame,
    picture: bytes,
    gates: pd.DataFrame | None = None,
    signals: pd.DataFrame | None = None,
    corridors: Mapping[str, Any] | None = None,
    market: Mapping[str, Any] | None = None,
    decision: Mapping[str, Any] | None = None,
    explore: str | None = None,
    dossiers: Mapping[str, str] | None = None,
) -> Path:
    """Write the report of a run as one self-contained HTML file.

    Parameters
    ----------
    path
        The file to write, whole or not at all.
    record
        The run record: title, dates, inputs, numbers used, versions.
    sites
        Every site considered, ranked or not (:data:`siteprior.core.schema.SITES` and the contributions ``c_…``, 0–1).
    shortlist
        The first of the ranking, best first.
    criteria
        ``criterion``, ``title``, ``weight`` (share), ``unit``, ``worst``, ``best``, ``source``, ``confidence``.
    issues
        The issue log.
    picture
        The map as PNG.
    gates
        What the gates' codes mean: ``gate``, ``title``, ``why``, ``thresholds``.
    signals
        What the letters of market failure mean: ``letter``, ``title``, ``kind``, ``meaning``, ``measured_by``.
    corridors
        The section on corridors, as :func:`siteprior.report.html.corridors.corridor_section` collects it.
    market
        The section on what the market would do alone, as :func:`siteprior.report.html.market.market_section`
        collects it.
    decision
        The section on how sure the order is and what a budget buys, as
        :func:`siteprior.report.html.decision.decision_section` collects it.
    explore
        What the map, tables and weights are made from (:func:`siteprior.report.interactive.page_data.page_data`);
        without it the page is as it prints.
    dossiers
        Where the dossier of each shortlisted site stands, relative to the report, by ``site_id``.

    Returns
    -------
    Path
        The file written; the same bytes from the same tables.

    Raises
    ------
    OutputError
        When the file is open elsewhere or the folder cannot be written.
    """
    from markupsafe import Markup

    record = with_new_record(record)
    councils = organisation_titles(sites)
    shades = style.criteria(criteria["criterion"])
    pages = dossiers or {}
    page = render(
        "report.html.j2",
        **({} if explore is None else interactive_parts()),
        explore=None if explore is None else Markup(explore),
        picture=small_picture(picture),
        run=record,
        audience=audience_of(record.get("audience", INTERNAL)),
        settings=json_text(record.get("settings", {})),
        counts=_counts(sites, shortlist),
        reasons=_reasons(sites, gates),
        walks=_walks(sites),
        councils=_by_council(sites, shortlist, councils),
        shortlist=[_site(row, councils, criteria, shades) for row in plain_rows(shortlist.reset_index())],
        criteria=[{**row, "shade": shades[row["criterion"]]} for row in plain_rows(criteria)],
        verdicts=_verdicts(sites, shortlist),
        signals=[] if signals is None else plain_rows(signals),
        along=stated_corridors(sites, record),
        corridors=corridors,
        market=market,
        decision=decision,
        dossiers=pages,
        issues=issue_uses(issues, record["inputs"]),
        issue_files=issue_files(issues),
        unstated=unstated_origins(record["inputs"]),
        gates=[] if gates is None else plain_rows(gates),
        parameters=[{**row, "value": parameter_value(row["value"])} for row in record.get("parameters", [])],
        doubtful=sum(row["confidence"] in UNCERTAIN for row in record.get("parameters", [])),
        draws=next((p["value"] for p in record.get("parameters", []) if p["name"].endswith(".weight_draws")), None),
    )
    return write_text(path, page)


def _counts(sites: pd.DataFrame, shortlist: pd.DataFrame) -> dict[str, Any]:
    """Count the sites considered, ranked, not ranked, tied, and what the shortlist holds."""
    ranks = sites["rank"].dropna()
    once = _ranked_once(sites)
    homes = _homes(shortlist)
    return {
        "considered": len(sites),
        "ranked": len(ranks),
        "gated": len(sites) - len(ranks),
        "shortlist": len(shortlist),
        "opportunities": len(once),
        "tied": int(once.duplicated(keep=False).sum()),
        "tied_shortlist": int(shortlist["rank"].dropna().duplicated(keep=False).sum()),
        "homes": None if homes.isna().all() else int(homes.sum()),
        "homes_unknown": int(homes.isna().sum()),
        "hectares": float(_of_opportunity(shortlist, "hectares", "hectares").sum()),
        "deprived": int((shortlist["imd_decile"] <= 2).sum()),
        "cannot_tell": int((shortlist["market_failure"].fillna("Cannot tell") == "Cannot tell").sum()),
        "failure": int(shortlist["market_failure"].isin(["Identified", "Indicated"]).sum()),
        "organisations": int(sites["organisation"].nunique()),
        "planned": int((shortlist["corridor_stop_state"] == "planned").sum()),
    }


def stated_corridors(sites: pd.DataFrame, record: Mapping[str, Any]) -> bool:
    """Return whether corridors are stated, or any site was measured against one; else there is nothing to say."""
    stated = (record.get("settings") or {}).get("corridors") or {}
    return bool(stated.get("paths") or sites["corridor"].notna().any() or sites["corridor_walk_m"].notna().any())


def _walks(sites: pd.DataFrame) -> str:
    """Return in words how the walks to corridors were measured, of all sites: maybe none is shortlisted."""
    basis = sites.loc[sites["corridor_walk_m"].notna(), "walk_basis"].dropna()
    if basis.empty:
        return "and no site has such a walk"
    return "along the street network" if (basis == "network").any() else "measured as straight line times a factor"


def _ranked_once(sites: pd.DataFrame) -> pd.Series:
    """Return the ranks there are, that of an opportunity once."""
    ranked = sites[sites["rank"].notna()]
    if "ranked_as" in ranked:
        ranked = ranked[ranked["ranked_as"].isna() | (ranked["ranked_as"] == ranked.index)]
    return ranked["rank"]


def _of_opportunity(table: pd.DataFrame, figure: str, own: str) -> pd.Series:
    """Return hectares or homes of the opportunities, as far as the table has them; else those of the sites."""
    name = f"opportunity_{figure}"
    return table[name].fillna(table[own]) if name in table else table[own]


def _homes(table: pd.DataFrame) -> pd.Series:
    """Return the homes that were scored, else the fewest the register expects."""
    return _of_opportunity(table, "dwellings", "capacity_dwellings").fillna(table["minimum_net_dwellings"])


def _reasons(sites: pd.DataFrame, gates: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Count the sites each gate stopped, the most first, with what the gate means."""
    stopped = sites["gate_reasons"].dropna()
    listed = stopped.str.split(REASON_SEPARATOR).explode().str.strip()
    alone = stopped[~stopped.str.contains(REASON_SEPARATOR, regex=False)].value_counts()
    known = {} if gates is None else {row["gate"]: row for row in plain_rows(gates)}
    found = listed.value_counts().rename_axis("code").reset_index(name="sites")
    rows = plain_rows(found.sort_values(["sites", "code"], ascending=[False, True]))
    for row in rows:
        gate = known.get(row["code"], {})
        row["title"] = gate.get("title") or row["code"].replace("_", " ").capitalize()
        unknown = "What a gate asks of these sites is not known" if row["code"].endswith("_unknown") else ""
        row["why"], row["thresholds"] = gate.get("why") or unknown, gate.get("thresholds") or ""
        row["alone"] = int(alone.get(row["code"], 0))
    return rows


def _by_council(sites: pd.DataFrame, shortlist: pd.DataFrame, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Count sites per council: considered, without a usable place, ranked, shortlisted."""
    chosen = shortlist["organisation"].value_counts()
    codes = sites["gate_reasons"].astype("object").fillna("").str.split(REASON_SEPARATOR)
    grouped = sites.assign(unplaced=[UNPLACED in each for each in codes]).groupby("organisation")
    rows = [
        {"name": names[code], "code": code, "considered": len(group), "ranked": int(group["rank"].notna().sum()),
         "unplaced": int(group["unplaced"].sum()), "shortlist": int(chosen.get(code, 0))}
        for code, group in ((str(code), group) for code, group in grouped)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row["name"])


def _site(
    row: dict[str, Any], councils: Mapping[str, str], criteria: pd.DataFrame, shades: Mapping[str, str]
) -> dict[str, Any]:
    """Add to a shortlisted site what the page shows of it: council, homes, and the parts of its score."""
    parts, left = [], 0.0
    for name, title, weight in criteria[["criterion", "title", "weight"]].itertuples(index=False):
        value = row.get(f"{CONTRIBUTION}{name}") or 0.0
        parts.append({"title": title, "value": value, "weight": weight, "left": left, "shade": shades[name]})
        left += value
    verdict = row["market_failure"] or "Cannot tell"
    homes = row["capacity_dwellings"] if row.get("opportunity_dwellings") is None else row["opportunity_dwellings"]
    hectares = row["hectares"] if row.get("opportunity_hectares") is None else row["opportunity_hectares"]
    members = (row.get("members") or "").split(REASON_SEPARATOR)
    return {
        **row,
        "council": row.get("organisation_name") or councils.get(row["organisation"]),
        "homes": row["minimum_net_dwellings"] if homes is None else homes,
        "hectares": hectares,
        "others": [member.partition(":")[2] or member for member in members[1:]],
        "verdict": verdict,
        "place": _place(row),
        "note": (row["market_failure_note"] or "").removeprefix(f"{verdict}: "),
        "parts": parts,
    }


_DOUBTS = {
    "medium": "as stated, with no boundary or postcode that confirms it",
    "low": "doubtful, left as stated",
    "none": "not known",
}
"""What a place that is not certain rests on, where nothing of it was repaired."""


def _place(row: Mapping[str, Any]) -> str:
    """Say of a place that is not certain how sure it is and why; blank for one that is."""
    confidence = row["coordinate_confidence"]
    if confidence not in _DOUBTS:
        return ""
    return f"place: {confidence} confidence ({row.get('repair') or _DOUBTS[confidence]})"


def _verdicts(sites: pd.DataFrame, shortlist: pd.DataFrame) -> list[dict[str, Any]]:
    """Count the verdicts on market failure among ranked and shortlisted sites."""
    ranked = sites.loc[sites["rank"].notna(), "market_failure"].value_counts()
    chosen = shortlist["market_failure"].value_counts()
    return [
        {"verdict": verdict, "meaning": _VERDICT_MEANING[verdict], "ranked": int(ranked.get(verdict, 0)),
         "shortlist": int(chosen.get(verdict, 0))}
        for verdict in VERDICTS
    ]  # fmt: skip
