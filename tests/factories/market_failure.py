"""A made-up run of the market, worked through by the real producers, for tests of the report's records."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd

from factories.sales import invented_sales
from factories.viability import CHECK, RANGES, SCHEME
from siteprior.appraisal.benefits.additionality import load_additionality
from siteprior.appraisal.benefits.benefits import Incomes, load_benefits, site_benefits
from siteprior.appraisal.capacity import default_profile, homes_capacity
from siteprior.appraisal.deadweight import site_deadweight
from siteprior.appraisal.funds.fund_rules import check_rules
from siteprior.appraisal.market_failure.verdict import failure_signals, failure_verdict, signal_table
from siteprior.appraisal.prices.surface import fit_prices, site_values
from siteprior.appraisal.viability.headroom import site_headroom
from siteprior.appraisal.viability.inputs import load_costs, load_scheme
from siteprior.appraisal.viability.residual import site_viability, viability_lines
from siteprior.appraisal.viability.sensitivity import TITLES
from siteprior.core import schema
from siteprior.joins.nearest_sales import comparables
from siteprior.joins.sales import join_prices
from siteprior.project.names import profile_funds
from siteprior.report.html.market import market_section
from siteprior.sources.evidence.land_values import LandValues, join_land_values, read_land_values

DAY = date(2025, 9, 1)
USES = ("foundry", "gas works", None, "school", None, "chemical works")
OWNERS = ("mixed ownership", None, "not owned by a public authority", "unknown ownership")
BENEFITS = {
    "external_benefit_gbp_per_home": 20_000, "affordable_benefit_gbp_per_home_year": 1_000,
    "affordable_benefit_years": 30, "years_to_spend": 0, "spend_years": 2, "years_to_homes": 2, "build_years": 3,
    "median_income_gbp": 30_000, "illustrative": True,
}  # fmt: skip
FACTORS = {
    "leakage": {"low": 0.05, "central": 0.1, "high": 0.2},
    "displacement": {"low": 0.1, "central": 0.25, "high": 0.5},
    "substitution": 0,
    "deadweight_likely": 0.9,
    "deadweight_possible": 0.5,
    "deadweight_none_found": 0.2,
    "deadweight_cannot_tell": 0.5,
    "illustrative": True,
}


def bare_sites(n=30, *, seed=3):
    """Return sites as a register lists them, with the walks and areas the rest reads; the last has no place."""
    rng = np.random.default_rng(seed)
    x, y = 400_000 + rng.uniform(500, 11_500, n), 290_000 + rng.uniform(500, 11_500, n)
    x[-1] = y[-1] = np.nan

    def turn(values):
        return [values[k % len(values)] for k in range(n)]

    frame = pd.DataFrame(
        {
            "reference": [f"S{k}" for k in range(n)],
            "organisation": turn(["E08000025", "E08000027", "E08000028"]),
            "site_name": turn(["Land at Mill Street", "Former Albion Works, Canal Road", "Goods Yard, Dock Lane"]),
            "register": "brownfield register",
            "hectares": rng.uniform(0.3, 9, n).round(2),
            "minimum_net_dwellings": rng.integers(8, 320, n),
            "previous_use": turn(USES),
            "ownership_status": turn(OWNERS),
            "notes": turn([None, "Site is contaminated. Canal bridge needed to open up the site.", None, None, None]),
            "planning_permission_status": turn(["permissioned", "not permissioned", None, "permissioned"]),
            "planning_permission_type": turn(["full planning permission", None, None, "outline planning permission"]),
            "planning_permission_date": pd.to_datetime(turn(["2016-05-31", None, None, "2024-06-01"])),
            "start_date": "2017-12-15", "entry_date": "2024-11-30", "coordinate_confidence": turn(["high", "medium"]),
            "easting": x, "northing": y, "walk_m": rng.uniform(200, 1500, n), "bus_walk_m": rng.uniform(50, 500, n),
            "walk_basis": "network", "lsoa_name": turn(["Birmingham 004A", "Dudley 011B", "Sandwell 003C"]),
            "district_code": turn(["E08000025", "E08000027", "E08000028"]), "imd_decile": turn([1, 2, 4, 3]),
            "corridor": turn(["Wednesbury to Brierley Hill", "Camp Hill line", None]),
            "corridor_stop": turn(["Dudley Port", "Moseley Village", None]),
            "corridor_stop_state": turn(["planned", "open", None]),
            "corridor_walk_m": np.where(np.arange(n) % 3 == 2, np.nan, rng.uniform(100, 960, n)),
            "access_band": turn(["2", "3", None]), "access_index": turn([7.2, 11.4, None]),
            "shape_basis": turn(["disc", "polygon by reference"]),
            "position_uncertainty_m": rng.uniform(30, 170, n),
        }
    )  # fmt: skip
    frame["site_id"] = frame["organisation"] + ":" + frame["reference"]
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), index=frame["site_id"]).where(~np.isnan(x), None)
    table = gpd.GeoDataFrame(frame.set_index("site_id"), geometry=points.to_numpy(), crs=schema.CRS)
    return schema.conform(table, schema.SITES)


def worked_through(n=30, *, sales=3_000, costs=None):
    """Return every table the report's market parts are made of; without costs (``{}``) no viability is known."""
    sites = bare_sites(n)
    stated = CHECK | RANGES | {"illustrative": True} if costs is None else costs
    priced, scheme = load_costs(stated), load_scheme(SCHEME | {"illustrative": True})
    sold = invented_sales(sales, seed=5)
    surface = fit_prices(sold, price_date=DAY, seed=0)
    near = replaced(sites, join_prices(sites, sold, price_date=DAY, whole_years=2))
    values = site_values(sites, surface, mix={"terraced": 0.6, "flat": 0.4}, home_size_m2=72)
    homes = homes_capacity(sites, profile=default_profile(), basis="register")
    told = pd.DataFrame(near.drop(columns=homes.columns.intersection(near.columns))).join(homes).join(values)
    appraised, drivers = site_viability(told, costs=priced, scheme=scheme, seed=1, draws=400)
    lines = viability_lines(told, costs=priced, scheme=scheme)
    told = replaced(told, appraised)
    if costs is None:
        told = replaced(told, on_land_values(told, scheme))
    screen = site_deadweight(told, as_of=DAY)
    told = replaced(told, screen.columns)
    signals = failure_signals(told, as_of=DAY, neighbours=told)
    told = replaced(told, failure_verdict(told, signals))
    incomes = Incomes(pd.Series(np.linspace(18_000, 42_000, n), index=told.index), "MSOA mean net income, 2020")
    told = replaced(told, site_benefits(
        told, factors=load_additionality(FACTORS), scheme=scheme, assumed=load_benefits(BENEFITS), incomes=incomes,
    ))  # fmt: skip
    checked, rules = check_rules(
        told, as_of=date(2026, 11, 22), scheme={"affordable_share": 0.2}, funds=profile_funds("wmca")
    )
    told = replaced(told, checked)
    score = pd.Series(np.linspace(0.9, 0.3, n).round(3), index=told.index)
    rank = pd.Series(range(1, n + 1), index=told.index, dtype="Int64").where(np.arange(n) < n - 4)
    told = told.assign(score=score, coverage=0.85, rank=rank, rank_p05=(rank - 1).clip(lower=1), rank_p95=rank + 4)
    shortlist = told.head(min(25, n - 4))
    return SimpleNamespace(
        sites=told, shortlist=shortlist, signals=signals, titles=signal_table(), validation=surface.validation,
        drivers=drivers, lines=lines, evidence=screen.evidence, rules=rules, input_titles=TITLES,
        comparables=comparables(near.loc[shortlist.index], sold, price_date=DAY),
    )  # fmt: skip


