"""Tables on what the market would do alone: prices, verdicts, viability, deadweight, benefits, funds."""

from __future__ import annotations

import pandas as pd

from siteprior.core.cell_values import CellValue
from siteprior.core.schema import VERDICTS
from siteprior.pipeline.notebook.view import Asked, View, counted_by, named, ranked_sites
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.plots import part
from siteprior.pipeline.result import Result

FILES = {
    "keys": "free file", "signals": "signals", "open_sites": "open verdicts",
    "decided_if_nothing": "decided if nothing",
    "decided_if_most": "decided if the most", "could_decide": "could decide",
}  # fmt: skip
PRICES = {
    "method": "method", "measured": "measured on", "homes": "homes", "used": "used", "cases": "cases",
    "median_error_percent": "error %", "coverage_percent": "coverage %", "interval_percent": "promised %",
}  # fmt: skip
RECORD = {
    "signal": "signal", "value": "value", "grade": "grade", "counts": "counts", "reason": "reason",
    "counter_evidence": "counter-evidence",
}  # fmt: skip
BENEFITS = {
    "rank": "rank", "site_name": "site", "additional_homes": "additional homes",
    "additional_affordable_homes": "affordable", "public_cost_gbp": "public cost £", "bcr": "BCR",
    "bcr_weighted": "BCR weighted",
}  # fmt: skip
GAP = {
    "gap_gbp_per_home": "gap per home £", "gap_low_gbp_per_home": "5th percentile £",
    "gap_high_gbp_per_home": "95th percentile £", "gap_probability": "probability of a gap",
    "viability_driver": "driver",
    "viability_basis": "rests on",
}  # fmt: skip


