"""The programme a budget buys: chosen, with its core index, the price of each constraint, and what equity costs."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress
from siteprior.pipeline.result import Result
from siteprior.pipeline.robustness import drawn_how, values_of
from siteprior.project.decision import Programme as Asked

if TYPE_CHECKING:
    from siteprior.programme.constraints import Budget, Constraint, Share
    from siteprior.programme.optimise import Programme

_VALUE = "value of "
"""Begins the columns of values by criterion, beside the figures of the opportunities."""


class _Problem(NamedTuple):
    """What is chosen from, by what, under what."""

    table: pd.DataFrame
    benefit: str
    cost: str | list[str]
    budget: Budget
    constraints: list[Constraint]


def choose_programme(result: Result, progress: Progress) -> Result:
    """Choose what the budget of ``[programme]`` buys; nothing where the project has none.

    What cannot be chosen for want of a figure is listed with its reason. Where nothing keeps to all constraints the run
    goes on, and says which conflict and by how much each would have to give way.
    """
    from siteprior.programme.conflict import InfeasibleError
    from siteprior.programme.frontier import constraint_prices
    from siteprior.programme.optimise import choose_programme as choose

    asked, done = result.project.programme, _without(result)
    if asked is None or not len(result.opportunities):
        return done
    progress("Choosing a programme")
    problem = _problem(result, asked)
    table, cost, budget, limits = problem.table, problem.cost, problem.budget, problem.constraints
    try:
        chosen = choose(table, budget=budget, cost=cost, constraints=limits)
        prices = constraint_prices(table, budget=budget, cost=cost, constraints=limits)
    except InfeasibleError as fault:
        conflict = schema.conform(fault.conflict.reset_index(), schema.PROGRAMME_CONSTRAINTS)
        made = replace(done, programme_constraints=conflict, programme_record={"note": "; ".join(fault.faults)})
        return replace(made, core_index=_core_table(table, None, None))
    except InputError as fault:
        note = f"programme: nothing is chosen: {'; '.join(fault.faults)}"
        return replace(done, core_index=_core_table(table, None, None), programme_record={"note": note})
    robust = _core(result, problem)
    limits_met = chosen.totals.join(prices[["price", "price_low", "price_high"]], how="outer")
    own = [name for name in prices.index if name not in chosen.totals.index]  # those of several taken together
    reached = limits_met.reindex([*chosen.totals.index, *own]).rename_axis("constraint").reset_index()
    return replace(
        done,
        programme=_layer(result, table, chosen, robust),
        core_index=_core_table(table, chosen, robust),
        programme_constraints=schema.conform(reached, schema.PROGRAMME_CONSTRAINTS),
        programme_frontier=_frontier(problem),
        programme_record=_record(problem, chosen),
    )


def _without(result: Result) -> Result:
    """Return the result with empty tables of a programme."""
    points = result.sites.iloc[:0]
    nothing = schema.conform(pd.DataFrame(points[[points.geometry.name]]), schema.PROGRAMME)
    return replace(
        result,
        programme=gpd.GeoDataFrame(nothing, geometry=points.geometry.name, crs=points.crs),
        core_index=schema.conform(pd.DataFrame(index=points.index), schema.CORE_INDEX),
        programme_constraints=schema.conform(pd.DataFrame(), schema.PROGRAMME_CONSTRAINTS),
        programme_frontier=schema.conform(pd.DataFrame(), schema.PROGRAMME_FRONTIER),
        programme_record={},
    )


def _problem(result: Result, asked: Asked) -> _Problem:
    """Return the opportunities to choose from with cost and benefit, and what the project asks."""
    from siteprior.pipeline.programme_asked import benefit_of, budget_of, constraints_of
    from siteprior.programme.candidates import opportunity_table, paying_funds

    benefit = benefit_of(asked)
    costs = asked.cost or load_parameters("programme").texts("cost")
    table = opportunity_table(result.sites, benefit=benefit, cost=costs)
    if asked.funds:
        table["funds"] = paying_funds(table, asked.funds, result.fund_rules)
    by_year = ["cost", *asked.later_costs] if asked.later_costs else "cost"
    return _Problem(table, benefit, by_year, budget_of(asked), constraints_of(asked, result.sites))


def _core(result: Result, problem: _Problem) -> pd.DataFrame:
    """Return core index and class of each opportunity that can be chosen, over the weights and facts that are drawn.

    What is missing stays at its worst, as in the score; what is measured in doubt is drawn from its range.
    """
    from siteprior.programme.candidates import WEIGHTED_HOMES
    from siteprior.programme.core_index import core_indices
    from siteprior.ranking.smaa_facts import missing_facts
    from siteprior.ranking.weight_draws import draw_weights

    table, benefit, cost, budget, limits = problem
    seed = result.project.project.seed
    if benefit not in ("score", WEIGHTED_HOMES):  # no weight has a part in it
        only = {"benefit": 1.0}
        return core_indices(table, weights=only, draws=1, seed=seed, budget=budget, cost=cost, constraints=limits).sites
    how = drawn_how(result.project.robustness, result.weights)
    draws = load_parameters("programme").integer("core_draws")
    drawn = draw_weights(how.weights, admissible=how.admissible, spread=how.spread, draws=draws, seed=seed)
    names = list(drawn.columns)
    values = values_of(result)
    given = values.value[names].fillna(0.0)
    missing = missing_facts(values.value, names, values.known)
    size = table["homes"].astype("float64") if benefit == WEIGHTED_HOMES else pd.Series(1.0, index=table.index)

    def sized(ranged: pd.DataFrame) -> pd.DataFrame:
        kept = ranged.where(~missing, given).loc[table.index]
        return kept.mul(size, axis=0).rename(columns=lambda name: f"{_VALUE}{name}")

    known = size.notna()  # what has no size cannot be chosen, and needs no range
    return core_indices(
        table.join(sized(given)),
        weights=drawn.rename(columns=lambda name: f"{_VALUE}{name}"),
        low=sized(values.low[names]).where(known, 0.0, axis=0),
        high=sized(values.high[names]).where(known, 0.0, axis=0),
        seed=seed,
        budget=budget,
        cost=cost,
        constraints=limits,
    ).sites


def _core_table(table: pd.DataFrame, chosen: Programme | None, robust: pd.DataFrame | None) -> pd.DataFrame:
    """Return every ranked opportunity as the programme sees it."""
    kept = ["rank", "site_name", "organisation", "opportunity_id"]
    rows = table[[name for name in kept if name in table]].assign(
        programme_cost=table["cost"], programme_benefit=table["benefit"]
    )
    if chosen is not None and robust is not None:
        is_in = table.index.isin(chosen.chosen.index)
        rows["chosen"] = pd.Series(is_in, index=table.index).map({True: "yes", False: "no"})
        rows = rows.join(robust[["core_index", "core_class"]])
        rows["left_out"] = chosen.left_out["reason"].reindex(table.index)
    return schema.conform(rows, schema.CORE_INDEX)


def _layer(result: Result, table: pd.DataFrame, chosen: Programme, robust: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return what is chosen as places, in the order of the ranks."""
    at = [label for label in table.index if label in chosen.chosen.index]
    own = chosen.chosen.loc[at, ["year", "fund", "cost", "benefit"]]
    rows = (
        result.sites.loc[at]
        .drop(columns=["affordable_homes"], errors="ignore")
        .join(own.rename(columns={"cost": "programme_cost", "benefit": "programme_benefit"}))
    )
    rows = rows.join(robust[["core_index", "core_class"]]).join(table[["affordable_homes"]])
    kept = [name for name in schema.PROGRAMME.names if name in rows]
    conformed = schema.conform(pd.DataFrame(rows[[*kept, rows.geometry.name]]), schema.PROGRAMME)
    return gpd.GeoDataFrame(conformed, geometry=rows.geometry.name, crs=rows.crs)


