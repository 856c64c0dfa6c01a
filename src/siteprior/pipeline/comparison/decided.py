"""What the team decided between two runs: sites taken out of the ranking or let back in, and facts overridden."""

from __future__ import annotations

import pandas as pd

from siteprior.pipeline.comparison.two_runs import TwoRuns, cell
from siteprior.ranking.gates import DECIDED, GATES

DECISIONS = "decisions"
"""The cause of a change that the team's decisions made."""


def decided(two: TwoRuns, site: str, codes: list[str]) -> str:
    """Return in words which decision took a site out or let it back in; blank where none did.

    Parameters
    ----------
    two
        The runs.
    site
        A site that one of them ranks.
    codes
        The reasons for which it fails in the other.
    """
    gates = [code for code in codes if code in DECIDED]
    if not gates or len(gates) < len(codes):
        return ""
    out = pd.isna(cell(two.sites_b, site, "rank"))
    sites = two.sites_b if out else two.sites_a
    reason, day = cell(sites, site, "decision_reason"), cell(sites, site, "decision_date")
    stated = [str(reason)] if pd.notna(reason) else []
    stated += [str(day)[:10]] if pd.notna(day) else []
    words = f"{GATES[gates[0]].title} ({', '.join(stated)})" if stated else GATES[gates[0]].title
    return words if out else f"no longer so: {words[:1].lower()}{words[1:]}"


def overridden(two: TwoRuns, site: str) -> str:
    """Return the facts the team overrides in the later run and not so in the earlier; blank where it is the same.

    Parameters
    ----------
    two
        The runs.
    site
        A site of either.
    """
    before, after = (cell(sites, site, "overrides") for sites in (two.sites_a, two.sites_b))
    one, other = ("" if pd.isna(text) else str(text) for text in (before, after))
    if one == other:
        return ""
    return f"decided: {other}" if other else f"no longer decided: {one}"
