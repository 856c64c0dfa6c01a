"""Why a site stands where it does in a later ranking, in one line: its gates, what it is ranked as, contributions."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from siteprior.core.cell_values import CellValue
from siteprior.core.schema import CONTRIBUTION

TOLERANCE = 1e-6
"""Scores are published with six decimals; what differs by less is the same."""


def why_changed(sites: Iterable[str], a: pd.DataFrame, b: pd.DataFrame) -> list[str]:
    """Say in a line per site what changed for it: gates, what it is ranked as, or contributions, largest first.

    Parameters
    ----------
    sites
        The ``site_id`` of each.
    a, b
        The sites of the earlier and the later ranking with ``gate_reasons``, ``ranked_as`` and ``c_<criterion>``.

    Examples
    --------
    >>> index = pd.Index(["a"], name="site_id")
    >>> one = pd.DataFrame({"gate_reasons": [None], "c_need": [0.2], "c_capacity": [0.1]}, index=index)
    >>> why_changed(["a"], one, one.assign(c_need=0.5, c_capacity=0.05))
    ['need +0.300; capacity -0.050']
    """
    names = sorted({str(c) for c in (*a.columns, *b.columns) if str(c).startswith(CONTRIBUTION)})
    before, after = _facts(a, names), _facts(b, names)
    return [_why(before.get(site), after.get(site), names) for site in sites]


Facts: TypeAlias = "Mapping[Hashable, Any]"  # a row of text and numbers


def _facts(table: pd.DataFrame, names: list[str]) -> dict[str, Facts]:
    """Return by site what says why it stands where it does."""
    gates = table["gate_reasons"].astype("object").where(table["gate_reasons"].notna(), "")
    facts = table.reindex(columns=names).assign(gate_reasons=gates, ranked_as=ranked_as(table))
    return {str(site): row for site, row in zip(facts.index, facts.to_dict("records"), strict=True)}


def _why(before: Facts | None, after: Facts | None, names: list[str]) -> str:
    """Say in one line what changed for a site."""
    if before is None:
        return "not in the earlier run"
    if after is None:
        return "not in the later run"
    for what, key in (("gates", "gate_reasons"), ("ranked as", "ranked_as")):
        if before[key] != after[key]:
            return f"{what}: {before[key] or 'none'} → {after[key] or 'none'}"
    change = {name: _number(after[name]) - _number(before[name]) for name in names}
    largest = sorted((name for name in names if abs(change[name]) > TOLERANCE), key=lambda n: (-abs(change[n]), n))
    if not largest:
        return "other sites moved"
    return "; ".join(f"{name.removeprefix(CONTRIBUTION)} {change[name]:+.3f}" for name in largest[:3])


def ranked_as(table: pd.DataFrame) -> pd.Series:
    """Return the site each is ranked as; its own where it has no rank, or the run is of an earlier release."""
    own = pd.Series(table.index, index=table.index, dtype="object")
    return table["ranked_as"].astype("object").fillna(own) if "ranked_as" in table else own


def _number(value: CellValue) -> float:
    """Return a contribution as a number; a criterion the run did not have contributed nothing."""
    if not isinstance(value, (int, float, np.integer, np.floating)) or math.isnan(value):
        return 0.0
    return float(value)
