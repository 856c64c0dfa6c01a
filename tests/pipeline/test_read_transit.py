"""Transit supply of a project: streets, timetables, and corridors of every kind."""

from __future__ import annotations

import pytest

from siteprior.core.code_join import recorded_joins
from siteprior.core.errors import InputError, ProjectError
from siteprior.core.files import shipped
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.read_transit import read_transit
from siteprior.project.load import load_project
from siteprior.project.model import CorridorFile
from siteprior.sources.areas.lsoa import read_areas, study_area


@pytest.fixture(scope="module")
def project():
    return load_project(shipped("data") / "demo.toml", data_root=shipped("data"))


@pytest.fixture(scope="module")
def area():
    return study_area(read_areas(shipped("data") / "boundaries/lsoa21.geojson", code="LSOA21CD", year=2021).table)


@pytest.fixture(scope="module")
def transit(project, area):
    return read_transit(project, area, ReadLog())


def with_sources(project, **changed):
    return project.model_copy(update={"sources": project.sources.model_copy(update=changed)})


def test_every_source_is_recorded_once(project, area):
    log = ReadLog()
    with recorded_joins() as joins:
        read_transit(project, area, log)
    assert [(join.name, join.codes, join.met, join.sentence) for join in joins] == [
        ("stops of corridors", 91, 91, ""), ("statements of transit/corridors.csv", 91, 91, ""),
        ("stops of transit/timetable.zip", 713, 712, ""), ("stops in use", 920, 706, ""),
    ]  # fmt: skip
    roles = [read.role for read in log.provenance]
    assert sorted(roles) == ["corridors", "openings", "stops", "streets", "timetables"]


def test_streets_are_read_once_and_kept(project, area, tmp_path, monkeypatch):
    monkeypatch.setenv("SITEPRIOR_CACHE", str(tmp_path))
    first = read_transit(project, area, ReadLog()).network
    kept = list(tmp_path.rglob("*.npz"))
    assert len(kept) == 1
    kept[0].write_bytes(kept[0].read_bytes()[:5000])  # cut off: not trusted, built again
    again = read_transit(project, area, ReadLog()).network
    assert first.edge_mm.tolist() == again.edge_mm.tolist()


def test_a_pattern_of_streets_is_refused(project, area):
    streets = project.sources.streets.model_copy(update={"path": "transit/*.*"})
    with pytest.raises(ProjectError, match=r"matches \d files; name the one to read"):
        read_transit(with_sources(project, streets=streets), area, ReadLog())


def test_a_corridor_can_be_drawn_from_a_timetable(project, area):
    entry = CorridorFile(path="transit/timetable.zip", routes=("M1",), kind="metro")
    chosen = project.corridors.model_copy(update={"paths": (entry,)})
    drawn = read_transit(project.model_copy(update={"corridors": chosen, "scenarios": ()}), area, ReadLog())
    assert len(drawn.corridors) == 1
    stops = drawn.corridor_stops
    assert stops["chainage_m"].is_monotonic_increasing
    ends = {name.removesuffix(" (West Midlands Metro)") for name in stops["stop_name"].iloc[[0, -1]]}
    assert ends == {"Edgbaston Village", "Wolverhampton Station"}
    assert (stops["state"] == "open").all()
    wrong = entry.model_copy(update={"routes": ("M9",)})
    chosen = project.corridors.model_copy(update={"paths": (wrong,)})
    with pytest.raises(InputError, match="M9"):
        read_transit(project.model_copy(update={"corridors": chosen}), area, ReadLog())
