"""Weights written into a project file: they change, all else stays to the letter, or the file stays as it was."""

from __future__ import annotations

import os
import tomllib

import pytest

from siteprior.core.errors import InputError, ProjectError, SitePriorError
from siteprior.core.files import shipped
from siteprior.core.renamed import RenamedWarning
from siteprior.pipeline.write_weights import write_weights

HEAD = """# Our first shortlist
[project]
title = "Tipton"   # the working title
area = "Sandwell"
as_of = 2026-01-31

[sources]
registers = ["sites/*.csv"]
stops = "naptan.csv"
areas = {path = "lsoa.geojson", code = "LSOA21CD", district = "LAD", year = 2021}
deprivation = {path = "iod.csv", edition = 2025}

[corridors]
paths = ["lines.csv"]

[shortlist]
n = 10
"""
TAIL = """
[[layers]]   # a layer of ours
name = "canal_m"
path = "canal.gpkg"
kind = "vector"
measure = "nearest"
criterion = {title = "Canal", worst = 500, best = 0}

# the end
"""


@pytest.fixture
def project(tmp_path):
    def written(text, *, coding="utf-8"):
        path = tmp_path / "tipton.toml"
        path.write_bytes(text.encode(coding))
        return path

    return written


def test_each_weight_is_changed_where_it_stands_and_its_comment_stays(project):
    stated = (
        "[weights]  # agreed on 3 March\ncorridor_access = 3   # the task\ndeprivation = 2\ncapacity = 1.5 # homes\n"
    )
    path = project(f"{HEAD}\n{stated}{TAIL}")
    assert write_weights(path, {"corridor_access": 4.0, "capacity": 1.25, "canal_m": 0.5}) == path
    wanted = (
        "[weights]  # agreed on 3 March\ncorridor_access = 4   # the task\ncapacity = 1.25 # homes\ncanal_m = 0.5\n"
    )
    assert path.read_text(encoding="utf-8") == f"{HEAD}\n{wanted}{TAIL}"


@pytest.mark.parametrize("stated", ["", "\n[weights]\n", '\n[weights]\nset = "balanced"  # theirs\n'])
def test_weights_take_the_place_of_a_set_or_of_nothing(project, stated):
    path = project(HEAD + stated + TAIL)
    write_weights(path, {"capacity": 1, "deprivation": 2})
    text = path.read_text(encoding="utf-8")
    assert tomllib.loads(text) == tomllib.loads(HEAD + TAIL) | {"weights": {"capacity": 1, "deprivation": 2}}
    assert text.startswith(HEAD)
    assert "# the end" in text
    assert "# a layer of ours" in text


@pytest.mark.parametrize(
    "stated",
    ["weights = {capacity = 1, deprivation = 2}\n", "weights.capacity = 1\nweights.deprivation = 2\n"],
)
def test_other_ways_to_write_a_table_are_read(project, stated):
    path = project(stated + HEAD)
    write_weights(path, {"capacity": 5})
    assert tomllib.loads(path.read_text(encoding="utf-8")) == tomllib.loads(HEAD) | {"weights": {"capacity": 5}}
    assert path.read_text(encoding="utf-8").endswith(HEAD)


def test_lines_of_windows_and_a_byte_order_mark_stay(project):
    text = f"{HEAD}\n[weights]\ncapacity = 1\n{TAIL}".replace("\n", "\r\n")
    path = project(text, coding="utf-8-sig")
    write_weights(path, {"capacity": 2})
    assert path.read_bytes() == text.replace("capacity = 1", "capacity = 2").encode("utf-8-sig")


def test_a_table_that_is_new_has_the_lines_of_the_file(project):
    path = project(HEAD.replace("\n", "\r\n"))
    write_weights(path, {"capacity": 2})
    assert path.read_bytes().endswith(b"\r\n\r\n[weights]\r\ncapacity = 2\r\n")
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ({"capacty": 1}, r"tipton\.toml.*did you mean 'capacity'"),
        ({"capacity": -1}, "is negative"),
        ({"capacity": 0}, "at least one needs to be above 0"),
        ({"capacity": float("nan")}, "needs a number"),
    ],
)
def test_weights_that_would_not_load_leave_the_file_as_it_was(project, tmp_path, weights, says):
    path = project(HEAD + TAIL)
    before = path.read_bytes()
    with pytest.raises(SitePriorError, match=says):
        write_weights(path, weights)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["tipton.toml"]


@pytest.mark.parametrize("text", ["[project", HEAD.replace("as_of = 2026-01-31\n", "")])
def test_a_file_that_is_no_project_is_not_touched(project, text):
    path = project(text)
    with pytest.raises(ProjectError, match=r"tipton\.toml"):
        write_weights(path, {"capacity": 1})
    assert path.read_text(encoding="utf-8") == text


def test_what_is_no_mapping_or_no_text_is_refused(project):
    path = project(HEAD)
    with pytest.raises(InputError, match="criterion → weight"):
        write_weights(path, [("capacity", 1)])
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ProjectError, match="is not UTF-8 text"):
        write_weights(path, {"capacity": 1})
    with pytest.raises(InputError, match=r"gone\.toml"):
        write_weights(path.with_name("gone.toml"), {"capacity": 1})


def test_a_key_of_an_earlier_release_stays_as_it_is_without_a_warning(project, recwarn):
    text = HEAD + "\n[assumptions]\nsales_years_held = 3\n"
    path = project(text)
    write_weights(path, {"capacity": 1})
    assert path.read_text(encoding="utf-8") == text + "\n[weights]\ncapacity = 1\n"
    assert not [each for each in recwarn if issubclass(each.category, RenamedWarning)]


@pytest.mark.skipif(os.name != "posix", reason="links and permissions of POSIX")
def test_a_link_stays_a_link_and_permissions_stay(project, tmp_path):
    path = project(HEAD)
    path.chmod(0o600)
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    write_weights(link, {"capacity": 1})
    assert link.is_symlink()
    assert "capacity = 1" in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_samples_own_file_changes_in_its_weights_alone(project):
    text = (shipped("data") / "demo.toml").read_text(encoding="utf-8")
    path = project(text)
    write_weights(path, {"corridor_access": 1})
    old, new = text.splitlines(), path.read_text(encoding="utf-8").splitlines()
    assert [line for line in new if line not in old] in (["corridor_access = 1"], ["[weights]", "corridor_access = 1"])


def test_a_file_that_is_not_there_is_named_with_where_its_path_counts_from(tmp_path):
    with pytest.raises(InputError, match=r"gone\.toml: there is no such project file; a path that begins at no root"):
        write_weights(tmp_path / "gone.toml", {"capacity": 2})
