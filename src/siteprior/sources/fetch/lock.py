"""``sources.lock``: what each file was when it came, by its path from there; written by ``siteprior fetch``."""

from __future__ import annotations

import os
import posixpath
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from siteprior.core.errors import InputError
from siteprior.core.files import MEMBER, write_text
from siteprior.project.load import DATA_ROOT_VARIABLE

if TYPE_CHECKING:
    from pydantic import JsonValue

    from siteprior.project.load import Project

LOCK_FILE = "sources.lock"
"""The file beside the project file."""

BY_HAND = "placed by hand"
"""How a file came that somebody put where the project names it."""

_HASH = re.compile(r"[0-9a-f]{64}")

SENT = ("etag", "last_modified")
"""What is sent back to the server, in headers."""

_HEADER = re.compile(r"[!-~]([ -~]*[!-~])?")

HEAD = """\
# What siteprior fetch brought, or found placed by hand: keep this file with the project, for it says what was used.
# Times are UTC; an address is shown without its keys.
"""


@dataclass(frozen=True)
class Locked:
    """What one file was when it came: its dataset and part, address without keys, time, size and hash.

    ``fetched`` is the time in UTC, or ``placed by hand``; ``etag`` and ``last_modified`` are what the server calls
    this edition; ``without_shape`` counts the features of a service that came without a shape.
    """

    dataset: str = ""
    part: str = ""
    address: str = ""
    fetched: str = ""
    bytes: int = 0
    sha256: str = ""
    vintage: str = ""
    licence: str = ""
    etag: str = ""
    last_modified: str = ""
    without_shape: int = 0


_KINDS = {fact.name: type(fact.default) for fact in fields(Locked)}
"""What kind each fact is of."""


def lock_path(project_file: Path) -> Path:
    """Return where the lock of a project lies: beside its file, for all projects of the folder.

    Examples
    --------
    >>> lock_path(Path("desk/project.toml")).as_posix()
    'desk/sources.lock'
    """
    return project_file.parent / LOCK_FILE


def archive_of(path: str) -> str:
    """Return the path of the file that is fetched: of a zip's member, that of the zip.

    Examples
    --------
    >>> archive_of("places/codepo.zip!b.csv"), archive_of("stops.csv")
    ('places/codepo.zip', 'stops.csv')
    """
    at = path.lower().find(".zip" + MEMBER)
    return path if at < 0 else path[: at + 4]


def locked_name(project: Project, path: str, *, arriving: bool = False) -> str:
    """Return the name a file of a project has in the lock: its path from the folder of the lock.

    Two projects of a folder with data roots of their own so have names of their own. Where the environment gives the
    data root, its variable stands for it: that folder is another on each machine.

    Parameters
    ----------
    project, path
        The project, and the path of a file as it states it.
    arriving
        Whether the file is about to come, which is always under the data root; else it is looked for as readers do,
        beside the project file where the data root has none.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> from siteprior.project.load import load_project
    >>> data = shipped("data")
    >>> locked_name(load_project(data / "demo.toml", data_root=data / "transit"), "places/codepo.zip!b.csv")
    'transit/places/codepo.zip'
    """
    file, root, folder = archive_of(path), project.data_root, project.file.parent
    if not arriving and not (root / file).exists() and (folder / file).exists():
        root = folder
    elsewhere = os.environ.get(DATA_ROOT_VARIABLE, "")
    if elsewhere and root == Path(elsewhere):
        return f"${DATA_ROOT_VARIABLE}/{posixpath.normpath(file)}"
    try:
        return Path(os.path.relpath(root / file, folder)).as_posix()
    except ValueError:  # on another drive of Windows
        return (root / file).absolute().as_posix()


