"""Would building pay? Residual land value against benchmark, the gap as a distribution, and what drives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from siteprior.appraisal.viability.inputs import ENDS, Costs, missing_costs
from siteprior.appraisal.viability.monte_carlo import multipliers, shared_draws, shortfall_bands
from siteprior.appraisal.viability.remediation import CLASSES, UNKNOWN, remediation_input, remediation_range
from siteprior.appraisal.viability.sensitivity import BY_CLASS, PENNY, VALUE, in_words, viability_drivers
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.random_streams import check_seed
from siteprior.core.short_repr import short_repr
from siteprior.core.sizes import most

NEEDS = (
    "hectares", "capacity_dwellings", "value_gbp_per_m2", "value_low_gbp_per_m2", "value_high_gbp_per_m2",
)  # fmt: skip
"""The columns of sites a viability appraisal rests on; capacity and price surface add them."""

Number: TypeAlias = float | pd.Series

_DECIMALS = 6
_TABLE = replace(schema.SITES, geometry=False, declared=(*schema.SITES.declared, *schema.SITE_VALUE_COLUMNS))


def residual_land_value(
    *,
    homes: Number,
    hectares: Number,
    value_gbp_per_m2: Number,
    remediation_gbp: Number,
    inputs: Mapping[str, float] | Mapping[str, Number],
) -> pd.DataFrame:
    """Calculate the residual land value (GBP), the benchmark and the gap between them, line by line.

    Residual = value of market and affordable homes − build − externals − contingency − fees − marketing −
    remediation − planning obligations − finance − the developer's return. Benchmark = existing use value × (1 +
    premium). Gap = benchmark − residual where positive, else zero. Finance is charged on build, externals,
    contingency, fees, remediation and obligations.

    Parameters
    ----------
    homes, hectares
        Homes and hectares of each site, a number or a Series.
    value_gbp_per_m2
        Value of market homes per m² of floor area sold.
    remediation_gbp
        Cost of remediation.
    inputs
        Every input of :data:`siteprior.appraisal.viability.inputs.COST_INPUTS` but the costs per class of remediation,
        and of ``SCHEME_INPUTS``, by name: such as ``costs.at("central") | scheme.at("central")``.

    Returns
    -------
    DataFrame
        The lines of :data:`siteprior.core.schema.VIABILITY_LINES`, unrounded. Missing in, missing out.

    Notes
    -----
    Planning practice guidance, *Viability*; MHCLG, *Green Book supplementary guidance*: residual method.

    Examples
    --------
    >>> inputs = dict(
    ...     build_gbp_per_m2=1700, externals_share=0.10, contingency_share=0.05, fees_share=0.08, marketing_share=0.03,
    ...     s106_gbp_per_home=3000, finance_rate=0.07, finance_spend_share=0.5, finance_years=2,
    ...     return_market_share=0.175, return_affordable_share=0.06, euv_gbp_per_ha=500_000, premium_share=0.2,
    ...     affordable_share=0.2, affordable_value_share=0.55, home_size_m2=72)
    >>> lines = residual_land_value(
    ...     homes=100, hectares=2.0, value_gbp_per_m2=3000, remediation_gbp=800_000, inputs=inputs)
    >>> lines[["residual_land_value_gbp", "gap_gbp"]].round(2).iloc[0].tolist()
    [-1485282.4, 2685282.4]
    """
    index = next((x.index for x in (homes, hectares, value_gbp_per_m2) if isinstance(x, pd.Series)), pd.Index([0]))
    facts = pd.DataFrame(
        {"homes": homes, "hectares": hectares, "value": value_gbp_per_m2, "remediation": remediation_gbp}, index=index
    ).astype("float64")
    area = facts["homes"] * inputs["home_size_m2"]
    lines = pd.DataFrame(index=facts.index)
    share = inputs["affordable_share"]
    lines["gdv_market_gbp"] = area * (1 - share) * facts["value"]
    lines["gdv_affordable_gbp"] = area * share * facts["value"] * inputs["affordable_value_share"]
    lines["build_gbp"] = area * inputs["build_gbp_per_m2"]
    lines["externals_gbp"] = lines["build_gbp"] * inputs["externals_share"]
    built = lines["build_gbp"] + lines["externals_gbp"]
    lines["contingency_gbp"] = built * inputs["contingency_share"]
    lines["fees_gbp"] = built * inputs["fees_share"]
    lines["marketing_gbp"] = lines["gdv_market_gbp"] * inputs["marketing_share"]
    lines["remediation_gbp"] = facts["remediation"]
    lines["s106_gbp"] = facts["homes"] * inputs["s106_gbp_per_home"]
    spend = built + lines["contingency_gbp"] + lines["fees_gbp"] + lines["remediation_gbp"] + lines["s106_gbp"]
    lines["finance_gbp"] = spend * inputs["finance_rate"] * inputs["finance_spend_share"] * inputs["finance_years"]
    lines["return_gbp"] = (
        lines["gdv_market_gbp"] * inputs["return_market_share"]
        + lines["gdv_affordable_gbp"] * inputs["return_affordable_share"]
    )
    value = lines["gdv_market_gbp"] + lines["gdv_affordable_gbp"]
    costs = spend + lines["marketing_gbp"] + lines["finance_gbp"] + lines["return_gbp"]
    lines["residual_land_value_gbp"] = value - costs
    lines["existing_use_value_gbp"] = facts["hectares"] * inputs["euv_gbp_per_ha"]
    lines["benchmark_land_value_gbp"] = lines["existing_use_value_gbp"] * (1 + inputs["premium_share"])
    lines["gap_gbp"] = (lines["benchmark_land_value_gbp"] - lines["residual_land_value_gbp"]).clip(lower=0)
    return lines


@short_repr
class Viability(NamedTuple):
    """The appraisal of each site, and how far each input moves it.

    Attributes
    ----------
    columns
        :data:`siteprior.core.schema.SITE_VIABILITY_COLUMNS` on the index of the sites.
    drivers
        :data:`siteprior.core.schema.VIABILITY_DRIVERS`, the largest swing of each site first.
    """

    columns: pd.DataFrame
    drivers: pd.DataFrame


def site_viability(
    sites: pd.DataFrame,
    *,
    costs: Costs,
    scheme: Costs,
    seed: int,
    draws: int | None = None,
    land_shares: pd.DataFrame | None = None,
    value_interval: float | None = None,
) -> Viability:
    """Appraise the viability of each site (GBP): gap per home and per hectare, its range, its chance and its drivers.

    The figures without "low", "median" or "high" are the central case and add up to the penny
    (:func:`viability_lines`). The others are percentiles over draws of every input from its stated range
    (:mod:`siteprior.appraisal.viability.monte_carlo`); homes and hectares are taken as given. A site that lacks a
    figure, or whose user stated no value for an input, has no result, and ``viability_basis`` names what is missing.

    Parameters
    ----------
    sites
        Sites with :data:`NEEDS`, and what :func:`siteprior.appraisal.viability.remediation.remediation_range` reads.
    costs, scheme
        Inputs as :func:`siteprior.appraisal.viability.inputs.load_costs` and ``load_scheme`` give them.
    seed
        Seed of the draws: the same seed gives the same figures.
    draws
        How many draws; the parameter's by default.
    land_shares
        Share of each site on layers of former uses, per class.
    value_interval
        Chance that a site's value lies between its stated low and high; by default the price surface's.

    Returns
    -------
    Viability

    Raises
    ------
    InputError
        When a column is missing, or draws, interval or shares make no sense.

    Examples
    --------
    >>> from siteprior.appraisal.viability.inputs import load_costs, load_scheme
    >>> sites = pd.DataFrame({"hectares": [2.0], "capacity_dwellings": [100], "value_gbp_per_m2": [3000.0],
    ...     "value_low_gbp_per_m2": [2700.0], "value_high_gbp_per_m2": [3300.0]}, index=pd.Index(["a"], name="site_id"))
    >>> table, drivers = site_viability(sites, costs=load_costs(), scheme=load_scheme({"home_size_m2": 72}), seed=1)
    >>> table.loc["a", "viability_basis"][:45], len(drivers)
    ('missing: build_gbp_per_m2, externals_share, c', 0)
    """
    settings = load_parameters("costs").table("draws")
    draws = settings.integer("draws") if draws is None else draws
    of_prices = load_parameters("price_surface").table("validation").number("interval")
    interval = of_prices if value_interval is None else value_interval
    check_seed(seed)
    _check(sites, draws, interval)
    table = remediation_range(sites, costs=costs, land_shares=land_shares)
    facts = site_inputs(sites, table)
    lacking = _lacking(facts, table, costs, scheme)
    known = facts[lacking == ""]
    inputs = costs.at("central") | scheme.at("central")
    lines = _lines(known, inputs)

    gdv = lines["gdv_market_gbp"] + lines["gdv_affordable_gbp"]
    homes, hectares = known["homes"], known["hectares"]
    measured = pd.DataFrame({"gdv_gbp": gdv}, index=known.index)
    classed = table["remediation_class"].reindex(known.index) != UNKNOWN
    measured["remediation_share_of_gdv"] = (lines["remediation_gbp"] / gdv).where(classed)
    for name in ("residual_land_value_gbp", "existing_use_value_gbp", "benchmark_land_value_gbp", "gap_gbp"):
        measured[name] = lines[name]
    measured["gap_rests_on_remediation"] = _rests_on_remediation(lines, inputs)
    measured["gap_gbp_per_home"] = lines["gap_gbp"] / homes
    measured["gap_gbp_per_ha"] = lines["gap_gbp"] / hectares
    surplus = lines["residual_land_value_gbp"] - lines["benchmark_land_value_gbp"]
    measured["residual_surplus_share"] = surplus / gdv

    shared = multipliers(shared_draws(costs, scheme, draws=draws, seed=seed))
    ends = settings.number("band_low"), settings.number("band_high")
    bands = shortfall_bands(known, shared, draws=draws, seed=seed, value_interval=interval, ends=ends)
    measured["gap_probability"] = bands["probability"]
    gaps = bands[["low", "median", "high"]].clip(lower=0)
    for end in ("low", "high"):
        measured[f"gap_{end}_gbp"] = gaps[end]
        measured[f"gap_{end}_gbp_per_ha"] = gaps[end] / hectares
    for end in ("low", "median", "high"):
        measured[f"gap_{end}_gbp_per_home"] = gaps[end] / homes

    drivers = viability_drivers(known, costs=costs, scheme=scheme)
    table = table.join(measured.round(dict.fromkeys([name for name in map(str, measured) if "_gbp" in name], PENNY)))
    rest = ["remediation_share_of_gdv", "residual_surplus_share", "gap_probability"]
    table[rest] = table[rest].round(_DECIMALS)
    table["viability_driver"] = in_words(drivers).reindex(sites.index)
    table["viability_basis"] = lacking.where(lacking != "", _basis(table, costs, scheme))
    kinds = {column.name: column.kind for column in schema.SITE_VIABILITY_COLUMNS}
    columns = {name: schema.as_kind(table[name], kind, sites.index) for name, kind in kinds.items()}
    return Viability(pd.DataFrame(columns), drivers)


def _rests_on_remediation(lines: pd.DataFrame, inputs: Mapping[str, float]) -> pd.Series:
    """Return yes where there is a gap, and would be none without remediation and the finance on it; else no."""
    shortfall = lines["benchmark_land_value_gbp"] - lines["residual_land_value_gbp"]
    without = shortfall - lines["remediation_gbp"] * multipliers(inputs).remediation_factor
    rests = (shortfall.round(PENNY) > 0) & (without.round(PENNY) <= 0)
    return rests.map({True: "yes", False: "no"}).astype("str")


def viability_lines(
    sites: pd.DataFrame, *, costs: Costs, scheme: Costs, land_shares: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the appraisal of each site line by line (GBP), central case: what :func:`viability` sums up.

    Parameters
    ----------
    sites, costs, scheme, land_shares
        As for :func:`viability`.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.VIABILITY_LINES` on the index of ``sites``, to the penny; all of a site's lines are
        missing where one of its figures or inputs is.

    Examples
    --------
    >>> import siteprior as sp
    >>> sites = pd.DataFrame({"hectares": [2.0], "capacity_dwellings": [100], "value_gbp_per_m2": [3000.0],
    ...                       "value_low_gbp_per_m2": [2700.0], "value_high_gbp_per_m2": [3300.0]},
    ...                      index=pd.Index(["a"], name="site_id"))
    >>> costs = sp.viability.load_costs({"build_gbp_per_m2": 1700})
    >>> table = sp.viability.lines(sites, costs=costs, scheme=sp.viability.load_scheme({"home_size_m2": 72}))
    >>> table["residual_land_value_gbp"].tolist()  # most costs are not stated
    [nan]
    """
    _check(sites, draws=1, interval=0.5)
    table = remediation_range(sites, costs=costs, land_shares=land_shares)
    facts = site_inputs(sites, table)
    known = facts[_lacking(facts, table, costs, scheme) == ""]
    lines = _lines(known, costs.at("central") | scheme.at("central")).round(PENNY)
    return lines.reindex(sites.index)


