"""Tables on the ranking and on the programme: how sure, other methods, parties, which fact is worth finding out."""

from __future__ import annotations

import pandas as pd

from siteprior.pipeline.notebook.view import Asked, View, named
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.plots import part
from siteprior.pipeline.result import Result

ACCEPTABILITY = {
    "rank": "rank", "site_name": "opportunity", "top_k_acceptability": "on the shortlist",
    "top_k_if_missing_drawn": "the same, missing drawn", "first_acceptability": "first",
    "rank_p05_all": "best", "rank_p95_all": "worst",
}  # fmt: skip
CHOSEN = {
    "rank": "rank", "site_name": "opportunity", "year": "year", "fund": "fund", "programme_cost": "cost £",
    "opportunity_dwellings": "homes", "affordable_homes": "affordable", "imd_decile": "IMD decile",
    "core_index": "core", "core_class": "class",
}  # fmt: skip
DOUBT = {
    "rank": "rank", "site_name": "opportunity", "chosen": "chosen", "core_index": "core", "programme_cost": "cost £",
}  # fmt: skip


def acceptability(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how often each opportunity is on the shortlist (shares of draws), and its band of ranks."""
    return named(part(run, "top_k_acceptability"), ACCEPTABILITY)


def methods(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how far other methods rank alike: rank correlations and the shared part of the shortlist (shares)."""
    from siteprior.ranking.agreement import rank_agreement
    from siteprior.ranking.cross_checks import compare_methods

    if not len(part(run, "opportunities")):
        return pd.DataFrame()
    return pd.DataFrame(rank_agreement(compare_methods(run), first=_first(run)))


def methods_part(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return the opportunities the methods part on most, with the reason (ranks from 1)."""
    from siteprior.ranking.agreement import where_methods_part

    if not len(part(run, "opportunities")):
        return pd.DataFrame()
    parted = where_methods_part(run, number=5)
    parted.insert(0, "opportunity", part(run, "sites")["site_name"].reindex(parted.index))
    return pd.DataFrame(parted.rename(columns=lambda name: str(name).replace("_", " ")))


def leanings(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how far parties who lean to need and to transit (three times the weight) agree with the run (shares)."""
    from siteprior.ranking.options import run_values
    from siteprior.ranking.stakeholders import compare_stakeholders

    if not len(part(run, "opportunities")):
        return pd.DataFrame()
    groups = part(run, "criteria").set_index("criterion")["group"]
    weights = dict(run.weights)
    parties = {"the run": weights} | {
        f"{group} first": {name: weight * (3 if groups.get(name) == group else 1) for name, weight in weights.items()}
        for group in ("need", "transit")
        if groups.reindex(list(weights)).eq(group).any()
    }
    return pd.DataFrame(compare_stakeholders(run_values(run).value, parties, first=_first(run)).pairs)


def correlated(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return which criteria go together most (correlations), for what is measured twice counts twice."""
    from siteprior.ranking.options import run_values
    from siteprior.ranking.stakeholders import correlated_criteria

    if not len(part(run, "opportunities")) or len(run.weights) < 2:
        return pd.DataFrame()
    return pd.DataFrame(correlated_criteria(run_values(run).value, dict(run.weights)))


def weight_moves(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how far each weight (share of 1) may move, the others in proportion, before the shortlist changes."""
    from siteprior.ranking.options import run_values
    from siteprior.ranking.sensitivity import weight_moves as moves_of

    if not len(part(run, "opportunities")):
        return pd.DataFrame()
    moves = moves_of(run_values(run).value, dict(run.weights), k=_first(run))
    return moves[[name for name in moves if not str(name).startswith(("enters", "leaves"))]].reset_index()


def worth(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how often finding out a missing fact would change the shortlist (share of draws), most first."""
    from siteprior.ranking.fact_values import information_value
    from siteprior.ranking.options import run_values

    if not len(part(run, "opportunities")):
        return pd.DataFrame()
    values = run_values(run)
    found = information_value(values.value, dict(run.weights), values.low, values.high, first=_first(run))
    found.insert(1, "opportunity", part(run, "sites")["site_name"].reindex(found["site"]).to_numpy())
    return pd.DataFrame(found.drop(columns="site"))


def chosen(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return what the budget buys: pounds, homes, and the core index (share of good programmes it is in)."""
    table = part(run, "programme")
    return named(table[[name for name in table if table[name].notna().any()]], CHOSEN) if len(table) else pd.DataFrame()


def conditions(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return each condition of the programme with its price: the benefit lost by keeping to it."""
    table = part(run, "programme_constraints")
    kept = [name for name in table if table[name].notna().any() and name != "illustrative"]
    return pd.DataFrame(table[kept].rename(columns=lambda name: str(name).replace("_", " ")))


def doubtful(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return the opportunities in some good programmes and not in others: core index (share), pounds."""
    index = part(run, "core_index")
    if not len(index):
        return pd.DataFrame()
    borderline = index[index["core_class"] == "borderline"].sort_values("core_index", ascending=False, kind="stable")
    return named(borderline, DOUBT)


def left_out(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return for want of which figure opportunities (counts) could not be chosen."""
    index = part(run, "core_index")
    out = index["left_out"].dropna() if len(index) else pd.Series(dtype="object")
    return out.str.split("; ").explode().value_counts().rename_axis("missing").reset_index(name="opportunities")


def _first(run: Run | Result) -> int:
    """Return how many the shortlist has, one at least."""
    return max(len(part(run, "shortlist")), 1)


NOTHING = "No site passed the gates: there is no order to look into."
NO_PROGRAMME = "The project has no `[programme]`, or none keeps to all of it: nothing was chosen."
SHARES = dict.fromkeys(["kendall_tau_b", "spearman", "shared_share", "correlation", "joint_weight"], "{:.2f}")
ENDS = dict.fromkeys(["low", "high", "value_now", "value_needed", "chance", "weight", "lowest", "highest"], "{:.2f}")

DECISION = {
    "acceptability": View("How often each is on the shortlist when weights and facts are redrawn.", acceptability,
                          dict.fromkeys(["on_the_shortlist", "the_same,_missing_drawn", "first"], "{:.0%}"),
                          NOTHING, 40),
    "methods": View("How far other methods rank alike.", methods, SHARES, NOTHING),
    "methods part": View("Where the methods part most, and why.", methods_part, {}, NOTHING),
    "leanings": View("The run, a party that looks at need and one that looks at transit.", leanings, SHARES, NOTHING),
    "correlated": View("Criteria that go together most.", correlated, SHARES, "There are not two criteria.", 6),
    "weight moves": View("How far each weight may move before the shortlist changes.", weight_moves, ENDS, NOTHING),
    "worth": View("Missing facts by how often finding them out would change the shortlist.", worth, ENDS,
                  "No fact is missing that could change the shortlist.", 12),
    "programme": View("What the budget buys.", chosen,
                      {"cost_£": "{:,.0f}", "affordable": "{:,.0f}", "homes": "{:,.0f}", "core": "{:.2f}",
                       "year": "{:.0f}"}, NO_PROGRAMME),
    "conditions": View("What each condition costs.", conditions, {}, NO_PROGRAMME),
    "doubtful": View("In some good programmes, not in others.", doubtful, {"core": "{:.2f}", "cost_£": "{:,.0f}"},
                     "No choice is borderline, or no programme was chosen.", 15),
    "left out": View("Out, for want of a figure.", left_out, {}, "No ranked opportunity lacks a figure."),
}  # fmt: skip
"""The tables on ranking and programme, by name."""
