from __future__ import annotations

import pandas as pd
import pytest

from siteprior.report import long_tables
from siteprior.report.long_tables import read_long, write_long

TABLE = pd.DataFrame(
    {"site_id": ["a", "a", "b", "c"], "rule": ["r1", "r2", "r1", "=1"], "value": [0.123456789012, 2.0, None, 4.0]}
)


@pytest.fixture
def two_rows_are_many(monkeypatch):
    real = long_tables.load_parameters

    class Few:
        def integer(self, name):
            return 2 if name == "long_table_rows" else real("report").integer(name)

    monkeypatch.setattr(long_tables, "load_parameters", lambda _: Few())


def test_a_table_that_is_not_long_is_one_csv(tmp_path):
    write_long(tmp_path, "rules", TABLE, shortlist=["a"])
    assert [path.name for path in tmp_path.iterdir()] == ["rules.csv"]
    assert read_long(tmp_path, "rules")["site_id"].tolist() == ["a", "a", "b", "c"]


def test_a_long_table_is_parquet_beside_the_shortlists_rows(tmp_path, two_rows_are_many):
    write_long(tmp_path, "rules", TABLE, shortlist=["a", "c"])
    assert pd.read_csv(tmp_path / "rules.csv")["site_id"].tolist() == ["a", "a", "c"]
    pd.testing.assert_frame_equal(read_long(tmp_path, "rules"), TABLE)  # all of it, unrounded
    before = (tmp_path / "rules.parquet").read_bytes()
    write_long(tmp_path, "rules", TABLE, shortlist=["a", "c"])
    assert (tmp_path / "rules.parquet").read_bytes() == before


def test_a_long_table_of_no_site_stays_whole(tmp_path, two_rows_are_many):
    write_long(tmp_path, "files", TABLE.drop(columns="site_id"), shortlist=["a"])
    assert [path.name for path in tmp_path.iterdir()] == ["files.csv"]
    assert len(read_long(tmp_path, "files")) == 4


def test_what_is_not_there_is_nothing(tmp_path):
    assert read_long(tmp_path, "rules") is None
