"""The text of sales made into typed columns, cell by cell, and what could not be read in words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteprior.core.io.duckdb_session import database, quoted
from siteprior.sources.sales.layout import sales_layout
from siteprior.sources.sales.parsing import KEPT, WORDS, counted, parse

COLUMNS = ("transaction", "price", "transfer_date", "postcode", "property_type", "new_build", "tenure", "category",
           "status")  # fmt: skip
PLAIN = {"transaction": "1A", "price": "250000", "transfer_date": "2024-05-01", "postcode": "B1 1AA",
         "property_type": "T", "new_build": "N", "tenure": "F", "category": "A", "status": "A"}  # fmt: skip


@pytest.fixture
def parsed(tmp_path):
    """Return a function that parses rows (what is not given is plain) and returns columns by row, and the issues."""

    def make(*rows):
        path, part = tmp_path / "pp.csv", tmp_path / "0.parquet"
        cells = [[{**PLAIN, **row}[name] for name in COLUMNS] for row in rows]
        lines = [",".join(COLUMNS), *(",".join(f'"{cell}"' for cell in row) for row in cells)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with database(tmp_path, memory_limit_mb=100, reads=[path]) as connection:
            issues = parse(connection, sales_layout(path, "pp"), part)
            read = connection.execute(f"SELECT {', '.join(KEPT)}, status FROM read_parquet({quoted(part)})").fetchall()
        return [dict(zip((*KEPT, "status"), row, strict=True)) for row in read], issues

    return make


@pytest.mark.parametrize(
    ("text", "price"),
    [("250000", 250_000), (" 1 ", 1), ("£250,000", 250_000), ("250 000.00", 250_000), ("0", 0), ("1e5", 100_000),
     ("-1", None), ("a lot", None), ("", None), ("inf", None), ("99999999999", None)],
)  # fmt: skip
def test_a_price_is_whole_pounds_in_any_usual_spelling(parsed, text, price):
    # a second, plain sale: of a file without a single one the whole is refused
    (row, _), issues = parsed({"price": text}, {"transaction": "1B"})
    assert row["price"] == price
    kind = {None: "missing value" if not text else "invalid integer"}.get(price)
    assert [issue["issue_type"] for issue in issues] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("text", "day"),
    [("2024-02-29 00:00", date(2024, 2, 29)), ("2024-02-29", date(2024, 2, 29)), ("29/02/2024", date(2024, 2, 29)),
     ("01/12/2024", date(2024, 12, 1)), ("2023-02-29", None), ("13/13/2024", None), ("May 2024", None)],
)  # fmt: skip
def test_a_day_is_iso_or_british(parsed, text, day):
    (row, _), issues = parsed({"transfer_date": text}, {"transaction": "1B"})
    assert row["transfer_date"] == day
    assert [issue["field"] for issue in issues] == ([] if day else ["transfer_date"])


@pytest.mark.parametrize(
    ("text", "postcode"),
    [("b11aa", "B1 1AA"), ("WV1  1AA", "WV1 1AA"), (" ec1a 1bb ", "EC1A 1BB"), ("DY14AB", "DY1 4AB"), ("", None)],
)
def test_a_postcode_has_one_blank_before_its_last_three(parsed, text, postcode):
    ((row, _), _) = parsed({"postcode": text}, {"transaction": "1B"})
    assert row["postcode"] == postcode


def test_every_letter_and_word_in_any_case(parsed):
    cases = [(name, text.upper(), word) for name, known in WORDS.items() for text, word in known.items()]
    rows, issues = parsed(*({"transaction": f"T{n}", name: text} for n, (name, text, _) in enumerate(cases)))
    assert issues == []
    for row, (name, _, word) in zip(rows, cases, strict=True):
        assert row[name] == (None if word == "unknown" else word)  # U: a tenure that is not known


def test_identifiers_lose_their_braces_and_blank_ones_are_counted(parsed):
    rows, issues = parsed({"transaction": "{ab-1}"}, {"transaction": "{}"}, {"transaction": " "})
    assert [row["transaction"] for row in rows] == ["AB-1", None, None]
    assert issues == [
        {"issue_type": "unknown entity - missing reference", "field": "transaction", "value": "2 sales",
         "action": "left out: no identifier"},
    ]  # fmt: skip


def test_of_a_deletion_nothing_but_the_identifier_is_asked(parsed):
    rows, issues = parsed({}, {"transaction": "1B", "status": "D", "price": "", "transfer_date": "x"})
    assert rows[1]["status"] == "D"
    assert issues == []


def test_each_fault_is_counted_once_with_the_first_three_by_name(parsed):
    bad = [{"transaction": f"B{n}", "new_build": "maybe", "status": "?"} for n in (5, 3, 1, 2, 4)]
    rows, issues = parsed({}, *bad)
    assert [row["status"] for row in rows] == ["A"] * 6
    assert issues == [
        {"issue_type": "invalid flag", "field": "new_build", "value": "5 sales: B1 maybe, B2 maybe, B3 maybe, …",
         "action": "left blank"},
        {"issue_type": "invalid category value", "field": "status", "value": "5 sales: B1 ?, B2 ?, B3 ?, …",
         "action": "read as A: added"},
    ]  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2**31 - 1), st.dates(date(1995, 1, 1), date(2030, 12, 31))), min_size=1))
def test_every_whole_price_and_every_day_come_back_as_they_were(parsed, sales):
    rows, issues = parsed(
        *({"transaction": f"T{n}", "price": f"{price:,}", "transfer_date": f"{day:%d/%m/%Y}"}
          for n, (price, day) in enumerate(sales))
    )  # fmt: skip
    assert [(row["price"], row["transfer_date"]) for row in rows] == sales
    assert issues == []


@pytest.mark.parametrize(
    ("number", "examples", "text"),
    [(0, [], "0 sales"), (1, ["A"], "1 sale: A"), (1234, ["A", "", "B"], "1,234 sales: A, B, …"), (2, [], "2 sales")],
)
def test_how_sales_are_counted_in_words(number, examples, text):
    assert counted(number, examples) == text
