"""Tables that take registered keys beside their own: read, recorded, and refused in the words of both."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import ValidationError

from siteprior.project import registered_keys
from siteprior.project.faults import faults_of
from siteprior.project.files import File
from siteprior.project.kinds import Flag, Text, key
from siteprior.project.registered import TakesRegistered
from siteprior.project.registered_keys import RegisteredKey, register_key


class Noise(File):
    """A file with a key of its own."""

    column: Annotated[Text, key("A column")]


class Table(TakesRegistered):
    """A table with one key of its own."""

    TABLE = "evidence"
    own: Annotated[Flag, key("A flag")] = False


@pytest.fixture(autouse=True)
def _two_keys(monkeypatch):
    monkeypatch.setitem(registered_keys._KEYS, "evidence", {})
    register_key(RegisteredKey("evidence", "peat", File, False, "Peat", "peat.gpkg"))
    register_key(RegisteredKey("evidence", "noise", Noise, True, "Noise", {"path": "n.csv", "column": "db"}))


def said(stated):
    with pytest.raises(ValidationError) as raised:
        Table.model_validate(stated)
    return [fault.sentence(lambda path: ".".join(map(str, path))) for fault in faults_of(raised.value, Table)]


def test_registered_keys_are_read_by_their_names():
    table = Table.model_validate(
        {"own": True, "peat": "p.gpkg", "noise": [{"path": "a.csv", "column": "db"}, {"path": "b.csv", "column": "x"}]}
    )
    assert [entry.path for entry in table.named("peat")] == ["p.gpkg"]
    assert [(entry.path, entry.column) for entry in table.named("noise")] == [("a.csv", "db"), ("b.csv", "x")]
    assert table.own
    assert Table().named("peat") == ()
    assert Table.model_validate(table) is table


def test_several_may_be_one():
    assert [one.path for one in Table.model_validate({"noise": {"path": "a.csv", "column": "b"}}).named("noise")] == [
        "a.csv"
    ]


def test_the_record_holds_one_as_one_and_several_as_several():
    table = Table.model_validate({"peat": "p.gpkg", "noise": {"path": "a.csv", "column": "db", "vintage": 2024}})
    blank = dict.fromkeys(("url", "dataset", "part", "sha256", "vintage", "publisher", "licence", "attribution"), "")
    assert table.model_dump(mode="json") == {
        "own": False,
        "peat": {"path": "p.gpkg", **blank},
        "noise": [{"path": "a.csv", **blank, "column": "db", "vintage": "2024"}],
    }


def test_faults_of_both_kinds_of_key_are_named_at_once():
    assert said({"own": 3, "pet": 1, "peat": 3, "noise": ["a.csv", {"path": "b.csv", "column": " "}]}) == [
        "own: needs true or false, not 3",
        "unknown key 'pet'; did you mean 'peat'? Valid: noise, own, peat",
        "peat: needs a table of keys, not 3",
        "noise.0: the key 'column' is missing; add it",
        "noise.1.column: needs text, not ' '",
    ]


def test_one_is_not_several():
    assert said({"peat": ["a.gpkg", "b.gpkg"]}) == ["peat: needs a table of keys, not ['a.gpkg', 'b.gpkg']"]
