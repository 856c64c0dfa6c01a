"""What drives the gap of a site: how far the stated range of each input moves it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from siteprior.appraisal.viability.inputs import COST_INPUTS, SCHEME_INPUTS, Costs
from siteprior.appraisal.viability.monte_carlo import multipliers
from siteprior.appraisal.viability.remediation import CLASSES, remediation_input
from siteprior.core import schema

VALUE, GROUND = "value_gbp_per_m2", "remediation_gbp"
"""The two inputs of a site's own, as the table of drivers names them."""

BY_CLASS = frozenset(map(remediation_input, CLASSES))
"""The inputs that reach a site only through its own class of former use."""

TITLES = {
    **{name: declared.title for name, declared in {**COST_INPUTS, **SCHEME_INPUTS}.items()},
    VALUE: "Value of homes",
    GROUND: "Remediation",
}
_DRIVERS = replace(schema.VIABILITY_DRIVERS, index="")
PENNY = 2
"""Decimals of money."""


def viability_drivers(known: pd.DataFrame, *, costs: Costs, scheme: Costs) -> pd.DataFrame:
    """Return how far each input's stated range moves a site's shortfall (GBP per home), the others central.

    Parameters
    ----------
    known
        ``homes``, ``hectares``, ``value_low``, ``value_central``, ``value_high``, ``remediation_low``,
        ``remediation_central``, ``remediation_high`` of each site; nothing missing; index ``site_id``.
    costs, scheme
        Inputs; those without a range have no row.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.VIABILITY_DRIVERS`, the largest swing of each site first, sites in their order.
    """
    central = costs.at("central") | scheme.at("central")
    ranged = [name for table in (costs, scheme) for name in table.ranged if name not in BY_CLASS]
    swings = {}
    for name in (VALUE, GROUND, *ranged):
        ends = []
        for end in ("low", "high"):
            moved = {} if name in (VALUE, GROUND) else {name: (costs.at(end) | scheme.at(end))[name]}
            value = known[f"value_{end if name == VALUE else 'central'}"]
            remediation_gbp = known[f"remediation_{end if name == GROUND else 'central'}"]
            shared = multipliers(central | moved)
            per_home = shared.cost_gbp_per_home - value * shared.value_m2_per_home
            on_land = known["hectares"] * shared.land_gbp_per_ha + remediation_gbp * shared.remediation_factor
            ends.append((per_home + on_land / known["homes"]).round(PENNY).to_numpy())
        swings[name] = ends
    inputs, size = np.array(list(swings)), len(known)
    low, high = (np.array([ends[n] for ends in swings.values()]).reshape(len(inputs), size).T for n in (0, 1))
    swing = np.abs(high - low).round(PENNY)
    order = np.argsort(-swing, axis=1, kind="stable")
    kept = np.take_along_axis(swing, order, axis=1).ravel() > 0
    site = np.repeat(known.index.to_numpy(), len(inputs))[kept]
    table = pd.DataFrame({"site_id": site, "input": inputs[order].ravel()[kept]})
    for column, values in zip(("at_low", "at_high"), (low, high), strict=True):
        table[f"shortfall_{column}_gbp_per_home"] = np.take_along_axis(values, order, axis=1).ravel()[kept]
    table["swing_gbp_per_home"] = np.take_along_axis(swing, order, axis=1).ravel()[kept]
    table["place"] = np.tile(np.arange(1, len(inputs) + 1), size)[kept]
    table.index = pd.Index(table["site_id"].astype("str") + "|" + table["input"].astype("str"), dtype="str")
    return pd.DataFrame(schema.conform(table, schema.VIABILITY_DRIVERS))


def in_words(drivers: pd.DataFrame) -> pd.Series:
    """Return per site which input swings the gap most, in words."""
    first = drivers[drivers["place"] == 1]
    words = [
        f"{TITLES[name]}: £{swing:,.0f} per home from its low to its high"
        for name, swing in zip(first["input"], first["swing_gbp_per_home"], strict=True)
    ]
    return pd.Series(words, index=first["site_id"].to_numpy(), dtype="str")


def driver_summary(drivers: pd.DataFrame) -> pd.DataFrame:
    """Return which inputs drive the gap over all sites (GBP per home), the largest median swing first.

    Parameters
    ----------
    drivers
        :data:`siteprior.core.schema.VIABILITY_DRIVERS`, as :func:`viability` gives them.

    Returns
    -------
    DataFrame
        Index ``input``; ``title``, ``sites``, ``median_swing_gbp_per_home``, ``first_share`` (0–1: share of the sites
        on which it swings the gap most).

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> sp.viability.driver_summary(run["viability_drivers"]).index[:2].tolist()
    ['value_gbp_per_m2', 'build_gbp_per_m2']
    """
    schema.check(drivers, _DRIVERS, name="drivers", needs=("input", "swing_gbp_per_home", "place"))
    by_input = drivers.groupby("input", sort=True)
    table = pd.DataFrame(
        {
            "title": pd.Series(TITLES),
            "sites": by_input.size(),
            "median_swing_gbp_per_home": by_input["swing_gbp_per_home"].median(),
            "first_share": by_input["place"].agg(lambda places: (places == 1).mean()),
        }
    ).dropna()
    table = table.rename_axis("input").astype({"sites": "int64"})
    return table.sort_values(["median_swing_gbp_per_home", "sites"], ascending=False, kind="stable")
