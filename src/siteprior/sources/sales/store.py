"""All sales in typed columns on disk: files parsed once, changes applied, kept whole or not at all.

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

The national file is 5 GB of text and 28 million sales; here it is one parquet file for each file given, without
streets and house numbers, and every question is put to it by the query engine in bounded memory.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from siteprior.core.errors import InputError, OutputError
from siteprior.core.files import Input, open_stream, record, sha256_of
from siteprior.core.io.duckdb_session import SPILLED, database, quoted
from siteprior.core.named_paths import NamedPath, Names, Paths, named_paths, read_each
from siteprior.core.parameters import load_parameters
from siteprior.sources.sales.changes import apply_changes
from siteprior.sources.sales.layout import sales_layout, unpacked
from siteprior.sources.sales.parsing import parse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FORMAT = 1
"""Counts up whenever the same files would make another store."""

CONTENTS = "contents.json"
"""The file of a store that says what its parts are, how many rows each has, and what was found in them."""

HMLR_FACTS = {
    "publisher": "HM Land Registry",
    "licence": "OGL v3.0",
    "attribution": "Contains HM Land Registry data © Crown copyright and database right. This data is licensed under "
    "the Open Government Licence v3.0.",
}


class SalesStore(NamedTuple):
    """Sales on disk, as long as the store is open.

    Attributes
    ----------
    parts
        One parquet file per file read, in the order given.
    folder
        Temporary folder for what queries write.
    issues
        What was found while they were parsed: arguments of :meth:`siteprior.core.issues.IssueLog.add`, under ``file``.
    provenance
        One :class:`siteprior.core.files.Input` per file.
    memory_limit_mb
        What the query engine may hold; the parameter when ``None``.
    """

    parts: tuple[Path, ...]
    folder: Path
    issues: list[dict[str, Any]]
    provenance: tuple[Input, ...]
    memory_limit_mb: int | None = None

    @property
    def sql(self) -> str:
        """The SQL that reads all sales, with the columns :data:`siteprior.sources.sales.parsing.KEPT`."""
        return f"read_parquet([{', '.join(quoted(part) for part in self.parts)}])"

    @contextmanager
    def query(self, *reads: Path) -> Iterator[DuckDBPyConnection]:
        """Open the query engine on the store and on further files."""
        folders = {part.parent for part in self.parts}
        with (
            failing(", ".join(origin.file for origin in self.provenance)),
            database(self.folder, reads=[*folders, *reads], memory_limit_mb=_limit(self.memory_limit_mb)) as connection,
        ):
            yield connection


def _limit(memory_limit_mb: int | None) -> int:
    """Return the megabytes the query engine may hold; the parameter where none are stated."""
    return load_parameters("prices").integer("memory_limit_mb") if memory_limit_mb is None else memory_limit_mb


@contextmanager
def sales_store(
    paths: Paths,
    *,
    files: Names | None = None,
    cache: Path | None = None,
    memory_limit_mb: int | None = None,
) -> Iterator[SalesStore]:
    r"""Open files of sales as one store of typed columns, changes applied.

    Parameters
    ----------
    paths
        HM Land Registry Price Paid Data as published (complete, yearly, monthly; 16 columns, no header), or CSVs whose
        header names the columns; ``.gz`` and ``archive.zip!member`` are unpacked. In the order they were published: of
        a sale that stands in several the last counts; record status ``C`` changes and ``D`` deletes.
    files
        The names to put in issues and provenance; the paths when ``None``.
    cache
        Folder that keeps the store for the next run; the same files in the same order find it again. A temporary
        folder when ``None``.
    memory_limit_mb
        Megabytes the query engine may hold before it writes to a temporary folder; the parameter when ``None``.

    Yields
    ------
    SalesStore
        The open store.

    Raises
    ------
    InputError
        When a file is missing, broken or no file of sales, or stands twice; all faults at once. Damaged rows are
        issues.
    OutputError
        When the cache cannot be written.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> row = '"{%s}","250000","2024-05-01 00:00","B1 1AA","T","N","F","1","","A ST","","B","B","WM","A","%s"\n'
    >>> _ = (folder / "2024.csv").write_text(row % ("1A", "A") + row % ("1B", "A"))
    >>> _ = (folder / "update.csv").write_text(row % ("1A", "D"))
    >>> with sales_store([folder / "2024.csv", folder / "update.csv"]) as store, store.query() as connection:
    ...     connection.execute(f"SELECT transaction, price, property_type FROM {store.sql}").fetchall()
    [('1B', 250000, 'terraced')]
    """
    listed = named_paths(paths, files, what="sales")
    origins = _origins(listed)
    with tempfile.TemporaryDirectory(prefix="siteprior-sales-") as name:
        folder = Path(name)
        place = (folder if cache is None else Path(cache)) / f"sales-{_key(origins, listed)}"
        contents = None if cache is None else _load(place)
        if contents is None:
            contents = _build(listed, folder, place, memory_limit_mb)
        issues = [{**row["issue"], "file": listed[row["part"]].name} for row in contents["issues"]]
        read = tuple(replace(origin, rows=rows) for origin, rows in zip(origins, contents["rows"], strict=True))
        yield SalesStore(tuple(place / part for part in contents["parts"]), folder, issues, read, memory_limit_mb)


@contextmanager
def failing(what: str) -> Iterator[None]:
    """Say in siteprior's words what the query engine could not do."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        raise InputError(
            f"{what}: the query engine ran out of memory or of space in the temporary folder; give it more with "
            "memory_limit_mb, or free the disk"
        ) from None
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.ConversionException) as fault:
        first = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        raise InputError(f"{what}: cannot be read ({first}); download it again") from None


