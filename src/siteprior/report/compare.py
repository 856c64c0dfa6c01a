"""Two runs side by side: who entered, who left, who moved, and why."""

from __future__ import annotations

import io
import math
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from siteprior.core.cell_values import CellValue
from siteprior.core.errors import InputError
from siteprior.core.files import as_path, read_bytes
from siteprior.core.renamed import with_new_columns
from siteprior.core.schema import CONTRIBUTION
from siteprior.report.run_folders import refuse_no_run

COLUMNS = ("site_id", "site_name", "change", "rank_a", "rank_b", "score_a", "score_b", "why")

TOLERANCE = 1e-6
"""Scores are published with six decimals; what differs by less is the same."""


def compare_runs(run_a: Path | str, run_b: Path | str) -> pd.DataFrame:
    """Compare the rankings of two runs and explain every change.

    What is ranked as one opportunity in both runs has one row, that of the site it is ranked as.

    Parameters
    ----------
    run_a, run_b
        Folders of two runs, the earlier first.

    Returns
    -------
    DataFrame
        One row per site whose rank (1 = first), score (0–1) or eligibility differs: ``site_id``, ``site_name``,
        ``change`` (``entered``, ``left``, ``up``, ``down``, ``score only``), ``rank_a``, ``rank_b``, ``score_a``,
        ``score_b``, ``why`` (the gates that changed, or the criteria whose contribution changed, largest first).
        Ordered by the later rank, then the earlier.

    Raises
    ------
    InputError
        When a folder holds no ``ranking.csv``.

    Examples
    --------
    >>> import siteprior as sp
    >>> folder = sp.demo(out="outputs/demo")
    >>> sp.compare(folder, folder).empty
    True
    """
    a, b = _ranking(run_a), _ranking(run_b)
    facts = ["site_name", "rank", "score"]
    both = a[facts].merge(b[facts], how="outer", left_index=True, right_index=True, suffixes=("_a", "_b")).sort_index()
    rank_a, rank_b = both["rank_a"], both["rank_b"]
    moved = np.select(
        [
            rank_a.isna() & rank_b.notna(),
            rank_a.notna() & rank_b.isna(),
            rank_b < rank_a,
            rank_b > rank_a,
            (both["score_a"] - both["score_b"]).abs() > TOLERANCE,
        ],
        ["entered", "left", "up", "down", "score only"],
        "",
    )
    both["change"] = moved
    as_a, as_b = (_ranked_as(table).reindex(both.index) for table in (a, b))
    beneath = (as_a == as_b) & (as_a != as_a.index)  # its row is that of the site it is ranked as
    both = both[(both["change"] != "") & ~beneath]
    both["site_name"] = both["site_name_b"].fillna(both["site_name_a"])
    both["why"] = why_changed(both.index, a, b)
    both = both.reset_index().sort_values(["rank_b", "rank_a", "site_id"], na_position="last")
    for column in ("rank_a", "rank_b"):
        both[column] = both[column].astype("Int64")
    return both[list(COLUMNS)].reset_index(drop=True)


def _ranking(folder: Path | str) -> pd.DataFrame:
    """Read a run's ranking."""
    path = as_path(folder, name="runs", what="a run's folder") / "ranking.csv"
    refuse_no_run(path.parent, needs=path.name)
    table = pd.read_csv(io.BytesIO(read_bytes(path)), dtype={"site_id": "str"}, low_memory=False, encoding="utf-8-sig")
    table = with_new_columns(table, "site_prices", name=str(path))
    missing = [column for column in ("site_id", "site_name", "rank", "score", "gate_reasons") if column not in table]
    if missing:
        raise InputError(f"{path}: is not the ranking of a run; it lacks {', '.join(missing)}")
    return table.set_index("site_id")


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
    facts = table.reindex(columns=names).assign(gate_reasons=gates, ranked_as=_ranked_as(table))
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


def _ranked_as(table: pd.DataFrame) -> pd.Series:
    """Return the site each is ranked as; its own where it has no rank, or the run is of an earlier release."""
    own = pd.Series(table.index, index=table.index, dtype="object")
    return table["ranked_as"].astype("object").fillna(own) if "ranked_as" in table else own


def _number(value: CellValue) -> float:
    """Return a contribution as a number; a criterion the run did not have contributed nothing."""
    if not isinstance(value, (int, float, np.integer, np.floating)) or math.isnan(value):
        return 0.0
    return float(value)
