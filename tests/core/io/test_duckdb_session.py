"""DuckDB held to what it is given, and lines of another shape refused and counted."""

from __future__ import annotations

import textwrap

import duckdb
import nbformat
import pytest

from siteprior.core.io.duckdb_session import csv_rows, database, refused
from siteprior.report.notebooks.run import execute_notebook


def test_it_reads_only_what_it_is_given(tmp_path):
    (tmp_path / "in").mkdir()
    path = tmp_path / "a.csv"
    path.write_text("1\n")
    with database(tmp_path / "in", memory_limit_mb=100) as connection:
        for sql in (f"SELECT * FROM read_csv('{path}')", "INSTALL spatial", "LOAD httpfs"):
            with pytest.raises(duckdb.Error):
                connection.execute(sql)
    with database(tmp_path / "in", memory_limit_mb=100, reads=[path]) as connection:
        assert connection.execute(f"SELECT * FROM {csv_rows([path], ['x'])}").fetchall() == [("1",)]


def test_lines_of_another_shape_are_counted_and_the_first_named(tmp_path):
    for name in ("b[1].csv", "a.csv"):  # a name that could be a pattern
        (tmp_path / name).write_text("x,y\n1,2\n1\n1,2,3\n" + "4\n" * 3)
    paths = sorted(tmp_path.glob("*.csv"))
    with database(tmp_path, memory_limit_mb=100) as connection:
        rows = connection.execute(f"SELECT * FROM {csv_rows(paths, ['x', 'y'], header=True)}").fetchall()
        number, told = refused(connection)
        assert rows == [("1", "2"), ("1", "2")]
        assert number == 10
        assert [(file.rpartition("/")[2], line) for file, line, _ in told] == [("a.csv", 3), ("a.csv", 4), ("a.csv", 5)]
        assert all(why and "\n" not in why for *_, why in told)
        assert refused(connection) == (0, [])


def test_it_works_in_a_notebook(tmp_path):
    """In a kernel DuckDB wants to draw its own progress bar, and fails on any word of it without ipywidgets."""
    code = """
        from pathlib import Path
        from siteprior.core.io.duckdb_session import database, scalar
        with database(Path("."), memory_limit_mb=100) as connection:
            print("counted", scalar(connection, "SELECT count(*) FROM range(7)"))
    """
    notebook = tmp_path / "a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(textwrap.dedent(code))]), notebook)
    page = execute_notebook(notebook, tmp_path / "a.html", parameters={}, cwd=tmp_path)
    assert "counted 7" in page.read_text(encoding="utf-8")
