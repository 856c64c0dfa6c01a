"""Tables and texts as Markdown, for the generated pages of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from siteprior.core.cell_values import CellValue

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|$~])")


def plain(text: CellValue) -> str:
    r"""Write a text so that Markdown shows it as it stands, on one line.

    Examples
    --------
    >>> print(plain("a_b | <c>"))
    a\_b \| \<c\>
    """
    return _SIGNS.sub(r"\\\1", " ".join(str(text).split()))


def code(text: CellValue) -> str:
    """Write a name as code for a table; nothing where it is blank.

    Examples
    --------
    >>> code("walk_m"), code("")
    ('`walk_m`', '')
    """
    line = " ".join(str(text).split()).replace("|", "\\|")
    return f"`{line}`" if line else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table of cells that are Markdown already.

    Examples
    --------
    >>> print(table(["key", "meaning"], [["`a`", "first"]]))
    | key | meaning |
    |---|---|
    | `a` | first |
    <BLANKLINE>
    """
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"
