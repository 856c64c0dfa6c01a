"""Texts and colours as QGIS writes them in expressions and styles."""

from __future__ import annotations


def rgba(colour: str, opacity: int = 255) -> str:
    """Return a hex colour as QGIS writes it; ``opacity`` from 0 to 255.

    Examples
    --------
    >>> from siteprior.report import style
    >>> rgba(style.ACCENT, 150)
    '178,58,0,150'
    """
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + f",{opacity}"


def expression_text(value: str) -> str:
    r"""Quote a value as text of a QGIS expression.

    Examples
    --------
    >>> print(expression_text("o'neil"))
    'o\'neil'
    """
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
