from __future__ import annotations

import pytest

from siteprior.core import schema
from siteprior.core.schema.load import Declarations, load_declarations
from siteprior.core.schema.model import Column, SchemaError

VALUES = {"yes or no": ("yes", "no"), "stage": ("begun", "done")}
SOURCES = {"ONS": "Office for National Statistics"}
WALK = {"kind": "number", "unit": "m", "label": "Walk", "meaning": "Walk to the stop"}


def declared(**files):
    return Declarations(files, VALUES, SOURCES)


def test_a_section_becomes_a_column_and_a_flag_is_yes_or_no():
    stage = {"kind": "text", "label": "Stage", "meaning": "Building stage", "allowed": "stage", "source": "ONS"}
    flag = {"kind": "flag", "label": "Open", "meaning": "Whether it is open"}
    assert declared(one={"walk_m": WALK, "stage": stage, "is_open": flag}).columns("one") == (
        Column("walk_m", "number", "Walk", "Walk to the stop", "m"),
        Column("stage", "text", "Stage", "Building stage", "", SOURCES["ONS"], ("begun", "done"), "stage"),
        Column("is_open", "flag", "Open", "Whether it is open", allowed=("yes", "no"), value_list="yes or no"),
    )


def test_a_flag_that_is_never_blank_is_stored_as_a_truth_value():
    (eligible,) = (column for column in schema.SITES.columns if column.stored)
    assert (eligible.name, eligible.kind, eligible.stored) == ("eligible", "flag", schema.BOOLEAN)


def test_columns_declared_elsewhere_are_taken_alone_or_all_together():
    files = declared(
        one={"walk_m": WALK, "run_m": WALK | {"label": "Run"}},
        two={"run_m": {"as_in": "one"}},
        three={"all": {"all_of": ["two"]}, "walk_m": {"as_in": "one"}},
    )
    assert [column.name for column in files.columns("three")] == ["run_m", "walk_m"]
    assert files.columns("three")[0].label == "Run"


def test_columns_stand_once_for_each_entry():
    files = declared(one={"each": {"a": "Air"}, "{key}_m": WALK | {"label": "{title} walk", "meaning": "By {title}"}})
    [column] = files.columns("one")
    assert (column.name, column.label, column.meaning) == ("a_m", "Air walk", "By Air")
    assert files.each("one") == {"a": "Air"}


def test_a_table_says_what_a_row_is():
    head = {"table": "stops", "index": "code", "geometry": True, "about": "One row per stop.", "csv": "stops"}
    table = declared(one=head | {"walk_m": WALK}).table("one")
    assert (table.name, table.index, table.geometry, table.about, table.csv) == tuple(head.values())
    assert table.names == ["walk_m"]
    with pytest.raises(SchemaError, match=r"tables/one.toml: declares no table; lacks table, index, geometry, about"):
        declared(one={"walk_m": WALK}).table("one")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (WALK | {"lable": "Walk"}, r"tables/one.toml, \[walk_m\]: unknown key 'lable'; did you mean 'label'"),
        (WALK | {"kind": "numbr"}, "unknown kind 'numbr'; did you mean 'number'"),
        (WALK | {"source": "OSN"}, "unknown source 'OSN'; did you mean 'ONS'"),
        (WALK | {"allowed": "stages"}, "unknown list of values 'stages'; did you mean 'stage'"),
        ({"kind": "text", "label": "Walk"}, "lacks its meaning"),
        ({"as_in": "two"}, "unknown file of columns 'two'"),
        ({"as_in": "three"}, r"tables/three.toml has no column of that name"),
        ({"all_of": ["three", "three"]}, "declares run_m more than once"),
    ],
)
def test_a_wrong_declaration_is_named_with_its_file_and_section(entry, message):
    with pytest.raises(SchemaError, match=message):
        declared(one={"walk_m": entry}, three={"run_m": WALK}).columns("one")


def test_every_file_is_whole_and_every_table_and_source_is_used():
    files = load_declarations()
    titles = {column.source for file in files.files for column in files.columns(file)}
    assert titles == {*files.sources.values(), "siteprior"}
    for file, head in files.files.items():
        if "table" in head:
            assert files.table(file).columns
            assert files.table(file).about.endswith(".")
