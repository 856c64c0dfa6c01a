"""The reference of the project file: every key, its kind in words, and examples that are TOML."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from conftest import ROOT
from siteprior.project.faults import keys_of
from siteprior.project.kinds import Day, Number, OneOf, Text, key
from siteprior.project.load import Project
from siteprior.project.names import criterion_names, gate_thresholds
from siteprior.project.reference import example_of, needs_of, places, reference, toml_value
from siteprior.sources.registry import discover

VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.dates()
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(VALUES)
def test_any_value_is_read_back_from_its_toml(value):
    written = toml_value(value)
    assert "\n" not in written
    assert tomllib.loads(f"key = {written}") == {"key": value}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (400_000, "400000"),
        (0.5, "0.5"),
        (dt.date(2029, 4, 1), "2029-04-01"),
        ('say "a\\b"', '"say \\"a\\\\b\\""'),
        ({"Asset ID": ["a", {}]}, '{"Asset ID" = ["a", {}]}'),
        ((), "[]"),
    ],
)
def test_values_written_by_hand(value, text):
    assert toml_value(value) == text


class Inner(BaseModel):
    """An inner table."""

    share: Annotated[Number, Field(ge=0, le=1), key("A share", unit="share", example=0.5)]


class Outer(BaseModel):
    """A table with a key of every kind."""

    day: Annotated[Day, key("A day")]
    text: Annotated[Text | None, key("A text | with a bar", example="a", needs={"day": None})] = None
    names: Annotated[tuple[Annotated[str, OneOf("fruit", lambda _names: ["pear", "fig"])], ...], key("Names")] = ()
    year: Annotated[Literal[2011, 2021], key("A year")] = 2021
    inner: Annotated[tuple[Inner, ...], key("Several inner tables")] = ()


def rows():
    from siteprior.project import reference as module

    return {name: module._row(name, field) for name, field in keys_of(Outer).items()}


def test_a_row_says_kind_default_meaning_and_example():
    assert rows() == {
        "day": "| `day` | day |  | required | A day |  |",
        "text": '| `text` | text |  |  | A text \\| with a bar | `text = "a"` |',
        "names": "| `names` | list of texts: `pear`, `fig` |  |  | Names |  |",
        "year": "| `year` | whole number: `2011`, `2021` |  | `2021` | A year |  |",
        "inner": "| `inner` | list of tables |  |  | Several inner tables |  |",
    }


def test_tables_are_found_outermost_first_and_of_a_list_the_first():
    assert list(places(Outer)) == [(("inner", 0), Inner)]
    assert next(places(Outer, ("x",))) == (("x",), Outer)


def test_an_example_says_what_it_needs():
    fields = keys_of(Outer)
    assert (example_of(fields["text"]), needs_of(fields["text"])) == ("a", {"day": None})
    assert (example_of(fields["day"]), needs_of(fields["day"])) == (None, {})


def test_the_page_is_what_is_generated():
    discover()
    assert (ROOT / "docs" / "reference" / "project-file.md").read_text(encoding="utf-8") == reference()


def test_every_key_stands_on_the_page():
    page = reference()
    for path, model in places():
        assert all(f"| `{name}` |" in page for name in keys_of(model)), path
    heads = ("## `[{}]", "## `[[{}]]", "## `[{}.<id>]`")
    assert all(any(head.format(name) in page for head in heads) for name in keys_of(Project))
    assert all(f"| `{name}` |" in page for name in (*criterion_names(), *gate_thresholds()))
