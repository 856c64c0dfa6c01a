"""What public money would buy on each site: benefits, public cost, and their ratio with and without welfare weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from siteprior.appraisal.benefits.additionality import OTHER_END, deadweight_share, site_additionality
from siteprior.appraisal.benefits.green_book import (
    annuity_factor,
    guidance_edition,
    optimism_bias,
    spread_factor,
    welfare_weight,
)
from siteprior.appraisal.viability.inputs import missing_costs
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.project.inputs import ENDS, Costs, declared_inputs, load_inputs
from siteprior.project.kinds import Stated

_TABLE = schema.SITES.without_places()
_PENNY = 2
_DECIMALS = 6

NEEDS = (
    "residual_land_value_gbp", "existing_use_value_gbp", "benchmark_land_value_gbp",
    "gap_gbp", "gap_low_gbp", "gap_high_gbp",
)  # fmt: skip
"""The columns of sites a benefit-cost ratio rests on, beside the homes; the module
``appraisal.viability.residual`` adds them."""

BENEFIT_INPUTS = declared_inputs("benefits")
"""The inputs of ``[assumptions.benefits]`` by name."""

OPTIONAL = ("optimism_mitigated_share", "median_income_gbp")
"""Inputs without which there is a ratio all the same: of the full optimism bias, and without a weighted one beside."""


@dataclass(frozen=True)
class Incomes:
    """Incomes of the people who live near each site, and which income it is.

    Attributes
    ----------
    gbp_per_year
        Income per site, on the index of the sites; missing where not known.
    measure
        In words, as every output prints it: such as ``"MSOA mean net household income after housing costs, 2020"``.
    """

    gbp_per_year: pd.Series
    measure: str


def load_benefits(user: Mapping[str, Stated] | None = None, *, others: tuple[str, ...] = ()) -> Costs:
    """Collect the inputs of ``[assumptions.benefits]``: all the user's, for none has a source.

    Parameters
    ----------
    user
        Input name to a number, or to ``{low, central, high, unit, source, date}``; years are whole numbers without a
        range. ``illustrative = true`` marks them all as made up.
    others
        Names in the same table that are read elsewhere; they are passed over.

    Raises
    ------
    InputError
        Naming every unknown input, value outside its range, range out of order, and broken year.

    Examples
    --------
    >>> load_benefits({"build_years": 4}).at("central")["build_years"]
    4.0
    """
    own = {name: entry for name, entry in (user or {}).items() if name not in others}
    return load_inputs(own, "benefits")


def site_benefits(
    sites: pd.DataFrame,
    *,
    factors: Costs,
    scheme: Costs,
    assumed: Costs,
    optimism_class: str | None = None,
    incomes: Incomes | None = None,
) -> pd.DataFrame:
    """Appraise what public money would buy on each site (homes, jobs, GBP) and its benefit-cost ratio.

    Benefits, in present values: land value uplift with the gap paid, net of deadweight and displacement; the external
    benefit of the additional homes; the benefit of the additional affordable homes. Cost: the viability gap with
    optimism bias. Jobs stand beside the ratio, never in it. With welfare weights, what reaches residents is weighted;
    the uplift, which reaches landowners, is not. What was not stated leaves missing what rests on it.

    Parameters
    ----------
    sites
        Sites with :data:`NEEDS` and what :func:`siteprior.appraisal.benefits.additionality.site_additionality` reads.
    factors, scheme, assumed
        Inputs as ``load_additionality``, ``load_scheme`` and :func:`load_benefits` give them.
    optimism_class
        Class of works the public cost is of; the parameter's by default.
    incomes
        Who benefits, by income; without it there is no weighted ratio. Never a score or rank of deprivation.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SITE_BENEFIT_COLUMNS` on the index of ``sites``. The low ratio takes the low
        benefits over the high cost. There is none where the gap is zero: no public cost, no ratio.

    Raises
    ------
    InputError
        When a column is missing, the class is not known, or the incomes are on other sites, unnamed, or deprivation.

    Notes
    -----
    Land value uplift: value in the new use less value in the existing use (Green Book A2.30-35). Net of deadweight
    and displacement: MHCLG Appraisal Guide. Optimism bias: Mott MacDonald 2002.

    Examples
    --------
    >>> from siteprior.appraisal.benefits.additionality import load_additionality
    >>> from siteprior.appraisal.viability.inputs import load_scheme
    >>> sites = pd.DataFrame(
    ...     {"capacity_low_dwellings": [100], "capacity_dwellings": [100], "capacity_high_dwellings": [100],
    ...      "residual_land_value_gbp": [-500_000.0], "existing_use_value_gbp": [1_000_000.0],
    ...      "benchmark_land_value_gbp": [1_200_000.0], "gap_gbp": [1_700_000.0], "gap_low_gbp": [0.0],
    ...      "gap_high_gbp": [2_500_000.0]}, index=pd.Index(["a"], name="site_id"))
    >>> factors = load_additionality({"leakage": 0, "displacement": 0, "substitution": 0, "deadweight": 0})
    >>> assumed = load_benefits({"external_benefit_gbp_per_home": 30_000, "affordable_benefit_gbp_per_home_year": 0,
    ...     "affordable_benefit_years": 30, "years_to_spend": 0, "spend_years": 1, "years_to_homes": 0,
    ...     "build_years": 1})
    >>> done = site_benefits(sites, factors=factors, scheme=load_scheme({"affordable_share": 0.2}), assumed=assumed)
    >>> done.loc["a", ["land_value_uplift_gbp", "benefits_pv_gbp", "public_cost_pv_gbp", "bcr"]].tolist()
    [-1500000.0, 3200000.0, 2448000.0, 1.30719]
    """
    schema.check(sites, _TABLE, name="sites", needs=NEEDS)
    kind = optimism_class or load_parameters("benefits").table("optimism_class").text("remediation")
    table = site_additionality(sites, factors=factors, scheme=scheme)
    table = table.join(_uplift_and_cost(sites, factors, assumed, kind))
    weight = _weight(sites, assumed, incomes)
    values = _present_values(table, assumed)
    table["benefits_pv_gbp"] = values["land"] + values["residents"]
    table["public_cost_pv_gbp"] = values["cost"]
    for end in ENDS:
        land, residents = values[f"land{_suffix(end)}"], values[f"residents{_suffix(end)}"]
        table[f"bcr{_suffix(end)}"] = _ratio(land + residents, values, end)
        table[f"bcr_weighted{_suffix(end)}"] = _ratio(land + residents * weight["central"], values, end)
        turned = values["land"] + values["residents"] * weight[end]
        table[f"bcr_weighted_elasticity{_suffix(end)}"] = _ratio(turned, values, "central")
    table["welfare_weight"] = weight["central"]
    per_home = table["additional_homes"].where(table["additional_homes"] > 0)
    table["public_cost_gbp_per_additional_home"] = table["public_cost_gbp"] / per_home
    table["benefits_basis"] = _basis(table, factors, scheme, assumed, incomes, kind)
    table["guidance_edition"] = guidance_edition()
    names = list(map(str, table))
    pence = [name for name in names if "_gbp" in name]
    ratios = [name for name in names if name.startswith("bcr") or name in ("welfare_weight", "optimism_bias")]
    table = table.round(dict.fromkeys(pence, _PENNY) | dict.fromkeys(ratios, _DECIMALS))
    kinds = {column.name: column.kind for column in schema.SITE_BENEFIT_COLUMNS}
    return pd.DataFrame({name: schema.as_kind(table[name], of, sites.index) for name, of in kinds.items()})


def _suffix(end: str) -> str:
    """Return how a column of this end is called."""
    return "" if end == "central" else f"_{end}"


def _uplift_and_cost(sites: pd.DataFrame, factors: Costs, assumed: Costs, kind: str) -> pd.DataFrame:
    """Return the land value uplift, plain and net, and the public cost (GBP), not yet discounted.

    Plain is before public money. Net counts the gap as paid: the landowner then has the benchmark, or the residual
    where that is higher. Else the same costs would stand above and below the line.
    """
    money = {name: schema.as_kind(sites[name], "number", sites.index) for name in NEEDS}
    residual, benchmark = money["residual_land_value_gbp"], money["benchmark_land_value_gbp"]
    existing = money["existing_use_value_gbp"]
    paid = residual.where((residual >= benchmark) | residual.isna() | benchmark.isna(), benchmark)
    dead = deadweight_share(sites, factors=factors)
    table = pd.DataFrame({"land_value_uplift_gbp": residual - existing})
    for end in ENDS:
        other = OTHER_END[end]
        kept = (1 - dead[other]) * (1 - factors.at(other)["displacement"])
        table[f"net_land_value_uplift{_suffix(end)}_gbp"] = (paid - existing).where(benchmark.notna()) * kept
        mitigated = assumed.at(other)["optimism_mitigated_share"]
        bias = optimism_bias(kind, mitigated=0.0 if math.isnan(mitigated) else mitigated)
        gap = money[f"gap{_suffix(end)}_gbp"]
        if end != "central":  # percentiles of draws; the central case need not lie between them
            ends = pd.concat([gap, money["gap_gbp"]], axis=1)
            gap = ends.min(axis=1, skipna=False) if end == "low" else ends.max(axis=1, skipna=False)
        table[f"public_cost{_suffix(end)}_gbp"] = gap * (1 + bias)
        if end == "central":
            table["optimism_bias"] = pd.Series(bias, index=sites.index).where(gap.notna())
    return table


def _ratio(benefit: pd.Series, values: pd.DataFrame, end: str) -> pd.Series:
    """Return benefit over cost at one end: a gain over the cost's other end, a loss over the same; else missing."""
    other, same = values[f"cost{_suffix(OTHER_END[end])}"], values[f"cost{_suffix(end)}"]
    cost = other.where(benefit >= 0, same)
    return benefit / cost.where(cost > 0)


def _needed(assumed: Costs) -> list[str]:
    """Return the inputs without which there is no ratio and that nobody stated."""
    none_counted = assumed.at("high")["affordable_benefit_gbp_per_home_year"] == 0
    passed = (*OPTIONAL, "affordable_benefit_years") if none_counted else OPTIONAL
    return [name for name in missing_costs(assumed) if name not in passed]


def _present_values(table: pd.DataFrame, assumed: Costs) -> pd.DataFrame:
    """Return the benefits to landowners and to residents, and the public cost (GBP), in present values, by end."""
    values = pd.DataFrame(index=table.index)
    central = assumed.at("central")
    known = not _needed(assumed)
    spent = spread_factor(int(central["years_to_spend"]), int(central["spend_years"])) if known else math.nan
    first, years = (int(central["years_to_homes"]), int(central["build_years"])) if known else (0, 1)
    built = spread_factor(first, years) if known else math.nan
    lasting = central["affordable_benefit_years"]
    lived = annuity_factor(first, years, lasting=0 if math.isnan(lasting) else int(lasting)) if known else math.nan
    homes = table[["additional_homes_low", "additional_homes_high"]]
    for end in ENDS:
        inputs, suffix = assumed.at(end), _suffix(end)
        external = homes * inputs["external_benefit_gbp_per_home"]  # may be a loss, and then grows with the homes
        at_end = {"low": external.min(axis=1, skipna=False), "high": external.max(axis=1, skipna=False)}
        once = at_end.get(end, table["additional_homes"] * inputs["external_benefit_gbp_per_home"])
        yearly = table[f"additional_affordable_homes{suffix}"] * inputs["affordable_benefit_gbp_per_home_year"]
        values[f"land{suffix}"] = table[f"net_land_value_uplift{suffix}_gbp"] * built
        values[f"residents{suffix}"] = once * built + yearly * lived
        values[f"cost{suffix}"] = table[f"public_cost{suffix}_gbp"] * spent
    return values


def _weight(sites: pd.DataFrame, assumed: Costs, incomes: Incomes | None) -> pd.DataFrame:
    """Return the welfare weight of each site at the central, low and high elasticity; missing without incomes."""
    settings = load_parameters("benefits").table("welfare")
    power = {end: settings.number(f"elasticity{_suffix(end)}") for end in ENDS}
    median = assumed.at("central")["median_income_gbp"]
    if incomes is None:
        return pd.DataFrame(math.nan, index=sites.index, columns=list(ENDS))
    faults = []
    if not incomes.measure.strip():
        faults.append("incomes: needs its measure in words, such as 'MSOA median household income after housing, 2020'")
    if not incomes.gbp_per_year.index.equals(sites.index):
        faults.append("incomes: is not on the index of sites; use reindex(sites.index)")
    named = {column.name for column in (*schema.DEPRIVATION_COLUMNS, schema.IMD_PERCENTILE)}
    if incomes.gbp_per_year.name in named:
        faults.append(
            f"incomes: '{incomes.gbp_per_year.name}' is a measure of deprivation, not an income; give GBP a year"
        )
    if faults:
        raise InputError(*faults)
    values = schema.as_kind(incomes.gbp_per_year, "number", sites.index)
    if math.isnan(median):
        return pd.DataFrame(math.nan, index=sites.index, columns=list(ENDS))
    return pd.DataFrame({end: welfare_weight(values, median=median, elasticity=power[end]) for end in ENDS})


def _basis(
    table: pd.DataFrame, factors: Costs, scheme: Costs, assumed: Costs, incomes: Incomes | None, kind: str
) -> pd.Series:
    """Return what each site's ratio lacks, or whose assumptions it rests on, and the income the weighted one takes."""
    no_ratio = pd.Series(", ".join(_needed(assumed)), index=table.index, dtype="str")
    tests = {
        "additional homes": table["additional_homes"].isna(),
        "affordable_share": pd.Series(not scheme.assumptions["affordable_share"].known, index=table.index),
        "the viability gap": table["public_cost_gbp"].isna() | table["land_value_uplift_gbp"].isna(),
    }
    for what, lacks in tests.items():
        no_ratio = no_ratio.mask(lacks, no_ratio + ", " + what)
    no_ratio = "; no benefit-cost ratio, missing: " + no_ratio.str.removeprefix(", ")
    free = table["public_cost_gbp"] == 0
    open_end = table["bcr"].notna() & table["bcr_high"].isna()
    made = any(inputs.illustrative for inputs in (factors, scheme, assumed))
    words = f"{'illustrative ' if made else ''}user assumptions; optimism bias of {kind}"
    words += f"; welfare weights on {incomes.measure}" if incomes else "; no incomes given, so no welfare weights"
    basis = pd.Series(words, index=table.index, dtype="str")
    basis = basis.mask(open_end, basis + "; no upper end: at its lowest the gap is zero")
    basis = basis.mask(table["bcr"].isna(), table["additionality_basis"] + no_ratio)
    return basis.mask(free, table["additionality_basis"] + "; no benefit-cost ratio: no gap, so no public cost")
