"""The faults of a project file: the place as a reader finds it, and a sentence that says what would be right."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from siteprior.project.faults import (
    Fault,
    address,
    annotation_of,
    bounds,
    choices_in,
    faults_of,
    keys,
    keys_of,
    marks_of,
    models_in,
    range_words,
    refuse,
    several,
    unit_of,
)
from siteprior.project.kinds import Day, Flag, Number, Settings, Text, Whole, key


def _even(number):
    if number % 2:
        raise refuse(f"{number} is odd")
    return number


class Part(Settings):
    """A part."""

    share: Annotated[Number, Field(gt=0, le=1), key("A share", unit="share")]
    kind: Annotated[Literal["rail", "metro"], key("A kind", title="kind of corridor")] = "rail"


class Other(Settings):
    """Another part, told by its kind."""

    kind: Annotated[Literal["bus"], key("A kind")] = "bus"
    stops: Annotated[Whole, key("Stops")]


class Sheet(Settings):
    """A table of the project file."""

    name: Annotated[Text, key("A name")]
    day: Annotated[Day | None, key("A day")] = None
    on: Annotated[Flag, key("A flag")] = True
    even: Annotated[Annotated[Whole, AfterValidator(_even)], key("An even number")] = 2
    parts: Annotated[tuple[Part, ...], key("Parts"), Field(min_length=1)] = (Part(share=1),)
    other: Annotated[Annotated[Part | Other, Field(discriminator="kind")] | None, key("A part of either kind")] = None
    named: Annotated[dict[str, Annotated[Number, Field(ge=0)]], key("Numbers by name")] = Field({}, alias="by-name")


def faults(**stated):
    with pytest.raises(ValidationError) as raised:
        Sheet.model_validate({"name": "a", **stated})
    return [fault.sentence() for fault in faults_of(raised.value, Sheet)]


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"nam": 1}, "unknown key 'nam'; did you mean 'name'? Valid: by-name, day, even, name, on, other, parts"),
        ({"name": " "}, "[name]: needs text, not ' '"),
        ({"name": 3}, "[name]: needs text, not 3"),
        ({"day": 3}, "[day]: needs a day such as 2029-04-01, not 3"),
        ({"day": "soon"}, "[day]: needs a day such as 2029-04-01, not 'soon'"),
        ({"on": "yes"}, "[on]: needs true or false, not 'yes'"),
        ({"even": 1.5}, "[even]: needs a whole number, not 1.5"),
        ({"even": 3}, "[even]: 3 is odd"),
        ({"parts": []}, "[parts]: needs a list that names at least one, not []"),
        ({"parts": 3}, "[parts]: needs a list, not 3"),
        ({"parts": [{"share": 1}, {}]}, "[parts] [2]: the key 'share' is missing; add it"),
        ({"parts": [{"share": 0}]}, "[parts] [1].share: needs a number above 0 and at most 1 share, not 0"),
        (
            {"parts": [{"share": 1, "kind": "rai"}]},
            "[parts] [1].kind: unknown kind of corridor 'rai'; did you mean 'rail'? Valid: metro, rail",
        ),
        ({"other": {"kind": "bus"}}, "[other]: the key 'stops' is missing; add it"),
        ({"other": {"kind": "metro", "share": 1, "stop": 2}}, "[other]: unknown key 'stop'; Valid: kind, share"),
        ({"by-name": {"x": -1}}, "[by-name] x: needs a number of at least 0, not -1"),
    ],
)
def test_each_fault_has_its_place_and_its_sentence(stated, said):
    assert faults(**stated) == [said]


def test_every_fault_is_found_each_once():
    assert faults(on=3, even=3, parts=[{"share": 2}, {"share": "x"}]) == [
        "[on]: needs true or false, not 3",
        "[even]: 3 is odd",
        "[parts] [1].share: needs a number above 0 and at most 1 share, not 2",
        "[parts] [2].share: needs a number, not 'x'",
    ]


def test_a_missing_table_is_called_a_table():
    class Top(BaseModel):
        head: Part
        title: str

    with pytest.raises(ValidationError) as raised:
        Top.model_validate({})
    assert [fault.sentence() for fault in faults_of(raised.value, Top)] == [
        "the table [head] is missing; add it", "the key 'title' is missing; add it",
    ]  # fmt: skip


def _two_faults(value):
    raise several([Fault((1, "share"), "is odd"), Fault(("x",), "is even", ())])


class Judged(BaseModel):
    """A table whose list is always wrong."""

    parts: Annotated[list[int], AfterValidator(_two_faults)]


def test_faults_of_a_validator_keep_their_places_within():
    with pytest.raises(ValidationError) as raised:
        Judged.model_validate({"parts": [1]})
    assert faults_of(raised.value, Judged) == [
        Fault(("parts", 1, "share"), "is odd"),
        Fault(("parts", "x"), "is even", ("parts",)),
    ]


def test_a_fault_within_a_larger_table_moves_both_its_places():
    fault = Fault(("share",), "is odd", ())
    assert fault.within(("layers", 0)) == Fault(("layers", 0, "share"), "is odd", ("layers", 0))
    assert fault.within(("layers", 0)).sentence() == "layers[1]: is odd"
    assert Fault(("share",), "is odd").within(("layers", 0)).sentence(keys) == ".layers[1].share: is odd"
    assert Fault((), "is odd").sentence() == "is odd"


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (("project", "title"), "[project] title"),
        (("sources", "registers", 0), "[sources] registers[1]"),
        (("assumptions", "costs"), "[assumptions.costs]"),
        (("assumptions", "centres"), "[assumptions] centres"),
        (("scenarios", 2, "cut", 0, "share"), "scenarios[3].cut[1].share"),
        (("gates",), "[gates]"),
    ],
)
def test_a_place_is_named_as_the_file_has_it(path, named):
    assert address(path) == named


def test_what_is_declared_of_a_key_is_found_wherever_it_stands():
    fields = keys_of(Part)
    assert bounds(fields["share"]) == {"gt": 0, "le": 1}
    assert bounds(None) == {}
    assert unit_of(fields["share"]) == "share"
    assert unit_of(fields["kind"]) == unit_of(None) == ""
    assert "by-name" in keys_of(Sheet)
    assert "named" not in keys_of(Sheet)
    # the bound of a number in a table of them stands inside its annotation
    assert [mark.ge for mark in marks_of(keys_of(Sheet)["by-name"]) if hasattr(mark, "ge")] == [0]


def test_models_and_choices_are_found_inside_annotations():
    assert models_in(tuple[Part, ...] | None) == [Part]
    assert models_in(annotation_of(Sheet, "other")) == [Part, Other]
    assert models_in(int) == []
    assert choices_in(Annotated[Literal["a", "b"] | None, 3]) == ("a", "b")
    assert choices_in(str | int) == ()
    assert annotation_of(Part, "colour") is None


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_closed_range_names_both_ends(low, high):
    assert range_words({"ge": low, "le": high}, "m") == f"from {low:.12g} to {high:.12g} m"
    assert range_words({"gt": low, "lt": high}) == f"above {low:.12g} and below {high:.12g}"
    assert range_words({}) == ""
