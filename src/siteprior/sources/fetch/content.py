"""What arrived, looked into: a web page with status 200 is no table, and a file begins as its ending says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from siteprior.sources.fetch.client import Refused

if TYPE_CHECKING:
    from pydantic import JsonValue

FIRST_BYTES = {
    ".zip": (b"PK",),
    ".xlsx": (b"PK",),
    ".xlsm": (b"PK",),
    ".ods": (b"PK",),
    ".xls": (b"\xd0\xcf\x11\xe0",),
    ".gz": (b"\x1f\x8b",),
    ".gpkg": (b"SQLite format 3",),
    ".parquet": (b"PAR1",),
    ".tif": (b"II", b"MM"),
    ".tiff": (b"II", b"MM"),
    ".fgb": (b"fgb",),
}
"""How files of these endings begin."""

PAGES = (".html", ".htm", ".xhtml")
HEAD = 4096
"""Bytes of a file that are looked into to know what it is."""

_PAGE = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!doctype\s+html|<html\b|<head\b|<body\b|<script\b|<meta\b|<title\b)",
    re.IGNORECASE | re.DOTALL,
)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

WEB_PAGE = (
    "a web page came instead of the file: a login, a proxy's notice or the publisher's page; open the address in a "
    "browser to see which"
)
LONGEST_MESSAGE = 1 << 20
"""Bytes of the longest JSON that is looked at as a message of a fault."""

FAULT_KEYS = frozenset({"error", "errors", "fault", "exception", "error_description", "message", "detail"})
DATA_KEYS = frozenset({"features", "type", "data", "results", "elements", "rows", "records"})
"""Keys of JSON by which a message of a fault and data are known apart."""


def is_page(kind: str) -> bool:
    """Return whether a server calls what it sends a web page (its header ``Content-Type``).

    Examples
    --------
    >>> is_page("TEXT/HTML; charset=utf-8"), is_page("text/csv")
    (True, False)
    """
    return kind.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")


def refuse_other_kind(path: Path, ending: str) -> None:
    """Look into a file that came whole, and refuse what is no file of an ending, whatever the server calls it.

    Raises
    ------
    Refused
        When it is empty, a web page, the message of a fault, or begins as no file of this ending does.
    """
    ending = ending.lower()
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise Refused("the file that came is empty; try again later")
    if ending not in PAGES and _PAGE.match(_plain(head)):
        raise Refused(WEB_PAGE)
    if (begins := FIRST_BYTES.get(ending, ())) and not head.startswith(begins):
        raise Refused(f"what came is no {ending} file; look at the address in a browser")
    first = _plain(head).lstrip()[:1]
    if ending in (".csv", ".txt", ".tsv") and first in (b"{", b"[") and _message(path) is not None:
        raise Refused("JSON came instead of the table, as servers send for a fault; open the address in a browser")
    if ending in (".json", ".geojson") and first == b"{" and _is_error(path):
        raise Refused(
            "the server sent the message of a fault (JSON) instead of the file; open the address in a browser to "
            "read it"
        )


def _is_error(path: Path) -> bool:
    """Return whether the whole is an object that states a fault and holds no data."""
    message = _message(path)
    names = {name.lower() for name in message} if isinstance(message, dict) else set[str]()
    return bool(FAULT_KEYS & names) and not DATA_KEYS & names


def _message(path: Path) -> JsonValue:
    """Return the JSON a file is, where it is short enough for a message."""
    if path.stat().st_size > LONGEST_MESSAGE:
        return None
    try:
        message: JsonValue = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    return message


def _plain(head: bytes) -> bytes:
    """Return the beginning of a text without its byte order mark and the zeros of UTF-16."""
    for mark in _MARKS:
        if head.startswith(mark):
            return head.removeprefix(mark).replace(b"\0", b"")
    return head
