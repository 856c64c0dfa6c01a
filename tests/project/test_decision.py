"""What a project states of robustness and of a programme: weights that may be, money, and what to keep to."""

from __future__ import annotations

import pytest

from factories.sample import sample_text
from siteprior.core.errors import ProjectError
from siteprior.project.load import load_project


def loaded(tmp_path, text):
    path = tmp_path / "project.toml"
    path.write_text(f"{sample_text(plain=True)}\n{text}", encoding="utf-8")
    return load_project(path)


def faults_of(tmp_path, text):
    with pytest.raises(ProjectError) as refused:
        loaded(tmp_path, text)
    return "\n".join(refused.value.faults)


def test_weights_are_drawn_around_the_projects_own_where_nothing_is_stated(tmp_path):
    project = loaded(tmp_path, "")
    assert (project.robustness.weights, project.robustness.spread, project.robustness.draws) == ("around", None, None)
    assert project.programme is None


@pytest.mark.parametrize(
    ("stated", "taken"),
    [
        ('"uniform"', "uniform"),
        ('["deprivation", "capacity"]', ("deprivation", "capacity")),
        ("{deprivation = [0.2, 0.6], capacity = [0.3, 0.8]}", {"deprivation": (0.2, 0.6), "capacity": (0.3, 0.8)}),
    ],
)
def test_admissible_weights_are_a_word_an_order_or_ends(tmp_path, stated, taken):
    assert loaded(tmp_path, f"[robustness]\nweights = {stated}\n").robustness.weights == taken


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ('"arround"', "unknown weights 'arround'; did you mean 'around'"),
        ('["deprivatoin"]', "unknown criterion 'deprivatoin'; did you mean 'deprivation'"),
        ('["deprivation", "deprivation"]', "names a criterion twice"),
        ("{deprivation = [0.6, 0.2]}", "needs the least and the most share, 0 to 1"),
        ("{deprivation = [0.1, 0.2], capacity = [0.1, 0.2]}", "the ends sum to 0.2 and 0.4; 1 has to lie between them"),
        ("{}", "names no criterion"),
        ("3", "needs around or uniform, a list of criteria or a table of ends"),
    ],
)
def test_weights_that_make_no_sense_are_refused(tmp_path, stated, words):
    assert words in faults_of(tmp_path, f"[robustness]\nweights = {stated}\n")


def test_a_programme_takes_money_limits_and_sites(tmp_path):
    text = """[programme]
years = {2027 = 4e6, 2028 = 6e6}
cost = "acquisition_cost_gbp"
later_costs = ["remediation_central_gbp"]
floors = {homes = 200}
council_caps = {E08000027 = {cost = 3e6}}
prerequisites = [["E08000027:a", "E08000027:b"]]
"""
    programme = loaded(tmp_path, text).programme
    assert programme.years == {"2027": 4e6, "2028": 6e6}
    assert programme.cost == ("acquisition_cost_gbp",)
    assert programme.council_caps == {"E08000027": {"cost": 3e6}}
    assert programme.prerequisites == (("E08000027:a", "E08000027:b"),)


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ("caps = {sites = 3}", "has no budget; give budget_gbp, years or funds"),
        ("budget_gbp = -1", "budget_gbp"),
        ("years = {soon = 4}", "'soon' is no year; write it as 2027"),
        ('budget_gbp = 1\nbenefit = "homs"', "unknown benefit 'homs'; did you mean 'homes'"),
        ('budget_gbp = 1\ncost = ["acquisition_gbp"]', "unknown column in GBP 'acquisition_gbp'"),
        ("budget_gbp = 1\nfloors = {home = 3}", "unknown measure 'home'"),
        ("budget_gbp = 1\nfloors = {cost = 3}", "unknown measure 'cost'"),
        ('budget_gbp = 1\nlater_costs = ["gap_gbp"]', "needs years: without them a cost falls in none"),
        ('budget_gbp = 1\nexclusive = [["a"]]', "needs two or more different site ids, not ['a']"),
        ('budget_gbp = 1\nprerequisites = [["a", "a"]]', "needs a site and the other it needs, not ['a', 'a']"),
        ("budget_gbp = 1\naffordable_share = 20", "affordable_share"),
        ("budget_gbp = 1\nbuget = 2", "unknown key 'buget'"),
    ],
)
def test_what_makes_no_programme_is_refused_with_the_nearest_name(tmp_path, stated, words):
    assert words in faults_of(tmp_path, f"[programme]\n{stated}\n")
