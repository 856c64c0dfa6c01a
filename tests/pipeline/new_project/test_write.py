"""A project for any part of England: whole, valid, of that area alone, and never over what is there."""

from __future__ import annotations

import re
from datetime import date

import pytest

import siteprior as sp
from siteprior import cli
from siteprior.core.authorities import known_authorities
from siteprior.core.files import shipped
from siteprior.pipeline.new_project.write import init_project
from siteprior.sources.catalogue import load_catalogue

DAY = date(2026, 11, 29)
OF_THE_WEST_MIDLANDS = re.compile(
    r"west.?midlands|wmca|birmingham|coventry|dudley|sandwell|solihull|walsall|wolverhampton|tfwm|\b430\b|E0800002[5-9]"
    r"|E0800003[01]|black country",
    re.IGNORECASE,
)


def loaded(file):
    """Load a project as a run does: every key is checked."""
    return sp.load_project(file)


def test_the_west_midlands_have_their_registers_corridors_and_funds(tmp_path):
    file = init_project("wmca", out=tmp_path / "mine", as_of=DAY)
    project = loaded(file)
    assert sorted(path.name for path in file.parent.iterdir()) == ["README.md", "corridors.csv", "project.toml"]
    *own, national = project.sources.registers
    assert [entry.part for entry in own] == [f"E080000{n}" for n in (25, 26, 27, 28, 29, 31)]
    assert (national.dataset, national.councils) == ("brownfield_land", ("E08000030",))  # no address of its own
    assert [entry.path for entry in project.corridors.paths] == ["corridors.csv"]
    assert project.assumptions.profile == "wmca"
    assert project.gates == {}
    assert project.weights["corridor_access"] == 20
    assert project.project.as_of == project.project.network_date == DAY
    assert project.project.price_date == date(2025, 12, 31)
    corridors = sp.transit.read_corridor_stops(file.parent / "corridors.csv").table
    assert (corridors["corridor"].nunique(), len(corridors)) == (22, 182)


def test_a_council_whose_address_is_not_known_is_read_from_the_national_collection(tmp_path):
    registers = loaded(init_project("E08000029,E08000001", out=tmp_path / "two", as_of=DAY)).sources.registers
    assert [(entry.dataset, entry.part, entry.councils) for entry in registers] == [
        ("council_registers", "E08000029", ()), ("brownfield_land", "", ("E08000001",)),
    ]  # fmt: skip


def test_greater_manchester_has_nothing_of_the_west_midlands(tmp_path):
    file = init_project("E47000001", out=tmp_path / "gm", as_of=DAY)
    for path in file.parent.iterdir():
        assert not OF_THE_WEST_MIDLANDS.findall(path.read_text(encoding="utf-8")), path.name
    project = loaded(file)
    assert project.sources.areas.districts == tuple(f"E080000{n:02}" for n in range(1, 11))
    assert {"180", "450", "910", "940"} < {entry.part for entry in project.sources.stops}
    assert project.sources.streets.part == "greater-manchester"
    assert [entry.part for entry in project.sources.timetables] == ["north_west"]
    assert project.sources.registers[0].councils == project.sources.areas.districts
    assert project.gates == {"beyond_corridor_walk": False}
    assert project.corridors.paths == ()
    assert (project.weights["station_access"], "corridor_access" in project.weights) == (20, False)
    assert project.assumptions.profile is None


@pytest.mark.parametrize("code", sorted(known_authorities())[::12])
def test_a_project_of_any_council_loads_and_names_known_datasets_with_their_parts(code, tmp_path):
    file = init_project(code, out=tmp_path / "one", as_of=DAY)
    project = loaded(file)
    datasets = load_catalogue().datasets
    entries = [
        *project.sources.registers, *project.sources.stops, *project.sources.timetables, *project.sources.sales,
        project.sources.areas, project.sources.areas.lookup, project.sources.deprivation, *project.sources.postcodes,
        *project.evidence.named("flood_zones"), *project.evidence.named("historic_landfill"),
    ]  # fmt: skip
    for entry in entries:
        known = datasets[entry.dataset]
        assert bool(entry.part) == bool(known.cut), entry.path
    paths = [entry.path for entry in entries]
    assert len(set(paths)) == len(paths)
    assert project.sources.areas.districts == (code,)