def evidence_files(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return the free files not read, with how many open verdicts (counts) each could decide."""
    table = part(run, "evidence_files")
    return named(table, FILES) if len(table) else pd.DataFrame()


def open_facts(run: Run | Result, asked: Asked) -> pd.DataFrame:
    """Return the facts that would decide one site's verdict, one per row (no unit)."""
    facts = part(run, "sites").get("open_facts", pd.Series(dtype="object")).get(asked.site)
    return pd.DataFrame({"what would decide": str(facts).split("; ")}) if isinstance(facts, str) else pd.DataFrame()


def prices(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how far each method of pricing errs on land it has not seen (percent)."""
    table = part(run, "price_validation")
    return named(table.reset_index(), PRICES) if len(table) else pd.DataFrame()


def verdicts(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how many sites (counts) have each verdict, of all and of the ranked."""
    each = {"all sites": part(run, "sites"), "ranked": ranked_sites(run)}
    table = pd.DataFrame({name: sites["market_failure"].value_counts() for name, sites in each.items()})
    return table.reindex(list(VERDICTS)).fillna(0).astype(int).rename_axis("verdict").reset_index()


def signals(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return for how many sites (counts) each signal could be measured, by grade of the evidence."""
    from siteprior.appraisal.market_failure.signals import signal_table

    table, known = part(run, "market_failure"), signal_table()
    if not len(table):
        return pd.DataFrame()
    counted = table[table["counts"] == "yes"]
    grades = pd.crosstab(counted["signal"], counted["grade"]).reindex(list(known["letter"]), fill_value=0)
    grades.insert(0, "title", known.set_index("letter")["title"])
    return grades.rename_axis("signal").rename_axis(None, axis=1).reset_index()


def record(run: Run | Result, asked: Asked) -> pd.DataFrame:
    """Return each signal of one site: value (0–1), grade, reason, counter-evidence."""
    table = part(run, "market_failure")
    return named(table[table["site_id"] == asked.site], RECORD) if len(table) else pd.DataFrame()


def gap(run: Run | Result, asked: Asked) -> pd.DataFrame:
    """Return the viability gap of one site with its range (pounds per home) and what it rests on."""
    own = named(part(run, "sites").loc[[asked.site]], GAP).T.dropna()
    if "gap per home £" not in own.index:
        return pd.DataFrame()
    values = [_figure(str(name), value) for name, value in own.iloc[:, 0].items()]
    return pd.DataFrame({"what": list(own.index), "value": values})


def _figure(name: str, value: CellValue) -> str:
    """Write a value of the gap: pounds whole, a probability in percent."""
    if not isinstance(value, int | float):
        return str(value)
    return f"{value:.0%}" if name.startswith("probability") else f"{value:,.0f}"


def lines(run: Run | Result, asked: Asked) -> pd.DataFrame:
    """Return the residual appraisal of one site line by line (pounds)."""
    table = part(run, "viability_lines")
    table = table if "site_id" in table else table.rename_axis("site_id").reset_index()
    own = table[table["site_id"] == asked.site] if len(table) else pd.DataFrame()
    if not len(own):
        return pd.DataFrame()
    column = own.drop(columns="site_id").iloc[0]
    pounds = pd.to_numeric(column, errors="coerce").dropna()
    words = [str(name).removesuffix("_gbp").replace("_", " ") for name in pounds.index]
    return pd.DataFrame({"line": words, "£": pounds.to_numpy()})


def drivers(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return the inputs of the appraisal by how far each moves the gap: pounds per home, median of ranked sites."""
    from siteprior.appraisal.viability.sensitivity import TITLES

    table = part(run, "viability_drivers")
    if not len(table):
        return pd.DataFrame()
    own = table[table["site_id"].isin(ranked_sites(run).index)]
    swings = own.groupby("input")["swing_gbp_per_home"].median().sort_values(ascending=False, kind="stable")
    return pd.DataFrame({"input": [TITLES.get(str(name), str(name)) for name in swings.index],
                         "£ per home between its low and its high": swings.to_numpy()})  # fmt: skip


def deadweight(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how many ranked sites (counts) would come forward anyway, as far as the screen shows."""
    return counted_by(ranked_sites(run), "deadweight", "deadweight", "ranked sites")


def findings(run: Run | Result, asked: Asked) -> pd.DataFrame:
    """Return what was found that bears on whether one site would come forward anyway (no unit)."""
    table = part(run, "deadweight")
    own = table[table["site_id"] == asked.site] if len(table) else table
    return named(own, {name: name for name in ("kind", "finding", "weight", "source")}) if len(own) else pd.DataFrame()


def benefits(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return what the public would get for the first ranked sites: homes, pounds, ratios."""
    table = ranked_sites(run)
    return named(table, BENEFITS) if table[[name for name in BENEFITS if name in table]].notna().any().any() else table


def funds(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how many ranked sites (counts) pass each rule of the funds, fail it, or are unknown."""
    rules = part(run, "fund_rules")
    of_ranked = rules[rules["site_id"].isin(ranked_sites(run).index)] if len(rules) else rules
    if not len(of_ranked):
        return pd.DataFrame()
    counts = pd.crosstab(of_ranked["title"], of_ranked["result"])
    return counts.rename_axis("rule").rename_axis(None, axis=1).reset_index()


def site_funds(run: Run | Result, asked: Asked) -> pd.DataFrame:
    """Return what one site comes to under each rule of the funds, with the reason (no unit)."""
    rules = part(run, "fund_rules")
    if not len(rules):
        return pd.DataFrame()
    own = rules[(rules["site_id"] == asked.site) & (rules["result"] != "not applicable")]
    return named(own, {"title": "rule", "result": "result", "reason": "reason"})


NO_FUND = "No fund's rules were checked in this run: those of a fund are, where the project names it."
NO_COSTS = "Without costs (`[assumptions.costs]`) and prices there is no appraisal of viability."

MARKET = {
    "evidence files": View("Free files that were not read, and the open verdicts each could decide.", evidence_files,
                           {},
                           "No free file could decide an open verdict."),
    "open facts": View("What would decide the verdict of {site}.", open_facts, {}, "Nothing is open of this site."),
    "prices": View("How far prices err on land they have not seen.", prices,
                   dict.fromkeys(["error_%", "coverage_%", "promised_%"], "{:.1f}"),
                   "No sales were read (`[sources] sales`): no price is estimated, and V cannot be measured."),
    "verdicts": View("Verdicts on market failure.", verdicts, {}, "No verdict was given."),
    "signals": View("Sites each signal could be measured for, by grade: A measured, B proxy, C weak.", signals, {},
                    "No signal could be measured."),
    "record": View("The market-failure record of {site}.", record, {"value": "{:.2f}"}, "Nothing was measured of it."),
    "gap": View("The viability gap of {site}.", gap, {}, "The gap of this site is not known."),
    "appraisal": View("The residual appraisal of {site}, central case.", lines, {"£": "{:,.0f}"},
                      "This site has no appraisal: it is not on the shortlist, or costs or prices are missing."),
    "drivers": View("What moves the gap most, median of ranked sites.", drivers,
                    {"£_per_home_between_its_low_and_its_high": "{:,.0f}"}, NO_COSTS, 8),
    "deadweight": View("Would it come forward anyway? A screen by rule.", deadweight, {}, "No site was screened."),
    "findings": View("What bears on whether {site} would come forward anyway.", findings, {},
                     "Nothing was found that bears on this site."),
    "benefits": View("What the public would get, net of what would come anyway.", benefits,
                     {**dict.fromkeys(["additional_homes", "affordable", "public_cost_£"], "{:,.0f}"),
                      "BCR": "{:.2f}", "BCR_weighted": "{:.2f}"}, "No benefit was appraised.", 10),
    "funds": View("Rules of the funds, by what ranked sites come to.", funds, {}, NO_FUND),
    "site funds": View("What {site} comes to under each rule.", site_funds, {}, NO_FUND),
}  # fmt: skip
"""The tables on the market, by name."""
