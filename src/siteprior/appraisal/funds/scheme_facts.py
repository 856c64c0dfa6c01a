"""What the user states of the scheme for the rules of funds: dates, the income test, what only an applicant knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from siteprior.appraisal.viability.inputs import load_scheme
from siteprior.core.errors import InputError


@dataclass(frozen=True)
class SchemeFact:
    """A fact of the scheme that rules ask for: its kind, what it is, and the values allowed."""

    name: str
    kind: str
    meaning: str
    allowed: tuple[str, ...] = ()


INCOME_MEASURES = (
    "gross individual earnings, median", "gross individual earnings, lower quartile", "gross household income, median",
    "gross household income, lower quartile", "net household income, median", "net household income, lower quartile",
)  # fmt: skip

_DECLARED = (
    SchemeFact("building_start_date", "date", "Day on which building starts; remediation is not a start"),
    SchemeFact("affordable_cost_share", "share", "Rent or mortgage of an affordable home, as a share of income"),
    SchemeFact("affordable_income_measure", "text", "Whose income that is", INCOME_MEASURES),
    SchemeFact("other_funding_exhausted", "flag", "Whether all other funding is exhausted", ("yes", "no")),
    SchemeFact("modern_construction", "flag", "Whether advanced methods of construction are used", ("yes", "no")),
    SchemeFact("brownfield", "flag", "Whether the sites are brownfield, where no register says so", ("yes", "no")),
)

SCHEME_FACTS: Mapping[str, SchemeFact] = MappingProxyType({fact.name: fact for fact in _DECLARED})
"""The facts of ``[assumptions.scheme]`` that rules ask for, by name; a column of that name in the sites goes first."""


def load_scheme_facts(scheme: Mapping[str, Any] | None = None, *, others: Iterable[str] = ()) -> dict[str, Any]:
    """Gather what ``[assumptions.scheme]`` states for the rules: dates, shares, yes or no; absent where not stated.

    Parameters
    ----------
    scheme
        Fact name to value; dates as dates or ``2029-04-01``. What a viability appraisal reads stands in it too.
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
    given = dict(scheme or {})
    share = load_scheme(given, others=[*SCHEME_FACTS, *others]).at("central")["affordable_share"]
    facts: dict[str, Any] = {"affordable_share": share}
    faults = []
    for name, fact in SCHEME_FACTS.items():
        if name not in given:
            continue
        value = given[name]
        if fact.kind == "date":
            value = pd.to_datetime(str(value), format="%Y-%m-%d", errors="coerce")
            wanted = "a day such as 2029-04-01"
            right = not pd.isna(value)
        elif fact.kind == "share":
            right = not isinstance(value, bool) and isinstance(value, int | float) and 0 <= value <= 1
            wanted = "a share from 0 to 1"
        else:
            right, wanted = value in fact.allowed, f"one of: {'; '.join(fact.allowed)}"
        if right:
            facts[name] = value
        else:
            faults.append(f"[assumptions.scheme]: {name} needs {wanted}, not {given[name]!r}")
    if faults:
        raise InputError(*faults)
    return facts
