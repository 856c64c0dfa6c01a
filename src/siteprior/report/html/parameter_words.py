"""The numbers and rules a run rests on, in words: no code of a fund or council without its name, nothing as Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from siteprior.core.cell_values import CellValue
from siteprior.core.councils import council_names
from siteprior.report.html._common import fund_titles
from siteprior.report.html.render import day, number

_DETAILS = {"from": "in force from", "until": "in force until", "seen": "seen in force"}
"""Days of a rule, in the order they are named."""


def parameter_value(value: Any) -> str:  # anything a parameter file may hold
    """Return a parameter's value as a reader reads it: a rule as its sentence, codes with their names.

    Parameters
    ----------
    value
        A number, a text, a list of them, or a rule of a fund as ``parameters/funds.toml`` states it.

    Examples
    --------
    >>> parameter_value(0.25), parameter_value([[0.4, 1.0], [1.2, 0.875]]), parameter_value(["rail", "tram"])
    ('0.25', '0.4: 1; 1.2: 0.875', 'rail, tram')
    >>> parameter_value({"fund": "gap-fund-8000", "title": "Building starts by March 2031", "until": "2031-03-31"})
    'Building starts by March 2031: WMCA gap fund for 8,000 starts (gap-fund-8000); in force until 31 March 2031'
    """
    if isinstance(value, Mapping):
        return (
            _rule(value)
            if "title" in value
            else "; ".join(f"{_plain(k)}: {parameter_value(v)}" for k, v in value.items())
        )
    if _is_list(value):
        if value and all(_is_list(item) for item in value):
            return "; ".join(f"{number(item[0], 4)}: {number(item[1:], 4)}" for item in value)
        return ", ".join(_named(item) for item in value)
    return _named(value)


def _rule(rule: Mapping[str, Any]) -> str:
    """Return a rule of a fund: its sentence, its fund by name, its days, its councils, and what to bear in mind."""
    parts = [f"{rule['title']}: {_named(rule['fund'])}" if "fund" in rule else str(rule["title"])]
    if rule.get("organisations"):
        parts.append("in " + ", ".join(_named(code) for code in rule["organisations"]))
    parts += [f"{words} {day(str(rule[key]))}" for key, words in _DETAILS.items() if rule.get(key)]
    if rule.get("caution"):
        parts.append(f"mind that {rule['caution']}")
    return "; ".join(parts)


def _named(value: CellValue) -> str:
    """Return a value as text; the code of a fund or a council behind its name."""
    if not isinstance(value, str):
        return value.isoformat() if isinstance(value, date) else number(value, 4)
    name = fund_titles().get(value) or council_names().get(value)
    return f"{name} ({value})" if name else value


def _plain(key: str) -> str:
    """Return a key in words."""
    return str(key).replace("_", " ")


def _is_list(value: object) -> bool:
    """Return whether a value is a list and no text."""
    return isinstance(value, Sequence) and not isinstance(value, str)
