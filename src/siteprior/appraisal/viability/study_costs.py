"""Would houses pay at second-hand building costs of outer London? Words of counter-evidence, never a number."""

from __future__ import annotations

import pandas as pd

from siteprior.core.parameters import load_parameters

WORDS = (
    "viable at outer-London house-building costs (second-hand figures of studies of 2024), before clean-up and "
    "contributions"
)
"""What is stated of a site where houses would pay at those costs."""


def viable_at_study_costs(
    *, density: pd.Series, value_gbp_per_m2: pd.Series, home_size_m2: float, benchmark_gbp_per_ha: pd.Series
) -> pd.Series:
    """Return whether homes pay at the studies' costs (yes, no, missing): what is left per hectare covers the benchmark.

    Per m²: value less marketing and profit, less build, externals and fees with finance, at the dearer end of the
    studies' figures. No clean-up, contributions or affordable homes.

    Parameters
    ----------
    density
        Homes per net developable hectare; above the parameter ``most_homes_per_ha`` there is no answer, for such homes
        are not houses.
    value_gbp_per_m2
        What homes would fetch.
    home_size_m2
        Floor area of a home; not a number where it is not stated.
    benchmark_gbp_per_ha
        Existing use value and premium.

    Examples
    --------
    >>> facts = {"density": pd.Series([40.0, 40.0, 90.0]), "value_gbp_per_m2": pd.Series([4200.0, 2500.0, 4200.0])}
    >>> viable_at_study_costs(**facts, home_size_m2=80, benchmark_gbp_per_ha=pd.Series([1.2e6] * 3)).tolist()
    ['yes', 'no', nan]
    """
    costs = load_parameters("land_values").table("study_costs")
    build, rate = max(costs.numbers("build")), max(costs.numbers("finance_rate"))
    financed = 1 + rate * costs.number("finance_years") * costs.number("finance_spend_share")
    spent = build * (1 + costs.number("externals")) * (1 + costs.number("fees")) * financed
    kept = value_gbp_per_m2 * (1 - costs.number("marketing") - costs.number("profit"))
    left = (kept - spent) * home_size_m2 * density
    known = left.notna() & benchmark_gbp_per_ha.notna() & (density <= costs.number("most_homes_per_ha"))
    answer = (left >= benchmark_gbp_per_ha).map({True: "yes", False: "no"}).astype("str")
    return answer.where(known)
