"""Text into numbers, and what is kept of free text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.io.parse_values import (
    NOTHING,
    decimal_commas,
    in_form,
    number,
    read_column,
    read_count,
    read_decimal,
    read_hectares,
    without_contacts,
    without_persons,
)
from siteprior.core.issues import IssueLog


@pytest.mark.parametrize(
    ("text", "value", "issue"),
    [
        ("0.36", 0.36, ""),
        ("1,380.9", 1380.9, ""),
        ("0.5ha", 0.5, "patch"),
        ("0.5 hectares", 0.5, "patch"),
        ("approx 2 ha", 2.0, "patch"),
        ("0,5", 0.5, "patch"),
        ("4,500 sqm", 0.45, "patch"),
        ("0.5 - 1", None, "invalid decimal"),
        ("large", None, "invalid decimal"),
        ("1.2.3", None, "invalid decimal"),
        ("<0.1", None, "invalid decimal"),
        ("01/06/2019 00:00", None, "invalid decimal"),
        ("0.0", None, "too small"),
        ("-1", None, "too small"),
    ],
)
def test_hectares(text, value, issue):
    read = read_hectares(text)
    assert (read.value, read.issue) == (value, issue)


@pytest.mark.parametrize(
    ("text", "value", "issue"),
    [
        ("0", 0, ""),
        ("12", 12, ""),
        ("12.0", 12, ""),
        ("1,200", 1200, ""),
        ("12 units", 12, "patch"),
        ("5-10", 5, "patch"),
        ("5 to 10", 5, "patch"),
        ("7.5", None, "invalid integer"),
        ("several", None, "invalid integer"),
        ("-3", None, "too small"),
    ],
)
def test_counts(text, value, issue):
    read = read_count(text)
    assert (read.value, read.issue) == (value, issue)


def test_the_upper_end_of_a_range():
    assert read_count("5-10", end="upper").value == 10


@given(st.floats(min_value=0.001, max_value=1e6, allow_nan=False))
def test_a_number_written_out_is_read_back(number):
    assert read_decimal(repr(number)).value == number


@pytest.mark.parametrize("text", ["n/a", "N/A", "#N/A", "-", "--", "<null>", "Null", "?", "TBC", "#REF!", "none", "`"])
def test_marks_for_no_value(text):
    assert NOTHING.match(text)


@pytest.mark.parametrize("text", ["0", "no", "Nando's", "A1", "-1", "nil return"])
def test_what_is_no_mark(text):
    assert not NOTHING.match(text)


def test_each_failure_is_logged_with_its_row():
    log = IssueLog("f")
    assert read_column(["1", "x", "x", ""], [2, 4, 9, 10], read_decimal, field="h", log=log) == [1.0, None, None, None]
    assert log.table()[["file", "row", "field", "value"]].values.tolist() == [["f", 4, "h", "x"], ["f", 9, "h", "x"]]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ring 0121 496 0000 now", "ring [removed] now"),
        ("07700 900123", "[removed]"),
        ("+44 (0)20 7946 0000", "[removed]"),
        ("(0121) 4960000", "[removed]"),
        ("jo.bloggs@example.org.uk", "[removed]"),
        ("08/01234/FUL and 2017/07187/PA", "08/01234/FUL and 2017/07187/PA"),
        ("UPRN 010094369683", "UPRN 010094369683"),
        ("DC/18/62186, 01/02/2019", "DC/18/62186, 01/02/2019"),
    ],
)
def test_contacts(text, kept):
    assert without_contacts(text) == kept


def test_titled_names_leave_free_text_but_streets_stay():
    assert without_persons("Owned by Mrs A Example, Miss Trott Lane") == "Owned by [removed], [removed]"
    assert without_persons("Mansion House, Drake Street") == "Mansion House, Drake Street"


@pytest.mark.parametrize(
    ("texts", "commas"),
    [
        (["0,128", "1,234"], True), (["1,5 ha", "1,234"], True), (["1,234", "2,345"], False), (["1,234", "0.5"], False),
        (["1.234,5"], True), (["1,234.5", "0,5"], False), (["1,234,567"], False), (["x", ""], False),
    ],
)  # fmt: skip
def test_a_column_has_decimal_commas_by_those_that_can_be_nothing_else(texts, commas):
    assert decimal_commas(texts) is commas


@given(st.integers(0, 999_999), st.integers(0, 999_999))
def test_a_group_of_thousands_never_starts_with_0(whole, part):
    assert number(f"0,{part:03d}") == pytest.approx(float(f"0.{part:03d}"))
    assert number(f"{whole:,}") == whole


@given(st.floats(0.001, 99_999, allow_nan=False).map(lambda value: round(value, 3)))
def test_a_column_written_with_decimal_commas_reads_as_one_with_points(value):
    column = ["0,5", f"{value:.3f}".replace(".", ",")]
    log = IssueLog()
    read = read_column(column, [2, 3], in_form(read_decimal, column), field="h", log=log)
    assert read == [0.5, pytest.approx(value)]
    assert len(log.rows) == 2


@pytest.mark.parametrize(
    ("text", "value"), [("1 234", 1234.0), ("1\u202f234,5", 1234.5), ("1'234", 1234.0), ("1 23", None), ("0 123", None)]
)
def test_thousands_parted_by_a_blank_or_an_apostrophe(text, value):
    assert number(text) == value
    assert read_decimal(text).issue == ("invalid decimal" if value is None else "patch")
