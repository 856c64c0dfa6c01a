"""Former industry, the user's own layer: shares, uses and the signal; never taken as the whole of England."""

from __future__ import annotations

import pytest

from factories.published import NATIONAL, frame, measured, read_evidence, save, site, square
from siteprior.core.errors import InputError
from siteprior.joins.layers import join_layers, layer_signals
from siteprior.sources.registry import EVIDENCE


def test_shares_uses_and_no_zero_where_nothing_is_stated(tmp_path):
    uses = ["Foundry", *["Mill"] * len(NATIONAL)]
    path = save(tmp_path / "works.gpkg", frame([square(0, 0), *NATIONAL], USE=uses))
    found = measured("former_industry", read_evidence("former_industry", path), square(50, 0), square(700, 700))
    assert found["former_industry"].tolist() == [0.5, None]
    assert found["former_industry_use"].tolist() == ["Foundry", None]


def test_half_of_the_share_signals_contamination(tmp_path):
    path = save(tmp_path / "works.gpkg", frame([square(0, 0)], USE=["Foundry"]))
    reading = read_evidence("former_industry", path, coverage="E08000025")
    evidence, (sites, drawn) = EVIDENCE["former_industry"], site(square(50, 0), square(700, 700))
    columns = join_layers(sites, [reading.table[spec.name] for spec in evidence.specs], evidence.specs, shapes=drawn)
    rows = layer_signals(sites.join(columns), evidence.specs, shapes=drawn, none=evidence.none,
                         beside=evidence.described_by)  # fmt: skip
    assert rows[["signal", "value", "grade", "reason"]].values.tolist() == [
        ["X", 0.25, "B", "former industrial land: 50% of the site, Foundry (Former industry)"],
        ["X", 0.0, "B", "no former industry mapped (Former industry)"],
    ]


def test_landfill_is_not_named_twice(tmp_path):
    path = save(tmp_path / "tips.gpkg", frame([square(0, 0)], hld_ref=["a"]))
    with pytest.raises(InputError, match="by which it is historic landfill"):
        read_evidence("former_industry", path)
