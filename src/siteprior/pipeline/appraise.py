"""What the evidence says of each site: homes, prices, viability, deadweight, market failure, benefits, fund rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from siteprior.core.progress import Progress
from siteprior.core.schema import COMPARABLES, PRICE_VALIDATION, SITE_VALUE_COLUMNS
from siteprior.pipeline.faults import faults_of
from siteprior.pipeline.result import Result
from siteprior.project.load import Project

if TYPE_CHECKING:
    from siteprior.appraisal.benefits.benefits import Incomes


def read_costs(result: Result, _progress: Progress) -> Result:
    """Take the costs and the scheme the appraisal rests on from the project; they were checked when it was loaded."""
    assumed = result.project.assumptions
    return replace(result, costs=assumed.costs, scheme=assumed.scheme)


def land_shares(project: Project, sites: gpd.GeoDataFrame) -> pd.DataFrame | None:
    """Return the share (0–1) of each site on layers of each class of former use; ``None`` where none is assigned."""
    stated = project.assumptions.former_use_layers
    if not stated:
        return None
    return pd.DataFrame({letter: sites[name] for letter, name in stated.items()}, index=sites.index)


def estimate_homes(result: Result, _progress: Progress) -> Result:
    """Estimate the homes each site takes, by register and by rule, and its jobs where an employment use is stated."""
    from siteprior.appraisal.benefits.jobs import jobs_capacity
    from siteprior.appraisal.capacity import default_profile, homes_capacity

    sites, assumed = result.table, result.project.assumptions
    centres = None if assumed.centres is None else sites[assumed.centres]
    with faults_of(result.project):
        homes = homes_capacity(
            sites,
            profile=assumed.capacity_profile or default_profile(),
            basis=assumed.capacity_basis,
            centres=centres,
        )
        jobs = jobs_capacity(sites, use=assumed.employment_use, share=assumed.employment_share)
    return result.with_columns("homes", homes.join(jobs))


def price_sites(result: Result, progress: Progress) -> Result:
    """Measure the sales about each site and predict what homes there would fetch; values are missing without sales."""
    from siteprior.appraisal.prices.local import local_price_ratio
    from siteprior.appraisal.prices.surface import fit_prices, site_values
    from siteprior.joins._geometry import declared_columns
    from siteprior.joins.sales import join_prices

    sites, project, market = result.table, result.project, result.market
    blank = declared_columns(sites.index, SITE_VALUE_COLUMNS, {})
    sales, day = market.sales, project.project.price_date
    if sales is None or day is None:
        return replace(
            result.with_columns("prices", blank),
            price_validation=pd.DataFrame(columns=PRICE_VALIDATION.names),
            price_note="no sales were read",
        )
    assumed, tables = project.assumptions, result.registered.tables
    counted, private = tables.get("dwellings"), tables.get("households")
    with faults_of(project):
        near = join_prices(
            sites,
            sales,
            price_date=day,
            dwellings=counted if isinstance(counted, gpd.GeoDataFrame) else None,
            households=private if isinstance(private, gpd.GeoDataFrame) else None,
            whole_years=assumed.sales_years_covered,
        )
        surface = fit_prices(sales, price_date=day, seed=project.project.seed, areas=result.areas, progress=progress)
        if "land_values" in tables:
            near["local_price_ratio"] = local_price_ratio(sites, result.areas, surface)
        mix, size = assumed.scheme.mix, assumed.scheme.assumptions["home_size_m2"]
        if mix is None or not size.known:
            values = blank
        else:
            values = site_values(sites, surface, mix=mix, home_size_m2=size.central)
    return replace(
        result.with_columns("prices", near.join(values)),
        price_validation=surface.validation,
        price_note=surface.note,
    )


def appraise_viability(result: Result, _progress: Progress) -> Result:
    """Appraise the residual value of each site, and what it can bear on published land values, or say why not."""
    from siteprior.appraisal.viability.acquisition import acquisition_cost
    from siteprior.appraisal.viability.headroom import site_headroom
    from siteprior.appraisal.viability.residual import site_viability

    sites, project = result.table, result.project
    with faults_of(project):
        columns, drivers = site_viability(
            sites,
            costs=result.costs,
            scheme=result.scheme,
            seed=project.project.seed,
            land_shares=land_shares(project, sites),
        )
        values = result.registered.tables.get("land_values")
        headroom = site_headroom(sites, land_values=values, costs=result.costs, scheme=result.scheme)
    appraised = columns.join(headroom)
    known = pd.DataFrame(sites).drop(columns=list(appraised), errors="ignore").join(appraised)
    appraised = appraised.join(acquisition_cost(known))
    return replace(result.with_columns("viability", appraised), viability_drivers=drivers)


def screen_deadweight(result: Result, _progress: Progress) -> Result:
    """Screen which sites would likely be built without public money."""
    from siteprior.appraisal.deadweight import site_deadweight

    history = result.register_history
    with faults_of(result.project):
        screened = site_deadweight(
            result.table,
            as_of=result.project.project.as_of,
            history=None if history is None else history.events,
        )
    return replace(result.with_columns("deadweight", screened.columns), deadweight_evidence=screened.evidence)


def judge_failure(result: Result, _progress: Progress) -> Result:
    """Measure the signals of market failure and judge each site by them."""
    from siteprior.appraisal.market_failure.signals import failure_signals
    from siteprior.appraisal.market_failure.verdict import failure_verdict
    from siteprior.joins.layers import layer_signals
    from siteprior.pipeline.open_evidence import loaded_keys
    from siteprior.pipeline.registered import evidence_signals

    sites = result.table
    with faults_of(result.project):
        own = layer_signals(sites, result.market.specs, shapes=result.shapes)
        layers = pd.concat([own, evidence_signals(result, sites)], ignore_index=True)
        signals = failure_signals(sites, as_of=result.project.project.as_of, neighbours=sites, layer_signals=layers)
        verdict = failure_verdict(sites, signals, loaded=loaded_keys(result.project))
    return replace(result.with_columns("market_failure", verdict), signals=signals)


def estimate_benefits(result: Result, _progress: Progress) -> Result:
    """Estimate what public money would buy; missing, with the reason, where an assumption is."""
    from siteprior.appraisal.benefits.benefits import site_benefits

    sites, assumed = result.table, result.project.assumptions
    with faults_of(result.project):
        columns = site_benefits(
            sites,
            factors=assumed.additionality,
            scheme=result.scheme,
            assumed=assumed.benefits,
            optimism_class=assumed.optimism_class,
            incomes=_incomes(result, sites),
        )
    return result.with_columns("benefits", columns)


def _incomes(result: Result, sites: gpd.GeoDataFrame) -> Incomes | None:
    """Return the incomes about each site, from the layer the project names; ``None`` where it names none."""
    from siteprior.appraisal.benefits.benefits import Incomes

    named = result.project.assumptions.incomes
    specs = {spec.name: spec for spec in (*result.market.specs, *result.registered.specs)}
    if named is None:
        return None
    return Incomes(sites[named], specs[named].title or named)


def check_fund_rules(result: Result, _progress: Progress) -> Result:
    """Check the sites against the dated rules of the funds the project names."""
    from siteprior.appraisal.capacity import default_profile
    from siteprior.appraisal.funds.fund_rules import check_rules

    project, assumed = result.project, result.project.assumptions
    with faults_of(project):
        columns, rules = check_rules(
            result.table,
            as_of=project.rules_date,
            scheme=assumed.scheme,
            funds=assumed.funds_checked,
            profile=assumed.capacity_profile or default_profile(),
        )
    return replace(result.with_columns("fund_rules", columns), fund_rules=rules)


def detail_shortlist(result: Result, _progress: Progress) -> Result:
    """Set out the appraisal of each shortlisted site line by line, and list the sales nearest to it."""
    from siteprior.appraisal.viability.residual import viability_lines
    from siteprior.joins.nearest_sales import comparables

    project, shortlist = result.project, result.shortlist
    lines = viability_lines(
        shortlist, costs=result.costs, scheme=result.scheme, land_shares=land_shares(project, shortlist)
    )
    sales, day = result.market.sales, project.project.price_date
    if sales is None or day is None:
        return replace(result, viability_lines=lines, comparables=pd.DataFrame(columns=COMPARABLES.names))
    return replace(result, viability_lines=lines, comparables=comparables(shortlist, sales, price_date=day))
