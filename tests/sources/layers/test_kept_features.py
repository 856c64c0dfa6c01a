"""What is kept of a file between runs: the same again, and never what was damaged."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from factories.published import frame, square
from siteprior.sources.layers.kept_features import KeptFeatures, kept_name, load, store


def kept(count=3):
    table = frame([square(10 * n, 0) for n in range(count)], zone=[f"FZ{n}" for n in range(count)])
    table["zone"] = table["zone"].astype("str")
    issues = ({"issue_type": "patch", "row": 3, "field": "zone", "value": "é", "action": "left out"},)
    return KeptFeatures(
        table.rename_axis("_row"), ("id", "zone"), (1.0, 2.0, 3.0, 4.0), 99, {"zone": ("FZ0",)}, True, 7, issues
    )


def test_what_was_kept_comes_back_the_same(tmp_path):
    path, given_first = tmp_path / "a" / "features.arrow", kept()
    store(path, given_first)
    again = load(path)
    assert again.table.equals(given_first.table)
    assert (again.table.crs.to_epsg(), again.table.index.name) == (27700, "_row")
    for name in ("columns", "bounds", "rows", "seen", "more", "matched", "issues"):
        assert getattr(again, name) == getattr(given_first, name)


def test_of_no_feature_the_columns_come_back_too(tmp_path):
    empty = kept(0)
    store(tmp_path / "f.arrow", empty)
    again = load(tmp_path / "f.arrow")
    assert (len(again.table), list(again.table.columns)) == (0, ["zone", "geometry"])
    assert again.table["zone"].dtype == "str"


@given(st.data())
def test_a_damaged_file_is_never_trusted(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("kept") / "f.arrow"
    store(path, kept())
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    assert load(path) is None
    path.write_bytes(content[:at])
    assert load(path) is None


def test_missing_or_where_nothing_can_be_written_it_is_read_anew(tmp_path):
    assert load(tmp_path / "none.arrow") is None
    file = tmp_path / "file"
    file.write_text("x", encoding="utf-8")
    store(file / "f.arrow", kept())  # a file stands where the folder would be
    assert load(file / "f.arrow") is None


def test_the_same_bytes_from_the_same_features(tmp_path):
    for name in ("a", "b"):
        store(tmp_path / name, kept())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert shapely.area(load(tmp_path / "a").table.geometry.to_numpy()) == pytest.approx(np.full(3, 10_000.0))


@pytest.mark.parametrize("other", [("cd", "flood"), ("ab", "coal"), ("ab", "flood", 1)])
def test_another_file_or_option_has_another_name(other):
    assert kept_name("ab", "flood") == kept_name("ab", "flood") != kept_name(*other)