def _origins(files: Sequence[NamedPath]) -> list[Input]:
    """Describe the files, each of which may stand once."""
    origins: dict[tuple[str, str], Input] = {}

    def describe(path: Path, label: str) -> Input:
        with open_stream(path):
            origin = record(path, role="sales", file=label, rows=0, **HMLR_FACTS)
        other = origins.setdefault((origin.sha256, str(path).partition(".zip!")[2]), origin)
        if other is not origin:
            raise InputError(f"{label}: is the same file as {other.file}; give it once")
        return origin

    return read_each(files, describe)


def _build(files: Sequence[NamedPath], folder: Path, place: Path, memory_limit_mb: int | None) -> dict[str, Any]:
    """Parse the files, apply the changes and put the store at ``place``; return its contents."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".sales-", dir=place.parent))
    except OSError as fault:
        raise OutputError(f"{place.parent}: the cache cannot be written ({fault.strerror or fault})") from None
    try:
        number_of = count()
        layouts = read_each(
            files, lambda path, label: sales_layout(unpacked(path, folder, number=next(number_of)), label)
        )
        rows: list[dict[str, Any]] = []
        parts = [made / f"{number}.parquet" for number in range(len(layouts))]
        for number, (layout, part) in enumerate(zip(layouts, parts, strict=True)):
            with (
                failing(layout.label),
                database(made, reads=[layout.path], memory_limit_mb=_limit(memory_limit_mb)) as connection,
            ):
                rows += [{"part": number, "issue": row} for row in parse(connection, layout, part)]
            if layout.path.parent == folder:
                layout.path.unlink()
        with (
            failing(", ".join(label for _, label in files)),
            database(made, memory_limit_mb=_limit(memory_limit_mb)) as connection,
        ):
            changed, counts = apply_changes(connection, parts)
        shutil.rmtree(made / SPILLED, ignore_errors=True)
        contents = {
            "parts": {part.name: sha256_of(part) for part in parts},
            "rows": counts,
            "issues": sorted(rows + changed, key=lambda row: row["part"]),
        }
        (made / CONTENTS).write_text(json.dumps({**contents, "seal": _seal(contents)}), encoding="utf-8")
        if place.exists():
            shutil.rmtree(place)  # it was looked at and found broken
        made.chmod(0o755)  # mkdtemp makes private folders
        made.replace(place)
    except OSError as fault:
        raise OutputError(f"{place}: the sales could not be kept ({fault.strerror or fault}); free the disk") from None
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return contents


def _load(place: Path) -> dict[str, Any] | None:
    """Return the contents of a store kept earlier; ``None`` where it is missing or not as it was written."""
    try:
        contents: dict[str, Any] = json.loads((place / CONTENTS).read_text(encoding="utf-8"))
        whole = contents.pop("seal") == _seal(contents)
        whole = whole and all(sha256_of(place / part) == seal for part, seal in contents["parts"].items())
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None
    return contents if whole else None


def _key(origins: Sequence[Input], files: Sequence[NamedPath]) -> str:
    """Return a hash of all that makes the store: the files in their order, the members read, this format."""
    members = [str(path).partition(".zip!")[2] for path, _ in files]
    text = json.dumps([FORMAT, [origin.sha256 for origin in origins], members])
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _seal(contents: dict[str, Any]) -> str:
    """Return a hash of the contents of a store."""
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()