def _frontier(problem: _Problem) -> pd.DataFrame:
    """Return what benefit is traded for: homes in the most deprived areas, all homes, and money.

    Each trade is searched on one thread, and all of them side by side: their number moves no result.
    """
    from siteprior.programme.constraints import DeprivedShare
    from siteprior.programme.frontier import pareto_frontier

    share, table = DeprivedShare(0.0), problem.table
    traded: dict[str, str | Share] = {"deprived_share": share, "homes": "homes", "cost": "cost"}

    def trade(measure: str | Share) -> pd.DataFrame | None:
        try:
            return pareto_frontier(
                table,
                measures=("benefit", measure),
                budget=problem.budget,
                cost=problem.cost,
                constraints=problem.constraints,
            )
        except InputError:
            return None

    names = [name for name in traded if name != problem.benefit]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as side_by_side:
        frontiers = list(side_by_side.map(trade, [traded[name] for name in names]))
    made = []
    for name, found in zip(names, frontiers, strict=True):
        if found is None:
            continue
        labels = found["site_ids"].str.split("; ").map(lambda ids: [each for each in ids if each])
        homes = table["homes"].fillna(0.0)
        deprived = homes.where(table["imd_decile"] <= share.most_decile, 0.0)
        sums = pd.DataFrame(
            {"homes": [homes[ids].sum() for ids in labels], "part": [deprived[ids].sum() for ids in labels]},
            index=found.index,
        )
        figures = found.assign(
            against=name, homes=sums["homes"], deprived_share=(sums["part"] / sums["homes"]).where(sums["homes"] > 0)
        )
        numbered = figures.rename_axis("point").reset_index()
        made.append(numbered[[column for column in schema.PROGRAMME_FRONTIER.names if column in numbered]])
    return schema.conform(pd.concat(made, ignore_index=True) if made else pd.DataFrame(), schema.PROGRAMME_FRONTIER)


def _record(problem: _Problem, chosen: Programme) -> dict[str, Any]:
    """Return what ``run.json`` says of a programme: its benefit, what it comes to, what could not be chosen."""
    reasons = chosen.left_out["reason"].str.split("; ").explode().value_counts()
    return {
        "benefit_of": problem.benefit,
        "opportunities": len(chosen.chosen),
        "benefit": chosen.benefit,
        "cost_gbp": chosen.cost,
        "bound": chosen.bound,
        "gap": chosen.gap,
        "left_out": len(chosen.left_out),
        "left_out_for": {str(reason): int(count) for reason, count in reasons.items()},
    }
