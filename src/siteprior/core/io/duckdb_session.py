"""DuckDB in this process, limited to its memory, its folder and the files it is given; large tables read as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

THREADS = 2
LINE_BYTES = 2_000_000
EXAMPLES = 3
"""How many of a group of like faults are named in its one issue row."""

SPILLED = "spilled"
AS_WRITTEN = "join_order,build_side_probe_side"


@contextmanager
def database(
    folder: Path, *, memory_limit_mb: int, reads: Iterable[Path] = (), as_written: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB that writes in ``folder`` only, reads nothing else but ``reads``, and has no network.

    Parameters
    ----------
    folder
        Temporary folder; what does not fit into memory is written there, under :data:`SPILLED`.
    memory_limit_mb
        Megabytes it may hold.
    reads
        Files, or folders with all that is in them.
    as_written
        Whether joins are carried out as they are written; else their order is guessed, which helps only where what
        stands in the files is known before they are read.
    """
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": THREADS,
            "memory_limit": f"{memory_limit_mb}MB",
            "temp_directory": str(folder / SPILLED),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "disabled_optimizers": AS_WRITTEN if as_written else "",
        },
    )
    try:
        with suppress(duckdb.InvalidInputException):  # a kernel without ipywidgets shows no bar, and takes no setting
            connection.execute("SET enable_progress_bar = false")
        folders = [folder, *(path if path.is_dir() else path.parent for path in reads)]
        connection.execute(f"SET allowed_directories = [{', '.join(quoted(f'{path}/') for path in folders)}]")
        connection.execute("SET enable_external_access = false")
        yield connection
    finally:
        connection.close()


def csv_rows(paths: Sequence[Path], columns: Iterable[str], *, header: int = 0) -> str:
    """Return the SQL that reads files of one shape as text, whatever stands in them; lines of another are refused.

    The rows begin after ``header`` records.

    Examples
    --------
    >>> csv_rows([Path("a.csv")], ["x"])[:41]
    "read_csv(['a.csv'], auto_detect=false, he"
    """
    texts = ", ".join(f"{quoted(column)}: 'VARCHAR'" for column in columns)
    files = ", ".join(quoted(_no_pattern(path)) for path in paths)
    return (
        f"read_csv([{files}], auto_detect=false, header=false, skip={int(header)}, delim=',', quote='\"', escape='\"', "
        f"columns={{{texts}}}, store_rejects=true, rejects_limit=0, max_line_size={LINE_BYTES})"
    )


def refused(connection: duckdb.DuckDBPyConnection) -> tuple[int, list[tuple[str, int, str]]]:
    """Return how many lines the reads so far refused, and of the first file, line and reason; then forget them."""
    tables = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'").fetchall()
    if not tables[0][0]:
        return 0, []
    lines = (
        "SELECT file_path, line, any_value(error_message ORDER BY error_message) AS why "
        "FROM reject_errors JOIN reject_scans USING (scan_id, file_id) GROUP BY ALL"
    )
    number = connection.execute(f"SELECT count(*) FROM ({lines})").fetchall()[0][0]
    first = connection.execute(f"{lines} ORDER BY ALL LIMIT {EXAMPLES}").fetchall()
    connection.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
    return int(number), [(str(file), int(line), " ".join(str(why or "").split())) for file, line, why in first]


def scalar(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    """Return the one whole number a query gives, such as a count."""
    return int(connection.execute(sql).fetchall()[0][0])


def quoted(text: str | Path) -> str:
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
