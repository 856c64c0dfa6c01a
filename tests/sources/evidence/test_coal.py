"""Development High Risk Areas: a share, never a gate; areas of low risk do not count."""

from __future__ import annotations

import pytest

from factories.published import frame, measured, national, read_evidence, save, square
from siteprior.sources.registry import EVIDENCE, discover

COALFIELDS = national(1_000, "coal")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [({"id": range(1_002)}, 1.0), ({"RISK_AREA": ["High Risk", "Low Risk", *["High Risk"] * 1_000]}, 0.5)],
)
def test_the_share_at_high_risk(tmp_path, facts, expected):
    path = save(tmp_path / "dhra.shp", frame([square(0, 0), square(100, 0), *COALFIELDS], **facts))
    found = measured("coal", read_evidence("coal", path), square(50, 0), square(700, 700))
    assert found["coal_high_risk"].tolist() == [expected, 0.0]


def test_it_is_no_gate_and_no_signal():
    discover()
    [spec] = EVIDENCE["coal"].specs
    assert (spec.gate, spec.signal, spec.criterion) == (None, None, None)
