"""Deadweight: would the site be built without public money? A screen by rule, each finding with its date and source.

Nothing is trained here, for there is nothing to train on: registers do not record what was built. A silent register is
no evidence that nobody builds, and a blank never clears a site.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.appraisal.deadweight_evidence import (
    FAILS,
    FOR,
    MAY_HAVE,
    NEEDS,
    attributes,
    cleaned,
    edits,
    ended,
    looked_at,
    new_build,
    pending,
    permissions,
    starts,
    surplus,
)
from siteprior.core import schema
from siteprior.core.arguments import day_of
from siteprior.core.joined_texts import joined_texts
from siteprior.core.renamed import with_new_columns
from siteprior.core.short_repr import short_repr

_TABLE = schema.SITES.without_places()
_EVENTS = replace(schema.HISTORY, index="")
_EVENT_COLUMNS = ("site_id", "published", "event", "before", "after", "file", "row")


@short_repr
class Deadweight(NamedTuple):
    """What the screen says of each site, and on what evidence.

    Attributes
    ----------
    columns
        :data:`siteprior.core.schema.SITE_DEADWEIGHT_COLUMNS` on the index of the sites.
    evidence
        :data:`siteprior.core.schema.DEADWEIGHT_EVIDENCE`: sites in their order, kinds in theirs.
    """

    columns: pd.DataFrame
    evidence: pd.DataFrame


def site_deadweight(sites: pd.DataFrame, *, as_of: date, history: pd.DataFrame | None = None) -> Deadweight:
    """Screen sites for deadweight by dated evidence: a verdict, whether a failing test holds, and every finding.

    A site *fails* where

    1. its register records a start or a completion;
    2. its residual surplus exceeds 10% of gross development value;
    3. its owner cleaned the land, as the user states: an investment nobody makes to leave it idle;
    4. an applicant is live: a decision was pending, unless both the entry's update and the last vintage that lists it
       are more than 2 years old; or a detailed permission is within the years its start is expected in, and no clear
       shortfall is measured.

    Softer evidence indicates deadweight (``speaks for``): a smaller surplus, any other permission within those
    years, an older statement that a decision is pending, new-build sales near the site, homes raised or a permission
    gained on the register lately, an entry that was ended. A measured shortfall, no new-build sale in five years, or a
    permission lost lately are counter-evidence (``speaks against``); they clear no site that fails.

    The verdict is ``likely`` where a failing test holds, ``possible`` where softer evidence indicates it,
    ``none found`` where something could be looked at and nothing indicated it, else ``cannot tell``. Silence is not
    taken as having looked: not that no start is recorded, for registers record few; not a planning status stated more
    than 2 years ago, or on no stated day; not a permission past its start, which may have been built.

    Parameters
    ----------
    sites
        Sites with the register's columns; ``residual_surplus_share``, ``gap_probability`` and ``viability_basis`` from
        the viability, ``new_build_sales_5y``, ``sales_years_covered`` and ``nearest_new_build_sale_m`` from the sales,
        ``last_seen`` and ``register_state`` from the history, where there are any.
    as_of
        The day on which ages are calculated; what is dated later says nothing.
    history
        :data:`siteprior.core.schema.HISTORY`, the events of the sites' registers; ``None`` where no vintages were read.

    Returns
    -------
    Deadweight

    Raises
    ------
    InputError
        When a column is missing, or the index is not ``site_id``.

    Notes
    -----
    Numbers: ``parameters/deadweight.toml``, proposals of this project. That a detailed permission counts until it
    expires unless there is clear evidence otherwise: National Planning Policy Framework, Annex 2, *deliverable* (a).
    Years to the expected start: Town and Country Planning Act 1990, sections 91 and 92 (``parameters/failure.toml``).

    Examples
    --------
    >>> sites = pd.DataFrame(
    ...     {"planning_permission_status": ["permissioned", "not permissioned", None],
    ...      "planning_permission_type": ["full planning permission", None, None],
    ...      "planning_permission_date": ["2020-01-01", None, None], "entry_date": "2020-12-01"},
    ...     index=pd.Index(list("abc"), name="site_id"))
    >>> screened = site_deadweight(schema.conform(sites, schema.REGISTER), as_of=date(2021, 1, 1))
    >>> screened.columns[["deadweight", "deadweight_failed"]].astype(object).fillna("").values.tolist()
    [['likely', 'yes'], ['none found', 'no'], ['cannot tell', '']]
    >>> screened.evidence[["site_id", "kind", "weight"]].values.tolist()
    [['a', 'live permission', 'fails']]
    """
    sites = with_new_columns(sites, "site_prices", name="sites")
    schema.check(sites, _TABLE, name="sites", needs=NEEDS, may_have=MAY_HAVE)
    if history is not None:
        schema.check(history, _EVENTS, name="history", needs=_EVENT_COLUMNS)
    day = day_of(as_of, name="as_of")
    facts = attributes(sites, day)
    tests = [
        starts(facts),
        surplus(facts),
        pending(facts, day),
        permissions(facts, day),
        cleaned(facts),
        new_build(facts),
        edits(facts, history, day),
        ended(facts, day),
    ]
    evidence = _ordered(tests, sites.index)
    return Deadweight(_judge(evidence, looked_at(facts, day), sites.index), evidence)


def _ordered(tests: list[pd.DataFrame], sites: pd.Index) -> pd.DataFrame:
    """Return all evidence as the declared table: sites in their order, kinds in theirs, then by date."""
    rows = pd.concat([part.rename_axis("site_id").reset_index() for part in tests if len(part)] or [tests[0]])
    rows = rows.reindex(columns=schema.DEADWEIGHT_EVIDENCE.names)
    rows["date"] = schema.as_kind(rows["date"], "date", rows.index)
    place = pd.DataFrame({
        "site": sites.get_indexer(pd.Index(rows["site_id"])),
        "kind": rows["kind"].map({kind: at for at, kind in enumerate(schema.DEADWEIGHT_KINDS)}).to_numpy(),
        "date": rows["date"].to_numpy(),
        "finding": rows["finding"].to_numpy(),
    })  # fmt: skip
    rows = rows.iloc[place.sort_values(["site", "kind", "date", "finding"]).index]
    rows.index = pd.RangeIndex(1, len(rows) + 1, name=schema.DEADWEIGHT_EVIDENCE.index)
    return pd.DataFrame(schema.conform(rows, schema.DEADWEIGHT_EVIDENCE))


def _judge(evidence: pd.DataFrame, looked_at: pd.DataFrame, sites: pd.Index) -> pd.DataFrame:
    """Return the verdict, whether a failing test holds, and the reasons in words."""
    words_by_weight = {
        weight: joined_texts(rows["finding"], rows["site_id"], "; ").reindex(sites)
        for weight, rows in ((w, evidence[evidence["weight"] == w]) for w in schema.DEADWEIGHT_WEIGHTS)
    }
    fails, possible = words_by_weight[FAILS].notna(), words_by_weight[FOR].notna()
    looked = looked_at.any(axis=1)
    verdict = np.select([fails, possible, looked], ["likely", "possible", "none found"], "cannot tell")
    failed = np.select([fails, possible | looked], ["yes", "no"], "")
    reasons, names = [], looked_at.columns.to_numpy(dtype=object)
    for row in zip(
        *(words_by_weight[weight] for weight in schema.DEADWEIGHT_WEIGHTS), looked_at.to_numpy(), strict=True
    ):
        *findings, seen = row
        parts = [
            f"{weight}: {words}"
            for weight, words in zip(schema.DEADWEIGHT_WEIGHTS, findings, strict=True)
            if isinstance(words, str)
        ]
        parts += [
            f"{what}: {', '.join(names[places])}"
            for what, places in zip(schema.DEADWEIGHT_LOOKED, (seen, ~seen), strict=True)
            if places.any()
        ]
        reasons.append(". ".join(parts))
    texts = {"deadweight": verdict, "deadweight_failed": failed, "deadweight_reasons": reasons}
    columns = {name: schema.as_kind(pd.Series(column, index=sites), "text", sites) for name, column in texts.items()}
    return pd.DataFrame(columns).replace({"deadweight_failed": {"": np.nan}})
