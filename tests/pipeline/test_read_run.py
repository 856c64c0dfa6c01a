"""The files of a run, read back, or refused in our words."""

from __future__ import annotations

import pytest

import siteprior as sp
from siteprior.pipeline.read_run import layers_in, read_attributes, read_layer, read_record, read_sites_layer


def test_sites_and_their_attributes_come_back_as_one_table(sample_run):
    path = sample_run / "shortlist.gpkg"
    sites = read_sites_layer(path, "sites", read_attributes(path))
    assert {"rank", "planning_permission_history"} <= set(sites)
    assert len(sites) == read_record(sample_run / "run.json")["counts"]["sites"]


def test_what_is_no_run_and_no_layer_is_refused(sample_run, tmp_path):
    assert {"sites", "site_attributes"} <= layers_in(sample_run / "shortlist.gpkg")
    with pytest.raises(sp.InputError, match="holds no layer 'sitez'"):
        read_layer(sample_run / "shortlist.gpkg", "sitez")
    (tmp_path / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(sp.InputError, match="is not JSON"):
        read_record(tmp_path / "run.json")
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(sp.InputError, match="is not the record of a run"):
        read_record(tmp_path / "run.json")
