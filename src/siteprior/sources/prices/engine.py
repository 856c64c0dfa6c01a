"""DuckDB in this process, held to its memory, its folder and the files it is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from siteprior.presets import load_presets
from siteprior.sources.prices.layout import Layout

THREADS = 2
LINE_BYTES = 1_000_000
EXAMPLES = 3
SPILLED = "spilled"


@contextmanager
def database(folder: Path, *, reads: Iterable[Path] = (), memory_limit_mb: int | None = None) -> Iterator[Any]:
    """Open an in-memory DuckDB that writes in ``folder`` only, reads nothing else but ``reads``, and has no network.

    Parameters
    ----------
    folder
        Temporary folder; what does not fit into memory is written there.
    reads
        Files, or folders with all that is in them.
    memory_limit_mb
        Megabytes it may hold; the preset ``memory_limit_mb`` when ``None``.
    """
    import duckdb

    limit = load_presets("prices")["memory_limit_mb"].value if memory_limit_mb is None else memory_limit_mb
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": THREADS,
            "memory_limit": f"{limit}MB",
            "temp_directory": str(folder / SPILLED),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    try:
        connection.execute("SET enable_progress_bar = false")
        folders = [folder, *(path if path.is_dir() else path.parent for path in reads)]
        connection.execute(f"SET allowed_directories = [{', '.join(quoted(f'{path}/') for path in folders)}]")
        connection.execute("SET enable_external_access = false")
        yield connection
    finally:
        connection.close()


def csv_rows(layout: Layout) -> str:
    """Return the SQL that reads a file's rows as text columns ``c0``, ``c1``, …; lines of another width are refused."""
    columns = ", ".join(f"c{n}: 'VARCHAR'" for n in range(layout.width))
    return (
        f"read_csv({quoted(_no_pattern(layout.path))}, auto_detect=false, header=false, skip={int(layout.header)}, "
        f"delim=',', quote='\"', escape='\"', columns={{{columns}}}, store_rejects=true, rejects_limit=0, "
        f"max_line_size={LINE_BYTES})"
    )


def refused(connection: Any) -> tuple[int, str]:
    """Return how many lines the reads so far refused, and why the first was; then forget them."""
    known = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'").fetchone()
    if not known[0]:
        return 0, ""
    told = connection.execute("SELECT count(DISTINCT line), arg_min(error_message, line) FROM reject_errors").fetchone()
    connection.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
    return int(told[0]), " ".join(str(told[1] or "").split())


def quoted(text: object) -> str:
    """Return text as an SQL string.

    Examples
    --------
    >>> quoted("St John's")
    "'St John''s'"
    """
    return "'" + str(text).replace("'", "''") + "'"


def _no_pattern(path: Path) -> str:
    """Return a path in which nothing is taken for a pattern of file names."""
    return "".join(f"[{sign}]" if sign in "[*?" else sign for sign in str(path))
