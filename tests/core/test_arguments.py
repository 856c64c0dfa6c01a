"""What callers give: one name or many, days, mappings, names that stand already."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pandas as pd
import pytest

from siteprior.core.arguments import (
    day_of,
    mapping_of,
    name_list,
    refuse_function,
    refuse_registered,
    same_function,
    text_of,
)
from siteprior.core.errors import InputError, SitePriorError


def test_one_name_or_several():
    assert name_list("hectares", what="needs") == ("hectares",)
    for several in (["a", "b"], ("a", "b"), (name for name in "ab"), {"a": 1, "b": 2}, pd.Index(["a", "b"])):
        assert name_list(several, what="needs") == ("a", "b")
    assert name_list([], what="needs") == ()


@pytest.mark.parametrize("wrong", [None, 5, b"hectares", True])
def test_what_is_no_list_of_names_is_refused(wrong):
    with pytest.raises(InputError, match=r"needs: needs one name or several, got .*; give a text or a list of texts"):
        name_list(wrong, what="needs")


def test_every_entry_that_is_no_name_is_named():
    with pytest.raises(InputError) as caught:
        name_list(["hectares", None, " ", 3], what="gate 'x': needs")
    assert caught.value.faults == (
        "gate 'x': needs: None is no name; give a text",
        "gate 'x': needs: ' ' is no name; give a text",
        "gate 'x': needs: 3 is no name; give a text",
    )


def test_a_day_of_python_or_pandas():
    wanted = pd.Timestamp("2026-01-31")
    assert day_of("2026-01-31", name="as_of") == wanted
    for given in (date(2026, 1, 31), datetime(2026, 1, 31), wanted):
        assert day_of(given, name="as_of") == wanted


@pytest.mark.parametrize(
    "wrong",
    [None, "31.01.2026", "2026-02-30", "2026", "banana", 20260131, pd.NaT, pd.Timestamp("2026-01-31", tz="UTC"),
     datetime(2026, 1, 31, tzinfo=UTC)],
)  # fmt: skip
def test_what_is_no_day_is_refused(wrong):
    with pytest.raises(InputError, match=r"as_of: needs a day.* got "):
        day_of(wrong, name="as_of")


def test_mappings_pass_as_they_are():
    given = {"capacity": 1}
    assert mapping_of(given, name="weights", of="criterion → weight") is given
    for wrong in (None, [], "capacity", {"capacity"}):
        with pytest.raises(InputError, match="weights: needs a mapping criterion → weight, got"):
            mapping_of(wrong, name="weights", of="criterion → weight")


def test_a_name_that_stands_is_refused_with_what_it_stands_for():
    refuse_registered("signal", "N", {})
    with pytest.raises(SitePriorError, match="signal 'N': is registered already, as 'Noise'; use another letter"):
        refuse_registered("signal", "N", {"N": SimpleNamespace(title="Noise")}, another="letter")


def made_again(name="quiet"):
    def quiet(sites):
        return sites

    quiet.__qualname__ = name
    return quiet


def test_a_function_made_again_takes_the_place_of_the_first():
    stands = {"N": SimpleNamespace(title="Noise")}
    first, again = made_again(), made_again()
    assert same_function(first, again)
    refuse_registered("criterion", "N", stands, by=[again, first])
    others = (first, made_again("loud"), lambda sites: sites, made_again("f.<locals>.<lambda>"), SimpleNamespace())
    for other in others:
        assert not same_function(first, other)
        with pytest.raises(SitePriorError, match="is registered already"):
            refuse_registered("criterion", "N", stands, by=[other, first])
    assert not same_function(made_again("<lambda>"), made_again("<lambda>"))


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda sites: sites, r"gate 'x': its function is called with \(sites, as_of\), and takes \(sites\)"),
        (lambda sites, day, limits: sites, r"and takes \(sites, day, limits\)"),
        (5, r"gate 'x': needs a function that is called with \(sites, as_of\), got 5"),
        (None, "got None"),
    ],
)
def test_a_function_that_cannot_be_called_so_is_refused(function, says):
    with pytest.raises(InputError, match=says):
        refuse_function(function, "sites", "as_of", what="gate 'x'")


def test_functions_that_can_be_called_so_pass():
    for function in (lambda sites, day: sites, lambda *given: given, lambda sites, day, more=1: sites, max):
        refuse_function(function, "sites", "as_of", what="gate 'x'")


def test_a_text_is_a_text():
    assert text_of("Quiet", name="title") == "Quiet"
    for wrong in (None, 5, "", "  ", ["Quiet"], b"Quiet"):
        with pytest.raises(InputError, match="title: needs a text, got"):
            text_of(wrong, name="title")
