"""What arrived, looked into: a web page with status 200 is no table, and a file begins as its ending says."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from siteprior.core.shown_text import one_line
from siteprior.core.unpacking import BROKEN_ZIP
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

TABLES = (".csv", ".tsv", ".txt")
JSONS = (".json", ".geojson")
TEXTS = (*TABLES, *JSONS, ".gml", ".xml", ".kml", ".graphml")
"""Endings of files of text."""

OTHER_KINDS = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"PK\x03\x04": "a zip or a workbook",
    b"\x1f\x8b": "a gzip",
    b"\xd0\xcf\x11\xe0": "a workbook or document of old Office",
    b"SQLite format 3": "a database (GeoPackage)",
    b"PAR1": "a Parquet file",
}
"""What files that begin so are, which are no text."""

TAR_AT = 257
"""Where a tar archive says that it is one (byte)."""

DELIMITERS = b",;\t|"
"""Signs that part the columns of tables."""

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
_ROOT = rb"\s*(<\?xml.*?\?>\s*)?(<!--.*?-->\s*)*(<!(?i:doctype)[^>]*>\s*)?"
_XML = re.compile(_ROOT + rb"<[a-z?!]", re.IGNORECASE | re.DOTALL)
_FAULT = re.compile(_ROOT + rb"<(\w+:)?(ServiceExceptionReport|ExceptionReport|ServiceException|Error)\b", re.DOTALL)
EXCEPTION = re.compile(r"<(?:\w+:)?(?:ExceptionText|ServiceException|Message)[^>]*>(.*?)</", re.DOTALL)
"""The words of a service's fault, in XML."""

LONGEST_QUOTE = 200
"""Signs of a server's own words that a message quotes."""

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
    plain = _plain(head)
    if ending not in PAGES and _PAGE.match(plain):
        raise Refused(WEB_PAGE)
    if (begins := FIRST_BYTES.get(ending, ())) and not head.startswith(begins):
        raise Refused(f"what came is no {ending} file; look at the address in a browser")
    if ending in (".xlsx", ".xlsm") and not _is_workbook(path):
        raise Refused(f"what came is a zip, but no {ending} workbook; look at the address in a browser")
    if ending in TEXTS:
        _refuse_other_text(path, ending, head, plain)


def _refuse_other_text(path: Path, ending: str, head: bytes, plain: bytes) -> None:
    """Refuse what is no text, or the message of a fault, where text of an ending is meant; its beginning is given."""
    kind = next((kind for begins, kind in OTHER_KINDS.items() if head.startswith(begins)), "")
    if head[TAR_AT : TAR_AT + 5] == b"ustar":
        kind = "a tar archive"
    if kind:
        raise Refused(f"{kind} came instead of a {ending} file; look at the address in a browser")
    if _FAULT.match(plain):
        raise Refused(f"the service reports a fault instead of the file: {_words_of_fault(plain)}")
    first = plain.lstrip()[:1]
    if ending in (*TABLES, *JSONS) and _XML.match(plain):
        raise Refused(f"XML came instead of a {ending} file; open the address in a browser to read it")
    if ending in TABLES and first in (b"{", b"[") and _message(path) is not None:
        raise Refused("JSON came instead of the table, as servers send for a fault; open the address in a browser")
    if ending in JSONS and first not in (b"{", b"["):
        raise Refused(f"what came is no JSON, which a {ending} file is; open the address in a browser to read it")
    if ending in JSONS and first == b"{" and _is_error(path):
        raise Refused(
            "the server sent the message of a fault (JSON) instead of the file; open the address in a browser to "
            "read it"
        )
    line = plain.strip()
    if ending == ".csv" and len(head) < HEAD and not any(sign in line for sign in (*DELIMITERS, *b"\r\n")):
        raise Refused(f"a line of text came instead of a table: {quoted(line.decode(errors='replace'))}")


def _is_workbook(path: Path) -> bool:
    """Return whether a zip has the files of a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name == "[Content_Types].xml" or name.startswith("xl/") for name in archive.namelist())
    except BROKEN_ZIP:
        return False


def _words_of_fault(plain: bytes) -> str:
    """Return the words in which XML states a fault."""
    found = EXCEPTION.search(plain.decode(errors="replace"))
    words = quoted(re.sub(r"<!\[CDATA\[|\]\]>|<[^>]*>", " ", found[1])) if found else ""
    return words or "it gives no reason"


def quoted(text: str) -> str:
    """Return a server's own words for a message: one line, not too long, and no word of it cut.

    Half a word could be half a key, which nobody would know as one to hide.

    Examples
    --------
    >>> quoted(" no   such layer ")
    'no such layer'
    """
    words = " ".join(text.split())
    if len(words) > LONGEST_QUOTE:
        words = f"{words[: LONGEST_QUOTE + 1].rpartition(' ')[0]} …".lstrip()
    return one_line(words)


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
