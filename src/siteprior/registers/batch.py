"""A batch of registers: found in folders, patterns and archives, each file read and accounted for on its own.

Two vintages of one council's register list the same references; in a batch neither is a fault of the other. So
references are resolved within each file, and a ``site_id`` may stand once per file.
"""

from __future__ import annotations

import datetime as dt
import glob
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from siteprior.core.cluster import Cluster, map_parts
from siteprior.core.errors import InputError
from siteprior.core.files import MEMBER, path_list
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.named_paths import Paths
from siteprior.core.progress import Progress, counting, no_progress
from siteprior.registers.councils import Councils, councils
from siteprior.registers.reader import (
    RegisterFile,
    account_for_rows,
    conform_sites,
    issues_of,
    provenance_of,
    read_file,
)
from siteprior.registers.references import resolve_duplicates

TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods")
"""Endings of tables, also with ``.gz``: those that cannot be read are refused by name, not passed over."""

HIDDEN = (".", "~$", "__MACOSX")
"""What the names of hidden files and folders begin with: of the system, of Excel while a file is open, of archives."""


class Register(NamedTuple):
    """One register file: where it lies, and what it is called in tables and issues."""

    path: Path | str
    file: str


class FoundRegisters(NamedTuple):
    """The registers found, and the names of the files passed over because they are hidden or no tables."""

    registers: tuple[Register, ...]
    passed_over: tuple[str, ...]


def find_registers(paths: Paths) -> FoundRegisters:
    """Find the register files that paths lead to: files, folders, patterns such as ``sites/*.csv``, zip archives.

    Parameters
    ----------
    paths
        One path, or several. A folder stands for all tables in it, at any depth; an archive for its tables, called
        ``archive.zip!member``. A file named outright is taken whatever its ending.

    Returns
    -------
    FoundRegisters
        In the order named, folders and patterns by name; a file found twice counts once. Files are called as they
        were named; an absolute path is shortened to its last part, unless two files would then be called the same.

    Raises
    ------
    InputError
        For every name that leads to no file, or when nothing found is a table.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("b.csv", "a.xlsx", "guide.pdf"):
    ...     _ = (folder / name).write_text("x")
    >>> registers, passed_over = find_registers(folder)
    >>> [each.file.partition("/")[2] for each in registers], [name.partition("/")[2] for name in passed_over]
    (['a.xlsx', 'b.csv'], ['guide.pdf'])
    """
    named = [str(path) for path in path_list(paths)]
    if not named:
        raise InputError("no register given; name at least one file, folder, pattern or zip archive")
    faults, seen = [], dict[str, Register]()
    passed_over: list[str] = []
    for path in named:
        files = list(_expand(path))
        if not files:
            faults.append(f"{path}: there is no such file or folder, and nothing fits it as a pattern")
        for register, outright in files:
            if not outright and not _is_table(register.file):
                passed_over.append(register.file)
                continue
            seen.setdefault(_identity(register.path), register)
    if faults:
        raise InputError(*faults)
    if not seen:
        raise InputError(
            f"{', '.join(named)}: holds no register; needs CSV or Excel files, found "
            f"{', '.join(passed_over[:5]) or 'nothing'}"
        )
    return FoundRegisters(tuple(_with_distinct_names(list(seen.values()))), tuple(dict.fromkeys(passed_over)))


def _expand(named: str) -> Iterator[tuple[Register, bool]]:
    """Yield the files a name stands for, and whether each was named outright."""
    path = Path(named)
    if path.is_dir() or path.is_file():
        yield from _inside(path, _called(path), outright=path.is_file())
    elif (".zip" + MEMBER) in named.lower():
        archive, _, member = named.rpartition(MEMBER)
        yield Register(named, f"{_called(Path(archive))}{MEMBER}{member}"), True
    else:
        # pathlib knows no patterns that begin at a root or with ".."
        for match in map(Path, sorted(glob.glob(named, recursive=True))):  # noqa: PTH207
            yield from _inside(match, _called(match), outright=False)


def _called(path: Path) -> PurePosixPath:
    """Return what a path is called: as it was named, without the way to it from the root of this machine."""
    return PurePosixPath(path.name if path.is_absolute() else path.as_posix())


def _inside(path: Path, called: PurePosixPath, *, outright: bool) -> Iterator[tuple[Register, bool]]:
    """Yield a file itself, the tables of an archive, or the files of a folder at any depth by name."""
    if path.is_dir():
        for below in sorted(path.rglob("*")):
            if below.is_file():
                yield from _inside(below, called / below.relative_to(path).as_posix(), outright=False)
        return
    members = _members(path) if path.suffix.lower() == ".zip" and zipfile.is_zipfile(path) else None
    if members is None:
        yield Register(path, str(called)), outright
        return
    for member in members:
        yield Register(f"{path}{MEMBER}{member}", f"{called}{MEMBER}{member}"), False


def _members(archive: Path) -> list[str] | None:
    """Return the files in an archive by name; ``None`` where its directory cannot be read: it is refused later."""
    try:
        with zipfile.ZipFile(archive) as opened:
            return sorted(member for member in opened.namelist() if not member.endswith("/"))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None


def _is_table(file: str) -> bool:
    """Return whether a file is by its name a table and not hidden; a broken archive is refused later."""
    parts = PurePosixPath(file.replace(MEMBER, "/")).parts
    name = parts[-1].lower().removesuffix(".gz")
    hidden = any(part.startswith(HIDDEN) and part not in ("..",) for part in parts)
    return not hidden and name.endswith((*TABLES, ".zip")) and not (MEMBER in file and name.endswith(".zip"))