def on_land_values(sites, scheme):
    """Return headroom on the land values of 2017 that ship, every site as dear as half of its council."""
    areas = pd.DataFrame({"district_code": ["E08000025", "E08000027", "E08000028"]})
    values = read_land_values([], [], (LandValues(edition=2017),), areas).table
    known = replaced(sites, join_land_values(sites, values)).assign(local_price_ratio=1.0)
    return known[["land_value_council", "land_value_edition"]].join(
        site_headroom(known, land_values=values, scheme=scheme)
    )


def with_sources(run):
    """Return the run as it were, had the user stated a source for every cost: its signals measured again."""
    told = run.sites.assign(viability_basis=run.sites["viability_basis"].str.replace("illustrative ", ""))
    return SimpleNamespace(**{**vars(run), "sites": told, "shortlist": told.loc[run.shortlist.index],
                              "signals": failure_signals(told, as_of=DAY, neighbours=told)})  # fmt: skip


def replaced(table, columns):
    """Return the table with these columns in place of its own of the same names."""
    return table.drop(columns=columns.columns.intersection(table.columns)).join(columns)


def market_of(run, **changed):
    """Return the section on the market of a run, with some of its tables changed."""
    given = {
        name: getattr(run, name) for name in ("signals", "titles", "validation", "drivers", "input_titles", "rules")
    }
    sites, shortlist = changed.pop("sites", run.sites), changed.pop("shortlist", run.shortlist)
    return market_section(sites, shortlist, **(given | changed))
