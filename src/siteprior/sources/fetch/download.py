"""One file from a web server, whole or not at all, taken up where it broke off; called by ``siteprior fetch`` alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from siteprior.core.errors import InputError
from siteprior.core.files import MEMBER, is_fetchable
from siteprior.sources.catalogue import Dataset
from siteprior.sources.fetch.client import Client, Refused
from siteprior.sources.fetch.content import refuse_other_kind
from siteprior.sources.fetch.receive import Arrival, ByteProgress, Wanted, receive
from siteprior.sources.fetch.slots import Slot, downloads, place, slot_of, target_lock
from siteprior.sources.fetch.unpack import is_archive, unpack

Make = Callable[[Path, Path], None]
"""Makes a file (second) of an archive (first)."""


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


def page_of(dataset: Dataset | None) -> str:
    """Return where a dataset is downloaded by hand: its page, its title, and what to do where it comes as a zip.

    Blank where it is of no dataset, or that has no page.

    Examples
    --------
    >>> from siteprior.sources.catalogue import load_catalogue
    >>> page_of(load_catalogue().datasets["iod_2025"]).partition(" ")[2]
    '(English Indices of Deprivation 2025, File 7)'
    >>> page_of(load_catalogue().datasets["terrain_50"]).partition(" ")[2]
    '(OS Terrain 50; it comes as zips in a zip: unzip them all and join the files *.asc into one)'
    """
    if dataset is None or not dataset.page:
        return ""
    outer, _, within = dataset.member.rpartition(MEMBER)
    packed = ""
    if outer:
        packed = f"; it comes as zips in a zip: unzip them all and join the files {within} into one"
    elif within:
        packed = (
            f"; it comes as a zip: unzip it and take {within}; several files are named in path as a pattern "
            f"(unzipped/{within}), one that stays in the zip as archive.zip{MEMBER}member"
        )
    return f"{dataset.page} ({dataset.title}{packed})"


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
