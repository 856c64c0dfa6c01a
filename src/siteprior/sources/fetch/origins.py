"""Where each file of a project comes from: the address that is stated, else that of its dataset; keys apart."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from siteprior.core.errors import ProjectError
from siteprior.core.files import MEMBER
from siteprior.project.load import Project
from siteprior.project.model import File, Sources, Streets
from siteprior.sources.catalogue import Dataset, address_of
from siteprior.sources.fetch.download import Make, page_of
from siteprior.sources.fetch.lock import LOCK_FILE, lock_path
from siteprior.sources.fetch.tiles import box_of, join_tiles
from siteprior.sources.fetch.unpack import unpack
from siteprior.sources.registry import EVIDENCE, SOURCES

RASTERS = (".tif", ".tiff")


@dataclass(frozen=True)
class Origin:
    """Where a file comes from: an address with its headers, and the dataset it is of, where it is of one.

    ``url`` is blank where there is none: such a file is placed by hand.
    """

    url: str
    headers: Mapping[str, str]
    dataset: Dataset | None
    part: str
    licence: str
    vintage: str

    @property
    def paged(self) -> bool:
        """Whether it is read page by page."""
        return self.dataset is not None and self.dataset.paging != "file"

    @property
    def page(self) -> str:
        """The publisher's page, with what is to be done there; blank where that is not known."""
        return page_of(self.dataset)

    @property
    def size(self) -> str:
        """How large it is, in words."""
        known = None if self.dataset is None else self.dataset.size_mb
        return "size not known before" if known is None else f"about {known:g} MB"

    def make(self, target: Path) -> Make:
        """Return what makes the file of an archive that arrives."""
        member = "" if self.dataset is None else self.dataset.member
        if member and target.suffix.lower() in RASTERS and not member.lower().endswith(RASTERS):
            box = box_of(self.part) if self.dataset is not None and self.dataset.cut == "box" else None
            return partial(join_tiles, member=member, box=box)
        return partial(unpack, member=member)


def origin_of(project: Project, entry: File) -> Origin:
    """Return where a file comes from: its ``url``, else the address of its part of a dataset.

    Raises
    ------
    InputError
        When its dataset has no such part, or asks for a key that the environment does not have.
    """
    dataset = project.dataset_of(entry)
    licence, vintage = entry.licence, entry.vintage
    if dataset is None:
        return Origin(entry.url, {}, None, "", licence, vintage)
    licence, vintage = licence or dataset.licence, vintage or dataset.vintage
    if entry.url or dataset.by_hand:
        whole = dataset if entry.url == "" else dataset.model_copy(update={"paging": "file"})
        return Origin(entry.url, {}, whole, entry.part, licence, vintage)
    key = os.environ.get(dataset.key_env, "") if dataset.key_env else ""
    url = address_of(dataset, entry.part, key=key)
    name, _, value = dataset.key_header.partition(":")
    headers = {name.strip(): value.strip().replace("{key}", key)} if name else {}
    return Origin(url, headers, dataset, entry.part, licence, vintage)


def keys_of(project: Project, entries: Iterable[File]) -> list[str]:
    """Return the user's keys in the environment that the datasets of some files name."""
    datasets = [project.dataset_of(entry) for entry in entries]
    names = {dataset.key_env for dataset in datasets if dataset is not None and dataset.key_env}
    return [os.environ[name] for name in sorted(names) if os.environ.get(name)]


def entries_of(project: Project) -> list[tuple[str, File]]:
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
    entries += [("scenarios", entry) for scenario in project.scenarios for entry in scenario.add_lines]
    return [(key, entry) for key, entry in entries if entry.path]  # what ships with siteprior takes no file


def is_osm(entry: File) -> bool:
    """Return whether an entry stands for the streets that OpenStreetMap's query service gives."""
    return isinstance(entry, Streets) and entry.osm


def is_pattern(entry: File) -> bool:
    """Return whether an entry stands for several files."""
    return any(mark in entry.path.partition(MEMBER)[0] for mark in "*?[")


def target_of(project: Project, entry: File) -> Path:
    """Return the file on disk an entry stands for: of a zip's member, the zip."""
    member = ".zip" + MEMBER in entry.path
    return project.data_root / (entry.path.partition(MEMBER)[0] if member else entry.path)


def addressed(project: Project, wanted: list[tuple[str, File]]) -> dict[Path, File]:
    """Return, by file, the entry that says where it comes from; refuse what contradicts itself or leaves the root.

    Raises
    ------
    ProjectError
        With every fault.
    """
    chosen: dict[Path, File] = {}
    faults = []
    root = project.data_root.resolve()
    for _, entry in wanted:
        if not (entry.url or entry.dataset or entry.sha256 or is_osm(entry)):
            continue
        target = target_of(project, entry)
        if is_pattern(entry):
            if entry.url or entry.sha256:
                faults.append(
                    f"{entry.path}: a pattern stands for several files; give each its own entry, url and sha256"
                )
            continue  # of a dataset it states the origin of all of them
        if project.file.resolve() == target.resolve() or (target.exists() and target.samefile(project.file)):
            faults.append(f"{entry.path}: is the project file itself; give the download a path of its own")
        elif _is_lock(target, project.file):
            faults.append(f"{entry.path}: is {LOCK_FILE}, which fetch itself writes; give the file a path of its own")
        elif not target.resolve().is_relative_to(root):
            faults.append(f"{entry.path}: lies outside {project.data_root}, and fetch writes nowhere else; correct it")
        other = chosen.setdefault(target, entry)
        if _stated(other) != _stated(entry):
            faults.append(f"{entry.path}: is named twice with different url or sha256; say it once, or the same twice")
    if faults:
        raise ProjectError(*faults)
    return chosen


def _is_lock(target: Path, project_file: Path) -> bool:
    """Return whether a file is the lock of a project, by its name in letters of any case or by a link."""
    lock, place = lock_path(project_file).resolve(), target.resolve()
    named = place.parent == lock.parent and place.name.lower() == lock.name.lower()
    return named or (target.exists() and lock.exists() and target.samefile(lock))


def _stated(entry: File) -> tuple[str, str, str, str, bool]:
    return entry.url, entry.dataset, entry.part, entry.sha256.lower(), is_osm(entry)