def _check(sites: pd.DataFrame, draws: int, interval: float) -> None:
    """Refuse what cannot be appraised."""
    schema.check(sites, _TABLE, name="sites", needs=NEEDS)
    faults = []
    if draws < 1:
        faults.append(f"draws: needs at least 1, not {draws}")
    elif draws > most("draws"):
        faults.append(f"draws: {draws:,} are too many; {most('draws'):,} are taken at most")
    if not 0 < interval < 1:
        faults.append(f"value_interval: needs a share between 0 and 1, not {interval}")
    if faults:
        raise InputError(*faults)


def site_inputs(sites: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return each site's own inputs as numbers; what cannot be (no homes, no value, an odd range) is missing."""
    number = {name: schema.as_kind(sites[name], "number", sites.index) for name in NEEDS}
    facts = pd.DataFrame({"homes": number["capacity_dwellings"], "hectares": number["hectares"]})
    facts["value_low"] = number["value_low_gbp_per_m2"]
    facts["value_central"] = number["value_gbp_per_m2"]
    facts["value_high"] = number["value_high_gbp_per_m2"]
    facts = facts.where((facts > 0) & np.isfinite(facts))
    facts["value_low"] = facts["value_low"].where(facts["value_low"] <= facts["value_central"])
    facts["value_high"] = facts["value_high"].where(facts["value_high"] >= facts["value_central"])
    for end in ENDS:
        facts[f"remediation_{end}"] = table[f"remediation_{end}_gbp"]
    return facts


def _lacking(facts: pd.DataFrame, table: pd.DataFrame, costs: Costs, scheme: Costs) -> pd.Series:
    """Return per site which inputs and figures are missing; blank where none is."""
    absent = missing_costs(costs, scheme)
    shared = ", ".join(name for name in absent if name not in BY_CLASS)
    lacking = pd.Series(f", {shared}" if shared else "", index=facts.index, dtype="str")
    for letter in CLASSES:
        if (name := remediation_input(letter)) in absent:
            needs = table["remediation_class"].isin([letter, UNKNOWN, *(["cleaned"] if letter == "A" else [])])
            lacking = lacking.mask(needs, lacking + f", {name}")
    named = {
        "homes": "capacity_dwellings",
        "hectares": "hectares",
        "value_central": VALUE,
        "value_low": "value_low_gbp_per_m2",
        "value_high": "value_high_gbp_per_m2",
    }
    for fact, column in named.items():
        lacking = lacking.mask(facts[fact].isna(), lacking + f", {column}")
    mixed = (lacking == "") & facts["remediation_central"].isna()  # of a layer's class, or of the rest of its site
    lacking = lacking.mask(mixed, ", " + ", ".join(sorted(BY_CLASS & set(absent))))
    return ("missing: " + lacking.str.removeprefix(", ")).where(lacking != "", "")


def _lines(known: pd.DataFrame, inputs: Mapping[str, float]) -> pd.DataFrame:
    """Return the lines of the sites of which nothing is missing."""
    return residual_land_value(
        homes=known["homes"],
        hectares=known["hectares"],
        value_gbp_per_m2=known["value_central"],
        remediation_gbp=known["remediation_central"],
        inputs=inputs,
    )


def _basis(table: pd.DataFrame, costs: Costs, scheme: Costs) -> pd.Series:
    """Return whose assumptions the figures rest on."""
    users = [
        (name, assumption.source)
        for inputs in (costs, scheme)
        for name, assumption in inputs.assumptions.items()
        if assumption.confidence == "user" and name not in BY_CLASS
    ]
    users += [(name, costs.assumptions[name].source) for name in sorted(BY_CLASS) if costs.assumptions[name].known]
    unsourced = [name for name, source in users if not source]
    if costs.illustrative or scheme.illustrative:
        words = "illustrative user assumptions"
    elif unsourced:
        words = f"user assumptions, without a source for {', '.join(unsourced)}"
    else:
        words = "user assumptions"
    unknown = "; former use unknown, so remediation spans all classes"
    basis = pd.Series(words, index=table.index, dtype="str")
    return basis.mask(table["remediation_class"] == UNKNOWN, words + unknown)
