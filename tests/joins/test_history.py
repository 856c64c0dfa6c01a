"""What the history brings to the sites."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.core.schema import SITE_HISTORY_COLUMNS, as_kind
from siteprior.joins.history import join_history

COLUMNS = [column.name for column in SITE_HISTORY_COLUMNS]


def history(**rows):
    table = pd.DataFrame(rows).T.rename_axis("site_id")
    table.index = table.index.str.replace("_", ":")
    columns = {c.name: as_kind(table.get(c.name), c.kind, table.index) for c in SITE_HISTORY_COLUMNS}
    return pd.DataFrame(columns, index=table.index)


OLD = {"first_seen": "2018-01-01", "last_seen": "2019-01-01", "years_on_register": 3.5, "age_basis": "left-censored: x"}
NEW = {
    "first_seen": "2019-06-01",
    "last_seen": "2020-01-01",
    "years_on_register": 1.5,
    "age_basis": "start date stated",
}


def test_columns_come_to_the_sites_in_their_order(make_sites):
    sites = make_sites((1, 1), (2, 2), None)
    joined = join_history(sites, history(E08_3={**OLD, "register_state": "listed"}, E08_9=NEW, E08_1=NEW))
    assert joined.index.equals(sites.index)
    assert sites.join(joined).crs == sites.crs
    assert list(joined.columns) == COLUMNS
    assert joined["years_on_register"].fillna(-1).tolist() == [1.5, -1.0, 3.5]
    assert joined["register_state"].isna().tolist() == [True, True, False]
    assert "years_on_register" not in sites.columns


def test_without_a_history_all_is_missing(make_sites):
    joined = join_history(make_sites((1, 1)), None)
    assert joined[COLUMNS].isna().all(axis=None)


def test_a_merged_site_is_as_old_as_its_oldest_record(make_sites):
    sites = make_sites((1, 1), (2, 2)).assign(also_known_as=["E08:7; E08:8", None])
    rows = {"E08_1": {**NEW, "capacity_change": 4}, "E08_8": {**OLD, "capacity_change": 9}, "E08_2": NEW}
    joined = join_history(sites, history(**rows))
    assert joined["first_seen"].dt.year.tolist() == [2018, 2019]
    assert joined["last_seen"].dt.year.tolist() == [2020, 2020]
    assert joined["years_on_register"].tolist() == [3.5, 1.5]
    assert joined["age_basis"].tolist() == ["left-censored: x", "start date stated"]
    assert joined["capacity_change"].fillna(0).tolist() == [4, 0]  # of the record it is called after


def test_what_is_no_history_is_refused(make_sites):
    with pytest.raises(InputError, match="history: needs the index 'site_id'"):
        join_history(make_sites((1, 1)), pd.DataFrame({"first_seen": []}))
