"""What a run records of open verdicts: the keys its files were read by, the tables, and the counts."""

from __future__ import annotations

import pandas as pd

from factories.open_verdicts import as_tables, random_records
from factories.results import plain_project, small_result
from siteprior.core import schema
from siteprior.core.progress import no_progress
from siteprior.pipeline.open_evidence import list_open_evidence, loaded_keys, open_evidence


def test_the_keys_of_a_project_are_those_it_names():
    keys = loaded_keys(plain_project())
    assert {"registers", "stops", "sales"} <= set(keys)
    assert "parcels" in keys
    assert "households" not in keys  # the sample leaves them out
    assert list(keys) == sorted(keys)
    assert "sales" not in loaded_keys(plain_project(sources={"sales": ()}))


def test_the_stage_lists_every_site_and_counts_the_ranked():
    sites, signals = as_tables(random_records(12, 11))
    ranked = sites.assign(rank=pd.array([*range(1, 7), *[None] * 6], dtype="Int64"))
    project = plain_project(sources={"sales": ()})
    done = list_open_evidence(small_result(project=project, sites=ranked, signals=signals), no_progress)
    assert set(done.evidence_gaps["site_id"]) == set(sites.index)
    together = done.evidence_files.set_index("keys").loc["all of them"]
    assert together["open_sites"] <= 6
    assert together["could_decide_considered"] >= together["could_decide"]
    assert "households, sales" in set(done.evidence_files["keys"])


def test_the_record_counts_ranked_sites_alone():
    sites = pd.DataFrame({"rank": [1, 2, None], "settled": ["yes", "no", "yes"]})
    files = schema.conform(pd.DataFrame({"keys": ["parcels"], "open_sites": [1]}), schema.EVIDENCE_FILES)
    found = open_evidence(sites, files)
    assert (found["settled"], found["open"]) == (1, 1)
    assert found["files"][0]["keys"] == "parcels"
    assert found["files"][0]["shows"] is None
