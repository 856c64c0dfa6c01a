"""``siteprior fetch``: the one place where anything is asked of the network, and only what the project file names.

The module is not called ``fetch``, which is what :mod:`siteprior` calls the function.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from siteprior.core.errors import InputError, ProjectError, SitePriorError
from siteprior.core.files import sha256_of
from siteprior.core.progress import Progress, progress_of
from siteprior.core.renamed import renamed_argument
from siteprior.project.load import Project, load_project
from siteprior.project.model import File
from siteprior.sources.catalogue import licence_title
from siteprior.sources.fetch import clock
from siteprior.sources.fetch.client import MIRROR_VARIABLE, Client, Refused
from siteprior.sources.fetch.content import refuse_other_kind
from siteprior.sources.fetch.download import by_hand, page_of
from siteprior.sources.fetch.jobs import OSM, Watch, fetch_file, fetch_pages, fetch_streets
from siteprior.sources.fetch.lock import BY_HAND, Locked, lock_path, locked_name, locked_of, read_lock, write_lock
from siteprior.sources.fetch.origins import (
    Origin,
    addressed,
    entries_of,
    is_osm,
    is_pattern,
    keys_of,
    origin_of,
    target_of,
)
from siteprior.sources.fetch.receive import Arrival
from siteprior.sources.fetch.slots import downloads, target_lock
from siteprior.sources.registry import discover

COLUMNS = ("role", "path", "url", "status", "bytes", "sha256", "note", "dataset", "licence", "size_mb", "page", "place")
STATUSES = ("fetched", "present", "unchanged", "failed", "no url", "missing", "would fetch")

NO_URL = "not there; siteprior fetch --list shows where official data is published"
DAILY = ("daily", "nightly")
"""Cadences of datasets that are of the day they are fetched."""


class FetchError(SitePriorError):
    """Something could not be fetched; ``table`` has a row for every entry, also for those that could."""

    def __init__(self, *faults: str, table: pd.DataFrame) -> None:
        self.table = table
        super().__init__(*faults)


@dataclass(frozen=True)
class _Row:
    """What became of one entry of the project."""

    role: str
    path: str
    url: str
    status: str
    bytes: int | None = None
    sha256: str = ""
    note: str = ""
    dataset: str = ""
    licence: str = ""
    size_mb: float | None = None
    page: str = ""
    place: str = ""


@renamed_argument(say="progress", force="refresh")
def fetch(
    project: Project | Path | str,
    *,
    refresh: bool = False,
    offline: bool = False,
    dry_run: bool = False,
    mirror: str | None = None,
    largest_gb: float | None = None,
    watch: Watch | None = None,
    progress: Progress | bool | None = None,
) -> pd.DataFrame:
    """Download the inputs a project names a dataset or ``url`` for, below ``data_root`` (bytes).

    What is there stays and is checked. ``sources.lock`` beside the project says what came.

    Parameters
    ----------
    project
        A project file or a loaded project; its entries may also have ``osm = true``.
    refresh, offline, dry_run
        Ask for what is there, too, and replace it where it changed; ask nothing of the network
        and say what is missing, or what would be fetched.
    mirror, largest_gb
        Asked in the place of every host (``SITEPRIOR_MIRROR``); larger files are refused.
    watch, progress
        Called as bytes arrive; ``True`` shows bars, a function gets lines.

    Returns
    -------
    DataFrame
        A row per entry: ``role``, ``path``, ``status`` (``fetched`` …), ``bytes`` …

    Raises
    ------
    ProjectError, FetchError
        When entries contradict each other; after all were tried, for each that failed.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> fetch(shipped("data") / "demo.toml")["status"].unique().tolist()
    ['present']
    """
    discover()
    loaded = project if isinstance(project, Project) else load_project(project)
    wanted = entries_of(loaded)
    chosen = addressed(loaded, wanted)
    limit = None if largest_gb is None else int(_positive(largest_gb) * 1e9)
    if refresh and (offline or dry_run):
        raise InputError("refresh: asks the network, which offline and dry_run do not; leave one of them out")
    if mirror is None:
        mirror = os.environ.get(MIRROR_VARIABLE, "")
    done: dict[Path, _Row] = {}
    with Client(mirror=mirror, keys=keys_of(loaded, [entry for _, entry in wanted])) as client:
        run = _Fetch(loaded, client, refresh, offline, dry_run, limit, watch, progress_of(progress))
        # OpenStreetMap last: the study area may be among what has to be fetched first
        for _, entry in sorted(wanted, key=lambda item: is_osm(item[1])):
            target = target_of(loaded, entry)
            if target not in done:
                done[target] = run.entry(chosen.get(target, entry), target)
                run.report(done[target])
        run.write_down()
        rows = [_stated(done[target_of(loaded, entry)], role, entry, loaded, client) for role, entry in wanted]
    table = pd.DataFrame([vars(row) for row in rows], columns=list(COLUMNS))
    table = table.astype({"bytes": "Int64"}).astype({"size_mb": float})
    faults = [row.note for row in done.values() if row.status == "failed"]
    if faults:
        raise FetchError(*faults, table=table)
    return table


def _stated(row: _Row, role: str, entry: File, project: Project, client: Client) -> _Row:
    """Return the row of a file for one of its entries, with what is known of it beforehand."""
    dataset, place = project.dataset_of(entry), str(target_of(project, entry))
    size, page = (None, "") if dataset is None else (dataset.size_mb, dataset.page)
    url = client.hide(row.url)
    return replace(row, role=role, path=entry.path, url=url, size_mb=size, page=page, place=place)


def _positive(largest_gb: float) -> float:
    """Return a limit in GB; refuse what is none."""
    wrong = isinstance(largest_gb, bool) or not isinstance(largest_gb, int | float)
    if wrong or not 0 < largest_gb < float("inf"):
        raise InputError(f"largest_gb (--max-gb): needs a number of GB above 0, got {largest_gb!r}")
    return largest_gb


@dataclass
class _Fetch:
    """One fetch of a project: what it was asked to do, and what it enters in the lock."""

    project: Project
    client: Client
    refresh: bool
    offline: bool
    dry_run: bool
    limit: int | None
    watch: Watch | None
    progress: Progress
    entered: dict[str, Locked] = field(default_factory=dict)
    once: bool = False

    def __post_init__(self) -> None:
        self.lock = read_lock(lock_path(self.project.file))

    def write_down(self) -> None:
        """Enter what came in ``sources.lock``, whole, one fetch at a time."""
        path = lock_path(self.project.file)
        if self.dry_run or not self.entered:
            return
        with downloads() as folder, target_lock(path, folder):
            write_lock(path, self.entered)
        self.entered.clear()

    def report(self, row: _Row) -> None:
        """Report a fault as it happens, in its first words: all of it stands at the end."""
        if row.status == "failed":
            what = row.note.partition("; ")[0]
            self.progress(what if what.startswith(row.path) else f"{row.path}: {what}")

    def entry(self, entry: File, target: Path) -> _Row:
        """Make sure of one entry; a fault becomes its row."""
        row = _Row("", entry.path, OSM if is_osm(entry) else entry.url, "failed", dataset=entry.dataset)
        try:
            return self._entry(entry, target)
        except SitePriorError as fault:
            note = " ".join(fault.faults)
        except OSError as fault:
            note = f"{entry.path}: cannot be read ({fault.strerror or fault}); close it where it is open"
        except Exception as fault:  # noqa: BLE001 (whatever a server sends, or a library makes of it, ends one file alone)
            note = self._unforeseen(entry, target, fault)
        dataset = self.project.dataset_of(entry)
        licence = entry.licence or ("" if dataset is None else dataset.licence)
        return replace(row, note=self.client.hide(note), licence=licence)

    def _unforeseen(self, entry: File, target: Path, fault: Exception) -> str:
        """Say of a fault that nothing here knows which file it stopped, and how that is placed by hand."""
        dataset = self.project.dataset_of(entry)
        address, page = "" if dataset is None else dataset.address, page_of(dataset)
        named = OSM if is_osm(entry) else entry.url or address or entry.path
        what = f"{named}: what came cannot be used ({type(fault).__name__}); look at the address in a browser"
        return f"{what}, {by_hand(target, page)}"

    def _entry(self, entry: File, target: Path) -> _Row:
        if is_pattern(entry):
            return self._pattern(entry)
        if target.is_file() and not self.refresh:
            return self._there(entry, target)
        origin = origin_of_streets(entry) if is_osm(entry) else self._origin(entry, target)
        row = _Row(
            "", entry.path, origin.url, "present", dataset=entry.dataset, licence=origin.licence,
        )  # fmt: skip
        if not origin.url:
            if (there := self._beside(entry, target)) is not None:
                return self._there(entry, there)
            return replace(row, status="no url", note=_nowhere(origin, target))
        if self.offline:
            note = f"not there; fetch without offline, {by_hand(target, origin.page)}"
            return replace(row, status="missing", note=note)
        if self.dry_run:
            return replace(row, status="would fetch", note=f"{origin.size}; {_licence(origin)}")
        pinned = entry.sha256.lower()
        if pinned and target.is_file() and sha256_of(target) == pinned:
            return self._there(entry, target)
        return self._fetched(entry, origin, target, row)

    def _beside(self, entry: File, target: Path) -> Path | None:
        """Return the file that is there, under the data root or beside the project file; ``None`` where none is."""
        if target.is_file():
            return target
        try:
            path, _ = self.project.find_one(entry)
        except (InputError, ProjectError):
            return None
        return path if path.is_file() else None

    def _pattern(self, entry: File) -> _Row:
        """Count the files a pattern stands for."""
        try:
            count = len(self.project.find(entry))
        except InputError:  # it matches none
            count = 0
        row = _Row("", entry.path, entry.url, "present", dataset=entry.dataset, licence=entry.licence)
        return replace(row, note=f"{count} files") if count else replace(row, status="no url", note=NO_URL)

    def _origin(self, entry: File, target: Path) -> Origin:
        """Return where a file comes from; of what stops it, say how it is placed by hand."""
        try:
            return origin_of(self.project, entry)
        except SitePriorError as fault:
            dataset = self.project.dataset_of(entry)
            if target.is_file():
                raise
            raise InputError(f"{entry.path}: {' '.join(fault.faults)}; {by_hand(target, page_of(dataset))}") from None

    def _there(self, entry: File, target: Path) -> _Row:
        """Check a file that is there, and enter it where it was placed by hand."""
        name, dataset = locked_name(self.project, entry.path), self.project.dataset_of(entry)
        licence = entry.licence or ("" if dataset is None else dataset.licence)
        size, digest = target.stat().st_size, sha256_of(target)
        url = OSM if is_osm(entry) else entry.url
        row = _Row("", entry.path, url, "present", size, digest, dataset=entry.dataset, licence=licence)
        if entry.sha256 and digest != entry.sha256.lower():
            return replace(row, status="failed", note=_differs(entry, row, refresh=self.refresh))
        known = locked_of(self.lock, name, digest)
        if known is None or known.sha256 != digest:
            self.lock = read_lock(lock_path(self.project.file))  # another fetch may have brought it meanwhile
            known = locked_of(self.lock, name, digest)
        if known is not None and known.sha256 == digest:
            if name not in self.lock and not (self.offline or self.dry_run):
                self.entered[name] = known  # the very same file, known under another data root
            return replace(row, url=row.url or known.address, note=_shapeless(known.without_shape))
        if not (entry.url or entry.dataset or is_osm(entry)):
            return row  # the user's own: no publisher to be asked about it
        try:
            refuse_other_kind(target, target.suffix)
        except Refused as fault:
            way = by_hand(target, page_of(dataset))
            asked = entry.url or is_osm(entry) or (dataset is not None and dataset.address)
            way = f"--refresh downloads it, {way}" if asked else way.removeprefix("or ")
            note = f"{entry.path}: the file there is not the one that is meant: {fault}; {way}"
            return replace(row, status="failed", note=note)
        vintage = entry.vintage or ("" if dataset is None else dataset.vintage)
        if self.offline or self.dry_run:
            return replace(row, note="not the file that sources.lock names" if known else "")
        self.entered[name] = Locked(entry.dataset, entry.part, "", BY_HAND, size, digest, vintage, licence)
        came = f", which came from {known.address}" if known is not None and known.address else ""
        other = f": not the file that sources.lock named{came}" if known else ""
        return replace(row, note=f"placed by hand{other}")

    def _fetched(self, entry: File, origin: Origin, target: Path, row: _Row) -> _Row:
        """Download a file and enter it; one that is there stays where nothing has changed."""
        name = locked_name(self.project, entry.path, arriving=True)
        before = sha256_of(target) if target.is_file() else ""
        shown = self.client.hide(origin.url)
        known = locked_of(self.lock, name, before)
        same = known is not None and before == known.sha256 and known.address == shown
        if self.client.out_of_reach and not self.once:
            self.once = True
            self.progress("No host has answered so far: what is left is asked for once each, without waits")
        facts = {"etag": known.etag, "last_modified": known.last_modified} if known is not None and same else {}
        if is_osm(entry):
            arrival = fetch_streets(self.project, entry, target, client=self.client, progress=self.progress)
        else:
            take = fetch_pages if origin.paged else fetch_file
            arrival = take(
                self.client, entry, origin, target, limit=self.limit, watch=self.watch, progress=self.progress,
                known=facts,
            )  # fmt: skip
        if arrival.unchanged:
            arrival = arrival._replace(bytes=target.stat().st_size, sha256=before)
        vintage = origin.vintage or self._day(origin, arrival)
        now = clock.now().isoformat().replace("+00:00", "Z")
        self.entered[name] = Locked(
            entry.dataset, entry.part, shown, now, arrival.bytes, arrival.sha256, vintage, origin.licence,
            arrival.etag, arrival.last_modified, arrival.without_shape,
        )  # fmt: skip
        self.write_down()  # at once: of a fetch that is broken off, the next would take the file for one placed by hand
        status = "unchanged" if before == arrival.sha256 and not is_osm(entry) else "fetched"
        pin = not (entry.sha256 or entry.dataset or is_osm(entry) or status == "unchanged")
        note = f'to insist on this very file, write sha256 = "{arrival.sha256}" beside its url' if pin else ""
        note = _shapeless(arrival.without_shape) or note  # only datasets have services, and those no pin
        return replace(row, status=status, bytes=arrival.bytes, sha256=arrival.sha256, note=note)

    def _day(self, origin: Origin, arrival: Arrival) -> str:
        """Return the day a file is of: today of what is published daily, else the day its server states."""
        if origin.dataset is not None and origin.dataset.cadence in DAILY:
            return clock.now().date().isoformat()
        from email.utils import parsedate_to_datetime

        try:
            return parsedate_to_datetime(arrival.last_modified).date().isoformat()
        except (ValueError, OverflowError, TypeError):  # a time zone beyond a day, a year beyond a number
            return ""


def origin_of_streets(entry: File) -> Origin:
    """Return where the streets of OpenStreetMap come from."""
    return Origin(OSM, {}, None, "", entry.licence or "Open Database Licence 1.0", entry.vintage)


def _shapeless(number: int) -> str:
    """Say how many features of a service came without a shape; blank of none."""
    return f"{number:,} of its features came without a shape" if number else ""


def _licence(origin: Origin) -> str:
    return f"licence: {licence_title(origin.licence) or 'not stated'}"


def _nowhere(origin: Origin, target: Path) -> str:
    """Say of a file that is not there, and has no address, how it is placed."""
    if origin.dataset is None:
        return NO_URL
    why = f"; {origin.dataset.note}" if origin.dataset.note else ""
    way = by_hand(target, origin.page).removeprefix("or ")
    return f"not there, and it has no lasting address: {way}{why}"


def _differs(entry: File, row: _Row, *, refresh: bool) -> str:
    """Say that the file that is there is not the one the project states, and what can be done."""
    if not (entry.url or entry.dataset):
        fix = "replace it, or correct sha256 in the project"
    else:
        fix = "correct sha256 in the project" if refresh else "--refresh downloads it again, or correct sha256"
    return f"{entry.path}: the file there has the SHA-256 {row.sha256}, not the one the project states; {fix}"
