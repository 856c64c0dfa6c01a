"""Two made-up runs of the market for the report's sections: one with costs, one without."""

from __future__ import annotations

import pytest

from factories.market_failure import worked_through


@pytest.fixture(scope="package")
def run():
    return worked_through(14, sales=600)


@pytest.fixture(scope="package")
def costless():
    return worked_through(8, sales=300, costs={})
