"""Green belt as planning.data.gov.uk publishes it, and as a vector file."""

from __future__ import annotations

import pytest

from factories.published import SOUTH, WEST, frame, measured, national, planning_csv, read_evidence, save, square
from siteprior.core.errors import InputError

TYNE_TO_BOURNEMOUTH = national(180, "green_belt")


def belt(*shapes):
    return frame(shapes, name=[f"Belt {number}" for number in range(len(shapes))])


def test_the_csv_of_all_england_gives_shares_and_zeros(tmp_path):
    path = planning_csv(tmp_path / "green-belt.csv", belt(square(0, 0, 500), *TYNE_TO_BOURNEMOUTH), "green-belt")
    found = measured("green_belt", read_evidence("green_belt", path), square(450, 0), square(700, 700))
    assert found["green_belt"].tolist() == pytest.approx([0.5, 0.0], abs=1e-3)


def test_a_council_s_file_gives_no_zero(tmp_path):
    path = save(tmp_path / "belt.shp", belt(square(0, 0, 500)))
    found = measured("green_belt", read_evidence("green_belt", path), square(450, 0), square(700, 700))
    assert found["green_belt"].tolist() == [0.5, None]


def test_what_ended_is_left_out_and_logged(tmp_path):
    path = planning_csv(tmp_path / "b.csv", belt(square(0, 0, 500), square(600, 0, 100)), "green-belt",
                        **{"end-date": ["2024-01-01", "2030-01-01"]})  # fmt: skip
    reading = read_evidence("green_belt", path, coverage=[WEST, SOUTH, WEST + 2000, SOUTH + 2000])
    found = measured("green_belt", reading, square(450, 0), square(600, 0))
    assert found["green_belt"].tolist() == pytest.approx([0.0, 1.0], abs=1e-3)
    assert reading.issues[["row", "field", "action"]].values.tolist() == [
        [2, "end-date", "left out: it had ended by 2026-01-31"],
    ]  # fmt: skip


def test_another_layer_is_refused_by_name(tmp_path):
    other = planning_csv(tmp_path / "ca.csv", belt(square(0, 0)), "conservation-area")
    with pytest.raises(InputError, match=r"green_belt: ca\.csv: is the dataset 'conservation-area' by its column"):
        read_evidence("green_belt", other)
    landfill = save(tmp_path / "tips.shp", frame([square(0, 0)], HLD_REF=["a"]))
    with pytest.raises(
        InputError, match=r"green_belt: tips\.shp: has the column HLD_REF, by which it is historic land"
    ):
        read_evidence("green_belt", landfill)
