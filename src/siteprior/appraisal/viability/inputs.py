"""The inputs of a viability appraisal: declared once, valued from a source or by the user, never guessed.

An input without a source ships empty. The user states it in ``[assumptions.costs]`` or ``[assumptions.scheme]``; what
rests on it says so; without it the result is missing.
"""

# ruff: noqa: E501 -- a declared input stands on one line, so that the declarations read as a table

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters

ENDS = ("low", "central", "high")
FACTS = (*ENDS, "unit", "source", "date")
"""What the user may state of an input."""

ILLUSTRATIVE = "illustrative"
"""The flag with which the user marks a whole table of inputs as made up for illustration."""


@dataclass(frozen=True)
class CostInput:
    """A declared input: its name (with the unit), what it is, and the range in which a value makes sense."""

    name: str
    title: str
    unit: str
    meaning: str
    lowest: float
    highest: float


def _declare(*inputs: CostInput) -> Mapping[str, CostInput]:
    return MappingProxyType({declared.name: declared for declared in inputs})


COST_INPUTS = _declare(
    CostInput("build_gbp_per_m2", "Build cost", "GBP/m2", "Cost of building, over the floor area sold; where flats share halls and stairs, their cost is in it", 1, 20_000),
    CostInput("externals_share", "Externals", "share of build", "Roads, drains, gardens and services on the site", 0, 1),
    CostInput("contingency_share", "Contingency", "share of build and externals", "Allowance for what turns up", 0, 1),
    CostInput("fees_share", "Fees", "share of build and externals", "Professional fees", 0, 1),
    CostInput("marketing_share", "Marketing", "share of the value of market homes", "Sales, marketing and legal cost of selling", 0, 1),
    CostInput("remediation_a_gbp_per_ha", "Remediation, class A", "GBP/ha", "Remediation for homes where the former use left least in the ground", 0, 50_000_000),
    CostInput("remediation_b_gbp_per_ha", "Remediation, class B", "GBP/ha", "Remediation for homes after storage, transport and light industry", 0, 50_000_000),
    CostInput("remediation_c_gbp_per_ha", "Remediation, class C", "GBP/ha", "Remediation for homes after engineering, metal, sewage, waste", 0, 50_000_000),
    CostInput("remediation_d_gbp_per_ha", "Remediation, class D", "GBP/ha", "Remediation for homes after gas, coke, chemicals, iron and steel, oil", 0, 50_000_000),
    CostInput("s106_gbp_per_home", "Planning obligations", "GBP/home", "Section 106 and community infrastructure levy", 0, 500_000),
    CostInput("finance_rate", "Finance rate", "per year", "Interest on what is owed", 0, 1),
    CostInput("finance_spend_share", "Share of spend owed", "share of spend", "Share of the spend that is owed on average over the time", 0, 1),
    CostInput("finance_years", "Years of finance", "years", "From the first spend to the last sale", 0, 50),
    CostInput("return_market_share", "Return on market homes", "share of value", "The developer's return on the value of market homes", 0, 1),
    CostInput("return_affordable_share", "Return on affordable homes", "share of value", "The developer's return on the value of affordable homes", 0, 1),
    CostInput("euv_gbp_per_ha", "Existing use value", "GBP/ha", "Value of the land in its existing use", 0, 200_000_000),
    CostInput("premium_share", "Premium", "share of existing use value", "Premium over existing use value at which a landowner would sell", 0, 10),
)  # fmt: skip
"""The inputs of ``[assumptions.costs]`` by name; :func:`cost_table` prints them."""

SCHEME_INPUTS = _declare(
    CostInput("affordable_share", "Affordable share", "share of homes", "Share of the homes that is affordable", 0, 1),
    CostInput("affordable_value_share", "Value of affordable homes", "share of market value", "What an affordable home fetches, over a market home's value", 0, 1),
    CostInput("home_size_m2", "Size of a home", "m2", "Floor area of a home, as sold", 10, 500),
)  # fmt: skip
"""The inputs of ``[assumptions.scheme]`` that a viability appraisal reads, by name."""


