"""The words of a register's fields."""

from __future__ import annotations

import csv

import pytest

from siteprior.registers import vocabulary as words
from siteprior.registers.vocabulary import read_ownership, read_stage, read_type, read_word


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Not in Public Ownership", words.PRIVATE),
        ("not owned by a public aut", None),
        ("not-owned-by-a-public-authority", words.PRIVATE),
        ("NOT OWNED BY A PUBLIC AUTHORITITY.", words.PRIVATE),
        ("private individual", words.PRIVATE),
        ("owmed by a public authority", words.PUBLIC),
        ("Public Ownership", words.PUBLIC),
        ("in public ownership", words.PUBLIC),  # value_patches reads it as not public
        ("local authority", words.PUBLIC),  # value_patches reads it as not public
        ("Owned by the London Borough of Bromley", words.PUBLIC),
        ("public - thurrock council", words.PUBLIC),
        ("Ministry of Defense", words.PUBLIC),
        ("mixed", words.MIXED),
        ("partly owned by a public authority", words.MIXED),
        ("Unknown ownerhip", words.UNKNOWN),
        ("unkown ownership", words.UNKNOWN),
        ("swindon borough council and others", None),
        ("rec", None),
    ],
)
def test_ownership(text, meaning):
    if text == "not owned by a public aut":
        meaning = words.PRIVATE  # cut off by a field of 25 letters
    assert read_ownership(text) == meaning


def test_a_lost_not_is_never_forgiven():
    for text in ("owned by a public authority", "permissioned"):
        for table in (words.OWNERSHIP_WORDS, words.STATUS_WORDS):
            meant, negated = read_word(text, table), read_word(f"not {text}", table)
            assert meant is None or meant != negated


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Permissioned", words.GRANTED),
        ("permissoned", words.GRANTED),
        ("not permissoned", words.NOT_GRANTED),
        ("not permissionsed", words.NOT_GRANTED),
        ("No permissioned", words.NOT_GRANTED),
        ("Pending", words.PENDING),
        ("Pending decision (appeal lodged)", words.PENDING),
        ("allocation", None),
        ("mixed ownership", None),
    ],
)
def test_planning_status(text, meaning):
    assert read_word(text, words.STATUS_WORDS) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Full", words.FULL),
        ("full planning permisison", words.FULL),
        ("full-planning-permission", words.FULL),
        ("Outline", words.OUTLINE),
        ("Ouline Planning Permission", words.OUTLINE),
        ("outline planning permission 15/07/15", words.OUTLINE),
        ("reserved mattres approval", words.RESERVED),
        ("techincal details consent", words.TECHNICAL),
        ("Prior Approval (Class O - formerly J)", words.ORDER),
        ("planning permission", None),
        ("not permissioned", None),
        ("06/00588/REM", None),
        ("application refused/rejected", None),
    ],
)
def test_permission_type(text, meaning):
    assert read_type(text) == meaning


@pytest.mark.parametrize(
    ("text", "free", "stage"),
    [
        ("Under Construction", False, words.UNDER_CONSTRUCTION),
        ("Started", False, words.UNDER_CONSTRUCTION),
        ("Started", True, None),
        ("Completed During 2016/17", False, words.COMPLETED),
        ("Complete - 19/20", False, words.COMPLETED),
        ("completed", True, words.COMPLETED),
        ("Site completed.", True, words.COMPLETED),
        ("residential development has been completed on site", True, words.COMPLETED),
        ("residential developed is under construction on site", True, words.UNDER_CONSTRUCTION),
        ("12 units completed, 24 under construction", True, words.UNDER_CONSTRUCTION),
        ("DC/17/60558 - under construction", True, words.UNDER_CONSTRUCTION),
        ("site built in December 2017.", True, words.COMPLETED),
        ("planning permission expired", True, None),
        ("construction of 5 houses", True, None),
        ("Complete demolition of existing house and erection of 7 flats", True, None),
        ("demolition completed.", True, None),
        ("owned by a developer and expected to complete by 2025", True, None),
        ("not yet under construction", True, None),
        ("Proposed for allocation. Adjacent part of site currently under construction", True, None),
        ("2 phase scheme part 1 completed in 2009", True, None),
        ("Work has yet to commence on site", True, None),
        ("No start", False, None),
    ],
)
def test_building_stage(text, free, stage):
    assert read_stage(text, free=free) == stage


def test_the_public_pipelines_corrections_but_for_its_two_errors(real):
    path = real / "real/brownfield/spec/value_patches_digital-land_2020.csv"
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["field"] == "OwnershipStatus" and row["value"]]
    differ = {row["pattern"] for row in rows if (read_ownership(row["pattern"]) or row["value"]) != row["value"]}
    assert differ == {"in public ownership", "local authority"}


@pytest.mark.parametrize(
    ("text", "ownership"),
    [
        ("ownership unknown", words.UNKNOWN), ("Local Authority, Unknown", words.UNKNOWN),
        ("Public / private", words.MIXED),
        ("Private / Council", words.MIXED), ("Partly council", words.MIXED), ("not owned by the council", None),
        ("sold by the council", None), ("formerly council", None), ("public?", None), ("the council", words.PUBLIC),
        ("Council; local authority", words.PUBLIC), ("Local authority, Bloggs & Sons", None),
    ],
)  # fmt: skip
def test_owners_named_side_by_side(text, ownership):
    assert read_ownership(text) == ownership


def test_a_lost_not_is_never_forgiven_wherever_it_stands_and_a_doubt_is_none():
    for text in ("Permission not granted", "Not granted", "Not approved", "refused"):
        assert read_word(text, words.STATUS_WORDS) == words.NOT_GRANTED
    assert read_word("permissioned?", words.STATUS_WORDS) is None
    assert read_word("planning permission never granted", words.STATUS_WORDS) is None


def test_consent_is_permission():
    assert read_type("Full consent") == words.FULL
    assert read_word("Not consented", words.STATUS_WORDS) == words.NOT_GRANTED
    assert read_word("Consented", words.STATUS_WORDS) == words.GRANTED
