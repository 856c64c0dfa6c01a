"""The one HTTP client of ``siteprior fetch``: tries again with growing waits, follows redirects, asks a mirror."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self
from urllib.parse import urljoin, urlsplit

from siteprior import __version__
from siteprior.core.errors import InputError
from siteprior.core.files import is_fetchable
from siteprior.core.parameters import load_parameters
from siteprior.core.shown_text import one_line, without_keys
from siteprior.core.unpacking import bomb_faults
from siteprior.sources.fetch.keys import HiddenKeys
from siteprior.sources.fetch.packed import Deflate, Gzip

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session
    from urllib3.util.retry import Retry

MIRROR_VARIABLE = "SITEPRIOR_MIRROR"
"""The environment variable that names a mirror."""

HOST = "{host}"
"""What stands in a mirror's address for the host that is asked."""

SHARED_HEADERS = frozenset({"Accept-Encoding", "Range", "If-Range", "If-None-Match", "If-Modified-Since"})
"""Headers that go to a host that was sent on to, too; any other may hold a key."""

PACKED: Mapping[str, type[Gzip] | type[Deflate]] = {"gzip": Gzip, "x-gzip": Gzip, "deflate": Deflate}
"""How an answer may be packed in transit (header ``Content-Encoding``): ways that say where they end."""

RETRIED = (429, 500, 502, 503, 504)
"""Answers after which a server is asked again."""

PIECE = 1 << 14
"""Bytes of an answer taken at a time."""

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


class Refused(Exception):  # noqa: N818 (an answer, turned into an InputError at once)
    """What arrives is not the file that was meant."""


