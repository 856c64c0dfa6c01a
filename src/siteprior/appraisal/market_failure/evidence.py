"""What every evidence of market failure is made of: its columns, and the small tools that make them.

An evidence table has a row for every site of which something is known (a known zero among them) and none for the
others: a blank is missing, never a signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core import schema
from siteprior.core.parameters import Parameters

FACTS = ("value", "grade", "reason", "counter_evidence")
"""The columns of an evidence table: the signal (0–1), the grade A, B or C, why, and the counter-evidence."""

RANGE = ("value_low", "value_high")
AVERAGE = "area_average"
"""The columns of an evidence table that may be there besides: the least and the most the signal can be (0–1)."""


Texts: TypeAlias = str | Sequence[str] | pd.Series | npt.NDArray[np.str_]
"""One text for all rows, or one for each."""


def evidence(
    index: pd.Index,
    *,
    value: float | pd.Series,
    grade: Texts,
    reason: Texts,
    counter: Texts,
    low: float | pd.Series | None = None,
    high: float | pd.Series | None = None,
) -> pd.DataFrame:
    """Make an evidence table on ``index`` from columns or single values.

    ``low`` and ``high`` are the least and the most the signal can be; the value itself where they are not given.

    Examples
    --------
    >>> evidence(pd.Index(["a"]), value=0.5, grade="B", reason="mixed ownership is stated", counter="").shape
    (1, 6)
    """
    ends = (value if low is None else low, value if high is None else high)
    facts = dict(zip((*FACTS, *RANGE), (value, grade, reason, counter, *ends), strict=True))
    columns = {name: fact.to_numpy() if isinstance(fact, pd.Series) else fact for name, fact in facts.items()}
    table = pd.DataFrame(columns, index=index, columns=[*FACTS, *RANGE])
    numbers = dict.fromkeys(("value", *RANGE), "float64")
    return table.astype({**numbers, "grade": "str", "reason": "str", "counter_evidence": "str"})


def ramp(values: pd.Series, scale: Parameters) -> pd.Series:
    """Return 0 up to the parameter ``zero``, 1 from ``full``, linear between; missing stays missing.

    Examples
    --------
    >>> from siteprior.core.parameters import load_parameters
    >>> ramp(pd.Series([2.0, 5.5, None]), load_parameters("failure").table("ageing")).tolist()
    [0.0, 0.5, nan]
    """
    zero, full = scale.number("zero"), scale.number("full")
    return ((values - zero) / (full - zero)).clip(0, 1)


def column(sites: pd.DataFrame, name: str, kind: str) -> pd.Series:
    """Return a column as its kind; all missing where the table has none, for evidence may not have been collected.

    Examples
    --------
    >>> column(pd.DataFrame(index=["a"]), "gap_gbp_per_home", "number").tolist()
    [nan]
    """
    return schema.as_kind(sites.get(name), kind, sites.index)


def counted(number: float, noun: str) -> str:
    """Return a number of things in words.

    Examples
    --------
    >>> counted(1, "parcel"), counted(0, "parcel"), counted(3, "parcel")
    ('1 parcel', 'no parcel', '3 parcels')
    """
    whole = int(number)
    return f"no {noun}" if whole == 0 else f"{whole:,} {noun}{'' if whole == 1 else 's'}"


def weakest(*grades: pd.Series) -> pd.Series:
    """Return the weakest of the grades of each row; a missing one counts as the weakest there is.

    Examples
    --------
    >>> weakest(pd.Series(["A", "A"]), pd.Series(["B", None])).tolist()
    ['B', 'C']
    """
    return pd.concat([grade.fillna("C") for grade in grades], axis=1).max(axis=1).astype("str")


def deadweight_part(reasons: pd.Series, name: str) -> pd.Series:
    """Return of sites' ``deadweight_reasons`` what stands under one name, as ``schema.deadweight_parts``; else missing.

    Examples
    --------
    >>> deadweight_part(pd.Series(["fails: completed", "looked at: live applicant", None]), "fails").tolist()
    ['completed', nan, nan]
    """
    # of texts that stand on many sites once
    known = {words: schema.deadweight_parts(words).get(name) for words in reasons.dropna().unique()}
    return reasons.map(pd.Series(known, dtype="str")).astype("str")
