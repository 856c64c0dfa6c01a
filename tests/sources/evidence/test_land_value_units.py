"""What a column's words say of its numbers: unit and use, the whole kind of each, and cells that cannot be."""

from __future__ import annotations

import pytest

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.sources.evidence.land_value_units import Cells, column_unit, is_other_use, names_homes, unit_of

NAMED = {"file": "v.csv", "column": "Value"}


@pytest.mark.parametrize(
    ("words", "scale"),
    [
        ("£/ha", 1.0), ("£ per hectare", 1.0), ("£ million/ha", 1e6), ("£m/ha", 1e6), ("£000/ha", 1e3),
        ("£k per ha", 1e3), ("land value", 1.0), ("£/acre", 1 / 0.40468564), ("£ million per acre", 1e6 / 0.40468564),
    ],
)  # fmt: skip
def test_numbers_are_brought_to_pounds_a_hectare(words, scale):
    unit = unit_of(words, **NAMED)
    assert unit.scale == pytest.approx(scale, rel=1e-6)
    assert ("converted from £/acre" in unit.action) == ("acre" in words)


@pytest.mark.parametrize(
    ("words", "stated"),
    [
        ("£/m²", "m²"), ("£ psm", "m²"), ("£/sq ft", "sq ft"), ("£ per square foot", "sq ft"), ("£/sq yd", "sq yd"),
        ("£/km2", "km²"), ("£ per plot", "home"), ("€/ha", "another currency"),
        ("£/acre or £/ha", "both acres and hectares"),
    ],
)  # fmt: skip
def test_another_unit_is_refused_by_name(words, stated):
    with pytest.raises(InputError, match=f"v.csv: the column 'Value' states .*{stated}, and values are read in £/ha"):
        unit_of(words, **NAMED)


def test_what_a_column_leaves_open_the_words_beside_it_state():
    assert column_unit("residential", "prices in £ million per hectare", **NAMED).scale == 1e6
    assert column_unit("residential (£/ha)", "prices in £ million per hectare", **NAMED).scale == 1.0
    assert "acre" in column_unit("residential", "values, £ per acre", **NAMED).action


@pytest.mark.parametrize(
    ("words", "other", "homes"),
    [
        ("residential land value", False, True), ("office land value", True, False), ("agricultural", True, False),
        ("non-residential", True, False), ("land value", False, False), ("housing", False, True),
    ],
)  # fmt: skip
def test_the_use_a_column_is_of(words, other, homes):
    assert (is_other_use(words), names_homes(words)) == (other, homes)


def test_words_nearest_to_the_numbers_go_before_those_about_them():
    assert is_other_use("industrial and residential values", own="residential") is False
    assert is_other_use("industrial and residential values", own="industrial") is True


def test_a_cell_that_cannot_be_is_logged_with_its_area_and_too_many_refuse_the_file():
    log = IssueLog("v.csv")
    cells = Cells("v.csv", log)
    good = [cells.possible(1e6, "residential", f"Council {number}", row=number) for number in range(2, 9)]
    assert all(good)
    assert [cells.possible(value, "residential", "Walsall", row=9) for value in (0.0, 900.0, 1e12)] == [False] * 3
    assert [(row["row"], row["value"].partition(":")[0]) for row in log.rows] == [(9, "Walsall")] * 3
    with pytest.raises(InputError, match=r"3 of its 10 residential land values, such as 0 for Walsall, are no £/ha"):
        cells.refuse()
    fewer = Cells("v.csv", IssueLog("v.csv"))
    for number in range(9):
        fewer.possible(1e6, "residential", f"Council {number}", row=number)
    fewer.possible(900.0, "residential", "Walsall", row=9)
    fewer.refuse()
