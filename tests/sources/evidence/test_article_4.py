"""Article 4 directions: shares and which directions."""

from __future__ import annotations

import pytest

from factories.published import frame, geojson, measured, read_evidence, square


def test_shares_and_the_directions(tmp_path):
    table = frame([square(0, 0), square(0, 0)], name=["Offices to homes", "HMO"],
                  dataset=["article-4-direction-area"] * 2)  # fmt: skip
    path = geojson(tmp_path / "a4.geojson", table)
    reading = read_evidence("article_4", path, coverage=["E08000025"])
    found = measured("article_4", reading, square(50, 0), square(700, 700))
    assert found["article_4"].tolist() == pytest.approx([0.5, 0.0], abs=1e-3)
    assert found["article_4_name"].tolist() == ["Offices to homes; HMO", None]
