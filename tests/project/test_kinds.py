"""The kinds of values: what stands for what, and what is refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import pytest
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from siteprior.project.faults import faults_of
from siteprior.project.kinds import (
    AsStated,
    Day,
    Flag,
    Number,
    OneOf,
    Settings,
    Text,
    Texts,
    Whole,
    Words,
    entries,
    entry,
    key,
)
from siteprior.project.names import Names


def read(kind, value, **options):
    return TypeAdapter(kind).validate_python(value, **options)


@pytest.mark.parametrize(
    ("kind", "value", "read_as"),
    [
        (Text, " a ", " a "),
        (Words, 2021, "2021"),
        (Words, 0.5, "0.5"),
        (Words, date(2021, 1, 31), "2021-01-31"),
        (Texts, "a", ("a",)),
        (Texts, 3, ("3",)),
        (Texts, [3, " b "], ("3", "b")),
        (Day, "2021-01-31", date(2021, 1, 31)),
        (Day, datetime(2021, 1, 31), date(2021, 1, 31)),
        (Number, 3, 3.0),
        (Whole, 3, 3),
        (Flag, False, False),
    ],
)
def test_what_is_taken_and_as_what(kind, value, read_as):
    assert read(kind, value) == read_as
    assert type(read(kind, value)) is type(read_as)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Text, "  "), (Text, 3), (Words, True), (Words, ["a"]), (Texts, []), (Texts, {"a": 1}), (Day, 0), (Day, True),
        (Day, "31.1.2021"), (Day, datetime(2021, 1, 31, 7)), (Number, "3"), (Number, True), (Number, float("nan")),
        (Number, float("inf")), (Whole, 3.0), (Whole, True), (Flag, 1), (Flag, "true"),
    ],
)  # fmt: skip
def test_what_is_refused(kind, value):
    with pytest.raises(ValidationError):
        read(kind, value)


def test_a_bare_path_stands_for_a_table_and_one_for_a_list():
    assert entry("a.csv") == {"path": "a.csv"}
    assert entry({"path": "a.csv", "url": ""}) == {"path": "a.csv", "url": ""}
    assert entries("a.csv") == [{"path": "a.csv"}]
    assert entries([{"path": "a.csv"}, "b.csv"]) == [{"path": "a.csv"}, {"path": "b.csv"}]
    assert entries(3) == [3]  # left for the validator to refuse


def test_a_name_is_one_of_those_there_are_when_it_is_read():
    known = ["fig"]
    fruit = Annotated[str, OneOf("fruit", lambda names: [*known, *names.layers])]
    assert read(fruit, "fig") == "fig"
    with pytest.raises(ValidationError) as raised:
        read(fruit, "figs")
    assert [fault.text for fault in faults_of(raised.value, fruit)] == [
        "unknown fruit 'figs'; did you mean 'fig'? Valid: fig"
    ]
    known.append("pear")
    assert read(fruit, "pear") == "pear"
    assert read(fruit, "own", context=Names(layers=("own",))) == "own"
    with pytest.raises(ValidationError):
        read(fruit, "own")


class Table(AsStated):
    """A table with a default and a number that is read from text."""

    a: Annotated[int, BeforeValidator(int)]
    b: str = "default"

    @classmethod
    def completed(cls, stated):
        return {"b": "derived", **stated}


def test_a_table_as_stated_records_what_was_stated_and_holds_what_follows():
    table = Table.model_validate({"a": "3", "b": None})
    assert (table.a, table.b) == (3, "derived")
    assert table.model_dump() == {"a": "3"}
    assert Table.model_validate({"a": "3", "b": "own"}).model_dump(include={"b"}) == {"b": "own"}
    assert Table.model_validate(table) is table
    table.as_stated()["a"] = "4"
    assert table.as_stated() == {"a": "3"}


def test_tables_are_frozen_and_know_their_keys():
    class Small(Settings):
        a: int = 1

    with pytest.raises(ValidationError):
        Small(b=2)
    with pytest.raises(ValidationError):
        Small().a = 2


def test_what_is_declared_of_a_key():
    field = key("A walk", example=960, unit="m", title="walk", needs={"other": None})
    assert (field.description, field.examples, field.title) == ("A walk", [960], "walk")
    assert field.json_schema_extra == {"unit": "m", "needs": {"other": None}}
    bare = key("A walk")
    assert (bare.examples, bare.json_schema_extra) == (None, None)