class Client:
    """One session of requests, with what every request of a fetch has in common.

    Parameters
    ----------
    mirror
        Asked in the place of every host: scheme and host are replaced, path and query stay. ``{host}`` in it stands
        for the host that was meant. Blank: none.
    keys
        The user's keys, which no message shows.

    Raises
    ------
    InputError
        When the mirror is no address that may be asked.

    Examples
    --------
    >>> Client(mirror="https://mirror.example.org/{host}").address("https://data.example.org/a.csv?x=1")
    'https://mirror.example.org/data.example.org/a.csv?x=1'
    """

    def __init__(self, *, mirror: str = "", keys: Iterable[str] = ()) -> None:
        self._mirror = _usable(mirror).rstrip("/")
        self._hidden = HiddenKeys(keys)
        self.session = _session()
        self.session.headers["User-Agent"] = f"siteprior/{__version__}"
        self.session.headers["Accept-Encoding"] = "gzip, deflate"
        numbers = load_parameters("fetch")
        self.timeout = (numbers.number("connect_timeout_s"), numbers.number("read_timeout_s"))
        self.tries = numbers.integer("tries")
        self._unanswered, self._most_unanswered = set[str](), numbers.integer("unanswered_files")
        self._answered = False
        self._first_wait_s, self._longest_wait_s = numbers.number("first_wait_s"), numbers.number("longest_wait_s")

    def __enter__(self) -> Self:
        self._hidden.in_log()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hidden.out_of_log()
        self.session.close()

    def address(self, url: str) -> str:
        """Return the address that is asked for another: the mirror's, where there is one."""
        if not self._mirror:
            return url
        parts = urlsplit(url)
        base = self._mirror.replace(HOST, parts.netloc)
        if urlsplit(base).netloc == parts.netloc:
            return url  # the mirror sends on within itself
        return base + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def hide(self, text: str) -> str:
        """Return a text without the user's keys, nor those of any address in it."""
        return self._hidden.hide(text)

    def pause(self, seconds: float) -> None:
        """Wait before a server is asked again (s)."""
        time.sleep(seconds)

    @property
    def out_of_reach(self) -> bool:
        """Whether no host at all has answered so far, after as many files as that may take: each is asked once then."""
        return not self._answered and len(self._unanswered) >= self._most_unanswered

    def policy(self) -> Retry:
        """Return how often a server is asked again, and after which waits (s): urllib3's, doubling each time."""
        from urllib3.util.retry import Retry

        return Retry(
            total=self.tries - 1, backoff_factor=self._first_wait_s, backoff_max=self._longest_wait_s,
            status_forcelist=RETRIED, redirect=False,
        )  # fmt: skip

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, stream: bool = False) -> Response:
        """Ask for an address (a mirror in its place) and return the answer, also one that reports a fault.

        A server that cannot be reached, is asked too often or has a fault of its own is asked again after growing
        waits, or the time it states; where no host has answered so far (``out_of_reach``), one that cannot be reached
        is asked once. Headers of the caller go to the first host alone.

        Raises
        ------
        Refused
            When the server redirects to what may not be asked.
        requests.RequestException
            When it cannot be reached.
        """
        import requests

        retries = self.policy()
        while True:
            try:
                response = self._follow(url, dict(headers or {}), stream=stream)
            except (requests.ConnectionError, requests.Timeout) as fault:
                final = isinstance(fault, requests.exceptions.SSLError | requests.exceptions.ProxyError)
                if final or not retries.total or self.out_of_reach:
                    self._unanswered.add(url)
                    raise
                retries = retries.increment("GET", url, error=fault)
                self.pause(retries.get_backoff_time())
                continue
            if response.status_code not in RETRIED or not retries.total:
                return response
            stated = _stated_wait(response, retries)
            if stated is not None and stated > self._longest_wait_s:
                return response  # longer than anybody waits before a screen
            response.close()
            retries = retries.increment("GET", url, response=response.raw)
            self.pause(retries.get_backoff_time() if stated is None else stated)

    def _follow(self, url: str, headers: dict[str, str], *, stream: bool) -> Response:
        """Ask once, and where the answer sends on, there."""
        import requests

        asked, meant = self.address(url), urlsplit(url).netloc
        for _ in range(self.session.max_redirects):
            response = self.session.get(
                asked, headers=headers, stream=stream, timeout=self.timeout, allow_redirects=False
            )
            self._answered = True
            if not response.is_redirect:
                return response
            response.close()
            onward = _onward(response)
            before, then = urlsplit(asked).netloc, urlsplit(onward).netloc
            host = meant if then == before else then  # a mirror that sends on within itself stands for the same host
            asked = self.address(onward)
            if host != meant or urlsplit(asked).netloc != before:
                headers = {name: value for name, value in headers.items() if name in SHARED_HEADERS}
            meant = host
        raise requests.TooManyRedirects

    def answer(self, url: str, *, headers: Mapping[str, str] | None = None, limit: int) -> Whole:
        """Return a whole answer to be read at once, or say what the server reported instead.

        No more than ``limit`` bytes of it are taken, as they are once unpacked.

        Raises
        ------
        Refused
            When the server redirects to what may not be asked, reports a fault or sends more; the message says so.
        """
        import requests

        retries = self.policy()
        try:
            while True:
                with self.get(url, headers=headers, stream=True) as response:
                    response.raise_for_status()
                    try:
                        return Whole(_content(response, limit), response.headers)
                    except (requests.exceptions.ChunkedEncodingError, requests.ConnectionError) as fault:
                        if not retries.total:
                            raise
                        retries = retries.increment("GET", url, error=fault)
                self.pause(retries.get_backoff_time())
        except requests.RequestException as fault:
            raise Refused(reason_of(fault)) from None


def _usable(mirror: str) -> str:
    """Return a mirror, or refuse one that may not be asked or behind which no path can stand."""
    shown, where = without_keys(mirror), f"(--mirror, {MIRROR_VARIABLE})"
    if mirror and not is_fetchable(mirror.replace(HOST, "host")):
        raise InputError(
            f"mirror {shown}: is no address to fetch from; give one that begins with https:// and holds no user name "
            f"or password {where}"
        )
    if "?" in mirror or "#" in mirror:
        raise InputError(
            f"mirror {shown}: has a query or a fragment, behind which no path of a file can stand; give the address up "
            f"to the ? or #, such as {shown.partition('?')[0].partition('#')[0]} {where}"
        )
    return mirror


def content_of(response: Response) -> Iterator[bytes]:
    """Yield what a server sends, unpacked where it is packed in transit.

    The length a server states is then that of the packed bytes: only what is packed says whether all of it came.

    Raises
    ------
    Refused
        When it is packed in a way nobody asked for.
    requests.RequestException
        When the connection breaks off, or what is packed has no end or is damaged.
    """
    from requests.exceptions import ChunkedEncodingError, ContentDecodingError

    how = response.raw.headers.pop("content-encoding", "").strip().lower()  # else urllib3 unpacks, and asks no end
    pieces = response.iter_content(PIECE)
    if how in ("", "identity"):
        yield from pieces
        return
    if how not in PACKED:
        raise Refused(
            f"the server packs the file in transit in a way that was not asked for ({one_line(how)}); open the address "
            "in a browser"
        )
    packed = PACKED[how]()
    try:
        for piece in pieces:
            yield from packed.unpack(piece)
    except zlib.error as fault:
        raise ContentDecodingError(str(fault)) from None
    if not packed.ended:
        raise ChunkedEncodingError("what is packed in transit has no end")


