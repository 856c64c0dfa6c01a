"""Pages that open from a folder or an attachment: one file, nothing loaded, texts of other people shown as text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from siteprior.core.cell_values import CellValue
from siteprior.report import style
from siteprior.report.html.labels import in_words

if TYPE_CHECKING:
    from jinja2 import Environment

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

STYLE, SCRIPT = "report.css.j2", "report.js"
"""The style sheet and the script all pages share: one look, and tables that sort."""


def render(
    template: str, *, styles: Sequence[str] = (), scripts: Sequence[str] = (), library: str = "", look: str = "",
    **facts: Any,
) -> str:  # fmt: skip
    """Fill a template of the folder ``templates`` and return the page.

    Parameters
    ----------
    template
        Its name. It finds ``policy``, ``style``, ``script`` and ``scripts`` beside the facts, and the filters
        :func:`day`, :func:`count`, :func:`number`, :func:`percent` and :func:`siteprior.report.html.labels.in_words`.
    styles
        Style sheets that follow the common one; they and all templates know the colours as ``colour``.
    scripts
        Scripts that follow the common one, one behind the other.
    library, look
        A library the scripts need, and its style sheet, as text. It may work in a thread of its own, and draw pictures
        in memory (``blob:``); it may load as little as the page.
    **facts
        What the page shows. A name the template asks for and does not get is an error.
    """
    from markupsafe import Markup

    environment = _environment()
    sheet = look + style_sheet(*styles)
    script = _source(environment, SCRIPT)
    several = [library, script, "".join(_source(environment, name) for name in scripts)]
    several = [text for text in several if text]
    # The page may run these scripts and use this one style sheet; markup slipped in through a name could not.
    hashes = " ".join(f"'{_digest(text)}'" for text in several)
    threads = " worker-src blob:;" if library else ""
    return environment.get_template(template).render(
        policy=(
            f"default-src 'none'; img-src data:{' blob:' if library else ''}; base-uri 'none'; form-action 'none';"
            f"{threads} style-src '{_digest(sheet)}'; script-src {hashes}"
        ),
        style=Markup(sheet),
        script=Markup(script),
        scripts=[Markup(text) for text in several],
        **facts,
    )


def style_sheet(*names: str) -> str:
    """Return the common style sheet and those named, one after the other, in the colours of ``report/style.py``."""
    # Jinja takes the last line break of a template away.
    return "".join(_environment().get_template(name).render() + "\n" for name in (STYLE, *names))


def _environment() -> Environment:
    """Return Jinja as all pages use it: what is filled in is shown as text, and a missing name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("siteprior.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(day=day, count=count, number=number, percent=percent, in_words=in_words)
    environment.globals.update(colour=style.PAGE_COLOURS, variables=style.PAGE_VARIABLES)
    return environment


def day(value: date | str | None) -> str:
    """Return a date as a reader writes it; blank where there is none.

    Examples
    --------
    >>> day("2026-10-02")
    '2 October 2026'
    """
    if value is None or value == "":
        return ""
    moment = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def count(value: float | None) -> str:
    """Return a whole number with thousands apart; a dash where it is not known.

    Examples
    --------
    >>> count(2061), count(None)
    ('2,061', '–')
    """
    return "–" if value is None else _signed(f"{value:,.0f}")


def number(value: CellValue | Sequence[CellValue], places: int = 2) -> str:
    """Return a number with at most so many decimals; text as it is; a dash where it is not known.

    Examples
    --------
    >>> number(0.25), number(960.0), number("list"), number(None)
    ('0.25', '960', 'list', '–')
    """
    if value is None:
        return "–"
    if isinstance(value, (list, tuple)):
        return ", ".join(number(item, places) for item in value)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return str(value)
    text = _signed(f"{value:,.{places}f}")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: float | None) -> str:
    """Return a share as whole per cent; a dash where it is not known.

    Examples
    --------
    >>> percent(0.349)
    '35%'
    """
    return "–" if value is None else _signed(f"{100 * value:.0f}") + "%"


def _signed(figures: str) -> str:
    """Return a number as written, without the sign where it was rounded to zero."""
    return figures if figures.strip("-0.") else figures.lstrip("-")


def _source(environment: Environment, name: str) -> str:
    """Return a file of the template folder as it is."""
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _digest(text: str) -> str:
    """Return the hash by which a content security policy knows an inline block."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
