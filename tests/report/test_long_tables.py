from __future__ import annotations

import pickle

import pandas as pd
import pytest

from siteprior.report import long_tables
from siteprior.report.long_tables import read_long, write_long

TABLE = pd.DataFrame(
    {"site_id": ["a", "a", "b", "c"], "rule": ["r1", "r2", "r1", "=1"], "value": [0.123456789012, 2.0, None, 4.0]}
)


@pytest.fixture
def nine_cells_are_many(monkeypatch):
    real = long_tables.load_parameters

    class Few:
        def integer(self, name):
            return 9 if name == "large_table_cells" else real("report").integer(name)

    monkeypatch.setattr(long_tables, "load_parameters", lambda _: Few())


def test_a_table_that_is_not_large_is_one_csv(tmp_path):
    write_long(tmp_path, "rules", TABLE, whole=False, shortlist=["a"])
    assert [path.name for path in tmp_path.iterdir()] == ["rules.csv"]
    assert read_long(tmp_path, "rules")["site_id"].tolist() == ["a", "a", "b", "c"]


def test_a_large_table_is_parquet_beside_the_shortlists_rows(tmp_path):
    write_long(tmp_path, "rules", TABLE, whole=True, shortlist=["a", "c"])
    assert pd.read_csv(tmp_path / "rules.csv")["site_id"].tolist() == ["a", "a", "c"]
    pd.testing.assert_frame_equal(read_long(tmp_path, "rules"), TABLE)  # all of it, unrounded
    before = (tmp_path / "rules.parquet").read_bytes()
    write_long(tmp_path, "rules", TABLE, whole=True, shortlist=["a", "c"])
    assert (tmp_path / "rules.parquet").read_bytes() == before


def test_the_bytes_do_not_show_of_how_many_tables_a_large_one_was_made(tmp_path):
    texts = pd.DataFrame({"site_id": [f"site {number}" * 9 for number in range(20_000)]}).astype("str")
    many = pd.concat([texts.iloc[start : start + 700] for start in range(0, 20_000, 700)], ignore_index=True)
    for name, table in (("parts", many), ("whole", pickle.loads(pickle.dumps(many)))):
        write_long(tmp_path, name, table, whole=True, shortlist=[])
    assert (tmp_path / "parts.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()


@pytest.mark.parametrize("values", [["a", 1, None, 2.5], [1, "a", None, b"x"], [{"a": 1}, "b", 2, None]])
def test_a_column_of_several_kinds_is_text_as_in_a_csv(tmp_path, values):
    write_long(
        tmp_path, "rules", TABLE.assign(mixed=pd.Series(values, dtype=object)), whole=True, shortlist=["a", "b", "c"]
    )
    whole, csv = read_long(tmp_path, "rules"), pd.read_csv(tmp_path / "rules.csv")
    assert whole["mixed"].fillna("").tolist() == csv["mixed"].fillna("").tolist()
    assert whole["value"].tolist()[:2] == TABLE["value"].tolist()[:2]


def test_what_is_not_there_is_nothing(tmp_path):
    assert read_long(tmp_path, "rules") is None


def test_the_size_is_rows_by_columns_and_at_the_limit_a_table_is_still_a_csv(tmp_path, nine_cells_are_many):
    three_by_three = TABLE.iloc[:3]
    assert not long_tables.is_large(three_by_three)
    assert long_tables.is_large(TABLE)
    write_long(tmp_path, "ranking", three_by_three, whole=False, shortlist=[], byte_order_mark=True)
    assert [path.name for path in tmp_path.iterdir()] == ["ranking.csv"]
    assert (tmp_path / "ranking.csv").read_bytes().startswith(b"\xef\xbb\xbfsite_id")
