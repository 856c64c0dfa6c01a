"""What of a run is large, asked once."""

from __future__ import annotations

import pandas as pd

from siteprior.core.parameters import load_parameters
from siteprior.pipeline.whole_files import large_notices, whole_files

CELLS = load_parameters("report").integer("large_table_cells")


def test_a_large_table_of_no_site_stays_whole():
    table = pd.DataFrame(0, index=range(CELLS // 100 + 1), columns=[f"c{n}" for n in range(100)])
    named = table.rename(columns={"c0": "site_id"})
    assert whole_files({"a": table, "b": named, "c": named.set_index("site_id").assign(last=0)}, {}) == [
        "b.parquet",
        "c.parquet",
    ]


def test_nothing_is_stated_where_nothing_is_large():
    assert list(large_notices(None, [])) == []
