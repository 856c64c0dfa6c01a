"""One file from a web server, whole or not at all, checked against its hash; called by ``siteprior fetch`` alone."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin

from siteprior.core.errors import InputError
from siteprior.core.files import is_fetchable, whole_file
from siteprior.core.parameters import load_parameters
from siteprior.sources.fetch.within_time import within_time

if TYPE_CHECKING:
    from pooch import HTTPDownloader
    from pydantic import JsonValue
    from requests import Response

ByteProgress = Callable[[int, int], None]
"""Called as a file arrives with the bytes so far and the bytes announced (0 where the server does not say)."""

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

PROXY_HINT = (
    "behind a proxy set HTTPS_PROXY, and REQUESTS_CA_BUNDLE if your organisation has a certificate of its own; then "
    "fetch again"
)
REASONS = {
    401: "the server wants a login; the data needs registration",
    403: "the server refuses access; the data may need registration, or a firewall stands between",
    404: "there is no such file on the server; look up the new address on the publisher's page",
    407: f"the proxy wants a login; {PROXY_HINT}",
    410: "the file was taken down; look up the new address on the publisher's page",
    429: "the server is asked too often; wait an hour and fetch again",
}


PARTIAL = 206
WEB_PAGE = (
    "a web page came instead of the file: a login, a proxy's notice or the publisher's page; open the address in a "
    "browser to see which"
)
LONGEST_MESSAGE = 1 << 20
"""Bytes of the longest JSON that is looked at as a message of a fault."""

FAULT_KEYS = frozenset({"error", "errors", "fault", "exception", "error_description", "message", "detail"})
DATA_KEYS = frozenset({"features", "type", "data", "results", "elements", "rows", "records"})
"""Keys of JSON by which a message of a fault and data are known apart."""


class Arrival(NamedTuple):
    """A file that arrived: its size in bytes and the SHA-256 of its content."""

    bytes: int
    sha256: str


def download(
    url: str,
    target: Path,
    *,
    sha256: str = "",
    largest_bytes: int | None = None,
    progress: ByteProgress | None = None,
) -> Arrival:
    """Download one file to ``target`` and return its size (bytes) and hash; a file that stood there is replaced.

    Parameters
    ----------
    url
        Where from: https, or http on this machine. A redirect to anything else is refused.
    target
        Where to. Until the file is complete and right, what stands there is untouched.
    sha256
        The hash the content must have; not checked where blank.
    largest_bytes
        Refuse a larger file; by default the parameter ``largest_gb``.
    progress
        Called with the bytes as they arrive.

    Raises
    ------
    InputError
        When the server cannot be reached, does not have the file, sends a web page instead or a file of another kind,
        too large or of another hash. The message says what to do, by hand if need be.
    OutputError
        When ``target`` cannot be written.
    """
    import requests
    from pooch import HTTPDownloader

    by_hand = f"or download it by hand to {target}"
    if not is_fetchable(url):
        raise InputError(f"{url}: only https addresses without a password are fetched; correct it, {by_hand}")
    numbers = load_parameters("fetch")
    limit = int(numbers.number("largest_gb") * 1e9) if largest_bytes is None else largest_bytes
    with whole_file(target) as temporary, temporary.open("w+b") as file:
        received = _Received(file, target, limit, progress)
        get = HTTPDownloader(
            chunk_size=1 << 16,
            timeout=(numbers.number("connect_timeout_s"), numbers.number("read_timeout_s")),
            headers={"Accept-Encoding": "identity"},  # the file as it is, not compressed in transit
            hooks={"response": lambda response, **_: received.check_response(response)},
        )
        try:
            within_time(partial(_take, get, url, received), numbers.number("whole_timeout_s"))
            received.check(sha256.lower())
        except TimeoutError:
            raise InputError(
                f"{url}: the file did not come whole in the time a download may take (parameter "
                f"fetch.whole_timeout_s); the server is too slow, fetch again, {by_hand}"
            ) from None
        except requests.RequestException as fault:  # an OSError too; one of the disk is reported by whole_file
            raise InputError(f"{url}: {_reason(fault)}; {by_hand}") from None
        except _Refused as fault:
            raise InputError(f"{url}: {fault}, {by_hand}") from None
        except (
            ValueError,
            LookupError,
            RuntimeError,
        ) as fault:  # so say urllib3 and idna of an address they cannot read
            raise InputError(
                f"{url}: the server sends on to an address that cannot be read ({type(fault).__name__}); look up the "
                f"new address on the publisher's page, {by_hand}"
            ) from None
        return Arrival(received.bytes, received.hash.hexdigest())


def _take(get: HTTPDownloader, url: str, received: _Received) -> None:
    """Let the file arrive; what was refused half-way would keep its connection open."""
    try:
        get(url, received, None)
    finally:  # in the thread that reads: another would wait for it
        for response in received.responses:
            response.close()


def reach(url: str) -> None:
    """Ask a server for a short answer, to know at once whether it can be reached.

    Raises
    ------
    InputError
        When it cannot.
    """
    import requests

    numbers = load_parameters("fetch")
    wait = numbers.number("connect_timeout_s")

    def ask() -> None:
        with requests.get(url, timeout=(wait, wait)) as response:
            response.raise_for_status()

    try:
        within_time(ask, numbers.number("read_timeout_s"))
    except TimeoutError:
        raise InputError(f"{url}: the server did not answer in time; {PROXY_HINT}") from None
    except requests.RequestException as fault:
        raise InputError(f"{url}: {_reason(fault)}") from None


class _Refused(Exception):  # noqa: N818 (an answer, turned into an InputError at once)
    """What arrives is not the file that was meant."""


class _Received:
    """The file as pooch writes it: counted, hashed and bounded on its way to the disk."""

    def __init__(self, file: IO[bytes], target: Path, limit: int, progress: ByteProgress | None) -> None:
        self.file, self.target, self.limit, self.progress = file, target, limit, progress
        self.bytes = self.total = 0
        self.hash = hashlib.sha256()
        self.responses: list[Response] = []

    def check_response(self, response: Response) -> None:
        """Look at a server's answer before its content: where it redirects to, what it says will come."""
        self.responses.append(response)
        if response.is_redirect:
            try:
                onward = urljoin(response.url, response.headers["location"])
            except ValueError:  # such as http://[
                raise _Refused("the server redirects to what is no address; look up the new address") from None
            weaker = onward.startswith("http:") and not response.url.startswith("http:")
            if weaker or not is_fetchable(onward):
                place = onward.partition("?")[0]  # without its query, which may hold a key
                raise _Refused(f"the server redirects to {place}, which is not https; look up the new address")
            return
        kind = response.headers.get("content-type", "")
        if response.status_code == PARTIAL:
            raise _Refused("the server sent a part of the file only (HTTP 206); fetch again")
        page = kind.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")
        if response.ok and page and self.target.suffix.lower() not in PAGES:
            raise _Refused(WEB_PAGE)
        stated = response.headers.get("content-length", "")
        self.total = int(stated) if stated.isdigit() else 0
        self._refuse_above_limit(self.total)

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self.bytes += len(piece)
        self._refuse_above_limit(self.bytes)
        self.hash.update(piece)
        self.file.write(piece)
        if self.progress is not None:
            self.progress(self.bytes, self.total)

    def flush(self) -> None:
        """Leave it to the file when to write; pooch asks after every piece."""

    def check(self, sha256: str) -> None:
        """Look at the whole: empty, of another kind than its name says, or of another hash."""
        self.file.flush()
        self.file.seek(0)
        ending = self.target.suffix
        if not self.bytes:
            raise _Refused("the file that came is empty; try again later")
        if sha256 and self.hash.hexdigest() != sha256:
            raise _Refused(
                f"the file that came has the SHA-256 {self.hash.hexdigest()}, not the one stated; if the publisher has "
                "a newer edition and you want it, state that hash in the project"
            )
        self._refuse_other_kind(self.file.read(HEAD), ending)

    def _refuse_other_kind(self, head: bytes, ending: str) -> None:
        """Refuse what is no file of its ending, by how it begins, whatever the server calls it."""
        begins = FIRST_BYTES.get(ending.lower(), ())
        if ending.lower() not in PAGES and _PAGE.match(_plain(head)):
            raise _Refused(WEB_PAGE)
        if begins and not head.startswith(begins):
            raise _Refused(f"what came is no {ending} file; look at the address in a browser")
        first = _plain(head).lstrip()[:1]
        if ending.lower() in (".csv", ".txt", ".tsv") and first in (b"{", b"[") and self._is_json():
            raise _Refused("JSON came instead of the table, as servers send for a fault; open the address in a browser")
        if ending.lower() in (".json", ".geojson") and first == b"{" and self._is_error():
            raise _Refused("the server sent the message of a fault (JSON) instead of the file; open the address in a "
                           "browser to read it")  # fmt: skip

    def _is_json(self) -> bool:
        """Return whether the whole is JSON; of a file too large for a message, it is none."""
        return self._message() is not None

    def _is_error(self) -> bool:
        """Return whether the whole is an object that states a fault and holds no data."""
        message = self._message()
        names = {name.lower() for name in message} if isinstance(message, dict) else set[str]()
        return bool(FAULT_KEYS & names) and not DATA_KEYS & names

    def _message(self) -> JsonValue:
        if self.bytes > LONGEST_MESSAGE:
            return None
        self.file.seek(0)
        try:
            message: JsonValue = json.loads(self.file.read())
        except (ValueError, RecursionError):
            return None
        return message

    def _refuse_above_limit(self, size: int) -> None:
        if size > self.limit:
            raise _Refused(f"the file is larger than {self.limit / 1e9:g} GB; if that is right, raise --max-gb")


