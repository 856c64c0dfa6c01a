"""One file from a web server, whole or not at all, taken up where it broke off; called by ``siteprior fetch`` alone."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from siteprior.core.errors import InputError, OutputError
from siteprior.core.files import is_fetchable
from siteprior.core.parameters import load_parameters
from siteprior.sources.fetch.client import PROXY_HINT, Client, Refused, reason_of, status_reason
from siteprior.sources.fetch.content import PAGES, WEB_PAGE, is_page, refuse_other_kind
from siteprior.sources.fetch.slots import Slot, downloads, place, slot_of, target_lock
from siteprior.sources.fetch.unpack import is_archive, unpack
from siteprior.sources.fetch.within_time import within_time

if TYPE_CHECKING:
    from requests import Response

ByteProgress = Callable[[int, int], None]
"""Called as a file arrives with the bytes so far and the bytes announced (0 where the server does not say)."""

Make = Callable[[Path, Path], None]
"""Makes a file (second) of an archive (first)."""

PIECE = 1 << 14
"""Bytes taken at a time."""

OK, PARTIAL, UNCHANGED, BEYOND = 200, 206, 304, 416
"""Answers by which a server says what it sends: all, a part, nothing for it is the same, no such part."""

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class Arrival(NamedTuple):
    """A file that arrived: its size in bytes, the SHA-256 of its content, and what the server calls this edition.

    ``unchanged`` where the server states that it is the one that is there; then nothing was sent.
    """

    bytes: int
    sha256: str
    etag: str = ""
    last_modified: str = ""
    unchanged: bool = False


def download(
    url: str,
    target: Path,
    *,
    sha256: str = "",
    largest_bytes: int | None = None,
    progress: ByteProgress | None = None,
    client: Client | None = None,
    headers: Mapping[str, str] | None = None,
    known: Mapping[str, str] | None = None,
    make: Make = unpack,
    page: str = "",
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
    client, headers
        What asks, a new one by default, and what it says besides.
    known
        What the server stated of the file that stands at ``target`` (``etag``, ``last_modified``): it is left where
        nothing has changed since.
    make
        Makes the file of an archive that comes where another kind is wanted.
    page
        The publisher's page, for the message.

    Raises
    ------
    InputError
        When the server cannot be reached, does not have the file, sends a web page instead or a file of another kind,
        too large or of another hash. The message says what to do, by hand if need be.
    OutputError
        When ``target`` cannot be written.
    """
    if client is None:
        with Client() as asks:
            return download(
                url, target, sha256=sha256, largest_bytes=largest_bytes, progress=progress, client=asks,
                headers=headers, known=known, make=make, page=page,
            )  # fmt: skip
    way = by_hand(target, page)
    if not is_fetchable(url):
        says = "only https addresses without a password are fetched; correct it"
        raise InputError(f"{client.hide(url)}: {says}, {way}")
    wanted = Wanted(url, target.suffix, largest_bytes, headers, known)
    with downloads() as folder, target_lock(target, folder), slot_of(url, folder) as slot:
        try:
            arrival = receive(client, wanted, slot, progress=progress)
            if arrival.unchanged and not slot.whole.is_file():
                return arrival
            try:
                return _placed(slot, target, arrival, sha256.lower(), make)
            except Refused:
                slot.forget(slot.whole)
                raise
        except Refused as fault:
            raise InputError(client.hide(f"{url}: {fault}, {way}")) from None


def by_hand(target: Path, page: str) -> str:
    """Return the end of a sentence that says how a file is downloaded without siteprior, and where it is accepted.

    Examples
    --------
    >>> by_hand(Path("a.csv"), "https://example.org/a")
    'or download it by hand from https://example.org/a to a.csv'
    """
    return f"or download it by hand{f' from {page}' if page else ''} to {target}"


def _placed(slot: Slot, target: Path, arrival: Arrival, sha256: str, make: Make) -> Arrival:
    """Make the file that is wanted of what arrived, look at it, and put it in its place."""
    import pooch

    made, source = slot.made(target.suffix), slot.whole
    try:
        if is_archive(slot.whole, target.suffix):
            make(slot.whole, made)
            source = made
            refuse_other_kind(made, target.suffix)
        digest = pooch.file_hash(str(source), alg="sha256")
        if sha256 and digest != sha256:
            raise Refused(
                f"the file that came has the SHA-256 {digest}, not the one stated; if the publisher has a newer "
                "edition and you want it, state that hash in the project"
            )
        size = source.stat().st_size
        place(source, target)
    finally:
        made.unlink(missing_ok=True)
    if not (arrival.etag or arrival.last_modified):  # nobody could say later whether it still is the newest
        slot.forget(slot.whole)
    return arrival._replace(bytes=size, sha256=digest, unchanged=False)


