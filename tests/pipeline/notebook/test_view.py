"""Parts of the tables: names in order, counts with what is missing last."""

from __future__ import annotations

import pandas as pd

import siteprior as sp
from siteprior.pipeline.notebook.view import counted_by, named, ranked_sites


def test_columns_come_in_the_order_of_their_names():
    table = pd.DataFrame({"b": [1], "a": [2], "c": [3]})
    assert list(named(table, {"a": "A", "x": "X", "b": "B"})) == ["A", "B"]


def test_missing_is_counted_only_where_it_has_a_name():
    table = pd.DataFrame({"kind": ["x", None]})
    assert counted_by(table, "kind", "kind", "sites")["sites"].tolist() == [1]
    assert set(counted_by(table, "kind", "kind", "sites", "not known")["kind"]) == {"x", "not known"}


def test_ranked_sites_are_in_order(sample_run):
    assert ranked_sites(sp.open_run(sample_run))["rank"].is_monotonic_increasing
