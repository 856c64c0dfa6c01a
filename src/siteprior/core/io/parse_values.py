"""Text into typed values, without guessing: each reader returns the value, or why there is none.

Every reader here takes one cell's text and returns a :class:`Value`; :func:`read_column` applies one to a column,
reads each distinct text once, and logs every text that was not read as it stands with file, row and field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

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


class NumberReader(Protocol):
    """A reader of one number, which is given whether its column has decimal commas."""

    def __call__(self, text: str, *, comma: bool = False) -> Value:
        """Read one cell."""


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


_PLAIN = re.compile(r"^[+-]?\d{1,15}(\.\d{1,15})?$", re.ASCII)
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_THOUSANDS = re.compile(r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$")
"""A group of thousands never starts with 0: 0,128 is a fraction."""

_DECIMAL_COMMA = re.compile(r"^[+-]?(0\d*,\d+|\d+,(\d{1,2}|\d{4,})|\d{4,},\d{3}|[1-9]\d{0,2}(\.\d{3})+,\d+)$")
_DECIMAL_POINT = re.compile(r"^[+-]?(\d*\.\d+|\d{1,3}(,\d{3}){2,}|\d{1,3}(,\d{3})+\.\d+)$")
_GAP = re.compile(r"[ \u00a0\u2009\u202f'’]")
_SPACED = re.compile(r"^[+-]?[1-9]\d{0,2}([ \u00a0\u2009\u202f'’]\d{3})+([.,]\d+)?$")
"""1 234,5 or 1'234: thousands parted by a blank or an apostrophe."""

_EITHER = re.compile(r"^[+-]?[1-9]\d{0,2},\d{3}$")
"""1,234: a thousand and more, or a little more than one; the column's others say which."""

WIDEST = 2**63
"""What a column of whole numbers does not hold any more (64 bits)."""

_DRESSED = re.compile(
    r"^(?:approx(?:imately)?\.?|circa|c\.?|about|~|£)?\s*([+-]?[\d.,]+)\s*"
    r"(?:ha\.?|hectares?|homes?|dwellings?|units?|flats?|houses?|net|gross|\(net\)|\(gross\))*$",
    re.IGNORECASE,
)
_SQUARE_METRES = re.compile(r"^([\d.,]+)\s*(sq\.?\s*m|sqm|m2|m²|square metres?)\.?$", re.IGNORECASE)
_RANGE = re.compile(r"^(\d+)\s*(?:-|–|to)\s*(\d+)$", re.IGNORECASE)


def decimal_commas(texts: Collection[str]) -> bool:
    """Return whether the numbers of a column are written with a decimal comma, by those that can be read in one way.

    Examples
    --------
    >>> decimal_commas(["0,5", "1,234"]), decimal_commas(["0.5", "1,234"]), decimal_commas(["1,234", "2,500 ha"])
    (True, False, False)
    """
    commas = points = 0
    for text in texts if any("," in text for text in texts) else ():
        dressed = _DRESSED.match(text)
        bare = dressed[1] if dressed else text
        commas += bool(_DECIMAL_COMMA.match(bare))
        points += bool(_DECIMAL_POINT.match(bare))
    return commas > points


def number(text: str, *, comma: bool = False) -> float | None:
    """Return plain text as a number, or ``None``; every reader of numbers reads them by this.

    Parameters
    ----------
    text
        The text: ``1,380.9``, ``0,128``, ``1.5e3``.
    comma
        Whether ``1,234`` has a decimal comma, as the others of its column have (:func:`decimal_commas`); else it is a
        thousand and more.

    Examples
    --------
    >>> number("1,380.9"), number("-1.5e3"), number("1.2.3"), number("0,128"), number("1e400")
    (1380.9, -1500.0, None, 0.128, None)
    >>> number("1,234"), number("1,234", comma=True), number("1.234,5")
    (1234.0, 1.234, 1234.5)
    """
    if _PLAIN.match(text):
        return float(text)
    if _SPACED.match(text):
        text = _GAP.sub("", text)
    if _DECIMAL_COMMA.match(text) or (comma and _EITHER.match(text)):
        text = text.replace(".", "").replace(",", ".")
    elif _THOUSANDS.match(text):
        text = text.replace(",", "")
    value = float(text) if _NUMBER.match(text) else math.inf
    return value if math.isfinite(value) else None


def in_form(reader: NumberReader, texts: Collection[str]) -> Reader:
    """Return a reader of numbers that reads them in the form of their column.

    Examples
    --------
    >>> in_form(read_decimal, ["0,5", "1,234"])("1,234").value
    1.234
    """
    return partial(reader, comma=decimal_commas(texts))


def read_decimal(text: str, *, comma: bool = False) -> Value:
    """Read a decimal; units and words of approximation are taken off and logged, a range is no number.

    Examples
    --------
    >>> read_decimal("0.36"), read_decimal("c. 1,250 ha").value, read_decimal("0.5 - 1").issue
    (Value(value=0.36, issue='', action=''), 1250.0, 'invalid decimal')
    >>> read_decimal("1,234", comma=True).action
    'read as 1.234, for the column has decimal commas; doubtful: it may be 1234'
    """
    dressed = _DRESSED.match(text)
    bare = text if number(text) is not None or not dressed else dressed[1]
    value = number(bare, comma=comma)
    if value is None:
        return Value(None, "invalid decimal", "left blank")
    if comma and _EITHER.match(bare):
        other = f"{number(bare):g}"
        return Value(
            value, "patch", f"read as {value:g}, for the column has decimal commas; doubtful: it may be {other}"
        )
    if _SPACED.match(bare):
        return Value(value, "patch", f"read as {value:.15g}")
    if _DECIMAL_COMMA.match(bare):
        return Value(value, "patch", "comma read as the decimal point")
    return Value(value) if bare == text else Value(value, "patch", f"read as {bare}")


def read_hectares(text: str, *, comma: bool = False) -> Value:
    """Read an area in hectares; square metres are converted where stated, zero and less are missing.

    Examples
    --------
    >>> read_hectares("4,500 sqm").value, read_hectares("0").issue, read_hectares("0,128").value
    (0.45, 'too small', 0.128)
    """
    metres = _SQUARE_METRES.match(text)
    area_m2 = number(metres[1], comma=comma) if metres else None
    if area_m2 is not None and area_m2 > 0:
        return Value(round(area_m2 / 10_000, 6), "patch", "square metres read as hectares")
    read = read_decimal(text, comma=comma)
    if read.value is not None and read.value <= 0:
        return Value(None, "too small", "left blank: a site has an area")
    return read


def read_count(text: str, *, end: str = "lower", comma: bool = False) -> Value:
    """Read a whole number from 0; of a range the ``lower`` or ``upper`` end is taken and logged.

    Examples
    --------
    >>> read_count("12.0").value, read_count("5-10", end="upper").value, read_count("7.5").issue, read_count("-3").issue
    (12, 10, 'invalid integer', 'too small')
    """
    ends = _RANGE.match(text)
    if ends:
        chosen = int(ends[1] if end == "lower" else ends[2])
        if chosen >= WIDEST:
            return Value(None, "too large", "left blank: no count is so large")
        return Value(chosen, "patch", f"a range, read as its {end} end")
    read = read_decimal(text, comma=comma)
    if read.value is None or not float(read.value).is_integer():
        return Value(None, "invalid integer", "left blank")
    if read.value < 0:
        return Value(None, "too small", "left blank: a count is not negative")
    if read.value >= WIDEST:
        return Value(None, "too large", "left blank: no count is so large")
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
