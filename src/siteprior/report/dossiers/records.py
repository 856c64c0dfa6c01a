"""The report's records: one page per shortlisted site with its evidence, its figures, and what is not known of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from siteprior.core.parameters import load_parameters
from siteprior.core.renamed import with_new_columns
from siteprior.core.schema import DEADWEIGHT_LOOKED, RULE_RESULTS, VIABILITY_LINES, deadweight_parts
from siteprior.core.schema.values import BROWNFIELD
from siteprior.report.html._common import fund_titles, known_facts, made_up, plain_rows
from siteprior.report.html.constraints import constraint_lines
from siteprior.report.html.labels import organisation_titles

COMPARABLES_SHOWN = 4
DRIVERS_SHOWN = 6
"""How many comparables and drivers stand on a page, the first of each; the tables of the run hold all."""

_VALUES = ("gdv_market_gbp", "gdv_affordable_gbp")
_SUMS = ("residual_land_value_gbp", "benchmark_land_value_gbp", "gap_gbp")
_BESIDE = ("existing_use_value_gbp",)


def site_records(
    shortlist: pd.DataFrame,
    *,
    signals: pd.DataFrame,
    titles: pd.DataFrame,
    lines: pd.DataFrame | None = None,
    drivers: pd.DataFrame | None = None,
    input_titles: Mapping[str, str] | None = None,
    evidence: pd.DataFrame | None = None,
    rules: pd.DataFrame | None = None,
    comparables: pd.DataFrame | None = None,
) -> list[dict[str, Any]]:
    """Collect one record per shortlisted site (metres, hectares, homes, GBP), in the order of the shortlist.

    Parameters
    ----------
    shortlist
        The sites (:data:`siteprior.core.schema.SITES`); columns that are not there count as missing.
    signals
        :data:`siteprior.core.schema.SIGNALS_TABLE`; rows of other sites are passed over, here and below.
    titles
        What the letters mean, in the order to print: ``letter``, ``title``, ``kind``.
    lines
        :data:`siteprior.core.schema.VIABILITY_LINES`.
    drivers
        :data:`siteprior.core.schema.VIABILITY_DRIVERS`.
    input_titles
        What the inputs are called, by name; an input without a title shows its name.
    evidence
        :data:`siteprior.core.schema.DEADWEIGHT_EVIDENCE`.
    rules
        :data:`siteprior.core.schema.FUND_RULE_RESULTS`.
    comparables
        :data:`siteprior.core.schema.COMPARABLES`.

    Returns
    -------
    list of dict
        What the template ``report_records.html.j2`` asks of each of ``records``; missing values are ``None``. A table
        that was not given leaves its part ``None``; one without rows of the site leaves it empty.
    """
    sites = known_facts(with_new_columns(shortlist, "site_prices", name="shortlist"))
    signals = with_new_columns(signals, "market_failure_signals", name="signals")
    evidence = with_new_columns(evidence, "deadweight_evidence", name="evidence")
    names = organisation_titles(sites)
    invented = made_up(sites["viability_basis"])
    by_site = {
        "signals": _by_site(signals, sites.index),
        "drivers": _by_site(drivers, sites.index),
        "evidence": _by_site(evidence, sites.index),
        "rules": _by_site(rules, sites.index),
        "comparables": _by_site(comparables, sites.index),
    }
    money = {} if lines is None else dict(zip(lines.index, plain_rows(lines), strict=True))
    funds = fund_titles()
    records = []
    constraints = constraint_lines(sites)
    for site_id, row, on_the_land in zip(sites.index, plain_rows(sites), constraints, strict=True):
        part = {name: None if own is None else own.get(site_id, []) for name, own in by_site.items()}
        verdict = row["market_failure"] or "Cannot tell"
        # an empty table says that no sale lies near enough only where sales were read at all
        sales = part["comparables"] or (None if row["sales_years_covered"] is None else part["comparables"])
        records.append(
            {
                **row,
                "site_id": site_id,
                "council": names.get(row["organisation"]),
                **_listed(row),
                "verdict": verdict,
                "note": _note(row["market_failure_note"] or "", verdict),
                "signals": _signals(part["signals"] or [], plain_rows(titles), row),
                "made_up": bool(invented[site_id]),
                "made_up_benefits": any(
                    (row[name] or "").startswith("illustrative") for name in ("additionality_basis", "benefits_basis")
                ),
                "lines": _lines(money.get(site_id), row["capacity_dwellings"]),
                "drivers": _tornado(part["drivers"] or [], row, input_titles or {}),
                "comparables": None if sales is None else sales[:COMPARABLES_SHOWN],
                "more_comparables": None if sales is None else max(len(sales) - COMPARABLES_SHOWN, 0),
                "evidence": part["evidence"],
                "looked_at": _looked_at(row["deadweight_reasons"] or ""),
                "rules": _checklist(part["rules"], funds) if part["rules"] else None,
                "caveats": _caveats(row),
                "constraints": on_the_land,
            }
        )
    return records


def _listed(row: Mapping[str, Any]) -> dict[str, str]:
    """Return what lists the site, a register or a list of the user's own, and in words where its homes come from."""
    own = row["register"] not in (None, BROWNFIELD)
    basis = row["capacity_basis"] or ""
    homes_by = "as listed" if own and basis == "register" else _after("by ", basis)
    return {"listed_in": "list" if own else "register", "homes_by": homes_by}


