"""A result stage by stage: columns on the same sites, logs in the order of reading, and nothing read too early."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pandas as pd
import pytest

from factories.results import at_points, plain_project, small_result, transit_of
from siteprior.core.code_join import CodeJoin
from siteprior.core.errors import SitePriorError
from siteprior.core.files import Input
from siteprior.core.issues import IssueLog
from siteprior.core.schema import HISTORY
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.result import NOT_YET, Assessment, Result


@pytest.fixture
def result():
    return small_result(at_points((0, 0), (10, 0), (20, 0)))


def columns(result, **values):
    return pd.DataFrame(values, index=result.sites_merged.index)


def test_columns_stand_in_the_order_of_their_groups_on_the_sites_as_they_were(result):
    done = result.with_columns("late", columns(result, zeta=[1, 2, 3])).with_columns("soon", columns(result, alpha="x"))
    table = done.table
    assert list(table.columns[-2:]) == ["zeta", "alpha"]
    assert table.crs.to_epsg() == 27700
    assert table.geometry.x.to_list() == [0, 10, 20]
    assert "zeta" not in result.table


def test_a_group_is_replaced_whole_where_it_stands(result):
    done = result.with_columns("one", columns(result, a=1, b=2)).with_columns("two", columns(result, c=3))
    again = done.with_columns("one", columns(result, a=9))
    assert list(again.columns) == ["one", "two"]
    assert again.table["a"].to_list() == [9, 9, 9]
    assert "b" not in again.table
    assert done.table["a"].to_list() == [1, 1, 1]


@pytest.mark.parametrize(
    "spoil",
    [lambda f: f.iloc[:2], lambda f: f.iloc[::-1], lambda f: pd.concat([f, f.iloc[:1]]), lambda f: f.reset_index()],
    ids=["one less", "moved", "one more", "another index"],
)
def test_no_stage_adds_drops_or_moves_a_site(result, spoil):
    with pytest.raises(SitePriorError, match=r"^columns.a: are not on the index of the sites; no stage adds"):
        result.with_columns("a", spoil(columns(result, x=1)))


def test_a_column_the_sites_have_is_refused_whoever_gave_it(result):
    done = result.with_columns("one", columns(result, x=1))
    with pytest.raises(SitePriorError, match=r"^columns.two: the sites have reference, x already$"):
        done.with_columns("two", columns(result, x=1, reference="r", y=2))


def test_the_groups_cannot_be_changed_from_outside(result):
    done = result.with_columns("one", columns(result, x=1))
    with pytest.raises(TypeError):
        done.columns["two"] = columns(result, y=1)
    with pytest.raises(FrozenInstanceError):
        done.sites = None


def test_what_was_read_stands_after_what_was_read_before(result):
    def log(file):
        issues = IssueLog(file)
        issues.add("missing value", row=2)
        return ReadLog(issues=[issues.table()], provenance=[Input("register", file, "0" * 64, 1, 1)])

    done = result.with_log(log("a.csv")).with_log(log("b.csv"))
    assert done.issues["file"].to_list() == ["a.csv", "b.csv"]
    assert [read.file for read in done.provenance] == ["a.csv", "b.csv"]
    assert result.issues.empty


def test_a_join_made_again_takes_the_place_of_what_it_was(result):
    first = CodeJoin("deprivation of areas", "areas", "iod.csv", 4, 1, ("E1",), "blank", 0.8)
    other = CodeJoin("places of sales", "postcodes", "cp.csv", 9, 9, (), "blank", 0.8)
    again = CodeJoin("deprivation of areas", "areas", "iod.csv", 4, 4, (), "blank", 0.8)
    assert result.with_joins([first, other]).with_joins([again]).joins == (again, other)
    assert result.with_joins([]) is result


def test_without_older_registers_there_is_a_history_without_a_row(result):
    assert list(result.history.columns) == HISTORY.names
    assert result.history.empty


def test_the_supply_is_seen_through_the_result(result, make_stops, make_corridor_stops):
    transit = transit_of(make_corridor_stops(("L", 1, 0, 0), ("L", 2, 900, 0)), make_stops(("S", "metro", 0, 0)))
    done = small_result(result.sites_merged, transit=transit)
    assert done.stops is transit.stops
    assert done.corridor_stops is transit.corridor_stops
    assert done.corridors["length_m"].to_list() == [900]


def test_what_no_stage_has_made_says_so_whatever_is_asked_of_it():
    bare = Result(plain_project())
    assert bare.sites is NOT_YET
    assert repr(bare.record) == "NOT_YET"
    with pytest.raises(AttributeError, match="no stage has made this yet, so it has no 'head'; `siteprior stages`"):
        bare.shortlist.head()
    with pytest.raises(AttributeError, match="no stage has made this yet"):
        bare.corridors  # noqa: B018
    assert Assessment is Result
