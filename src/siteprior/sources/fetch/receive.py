"""A file on its way from a web server to the disk: whole, or in part until the next fetch goes on with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from siteprior.core.errors import OutputError
from siteprior.core.parameters import load_parameters
from siteprior.core.unpacking import bomb_faults
from siteprior.sources.fetch.client import Client, Refused, content_of, reason_of, status_reason
from siteprior.sources.fetch.content import PAGES, WEB_PAGE, is_page, refuse_other_kind
from siteprior.sources.fetch.editions import conditions, facts_of, is_packed, length_of, total_if_same, validator
from siteprior.sources.fetch.slots import Slot
from siteprior.sources.fetch.unpack import is_archive
from siteprior.sources.fetch.within_time import within_time

if TYPE_CHECKING:
    from requests import Response

ByteProgress = Callable[[int, int], None]
"""Called as a file arrives with the bytes so far and the bytes announced (0 where the server does not say)."""

OK, PARTIAL, UNCHANGED, BEYOND = 200, 206, 304, 416
"""Answers by which a server says what it sends: all, a part, nothing for it is the same, no such part."""


class Arrival(NamedTuple):
    """A file that arrived: its size in bytes, the SHA-256 of its content, and what the server calls this edition.

    ``unchanged`` where the server states that it is the one that is there; then nothing was sent. ``without_shape``
    counts the features of a service that have no shape.
    """

    bytes: int
    sha256: str
    etag: str = ""
    last_modified: str = ""
    unchanged: bool = False
    without_shape: int = 0


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

    taking = Taking(client, wanted, slot, progress)
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


class Taking:
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
                try:
                    if self._take(response):
                        return True
                except (requests.exceptions.ChunkedEncodingError, requests.ConnectionError, requests.Timeout) as fault:
                    if not validator(self.slot.facts(self.slot.part)):
                        self.slot.forget(self.slot.part)
                    if not retries.total or isinstance(fault, requests.exceptions.SSLError):
                        raise
                    retries = retries.increment("GET", self.wanted.url, error=fault)
                    self.client.pause(retries.get_backoff_time())
            except Refused:
                self.slot.forget(self.slot.part)
                raise

    def _ask(self) -> Response:
        """Ask for the file, or for what is missing of it; from the beginning where what is there is of another."""
        facts = self.slot.facts(self.slot.part)
        start = self.slot.part.stat().st_size if self.slot.part.is_file() else 0
        if start and (named := validator(facts)):
            response = self._answer({"Range": f"bytes={start}-", "If-Range": named})
            if response.status_code == PARTIAL:
                self.total = total_if_same(facts, response.headers, start)
            if response.status_code in (UNCHANGED, BEYOND) or (response.status_code == PARTIAL and not self.total):
                response.close()
                self.slot.forget(self.slot.part)
                return self._ask()
        else:
            asks = self._if_another()
            response = self._answer(asks)
            if response.status_code == PARTIAL or (response.status_code == UNCHANGED and not asks):
                response.close()
                says = "a part of the file only" if response.status_code == PARTIAL else "that nothing changed"
                raise Refused(f"the server sent {says} (HTTP {response.status_code}), unasked; fetch again")
        try:
            self._look(response)
        except Refused:
            response.close()
            raise
        return response

    def _if_another(self) -> dict[str, str]:
        """Return the headers that ask for the file only where it is another than the one kept, or the one in place."""
        import pooch

        whole = self.slot.facts(self.slot.whole)
        if self.slot.whole.is_file() and pooch.file_hash(str(self.slot.whole)) != whole.get("sha256"):
            self.slot.forget(self.slot.whole)  # somebody changed it
        return conditions(whole if self.slot.whole.is_file() else self.wanted.known or {})

    def _answer(self, asks: Mapping[str, str]) -> Response:
        """Return the answer to a request for the file as it is, not packed in transit."""
        headers = {"Accept-Encoding": "identity", **(self.wanted.headers or {}), **asks}
        return self.client.get(self.wanted.url, headers=headers, stream=True)

    def _look(self, response: Response) -> None:
        """Look at a server's answer before its content: what it says will come."""
        if response.status_code == UNCHANGED:
            return
        if not response.ok:
            raise Refused(status_reason(response.status_code))
        if response.status_code == OK:
            self.total = length_of(response.headers)
        elif response.status_code != PARTIAL:
            raise Refused(f"the server answered HTTP {response.status_code} instead of the file; try again later")
        if is_page(response.headers.get("content-type", "")) and self.wanted.ending.lower() not in PAGES:
            raise Refused(WEB_PAGE)
        self._refuse_above_limit(self.total)

    def _take(self, response: Response) -> bool:
        """Write what arrives, behind what is there where the server goes on with it; return whether it is whole.

        Where the rest is not as long as it has to be, nothing is left: the next answer begins anew.
        """
        on = response.status_code == PARTIAL
        packed = is_packed(response.headers)
        if not on:
            self.slot.forget(self.slot.part)
            self.slot.state(self.slot.part, facts_of(response.headers))
        try:
            with self.slot.part.open("ab" if on else "wb") as file:
                size = file.tell()
                for piece in content_of(response):
                    with self._writing:
                        if self._given_up:
                            raise Refused("given up")
                        size += len(piece)
                        self._refuse_above_limit(size)
                        if packed:
                            _refuse_bomb(size, response.raw.tell())
                        file.write(piece)
                    if self.progress is not None:
                        self.progress(size, self.total)
                    if on and size > self.total:
                        break
        finally:  # in the thread that reads: another would wait for it
            response.close()
        if on and size != self.total:
            self.slot.forget(self.slot.part)
            return False
        return True

    def _refuse_above_limit(self, size: int) -> None:
        if size > self.wanted.limit:
            raise Refused(f"the file is larger than {self.wanted.limit / 1e9:g} GB; if that is right, raise --max-gb")


def _refuse_bomb(unpacked: int, packed: int) -> None:
    """Refuse an answer packed in transit that unpacks to many times the bytes that came."""
    if bomb := bomb_faults("the answer", unpacked=unpacked, packed=packed, fix="look at it in a browser"):
        raise Refused(bomb[0])