@dataclass(frozen=True)
class Wanted:
    """What is asked for: where, how a file of its kind ends, how large it may be, and what is known of it already."""

    url: str
    ending: str
    largest_bytes: int | None = None
    headers: Mapping[str, str] | None = None
    known: Mapping[str, str] | None = None

    @property
    def limit(self) -> int:
        """The largest size in bytes."""
        if self.largest_bytes is not None:
            return self.largest_bytes
        return int(load_parameters("fetch").number("largest_gb") * 1e9)


def receive(client: Client, wanted: Wanted, slot: Slot, *, progress: ByteProgress | None = None) -> Arrival:
    """Let a file arrive in its slot, where it then lies whole; what is made of it is not known yet.

    A part that is there is gone on with, if the file is still the same; a whole file that is there is asked about, and
    left where the server says that nothing changed.

    Raises
    ------
    Refused
        When it cannot be had; the message says why.
    OutputError
        When the disk does not take it.
    """
    import requests

    taking = _Taking(client, wanted, slot, progress)
    try:
        limit_s = load_parameters("fetch").number("whole_timeout_s")
        new = within_time(taking.run, limit_s)
        if new:
            _check(slot, wanted, taking.total)
    except TimeoutError:
        taking.give_up()
        raise Refused(
            "the file did not come whole in the time a download may take (parameter fetch.whole_timeout_s); the "
            "server is too slow, fetch again"
        ) from None
    except KeyboardInterrupt:
        taking.give_up()
        raise
    except requests.RequestException as fault:  # an OSError too
        raise Refused(reason_of(fault)) from None
    except OSError as fault:
        raise OutputError(f"{slot.part.parent}: could not be written ({fault.strerror or fault})") from None
    except (ValueError, LookupError, RuntimeError) as fault:  # so say urllib3 and idna of an address they cannot read
        raise Refused(
            f"the server sends on to an address that cannot be read ({type(fault).__name__}); look up the new address "
            "on the publisher's page"
        ) from None
    facts = slot.facts(slot.whole) if slot.whole.is_file() else dict(wanted.known or {})
    return Arrival(0, "", facts.get("etag", ""), facts.get("last_modified", ""), unchanged=not new)


def _check(slot: Slot, wanted: Wanted, total: int) -> None:
    """Look at the whole that arrived and keep it; what is not right is removed."""
    import pooch

    try:
        size = slot.part.stat().st_size
        if total and size != total:
            raise Refused(f"{size:,} bytes came, and the server announced {total:,}; fetch again")
        if not size:
            raise Refused("the file that came is empty; try again later")
        refuse_other_kind(slot.part, "" if is_archive(slot.part, wanted.ending) else wanted.ending)
        slot.state(slot.part, {**slot.facts(slot.part), "sha256": pooch.file_hash(str(slot.part))})
    except Refused:
        slot.forget(slot.part)
        raise
    slot.keep()