@dataclass(frozen=True)
class Assumption:
    """The value of an input: low, central and high (NaN where nobody stated it), who says so, when, and how sure."""

    low: float = math.nan
    central: float = math.nan
    high: float = math.nan
    source: str = ""
    date: str = ""
    confidence: str = ""

    @property
    def known(self) -> bool:
        """Whether the input has a value."""
        return not math.isnan(self.central)


@dataclass(frozen=True)
class Costs:
    """A table of inputs with their values; ``illustrative`` where the user marked them as made up.

    ``held`` is the value of every input by name, ``declared`` what :data:`COST_INPUTS` or :data:`SCHEME_INPUTS`
    declare of it.
    """

    declared: Mapping[str, CostInput]
    held: Mapping[str, Assumption]
    illustrative: bool = False

    def at(self, end: str) -> dict[str, float]:
        """Return every input at its ``low``, ``central`` or ``high``; NaN where it has no value."""
        return {name: float(getattr(value, end)) for name, value in self.held.items()}

    @property
    def ranged(self) -> list[str]:
        """The inputs that have a range, in declared order."""
        return [name for name, value in self.held.items() if value.low < value.high]


def load_costs(user: Mapping[str, Any] | None = None) -> Costs:
    """Gather the inputs of ``[assumptions.costs]``: the user's, else the preset's where it has a source, else none.

    Parameters
    ----------
    user
        Input name to a number, or to ``{low, central, high, unit, source, date}`` of which ``central`` is needed; a
        bare number has no range and no source. ``illustrative = true`` marks them all as made up.

    Returns
    -------
    Costs
        Every declared input, in the declared order.

    Raises
    ------
    InputError
        Naming every unknown input, wrong unit, value outside the valid range, and range out of order.

    Examples
    --------
    >>> costs = load_costs({"build_gbp_per_m2": {"low": 1500, "central": 1700, "high": 2000, "source": "own QS"}})
    >>> costs.at("high")["build_gbp_per_m2"], costs.held["return_market_share"].confidence
    (2000.0, 'second-hand')
    >>> missing_costs(costs)[:2]
    ['externals_share', 'contingency_share']
    """
    return load_inputs(user or {}, COST_INPUTS, where="[assumptions.costs]")


def load_scheme(user: Mapping[str, Any] | None = None, *, others: Iterable[str] = ()) -> Costs:
    """Gather the inputs of ``[assumptions.scheme]`` that a viability appraisal reads, as :func:`load_costs` does.

    Parameters
    ----------
    user
        Input name to a number or a range; ``illustrative = true`` marks them all as made up.
    others
        Names in the same table that other appraisals read; they are passed over.

    Raises
    ------
    InputError
        As :func:`load_costs`.

    Examples
    --------
    >>> load_scheme({"home_size_m2": 72, "mix": {"flat": 1}}, others=["mix"]).at("central")["home_size_m2"]
    72.0
    """
    passed = set(others)
    own = {name: entry for name, entry in (user or {}).items() if name not in passed}
    return load_inputs(own, SCHEME_INPUTS, where="[assumptions.scheme]", others=passed)


def missing_costs(*tables: Costs) -> list[str]:
    """Return the names of the inputs that have no value, in declared order."""
    return [name for table in tables for name, value in table.held.items() if not value.known]


