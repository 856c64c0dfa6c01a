"""What changed since a run is stated when it is ranked again."""

from __future__ import annotations

import json
import shutil

import pytest

import siteprior as sp
from siteprior.core.errors import RunWarning
from siteprior.core.files import shipped


def test_files_and_numbers_that_changed_since_the_run_are_stated(sample_run, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(shipped("data"), data)
    shutil.copytree(sample_run, tmp_path / "run")
    register = data / "sites" / "walsall.csv"
    register.write_bytes(register.read_bytes() + b"\n")
    path = tmp_path / "run" / "run.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    (one,) = (row for row in record["parameters"] if row["name"] == "access.walk_factor")
    one["value"] = 1.5
    path.write_text(json.dumps(record | {"siteprior": "0.0.9"}), encoding="utf-8")
    with pytest.warns(RunWarning) as stated:
        sp.rerank(sp.load_project(data / "demo.toml", data_root=data), run=tmp_path / "run")
    texts = [str(warning.message) for warning in stated]
    assert [text.partition(":")[0] for text in texts] == [
        "1 file changed since (sites/walsall.csv)",
        f"the run was made by siteprior 0.0.9, this is {sp.__version__}",
        "1 number of siteprior changed since (access.walk_factor)",
    ]
