"""Listed buildings, points or outlines: how many stand at a site or near it."""

from __future__ import annotations

import pytest

from factories.published import FAR, frame, measured, planning_csv, read_evidence, save, square
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters

NEAR = load_parameters("evidence").table("constraints").number("listed_near_m")
GRADE = "listed-building-grade"


def test_points_of_planning_data_are_counted_within_the_distance(tmp_path):
    places = [square(0, 0).centroid, square(100 + NEAR - 3, 49, 2).centroid, square(100 + NEAR + 9, 49, 2).centroid]
    table = frame([*places, *(shape.centroid for shape in FAR)], **{GRADE: ["II", "I", "II*", "II", "II"]})
    path = planning_csv(tmp_path / "listed-building.csv", table, "listed-building", points=True)
    found = measured(
        "listed_buildings", read_evidence("listed_buildings", path, coverage="England"), square(0, 0), square(700, 700)
    )
    assert found["listed_buildings"].tolist() == [2, 0]


def test_outlines_do_as_well(tmp_path):
    path = save(tmp_path / "outlines.gpkg", frame([square(0, 0, 20), square(20, 20, 5)], ListEntry=[1, 2]))
    found = measured("listed_buildings", read_evidence("listed_buildings", path), square(0, 0), square(700, 700))
    assert found["listed_buildings"].tolist() == [2, None]


def test_a_file_without_grade_or_entry_is_refused(tmp_path):
    path = save(tmp_path / "areas.gpkg", frame([square(0, 0)], name=["Colmore Row"]))
    with pytest.raises(
        InputError, match=r"listed_buildings: areas\.gpkg: has no column that says the grade or the list"
    ):
        read_evidence("listed_buildings", path)
