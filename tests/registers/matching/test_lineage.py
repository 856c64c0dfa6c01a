"""What sites came from: the register's own field, its notes, and letters added to references."""

from __future__ import annotations

import pytest

from factories.registers import D18, D19, D20, linked, vintage
from siteprior.core.parameters import load_parameters
from siteprior.registers.matching.lineage import origins


def chains(*vintages):
    council, log = linked(*vintages)
    return origins([council], log).chains


def test_an_origin_stated_twice_counts_from_the_earliest_vintage():
    first = vintage(A1={}, B2={"part_of_stated": "A1", "at": (500, 0)})
    later = vintage(A1={}, B2={"part_of_stated": "A1; none", "at": (500, 0)})
    council, log = linked((D18, first), (D19, later))
    lineage = origins([council], log)
    assert lineage.chains == {"E1:B2": ["E1:A1"]}
    (event,) = lineage.events["E1:B2"]
    assert (event.published, event.event, event.after, event.basis) == (D18, "part of", "E1:A1", "stated: A1")
    assert (event.file, event.row) == ("a.csv", 3)


def test_origins_are_followed_through_notes_letters_and_generations():
    old = vintage(A1={"hectares": 1.0}, C3={"at": (900, 0)})
    new = vintage(A1A={"at": (10, 0)}, C3={"at": (900, 0), "notes": "Previously part of site A1A. Cleared."})
    council, log = linked((D18, old), (D20, new))
    assert origins([council], log).chains == {"E1:A1A": ["E1:A1"], "E1:C3": ["E1:A1A", "E1:A1"]}


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("A1", ["E1:A1"]),
        ("a/001", ["E1:A1"]),
        ("part of site A1", ["E1:A1"]),
        ("Ref. A1 and A2", ["E1:A1", "E1:A2"]),
        ("A2, A1", ["E1:A1", "E1:A2"]),  # statements of one day are in the order of the ids
        ("A1 / A2", ["E1:A1", "E1:A2"]),
    ],
)
def test_the_registers_own_field_names_one_origin_or_several(text, chain):
    assert chains((D18, vintage(A1={}, A2={}, B2={"part_of_stated": text, "at": (500, 0)}))) == {"E1:B2": chain}


@pytest.mark.parametrize(("text", "reported"), [("0", 0), (" - ", 0), ("", 0), ("Z9", 1), ("yes", 1)])
def test_a_field_that_names_no_reference_is_reported_unless_it_is_blank(text, reported):
    council, log = linked((D18, vintage(A1={}, B2={"part_of_stated": text, "at": (500, 0)})))
    assert origins([council], log).chains == {}
    assert [(row["row"], row["field"], row["value"]) for row in log.rows] == [(3, "part_of_stated", text)] * reported


def test_a_site_is_no_part_of_itself():
    assert chains((D18, vintage(A1={"part_of_stated": "A1"}))) == {}


@pytest.mark.parametrize("phrase", load_parameters("history").texts("grew_out_of"))
def test_phrases_of_what_a_site_was(phrase):
    notes = f"Cleared. {phrase.title()}: A1; now vacant"
    assert chains((D18, vintage(A1={}, B2={"notes": notes, "at": (500, 0)}))) == {"E1:B2": ["E1:A1"]}


@pytest.mark.parametrize("phrase", load_parameters("history").texts("became"))
def test_phrases_of_what_became_of_a_site_turn_the_origin_round(phrase):
    notes = f"{phrase} ref. A1 (2019)"
    assert chains((D18, vintage(A1={}, B2={"notes": notes, "at": (500, 0)}))) == {"E1:A1": ["E1:B2"]}


@pytest.mark.parametrize(
    "notes",
    [
        "Near A1",
        "Formerly part of the depot",
        "Formerly part of 12 cottages",
        "was part",
        "formerly listed as Z9",
        None,
    ],
)
def test_notes_without_a_phrase_or_a_reference_after_it_say_nothing(notes):
    council, log = linked((D18, vintage(A1={}, **{"12": {"at": (900, 0)}}, B2={"notes": notes, "at": (500, 0)})))
    assert origins([council], log).chains == {}
    assert log.rows == []


def test_a_bare_number_counts_where_it_stands_alone():
    sites = vintage(**{"12": {}}, B2={"notes": "Formerly site 12, cleared", "at": (500, 0)})
    assert chains((D18, sites)) == {"E1:B2": ["E1:12"]}


@pytest.mark.parametrize(
    ("hectares", "east", "is_part"),
    [(0.1, 50, True), (0.1, 51, False), (1.0, 56, True), (1.0, 57, False), (None, 50, True)],
)
def test_a_letter_added_counts_inside_the_older_sites_disc_or_50_m(hectares, east, is_part):
    # the disc of 1 ha has a radius of 56.4 m, that of 0.1 ha one of 17.8 m
    old, new = vintage(N594={"hectares": hectares}), vintage(N594A={"at": (east, 0)})
    assert chains((D18, old), (D19, new)) == ({"E1:N594A": ["E1:N594"]} if is_part else {})


def test_a_letter_added_in_the_same_vintage_is_no_origin():
    assert chains((D18, vintage(N594={}, N594A={"at": (5, 0)}))) == {}


def test_origins_that_name_each_other_end():
    both = vintage(A1={"part_of_stated": "B2"}, B2={"part_of_stated": "A1", "at": (500, 0)})
    assert chains((D18, both)) == {"E1:A1": ["E1:B2"], "E1:B2": ["E1:A1"]}


def test_references_of_another_council_are_no_origin():
    one = vintage(A1={"part_of_stated": "B2"})
    other = vintage(B2={})
    other.index = other.index.str.replace("E1", "E2")
    from siteprior.core.issues import IssueLog
    from siteprior.registers.matching.link_versions import link_versions

    log = IssueLog()
    assert origins(link_versions([(D18, one), (D18, other)], log), log).chains == {}
    assert [row["value"] for row in log.rows] == ["B2"]