def locked_of(entries: Mapping[str, Locked], name: str, sha256: str = "") -> Locked | None:
    """Return what a lock says of a file by its name, else of the very same file under another data root.

    Examples
    --------
    >>> entries = {"data/stops.csv": Locked(address="https://example.org/a", sha256="ab")}
    >>> locked_of(entries, "$SITEPRIOR_DATA_ROOT/stops.csv", "ab").address
    'https://example.org/a'
    >>> locked_of(entries, "$SITEPRIOR_DATA_ROOT/stops.csv", "cd")
    """
    if name in entries:
        return entries[name]
    last = name.rpartition("/")[2]
    same = (one for at, one in entries.items() if at.rpartition("/")[2] == last and one.sha256 == sha256)
    return next(same, None)


def read_lock(path: Path) -> Mapping[str, Locked]:
    """Return what a lock says of each file; nothing where there is none.

    Raises
    ------
    InputError
        When it cannot be read, or an entry is spoilt: with every fault of every entry.
    """
    tables = _tables(path)
    faults = [fault for name, facts in tables.items() for fault in _faults(path, name, facts)]
    if faults:
        raise InputError(*faults)
    return MappingProxyType(
        {
            name: Locked(**{key: value for key, value in facts.items() if _is_usable(key, value)})
            for name, facts in tables.items()
        }
    )


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    """Return the entries of a lock as they stand there."""
    if path.is_dir():
        raise InputError(f"{path}: is a folder, and siteprior fetch writes a file of this name; rename the folder")
    if not path.is_file():
        return {}
    fix = (
        "take back its last version, or delete it and run siteprior fetch, which writes it anew of the files that are "
        "there"
    )
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("files", {})
    except (ValueError, OSError) as fault:
        raise InputError(f"{path}: cannot be read ({fault}); {fix}") from None
    if not isinstance(tables, dict):
        raise InputError(f"{path}: cannot be read (files is no table); {fix}")
    return tables


def _faults(path: Path, name: str, facts: JsonValue) -> Iterator[str]:
    """Yield what is wrong with an entry: it would lose its address, or what it says of its file."""
    at = f'{path}: [files."{name}"]'
    fix = "take back its last version, or delete the entry and run siteprior fetch"
    if not isinstance(facts, dict):
        yield f"{at}: is no table; {fix}"
        return
    for key, kind in _KINDS.items():
        if key in facts and key not in SENT and type(facts[key]) is not kind:
            yield f"{at}: {key} is {facts[key]!r}, and needs {'a number' if kind is int else 'a text'}; {fix}"
    if not _HASH.fullmatch(str(facts.get("sha256", ""))):
        yield f"{at}: sha256 is no SHA-256 of 64 digits; {fix}"
    if not facts.get("address") and facts.get("fetched", BY_HAND) != BY_HAND:
        yield f"{at}: has no address, though it was fetched at {facts['fetched']}; {fix}"


def _is_usable(key: str, value: JsonValue) -> bool:
    """Return whether a lock's key is known, and, where it is sent to a server, one line of text."""
    return key in _KINDS and (key not in SENT or (isinstance(value, str) and _HEADER.fullmatch(value) is not None))


def write_lock(path: Path, changed: Mapping[str, Locked]) -> None:
    """Enter files in a lock, whole: what it says of others stays, as of another project of the folder.

    So does where a file came from that stands there with the same hash: another fetch brought it meanwhile.

    Raises
    ------
    InputError, OutputError
        When it cannot be read or written.
    """
    import tomlkit

    read_lock(path)
    entries = _tables(path)
    for name, locked in changed.items():
        if locked.fetched == BY_HAND and entries.get(name, {}).get("sha256") == locked.sha256:
            continue
        facts = asdict(locked)
        entries[name] = {key: value for key, value in facts.items() if key in ("address", "bytes") or value}
    document = tomlkit.document()
    files = tomlkit.table(is_super_table=True)
    for name in sorted(entries):
        table = tomlkit.table()
        for key, value in entries[name].items():
            table.add(key, value)
        files.add(name, table)
    document.add("files", files)
    write_text(path, HEAD + "\n" + tomlkit.dumps(document))
