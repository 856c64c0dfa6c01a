"""A warning names the line of whoever called siteprior, not one inside it."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

import siteprior as sp
from siteprior.core.callers import callers_level
from siteprior.core.files import shipped
from siteprior.core.renamed import RenamedWarning, renamed_argument, warn_renamed


def test_a_warning_of_ones_own_names_ones_own_line():
    with pytest.warns(UserWarning, match="mind") as caught:
        warnings.warn("mind", stacklevel=callers_level())
    assert callers_level() == 1
    assert caught[0].filename == __file__


def old_column():
    sites = pd.DataFrame(
        {"development_status": [None], "planning_permission_status": [None]}, index=pd.Index(["a"], name="site_id")
    )
    rows = [("a", "V", "primary", 0.8, "A", "gap", "none", 0.8)]
    columns = ["site_id", "signal", "kind", "value", "grade", "reason", "counter_evidence", "gs"]
    return sp.market_failure.failure_verdict(sites, pd.DataFrame(rows, columns=columns))


def old_argument():
    return sp.audit(shipped("data") / "sites" / "walsall.csv", say=lambda line: None)


def old_argument_below_another():
    @renamed_argument(path="paths")
    @renamed_argument(say="progress")
    def job(*, progress):
        return progress

    return job(say="line")


def old_place():
    return sp.load_costs


def old_name_at_once():
    warn_renamed("here", {"old": "new"})


@pytest.mark.parametrize("use", [old_column, old_argument, old_argument_below_another, old_place, old_name_at_once])
def test_what_was_renamed_is_reported_on_the_callers_line(use):
    with pytest.warns(RenamedWarning) as caught:
        use()
    assert [each.filename for each in caught] == [__file__]


def test_an_old_key_of_a_project_file_names_the_line_that_loads_it(tmp_path):
    project = (shipped("data") / "demo.toml").read_text(encoding="utf-8")
    file = tmp_path / "old.toml"
    file.write_text(project.replace("sales_years_covered", "sales_years_held"), encoding="utf-8")
    with pytest.warns(RenamedWarning, match="'sales_years_held' is 'sales_years_covered' now") as caught:
        sp.load_project(file)
    assert [each.filename for each in caught] == [__file__]
