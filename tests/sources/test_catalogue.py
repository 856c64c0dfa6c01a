from __future__ import annotations

from datetime import date

import pytest

from siteprior.core.files import Input, is_fetchable
from siteprior.sources.catalogue import load_catalogue, official_sources, with_origin

READ = Input("x", "a.csv", "ab", 1, 1)
BLANK = {"vintage": "", "publisher": "", "licence": "", "attribution": ""}


OF_THE_USER = {
    "own sites", "site facts", "decisions", "shapes", "layer", "scenario", "openings", "corridors", "dwellings",
    "former_industry",
}  # fmt: skip
"""Kinds of input nobody publishes but those the user names."""


def test_every_kind_of_input_names_its_publisher_and_licence_but_what_the_user_brings():
    catalogue = load_catalogue()
    assert all(each.title for each in catalogue.roles.values())
    named = {role for role, each in catalogue.roles.items() if each.publisher and each.licence}
    blank = {role for role, each in catalogue.roles.items() if not each.publisher and not each.licence}
    assert named | blank == set(catalogue.roles)
    assert blank - OF_THE_USER == set()
    assert named & OF_THE_USER == set()
    for role, each in catalogue.roles.items():
        assert bool(each.attribution) == each.licence.startswith("Open"), role
    assert date.fromisoformat(catalogue.looked_up) == date(2026, 11, 22)


def test_the_catalogue_cannot_be_changed_by_whoever_reads_it():
    with pytest.raises(TypeError):
        load_catalogue().roles["streets"] = load_catalogue().roles["stops"]


def test_the_table_of_official_sources_is_the_list_in_its_order():
    table = official_sources()
    assert table["key"].tolist() == [each.key for each in load_catalogue().official]
    assert table["page"].map(is_fetchable).all()
    assert set(table["looked_up"]) == {"2026-11-22"}


def test_the_project_goes_before_the_reader_and_the_reader_before_the_catalogue():
    stated = with_origin(READ, role="streets", **{**BLANK, "publisher": "Newport City Council"})
    assert (stated.role, stated.publisher, stated.licence) == (
        "streets", "Newport City Council", "Open Database Licence 1.0",
    )  # fmt: skip
    read = Input("x", "a.csv", "ab", 1, 1, vintage="2023-06-13", licence="ODbL 1.0")
    assert with_origin(read, role="streets", **BLANK).licence == "ODbL 1.0"
    own = with_origin(READ, role="corridors", **BLANK)
    assert (own.publisher, own.licence) == ("", "")  # nobody stated it, so nothing is stated
    assert with_origin(read, role="streets", **{**BLANK, "vintage": "2024"}).vintage == "2024"
    assert with_origin(read, role="streets", **BLANK).attribution.startswith("Contains information from OpenStreetMap")
