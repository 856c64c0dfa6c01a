"""Pages that open from a folder or an attachment: one file, nothing loaded, texts of other people shown as text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache, partial
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
    alone: bool = False, **facts: Any,
) -> str:  # fmt: skip
    """Fill a template of the folder ``templates`` and return the page.

    Parameters
    ----------
    template
        Its name. It finds ``policy``, ``style``, ``script`` and ``scripts`` beside the facts, and the filters
        :func:`day`, :func:`count`, :func:`number`, :func:`percent`, :func:`brief` and
        :func:`siteprior.report.html.labels.in_words`.
    styles
        Style sheets that follow the common one; they and all templates know the colours as ``colour``.
    scripts
        Scripts that follow the common one, one behind the other.
    library, look
        A library the scripts need, and its style sheet, as text. It may work in a thread of its own, and draw pictures
        in memory (``blob:``); it may load as little as the page.
    alone
        Whether these style sheets stand without the common one: documents that are printed have a look of their own.
    **facts
        What the page shows. A name the template asks for and does not get is an error.
    """
    page = page_of(template, styles=styles, scripts=scripts, library=library, look=look, alone=alone)
    return page(**facts)


def page_of(
    template: str, *, styles: Sequence[str] = (), scripts: Sequence[str] = (), library: str = "", look: str = "",
    alone: bool = False,
) -> Callable[..., str]:  # fmt: skip
    """Return what fills a template, as :func:`render` does, for many pages of one kind."""
    from markupsafe import Markup

    environment = _environment()
    sheet = look + style_sheet(*styles, alone=alone)
    script = _source(environment, SCRIPT)
    several = [library, script, "".join(_source(environment, name) for name in scripts)]
    several = [text for text in several if text]
    # The page may run these scripts and use this one style sheet; markup slipped in through a name could not.
    hashes = " ".join(f"'{_digest(text)}'" for text in several)
    threads = " worker-src blob:;" if library else ""
    return partial(
        environment.get_template(template).render,
        policy=(
            f"default-src 'none'; img-src data:{' blob:' if library else ''}; base-uri 'none'; form-action 'none';"
            f"{threads} style-src '{_digest(sheet)}'; script-src {hashes}"
        ),
        style=Markup(sheet),
        script=Markup(script),
        scripts=[Markup(text) for text in several],
    )


def style_sheet(*names: str, alone: bool = False) -> str:
    """Return the common style sheet, unless ``alone``, and those named, in the colours of ``report/style.py``."""
    # Jinja takes the last line break of a template away.
    sheets = names if alone else (STYLE, *names)
    return "".join(_environment().get_template(name).render() + "\n" for name in sheets)


def load_templates(beginning: str) -> None:
    """Make the templates ready whose name begins so, before they are filled."""
    environment = _environment()
    for name in environment.list_templates(extensions=["j2"]):
        if name.startswith(beginning):
            environment.get_template(name)


@cache
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
    environment.filters.update(day=day, count=count, number=number, percent=percent, in_words=in_words, brief=brief)
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


def brief(text: CellValue, most: int = 160) -> str:
    r"""Return a text on one line, cut after so many letters; a dash where there is none.

    Examples
    --------
    >>> brief("Mill Street,  the long\nway round", 20), brief(None)
    ('Mill Street, the lo…', '–')
    """
    if text is None:
        return "–"
    words = " ".join(str(text).split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


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