def _note(text: str, verdict: str) -> str:
    """Return the numbers behind the verdict; what the deadweight screen found has its own place on the page."""
    screened = "; deadweight screen failed"
    numbers, failed, _ = text.split("\n")[0].removeprefix(f"{verdict}: ").partition(screened)
    return f"{numbers}{screened}." if failed else numbers


def _looked_at(reasons: str) -> str:
    """Return what the deadweight screen could look at and what not; what it found stands as evidence beside it."""
    parts = deadweight_parts(reasons)
    return ". ".join(f"{part}: {parts[part]}" for part in DEADWEIGHT_LOOKED if part in parts)


def _by_site(table: pd.DataFrame | None, sites: pd.Index) -> dict[Any, list[dict[str, Any]]] | None:
    """Return the rows of each site, in their order; ``None`` where there is no table."""
    if table is None:
        return None
    rows: dict[Any, list[dict[str, Any]]] = {}
    for row in plain_rows(table[table["site_id"].isin(sites)]):
        rows.setdefault(row["site_id"], []).append(row)
    return rows


def _signals(
    readings: list[dict[str, Any]], titles: list[dict[str, Any]], row: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return every signal in order: the reading that counts and the others, or why it was not measured."""
    rows = []
    for title in titles:
        own = [reading for reading in readings if reading["signal"] == title["letter"]]
        counted = next((reading for reading in own if reading["counts"] == "yes"), None)
        others = [reading for reading in own if reading is not counted]
        rows.append({**title, "reading": counted, "others": others, "why": None if counted else _why(title, row)})
    return rows


def _why(title: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Say why a signal was not measured, from what is known of the site."""
    notes = "the notes state none" if row["notes"] else "there are no notes"
    status = row["planning_permission_status"]
    if title["letter"] == "V":
        land = (row["headroom_basis"] or "no land values were read").removeprefix("missing: ")
        return f"no gap per home; {row['viability_basis'] or 'no viability appraisal was made'}; no headroom: {land}"
    if title["letter"] == "X":
        use = row["previous_use"]
        previous = f"the previous use known, {use}, is not contaminative" if use else "no previous use is known"
        return f"no cost of remediation over value for a known former use; {previous}; {notes}"
    if title["letter"] == "C":
        owner = row["ownership_status"]
        stated = f"‘{owner}’ does not say how many own it" if owner else "ownership is blank"
        share = row.get("registered_share")
        if share is not None and share < load_parameters("failure").table("coordination").number("registered_share"):
            return f"{stated}; mostly no registered title: registered parcels cover {share:.0%} of the site"
        return f"{stated}; neither owners nor parcels were counted"
    if title["letter"] in ("I", "P"):
        asked = "an open investigation or title" if title["letter"] == "I" else "a public work that is needed"
        return f"nothing known mentions {asked}: {notes}"
    if title["letter"] == "T":
        if row["no_new_build_5y"] == "no":
            return "new homes were sold near it; sales per dwelling were not measured"
        own = row["sales_years_covered"]
        return "no sales near it were counted" if own is None else "the sales read do not cover five years"
    if title["letter"] == "S":
        if row["development_status"]:
            return f"the {_listed(row)['listed_in']} records it as {row['development_status']}"
        if status == "permissioned":
            return "the permission has no date, or one after the day of the run"
        return f"no permission to stall: planning status is {status or 'blank'}"
    if title["letter"] == "A":
        return "neither a day since when it is derelict nor one on which it was first listed is known"
    return "the site has no place" if row["easting"] is None else "not measured in this run"


def _lines(money: Mapping[str, Any] | None, homes: float | None) -> list[dict[str, Any]]:
    """Return the residual appraisal line by line with its sign and per home; none where the site has none."""
    if money is None or money["gap_gbp"] is None:
        return []
    rows = []
    for column in VIABILITY_LINES.columns:
        if column.name in _BESIDE:
            continue
        cost = column.name not in (*_VALUES, *_SUMS)
        amount = -money[column.name] if cost and money[column.name] else money[column.name]
        rows.append(
            {
                "title": column.label,
                "meaning": column.meaning,
                "amount": amount,
                "per_home": amount / homes if homes else None,
                "sum": column.name in _SUMS,
            }
        )
    return rows


def _tornado(drivers: list[dict[str, Any]], row: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any] | None:
    """Lay out the largest swings of the shortfall per home on one axis, 0–100; ``None`` where there are none."""
    homes, residual, benchmark = (
        row[name] for name in ("capacity_dwellings", "residual_land_value_gbp", "benchmark_land_value_gbp")
    )
    if not drivers or not homes or residual is None or benchmark is None:
        return None
    shown = sorted(drivers, key=lambda driver: driver["place"])[:DRIVERS_SHOWN]
    central = (benchmark - residual) / homes
    low, high = "shortfall_at_low_gbp_per_home", "shortfall_at_high_gbp_per_home"
    ends = [0.0, central, *(driver[end] for driver in shown for end in (low, high))]
    start, span = min(ends), (max(ends) - min(ends)) or 1.0

    def along(value: float) -> float:
        return float(100 * (value - start) / span)

    bars = []
    for driver in shown:
        at_low, at_high, middle = along(driver[low]), along(driver[high]), along(central)
        bars.append(
            {
                "title": titles.get(driver["input"], driver["input"]),
                "swing": driver["swing_gbp_per_home"],
                "low": driver[low],
                "high": driver[high],
                "low_x": min(at_low, middle),
                "low_width": abs(middle - at_low),
                "high_x": min(at_high, middle),
                "high_width": abs(at_high - middle),
            }
        )
    return {"bars": bars, "central": central, "central_x": along(central), "zero_x": min(along(0.0), 99.5)}


def _checklist(rules: list[dict[str, Any]], funds: Mapping[str, str]) -> dict[str, Any]:
    """Return the rules that apply, those failed first, the names of those that do not, and the counts."""
    places = {result: place for place, result in enumerate(("fail", "unknown", "pass"))}
    applied = [{**rule, "fund": funds.get(rule["fund"], rule["fund"])} for rule in rules if rule["result"] in places]
    return {
        "rows": sorted(applied, key=lambda rule: places[rule["result"]]),
        "beside": [rule["title"] for rule in rules if rule["result"] not in places],
        "counts": {result: sum(rule["result"] == result for rule in rules) for result in RULE_RESULTS},
    }


def _caveats(row: Mapping[str, Any]) -> list[str]:
    """Say what a reader has to bear in mind of the site's data, in sentences."""
    sentences = []
    confidence, uncertainty_m = row["coordinate_confidence"], row["position_uncertainty_m"]
    if confidence != "high":
        sentences.append(f"Place: {confidence or 'unknown'} confidence{_after(': ', row['repair'])}.")
    if row["shape_basis"] and row["shape_basis"].startswith(("disc", "point")):
        reach = "" if uncertainty_m is None else f"; it may reach {uncertainty_m:,.0f} m from where it is measured"
        drawn = "a disc of its hectares" if row["shape_basis"] == "disc" else "a point"
        sentences.append(f"No drawn outline is available: the site is taken as {drawn}{reach}.")
    if row["possible_duplicates"]:
        sentences.append(f"It may be the same site as, or a part of, {row['possible_duplicates']}.")
    if row["gate_doubt"]:
        sentences.append(f"The uncertainty of its place could turn these gates: {row['gate_doubt']}.")
    if row["coverage"] is not None and row["coverage"] < 1:
        sentences.append(f"{1 - row['coverage']:.0%} of the weight rests on nothing known and counts as the worst.")
    if row["capacity_dwellings"] is None:
        sentences.append("Its homes are not known; what rests on them is missing.")
    if row["corridor_stop_state"] == "planned":
        sentences.append(f"Its corridor stop, {row['corridor_stop']}, is planned and not open.")
    if row["walk_basis"] == "straight-line":
        sentences.append("Walks are straight lines times a factor, not measured along streets.")
    entry = row["entry_date"]
    sentences.append(
        "The day of its last update (entry_date) is blank."
        if entry is None
        else f"The entry was last updated on {entry:%Y-%m-%d}."
    )
    return sentences


def _after(mark: str, text: str | None) -> str:
    """Return a text after a mark; blank where there is none."""
    return f"{mark}{text}" if text else ""