def test_every_line_behind_a_comment_sign_is_one_that_loads(tmp_path):
    """Taking the # away is what the file says to do: the keys behind it have to be right."""
    file = init_project("E08000025,E08000026", out=tmp_path / "two", as_of=DAY)
    text = file.read_text(encoding="utf-8")
    shown = re.sub(r"^# (?=(elevation|parcels|priority_habitats|green_belt|conservation_areas|listed_buildings"
                   r"|article_4|coal|service_date|top_60_ttwa|too_small) =)", "", text, flags=re.MULTILINE)  # fmt: skip
    assert shown.count("\n# ") < text.count("\n# ") - 8
    file.write_text(shown, encoding="utf-8")
    project = loaded(file)
    assert project.sources.elevation is not None
    assert project.access.top_60_ttwa
    turned = re.sub(r"^# (\[corridors\]|paths = )", r"\1", shown, flags=re.MULTILINE)
    turned = turned.replace("beyond_corridor_walk = false", "# beyond_corridor_walk = false")
    turned = turned.replace("station_access = 20", "corridor_access = 20")
    file.write_text(turned, encoding="utf-8")
    assert [entry.path for entry in loaded(file).corridors.paths] == ["corridors.csv"]


def test_nothing_is_overwritten_and_nothing_half_written(tmp_path):
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(sp.InputError, match=r"README\.md: is there already"):
        init_project("wmca", out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({}, "name an area"),
        ({"area": "wmca", "from_folder": "x"}, "one of the two"),
        ({"area": "Brimingham"}, "unknown area 'Brimingham'"),
        ({"area": ","}, "names no council"),
        ({"from_folder": "no such folder"}, "there is no such folder"),
    ],
)
def test_wrong_areas_are_refused_in_words(asked, fault, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(sp.InputError, match=fault):
        init_project(**asked)
    assert list(tmp_path.iterdir()) == []


def test_the_same_area_and_day_make_the_same_bytes(tmp_path):
    made = [init_project("E47000001", out=tmp_path / name, as_of=DAY).parent for name in "ab"]
    for name in ("project.toml", "README.md", "corridors.csv"):
        assert (made[0] / name).read_bytes() == (made[1] / name).read_bytes()


def test_a_folder_of_files_becomes_a_project_that_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    data = shipped("data")
    folder = tmp_path / "mine"
    for name in ("sites/walsall.csv", "transit/naptan.csv", "boundaries/lsoa21.geojson", "deprivation/iod2025.csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((data / name).read_bytes())
    (folder / "minutes.docx").write_bytes(b"PK")
    assert cli.main(["init", "--from-folder", str(folder), "--as-of", "2026-01-31"]) == 0
    shown = capsys.readouterr().out
    assert "sites/walsall.csv: a brownfield register → [sources] registers" in shown
    assert "minutes.docx: of a kind siteprior does not read" in shown
    text = (folder / "project.toml").read_text(encoding="utf-8")
    assert "# minutes.docx: of a kind siteprior does not read" in text
    monkeypatch.chdir(folder)
    assert cli.main(["run", "project.toml", "--out", "out", "--quiet"]) == 0
    assert len(sp.open_run("out").shortlist) == 25


def test_a_folder_that_lacks_what_a_project_needs_says_what(tmp_path):
    (tmp_path / "stops.csv").write_bytes((shipped("data") / "transit" / "naptan.csv").read_bytes())
    file = init_project(from_folder=tmp_path, as_of=DAY)
    text = file.read_text(encoding="utf-8")
    for name in ("registers", "areas", "deprivation"):
        assert f"Not found in the folder, and needed: {name}." in text
    with pytest.raises(sp.ProjectError, match="areas"):
        loaded(file)


def test_the_command_says_what_comes_next(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init", "--combined-authority", "E47000004", "--as-of", "2026-11-29"]) == 0
    assert "siteprior fetch liverpool-city-region/project.toml --dry-run" in capsys.readouterr().out
    assert cli.main(["init", "--area", "Nowhere"]) == 1
    assert "unknown area 'Nowhere'" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        cli.main(["init", "wmca", "--area", "E08000025"])
    assert stopped.value.code == 2
