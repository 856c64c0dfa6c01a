"""Small programmes at random, and every choice of them looked at by plain Python: what the engine is compared with."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from siteprior.programme import (
    AffordableShare,
    Budget,
    Cap,
    DeprivedShare,
    Exclusive,
    Floor,
    LockedIn,
    LockedOut,
    Prerequisite,
)

COUNCILS = ("A", "B")


def random_sites(rng, number):
    """Return opportunities with small whole figures, so that ties and exact fits are common."""
    homes = rng.integers(0, 12, number)
    return pd.DataFrame(
        {
            "benefit": rng.integers(1, 30, number).astype(float),
            "cost": rng.integers(1, 12, number).astype(float),
            "later": rng.integers(0, 4, number).astype(float),
            "homes": homes.astype(float),
            "affordable_homes": np.floor(homes * rng.uniform(0, 0.6, number)),
            "jobs": rng.integers(0, 20, number).astype(float),
            "imd_decile": rng.integers(1, 6, number),
            "organisation": rng.choice(COUNCILS, number),
            "funds": rng.choice(["x", "y", "x; y"], number),
        },
        index=[f"s{place}" for place in range(number)],
    )


def random_constraints(rng, sites, hard=0.0):
    """Return a few constraints; the higher ``hard``, the more often they cannot be kept to together."""
    total = sites[["homes", "jobs"]].sum()
    some = [str(name) for name in rng.permutation(sites.index)]
    level = rng.uniform(0.0, 0.5 + hard)
    offered = [
        Floor("homes", float(np.floor(level * total["homes"]))),
        Floor("jobs", float(np.floor(rng.uniform(0, 0.5 + hard) * total["jobs"]))),
        Floor("sites", int(rng.integers(1, 3)), council="A"),
        Floor("homes", int(rng.integers(1, 10)), council="B"),
        Cap("cost", int(rng.integers(5, 15)), council="A"),
        Cap("sites", int(rng.integers(1, 5))),
        AffordableShare(float(rng.choice([0.2, 0.3, 0.4]))),
        DeprivedShare(float(rng.choice([0.3, 0.5, 0.7]))),
        LockedIn(some[:1]),
        LockedOut(some[1:3]),
        Exclusive(some[2:4]),
        Prerequisite(some[0], needs=some[3]),
    ]
    count = int(rng.integers(1, 6 if hard else 5))
    return [offered[place] for place in rng.choice(len(offered), count, replace=False)]


def random_budget(rng, sites, kind):
    """Return a budget in total, per year, or per fund, with the columns of cost."""
    money = float(np.ceil(rng.uniform(0.2, 0.6) * sites["cost"].sum()))
    if kind == "years":
        return Budget(total=money, years={2027: money // 2, 2028: money // 2 + 1}), ("cost", "later")
    if kind == "funds":
        return Budget(funds={"x": money // 2, "y": money // 3}), ("cost",)
    return Budget(total=money), ("cost",)


def every_choice(sites, budget, costs):
    """Yield every choice: for each site ``None``, or year and fund of its option."""
    years = [year for year, _ in budget.yearly] or [None]
    funds = [fund for fund, _ in budget.by_fund] or [None]
    options = []
    for _, site in sites.iterrows():
        of_site = [None]
        for year, fund in product(years, funds):
            late = [k for k in range(len(costs)) if year is not None and site[costs[k]] > 0 and year + k not in years]
            if not late and (fund is None or fund in site["funds"].split("; ")):
                of_site.append((year, fund))
        options.append(of_site)
    labels, facts = list(sites.index), sites.to_dict("records")
    for choice in product(*options):
        yield {label: (at, row) for label, at, row in zip(labels, choice, facts, strict=True) if at is not None}


def keeps(choice, costs, name, constraint):
    """Return whether a choice keeps to one constraint, by plain sums; ``name`` says which part of it."""
    rows = [row for _, row in choice.values()]
    if isinstance(constraint, Budget):
        kind, key = name
        limit = constraint.total if kind == "total" else dict(getattr(constraint, kind))[key]
        spent = 0.0
        for (year, fund), row in choice.values():
            for step, column in enumerate(costs):
                falls = kind != "years" or year + step == key
                spent += row[column] if falls and (kind != "funds" or fund == key) else 0.0
        return spent <= limit
    if isinstance(constraint, Floor | Cap):
        of = [row for row in rows if constraint.council in (None, row["organisation"])]
        columns = costs if constraint.measure == "cost" else [constraint.measure]
        taken = len(of) if constraint.measure == "sites" else sum(row[column] for row in of for column in columns)
        return taken >= constraint.at_least if isinstance(constraint, Floor) else taken <= constraint.at_most
    if isinstance(constraint, AffordableShare | DeprivedShare):
        part = (
            sum(row["affordable_homes"] for row in rows)
            if isinstance(constraint, AffordableShare)
            else sum(row["homes"] for row in rows if row["imd_decile"] <= 2)
        )
        return part >= constraint.share * sum(row["homes"] for row in rows) - 1e-9
    if isinstance(constraint, LockedIn | LockedOut):
        return (name in choice) is isinstance(constraint, LockedIn)
    if isinstance(constraint, Exclusive):
        return sum(site in choice for site in constraint.sites) <= 1
    if constraint.site not in choice:
        return True
    if constraint.needs not in choice:
        return False
    start, before = choice[constraint.site][0][0], choice[constraint.needs][0][0]
    return start is None or before <= start


def parts(sites, budget, constraints):
    """Return each named part of what is asked: the name it bears in a programme, and what :func:`keeps` takes."""
    named = []
    if budget.total is not None:
        named.append((f"budget at most {budget.total:,.15g}", ("total", None), budget))
    named += [(f"budget of {key} at most {limit:,.15g}", ("years", key), budget) for key, limit in budget.yearly]
    named += [(f"budget of {key} at most {limit:,.15g}", ("funds", key), budget) for key, limit in budget.by_fund]
    for each in constraints:
        if isinstance(each, LockedIn | LockedOut):
            how = "in" if isinstance(each, LockedIn) else "out"
            named += [(f"{site} locked {how}", site, each) for site in each.sites]
        else:
            named.append((each.name, None, each))
    return named
