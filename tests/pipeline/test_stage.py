"""What a stage is, and what there is of a result."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from siteprior.pipeline.result import NOT_YET
from siteprior.pipeline.stage import Stage, group_of, has


def stage(*adds):
    return Stage("Join", (), adds, lambda result, _: result, "join")


@pytest.mark.parametrize(
    ("adds", "group"), [((), None), (("areas",), None), (("links", "columns.walks"), "walks"), (("columns.a",), "a")]
)
def test_the_group_of_columns_a_stage_adds(adds, group):
    assert group_of(stage(*adds)) == group


def test_a_result_is_there_when_it_has_been_made():
    result = SimpleNamespace(areas=NOT_YET, stops="read", columns={"walks": None})
    assert [has(result, name) for name in ("areas", "stops", "columns.walks", "columns.prices")] == [
        False, True, True, False
    ]  # fmt: skip
