"""A project for any part of England: whole, valid, of that area alone, and never over what is there."""

from __future__ import annotations

import re
import tomllib
from datetime import date

import pytest

import siteprior as sp
from siteprior import cli
from siteprior.core.files import shipped
from siteprior.pipeline.new_project.write import init_project

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
        ({"area": "wmca", "as_of": date(1, 1, 1)}, "is before the first registers, of 2017"),
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


def test_the_command_says_what_comes_next(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init", "--combined-authority", "E47000004", "--as-of", "2026-11-29"]) == 0
    assert "siteprior fetch liverpool-city-region/project.toml --dry-run" in capsys.readouterr().out
    assert cli.main(["init", "--area", "Nowhere"]) == 1
    assert "unknown area 'Nowhere'" in capsys.readouterr().err
    for wrong in (["wmca", "--area", "E08000025"], []):
        assert cli.main(["init", *wrong]) == 2
        assert "name one area, or a folder" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        cli.main(["init", "wmca", "--as-of", "31/12/2026"])
    assert stopped.value.code == 2
    assert "write it as 2026-12-31" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "area", "districts"),
    [
        (["Leeds"], "Leeds", 1), (["leeds", "Bradford"], "Bradford, Leeds", 2), (["WMCA"], "West Midlands", 7),
        (["Greater Manchester"], "Greater Manchester", 10),
        (["--combined-authority", "greater manchester combined authority"], "Greater Manchester", 10),
        (["--area", "Kent"], "Kent", 12), (["E10000016"], "Kent", 12), (["london"], "London", 33),
        (["Cumbria"], "Cumbria", 2), (["E10000021"], "Northamptonshire", 2),
        (["Bristol, City of"], "Bristol, City of", 1),
        (["Bristol, City of,Leeds"], "Bristol, City of, Leeds", 2),
        (["Bristol,City of London"], "Bristol, City of, City of London", 2),
    ],
)  # fmt: skip
def test_an_area_is_named_as_people_name_it(words, area, districts, tmp_path, capsys):
    assert cli.main(["init", *words, "--out", str(tmp_path / "a"), "--as-of", "2026-11-29"]) == 0
    project = loaded(tmp_path / "a" / "project.toml")
    assert (project.project.area, len(project.sources.areas.districts)) == (area, districts)


def test_that_a_place_is_part_of_a_larger_council_now_is_stated(tmp_path, capsys):
    says = "Selby is part of North Yorkshire now: all of North Yorkshire is in the project"
    assert cli.main(["init", "Selby", "--out", str(tmp_path / "a"), "--as-of", "2026-11-29"]) == 0
    assert says in capsys.readouterr().out.splitlines()
    assert f"# The study area: North Yorkshire. {says}." in (tmp_path / "a" / "project.toml").read_text("utf-8")


def test_a_link_to_nowhere_is_not_overwritten(tmp_path):
    try:
        (tmp_path / "project.toml").symlink_to(tmp_path / "nowhere")
    except OSError:
        pytest.skip("no links here")
    with pytest.raises(sp.InputError, match=r"project\.toml: is there already"):
        init_project("wmca", out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["project.toml"]
    assert (tmp_path / "project.toml").is_symlink()


def test_the_table_of_corridors_that_init_writes_is_none_yet(tmp_path):
    (tmp_path / "stops.csv").write_bytes((shipped("data") / "transit" / "naptan.csv").read_bytes())
    init_project(from_folder=tmp_path, as_of=DAY)
    file = init_project(from_folder=tmp_path, out=tmp_path / "second", as_of=DAY)
    stated = tomllib.loads(file.read_text(encoding="utf-8"))
    assert "corridors" not in stated
    assert "corridors.csv: a table of the stops of corridors, which has none yet" in file.read_text(encoding="utf-8")
