"""``siteprior fetch``: the one place where anything is asked of the network, and only what the project file names.

The module is not called ``fetch``, which is what :mod:`siteprior` calls the function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError, ProjectError, SitePriorError
from siteprior.core.files import MEMBER, sha256_of
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress, counting, progress_of
from siteprior.core.renamed import renamed_argument
from siteprior.core.shown_text import without_keys
from siteprior.project.load import Project, load_project
from siteprior.project.model import File, Sources, Streets
from siteprior.sources.registry import EVIDENCE, SOURCES, discover

Watch = Callable[[str, int, int], None]
"""Called with the path in the project, the bytes so far, and the bytes announced (0 where the server does not say)."""

COLUMNS = ("role", "path", "url", "status", "bytes", "sha256", "note")
STATUSES = ("fetched", "present", "failed", "no url")

OSM = "OpenStreetMap"
"""What the query service of OpenStreetMap is called in tables and messages."""

NO_URL = "not there; siteprior fetch --list shows where official data is published"


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


@renamed_argument(say="progress")
def fetch(
    project: Project | Path | str,
    *,
    force: bool = False,
    largest_gb: float | None = None,
    watch: Watch | None = None,
    progress: Progress | bool | None = None,
) -> pd.DataFrame:
    """Download the inputs a project names an address for, below ``data_root`` (sizes in bytes).

    What is there is left alone and checked by its SHA-256, where stated. Every entry is tried
    before an error is raised; a file is written whole or not at all.

    Parameters
    ----------
    project
        A project file or a loaded project; its entries with a ``url``, or ``osm = true``.
    force
        Download again: files of another hash than stated, or without one; OpenStreetMap.
    largest_gb, watch
        Refuse larger files; what is called with each download's progress, to show it your way.
    progress
        ``True`` shows bars or lines, a function of yours gets the lines, ``None`` is silent.

    Returns
    -------
    DataFrame
        One row per entry: ``role`` (its key), ``path``, ``url``, ``status`` (``fetched``,
        ``present``, ``failed``, ``no url``), ``bytes``, ``sha256``, ``note``.

    Raises
    ------
    ProjectError, FetchError
        When entries contradict each other or a path lies outside (nothing is downloaded then);
        after all were tried, for each that failed, with the table as its ``table``.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> fetch(shipped("data") / "demo.toml")["status"].unique().tolist()
    ['present']
    """
    discover()
    progress = progress_of(progress)
    loaded = project if isinstance(project, Project) else load_project(project)
    wanted = _entries(loaded)
    addresses = _addresses(loaded, wanted)
    limit = None if largest_gb is None else int(_positive(largest_gb) * 1e9)
    done: dict[Path, _Row] = {}
    # OpenStreetMap last: the study area may be among what has to be fetched first
    for _, entry in sorted(wanted, key=lambda item: _is_osm(item[1])):
        target = _target(loaded, entry)
        if target not in done:
            stated = addresses.get(target, entry)
            fetch_entry = _osm if _is_osm(stated) else partial(_file, limit=limit, watch=watch)
            done[target] = _guarded(loaded, stated, target, fetch_entry, force=force, progress=progress)
    found = ((role, entry.path, done[_target(loaded, entry)]) for role, entry in wanted)
    rows = [replace(row, role=role, path=path, url=without_keys(row.url)) for role, path, row in found]
    table = pd.DataFrame([vars(row) for row in rows], columns=list(COLUMNS)).astype({"bytes": "Int64"})
    faults = [row.note for row in done.values() if row.status == "failed"]
    if faults:
        raise FetchError(*faults, table=table)
    return table


def _positive(largest_gb: float) -> float:
    """Return a limit in GB; refuse what is none."""
    wrong = isinstance(largest_gb, bool) or not isinstance(largest_gb, int | float)
    if wrong or not 0 < largest_gb < float("inf"):
        raise InputError(f"largest_gb (--max-gb): needs a number of GB above 0, got {largest_gb!r}")
    return largest_gb


def _entries(project: Project) -> list[tuple[str, File]]:
    """List the entries of a project with the keys they stand under, in the order the settings declare."""
    entries: list[tuple[str, File]] = []
    for key in Sources.model_fields:
        value = getattr(project.sources, key)
        entries += [(key, entry) for entry in (value if isinstance(value, tuple) else (value,)) if entry is not None]
    entries += [("areas", project.sources.areas.lookup)] if project.sources.areas.lookup is not None else []
    entries += [(key, entry) for key, source in SOURCES.items() for entry in source.entries(project)]
    entries += [(key, entry) for key in EVIDENCE for entry in project.evidence.named(key)]
    entries += [("corridors", entry) for entry in project.corridors.paths]
    entries += [("layers", layer) for layer in project.layers]
    entries += [] if project.publish.basemap is None else [("basemap", project.publish.basemap)]
    return entries + [("scenarios", entry) for scenario in project.scenarios for entry in scenario.add_lines]


def _is_osm(entry: File) -> bool:
    return isinstance(entry, Streets) and entry.osm


def _is_pattern(entry: File) -> bool:
    return any(mark in entry.path.partition(MEMBER)[0] for mark in "*?[")


def _target(project: Project, entry: File) -> Path:
    """Return the file on disk an entry stands for: of a zip's member, the zip."""
    member = ".zip" + MEMBER in entry.path
    return project.data_root / (entry.path.partition(MEMBER)[0] if member else entry.path)


