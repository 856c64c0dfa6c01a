"""Assumptions against what the files hold: the same refusal before the appraisal, whoever asks."""

from __future__ import annotations

from types import MappingProxyType

import pandas as pd
import pytest

from factories.results import at_points, plain_project, small_result
from factories.small import LAYER, small_project
from siteprior.core.errors import ProjectError
from siteprior.core.progress import no_progress
from siteprior.pipeline.assumed import refuse_unfit
from siteprior.pipeline.find_faults import find_faults
from siteprior.pipeline.result import Result
from siteprior.pipeline.stages import READING, STAGES, run_stages


def with_layer(values, **assumptions):
    sites = at_points(*[(400_000 + place, 290_000) for place in range(len(values))], register="own list")
    measured = pd.DataFrame({"mine": values}, index=sites.index)
    project = plain_project(assumptions=assumptions)
    return small_result(sites, project=project, columns=MappingProxyType({"layers": measured}))


def refusal(result):
    with pytest.raises(ProjectError) as refused:
        refuse_unfit(result)
    return "; ".join(refused.value.faults)


def test_words_other_than_yes_and_no_are_no_centres():
    words = refusal(with_layer(["yes", "Solihull 901E", None, "Solihull 901E"], centres="mine"))
    assert "[assumptions] centres: needs yes or no, but layer 'mine' holds Solihull 901E at 2 of 4 sites" in words
    refuse_unfit(with_layer(["yes", "no", None], centres="mine"))


def test_per_cent_are_no_shares():
    words = refusal(with_layer([0.5, 62.0, 100.0], former_use_layers={"B": "mine"}))
    assert "former_use_layers.B: needs shares of the site, 0–1, but layer 'mine' holds 62, 100 at 2 of 3 sites" in words
    refuse_unfit(with_layer([0.0, 1.0, None], former_use_layers={"B": "mine"}))


def test_a_register_of_which_no_site_is():
    words = refusal(with_layer([1.0], employment_use={"own lst": "warehouse"}))
    assert (
        "employment_use.own lst: unknown register 'own lst'; did you mean 'own list'? Valid: employment land" in words
    )
    refuse_unfit(with_layer([1.0], employment_use={"own list": "warehouse"}))
    refuse_unfit(with_layer([1.0], employment_use="warehouse"))


def test_check_refuses_it_too_with_file_line_and_layer(tmp_path):
    words = LAYER.replace("unit", "text = true\nunit").replace('criterion = {group = "need", worst = 0, best = 50}', "")
    words = words.replace("Proportion of households fuel poor (%)", "LSOA Name")
    added = '\n[assumptions]\ncentres = "fuel_poverty"\nemployment_use = {dudly = "warehouse"}\n'
    project = small_project(tmp_path, append=added + words)
    done = find_faults(project, tmp_path / "out", progress=no_progress)
    lines = (tmp_path / "project.toml").read_text(encoding="utf-8").splitlines()
    first, second = done.faults.sentences
    with pytest.raises(ProjectError) as refused:
        run_stages(run_stages(Result(project), READING), STAGES[len(READING) :])
    assert refused.value.faults == done.faults.sentences
    where = lines.index('centres = "fuel_poverty"') + 1
    assert first.startswith(f"{tmp_path / 'project.toml'}:{where}: [assumptions] centres: needs yes or no, but layer")
    assert second.startswith(f"{tmp_path / 'project.toml'}:{where + 1}: [assumptions] employment_use.dudly: unknown")
