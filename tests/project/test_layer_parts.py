"""The parts of a layer's declaration: keys as the file writes them, and the signals there are when it is loaded."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from siteprior.core.schema import allowed_values
from siteprior.project.faults import faults_of
from siteprior.project.layer_parts import (
    GRADES,
    GROUP,
    Extent,
    LayerCriterion,
    LayerGate,
    LayerSignal,
    Lookup,
    Where,
)

SIGNAL = {"letter": "X", "zero": 0, "full": 1, "grade": "B", "reason": "industry on the site"}


def said(model, **stated):
    with pytest.raises(ValidationError) as raised:
        model.model_validate(stated)
    return [fault.sentence(lambda path: ".".join(map(str, path))) for fault in faults_of(raised.value, model)]


def test_values_that_count_are_compared_as_trimmed_text():
    assert Where(column="zone", values=3).values == ("3",)
    assert Where(column="zone", values=[3, " 2a "]).values == ("3", "2a")
    assert said(Where, column="zone", values=[]) == ["values: needs a list that names at least one, not []"]


def test_a_lookup_is_written_from_and_to():
    look = Lookup.model_validate({"path": "l.csv", "from": "LSOA21CD", "to": "MSOA21CD", "year": 2021})
    assert (look.column_from, look.column_to, look.year) == ("LSOA21CD", "MSOA21CD", 2021)
    assert Lookup.model_validate({"path": "m.gpkg", "to": "MSOA21CD"}).column_from == ""
    assert said(Lookup, path="l.csv", to="M", column_from="L")[0].startswith("unknown key 'column_from'")
    assert said(Lookup, path="l.csv") == ["the key 'to' is missing; add it"]


def test_what_a_criterion_may_leave_out():
    scale = LayerCriterion(worst=1, best=0, source=2025)
    assert (scale.group, scale.source, scale.title) == (GROUP, "2025", "")
    assert said(LayerCriterion, worst="1", best=0) == ["worst: needs a number, not '1'"]


def test_a_gate_and_an_extent_take_what_they_state():
    assert LayerGate(at_most=0.5).at_least is None
    assert said(LayerGate, equals=" ") == ["equals: needs text, not ' '"]
    assert Extent(path="e.gpkg").layer is None


@pytest.mark.parametrize("grade", GRADES)
def test_every_grade_is_taken(grade):
    assert LayerSignal.model_validate({**SIGNAL, "grade": grade}).grade == grade


def test_letters_are_those_a_layer_may_show():
    letters = allowed_values("signal a layer shows")
    assert {"X", "C", "I", "P"} <= set(letters)
    for letter in letters:
        assert LayerSignal.model_validate({**SIGNAL, "letter": letter}).letter == letter
    assert said(LayerSignal, **{**SIGNAL, "letter": "V"}) == [
        f"letter: unknown signal 'V'; Valid: {', '.join(sorted(letters))}"
    ]