def _addresses(project: Project, wanted: list[tuple[str, File]]) -> dict[Path, File]:
    """Return, by file, the entry that says where it comes from; refuse what contradicts itself or leaves the root."""
    chosen: dict[Path, File] = {}
    faults = []
    root = project.data_root.resolve()
    for _, entry in wanted:
        if not (entry.url or entry.sha256 or _is_osm(entry)):
            continue
        target = _target(project, entry)
        if _is_pattern(entry):
            faults.append(f"{entry.path}: a pattern stands for several files; give each its own entry, url and sha256")
        elif project.file.resolve() == target.resolve() or (target.exists() and target.samefile(project.file)):
            faults.append(f"{entry.path}: is the project file itself; give the download a path of its own")
        elif not target.resolve().is_relative_to(root):
            faults.append(f"{entry.path}: lies outside {project.data_root}, and fetch writes nowhere else; correct it")
        other = chosen.setdefault(target, entry)
        if (other.url, other.sha256.lower(), _is_osm(other)) != (entry.url, entry.sha256.lower(), _is_osm(entry)):
            faults.append(f"{entry.path}: is named twice with different url or sha256; say it once, or the same twice")
    if faults:
        raise ProjectError(*faults)
    return chosen


def _guarded(
    project: Project, entry: File, target: Path, fetch_entry: Callable[..., _Row], *, force: bool, progress: Progress
) -> _Row:
    """Make sure of one entry; a fault becomes its row."""
    try:
        return fetch_entry(project, entry, target, force=force, progress=progress)
    except SitePriorError as fault:
        note = " ".join(fault.faults)
    except OSError as fault:
        note = f"{entry.path}: cannot be read ({fault.strerror or fault}); close it where it is open"
    return _Row("", entry.path, OSM if _is_osm(entry) else entry.url, "failed", note=note)


def _file(
    project: Project,
    entry: File,
    target: Path,
    *,
    force: bool,
    limit: int | None,
    watch: Watch | None,
    progress: Progress,
) -> _Row:
    """Make sure of one file: leave it, check it or download it."""
    from siteprior.sources.fetch.download import download

    row = _Row("", entry.path, entry.url, "present")
    wanted = entry.sha256.lower()
    if _is_pattern(entry):
        count = sum(path.is_file() for path in project.data_root.glob(entry.path.partition(MEMBER)[0]))
        return replace(row, note=f"{count} files") if count else replace(row, status="no url", note=NO_URL)
    if target.is_file():
        row = replace(row, bytes=target.stat().st_size, sha256=sha256_of(target))
        if wanted and row.sha256 != wanted:
            if not (force and entry.url):
                return replace(row, status="failed", note=_differs(entry, row, force=force))
        elif wanted or not force or not entry.url:
            return row
    elif not entry.url:
        return replace(row, status="no url", note=NO_URL)
    progress(f"Fetching {entry.path} from {without_keys(entry.url)}")
    with counting(progress, entry.path, total=None, unit="B", staged=True) as step:
        shown = 0

        def arrived(so_far: int, total: int) -> None:
            nonlocal shown
            step(so_far - shown, total=total or None)
            shown = so_far
            if watch is not None:
                watch(entry.path, so_far, total)

        arrival = download(entry.url, target, sha256=wanted, largest_bytes=limit, progress=arrived)
    note = "" if wanted else f'to insist on this very file, write sha256 = "{arrival.sha256}" beside its url'
    return replace(row, status="fetched", bytes=arrival.bytes, sha256=arrival.sha256, note=note)


def _differs(entry: File, row: _Row, *, force: bool) -> str:
    """Say that the file that is there is not the one the project states, and what can be done."""
    if not entry.url:
        fix = "replace it, or correct sha256 in the project"
    else:
        fix = "correct sha256 in the project" if force else "--force downloads it again, or correct sha256"
    return f"{entry.path}: the file there has the SHA-256 {row.sha256}, not the one the project states; {fix}"


def _osm(project: Project, entry: File, target: Path, *, force: bool, progress: Progress) -> _Row:
    """Make sure of the street network: leave it or download it."""
    from siteprior.sources.fetch.overpass import download_streets

    status = "present"
    if not target.is_file() or force:
        area = _walking_area(project)
        progress(f"Fetching {entry.path} from {OSM}: the ways of {area.area / 1e6:,.0f} km²")
        download_streets(area, target)
        status = "fetched"
    return _Row("", entry.path, OSM, status, target.stat().st_size, sha256_of(target))


def _walking_area(project: Project) -> BaseGeometry:
    """Return the study area and as far around it as streets are kept (metres, EPSG:27700), with few corners."""
    from siteprior.sources.areas.lsoa import study_area
    from siteprior.sources.areas.of_project import read_project_areas

    areas = read_project_areas(project).areas.table
    margin = load_parameters("access").number("street_margin_m")
    coarse = margin / 20  # the query lists every corner; what simplifying may cut off is added before
    return study_area(areas).buffer(margin + coarse).simplify(coarse)
