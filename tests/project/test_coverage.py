"""Where a published layer looked, as a project file may state it."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from siteprior.project.coverage import PublishedLayer, box_of, councils_of, file_of
from siteprior.project.faults import faults_of

BOX = ("393000", "277000", "421000", "301000")


@pytest.mark.parametrize(
    ("stated", "kept", "box", "councils", "file"),
    [
        ("england", ("England",), None, (), None),
        ([393000, 277000, 421000, 301000], BOX, (393000.0, 277000.0, 421000.0, 301000.0), (), None),
        ("e08000025", ("E08000025",), None, ("E08000025",), None),
        (["E08000025", "E08000026"], ("E08000025", "E08000026"), None, ("E08000025", "E08000026"), None),
        ("evidence/surveyed.gpkg", ("evidence/surveyed.gpkg",), None, (), "evidence/surveyed.gpkg"),
        ("a\\b.gpkg", ("a\\b.gpkg",), None, (), "a/b.gpkg"),
    ],
)
def test_each_form_is_known(stated, kept, box, councils, file):
    coverage = PublishedLayer.model_validate({"path": "a.shp", "coverage": stated}).coverage
    assert coverage == kept
    assert (box_of(coverage), councils_of(coverage), file_of(coverage)) == (box, councils, file)


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ("Coventry", "'Coventry' is no ONS code; that of Coventry is E08000026"),
        ([1, 2, 3], r"needs .England., a box \[west, south, east, north\] in metres"),
        ([421000, 277000, 393000, 301000], "west below east and south below north"),
        ([1, 2, 3, float("nan")], "west below east and south below north"),
        (["a.gpkg", "b.gpkg"], "needs .England., a box"),
        ([], "at least one"),
        (5, "needs .England., a box"),
        ({"no": 1}, "list|tuple"),
    ],
)
def test_what_states_no_place_is_refused(stated, says):
    with pytest.raises(ValidationError) as raised:
        PublishedLayer.model_validate({"path": "a.shp", "coverage": stated})
    [fault] = faults_of(raised.value, PublishedLayer)
    assert re.search(says, fault.sentence())
    assert fault.at == ("coverage",)
