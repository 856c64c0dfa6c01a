"""What the evidence says of each site, worked through in order: homes, prices, viability, failure, benefits, rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from siteprior.core.errors import ProjectError, SitePriorError, unknown
from siteprior.core.schema import PRICE_VALIDATION, SITE_VALUE_COLUMNS, as_kind
from siteprior.pipeline.read import Inputs
from siteprior.pipeline.read_market import Market
from siteprior.project.load import Project


@dataclass(frozen=True)
class Appraisal:
    """The sites with what was appraised of them, and the long tables behind it.

    Attributes
    ----------
    sites
        The sites with homes, jobs, prices, viability, deadweight, market failure, benefits and rules.
    signals, deadweight, drivers, rules
        One row per site and signal, finding, input of the viability appraisal, and rule of a fund.
    prices
        How the price surface was tried out, and how far off it was; empty without sales. ``price_note`` says why
        there is none.
    """

    sites: Any
    signals: pd.DataFrame
    deadweight: pd.DataFrame
    drivers: pd.DataFrame
    rules: pd.DataFrame
    prices: pd.DataFrame
    price_note: str = ""


def appraise(project: Project, inputs: Inputs, sites: Any) -> Appraisal:
    """Appraise the sites: each step reads what those before it found, and leaves missing what it cannot tell.

    Parameters
    ----------
    project
        The project: its profile, its assumptions, its dates.
    inputs
        What was read, for histories, sales and layers.
    sites
        The sites, joined.

    Raises
    ------
    ProjectError
        When an assumption is not one siteprior knows, or is outside its range.
    """
    try:
        return _appraise(project, inputs, sites)
    except SitePriorError as fault:
        told = [text if text.startswith(str(project.file)) else f"{project.file}: {text}" for text in fault.faults]
        raise ProjectError(*told) from None


def _appraise(project: Project, inputs: Inputs, sites: Any) -> Appraisal:
    """Appraise the sites in the order of the evidence."""
    from siteprior.appraisal.deadweight import deadweight
    from siteprior.appraisal.market_failure.signals import failure_signals
    from siteprior.appraisal.market_failure.verdict import failure_verdict
    from siteprior.joins.layers import join_layers, layer_signals

    market, head = inputs.market, project.project
    shapes = inputs.shapes.reindex(sites.index)
    sites = join_layers(sites, market.layers, market.specs, shapes=shapes)
    sites = sites.join(homes_and_jobs(project, sites))
    sites, prices, price_note = _prices(project, inputs, sites)
    sites, drivers = _viability(project, sites)
    screened = deadweight(sites, as_of=head.as_of, history=None if inputs.history is None else inputs.history.events)
    sites = sites.join(screened.columns)
    signals = failure_signals(
        sites,
        as_of=head.as_of,
        neighbours=sites,
        layer_signals=layer_signals(sites, market.specs, shapes=shapes),
    )
    sites = sites.join(failure_verdict(sites, signals))
    sites = sites.join(_benefits(project, market, sites))
    sites, rules = _rules(project, sites)
    return Appraisal(sites, signals, screened.evidence, drivers, rules, prices, price_note)


def homes_and_jobs(project: Project, sites: Any) -> pd.DataFrame:
    """Tell the homes each site holds, by register and by rule, and its jobs where the project says what is built."""
    from siteprior.appraisal.benefits.jobs import jobs_capacity
    from siteprior.appraisal.capacity import capacity, default_profile

    assumed = project.assumptions
    centres = None if assumed.centres is None else sites[assumed.centres]
    homes = capacity(
        sites,
        profile=assumed.capacity_profile or default_profile(),
        basis=assumed.capacity_basis,
        centres=centres,
    )
    return homes.join(jobs_capacity(sites, use=assumed.employment_use, share=assumed.employment_share))


def _prices(project: Project, inputs: Inputs, sites: Any) -> tuple[Any, pd.DataFrame, str]:
    """Add the evidence of sales about each site, and what homes there would fetch; nothing without sales."""
    from siteprior.appraisal.prices.surface import fit_prices, site_values
    from siteprior.joins.sales import join_prices

    sales, day = inputs.market.sales, project.project.price_date
    if sales is None or day is None:
        return sites, pd.DataFrame(columns=PRICE_VALIDATION.names), "no sales were read"
    assumed = project.assumptions
    sites = join_prices(
        sites, sales, price_date=day, dwellings=inputs.market.dwellings, years_held=assumed.sales_years_held
    )
    surface = fit_prices(sales, price_date=day, seed=project.project.seed, areas=inputs.areas)
    mix, size = assumed.scheme.get("mix"), _central(assumed.scheme.get("home_size_m2"))
    if mix is None or size is None:
        return sites, surface.validation, surface.note
    return sites.join(site_values(sites, surface, mix=mix, home_size_m2=size)), surface.validation, surface.note


def _central(stated: Any) -> Any:
    """Return the central value of an assumption, stated as a number or as a range."""
    return stated.get("central") if isinstance(stated, dict) else stated


def _viability(project: Project, sites: Any) -> tuple[Any, pd.DataFrame]:
    """Add the viability appraisal; missing, with the reason, where an input is."""
    from siteprior.appraisal.viability.residual import viability

    for column in SITE_VALUE_COLUMNS:
        if column.name not in sites.columns:
            sites[column.name] = as_kind(None, column.kind, sites.index)
    costs, scheme = project_costs(project)
    columns, drivers = viability(
        sites, costs=costs, scheme=scheme, seed=project.project.seed, land_shares=land_shares(project, sites)
    )
    return sites.join(columns), drivers


def project_costs(project: Project) -> tuple[Any, Any]:
    """Return the inputs of the viability appraisal: the project's own, else a sourced preset's."""
    from siteprior.appraisal.viability.inputs import load_costs, load_scheme

    return load_costs(project.assumptions.costs), load_scheme(
        project.assumptions.scheme, others=scheme_names("viability")
    )


def scheme_names(reader: str) -> list[str]:
    """Return the keys of ``[assumptions.scheme]`` that others than ``reader`` read."""
    from siteprior.appraisal.funds.fund_rules import SCHEME_FACTS
    from siteprior.appraisal.viability.inputs import SCHEME_INPUTS

    known = {"viability": set(SCHEME_INPUTS), "rules": {*SCHEME_FACTS, "affordable_share"}}
    every = {"mix", "illustrative", *SCHEME_INPUTS, *SCHEME_FACTS}
    return sorted(every - known[reader])


def land_shares(project: Project, sites: Any) -> pd.DataFrame | None:
    """Return the share (0–1) of each site on layers of each class of former use; ``None`` where none is assigned."""
    stated = project.assumptions.former_use_layers
    if not stated:
        return None
    wrong = sorted(set(stated.values()) - {layer.name for layer in project.layers})
    if wrong:
        known = ", ".join(layer.name for layer in project.layers) or "none"
        raise ProjectError(
            f"{project.file}: assumptions.former_use_layers: no layer is called {wrong[0]}; Valid: {known}"
        )
    return pd.DataFrame({letter: sites[name] for letter, name in stated.items()}, index=sites.index)


def _benefits(project: Project, market: Market, sites: Any) -> pd.DataFrame:
    """Tell what public money would buy; missing, with the reason, where an assumption is."""
    from siteprior.appraisal.benefits.additionality import load_additionality
    from siteprior.appraisal.benefits.benefits import Incomes, load_benefits, site_benefits

    assumed = project.assumptions
    incomes = None
    if assumed.incomes is not None:
        if assumed.incomes not in {spec.name for spec in market.specs}:
            named = [spec.name for spec in market.specs]
            raise ProjectError(unknown("layer", assumed.incomes, named, where=f"{project.file}: assumptions.incomes"))
        spec = next(spec for spec in market.specs if spec.name == assumed.incomes)
        incomes = Incomes(sites[spec.name], spec.title or spec.name)
    return site_benefits(
        sites,
        factors=load_additionality(assumed.additionality),
        scheme=project_costs(project)[1],
        assumed=load_benefits(assumed.benefits),
        optimism_class=assumed.optimism_class,
        incomes=incomes,
    )


def _rules(project: Project, sites: Any) -> tuple[Any, pd.DataFrame]:
    """Check the sites against the dated rules of the funds."""
    from siteprior.appraisal.capacity import default_profile
    from siteprior.appraisal.funds.fund_rules import check_rules

    assumed = project.assumptions
    columns, results = check_rules(
        sites,
        as_of=project.rules_date,
        scheme=assumed.scheme,
        funds=assumed.funds,
        profile=assumed.capacity_profile or default_profile(),
        others=scheme_names("rules"),
    )
    return sites.join(columns), results
