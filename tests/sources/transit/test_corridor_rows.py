"""Rows of corridor tables: which can be used, and what becomes of a corridor or a table of which none can."""

from __future__ import annotations

import pytest

from siteprior.core.errors import InputError
from siteprior.sources.transit.corridor_rows import LEFT_OUT_WHOLE
from siteprior.sources.transit.corridors import read_corridor_stops

BARE = "corridor,order,stop_name,easting,northing"


def write(folder, *rows, header=BARE):
    file = folder / "corridors.csv"
    file.write_text("\n".join([header, *rows]))
    return file


def test_one_order_for_all_stops_is_no_order(tmp_path):
    alike = [f"{corridor},1,S{n},{400000 + n},290000" for n, corridor in enumerate("AAAB")]
    with pytest.raises(InputError, match=r"c.csv: column 'order' has no order: all 3 stops of 'A' have 1; number the"):
        read_corridor_stops(write(tmp_path, *alike), files="c.csv")
    kept = read_corridor_stops(write(tmp_path, *alike, "B,2,T,400009,290000"))  # B has an order
    assert kept.table.index.tolist() == ["A#1", "B#1", "B#2"]


def test_a_corridor_of_which_no_row_can_be_used_is_named(tmp_path):
    rows = ["A,1,One,400000,290000", "Lost,1,Two,,", "Lost,x,Three,401000,290000"]
    issues = read_corridor_stops(write(tmp_path, *rows)).issues
    assert issues.loc[issues["action"] == LEFT_OUT_WHOLE, "value"].tolist() == ["Lost"]
