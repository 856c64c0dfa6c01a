"""Sites that pass every gate but for what a test changes, and the reasons the gates give."""

from __future__ import annotations

from datetime import date

import pandas as pd

from siteprior.core import schema
from siteprior.ranking.eligibility import apply_gates

DAY = date(2021, 1, 1)
GOOD = {
    "easting": 400000.0, "northing": 290000.0, "lsoa_code": "E01000001", "hectares": 1.0,
    "minimum_net_dwellings": 40, "corridor_walk_m": 500.0, "coordinate_confidence": "high",
}  # fmt: skip


def table(*departures):
    index = pd.Index([f"E1:{n}" for n in range(len(departures))], name="site_id")
    return schema.conform(pd.DataFrame([GOOD | row for row in departures], index=index), schema.SITES)


def reasons(departure, **gates):
    done = apply_gates(table(departure), gates=gates, as_of=DAY).iloc[0]
    assert done["eligible"] == ("yes" if pd.isna(done["gate_reasons"]) else "no")
    return None if pd.isna(done["gate_reasons"]) else done["gate_reasons"]