def cost_table(*tables: Costs) -> pd.DataFrame:
    """List inputs with their values, one row each, missing ones included.

    Returns
    -------
    DataFrame
        ``input``, ``title``, ``unit``, ``low``, ``central``, ``high``, ``source``, ``date``, ``confidence``,
        ``meaning``, ``typical``: a habit of the trade that nobody could check, for guidance only.

    Examples
    --------
    >>> cost_table(load_scheme())[["input", "unit", "confidence"]].iloc[0].tolist()
    ['affordable_share', 'share of homes', 'missing']
    """
    typical = load_parameters("costs")["typical"]
    rows = [
        {
            "input": name,
            "title": declared.title,
            "unit": declared.unit,
            **{end: getattr(table.held[name], end) for end in ENDS},
            "source": table.held[name].source,
            "date": table.held[name].date,
            "confidence": table.held[name].confidence or "missing",
            "meaning": declared.meaning,
            "typical": f"{_span(typical[name].value)} (unverified)" if name in typical else "",
        }
        for table in tables
        for name, declared in table.declared.items()
    ]
    return pd.DataFrame(rows)


def _span(ends: list[float]) -> str:
    """Write two numbers as a span, or as one where they are equal."""
    return " to ".join(f"{end:,}" for end in dict.fromkeys(ends))


def load_inputs(
    user: Mapping[str, Any], declared: Mapping[str, CostInput], *, where: str, others: Iterable[str] = ()
) -> Costs:
    """Gather one table of declared inputs, or refuse it with every fault at once.

    Parameters
    ----------
    user
        Input name to a number or a range, as for :func:`load_costs`.
    declared
        The inputs the table may hold, by name.
    where
        The table's name in the project file, for the messages.
    others
        Names that are valid there too, for the messages.

    Raises
    ------
    InputError
        As :func:`load_costs`.
    """
    faults: list[str] = []
    values = {name: Assumption() for name in declared}
    for name, preset in load_parameters("costs")["inputs"].items():
        if name in declared:
            low, central, high = map(float, preset.value)
            values[name] = Assumption(low, central, high, preset.source, preset.date, preset.confidence)
    for name, entry in user.items():
        if name == ILLUSTRATIVE:
            continue
        if name not in declared:
            faults.append(unknown("input", name, [*declared, *others, ILLUSTRATIVE], where=where))
            continue
        fault, values[name] = _stated(entry, declared[name])
        faults += [f"{where}: {name}: {sentence}" for sentence in fault]
    illustrative = user.get(ILLUSTRATIVE, False)
    if not isinstance(illustrative, bool):
        faults.append(f"{where}: {ILLUSTRATIVE} needs true or false, not {illustrative!r}")
    if faults:
        raise InputError(*faults)
    return Costs(declared, MappingProxyType(values), bool(illustrative))


def _stated(entry: Any, declared: CostInput) -> tuple[list[str], Assumption]:
    """Read what the user states of one input: the faults found, and its value."""
    facts = dict(entry) if isinstance(entry, Mapping) else {"central": entry}
    faults = [unknown("key", key, FACTS) for key in facts if key not in FACTS]
    if "central" not in facts:
        faults.append("lacks central, the most likely value")
    if ("low" in facts) != ("high" in facts):
        faults.append("gives one end of a range; give low and high, or neither")
    if facts.get("unit", declared.unit) != declared.unit:
        faults.append(f"is in '{facts['unit']}', needs '{declared.unit}'")
    ends = {end: facts[end] for end in ENDS if end in facts}
    wrong = [end for end, value in ends.items() if isinstance(value, bool) or not isinstance(value, int | float)]
    faults += [f"{end} needs a number, not {ends[end]!r}" for end in wrong]
    outside = [
        end for end, value in ends.items() if end not in wrong and not declared.lowest <= value <= declared.highest
    ]
    if outside:
        given = ", ".join(f"{end} {ends[end]}" for end in outside)
        faults.append(f"{given} lies outside {declared.lowest:g} to {declared.highest:g} {declared.unit}")
    if faults:
        return faults, Assumption()
    central = float(ends["central"])
    low, high = float(ends.get("low", central)), float(ends.get("high", central))
    if not low <= central <= high:
        return [f"needs low ≤ central ≤ high, has {low:g}, {central:g}, {high:g}"], Assumption()
    return [], Assumption(low, central, high, str(facts.get("source", "")), str(facts.get("date", "")), "user")
