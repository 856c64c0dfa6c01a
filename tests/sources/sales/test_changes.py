"""Additions, changes and deletions in the order of the files, beside a plain reading of the rule."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.io.duckdb_session import database
from siteprior.sources.sales.changes import apply_changes

VERSIONS = st.lists(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.sampled_from("ABCD")), st.sampled_from("ACD"), st.one_of(st.none(), st.just(1))
        ),
        max_size=6,
    ),
    min_size=1,
    max_size=3,
)
"""Files of (identifier, status, price): few identifiers, so that most stand several times."""


def parts_of(folder, files):
    """Write parquet files as parsing leaves them; each line's own number is its postcode, to know it by."""
    paths = []
    for number, rows in enumerate(files):
        table = pd.DataFrame(
            {
                "transaction": pd.Series([row[0] for row in rows], dtype="object"),
                "price": pd.Series([row[2] for row in rows], dtype="Int64"),
                "transfer_date": pd.Series([pd.Timestamp(2024, 5, 1)] * len(rows), dtype="datetime64[s]"),
                "postcode": pd.Series([f"{number}.{line}" for line in range(len(rows))], dtype="object"),
                **{name: pd.Series([None] * len(rows), dtype="object") for name in ("property_type", "new_build",
                                                                                    "tenure", "category")},
                "status": pd.Series([row[1] for row in rows], dtype="object"),
            }
        )  # fmt: skip
        paths.append(folder / f"{number}.parquet")
        table.astype({name: "string" for name in table.columns if table[name].dtype == object}).to_parquet(paths[-1])
    return paths


def applied(folder, files):
    """Return the lines that stand, file by file, the counts and the issues as (file, issue code, text)."""
    paths = parts_of(folder, files)
    with database(folder, memory_limit_mb=100) as connection:
        issues, counts = apply_changes(connection, paths)
    standing = [pd.read_parquet(path)["postcode"].tolist() for path in paths]
    assert counts == [len(lines) for lines in standing]
    return standing, [(row["part"], row["issue"]["issue_type"], row["issue"]["value"]) for row in issues]


def by_the_rule(files):
    """Return the lines that stand: of an identifier the last version, and none where that is a deletion."""
    last = {}
    for number, rows in enumerate(files):
        for line, (key, status, price) in enumerate(rows):
            if key is not None and (status == "D" or price is not None):
                last[key] = (number, line, status)
    kept = {(number, line) for number, line, status in last.values() if status != "D"}
    return [[f"{n}.{line}" for line in range(len(rows)) if (n, line) in kept] for n, rows in enumerate(files)]


@settings(max_examples=60, deadline=None)
@given(files=VERSIONS)
def test_of_every_sale_the_last_version_stands(files, tmp_path_factory):
    standing, _ = applied(tmp_path_factory.mktemp("parts"), files)
    assert [sorted(lines) for lines in standing] == [sorted(lines) for lines in by_the_rule(files)]


def test_a_sale_without_a_price_is_no_version_of_it(tmp_path):
    standing, issues = applied(tmp_path, [[("A", "A", 1)], [("A", "C", None), (None, "A", 1)]])
    assert standing == [["0.0"], []]
    assert issues == []


def test_versions_that_follow_from_nothing_are_reported_by_file(tmp_path):
    first = [("A", "A", 1), ("B", "C", 1), ("C", "D", None)]
    second = [("A", "A", 2), ("C", "C", 2), ("D", "D", None), ("E", "D", None)]
    standing, issues = applied(tmp_path, [first, second])
    assert standing == [["0.1"], ["1.0", "1.1"]]
    assert issues == [
        (0, "unknown entity", "1 sale: C"),
        (1, "unknown entity", "2 sales: D, E"),
        (0, "unknown entity", "1 sale: B"),
        (1, "unknown entity", "1 sale: C"),  # it was deleted before: changed, but not in the files before
        (1, "reference values are not unique", "1 sale: A"),
    ]


def test_a_deleted_sale_may_be_added_again(tmp_path):
    standing, issues = applied(tmp_path, [[("A", "A", 1), ("A", "D", None), ("A", "A", 2)]])
    assert standing == [["0.2"]]
    assert issues == []


def test_a_file_that_loses_nothing_is_not_written_again(tmp_path):
    (path,) = parts_of(tmp_path, [[("A", "A", 1), ("B", "A", 1)]])
    before = path.read_bytes()
    with database(tmp_path, memory_limit_mb=100) as connection:
        assert apply_changes(connection, [path]) == ([], [2])
    assert path.read_bytes() == before
