"""Which edition of a file a server has: what is kept of its answer, what is asked by, and whether a part goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

WEAK = "W/"
"""How the name of an edition begins that two files may share (RFC 9110 §8.8.1)."""

_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


def length_of(headers: Mapping[str, str]) -> int:
    """Return how many bytes an answer says it has; 0 where it does not say, or they are packed in transit.

    Examples
    --------
    >>> length_of({"content-length": "12"}), length_of({"content-length": "12", "content-encoding": "gzip"})
    (12, 0)
    """
    stated = headers.get("content-length", "").strip()
    return int(stated) if _NUMBER.fullmatch(stated) and not is_packed(headers) else 0


def is_packed(headers: Mapping[str, str]) -> bool:
    """Return whether an answer is packed in transit: its bytes are not those of the file.

    Examples
    --------
    >>> is_packed({"content-encoding": "gzip"}), is_packed({"content-encoding": "identity"})
    (True, False)
    """
    return headers.get("content-encoding", "").strip().lower() not in ("", "identity")


def facts_of(headers: Mapping[str, str]) -> dict[str, str]:
    """Return what is kept of an answer that sends a file from its beginning: which edition it is, of how many bytes.

    Examples
    --------
    >>> facts_of({"etag": '"a1"', "content-length": "12"})
    {'etag': '"a1"', 'last_modified': '', 'total': '12', 'packed': '', 'dated': ''}
    """
    modified, length = headers.get("last-modified", ""), length_of(headers)
    return {
        "etag": headers.get("etag", ""),
        "last_modified": modified,
        "total": str(length) if length else "",
        "packed": "yes" if is_packed(headers) else "",
        "dated": "yes" if _names_one(modified, headers.get("date", "")) else "",
    }


def _names_one(modified: str, sent: str) -> bool:
    """Return whether a day names one edition alone: sent a second or more after it, in which no other was made."""
    try:
        return parsedate_to_datetime(modified) < parsedate_to_datetime(sent)
    except (ValueError, OverflowError, TypeError):  # a time zone beyond a day, one of the two without any
        return False


def validator(facts: Mapping[str, str]) -> str:
    """Return by what a part is gone on with (``If-Range``); blank where nothing names one edition alone.

    A name that two editions may share is none, nor is a day that does not distinguish them (RFC 9110 §13.1.5).

    Examples
    --------
    >>> validator({"etag": '"a1"'}), validator({"etag": 'W/"a1"', "last_modified": "Mon …", "dated": "yes"})
    ('"a1"', '')
    >>> validator({"last_modified": "Mon …", "dated": "yes"}), validator({"last_modified": "Mon …"})
    ('Mon …', '')
    """
    if facts.get("packed"):
        return ""  # its ranges are not those of what is written
    if etag := facts.get("etag", ""):
        return "" if etag.startswith(WEAK) else etag
    return facts.get("last_modified", "") if facts.get("dated") else ""


def conditions(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that ask for a file only where it is another than the one that is there.

    Examples
    --------
    >>> conditions({"etag": '"a1"'})
    {'If-None-Match': '"a1"'}
    """
    named = {"If-None-Match": facts.get("etag", ""), "If-Modified-Since": facts.get("last_modified", "")}
    return {header: fact for header, fact in named.items() if fact}


def total_if_same(facts: Mapping[str, str], headers: Mapping[str, str], start: int) -> int:
    """Return the bytes of the whole file where an answer goes on with a part of it; 0 where it may not be joined.

    It is joined where it is the rest of the file from ``start`` to its end, unpacked and of the length it states, and
    the server names the edition the part was begun with, of as many bytes.

    Parameters
    ----------
    facts
        What :func:`facts_of` kept of the answer the part was begun with.
    headers
        Those of an answer with status 206.
    start
        The bytes that are there.

    Examples
    --------
    >>> facts = {"etag": '"a1"', "total": "10"}
    >>> total_if_same(facts, {"content-range": "bytes 4-9/10", "etag": '"a1"'}, 4)
    10
    >>> total_if_same(facts, {"content-range": "bytes 4-9/10", "etag": '"a2"'}, 4)
    0
    """
    found = _RANGE.fullmatch(headers.get("content-range", "").strip())
    if found is None or is_packed(headers):
        return 0
    first, last, total = (int(number) for number in found.groups())
    rest = first == start and last == total - 1 and length_of(headers) in (0, total - first)
    etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
    if facts.get("etag", ""):
        same = etag == facts["etag"] and modified in ("", facts.get("last_modified", ""))
    else:
        same = bool(modified) and modified == facts.get("last_modified", "") and not etag
    return total if rest and same and facts.get("total", "") in ("", str(total)) else 0
