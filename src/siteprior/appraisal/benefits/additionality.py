"""What public money adds: gross homes and jobs less leakage, displacement, substitution and deadweight.

None of these shares has a source that could be read, so the user states them in ``[assumptions.additionality]``. What
was not stated leaves the additional figures missing; the gross ones stand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeVar

import pandas as pd

from siteprior.core import schema
from siteprior.core.parameters import load_parameters
from siteprior.core.random_streams import Floats
from siteprior.project.inputs import ENDS, Costs, declared_inputs, load_inputs
from siteprior.project.kinds import Stated

_TABLE = schema.SITES.without_places()

Amount = TypeVar("Amount", float, Floats, pd.Series)

OTHER_END = {"low": "high", "central": "central", "high": "low"}
"""The end of what is taken away that goes with an end of what remains."""

SHARES = ("leakage", "displacement", "substitution")
VERDICTS = {verdict: f"deadweight_{verdict.replace(' ', '_')}" for verdict in schema.DEADWEIGHT_VERDICTS}
"""The input that holds for each verdict of the deadweight screen."""

ADDITIONALITY_INPUTS = declared_inputs("additionality")
"""The inputs of ``[assumptions.additionality]`` by name."""


def additional_impact(
    gross: Amount,
    *,
    leakage: Amount | float,
    displacement: Amount | float,
    substitution: Amount | float,
    multiplier: Amount | float = 1.0,
    reference: Amount | float = 0.0,
    reference_factors: Mapping[str, Amount | float] | None = None,
) -> Amount:
    """Return the additional impact (unit of ``gross``): what the scheme leaves net, less what comes without it.

    AI = GI·(1−L)·(1−Dp)·(1−S)·M − GI*·(1−L*)·(1−Dp*)·(1−S*)·M*, the starred figures those of the reference case.

    Parameters
    ----------
    gross
        Gross impact of the scheme; a number, an array or a Series, as may be all others.
    leakage, displacement, substitution
        Shares, 0–1.
    multiplier
        Ratio; 1 for what does not multiply.
    reference
        Gross impact without the scheme: the deadweight.
    reference_factors
        The same four, by name, for the reference case where they differ.

    Notes
    -----
    English Partnerships and Homes and Communities Agency, *Additionality Guide* (3rd edition 2008, 4th 2014).

    Examples
    --------
    >>> round(additional_impact(100, leakage=0.10, displacement=0.25, substitution=0, multiplier=1.29, reference=40), 3)
    52.245
    """
    own = {"leakage": leakage, "displacement": displacement, "substitution": substitution, "multiplier": multiplier}
    return gross * _net_share(own) - reference * _net_share(own | dict(reference_factors or {}))


def _net_share(factors: Mapping[str, Amount | float]) -> Amount | float:
    """Return what remains of a gross impact after the three shares and the multiplier."""
    remaining = (1 - factors["leakage"]) * (1 - factors["displacement"]) * (1 - factors["substitution"])
    return remaining * factors["multiplier"]


def load_additionality(user: Mapping[str, Stated] | None = None) -> Costs:
    """Collect the inputs of ``[assumptions.additionality]``: all the user's, for none has a source.

    Parameters
    ----------
    user
        Input name to a number, or to ``{low, central, high, unit, source, date}``; ``illustrative = true`` marks them
        all as made up.

    Raises
    ------
    InputError
        Naming every unknown input, value outside its range, and range out of order.

    Examples
    --------
    >>> load_additionality({"leakage": 0.1, "displacement": {"low": 0, "central": 0.25, "high": 0.5}}).ranged
    ['displacement']
    """
    return load_inputs(user, "additionality")


def ready_reckoners() -> pd.DataFrame:
    """List the ready reckoners of the additionality guide (shares, ratios): unverified, and never used as a value.

    Examples
    --------
    >>> ready_reckoners()[["input", "values", "confidence"]].iloc[0].tolist()
    ['leakage', '0, 0.1, 0.25, 0.5, 0.75, 1', 'unverified']
    """
    rows = [
        {
            "input": name,
            "values": ", ".join(f"{value:g}" for value in parameter.value),
            "unit": parameter.unit,
            "source": parameter.source,
            "date": parameter.date,
            "confidence": parameter.confidence,
        }
        for name, parameter in load_parameters("benefits").table("ready_reckoners").parameters().items()
    ]
    return pd.DataFrame(rows)


def deadweight_share(sites: pd.DataFrame, *, factors: Costs) -> pd.DataFrame:
    """Return the deadweight of each site (share): the user's for the screen's verdict on it, else for all sites.

    A site the screen cannot judge, or that was not screened, takes the largest deadweight the user stated, unless
    one is stated for that case: what is not known never makes a site look better.

    Parameters
    ----------
    sites
        Sites, with the verdict ``deadweight`` where the screen was made.
    factors
        As :func:`load_additionality` gives them.

    Returns
    -------
    DataFrame
        ``low``, ``central``, ``high``; missing where nothing was stated.

    Examples
    --------
    >>> sites = pd.DataFrame({"deadweight": ["likely", "none found", None]}, index=pd.Index(["a", "b", "c"]))
    >>> factors = load_additionality({"deadweight_likely": 0.9, "deadweight_none_found": 0.1})
    >>> deadweight_share(sites, factors=factors)["central"].tolist()
    [0.9, 0.1, 0.9]
    """
    verdict = schema.as_kind(sites.get("deadweight"), "text", sites.index).fillna("cannot tell")
    shares = {}
    for end in ENDS:
        inputs = factors.at(end)
        largest = pd.Series([inputs["deadweight"], *(inputs[name] for name in VERDICTS.values())]).max()
        stated = {name: _first(inputs[of], inputs["deadweight"]) for name, of in VERDICTS.items()}
        stated["cannot tell"] = _first(inputs[VERDICTS["cannot tell"]], float(largest))
        shares[end] = verdict.map(stated).astype("float64")
    return pd.DataFrame(shares, index=sites.index)


def site_additionality(sites: pd.DataFrame, *, factors: Costs, scheme: Costs) -> pd.DataFrame:
    """Calculate what public money adds on each site (homes, jobs): gross figures made net, with their range.

    Low takes the fewest gross homes and the largest share of everything taken away, high the other ends. Homes do not
    multiply; jobs do.

    Parameters
    ----------
    sites
        Sites with ``capacity_low_dwellings``, ``capacity_dwellings``, ``capacity_high_dwellings``, and where they are
        known ``jobs_low``, ``jobs_central``, ``jobs_high`` and the verdict ``deadweight``.
    factors
        As :func:`load_additionality` gives them.
    scheme
        As :func:`siteprior.appraisal.viability.inputs.load_scheme` gives it, for the share of affordable homes.

    Returns
    -------
    DataFrame
        ``deadweight_share``; ``affordable_homes`` (gross); ``additional_homes``, ``additional_affordable_homes`` and
        ``additional_jobs``, each with ``_low`` and ``_high``; ``additionality_basis``: what is missing, or whose
        assumptions the figures rest on. Two decimals.

    Raises
    ------
    InputError
        When a column is missing or the index is not ``site_id``.

    Examples
    --------
    >>> from siteprior.appraisal.viability.inputs import load_scheme
    >>> sites = pd.DataFrame(dict.fromkeys(
    ...     ["capacity_low_dwellings", "capacity_dwellings", "capacity_high_dwellings"], [100]),
    ...     index=pd.Index(["a"], name="site_id"))
    >>> factors = load_additionality({"leakage": 0.1, "displacement": 0.25, "substitution": 0, "deadweight": 0.4})
    >>> done = site_additionality(sites, factors=factors, scheme=load_scheme({"affordable_share": 0.2}))
    >>> done.loc["a", ["affordable_homes", "additional_homes", "additional_affordable_homes"]].tolist()
    [20.0, 40.5, 8.1]
    """
    homes = {"low": "capacity_low_dwellings", "central": "capacity_dwellings", "high": "capacity_high_dwellings"}
    may_have = ("deadweight", *(f"jobs_{end}" for end in ENDS))
    schema.check(sites, _TABLE, name="sites", needs=homes.values(), may_have=may_have)
    index = sites.index
    dead = deadweight_share(sites, factors=factors)
    table = pd.DataFrame({"deadweight_share": dead["central"]})
    for end in ENDS:
        suffix = "" if end == "central" else f"_{end}"
        taken = factors.at(OTHER_END[end])
        share = scheme.at(end)["affordable_share"]
        gross = schema.as_kind(sites[homes[end]], "number", index)
        jobs = schema.as_kind(sites.get(f"jobs_{end}"), "number", index)
        kept = 1 - dead[OTHER_END[end]]
        leakage, displacement, substitution = (taken[name] for name in SHARES)
        net = kept * additional_impact(gross, leakage=leakage, displacement=displacement, substitution=substitution)
        leakage, displacement, substitution = (_first(taken[f"jobs_{name}"], taken[name]) for name in SHARES)
        net_jobs = kept * additional_impact(
            jobs,
            leakage=leakage,
            displacement=displacement,
            substitution=substitution,
            multiplier=factors.at(end)["multiplier"],
        )
        if end == "central":
            table["affordable_homes"] = gross * share
        table[f"additional_homes{suffix}"] = net
        table[f"additional_affordable_homes{suffix}"] = net * share
        table[f"additional_jobs{suffix}"] = net_jobs
    table = table.round(2)
    table["additionality_basis"] = _basis(sites, table, factors, scheme)
    return table


def _first(own: float, general: float) -> float:
    """Return the value stated for the case, else the general one."""
    return general if math.isnan(own) else own


def _basis(sites: pd.DataFrame, table: pd.DataFrame, factors: Costs, scheme: Costs) -> pd.Series:
    """Return what each site's additional figures lack, or whose assumptions they rest on."""
    central = factors.at("central")
    shared = [name for name in SHARES if math.isnan(central[name])]
    lacking = pd.Series("".join(f", {name}" for name in shared), index=table.index, dtype="str")
    lacking = lacking.mask(table["deadweight_share"].isna(), lacking + ", deadweight")
    no_homes = schema.as_kind(sites["capacity_dwellings"], "number", table.index).isna()
    lacking = lacking.mask(no_homes, lacking + ", capacity_dwellings")
    has_jobs = schema.as_kind(sites.get("jobs_central"), "number", table.index).notna()
    words = "illustrative user assumptions" if factors.illustrative or scheme.illustrative else "user assumptions"
    basis = pd.Series(words, index=table.index, dtype="str")
    basis = basis.where(lacking == "", "missing: " + lacking.str.removeprefix(", "))
    no_jobs = has_jobs & table["additional_jobs"].isna() & (lacking == "")
    return basis.mask(no_jobs, basis + "; additional jobs missing: multiplier")
