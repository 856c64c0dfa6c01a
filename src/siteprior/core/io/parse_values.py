"""Text into typed values, without guessing: each reader returns the value, or why there is none.

Every reader here takes one cell's text and returns a :class:`Value`; :func:`read_column` applies one to a column,
reads each distinct text once, and logs every text that was not read as it stands with file, row and field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from siteprior.core.issues import IssueLog

NOTHING = re.compile(
    r"^(n\s*/?\s*a|not applicable|none|null|<null>|nil|nan|tbc|tbd|unavailable|[-–—.?`/]+|#n/?a"
    r"|#(n/a|value!|ref!|name\?|div/0!|null!|num!))$",
    re.IGNORECASE,
)
"""Marks people and programs leave where there is no value."""


class Value(NamedTuple):
    """A value read from text, with the issue code and the action to log where it was not read as it stood."""

    value: Any
    issue: str = ""
    action: str = ""


Reader = Callable[[str], Value]

MISSING = Value(None)


def read_column(texts: Sequence[str], rows: Sequence[int], reader: Reader, *, field: str, log: IssueLog) -> list[Any]:
    """Read a column of text; what was not read as it stands goes to the log.

    A mark for "no value" (``n/a``, ``-``, ``#N/A``) is missing and logged as such; an empty cell is missing.

    Examples
    --------
    >>> log = IssueLog("a.csv")
    >>> read_column(["0.5ha", "", "large", "n/a"], [2, 3, 4, 5], read_decimal, field="hectares", log=log)
    [0.5, None, None, None]
    >>> log.table()[["row", "issue_type", "value"]].values.tolist()
    [[2, 'patch', '0.5ha'], [4, 'invalid decimal', 'large'], [5, 'patch', 'n/a']]
    """
    known: dict[str, Value] = {"": MISSING}
    values = []
    for text, row in zip(texts, rows, strict=True):
        if text not in known:
            known[text] = Value(None, "patch", "read as blank") if NOTHING.match(text) else reader(text)
        read = known[text]
        if read.issue:
            log.add(read.issue, row=row, field=field, value=text, action=read.action)
        values.append(read.value)
    return values


_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d{1,2}$")
_DRESSED = re.compile(
    r"^(?:approx(?:imately)?\.?|circa|c\.?|about|~|£)?\s*([+-]?[\d.,]+)\s*"
    r"(?:ha\.?|hectares?|homes?|dwellings?|units?|flats?|houses?|net|gross|\(net\)|\(gross\))*$",
    re.IGNORECASE,
)
_SQUARE_METRES = re.compile(r"^([\d.,]+)\s*(sq\.?\s*m|sqm|m2|m²|square metres?)\.?$", re.IGNORECASE)
_RANGE = re.compile(r"^(\d+)\s*(?:-|–|to)\s*(\d+)$", re.IGNORECASE)


def number(text: str) -> float | None:
    """Return plain text as a number, thousands commas allowed, or ``None``.

    Examples
    --------
    >>> number("1,380.9"), number("-1.5e3"), number("1.2.3"), number("0,5")
    (1380.9, -1500.0, None, None)
    """
    if _THOUSANDS.match(text):
        text = text.replace(",", "")
    return float(text) if _NUMBER.match(text) else None


def read_decimal(text: str) -> Value:
    """Read a decimal; units and words of approximation are taken off and logged, a range is no number.

    Examples
    --------
    >>> read_decimal("0.36"), read_decimal("c. 1,250 ha").value, read_decimal("0.5 - 1").issue
    (Value(value=0.36, issue='', action=''), 1250.0, 'invalid decimal')
    """
    plain = number(text)
    if plain is not None:
        return Value(plain)
    if _DECIMAL_COMMA.match(text):
        return Value(float(text.replace(",", ".")), "patch", "comma read as the decimal point")
    dressed = _DRESSED.match(text)
    if dressed and number(dressed[1]) is not None:
        return Value(number(dressed[1]), "patch", f"read as {dressed[1]}")
    return Value(None, "invalid decimal", "left blank")


def read_hectares(text: str) -> Value:
    """Read an area in hectares; square metres are converted where stated, zero and less are missing.

    Examples
    --------
    >>> read_hectares("4,500 sqm").value, read_hectares("0").issue
    (0.45, 'too small')
    """
    metres = _SQUARE_METRES.match(text)
    if metres and number(metres[1]) is not None:
        return Value(round(float(metres[1].replace(",", "")) / 10_000, 6), "patch", "square metres read as hectares")
    read = read_decimal(text)
    if read.value is not None and read.value <= 0:
        return Value(None, "too small", "left blank: a site has an area")
    return read


def read_count(text: str, *, end: str = "lower") -> Value:
    """Read a whole number from 0; of a range the ``lower`` or ``upper`` end is taken and logged.

    Examples
    --------
    >>> read_count("12.0").value, read_count("5-10", end="upper").value, read_count("7.5").issue, read_count("-3").issue
    (12, 10, 'invalid integer', 'too small')
    """
    ends = _RANGE.match(text)
    if ends:
        chosen = int(ends[1] if end == "lower" else ends[2])
        return Value(chosen, "patch", f"a range, read as its {end} end")
    read = read_decimal(text)
    if read.value is None or not float(read.value).is_integer():
        return Value(None, "invalid integer", "left blank")
    if read.value < 0:
        return Value(None, "too small", "left blank: a count is not negative")
    return read._replace(value=int(read.value))


def read_lower(text: str) -> Value:
    """Read a whole number, of a range its lower end."""
    return read_count(text, end="lower")


def read_upper(text: str) -> Value:
    """Read a whole number, of a range its upper end."""
    return read_count(text, end="upper")


_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(\.[\w-]+)+")
_TELEPHONE = re.compile(r"(?<![\w/.])(\+44[\s-]?(\(0\))?[\s-]?|\(?0)(?!10|00)[1-378]\d(\)?[\s-]?\d){7,8}(?![\w/])")
_PERSON = re.compile(
    r"\b(Mr|Mrs|Ms|Miss|Cllr|Messrs)\.?( ?& ?(Mr|Mrs)\.?)?( [A-Z]\.?){0,3} [A-Z][a-z'-]+( [A-Z][a-z'-]+)?"
)
REMOVED = "[removed]"


def without_contacts(text: str) -> str:
    """Return text with e-mail addresses and telephone numbers replaced by ``[removed]``.

    Examples
    --------
    >>> without_contacts("Ring 0121 496 0000 or write to a.b@example.org; see 07/01234/FUL")
    'Ring [removed] or write to [removed]; see 07/01234/FUL'
    """
    if "@" in text:
        text = _EMAIL.sub(REMOVED, text)
    return _TELEPHONE.sub(REMOVED, text)


def without_persons(text: str) -> str:
    """Return free text with contacts and titled names of people replaced by ``[removed]``.

    Examples
    --------
    >>> without_persons("Owner is Mr J Smith, 0121 496 0000")
    'Owner is [removed], [removed]'
    """
    return _PERSON.sub(REMOVED, without_contacts(text))
