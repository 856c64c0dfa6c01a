"""What a project's files become: the optional ones in particular."""

from __future__ import annotations

import pytest

from factories.sample import sample_text
from siteprior.core.files import shipped
from siteprior.pipeline.run import read_inputs
from siteprior.project.load import load_project


@pytest.fixture(scope="module")
def texts():
    folder = shipped("data")
    plain = sample_text(plain=True)
    return folder, plain, plain.replace("[sources]\n", '[sources]\npostcodes = ["market/codepoint.csv"]\n', 1)


def test_postcodes_are_read_passed_on_and_checked(texts, tmp_path):
    folder, *projects = texts
    read = []
    for number, text in enumerate(projects):
        path = tmp_path / f"{number}.toml"
        path.write_text(text, encoding="utf-8")
        read.append(read_inputs(load_project(path, data_root=folder)))
    without, told = read
    (origin,) = [read for read in told.provenance if read.role == "postcodes"]
    assert origin.file == "market/codepoint.csv"
    assert (origin.publisher, origin.licence) == ("Ordnance Survey", "Open Government Licence v3.0")
    assert origin.attribution == (
        "Contains OS data © Crown copyright and database right. "
        "Contains Royal Mail data © Royal Mail copyright and database right. "
        "Contains National Statistics data © Crown copyright and database right."
    )
    assert not any(read.role == "postcodes" for read in without.provenance)
    assert told.sites_merged.index.equals(without.sites_merged.index)
    sure = without.sites_merged["coordinate_confidence"] == "high"
    assert told.sites_merged.loc[sure, "geometry"].geom_equals(without.sites_merged.loc[sure, "geometry"]).all()
