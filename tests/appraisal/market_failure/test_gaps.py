"""The tables of open evidence: declared, empty where nothing is open, and one with the verdicts."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.open_verdicts import as_tables, random_records
from siteprior.appraisal.market_failure.gaps import deciding_files, evidence_gaps
from siteprior.appraisal.market_failure.verdict import failure_verdict
from siteprior.core import schema

EVERY = ["historic_landfill", "parcels", "flood_zones", "land_values", "households", "sales"]


def test_the_tables_are_as_declared():
    sites, signals = as_tables(random_records(20, 5))
    schema.check(evidence_gaps(sites, signals), schema.EVIDENCE_GAPS, name="gaps")
    files = deciding_files(sites, signals)
    schema.check(files, schema.EVIDENCE_FILES, name="files")
    assert files["keys"].tolist() == [
        "land_values", "historic_landfill", "parcels", "flood_zones", "households, sales", "all of them",
    ]  # fmt: skip
    assert list(deciding_files(sites, signals, loaded=EVERY).columns) == schema.EVIDENCE_FILES.names
    assert deciding_files(sites, signals, loaded=EVERY).empty
    assert list(evidence_gaps(sites.iloc[:0], signals.iloc[:0]).columns) == schema.EVIDENCE_GAPS.names


@settings(deadline=None, derandomize=True, max_examples=4)
@given(st.integers(0, 10_000))
def test_a_file_decides_what_the_verdict_says_once_it_has_shown_nothing(seed):
    # the parcels show one owner on every site where C is missing: counted beforehand, and judged afterwards
    sites, signals = as_tables(random_records(40, seed))
    before = failure_verdict(sites, signals)
    files = deciding_files(sites, signals).set_index("keys")
    missing = sites.index.difference(signals.loc[signals["signal"] == "C", "site_id"])
    shown = pd.DataFrame({"site_id": missing, "signal": "C", "kind": "primary", "grade": "B", "source": "parcels",
                          "value": 0.0, "value_low": 0.0, "value_high": 0.0})  # fmt: skip
    shown = shown.assign(reason="", counter_evidence="", area_average="no")[signals.columns]
    after = failure_verdict(sites, pd.concat([signals, shown], ignore_index=True))
    decided = (before["settled"] == "no") & (after["settled"] == "yes")
    assert files.loc["parcels", "decided_if_nothing"] == decided.sum()
    most = failure_verdict(sites, pd.concat([signals, shown.assign(value=1.0, value_high=1.0)], ignore_index=True))
    decided = (before["settled"] == "no") & (most["settled"] == "yes") & before.index.isin(missing)
    assert files.loc["parcels", "decided_if_most"] == decided.sum()
