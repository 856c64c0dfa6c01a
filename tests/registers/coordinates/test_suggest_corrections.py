"""What a misplaced pair may have been meant to be."""

from __future__ import annotations

import pytest
import shapely

from siteprior.registers.coordinates.suggest_corrections import address_correction, square_letters, suggest_correction

COVENTRY = shapely.box(427_000, 273_000, 442_000, 286_000)


@pytest.mark.parametrize(
    ("x", "y", "says"),
    [
        (365, 820, "436500, 282000 (SP 365 820)"),
        (41_255, 282_893, "431255, 282893 is one digit error away"),  # F16: a lost digit
        (433_000, 379_000, "433000, 279000 is one digit error away"),
        (4_330_001, 279_000, "433001, 279000 is one digit error away"),
    ],
)
def test_digit_errors_are_suggested(x, y, says):
    assert says in suggest_correction(x, y, COVENTRY, (433_000, 279_000))


@pytest.mark.parametrize(("x", "y"), [(float("nan"), 1.0), (1.5, 2.5), (600_000, 100_000)])
def test_no_suggestion_where_none_is_near(x, y):
    assert suggest_correction(x, y, COVENTRY, (433_000, 279_000)) == ""


def test_a_link_that_names_a_place_elsewhere_says_nothing():
    assert address_correction("http://example.org/?x=100000&y=100000", COVENTRY) == ""
    assert "433000, 279000" in address_correction("http://example.org/?x=433000.2&y=279000.4", COVENTRY)


def test_letters_of_grid_squares():
    # Ordnance Survey: TQ holds London (5, 1), SK Nottingham (4, 3), NZ Newcastle (4, 5), SV Scilly (0, 0)
    assert [square_letters(*at) for at in ((5, 1), (4, 3), (4, 5), (0, 0))] == ["TQ", "SK", "NZ", "SV"]
