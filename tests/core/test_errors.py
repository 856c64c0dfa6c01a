"""Errors of a bad call: every fault at once, the kind Python knows, and the nearest valid name."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError, OutputError, ProjectError, SitePriorError, unknown

NAMES = ["capacity", "corridor_access", "deprivation"]


def test_unknown_without_a_near_name_lists_all():
    assert unknown("gate", "xyz", ["b", "a"], where="p.toml") == "p.toml: unknown gate 'xyz'; Valid: a, b"


def test_every_fault_has_a_line_and_can_be_counted():
    error = SitePriorError("a.csv: is empty", "b.csv: there is no such file")
    assert error.faults == ("a.csv: is empty", "b.csv: there is no such file")
    assert str(error) == "a.csv: is empty\nb.csv: there is no such file"
    assert SitePriorError().faults == ()


@pytest.mark.parametrize(
    ("kind", "python"), [(InputError, ValueError), (ProjectError, ValueError), (OutputError, OSError)]
)
def test_each_kind_is_caught_as_siteprior_s_and_as_python_s(kind, python):
    for caught in (SitePriorError, python):
        with pytest.raises(caught) as raised:
            raise kind("a.csv: is empty", "b.csv: is empty")
        assert raised.value.faults == ("a.csv: is empty", "b.csv: is empty")
        assert str(raised.value) == "a.csv: is empty\nb.csv: is empty"


@pytest.mark.parametrize("kind", [SitePriorError, InputError, ProjectError, OutputError])
def test_an_error_comes_whole_out_of_another_process(kind):
    again = pickle.loads(pickle.dumps(kind("one", "two")))
    assert (type(again), again.faults, str(again)) == (kind, ("one", "two"), "one\ntwo")


@pytest.mark.parametrize(
    ("given_", "near"),
    [("corridor_acces", "corridor_access"), ("DEPRIVATION", "deprivation"), (" capacity ", "capacity"), ("xyz", None)],
)
def test_the_nearest_name_is_offered_whatever_its_case(given_, near):
    hint = f" did you mean '{near}'?" if near else ""
    valid = "Valid: capacity, corridor_access, deprivation"
    assert unknown("criterion", given_, NAMES) == f"unknown criterion '{given_}';{hint} {valid}"


def test_where_no_name_is_valid_it_says_so():
    assert unknown("route", "X1", []) == "unknown route 'X1'; Valid: (none)"


@given(st.text(max_size=12), st.lists(st.text("abc_", min_size=1, max_size=6), max_size=5))
def test_all_names_are_listed_in_order_and_only_they_are_offered(name, known):
    said = unknown("name", name, known, where="p.toml")
    assert said.startswith(f"p.toml: unknown name '{name}';")
    assert said.endswith(f" Valid: {', '.join(sorted(known)) or '(none)'}")
    offered = said.removeprefix(f"p.toml: unknown name '{name}';").rpartition(" Valid: ")[0]
    assert offered in {"", *(f" did you mean '{one}'?" for one in known)}


def test_of_very_many_names_the_nearest_are_listed():
    names = ["Oldham", "Oldfield", "Aldham", "Old Ham", "Odham", *(f"{number:03}" for number in range(146))]
    assert unknown("council", "Oldam", names) == (
        "unknown council 'Oldam'; did you mean 'Oldham'? Valid: Aldham, Odham, Old Ham, Oldfield, Oldham and 151 in all"
    )
    assert ", 144, Aldham, Odham, " in unknown("council", "Oldam", names[:150])


def test_a_long_list_of_valid_names_stands_once_in_the_message_and_in_every_fault():
    names = [f"criterion_{n}" for n in range(9)]
    error = SitePriorError(*(unknown("criterion", given, names) for given in ("criterion_x", "zzz")), "other")
    assert all("Valid: criterion_0" in fault for fault in error.faults[:2])
    first, second, third = str(error).splitlines()
    assert first == "unknown criterion 'criterion_x'; did you mean 'criterion_8'? The valid ones stand below"
    assert second.endswith("criterion_8")
    assert third == "other"
    assert "stand below" not in str(SitePriorError(unknown("gate", "a", "bc"), unknown("gate", "d", "bc")))


def test_control_signs_of_a_damaged_file_are_written_out():
    error = InputError("a.csv: it has c\x00o, \x1b[31mred\x1b[0m and é", "b.csv: \u202etxt")
    assert error.faults == (r"a.csv: it has c\x00o, \x1b[31mred\x1b[0m and é", r"b.csv: \u202etxt")
    assert str(error) == "\n".join(error.faults)
