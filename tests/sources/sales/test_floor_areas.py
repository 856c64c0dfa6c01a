"""Floor areas by transaction: the bounds to the square metre, several files, and what is left blank."""

from __future__ import annotations

import pytest

from siteprior.core.code_join import recorded_joins
from siteprior.core.errors import InputError
from siteprior.core.io.duckdb_session import database
from siteprior.core.issues import IssueLog
from siteprior.core.named_paths import NamedPath
from siteprior.sources.sales.floor_areas import floor_layouts, floor_origins, join_floor_areas

HEADER = "transaction,floor_area_m2"


@pytest.fixture
def joined(published, tmp_path):
    """Return a function that joins files of rows to chosen sales: areas by sale, matches by file, issues."""

    def make(chosen, *files):
        paths = [NamedPath(published(HEADER, *rows, name=f"{n}.csv"), f"file {n}") for n, rows in enumerate(files, 1)]
        log = IssueLog()
        with database(tmp_path, memory_limit_mb=100, reads=[path for path, _ in paths]) as connection:
            connection.execute("CREATE TABLE chosen (transaction TEXT)")
            connection.executemany("INSERT INTO chosen VALUES (?)", [[key] for key in chosen])
            areas, matches = join_floor_areas(connection, floor_layouts(paths, tmp_path), log)
        issues = [(row["file"], row["issue_type"], row["value"], row["action"]) for row in log.rows]
        return areas.to_dict(), matches, issues

    return make


def test_only_chosen_sales_are_matched_whatever_the_case_and_braces(joined):
    areas, matches, issues = joined(["1A", "1B"], ["{1a},80", "1B, 55.5 ", "9Z,70", ",60"])
    assert (areas, matches, issues) == ({"1A": 80.0, "1B": 55.5}, [2], [])


def test_the_bounds_belong_to_what_counts(joined):
    areas, _, issues = joined(["A", "B", "C", "D"], ["A,15", "B,14.9", "C,1000", "D,1000.1"])
    assert areas == {"A": 15.0, "C": 1000.0}
    assert issues == [
        ("file 1", "too small", "1 sale: B 14.9", "left blank: below 15 m²"),
        ("file 1", "too large", "1 sale: D 1000.1", "left blank: above 1000 m²"),
    ]


@pytest.mark.parametrize("text", ["big", "nan", "inf", "1e10", "80m2"])
def test_what_is_no_number_is_left_blank_and_named(joined, text):
    areas, matches, issues = joined(["A"], [f"A,{text}"])
    assert (areas, matches) == ({}, [1])
    assert issues == [("file 1", "invalid decimal", f"1 sale: A {text}", "left blank: not a number")]


def test_a_blank_area_says_nothing(joined):
    assert joined(["A", "B"], ["A,", "B,", "B,70"]) == ({"B": 70.0}, [2], [])


def test_two_areas_of_one_sale_in_one_file_differ_only_as_numbers(joined):
    areas, _, issues = joined(["A", "B", "C"], ["A,70", "A,90", "B,70", "B,70.0", "C,70", "C,70"])
    assert areas == {"B": 70.0, "C": 70.0}
    assert issues == [
        ("file 1", "reference values are not unique", "1 sale: A 70", "left blank: the floor areas differ")
    ]


def test_of_several_files_the_last_with_a_usable_area_counts(joined):
    areas, matches, issues = joined(["A", "B"], ["A,50", "B,60"], ["A,80", "B,2"])
    assert areas == {"A": 80.0, "B": 60.0}
    assert matches == [2, 2]
    assert [issue[:3] for issue in issues] == [("file 2", "too small", "1 sale: B 2")]


def test_lines_of_another_width_are_counted_not_read(joined):
    areas, _, issues = joined(["A", "B"], ["A,50", "B,60,70"])
    assert areas == {"A": 50.0}
    assert issues[0][:3] == ("file 1", "invalid category value", "lines: 1")
    assert issues[0][3].startswith("left out, they are no rows of this file: ")


def test_without_files_there_are_no_areas(joined):
    assert joined(["A"]) == ({}, [], [])


def test_every_faulty_file_is_named_at_once(published, tmp_path):
    good, bad = published(HEADER, name="good.csv"), published("lmk,area", name="bad.csv")
    given = [NamedPath(bad, "bad"), NamedPath(good, "good"), NamedPath(tmp_path / "none.csv", "none")]
    with pytest.raises(InputError) as caught:
        floor_layouts(given, tmp_path)
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["bad", str(tmp_path / "none.csv")]


def test_the_origin_counts_the_sales_matched(published):
    path = published(HEADER, name="epc.csv")
    (origin,) = floor_origins([NamedPath(path, "epc")], [7])
    assert (origin.file, origin.role, origin.rows) == ("epc", "floor areas", 7)


def test_floor_areas_of_other_sales_are_refused_with_one_of_each_side(joined):
    with pytest.raises(
        InputError, match=r"file 2: has a row for none of the 2 sales; .* such as Z1, the sales such as A"
    ):
        joined(["A", "B"], ["A,70"], ["Z2,70", "Z1,80"])
    assert joined(["A"], [",70"]) == ({}, [0], [])  # no code, nothing to compare


def test_floor_areas_of_sales_elsewhere_are_no_fault_and_few_are_stated(published, tmp_path):
    def joined_to(chosen, every):
        path = NamedPath(published(HEADER, "e1,70", "{E2},80"), "floors.csv")
        with database(tmp_path, memory_limit_mb=100, reads=[path.path]) as connection, recorded_joins() as joins:
            for table, keys in (("chosen", chosen), ("every", every)):
                connection.execute(f"CREATE TABLE {table} AS SELECT unnest(?::VARCHAR[]) AS transaction", [keys])
            join_floor_areas(connection, floor_layouts([path], tmp_path), IssueLog(), every="every")
        return joins[0]

    elsewhere = joined_to(["A", "B"], ["A", "B", "E1"])
    assert (elsewhere.codes, elsewhere.met, elsewhere.few) == (2, 0, True)
    few = joined_to(["A", "B", "C", "D", "E1"], ["A", "B", "C", "D", "E1", "E2"])
    assert few.sentence == (
        "floor areas of sales: 1 of the 5 sales found in floors.csv (not A, for example): "
        "they have no price per square metre"
    )
    assert joined_to(["E2", "E1"], ["E1", "E2"]).sentence == ""
    assert joined_to([], []).share is None
