"""Datasets: what an entry must state, which contradict themselves, and those a project file adds."""

from __future__ import annotations

import pytest

from siteprior.core.errors import ProjectError, SitePriorError
from siteprior.project.datasets import datasets_of, one_dataset, shipped_datasets
from siteprior.project.load import load_project


def of(**facts):
    return one_dataset({"id": "trams", "title": "T", "page": "https://example.org/", **facts})


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({"adress": "https://example.org/"}, "unknown key 'adress'; did you mean 'address'"),
        ({"address": "https://example.org/{area}", "cut": "year"}, "address: unknown placeholder 'area'"),
        ({"address": "https://example.org/{part"}, "address: has a brace without its other"),
        ({"address": "ftp://example.org/a"}, "address: give an address that begins with https://"),
        ({"address": "https://example.org/?apikey=s3cret"}, "address: holds a key; write {key}"),
        ({"address": "https://example.org/{part}"}, "address: holds {part}: say with cut what a part is"),
        ({"address": "https://example.org/{box}", "cut": "year"}, 'holds {box}: state cut = "box"'),
        ({"address": "https://example.org/{key}"}, "key_env: and {key} in the address go together"),
        ({"address": "https://example.org/", "key_env": "K"}, "key_env: and {key} in the address go together"),
        ({"address": "https://example.org/", "cut": "parish"}, "unknown cut 'parish'"),
        ({"address": "https://example.org/", "paging": "ftp"}, "unknown paging 'ftp'"),
        ({"addresses": {"a/b": "https://example.org/"}, "cut": "year"}, "names no part"),
        ({"last_checked": "2026-11-29"}, "last_checked"),
        ({"last_checked": {"date": "2026-11-29"}}, "bytes"),
        ({"last_checked": {"date": "2026-11-29", "bytes": 10}}, "sha256"),
        ({"last_checked": {"date": "2026-11-29", "bytes": 10, "sha256": "ab"}}, "sha256"),
        ({"last_checked": {"date": "2026-11-29", "bytes": 0, "sha256": "a" * 64}}, "bytes"),
    ],
)
def test_an_entry_that_is_none_is_refused(facts, fault):
    with pytest.raises(SitePriorError) as raised:
        of(**facts)
    assert fault in str(raised.value)


def test_a_day_with_size_and_hash_is_taken():
    checked = of(last_checked={"date": "2026-11-29", "bytes": 10, "sha256": "a" * 64}).last_checked
    assert (checked.date.isoformat(), checked.bytes) == ("2026-11-29", 10)


def test_no_dataset_that_ships_states_a_day_it_was_not_fetched_on():
    assert {dataset.last_checked for dataset in shipped_datasets().values()} == {"never"}


def test_every_fault_of_every_entry_is_named_at_once():
    with pytest.raises(SitePriorError) as raised:
        datasets_of(
            {"Trams": {"title": "T"}, "buses": {"page": "https://example.org/"}, "rail": {"title": "R", "a": 1}}
        )
    assert [fault.partition(":")[0] for fault in raised.value.faults] == [
        "[datasets] Trams", "[datasets] buses", "[datasets] rail",
    ]  # fmt: skip


PROJECT = """
[project]
title = "T"
as_of = 2026-01-31
[sources]
registers = [{path = "r.csv", dataset = "council_registers", part = "E08000025"}]
stops = [{path = "n.csv", dataset = "naptan", part = 430}, {path = "t.csv", dataset = "tram_stops"}]
areas = {path = "a.geojson", code = "LSOA21CD", year = 2021}
deprivation = {path = "i.csv", edition = 2025}
[datasets.tram_stops]
title = "Tram stops"
publisher = "Example Trams"
address = "https://example.org/stops.csv?k={key}"
key_env = "TRAM_KEY"
[corridors]
paths = ["c.csv"]
[shortlist]
n = 1
"""


def loaded(tmp_path, text=PROJECT):
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    return load_project(tmp_path / "p.toml")


def test_a_project_names_datasets_that_ship_and_its_own(tmp_path):
    project = loaded(tmp_path)
    register, (naptan, trams) = project.sources.registers[0], project.sources.stops
    assert (register.dataset, register.part) == ("council_registers", "E08000025")
    assert (naptan.part, project.dataset_of(naptan)) == ("430", shipped_datasets()["naptan"])
    assert (project.dataset_of(trams).id, project.dataset_of(trams).publisher) == ("tram_stops", "Example Trams")
    assert project.dataset_of(trams).last_checked == "never"
    assert project.dataset_of(project.sources.areas) is None
    assert list(project.catalogue)[-1] == "tram_stops"


def test_the_record_of_a_run_holds_the_pattern_and_no_key(tmp_path, monkeypatch):
    monkeypatch.setenv("TRAM_KEY", "s3cret")
    settings = loaded(tmp_path).settings()
    assert settings["datasets"]["tram_stops"]["address"] == "https://example.org/stops.csv?k={key}"
    assert "s3cret" not in str(settings)
    assert "datasets" not in loaded(tmp_path, without(PROJECT)).settings()


def without(text):
    """Return the project without datasets of its own."""
    before, after = text.replace(', {path = "t.csv", dataset = "tram_stops"}', "").split("[datasets.tram_stops]")
    return before + "[corridors]" + after.partition("[corridors]")[2]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"naptan"', '"naptam"', "[sources] stops[1].dataset: unknown dataset 'naptam'; did you mean 'naptan'"),
        ('"tram_stops"', '"trams"', "[sources] stops[2].dataset: unknown dataset 'trams'; did you mean 'tram_stops'"),
        ('dataset = "naptan", part', "part", "[sources] stops[1].part: needs dataset, of which it is a part"),
        ("part = 430", 'part = "../a"', "[sources] stops[1].part: '../a' names no part"),
        ("[datasets.tram_stops]", "[datasets.naptan]", "'naptan' is a dataset that ships with siteprior; give yours"),
        ("[datasets.tram_stops]", "[datasets.Tram]", "'Tram' is no id: write lower case words joined by _"),
        ('address = "https://example.org/stops.csv?k={key}"\nkey_env = "TRAM_KEY"', "",
         "[datasets] tram_stops: needs address or addresses"),
        ('title = "Tram stops"', "", "[datasets] tram_stops: the key 'title' is missing"),
        ('publisher = "Example', 'publischer = "Example', "[datasets] tram_stops: unknown key 'publischer'"),
        ('publisher = "Example', 'last_checked = "never"\npublisher = "Example', "unknown key 'last_checked'"),
        ("?k={key}", "?apikey=s3cret", "[datasets] tram_stops.address: holds a key; write {key}"),
        ("{key}", "{token}", "[datasets] tram_stops.address: unknown placeholder 'token'"),
        ('"TRAM_KEY"', '"TRAM KEY"', "[datasets] tram_stops.key_env"),
    ],
)  # fmt: skip
def test_what_a_project_states_wrongly_is_refused_with_its_place(tmp_path, old, new, fault):
    assert old in PROJECT
    with pytest.raises(ProjectError) as raised:
        loaded(tmp_path, PROJECT.replace(old, new, 1))
    assert fault in str(raised.value)
    assert "s3cret" not in str(raised.value)
    assert all("p.toml:" in each for each in raised.value.faults)
