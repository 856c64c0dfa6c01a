"""A run's folder, opened again: its tables by name, its record, and what its sites were ranked by."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from siteprior.core.errors import InputError, UnknownNameError, lacks
from siteprior.core.short_repr import html_table
from siteprior.project.gates_weights import SET, usual_set
from siteprior.project.layer_checks import parse_layers
from siteprior.ranking.criteria import CRITERIA, MEAN, RULES, Criterion, Measure, column_measure
from siteprior.ranking.scoring import default_weights
from siteprior.ranking.user_layers import user_criteria


class Run(Mapping[str, Any]):
    """A run's folder, opened again: each table is an attribute, and stands under its name as in a dict.

    Attributes
    ----------
    folder
        Where the run was written.
    sites, shortlist
        The sites in the order of their ranks, and the first opportunities, a row each at the largest member; indexed
        by ``site_id``, EPSG:27700. ``opportunities`` has all that are ranked.
    record
        The content of ``run.json``.
    weights
        Weight per criterion; they sum to 1.
    stated_weights
        The same in the unit the project states them in, to be changed and given to ``sp.ranking.reweight``.
    criteria_known
        The criteria by name with the anchors the run had, those of the user's own layers among them.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> repr(run).partition(": ")[2]
    '398 sites, 194 ranked, 25 on the shortlist; as of 2026-01-31'
    >>> len(run.shortlist), run["sites"] is run.sites, "corridors" in run
    (25, True, True)
    """

    sites: gpd.GeoDataFrame
    shortlist: gpd.GeoDataFrame
    corridors: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    criteria: pd.DataFrame
    issues: pd.DataFrame
    record: dict[str, Any]  # what JSON can hold

    def __init__(self, folder: Path, tables: Mapping[str, pd.DataFrame], record: dict[str, Any]) -> None:
        self.folder = folder
        self._parts: dict[str, Any] = {**tables, "record": record}
        vars(self).update(self._parts)

    @cached_property
    def weights(self) -> dict[str, float]:
        """Weight per criterion; they sum to 1."""
        stated = self.record["weights"]
        # In the order the run summed them in: run.json sorts its keys, and the order moves a score's last digit.
        return {name: stated[name] for name in dict.fromkeys([*self.criteria["criterion"], *stated]) if name in stated}

    @cached_property
    def stated_weights(self) -> dict[str, float]:
        """Weight per criterion in the unit the project states them in, or that of the named set."""
        settings = self.record["settings"]
        own = {name: float(weight) for name, weight in settings.get("weights", {}).items() if name != SET}
        if own:
            return own
        usual = usual_set(timetables=bool(settings.get("sources", {}).get("timetables")))
        return default_weights(settings.get("weights", {}).get(SET, usual))

    @property
    def seed(self) -> int:
        """The seed of the run's draws."""
        return int(self.record["seed"])

    @property
    def criteria_known(self) -> Mapping[str, Criterion]:
        """The criteria by name with the anchors of the run, those of the user's own layers among them."""
        known = {**CRITERIA, **user_criteria(parse_layers(self.record.get("settings", {}).get("layers", ())))}
        for row in self.criteria.fillna({"unit": "", "date": ""}).to_dict("records"):
            name, worst, best = str(row["criterion"]), float(row["worst"]), float(row["best"])
            known[name] = replace(known[name], worst=worst, best=best) if name in known else _own(row, worst, best)
        return known

    def __getitem__(self, name: str) -> Any:  # a table, or the record
        """Return a table by its name, or the ``record``.

        Raises
        ------
        UnknownNameError
            When there is none of that name: a ``KeyError`` that names the nearest, and those there are.
        """
        if name not in self._parts:
            raise UnknownNameError(lacks("the run", "table", name, self._parts))
        return self._parts[name]

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Say which tables there are; those there are stand as attributes already."""
        raise AttributeError(lacks("the run", "table", name, vars(self).get("_parts", ())))

    def __iter__(self) -> Iterator[str]:
        """Go through the names of the tables."""
        return iter(self._parts)

    def __len__(self) -> int:
        """Return how many tables there are, with the record."""
        return len(self._parts)

    def __dir__(self) -> list[str]:
        """Name the tables for completion."""
        return sorted({*super().__dir__(), *self._parts})

    def __repr__(self) -> str:
        """Say which run it is, and how many sites it ranked."""
        counts = self.record["counts"]
        return (
            f"Run of {self.folder.as_posix()}: {counts['sites']:,} sites, {counts['ranked']:,} ranked, "
            f"{counts['shortlist']} on the shortlist; as of {self.record['as_of']}"
        )

    def _repr_html_(self) -> str:
        """Show the run and the size of its tables in a notebook."""
        tables = {name: f"{len(table):,}" for name, table in self._parts.items() if isinstance(table, pd.DataFrame)}
        return f"{html_table(str(self.record['title']), ('table', 'rows'), tables)}{escape(repr(self))}"


def _own(row: Mapping[Hashable, Any], worst: float, best: float) -> Criterion:  # a row of text and numbers
    """Return a criterion registered in Python as the run recorded it: it is measured by the one column it needs.

    What is made of several columns only its own module knows, which has to be imported before it is measured again.
    """
    name, title, group, unit, source, date, confidence, needs = (
        str(row[key]) for key in ("criterion", "title", "group", "unit", "source", "date", "confidence", "needs")
    )
    together = str(row.get("together"))
    return Criterion(
        name, title, group, unit, worst, best, tuple(needs.split(", ")), _only_column(name, needs),
        source=source, date=date, confidence=confidence, together=together if together in RULES else MEAN,
    )  # fmt: skip


def _only_column(name: str, needs: str) -> Measure:
    """Return what measures a criterion of the user's own from the one column it stands in."""
    if ", " not in needs:
        return column_measure(needs)

    def refused(_sites: pd.DataFrame) -> pd.Series:
        raise InputError(
            f"criterion '{name}': is made of {needs} by a function of its own; import the module that registers it, "
            "and open the run again"
        )

    return refused