def _identity(path: Path | str) -> str:
    """Return what two paths share that lead to the same file."""
    archive, mark, member = str(path).rpartition(MEMBER) if MEMBER in str(path) else (str(path), "", "")
    return f"{Path(archive).resolve()}{mark}{member}"


def _with_distinct_names(registers: list[Register]) -> list[Register]:
    """Call files by their whole paths where two would be called the same."""
    names = [each.file for each in registers]
    twice = {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set()
    return [Register(each.path, Path(each.path).as_posix()) if each.file in twice else each for each in registers]


def read_many(
    registers: Paths | Register | Iterable[Register],
    *,
    organisation: str | None = None,
    boundaries: gpd.GeoDataFrame | None = None,
    as_of: dt.date | None = None,
    progress: Progress = no_progress,
    cluster: Cluster | None = None,
) -> tuple[Reading[gpd.GeoDataFrame], pd.DataFrame]:
    r"""Read registers one by one: a row per site and file, places in metres on the British National Grid.

    Parameters
    ----------
    registers
        One register or several: files from :func:`find_registers`, or paths as it takes them.
    organisation
        ONS code of the council all files are of, where they do not state it rightly themselves.
    boundaries, as_of
        As for :func:`siteprior.registers.reader.read_registers`.
    progress
        Counts the files where it shows steps; called with a line now and then elsewhere.
    cluster
        From :func:`siteprior.cluster`, to read the files there, one by one; here when ``None``.

    Returns
    -------
    tuple
        The reading, its table :data:`siteprior.core.schema.REGISTER` with a ``site_id`` unique within each file; and
        the table of files in the order given, with ``rows_in``, ``rows_out``, ``rows_explained``, ``encoding``,
        ``header_row``, ``schema`` and ``refused``: why a file could not be read, its other cells blank. A workbook of
        which several sheets are read has one row for each, called ``file!sheet``.

    Raises
    ------
    InputError
        When a path leads to no register, or no file can be read; one sentence each.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "dudley.csv"
    >>> _ = file.write_text("SiteReference,SiteNameAddress,GeoX,GeoY,Hectares\nD1,Old Mill,-2.08,52.5,0.5\n")
    >>> reading, files = read_many(file)
    >>> files[["file", "rows_in", "rows_out", "rows_explained"]].values.tolist()
    [['dudley.csv', 1, 1, 0]]
    """
    listed = _listed(registers)
    known_councils = councils(boundaries)
    logs: list[IssueLog] = []
    read: list[RegisterFile] = []
    tables: list[pd.DataFrame] = []
    refused: dict[str, str] = {}
    merged: dict[str, int] = {}
    what = f"Reading {len(listed):,} {'register' if len(listed) == 1 else 'registers'}"
    with counting(progress, what, total=len(listed), unit="files", every=100) as step:
        known = _Known(organisation, known_councils, as_of)
        for (_, file), done in zip(listed, map_parts(cluster, _read_one, listed, known), strict=True):
            if isinstance(done, str):
                refused[file] = done
                logs.append(IssueLog(file))
                logs[-1].add("missing value", action=f"file refused: {done}")
            else:
                merged |= done.merged
                logs += [sheet.log for sheet in done.sheets]
                read += done.sheets
                tables.append(done.table)
            step()
    if not read:
        raise InputError(*(f"{file}: {reason}" for file, reason in refused.items()))
    filled = [table for table in tables if len(table)] or tables[:1]
    table = pd.concat(filled)
    accounts = account_for_rows(read, [], table["file"].value_counts(), merged).set_index("file")
    files = accounts.reindex([log.file for log in logs])
    files = files.astype(dict.fromkeys(("rows_in", "rows_out", "rows_explained", "header_row"), "Int64"))
    files["refused"] = pd.Series(refused, dtype=object).reindex(files.index).astype("str")
    issues = issues_of(table, logs)
    return Reading(conform_sites(table, known_councils), issues, provenance_of(read)), files.reset_index()


class _Known(NamedTuple):
    """What every file of a batch is read with."""

    organisation: str | None
    councils: Councils
    as_of: dt.date | None


class _ReadFile(NamedTuple):
    """One file read: its sheets, its rows with references resolved, and how many of each sheet were merged."""

    sheets: list[RegisterFile]
    table: pd.DataFrame
    merged: dict[str, int]


def _read_one(register: Register, known: _Known) -> _ReadFile | str:
    """Read one file for itself; or say why it cannot be read."""
    path, file = register
    try:
        sheets = read_file(path, file, known.organisation, known.councils, known.as_of)
    except InputError as fault:
        reasons = (sentence.removeprefix(f"{path}: ").replace(str(path), file) for sentence in fault.faults)
        return " ".join(reasons)
    rows = pd.concat([sheet.table for sheet in sheets], ignore_index=True)
    own = [sheet.log for sheet in sheets]
    return _ReadFile(sheets, *resolve_duplicates(rows if len(sheets) > 1 else sheets[0].table, own))


def _listed(registers: Paths | Register | Iterable[Register]) -> list[Register]:
    """Return the register files given; paths are looked for together, so that no two are called the same."""
    given = [registers] if isinstance(registers, str | Path | Register) else list(registers)
    files = [each for each in given if isinstance(each, Register)]
    paths = [each for each in given if not isinstance(each, Register)]
    return files if files and not paths else [*files, *find_registers(paths).registers]
