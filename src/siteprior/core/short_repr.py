"""What a result shows of itself: one line at a prompt, a small table in a notebook, never the tables it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Sized
from dataclasses import fields, is_dataclass
from datetime import date
from html import escape
from typing import Any, TypeVar

import pandas as pd

Shown = TypeVar("Shown")

LONGEST = 200
"""Characters of a line that describes a thing; what is longer is cut."""

LEFT = ' style="text-align:left"'
"""JupyterLab sets every cell of a table to the right, words too."""


def size_of(value: Any) -> str:  # results hold parts of any type
    """Return a part of a result in a word or two: how many rows a table has, a number or a name as it is.

    Examples
    --------
    >>> size_of(pd.DataFrame({"a": [1, 2]})), size_of(None), size_of(1.3), size_of(("a", "b", "c"))
    ('2 rows', 'none', '1.3', '3 entries')
    """
    if value is None:
        return "none"
    if isinstance(value, pd.DataFrame | pd.Series):
        return counted(len(value), "row")
    if isinstance(value, bool | int | float | date):
        return f"{value:,}" if type(value) is int else str(value)
    if isinstance(value, str):
        return shortened(value, 40)
    return counted(len(value), "entry", "entries") if isinstance(value, Sized) else type(value).__name__


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "site"), counted(1200, "site")
    ('1 site', '1,200 sites')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def first_few(names: Sequence[str], shown: int) -> str:
    """Return the first few names, and how many more there are.

    Examples
    --------
    >>> first_few(["a.csv", "b.csv", "c.csv"], 2), first_few(["a.csv"], 2)
    ('a.csv, b.csv and 1 more', 'a.csv')
    """
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more:,} more" if more > 0 else "")


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return a text cut to a length, with an ellipsis where something was cut.

    Examples
    --------
    >>> shortened("a long title", 7)
    'a long…'
    """
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def short_repr(cls: type[Shown]) -> type[Shown]:
    """Let a dataclass or a named tuple show the sizes of its parts: at a prompt in a line, in a notebook as a table.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> @short_repr
    ... class Found(NamedTuple):
    ...     rows: pd.DataFrame
    ...     factor: float
    >>> Found(pd.DataFrame({"a": [1, 2]}), 1.3)
    Found(rows: 2 rows, factor: 1.3)
    """
    for name, function in {"__repr__": line_of, "_repr_html_": table_of}.items():
        setattr(cls, name, function)
    return cls


def line_of(self: Any) -> str:  # a dataclass or a named tuple of any parts
    """Return a result in one line, each part with its size."""
    parts = ", ".join(f"{name}: {size_of(value)}" for name, value in _parts(self))
    return f"{type(self).__name__}({shortened(parts)})"


def table_of(self: Any) -> str:  # a dataclass or a named tuple of any parts
    """Return a result as a small table of its parts, in HTML."""
    return html_table(repr(self), ("part", "holds"), {name: size_of(value) for name, value in _parts(self)})


def html_table(head: str, names: tuple[str, str], rows: Mapping[str, str]) -> str:
    """Return a heading and two columns as HTML, for a notebook; the heading alone where there is no row.

    Examples
    --------
    >>> html_table("Found", ("part", "holds"), {"rows": "<2"}).replace(LEFT, "")
    '<b>Found</b><table><tr><th>part</th><th>holds</th></tr><tr><td>rows</td><td>&lt;2</td></tr></table>'
    >>> html_table("Nothing found", ("part", "holds"), {})
    '<b>Nothing found</b>'
    """
    lines = [("th", *names), *(("td", name, text) for name, text in rows.items())]
    cells = (f"<{tag}{LEFT}>{escape(text)}</{tag}>" for tag, *texts in lines for text in texts)
    table = "".join(f"<tr>{first}{second}</tr>" for first, second in zip(cells, cells, strict=True))
    return f"<b>{escape(head)}</b>" + (f"<table>{table}</table>" if rows else "")


def _parts(thing: Any) -> Iterator[tuple[str, Any]]:  # a dataclass or a named tuple of any parts
    """Yield the parts of a dataclass or a named tuple by name."""
    names = [each.name for each in fields(thing)] if is_dataclass(thing) else list(thing._fields)
    for name in names:
        if not name.startswith("_"):
            yield name, getattr(thing, name)
