"""Who may walk where, case by case."""

from __future__ import annotations

import pytest

from siteprior.core.parameters import load_parameters
from siteprior.sources.streets.walkable import CLOSED, NO_STREET, PRIVATE, UNKNOWN, WALKED, judge, stepped


def tags(text):
    return dict(pair.split("=") for pair in text.split())


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ("highway=footway", WALKED),
        ("highway=residential sidewalk=no", WALKED),
        ("highway=trunk", WALKED),
        ("highway=bridleway", WALKED),
        ("highway=cycleway", WALKED),
        ("highway=cycleway foot=no", CLOSED),
        ("highway=primary foot=no", CLOSED),
        ("highway=primary foot=use_sidepath", CLOSED),
        ("highway=trunk motorroad=yes", NO_STREET),
        ("highway=trunk motorroad=yes foot=yes", WALKED),
        ("highway=motorway", NO_STREET),
        ("highway=motorway_link access=yes", NO_STREET),
        ("highway=motorway_link foot=yes", WALKED),
        ("highway=service access=private", PRIVATE),
        ("highway=service access=private foot=permissive", WALKED),
        ("highway=service foot=private", PRIVATE),
        ("highway=service access=no", CLOSED),
        ("highway=service access=no foot=designated", WALKED),
        ("highway=track access=agricultural;forestry", PRIVATE),
        ("highway=track access=private;customers", WALKED),
        ("highway=service access=customers", WALKED),
        ("highway=service access=destination", WALKED),
        ("highway=service access=permit", PRIVATE),
        ("highway=path access=unknown", WALKED),
        ("highway=path foot=unknown access=private", PRIVATE),
        ("highway=construction foot=yes", NO_STREET),
        ("highway=proposed", NO_STREET),
        ("highway=raceway", NO_STREET),
        ("highway=boulevard", UNKNOWN),
    ],
)
def test_verdicts(told, verdict):
    assert judge(tags(told)) == verdict


@pytest.mark.parametrize(
    ("told", "closed"),
    [
        ("highway=steps", True),
        ("highway=steps wheelchair=yes", False),
        ("highway=steps ramp:wheelchair=yes", False),
        ("highway=steps ramp:wheelchair=yes wheelchair=no", True),
        ("highway=steps ramp:wheelchair=no", True),
        ("highway=footway", False),
        ("highway=footway wheelchair=no", True),
        ("highway=elevator", False),
    ],
)
def test_step_free(told, closed):
    assert stepped(tags(told)) is closed


def test_no_word_stands_in_two_lists_that_exclude_each_other():
    lists = load_parameters("streets")
    for names in (("walked", "walked_if_allowed", "not_walked"), ("open", "private", "closed")):
        words = [word for name in names for word in lists[name].value]
        assert len(words) == len(set(words))
