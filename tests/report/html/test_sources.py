"""What nobody stated of an input, and the form in which a project file states it."""

from __future__ import annotations

import tomllib

import pytest

from siteprior.project.files import File
from siteprior.report.html.sources import unstated_origins

READ = {"role": "own sites", "file": "own.csv", "publisher": "", "licence": "", "vintage": ""}


@pytest.mark.parametrize(
    ("role", "key"),
    [("own sites", "own_sites"), ("openings", "openings"), ("shapes", "shapes"), ("corridors", "paths")],
)
def test_the_form_is_an_entry_a_project_file_takes(role, key):
    (row,) = unstated_origins([{**READ, "role": role, "file": 'a "b".csv'}])
    (entry,) = tomllib.loads(f"{row['table']}\n{row['form']}")[row["table"].strip("[]")][key]
    stated = File(**entry)
    assert (stated.path, stated.publisher, stated.licence, stated.vintage) == (
        'a "b".csv', "Example Council", "OGL v3", "2026-01",
    )  # fmt: skip


def test_a_layer_states_its_origin_in_its_own_table():
    (row,) = unstated_origins([{**READ, "role": "layer", "file": "flood.gpkg"}])
    assert row["table"] == "[[layers]]"
    assert tomllib.loads(row["form"].replace(", ", "\n"))["licence"] == "OGL v3"


def test_files_of_one_role_stand_together_each_once():
    rows = unstated_origins([READ, {**READ, "file": "b.csv"}, READ, {**READ, "role": "dwellings", "file": "d.csv"}])
    assert [(row["role"], row["files"]) for row in rows] == [("own sites", "own.csv, b.csv"), ("dwellings", "d.csv")]


@pytest.mark.parametrize("wanting", ["publisher", "licence"])
def test_only_what_is_wanting_is_asked_for(wanting):
    whole = {**READ, "publisher": "Us", "licence": "OGL v3", "vintage": "2024"}
    assert unstated_origins([whole]) == []
    (row,) = unstated_origins([{**whole, wanting: ""}])
    assert [name for name in ("publisher", "licence", "vintage") if f"{name} =" in row["form"]] == [wanting]
