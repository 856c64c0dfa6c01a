"""Conservation areas: shares and names; the national file is not whole, and gives no zero unless it is stated."""

from __future__ import annotations

import pytest

from factories.published import NATIONAL, frame, measured, planning_csv, read_evidence, square


@pytest.fixture
def path(tmp_path):
    areas = frame(
        [square(0, 0), square(50, 0), *NATIONAL], name=["Colmore Row", "Steelhouse", *["Far"] * len(NATIONAL)]
    )
    return planning_csv(tmp_path / "conservation-area.csv", areas, "conservation-area")


def test_shares_and_names_of_all_that_meet_the_site(path):
    found = measured("conservation_areas", read_evidence("conservation_areas", path), square(60, 0), square(120, 0, 60))
    assert found["conservation_area"].tolist() == pytest.approx([0.9, 0.5], abs=1e-3)
    assert found["conservation_area_name"].tolist() == ["Colmore Row; Steelhouse", "Steelhouse"]


@pytest.mark.parametrize(("keys", "expected"), [({}, None), ({"coverage": "E08000025"}, 0.0)])
def test_a_zero_only_where_a_council_is_stated_to_be_whole(path, keys, expected):
    found = measured("conservation_areas", read_evidence("conservation_areas", path, **keys), square(700, 700))
    assert found["conservation_area"].tolist() == [expected]
