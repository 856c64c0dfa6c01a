"""What may be shown of a text that others wrote: no key of an address, and no sign that steers a terminal."""

from __future__ import annotations

import re
import unicodedata

HIDDEN = "HIDDEN"
"""What stands in the place of a key."""

_USER = re.compile(r"(?<=://)[^/?#\s\"'<>]*@")
_PAIR = re.compile(r"([?&;#]|%26|%3f)([^=&;#?\s\"'<>]+?)(=|%3d)([^&;#\s\"'<>]+?)(?=%26|[&;#\s\"'<>]|$)", re.IGNORECASE)
_SECRET = re.compile(
    r"key|token|secret|passw|pwd|^pass|auth|sig$|signature|credential|session|jwt|bearer|^sas$|ticket|^pw$|^code$|user",
    re.IGNORECASE,
)
_RANDOM = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9_+/=.-]{24,}")
_FILE = re.compile(r"(?:/[^/]+)+\.(?:csv|xlsx?|ods|zip|json|geojson|gpkg|parquet)", re.IGNORECASE)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
_STEERS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u00ad\u200b\u200c\u200d\ufeff")


def without_keys(text: str) -> str:
    """Return a text with the keys of every address in it replaced: passwords, tokens, signatures.

    What stands before ``@``, the value of a part of the query that is named like a key (``key``, ``token``,
    ``signature`` …), and a value of 24 signs or more in which letters and digits mix, unless it is the path of a
    file. All else of the address stays.

    Examples
    --------
    >>> without_keys("https://example.org/a.csv?format=csv&apikey=s3cret")
    'https://example.org/a.csv?format=csv&apikey=HIDDEN'
    >>> without_keys("ftp://me:s3cret@example.org/a.csv: there is no such file")
    'ftp://HIDDEN@example.org/a.csv: there is no such file'
    >>> without_keys("sites/a.csv has no key = 1")
    'sites/a.csv has no key = 1'
    """
    return _ADDRESS.sub(_hidden, text) if "://" in text else text


def _hidden(found: re.Match[str]) -> str:
    return _PAIR.sub(_pair, _USER.sub(f"{HIDDEN}@", found[0]))


def _pair(found: re.Match[str]) -> str:
    before, name, sign, value = found.groups()
    secret = _SECRET.search(name) or (_RANDOM.fullmatch(value) and not _FILE.fullmatch(value))
    return f"{before}{name}{sign}{HIDDEN if secret else value}"


def one_line(text: str) -> str:
    r"""Return a text as one line of a terminal: breaks become spaces, signs that steer it are written out.

    Escape sequences, a carriage return or marks of writing direction in a file's text would else overwrite or turn
    what stands beside them. Signs without width that only join or part letters are left out.

    Examples
    --------
    >>> one_line("first\r\nsecond\x1b[31m red\u202e turned")
    'first second\\x1b[31m red\\u202e turned'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_plain, re.sub(r"(\r\n?|\n|\x85|\u2028|\u2029)[ \t]*", " ", text)))


def _plain(sign: str) -> str:
    if sign in _JOINERS or sign == "\t":
        return " " if sign == "\t" else ""
    return ascii(sign)[1:-1] if unicodedata.category(sign) in _STEERS else sign
