"""What the team decided between two runs: sites taken out of the ranking or let back in, and facts overridden."""

from __future__ import annotations

import pandas as pd

from siteprior.pipeline.comparison.two_runs import TwoRuns, cell
from siteprior.ranking.gates import DECIDED, GATES
from siteprior.registers.decisions import override_words

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


def fields_decided(two: TwoRuns) -> dict[str, set[str]]:
    """Return by site the facts the team overrides otherwise in the later run than in the earlier, or in one alone.

    What comes of such a fact alone is among them: how a site's hectares are known, where its hectares are decided.
    """
    runs = [two.sites_a, two.sites_b]
    stated = [override_words(table["overrides"]) if "overrides" in table else {} for table in runs]
    differ = {key for key in {**stated[0], **stated[1]} if stated[0].get(key) != stated[1].get(key)}
    fields = dict[str, set[str]]()
    for site, name in differ:
        fields.setdefault(site, set()).update((name, *FOLLOWS.get(name, ())))
    return fields


FOLLOWS = {"hectares": ("hectares_basis",)}
"""Facts that come of one the team overrides, and are nobody's own statement."""
