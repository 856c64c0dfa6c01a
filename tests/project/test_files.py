"""The files a project names: what is asked of an address, a hash, and streets that are downloaded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from siteprior.project.faults import faults_of
from siteprior.project.files import Areas, CorridorFile, Deprivation, File, OwnSites, Postcodes, Streets, Timetable

HEX = "0123456789abcdefABCDEF"


def said(model, **stated):
    with pytest.raises(ValidationError) as raised:
        model.model_validate(stated)
    return [fault.sentence(lambda path: ".".join(map(str, path))) for fault in faults_of(raised.value, model)]


@given(st.text(HEX, min_size=64, max_size=64))
def test_a_hash_is_kept_as_it_was_stated(digits):
    assert File(path="a.csv", sha256=digits).sha256 == digits


@given(st.text(HEX + "gé", max_size=70).filter(lambda text: text and (len(text) != 64 or set(text) - set(HEX))))
def test_what_is_no_hash_is_refused(text):
    assert said(File, path="a.csv", sha256=text) == [
        f"sha256: needs a SHA-256 hash of 64 hexadecimal digits, not {text!r}"
    ]


def test_a_blank_address_and_hash_are_none():
    assert File(path="a.csv", url="", sha256="") == File(path="a.csv")


@pytest.mark.parametrize("url", ["http://example.org/a", "ftp://example.org/a", "https://me:pw@example.org/a", "a.csv"])
def test_only_an_open_https_address_is_taken(url):
    assert said(File, path="a.csv", url=url) == [
        "url: give an address that begins with https:// and holds no user name or password"
    ]


def test_a_vintage_may_be_a_year():
    assert File(path="a.csv", vintage=2021).vintage == "2021"


def test_all_contradictions_of_streets_are_named_at_once():
    wrong = said(Streets, path="s.gpkg", osm=True, url="https://example.org/s", sha256="0" * 64)
    assert wrong == [
        "osm = true and url exclude each other; keep one",
        "what OpenStreetMap answers differs from day to day; take sha256 out, or osm = true",
        "with osm = true the path must end in .graphml",
    ]
    assert Streets(path="s.graphml", osm=True).osm
    assert not Streets(path="s.gpkg", url="https://example.org/s").osm


@pytest.mark.parametrize(
    ("model", "stated", "fault"),
    [
        (
            Deprivation,
            {"path": "i.csv", "edition": 2024},
            "edition: unknown edition '2024'; did you mean '2025'? Valid: 2019, 2025",
        ),
        (Areas, {"path": "a.gpkg", "code": "C", "year": 1991}, "year: unknown year '1991'; Valid: 2011, 2021"),
        (Areas, {"path": "a.gpkg", "code": " ", "year": 2011}, "code: needs text, not ' '"),
        (OwnSites, {"columns": {"reference": "ID"}}, "the key 'path' is missing; add it"),
        (OwnSites, {"path": "o.csv", "columns": {}}, "columns: map a reference or a site_name to call the sites by"),
    ],
)
def test_what_does_not_describe_a_file_is_refused(model, stated, fault):
    assert said(model, **stated) == [fault]


def test_what_a_file_may_leave_out():
    assert CorridorFile(path="c.csv").routes == ()
    assert Postcodes(path="p.csv").check_locations is True
    assert (OwnSites(path="o.csv").name, OwnSites(path="o.csv").columns) == (None, {})
    assert OwnSites(path="o.csv", name="own", columns={"reference": "ID"}).organisation is None
    assert OwnSites(path="o.csv", organisation=" e47000007 ").organisation == "E47000007"
    assert Timetable.model_fields.keys() == File.model_fields.keys()


def test_a_file_is_frozen():
    with pytest.raises(ValidationError):
        File(path="a.csv").path = "b.csv"