def _plain(head: bytes) -> bytes:
    """Return the beginning of a text without its byte order mark and the zeros of UTF-16."""
    for mark in _MARKS:
        if head.startswith(mark):
            return head.removeprefix(mark).replace(b"\0", b"")
    return head


def _reason(fault: Exception) -> str:
    """Say in a sentence what went wrong in transit, and what to do about it."""
    from requests import exceptions

    if isinstance(fault, exceptions.HTTPError):
        status = fault.response.status_code
        return f"HTTP {status}: " + REASONS.get(status, "the server has a fault; try again later")
    known = {
        exceptions.ProxyError: f"the proxy cannot be reached or refuses; {PROXY_HINT}",
        exceptions.SSLError: f"the server's certificate is not trusted; {PROXY_HINT}",
        exceptions.Timeout: f"the server did not answer in time; {PROXY_HINT}",
        exceptions.ChunkedEncodingError: "the download broke off; fetch again",
        exceptions.TooManyRedirects: "the server sends on and on in a circle; look up the new address",
        exceptions.InvalidURL: "the server sends on to what is no address; look up the new address",
        exceptions.InvalidSchema: "the server sends on to what is no web address; look up the new address",
        exceptions.ConnectionError: f"the server cannot be reached; {PROXY_HINT}",
    }
    other = f"cannot be downloaded ({type(fault).__name__}); check the address"
    return next((reason for kind, reason in known.items() if isinstance(fault, kind)), other)
