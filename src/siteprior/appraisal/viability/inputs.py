"""The inputs of a viability appraisal, valued from a source or by the user, never guessed.

They are declared and checked in :mod:`siteprior.project.inputs`, for the project file and for a script alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from siteprior.core.parameters import load_parameters
from siteprior.project.inputs import (
    ENDS,
    ILLUSTRATIVE,
    Assumption,
    CostInput,
    Costs,
    Scheme,
    declared_inputs,
    load_inputs,
    load_scheme_inputs,
)
from siteprior.project.kinds import Stated

__all__ = [
    "COST_INPUTS", "ENDS", "ILLUSTRATIVE", "SCHEME_INPUTS", "Assumption", "CostInput", "Costs", "Scheme", "cost_table",
    "load_costs", "load_scheme", "missing_costs",
]  # fmt: skip

COST_INPUTS = declared_inputs("costs")
"""The inputs of ``[assumptions.costs]`` by name; :func:`cost_table` prints them."""

SCHEME_INPUTS = declared_inputs("scheme")
"""The inputs of ``[assumptions.scheme]`` that a viability appraisal reads, by name."""


def load_costs(user: Mapping[str, Stated] | None = None) -> Costs:
    """Collect the inputs of ``[assumptions.costs]``: the user's, else the parameter's where it has a source, else none.

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
    >>> costs.at("high")["build_gbp_per_m2"], costs.assumptions["return_market_share"].confidence
    (2000.0, 'second-hand')
    >>> missing_costs(costs)[:2]
    ['externals_share', 'contingency_share']
    """
    return load_inputs(user, "costs")


def load_scheme(user: Mapping[str, Stated] | None = None, *, others: Iterable[str] = ()) -> Scheme:
    """Collect ``[assumptions.scheme]``: its inputs as :func:`load_costs` does, the mix of homes, what rules ask for.

    Parameters
    ----------
    user
        Input name to a number or a range; ``mix``; facts of the scheme, days as dates or ``2029-04-01``.
        ``illustrative = true`` marks them all as made up.
    others
        Further names in the same mapping that are read elsewhere; they are passed over.

    Raises
    ------
    InputError
        As :func:`load_costs`.

    Examples
    --------
    >>> scheme = load_scheme({"home_size_m2": 72, "mix": {"flat": 1}, "colour": "red"}, others=["colour"])
    >>> scheme.at("central")["home_size_m2"], scheme.mix["flat"]
    (72.0, 1.0)
    """
    passed = set(others)
    return load_scheme_inputs({name: entry for name, entry in (user or {}).items() if name not in passed})


def missing_costs(*tables: Costs) -> list[str]:
    """Return the names of the inputs that have no value, in declared order."""
    return [name for table in tables for name, value in table.assumptions.items() if not value.known]


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
    typical = load_parameters("costs").table("typical")
    rows = [
        {
            "input": name,
            "title": declared.title,
            "unit": declared.unit,
            **{end: getattr(table.assumptions[name], end) for end in ENDS},
            "source": table.assumptions[name].source,
            "date": table.assumptions[name].date,
            "confidence": table.assumptions[name].confidence or "missing",
            "meaning": declared.meaning,
            "typical": f"{_span(typical.numbers(name))} (unverified)" if name in typical else "",
        }
        for table in tables
        for name, declared in table.declared.items()
    ]
    return pd.DataFrame(rows)


def _span(ends: tuple[float, ...]) -> str:
    """Write two numbers as a span, or as one where they are equal."""
    return " to ".join(f"{end:,}" for end in dict.fromkeys(ends))
