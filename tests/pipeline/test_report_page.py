"""The page of a result carries the run: its sites, its layers, and the values it ranked by."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from siteprior.pipeline.report_page import report_page
from siteprior.ranking.scoring import normalised


@pytest.fixture(scope="module")
def facts(sample_assessment):
    return json.loads(report_page(sample_assessment))


def test_every_site_has_its_row_and_every_layer_is_there(facts, sample_assessment):
    assert facts["sites"]["id"] == list(sample_assessment.sites.index)
    assert facts["first"] == len(sample_assessment.shortlist)
    assert set(facts["layers"]) == {"areas", "councils", "corridors", "stops", "bus_stops", "catchments", "streets"}
    assert facts["left_out"] == []
    assert sum(facts["sites"]["programme"]) == len(sample_assessment.programme)


def test_weights_are_the_run_s_and_its_values_make_its_scores(facts, sample_assessment):
    stated = {one["name"]: one["weight"] for one in facts["weights"]["criteria"]}
    assert stated == pytest.approx(normalised(sample_assessment.weights))
    total = sum(stated.values())
    scores = sum(
        weight / total * np.frombuffer(base64.b64decode(facts["weights"]["values"][name]))
        for name, weight in stated.items()
    )
    ids = sample_assessment.sites.index[facts["weights"]["rows"]]
    assert scores == pytest.approx(sample_assessment.sites.loc[ids, "score"].to_numpy(), abs=1e-12)


def test_every_shortlisted_site_leads_to_its_dossier(facts):
    links = [
        link for link, listed in zip(facts["sites"]["dossier"], facts["sites"]["shortlisted"], strict=True) if listed
    ]
    assert all(link.startswith("dossiers/") and link.endswith(".html") for link in links)
    assert facts["sites"]["dossier"].count(None) == len(facts["sites"]["id"]) - len(links)
