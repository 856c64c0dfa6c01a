"""Published layers read by name without a project."""

from __future__ import annotations

import pytest

from factories.published import AREAS, AS_OF, frame, save, site, square
from siteprior.core.errors import InputError
from siteprior.joins.layers import join_layers
from siteprior.sources.layers.by_name import evidence_specs, read_evidence


@pytest.fixture
def path(tmp_path):
    return save(tmp_path / "tips.shp", frame([square(0, 0)], HLD_REF=["a"], Industrial=["Yes"]))


def test_read_and_joined_in_a_script(path):
    layers = read_evidence("historic_landfill", path, areas=AREAS, as_of=AS_OF, coverage="E08000025").table
    specs, (sites, shapes) = evidence_specs("historic_landfill"), site(square(50, 0), square(700, 700))
    found = join_layers(sites, [layers[spec.name] for spec in specs], specs, shapes=shapes)
    assert found["historic_landfill"].tolist() == [0.5, 0.0]
    assert found["historic_landfill_waste"].iloc[0] == "industrial waste"


def test_the_polygons_of_a_coverage_by_their_path(path, tmp_path):
    surveyed = save(tmp_path / "surveyed.gpkg", frame([square(0, 0, 500)]))
    reading = read_evidence("historic_landfill", path, areas=AREAS, as_of=AS_OF, coverage=str(surveyed))
    assert reading.table["historic_landfill"].extent.area == 250_000


@pytest.mark.parametrize(
    ("name", "keys", "says"),
    [
        ("landfill", {}, "unknown evidence 'landfill'; did you mean 'historic_landfill'"),
        ("historic_landfill", {"covrage": "England"}, r"historic_landfill: .*covrage.*did you mean 'coverage'"),
        ("historic_landfill", {"coverage": [1]}, r"historic_landfill: \[coverage\]: needs"),
    ],
)
def test_what_is_not_known_is_refused(path, name, keys, says):
    with pytest.raises(InputError, match=says):
        read_evidence(name, path, areas=AREAS, as_of=AS_OF, **keys)
