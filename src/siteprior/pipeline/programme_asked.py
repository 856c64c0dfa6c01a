"""What ``[programme]`` of a project asks for, as the optimiser takes it: budget, benefit, cost and constraints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.programme.constraints import (
    AffordableShare,
    Budget,
    Cap,
    Constraint,
    DeprivedShare,
    Exclusive,
    Floor,
    LockedIn,
    LockedOut,
    Prerequisite,
)
from siteprior.project.decision import Programme as Asked


def refuse_unknown_sites(asked: Asked | None, sites: pd.Index) -> None:
    """Refuse site ids in ``[programme]`` that no site has: before anything is measured of the sites.

    Raises
    ------
    InputError
        Naming every such id, and the nearest there is.
    """
    if asked is None:
        return
    known = set(sites)
    faults = [
        f"{key}: {unknown('site', site, sites)}"
        for key, ids in _ids(asked)
        for site in dict.fromkeys(ids)
        if site not in known
    ]
    if faults:
        raise InputError(*faults)


def _ids(asked: Asked) -> Iterator[tuple[str, Sequence[str]]]:
    yield "locked_in", asked.locked_in
    yield "locked_out", asked.locked_out
    for ids in asked.exclusive:
        yield "exclusive", ids
    for pair in asked.prerequisites:
        yield "prerequisites", pair


def benefit_of(asked: Asked) -> str:
    """Return what a programme maximises: what it states, else the parameter ``programme.benefit``."""
    return asked.benefit or load_parameters("programme").text("benefit")


def budget_of(asked: Asked) -> Budget:
    """Return the budget a project states, in pounds."""
    years = {int(year): limit for year, limit in asked.years.items()}
    return Budget(total=asked.budget_gbp, years=years, funds=dict(asked.funds))


def constraints_of(asked: Asked, sites: pd.DataFrame) -> list[Constraint]:
    """Return what a project asks of its programme, each plot as the opportunity it is ranked in.

    A site that is not ranked cannot be chosen: it is left out of what excludes it, and nothing that needs it is chosen.
    """
    as_ranked = sites["ranked_as"].dropna() if "ranked_as" in sites else pd.Series(sites.index, index=sites.index)
    found: list[Constraint] = []
    found += [Floor(name, amount) for name, amount in asked.floors.items()]
    found += [Cap(name, amount) for name, amount in asked.caps.items()]
    found += [Floor(n, a, council=code) for code, table in asked.council_floors.items() for n, a in table.items()]
    found += [Cap(n, a, council=code) for code, table in asked.council_caps.items() for n, a in table.items()]
    found += [] if asked.affordable_share is None else [AffordableShare(asked.affordable_share)]
    found += [] if asked.deprived_share is None else [DeprivedShare(asked.deprived_share)]
    if asked.locked_in:
        found.append(LockedIn([str(as_ranked.get(site, site)) for site in asked.locked_in]))
    out = [str(as_ranked[site]) for site in asked.locked_out if site in as_ranked.index]
    for ids in asked.exclusive:
        own = list(dict.fromkeys(str(as_ranked[site]) for site in ids if site in as_ranked.index))
        found += [Exclusive(own)] if len(own) > 1 else []
    for site, needs in asked.prerequisites:
        if site in as_ranked.index and needs in as_ranked.index:
            pair = str(as_ranked[site]), str(as_ranked[needs])
            found += [Prerequisite(pair[0], needs=pair[1])] if pair[0] != pair[1] else []
        elif site in as_ranked.index:
            out.append(str(as_ranked[site]))
    return [*found, LockedOut(out)] if out else found
