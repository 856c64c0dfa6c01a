"""The report's section on the market: would it build the sites alone, how reliable is that, and what would it take."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from siteprior.core.councils import council_name
from siteprior.core.renamed import with_new_columns
from siteprior.core.schema import DEADWEIGHT_VERDICTS, GRADES, RULE_RESULTS, VERDICTS
from siteprior.report.html._common import commonest, fund_titles, known_facts, made_up, plain_rows
from siteprior.report.html.confidence import confidence_sentences
from siteprior.report.html.histogram import histogram

_HOMES_PER_HA = r"^[\d,.]+ homes per net hectare"
"""A site's own density, which the commonest reason leaves out."""

_BENEFITS = (
    ("additional_homes", "Additional homes", "sum", "homes"),
    ("additional_affordable_homes", "of them affordable", "sum", "homes"),
    ("additional_jobs", "Additional jobs", "sum", "jobs"),
    ("public_cost{}_gbp", "Public cost, with optimism bias", "sum", "gbp"),
    ("net_land_value_uplift{}_gbp", "Net land value uplift", "sum", "gbp"),
    ("bcr", "Benefit-cost ratio, median site", "median", "ratio"),
    ("bcr_weighted", "Weighted benefit-cost ratio, median site", "median", "ratio"),
)


def market_section(
    sites: pd.DataFrame,
    shortlist: pd.DataFrame,
    *,
    signals: pd.DataFrame,
    titles: pd.DataFrame,
    validation: pd.DataFrame | None = None,
    price_note: str = "",
    drivers: pd.DataFrame | None = None,
    input_titles: Mapping[str, str] | None = None,
    rules: pd.DataFrame | None = None,
    files: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Collect what the section shows: shares, counts, pounds per home, and in words how reliable they are.

    Parameters
    ----------
    sites
        Every site considered (:data:`siteprior.core.schema.SITES`); columns that are not there count as missing.
    shortlist
        The shortlisted of them.
    signals
        :data:`siteprior.core.schema.SIGNALS_TABLE` of all sites.
    titles
        What the letters mean, primaries first: ``letter``, ``title``, ``kind``.
    validation
        :data:`siteprior.core.schema.PRICE_VALIDATION`; ``None`` where no sales were read.
    price_note
        Why there is no price surface, in words; blank where there is one.
    drivers
        :data:`siteprior.core.schema.VIABILITY_DRIVERS` of all sites.
    input_titles
        What the inputs are called, by name; an input without a title shows its name.
    rules
        :data:`siteprior.core.schema.FUND_RULE_RESULTS` of all sites.
    files
        :data:`siteprior.core.schema.EVIDENCE_FILES`.

    Returns
    -------
    dict
        What the template ``report_market.html.j2`` asks of ``market``. A part that was not measured is ``None`` and
        has its reason in ``why``.
    """
    signals = with_new_columns(signals, "market_failure_signals", name="signals")
    selected = known_facts(sites)
    ranked, chosen = selected[selected["rank"].notna()], selected[selected.index.isin(shortlist.index)]
    groups = {"ranked": ranked, "considered": selected, "shortlist": chosen}
    counted = signals[(signals["counts"] == "yes") & signals["site_id"].isin(ranked.index)]
    return {
        "sizes": {name: len(group) for name, group in groups.items()},
        "verdicts": _with_settled(_shares(groups, "market_failure", VERDICTS, blank="Cannot tell"), ranked),
        "open": _open(ranked, files),
        "signals": _measured(counted, titles, len(ranked)),
        "confidence": confidence_sentences(
            ranked, counted, titles, priced=validation is not None and len(validation) > 0
        ),
        "gap": _gap(ranked),
        "headroom": _headroom(ranked),
        "prices": _prices(validation),
        "drivers": _drivers(drivers, ranked.index, chosen.index, input_titles or {}),
        "deadweight": _deadweight(groups),
        "rules": _rules(rules, ranked.index),
        "benefits": _benefits(ranked, chosen),
        "why": {
            "gap": commonest(ranked["viability_basis"][ranked["gap_gbp_per_home"].isna()])
            or "no viability appraisal was made in this run",
            "prices": price_note or "no sales with floor areas were read in this run",
            "benefits": commonest(ranked["benefits_basis"][ranked["additional_homes"].isna()])
            or "no benefits were appraised in this run",
        },
    }


def _shares(
    groups: Mapping[str, pd.DataFrame], column: str, names: Iterable[str], *, blank: str | None = None
) -> list[dict[str, Any]]:
    """Count the sites of each group per value of a column, with its share of the group."""
    rows = []
    for name in names:
        row: dict[str, Any] = {"name": name}
        for group, table in groups.items():
            values = table[column] if blank is None else table[column].fillna(blank)
            sites = int((values == name).sum())
            row[group] = {"sites": sites, "share": sites / len(table) if len(table) else None}
        rows.append(row)
    return rows


def _with_settled(rows: list[dict[str, Any]], ranked: pd.DataFrame) -> list[dict[str, Any]]:
    """Add to each verdict of how many ranked sites it is settled; ``None`` where that was not asked."""
    asked = ranked["settled"].notna().any()
    settled = ranked.loc[ranked["settled"] == "yes", "market_failure"].value_counts()
    return [{**row, "settled": int(settled.get(row["name"], 0)) if asked else None} for row in rows]


def _open(ranked: pd.DataFrame, files: pd.DataFrame | None) -> dict[str, Any] | None:
    """Return how many verdicts of ranked sites are settled and open, and what each free file could decide."""
    if ranked["settled"].isna().all():
        return None
    settled = int((ranked["settled"] == "yes").sum())
    return {
        "settled": settled,
        "open": len(ranked) - settled,
        "files": [] if files is None else plain_rows(files),
    }


def _measured(counted: pd.DataFrame, titles: pd.DataFrame, ranked: int) -> list[dict[str, Any]]:
    """Return of each signal on how many ranked sites it was measured, how well, and how strong it is there."""
    rows = []
    for signal in plain_rows(titles):
        selected = counted[counted["signal"] == signal["letter"]]
        rows.append(
            {
                **signal,
                "sites": len(selected),
                "share": len(selected) / ranked if ranked else None,
                "grades": [int((selected["grade"] == grade).sum()) for grade in GRADES],
                "median": None if selected.empty else float(selected["weighted_signal"].median()),
            }
        )
    return rows


def _gap(ranked: pd.DataFrame) -> dict[str, Any] | None:
    """Describe the gap per home over the ranked sites, with a histogram; ``None`` where it is known of none."""
    gap = ranked["gap_gbp_per_home"].dropna()
    if gap.empty:
        return None
    own = ranked.loc[gap.index]
    return {
        "known": len(gap),
        "missing": len(ranked) - len(gap),
        "positive": int((gap > 0).sum()),
        "median": float(gap.median()),
        "low": float(gap.quantile(0.1)),
        "high": float(gap.quantile(0.9)),
        "width": _median(own["gap_high_gbp_per_home"] - own["gap_low_gbp_per_home"]),
        "likely": int((own["gap_probability"] > 0.5).sum()),
        "made_up": int(made_up(own["viability_basis"]).sum()),
        "basis": commonest(own["viability_basis"]),
        "chart": histogram(gap),
    }


def _headroom(ranked: pd.DataFrame) -> dict[str, Any] | None:
    """Describe what land can bear over the ranked sites, by council; ``None`` where it is known of none."""
    known = ranked[ranked["headroom_gbp_per_ha"].notna()]
    if known.empty:
        return None
    edition = known["headroom_basis"].str.partition(":")[0]
    council = known["organisation"].map(council_name, na_action="ignore").fillna("not stated")
    columns = ("headroom_gbp_per_ha", "break_even_gbp_per_ha", "break_even_gbp_per_home")
    by_council = known.groupby(council, sort=True)
    medians = by_council[list(columns)].median().join(by_council.size().rename("sites"))
    reasons = ranked["headroom_basis"][ranked["headroom_gbp_per_ha"].isna()].str.removeprefix("missing: ")
    return {
        "known": len(known),
        "missing": len(ranked) - len(known),
        "why": commonest(reasons.str.replace(_HOMES_PER_HA, "more homes per net hectare", regex=True)),
        "none": int((known["headroom_high_gbp_per_ha"] <= 0).sum()),
        "per_ha": float(known["break_even_gbp_per_ha"].median()),
        "per_home": float(known["break_even_gbp_per_home"].median()),
        "edition": commonest(edition),
        "rows": plain_rows(medians.rename_axis("council").reset_index()),
    }


def _prices(validation: pd.DataFrame | None) -> dict[str, Any] | None:
    """Return the method used, its errors beside the others', and its ranges' coverage; ``None`` without a trial."""
    if validation is None or validation.empty:
        return None
    rows = plain_rows(validation)
    trials: list[dict[str, Any]] = []
    for homes in ("all", "new build"):
        sales = [row for row in rows if row["measured"] == "one sale" and row["homes"] == homes]
        used = next((row for row in sales if row["used"] == "yes"), None)
        rivals = [row for row in sales if row["used"] == "no" and row["median_error_percent"] is not None]
        if used:
            trials.append({"used": used, "rivals": sorted(rivals, key=lambda row: row["median_error_percent"])})
    return {"rows": rows, "trials": trials}


def _drivers(
    drivers: pd.DataFrame | None, ranked: pd.Index, chosen: pd.Index, titles: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return which inputs swing the gap per home most, over the ranked and the shortlisted sites."""
    if drivers is None:
        return []
    selected = drivers[drivers["site_id"].isin(ranked)]
    if selected.empty:
        return []
    of_chosen = drivers[drivers["site_id"].isin(chosen)].groupby("input")["swing_gbp_per_home"].median()
    table = selected.groupby("input").agg(
        sites=("site_id", "size"),
        swing=("swing_gbp_per_home", "median"),
        first=("place", lambda places: (places == 1).mean()),
    )
    table = table.sort_values(["swing", "sites"], ascending=False, kind="stable").reset_index()
    table["shortlist"] = table["input"].map(of_chosen)
    table["title"] = [titles.get(name, name) for name in table["input"]]
    table["share"] = table["swing"] / table["swing"].max()
    return plain_rows(table)


def _deadweight(groups: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Count the verdicts on deadweight; no row where the sites were not screened."""
    if groups["considered"]["deadweight"].isna().all():
        return []
    return _shares(groups, "deadweight", DEADWEIGHT_VERDICTS, blank="cannot tell")


def _rules(rules: pd.DataFrame | None, ranked: pd.Index) -> list[dict[str, Any]]:
    """Count the results of each rule over the ranked sites, rules in their order."""
    if rules is None:
        return []
    selected = rules[rules["site_id"].isin(ranked)]
    funds = fund_titles()
    rows = []
    for name, group in selected.groupby("rule", sort=False):
        first = group.iloc[0]
        results = {result.replace(" ", "_"): int((group["result"] == result).sum()) for result in RULE_RESULTS}
        rows.append(
            {"rule": name, "fund": funds.get(first["fund"], first["fund"]), "title": first["title"],
             "confidence": first["confidence"], **results}
        )  # fmt: skip
    return rows


def _benefits(ranked: pd.DataFrame, chosen: pd.DataFrame) -> dict[str, Any] | None:
    """Sum the benefits and costs of the ranked and the shortlisted sites that have them; ``None`` where none has."""
    rows = []
    for name, title, how, unit in _BENEFITS:
        row: dict[str, Any] = {"title": title, "unit": unit}
        for group, table in (("ranked", ranked), ("shortlist", chosen)):
            ends = [table[name.format(end) if "{}" in name else f"{name}{end}"] for end in ("_low", "", "_high")]
            selected = ends[1].notna()
            row[group] = {
                "known": int(selected.sum()),
                "ends": _medians(*(end[selected] for end in ends))
                if how == "median"
                else [_total(end[selected]) for end in ends],
            }
        if row["ranked"]["known"] or row["shortlist"]["known"]:
            rows.append(row)
    if not rows:
        return None
    shown = pd.concat([ranked, chosen[~chosen.index.isin(ranked.index)]])
    additional = shown["additionality_basis"][shown["additional_homes"].notna()]
    ratios = shown["benefits_basis"][shown["bcr"].notna()]
    return {
        "rows": rows,
        "basis": commonest(ratios) or commonest(additional),
        "made_up": bool(made_up(additional).any() or made_up(ratios).any()),
        "without_ratio": int(ranked["bcr"].isna().sum()),
        "edition": commonest(shown["guidance_edition"]),
    }


def _median(values: pd.Series) -> float | None:
    """Return the median of what is known; ``None`` where nothing is."""
    known = values.dropna()
    return None if known.empty else float(known.median())


def _medians(low: pd.Series, central: pd.Series, high: pd.Series) -> list[float | None]:
    """Return the medians of ratios; a blank upper end is an open one, and so may its median be: ``None``."""
    top = float(high.fillna(math.inf).median()) if len(high) else math.inf
    return [_median(low), _median(central), top if math.isfinite(top) else None]


def _total(values: pd.Series) -> float | None:
    """Return the sum, or ``None`` where a part of it, or all, is not known."""
    return None if values.empty or values.isna().any() else float(values.sum())