def _content(response: Response, limit: int) -> bytes:
    """Return what a server sends, unpacked; refuse more than so many bytes as they come."""
    content = bytearray()
    for piece in content_of(response):
        content += piece
        if len(content) > limit:
            raise Refused(f"the answer is larger than {limit / 1e9:g} GB; if that is right, raise --max-gb")
        packed = response.raw.tell()  # bytes that came over the line
        if bomb := bomb_faults("the answer", unpacked=len(content), packed=packed, fix="look at it in a browser"):
            raise Refused(bomb[0])
    return bytes(content)


class Whole(NamedTuple):
    """An answer that came whole, unpacked, and what the server says of it."""

    content: bytes
    headers: Mapping[str, str]

    @property
    def text(self) -> str:
        """The answer as text; signs that cannot be read are replaced."""
        return self.content.decode("utf-8", errors="replace")


def _session() -> Session:
    """Return a session that leaves alone where it is sent on to: that is looked at here first."""
    import requests

    class NoOnward(requests.Session):
        def get_redirect_target(self, resp: Response) -> str | None:  # noqa: ARG002
            return None

    session = NoOnward()
    session.auth = no_credentials
    return session


def no_credentials(request: PreparedRequest) -> PreparedRequest:
    """Return a request as it is: requests would else send what ``~/.netrc`` has for the host, in the place of a key."""
    return request


def _stated_wait(response: Response, retries: Retry) -> float | None:
    """Return the seconds a server says to wait; ``None`` where it says nothing that can be read."""
    from urllib3.exceptions import InvalidHeader

    try:
        return retries.get_retry_after(response.raw)
    except (InvalidHeader, ValueError, OverflowError, TypeError):  # a year or a number beyond all
        return None


def _onward(response: Response) -> str:
    """Return where an answer redirects to, or refuse it."""
    try:
        onward = urljoin(response.url, response.headers["location"])
    except ValueError:  # such as http://[
        raise Refused("the server redirects to what is no address; look up the new address") from None
    weaker = onward.startswith("http:") and not response.url.startswith("http:")
    if weaker or not is_fetchable(onward):
        place = onward.partition("?")[0]  # without its query, which may hold a key
        raise Refused(f"the server redirects to {place}, which is not https; look up the new address")
    return onward


def reason_of(fault: Exception) -> str:
    """Say in a sentence what went wrong in transit, and what to do about it.

    Examples
    --------
    >>> import requests
    >>> reason_of(requests.exceptions.ChunkedEncodingError())
    'the download broke off; fetch again: it goes on from there where the server allows it'
    """
    from requests import exceptions

    if isinstance(fault, exceptions.HTTPError):
        return status_reason(fault.response.status_code)
    known = {
        exceptions.ProxyError: f"the proxy cannot be reached or refuses; {PROXY_HINT}",
        exceptions.SSLError: f"the server's certificate is not trusted; {PROXY_HINT}",
        exceptions.Timeout: f"the server did not answer in time; {PROXY_HINT}",
        exceptions.ChunkedEncodingError: (
            "the download broke off; fetch again: it goes on from there where the server allows it"
        ),
        exceptions.ContentDecodingError: "the download is damaged; fetch again",
        exceptions.TooManyRedirects: "the server sends on and on in a circle; look up the new address",
        exceptions.InvalidURL: "the server sends on to what is no address; look up the new address",
        exceptions.InvalidSchema: "the server sends on to what is no web address; look up the new address",
        exceptions.ConnectionError: f"the server cannot be reached; {PROXY_HINT}",
    }
    other = f"cannot be downloaded ({type(fault).__name__}); check the address"
    return next((reason for kind, reason in known.items() if isinstance(fault, kind)), other)


def status_reason(status: int) -> str:
    """Say in a sentence what a server's answer of fault means.

    Examples
    --------
    >>> status_reason(500)
    'HTTP 500: the server has a fault; try again later'
    """
    return f"HTTP {status}: " + REASONS.get(status, "the server has a fault; try again later")
