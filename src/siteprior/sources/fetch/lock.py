"""``sources.lock``: what each file was when it came, by the path the project names; written by ``siteprior fetch``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from siteprior.core.errors import InputError
from siteprior.core.files import MEMBER, write_text

if TYPE_CHECKING:
    from pydantic import JsonValue

LOCK_FILE = "sources.lock"
"""The file beside the project file."""

BY_HAND = "placed by hand"
"""How a file came that somebody put where the project names it."""

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
    this edition.
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


def lock_path(project_file: Path) -> Path:
    """Return where the lock of a project lies: beside its file, for all projects of the folder.

    Examples
    --------
    >>> lock_path(Path("desk/project.toml")).as_posix()
    'desk/sources.lock'
    """
    return project_file.parent / LOCK_FILE


def locked_name(path: str) -> str:
    """Return the name a file has in the lock: the path as the project states it, of a zip's member that of the zip.

    Examples
    --------
    >>> locked_name("places/codepo.zip!b.csv"), locked_name("stops.csv")
    ('places/codepo.zip', 'stops.csv')
    """
    at = path.lower().find(".zip" + MEMBER)
    return path if at < 0 else path[: at + 4]


def read_lock(path: Path) -> Mapping[str, Locked]:
    """Return what a lock says of each file; nothing where there is none.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    if path.is_dir():
        raise InputError(f"{path}: is a folder, and siteprior fetch writes a file of this name; rename the folder")
    if not path.is_file():
        return MappingProxyType({})
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("files", {})
        return MappingProxyType(
            {
                name: Locked(**{key: value for key, value in facts.items() if _is_usable(key, value)})
                for name, facts in tables.items()
            }
        )
    except (ValueError, TypeError, AttributeError, OSError) as fault:
        raise InputError(
            f"{path}: cannot be read ({fault}); take back its last version, or delete it and run siteprior fetch, "
            "which writes it anew of the files that are there"
        ) from None


def _is_usable(key: str, value: JsonValue) -> bool:
    """Return whether a lock's key is known and its value of the right kind; what is sent to a server is one line."""
    known = {field.name: type(field.default) for field in fields(Locked)}
    if key not in known or type(value) is not known[key]:
        return False
    return key not in SENT or _HEADER.fullmatch(str(value)) is not None


def write_lock(path: Path, changed: Mapping[str, Locked]) -> None:
    """Enter files in a lock, whole: what it says of others stays, as of another project of the folder.

    Raises
    ------
    InputError, OutputError
        When it cannot be read or written.
    """
    import tomlkit

    entries = {**read_lock(path), **changed}
    document = tomlkit.document()
    files = tomlkit.table(is_super_table=True)
    for name in sorted(entries):
        table = tomlkit.table()
        for key, value in asdict(entries[name]).items():
            if value != "" or key == "address":
                table.add(key, value)
        files.add(name, table)
    document.add("files", files)
    write_text(path, HEAD + "\n" + tomlkit.dumps(document))
