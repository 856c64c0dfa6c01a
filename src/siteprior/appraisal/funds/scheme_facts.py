"""What the user states of the scheme for the rules of funds: dates, the income test, what only an applicant knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from siteprior.appraisal.viability.inputs import load_scheme
from siteprior.project.inputs import Scheme, SchemeFact, declared_facts
from siteprior.project.kinds import Stated

__all__ = ["INCOME_MEASURES", "SCHEME_FACTS", "SchemeFact", "load_scheme_facts"]

SCHEME_FACTS = declared_facts()
"""The facts of ``[assumptions.scheme]`` that rules ask for, by name; a column of that name in the sites goes first."""

INCOME_MEASURES = SCHEME_FACTS["affordable_income_measure"].allowed
"""Whose income the cost of an affordable home may be measured on."""


def load_scheme_facts(
    scheme: Scheme | Mapping[str, Stated] | None = None, *, others: Iterable[str] = ()
) -> dict[str, pd.Timestamp | float | str]:
    """Collect what ``[assumptions.scheme]`` states for the rules: dates, shares, yes or no; absent where not stated.

    Parameters
    ----------
    scheme
        The scheme of a project, or fact name to value; dates as dates or ``2029-04-01``. What a viability appraisal
        reads stands in it too.
    others
        Further names that are read elsewhere; they are passed over.

    Raises
    ------
    InputError
        Naming every unknown fact and every value that cannot be.

    Examples
    --------
    >>> load_scheme_facts({"building_start_date": "2029-04-01", "affordable_share": 0.25})["affordable_share"]
    0.25
    """
    stated = scheme if isinstance(scheme, Scheme) else load_scheme(scheme, others=others)
    share = stated.at("central")["affordable_share"]
    days = {name: pd.Timestamp(fact) for name, fact in stated.facts.items() if isinstance(fact, date)}
    return {"affordable_share": share, **stated.facts, **days}  # type: ignore[dict-item]  # days are no dates any more
