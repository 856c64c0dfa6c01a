from __future__ import annotations

from importlib import resources

import pytest

from siteprior.core import parameters as presets
from siteprior.core.errors import SitePriorError

FILES = sorted(
    p.name.removesuffix(".toml")
    for p in (resources.files("siteprior") / "parameters").iterdir()
    if p.name.endswith(".toml")
)


@pytest.mark.parametrize("name", FILES)
def test_every_number_has_unit_source_date_and_confidence(name):
    rows = presets.parameter_rows(name)
    assert rows
    for row in rows:
        assert row.source.strip(), row.name
        assert row.unit.strip(), row.name
        assert row.date.strip(), row.name
        assert row.confidence in presets.CONFIDENCES


def test_an_unknown_file_lists_the_known_ones():
    with pytest.raises(SitePriorError, match="unknown preset file 'acess'; did you mean 'access'"):
        presets.load_parameters("acess")


def test_a_number_without_its_source_is_refused():
    with pytest.raises(SitePriorError, match="needs exactly value, unit, source, date, confidence"):
        presets._entry("x.y", {"value": 1, "unit": "m"})
    with pytest.raises(SitePriorError, match="a bare value"):
        presets._entry("x.y", 1)
