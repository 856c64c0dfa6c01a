"""What notebooks show of the data: tables and sentences in which text from a file is text, whatever is written in it.

A notebook renders Markdown and HTML, and a site may be called ``<svg onload=…>``. So no text of a file stands in the
words of a cell: it goes through :func:`show_text` or :func:`show_table`.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from siteprior.core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from IPython.display import Markdown
    from pandas.io.formats.style import Styler

_HARMLESS = frozenset(" ,.;%£–—…()?")


def show_table(table: pd.DataFrame, name: str, **formats: str) -> Styler:
    """Show a table in a notebook: its texts as they are written, its numbers as asked, missing as a dash.

    Parameters
    ----------
    table
        Any table; its index is left out.
    name
        The table's name within the notebook, which keeps the page the same from run to run.
    **formats
        How the numbers of a column are written, such as ``distance_m="{:,.0f}"``; blanks in a column's name are ``_``.

    Returns
    -------
    Styler

    Raises
    ------
    InputError
        When it is no table, or the name is no text.

    Examples
    --------
    >>> import pandas as pd
    >>> shown = show_table(pd.DataFrame({"site": ["<b>Mill</b>"], "walk m": [1234.5]}), "sites", walk_m="{:,.0f}")
    >>> "&lt;b&gt;Mill" in shown.to_html(), "1,234" in shown.to_html()
    (True, True)
    """
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise InputError(f"table: needs a table (DataFrame), got {type(table).__name__}")
    if not isinstance(name, str) or not name:
        raise InputError(f"name: needs a name for the table within the notebook, got {name!r}")
    left = {"text-align": "left"}
    shown = table.reset_index(drop=True)
    style = shown.style.set_uuid(name).hide(axis="index").set_properties(subset=None, **left)
    style = style.set_table_styles(
        [
            {"selector": "th", "props": "text-align: left"},
            {"selector": "caption", "props": "text-align: left; caption-side: top; padding-bottom: 4px"},
        ]
    )
    forms: dict[Any, Any] = {  # as pandas types them
        column: form
        for column in shown.columns
        for key, form in formats.items()
        if str(column).replace(" ", "_") == key
    }
    return style.format_index(escape="html", axis=1).format(forms, na_rep="–", escape="html")


def show_text(words: str, **values: Any) -> Markdown:
    """Show a sentence in Markdown in a notebook, with values whose text is shown as it is written.

    Parameters
    ----------
    words
        The sentence, with ``{name}`` or ``{name:,.0f}`` for values, as of ``str.format``.
    **values
        The values: texts of files, numbers, dates.

    Returns
    -------
    Markdown

    Raises
    ------
    InputError
        When the sentence names a value that is not given.

    Examples
    --------
    >>> show_text("**{name}**: {homes:,} homes", name="<b>*Mill*</b>", homes=1200).data
    '**&#60;b&#62;&#42;Mill&#42;&#60;&#47;b&#62;**: 1,200 homes'
    """
    from IPython.display import Markdown

    try:
        return Markdown(_Words().format(words, **values))  # type: ignore[no-untyped-call]  # IPython types nothing
    except (KeyError, IndexError) as fault:
        raise InputError(f"words: name the value {fault}, which is not given; give it by name") from None


class _Words(string.Formatter):
    """Formats as Python does, each value's text as it is written."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return the value as text in which nothing is markup."""
        return as_written(super().format_field(value, format_spec))


def as_written(text: str) -> str:
    """Return text that Markdown and HTML show as it is written: every sign that could be markup is a character code.

    Line breaks and several blanks, which begin blocks in Markdown, are one blank; at its ends it has none, beside which
    Markdown's own signs would not be read.

    Examples
    --------
    >>> as_written("St John's, 5% <i>")
    'St John&#39;s, 5% &#60;i&#62;'
    """
    return "".join(
        sign if sign.isalnum() or sign in _HARMLESS else f"&#{ord(sign)};" for sign in " ".join(text.split())
    )
