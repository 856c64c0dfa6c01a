"""CSV and JSON: the same bytes everywhere, and nothing in them a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime
from pathlib import Path, PurePosixPath

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import OutputError
from siteprior.core.files import Input
from siteprior.report.tables import (
    LEADING,
    _safe,
    as_before_writing,
    json_text,
    leading_columns,
    write_csv,
    write_run_record,
)


def read(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))


@pytest.fixture
def written(tmp_path):
    def write(table, **options):
        return read(write_csv(tmp_path / "a.csv", table, **options))

    return write


class TestNumbers:
    def test_metres_have_one_decimal_scores_and_their_parts_six(self, written):
        table = pd.DataFrame({"walk_m": [12.345], "easting": [400000.0], "score": [0.1234567], "c_need": [1 / 3]})
        assert written(table)[1] == ["12.3", "400000.0", "0.123457", "0.333333"]

    def test_facts_of_a_register_stay_as_they_are(self, written):
        table = pd.DataFrame({"hectares": [0.25, 2.0, 1234567.5, 0.1 + 0.2, 1e-5]})
        assert [row[0] for row in written(table)[1:]] == ["0.25", "2", "1234567.5", "0.3", "1e-05"]

    def test_further_decimals_can_be_stated(self, written):
        assert written(pd.DataFrame({"mine": [1.23456]}), decimals={"mine": 2})[1] == ["1.23"]

    def test_nothing_rounds_to_minus_zero(self, written):
        assert [row[0] for row in written(pd.DataFrame({"walk_m": [-0.01, -0.0], "n": [1, 2]}))[1:]] == ["0.0", "0.0"]

    def test_whole_numbers_have_no_decimals_even_beside_missing_ones(self, written):
        table = pd.DataFrame({"rank": pd.array([1, None], dtype="Int64"), "n": [1, 2]})
        assert written(table) == [["rank", "n"], ["1", "1"], ["", "2"]]


class TestOtherKinds:
    def test_days_are_iso_and_moments_keep_their_time(self, written):
        table = pd.DataFrame({"a": pd.to_datetime(["2021-01-31", None]),
                              "b": pd.to_datetime(["2021-01-31 12:00", "2021-02-01 00:00"])})  # fmt: skip
        assert written(table)[1:] == [["2021-01-31", "2021-01-31T12:00:00"], ["", "2021-02-01T00:00:00"]]

    def test_yes_and_no_are_words(self, written):
        assert written(pd.DataFrame({"a": [True, False]}))[1:] == [["yes"], ["no"]]

    def test_geometry_is_left_out_and_a_named_index_comes_first(self, written, made_up):
        rows = written(made_up.sites)
        assert rows[0][0] == "site_id"
        assert "geometry" not in rows[0]
        assert len(rows) == 1 + len(made_up.sites)
        assert {len(row) for row in rows} == {len(rows[0])}

    def test_geodataframe_with_another_geometry_name(self, written):
        table = gpd.GeoDataFrame({"a": [1]}, geometry=gpd.points_from_xy([1], [2]), crs=27700).rename_geometry("place")
        assert written(table) == [["a"], ["1"]]

    def test_missing_is_blank_in_every_kind(self, written, made_up):
        rows = written(made_up.sites)
        last = dict(zip(rows[0], rows[-1], strict=True))
        assert last["gate_reasons"] == "no_place"
        assert all(last[name] == "" for name in ("rank", "score", "easting", "derelict_since", "score_band", "c_walk"))


class TestFormulas:
    @pytest.mark.parametrize(
        "cell", ["=1+1", "+44 121 496 0000", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\n=1", "＝1", "-1, A1", "-1+2",
                 "+1;=1+1", "-1.9 / 52", "--A1", "-(1)", "- see notes", "-1 52", "﹦1", "﹢A1", "＋A1", "－A1", "＠A1"]
    )  # fmt: skip
    def test_are_made_text(self, written, cell):
        assert written(pd.DataFrame({"notes": [cell]}))[1] == ["'" + cell]

    @pytest.mark.parametrize("formula", ["=1+1", "+A1", "-A1", "@SUM(A1)", "＝1"])
    @pytest.mark.parametrize(
        "front",
        [" ", "\u00a0", "\ufeff", "\u200b", "\u200d", "\u00ad", "\u202e", "\u2066", "\u2060", "\u061c", "\x00", "\x0b",
         "\x1b", "\u2028", "\u3000", "\u3164", "\u2800", "\ufe0f", "\u00a0\u200b \ufeff", "\t", "\n", "\U000e0020"],
    )  # fmt: skip
    def test_signs_that_are_not_seen_hide_no_formula(self, front, formula):
        assert _safe(front + formula) == "'" + front + formula

    @pytest.mark.parametrize("cell", [" -5", "\u00a0-1.9, 52.2", "\u200bHigh Street", " ", "\u200b", "", " a=1"])
    def test_nor_make_one_of_what_is_none(self, cell):
        assert _safe(cell) == cell

    @pytest.mark.parametrize(
        "cell", ["-1.92355", "+3", "-2e5", "a=1", "0.5 - 1", "Müller & Söhne", "line\nbreak", ".5", "-",
                 "--", "-1.935483, 52.265144", "-1.9,52.4,-3", "+1; -2.5e3"]
    )  # fmt: skip
    def test_nothing_else_is_touched(self, written, cell):
        assert written(pd.DataFrame({"notes": [cell]}))[1] == [cell]

    def test_negative_numbers_in_number_columns_are_numbers(self, written):
        assert written(pd.DataFrame({"longitude": [-1.9]}))[1] == ["-1.900000"]


def lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_any_text_comes_back_with_at_most_an_apostrophe_in_front(tmp_path_factory, texts):
    path = write_csv(tmp_path_factory.mktemp("any") / "a.csv", pd.DataFrame({"n": range(len(texts)), "t": texts}))
    back = [row[1] for row in read(path)[1:]]
    assert len(back) == len(texts)
    assert all(cell in (lines(text), "'" + lines(text)) for cell, text in zip(back, texts, strict=True))
    assert not any(cell[:1] in ("=", "@", "\t", "\n") for cell in back)


@given(st.text("=+-@0123456789.,; eA(|'!\t", min_size=1, max_size=12))
def test_what_stays_without_an_apostrophe_begins_no_formula(text):
    shown = _safe(text)
    assert shown in (text, "'" + text)
    if shown == text and text[0] in "=+-@\t":
        assert text[0] in "+-"
        assert set(text) <= set("+-") or [float(number) for number in re.split("[,;] ?", text)]


@given(st.text("=+-@0123456789.,; eA(|!\t", min_size=1, max_size=12))
def test_a_text_read_back_is_the_text_written(text):
    back = as_before_writing(pd.DataFrame({"notes": [_safe(text), None], "homes": [1, 2]}))
    assert back["notes"][0] == text
    assert pd.isna(back["notes"][1])
    assert back["homes"].tolist() == [1, 2]


def test_line_breaks_inside_a_cell_become_line_feeds(written):
    assert written(pd.DataFrame({"notes": ["a\r\nb\rc"], "n": [1]}))[1:] == [["a\nb\nc", "1"]]


def test_bytes_are_utf8_with_line_feeds_and_the_same_twice(tmp_path, made_up):
    one = write_csv(tmp_path / "a.csv", made_up.sites).read_bytes()
    assert one == write_csv(tmp_path / "b.csv", made_up.sites).read_bytes()
    assert b"\r" not in one
    assert b"Old <script>" in one


def test_a_byte_order_mark_stands_in_front_where_it_is_asked_for_and_changes_nothing_else(tmp_path):
    table = pd.DataFrame({"site_name": ["Tŷ Gwyn"], "walk_m": [12.34]})
    plain = write_csv(tmp_path / "a.csv", table).read_bytes()
    marked = write_csv(tmp_path / "b.csv", table, byte_order_mark=True).read_bytes()
    assert marked == b"\xef\xbb\xbf" + plain
    assert pd.read_csv(tmp_path / "b.csv").equals(pd.read_csv(tmp_path / "a.csv"))


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_csv(tmp_path / "x" / "a.csv", pd.DataFrame({"a": [1]}))


def test_readers_columns_come_first_and_none_is_lost(made_up):
    ordered = leading_columns(made_up.sites)
    assert list(ordered.columns[:4]) == ["rank", "rank_p05", "rank_p95", "score"]
    assert list(ordered.columns[len(LEADING) : len(LEADING) + 4]) == ["c_walk", "c_need", "c_homes", "c_failure"]
    assert sorted(ordered.columns) == sorted(made_up.sites.columns)
    assert isinstance(ordered, gpd.GeoDataFrame)


class TestRecord:
    def test_every_kind_has_one_form(self):
        record = {
            "z": np.int64(3), "a": date(2021, 1, 1), "b": datetime(2021, 1, 1, 12), "c": pd.Timestamp("2021-01-01"),
            "d": [np.float64(0.5), pd.NA, pd.NaT, float("inf")], "e": PurePosixPath("a/b"), "f": {"y", "x"}, "g": "ü",
            "h": Input("role", "file", "00", 1, 2), "i": np.bool_(True), "j": (1, 2), 5: None,
        }  # fmt: skip
        text = json_text(record)
        assert text.endswith("}\n")
        assert "ü" in text
        back = json.loads(text)
        assert list(back) == sorted(back)
        assert back["a"] == back["c"] == "2021-01-01"
        assert back["b"] == "2021-01-01T12:00:00"
        assert back["d"] == [0.5, None, None, None]
        assert (back["e"], back["f"], back["j"], back["5"], back["i"], back["z"]) == ("a/b", ["x", "y"], [1, 2], None,
                                                                                   True, 3)  # fmt: skip
        assert back["h"]["sha256"] == "00"

    def test_order_of_keys_does_not_matter(self, tmp_path, made_up):
        one = write_run_record(tmp_path / "a.json", made_up.record).read_bytes()
        two = write_run_record(tmp_path / "b.json", dict(reversed(list(made_up.record.items())))).read_bytes()
        assert one == two
        assert json.loads(one)["network_date"] == "2026-10-02"


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["a", 'he "it"', "x, y", "two\nlines", "", None]), min_size=1, max_size=8), st.booleans()
)
def test_cells_are_quoted_as_the_csv_module_of_python_does(tmp_path_factory, texts, alone):
    table = pd.DataFrame({"t": texts}, dtype="str") if alone else pd.DataFrame({"t, u": texts, "n": 1})
    path = write_csv(tmp_path_factory.mktemp("quoted") / "a.csv", table)
    stream = io.StringIO()
    rows = [[text or ""] if alone else [text or "", "1"] for text in texts]
    csv.writer(stream, lineterminator="\n").writerows([list(table), *rows])
    assert path.read_text(encoding="utf-8") == stream.getvalue()


def test_equal_values_of_several_kinds_in_one_column_stay_apart(written):
    kinds = pd.Series([True, 1, 1.0, "1", None], dtype=object)
    assert [row[0] for row in written(pd.DataFrame({"a": kinds, "b": 0}))[1:]] == ["True", "1", "1.0", "1", ""]


def test_a_value_rounded_to_zero_from_below_has_no_sign(written):
    table = pd.DataFrame({"walk_m": [-0.01, 0.0, 0.04, None], "n": 1})
    assert [row[0] for row in written(table)[1:]] == ["0.0", "0.0", "0.0", ""]
