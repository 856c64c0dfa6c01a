"""What a project states of opportunities: lists of site ids, and the unit that is ranked."""

from __future__ import annotations

import pytest

from factories.sample import sample_text
from siteprior.core.errors import ProjectError
from siteprior.project.load import load_project


def loaded(tmp_path, text):
    path = tmp_path / "project.toml"
    path.write_text(f"{sample_text(plain=True)}\n{text}", encoding="utf-8")
    return load_project(path)


def test_opportunities_are_ranked_where_nothing_is_stated(tmp_path):
    project = loaded(tmp_path, "")
    assert project.ranking.unit == "opportunity"
    assert (project.opportunities.join, project.opportunities.split) == ((), ())


def test_lists_of_site_ids_are_taken(tmp_path):
    project = loaded(
        tmp_path, '[opportunities]\njoin = [["E1:a", "E1:b"], ["E1:c", "E1:d", "E1:e"]]\n[ranking]\nunit = "site"\n'
    )
    assert project.opportunities.join == (("E1:a", "E1:b"), ("E1:c", "E1:d", "E1:e"))
    assert project.ranking.unit == "site"
    assert project.settings()["ranking"] == {"unit": "site"}


def test_what_is_wrong_is_refused_at_once_with_its_place(tmp_path):
    text = '[opportunities]\njoin = [["E1:a"]]\nsplti = []\n[ranking]\nunit = "plot"\n'
    with pytest.raises(ProjectError) as refused:
        loaded(tmp_path, text)
    faults = "\n".join(refused.value.faults)
    assert len(refused.value.faults) == 3
    for words in (
        "join[1]: needs two or more different site ids, not ['E1:a']",
        "did you mean 'split'",
        "[ranking] unit",
    ):
        assert words in faults, faults
