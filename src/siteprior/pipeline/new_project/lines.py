"""The lines of a new project file, and what its note says: entries of files, comments, files to fetch by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from siteprior.core.errors import InputError, unknown
from siteprior.project.kinds import Stated
from siteprior.project.reference import toml_value
from siteprior.sources.catalogue import load_catalogue


class Block(NamedTuple):
    """Lines of the project file: a key with its entry or entries, and a comment above it."""

    text: str
    comment: str = ""


class ByHand(NamedTuple):
    """A file without a lasting address: what it is, and where it goes."""

    title: str
    licence: str
    page: str
    path: str
    note: str = ""


class NewProject(NamedTuple):
    """What a new project file is filled in with.

    Attributes
    ----------
    title, area, names
        Its title, the area it is about, and whose files it reads.
    as_of
        The day what registers say is judged on.
    sources, evidence
        The lines under ``[sources]`` and ``[evidence]``.
    corridors
        The files of corridors; none where none is known.
    by_hand
        What has no lasting address.
    data_root
        The folder the paths stand under.
    profile
        The profile whose funds apply; blank where none does.
    timetables
        Whether timetables are among the files.
    """

    title: str
    area: str
    names: str
    as_of: date
    sources: Sequence[Block]
    evidence: Sequence[Block]
    corridors: Sequence[str]
    by_hand: Sequence[ByHand] = ()
    data_root: str = "data"
    profile: str = ""
    timetables: bool = True


def entry_of(dataset: str, path: str, part: str = "", **keys: Stated) -> dict[str, Stated]:
    """Return the entry of a dataset, with further keys.

    Examples
    --------
    >>> entry_of("naptan", "transit/naptan_430.csv", "430")
    {'path': 'transit/naptan_430.csv', 'dataset': 'naptan', 'part': '430'}
    """
    if dataset not in load_catalogue().datasets:
        raise InputError(unknown("dataset", dataset, load_catalogue().datasets))
    return {"path": path, "dataset": dataset, **({"part": part} if part else {}), **keys}


def areas_entry(box: str, districts: Sequence[Stated]) -> dict[str, Stated]:
    """Return the entry of the LSOAs of some districts (names or ONS codes), in a box west,south,east,north (metres).

    Examples
    --------
    >>> sorted(areas_entry("400000,270000,420000,300000", ["E08000025"]))
    ['code', 'dataset', 'district', 'districts', 'lookup', 'name', 'part', 'path', 'year']
    """
    lookup = entry_of("lsoa_2021_authorities", "boundaries/lsoa_2021_authorities.csv")
    return entry_of(
        "lsoa_2021", "boundaries/lsoa_2021.geojson", box, code="LSOA21CD", name="LSOA21NM", district="LAD24CD",
        lookup=lookup, districts=[*districts], year=2021,
    )  # fmt: skip


def deprivation_entry() -> dict[str, Stated]:
    """Return the entry of the Indices of Deprivation of the newest edition."""
    return entry_of("iod_2025", "deprivation/iod_2025.csv", edition=2025)


def line(key: str, entry: Stated, comment: str = "", *, off: bool = False) -> Block:
    """Return a key with its entry; ``off`` behind a comment sign, for the analyst to take away."""
    return Block(f"{'# ' if off else ''}{key} = {toml_value(entry)}", comment)


def lines(key: str, entries: Sequence[Stated], comment: str = "", *, off: bool = False) -> Block:
    """Return a key with a list of entries, one on each line; ``off`` behind comment signs."""
    written = [f"{key} = [", *(f"  {toml_value(entry)}," for entry in entries), "]"]
    return Block("\n".join(f"# {one}" for one in written) if off else "\n".join(written), comment)