class _Taking:
    """A download on its way to the disk: bounded, and taken up again where it breaks off."""

    def __init__(self, client: Client, wanted: Wanted, slot: Slot, progress: ByteProgress | None) -> None:
        self.client, self.wanted, self.slot, self.progress = client, wanted, slot, progress
        self.total = 0
        self._given_up = False
        self._writing = threading.Lock()

    def give_up(self) -> None:
        """Let nothing more be written: the thread that waits for the server is left behind."""
        with self._writing:
            self._given_up = True

    def run(self) -> bool:
        """Take the file, and return whether it is new; what is there still is the newest otherwise."""
        import requests

        retries = self.client.policy()
        while True:
            try:
                response = self._ask()
                if response.status_code == UNCHANGED:
                    response.close()
                    return False
                self._take(response)
                return True
            except (requests.exceptions.ChunkedEncodingError, requests.ConnectionError, requests.Timeout) as fault:
                if not retries.total or isinstance(fault, requests.exceptions.SSLError):
                    if not _validator(self.slot.facts(self.slot.part)):
                        self.slot.forget(self.slot.part)
                    raise
                retries = retries.increment("GET", self.wanted.url, error=fault)
                self.client.pause(retries.get_backoff_time())
            except Refused:
                self.slot.forget(self.slot.part)
                raise

    def _ask(self) -> Response:
        """Ask for the file, or for what is missing of it."""
        import pooch

        headers = {"Accept-Encoding": "identity", **(self.wanted.headers or {})}  # as it is, not compressed in transit
        part, whole = self.slot.facts(self.slot.part), self.slot.facts(self.slot.whole)
        start = self.slot.part.stat().st_size if self.slot.part.is_file() else 0
        if start and (validator := _validator(part)):
            headers |= {"Range": f"bytes={start}-", "If-Range": validator}
        else:
            start = 0
            if self.slot.whole.is_file() and pooch.file_hash(str(self.slot.whole)) != whole.get("sha256"):
                self.slot.forget(self.slot.whole)  # somebody changed it
            headers |= _conditions(whole if self.slot.whole.is_file() else self.wanted.known or {})
        response = self.client.get(self.wanted.url, headers=headers, stream=True)
        if response.status_code == BEYOND and start:
            response.close()
            self.slot.forget(self.slot.part)
            return self._ask()
        try:
            self._look(response, start)
        except Refused:
            response.close()
            raise
        return response

    def _look(self, response: Response, start: int) -> None:
        """Look at a server's answer before its content: what it says will come."""
        if response.status_code == UNCHANGED:
            return
        if not response.ok:
            raise Refused(status_reason(response.status_code))
        self.total = 0
        stated = response.headers.get("content-length", "")
        if response.status_code == PARTIAL:
            found = _RANGE.fullmatch(response.headers.get("content-range", "").strip())
            if found is None or not start or int(found[1]) != start:
                raise Refused("the server sent a part of the file only (HTTP 206); fetch again")
            self.total = int(found[2]) if found[2].isdigit() else 0
        elif response.status_code != OK:
            raise Refused(f"the server answered HTTP {response.status_code} instead of the file; try again later")
        elif stated.isdigit() and not response.headers.get("content-encoding"):
            self.total = int(stated)
        if is_page(response.headers.get("content-type", "")) and self.wanted.ending.lower() not in PAGES:
            raise Refused(WEB_PAGE)
        self._refuse_above_limit(self.total)

    def _take(self, response: Response) -> None:
        """Write what arrives, behind what is there where the server goes on with it."""
        on = response.status_code == PARTIAL
        if not on:
            named = {"etag": "etag", "last_modified": "last-modified"}
            facts = {name: response.headers.get(header, "") for name, header in named.items()}
            if response.headers.get("content-encoding"):
                facts["packed"] = "yes"  # its ranges are not those of what is written
            self.slot.forget(self.slot.part)
            self.slot.state(self.slot.part, facts)
        try:
            with self.slot.part.open("ab" if on else "wb") as file:
                size = file.tell()
                for piece in response.iter_content(PIECE):
                    with self._writing:
                        if self._given_up:
                            raise Refused("given up")
                        size += len(piece)
                        self._refuse_above_limit(size)
                        file.write(piece)
                    if self.progress is not None:
                        self.progress(size, self.total)
        finally:  # in the thread that reads: another would wait for it
            response.close()

    def _refuse_above_limit(self, size: int) -> None:
        if size > self.wanted.limit:
            raise Refused(f"the file is larger than {self.wanted.limit / 1e9:g} GB; if that is right, raise --max-gb")


def _validator(facts: Mapping[str, str]) -> str:
    """Return by what a server knows that a part is of the file it has now; blank where by nothing.

    Examples
    --------
    >>> _validator({"etag": '"a1"'}), _validator({"etag": 'W/"a1"'}), _validator({"etag": '"a1"', "packed": "yes"})
    ('"a1"', '', '')
    """
    if facts.get("packed"):
        return ""
    etag = facts.get("etag", "")
    return etag if etag and not etag.startswith("W/") else facts.get("last_modified", "")


def _conditions(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that ask for a file only where it is another than the one that is there."""
    named = {"If-None-Match": facts.get("etag", ""), "If-Modified-Since": facts.get("last_modified", "")}
    return {header: fact for header, fact in named.items() if fact}


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
        raise InputError(f"{url}: {reason_of(fault)}") from None
