"""The user's keys, which no message, file or log shows, in whatever form they are written."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterable

from siteprior.core.shown_text import HIDDEN, without_keys

ASKING = ("urllib3", "requests", "osmnx")
"""Libraries that write addresses in their logs."""


class HiddenKeys(logging.Filter):
    """Takes keys out of texts, and out of what the libraries that ask the network log.

    Parameters
    ----------
    keys
        The keys; blank ones are none.

    Examples
    --------
    >>> HiddenKeys(["a b/c"]).hide("GET /a+b%2fc, a%20b/c, a%2520b%252Fc and a b/c")
    'GET /HIDDEN, HIDDEN, HIDDEN and HIDDEN'
    """

    def __init__(self, keys: Iterable[str]) -> None:
        super().__init__()
        forms = [_any_form(key) for key in sorted({key for key in keys if key.strip()}, key=len, reverse=True)]
        self._forms = re.compile("|".join(forms)) if forms else None
        self._loggers: list[logging.Logger] = []

    def hide(self, text: str) -> str:
        """Return a text without the keys, nor those of any address in it."""
        return without_keys(text if self._forms is None else self._forms.sub(HIDDEN, text))

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a line of a log through without the keys; where it shows a fault, without that."""
        record.msg, record.args = self.hide(record.getMessage()), ()
        record.exc_info = record.exc_text = None
        return True

    def in_log(self) -> None:
        """Look at every line the libraries log from now on."""
        names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in ASKING]
        self._loggers = [logging.getLogger(name) for name in (*names, *ASKING)]
        for logger in self._loggers:
            logger.addFilter(self)

    def out_of_log(self) -> None:
        """Leave the logs as they were."""
        for logger in self._loggers:
            logger.removeFilter(self)
        self._loggers = []


def _any_form(key: str) -> str:
    """Return the pattern of a key in any form: each sign as it is, or as an address, a page or JSON writes it."""
    return "".join(map(_any_sign, key))


def _any_sign(sign: str) -> str:
    """Return the pattern of a sign: itself, its bytes as ``%`` once or more often, ``+`` for a blank, ``&amp;``."""
    coded = "".join(f"%(?:25)*(?i:{byte:02x})" for byte in sign.encode("utf-8", errors="surrogateescape"))
    forms = [
        coded,  # the longer forms first: a key may end in a sign its own longer form begins with
        re.escape(html.escape(sign)),
        f"\\\\u(?i:{ord(sign):04x})",
        rf"\\{re.escape(sign)}",
        re.escape(sign),
    ]
    return f"(?:{'|'.join([*dict.fromkeys(forms), *([re.escape('+')] if sign == ' ' else [])])})"
