"""Priority habitats of Natural England: shares and which habitats."""

from __future__ import annotations

import pytest

from factories.published import FAR, frame, measured, read_evidence, save, square
from siteprior.core.errors import InputError

MOSAIC = "Open mosaic habitats on previously developed land"


@pytest.mark.parametrize(
    ("column", "ending"), [("MainHabs", "gpkg"), ("Main_Habitat", "shp"), ("main habitat", "gpkg")]
)
def test_shares_and_which(tmp_path, column, ending):
    table = frame([square(0, 0), *FAR], **{column: [MOSAIC, "Fen", "Fen"]})
    path = save(tmp_path / f"phi.{ending}", table)
    found = measured(
        "priority_habitats",
        read_evidence("priority_habitats", path, coverage="England"),
        square(50, 0),
        square(700, 700),
    )
    assert found["priority_habitat"].tolist() == [0.5, 0.0]
    assert found["priority_habitat_name"].tolist() == [MOSAIC, None]


def test_a_file_without_the_habitat_is_refused(tmp_path):
    path = save(tmp_path / "phi.gpkg", frame([square(0, 0)], id=[1]))
    with pytest.raises(InputError, match="has no column that says the habitat"):
        read_evidence("priority_habitats", path)
