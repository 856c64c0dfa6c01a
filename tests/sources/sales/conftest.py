"""Sales as HM Land Registry publishes them, written by the test."""

from __future__ import annotations

import pandas as pd
import pytest

PLACES = {"B1 1AA": (406_600, 286_700), "B1 1AB": (406_700, 286_700), "WV1 1AA": (391_500, 298_700)}


@pytest.fixture(scope="session")
def sale():
    """Return a function that writes one line of the published file."""

    def line(key="1A", price=250_000, day="2024-05-01 00:00", postcode="B1 1AA", kind="T", new="N", tenure="F",
             category="A", status="A"):  # fmt: skip
        cells = (f"{{{key}}}", price, day, postcode, kind, new, tenure, "12", "FLAT 3", "SECRET STREET", "HIDDEN",
                 "BIRMINGHAM", "BIRMINGHAM", "WEST MIDLANDS", category, status)  # fmt: skip
        return ",".join(f'"{cell}"' for cell in cells)

    return line


@pytest.fixture
def published(tmp_path):
    """Return a function that writes lines to a file and returns its path."""

    def write(*lines, name="pp.csv"):
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


@pytest.fixture
def postcodes():
    """Return three postcodes with their places."""
    table = pd.DataFrame.from_dict(PLACES, orient="index", columns=["easting", "northing"], dtype="float64")
    return table.rename_axis("postcode")
