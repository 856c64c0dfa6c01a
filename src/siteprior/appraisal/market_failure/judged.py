"""What judging makes on the way: sites and signals checked, what the verdicts rest on, and what of it is open."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import pandas as pd

from siteprior.appraisal.market_failure.evidence import column, deadweight_part
from siteprior.appraisal.market_failure.open_facts import Listed, listed_facts
from siteprior.appraisal.market_failure.rules import Record, Rules, failure_rules, record_of
from siteprior.appraisal.market_failure.signals import check_signals, select_strongest
from siteprior.appraisal.market_failure.verdict_range import Open, open_signals
from siteprior.core import schema
from siteprior.core.arguments import name_list
from siteprior.core.renamed import with_new_columns

_TABLE = schema.SITES.without_places()
NEEDS = ("development_status", "planning_permission_status")
MAY_HAVE = (
    "deadweight_failed", "deadweight_reasons", "planning_permission_type", "planning_permission_date", "easting",
    "cleaned_by", "hectares", "shape_basis", "sales_years_covered",
)  # fmt: skip
"""Columns of the sites the verdict needs, and those it reads where they are there."""


class Judged(NamedTuple):
    """What judging makes on the way: the readings, what the verdicts rest on, what is open, what would decide it."""

    readings: pd.DataFrame
    screened: pd.Series
    record: Record
    unknown: Open
    listed: list[Listed]

    @property
    def counted(self) -> pd.DataFrame:
        """The readings that count."""
        return self.readings[self.readings["counts"] == "yes"]


def judge(sites: pd.DataFrame, signals: pd.DataFrame, loaded: Collection[str], rules: Rules | None) -> Judged:
    """Check sites and signals, and return what the verdicts rest on and what is open.

    Raises
    ------
    InputError
        When a column is missing, or the signals name sites, letters or grades that do not exist, or a value is not one.
    """
    schema.check(sites, _TABLE, name="sites", needs=NEEDS, may_have=MAY_HAVE)
    signals = with_new_columns(signals, "market_failure_signals", name="signals")
    check_signals(signals, sites.index)
    keys = name_list(loaded, what="loaded")
    rules = failure_rules() if rules is None else rules
    readings = select_strongest(signals, sites.index, weights=rules.grades)
    screened = deadweight_screen(sites)
    record = record_of(sites, readings, screened != "", rules)
    unknown = open_signals(record)
    return Judged(readings, screened, record, unknown, listed_facts(record, unknown, sites, keys))


def deadweight_screen(sites: pd.DataFrame) -> pd.Series:
    """Return per site why the market may act on its own, in words; blank where nothing says so.

    ``deadweight_failed`` decides where it is yes or no, and of ``deadweight_reasons`` the part that failed is returned.
    Where it is blank or absent the register and the user are asked: a start or completion recorded, an application
    pending, a clean-up by the owner.

    Examples
    --------
    >>> sites = pd.DataFrame({"development_status": ["completed", None, None],
    ...     "planning_permission_status": [None, "pending decision", "permissioned"]})
    >>> deadweight_screen(sites).tolist()
    ['completed', 'application pending', '']
    """
    pending = sites["planning_permission_status"] == "pending decision"
    stage = column(sites, "development_status", "text")
    by_owner = column(sites, "cleaned_by", "text") == "owner"
    asked = pd.Series("", index=sites.index, dtype="str").mask(by_owner, "cleaned by its owner")
    asked = stage.fillna(asked.mask(pending, "application pending"))
    failed = column(sites, "deadweight_failed", "flag")
    reasons = column(sites, "deadweight_reasons", "text").fillna("deadweight is likely")
    why = deadweight_part(reasons, schema.DEADWEIGHT_WEIGHTS[0]).fillna(reasons)
    return asked.mask(failed == "no", "").mask(failed == "yes", why)
