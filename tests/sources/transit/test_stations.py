from __future__ import annotations

import pandas as pd
import pytest

from siteprior.sources.transit.stations import name_key, plain_name


@pytest.mark.parametrize(
    ("name", "plain", "key"),
    [
        ("Tipton Rail Station", "Tipton", "tipton"),
        ("Kintore Railway Station", "Kintore", "kintore"),
        ("St Paul's (West Midlands Metro)", "St Paul's", "st paul s"),
        ("Wolverhampton Station (West Midlands Metro)", "Wolverhampton Station", "wolverhampton"),
        ("Shotton High Level Rail Station", "Shotton High Level", "shotton"),
        ("Edgware Road (Circle Line)", "Edgware Road (Circle Line)", "edgware road (circle line)"),
        ("Lye (West Midlands) Rail Station", "Lye (West Midlands)", "lye (west midlands)"),
    ],
)  # fmt: skip
def test_names(name, plain, key):
    names = pd.Series([name])
    assert plain_name(names).tolist() == [plain]
    assert name_key(names).tolist() == [key]
