"""Names of files made from names in the data."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from siteprior.report.file_names import dossier_files, file_names


def test_a_dossier_is_named_after_its_site():
    assert dossier_files(["E08000025:S112"]) == {"E08000025:S112": "dossiers/e08000025_s112.html"}


@given(st.text(max_size=30))
def test_a_name_becomes_letters_figures_and_single_underscores(name):
    made = file_names([name])[name]
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", made)
    assert file_names([made]) == {made: made}


@given(st.lists(st.text("Aa é-1", max_size=4), unique=True, max_size=6))
def test_no_two_corridors_have_one_name_whatever_their_order(corridors):
    made = file_names(corridors)
    assert len(set(made.values())) == len(corridors)
    assert file_names(reversed(corridors)) == made


def test_a_long_name_is_cut_and_still_its_own():
    names = ["Works" * 60 + end for end in ("a", "b")]
    made = file_names(names)
    assert len(set(made.values())) == 2
    assert {len(name) for name in made.values()} == {89}
    assert file_names(["a" * 80]) == {"a" * 80: "a" * 80}


def test_names_alike_bear_figures_of_their_own_and_others_do_not():
    made = file_names(["Line 1", "Line-1", "Line 2", "Ü"])
    assert made["Line 2"] == "line_2"
    assert [re.sub(r"[0-9a-f]{8}$", "#", made[name]) for name in ("Line 1", "Line-1", "Ü")] == [
        "line_1_#", "line_1_#", "#"
    ]  # fmt: skip


def test_names_windows_keeps_and_long_ones_and_those_that_look_like_another_get_figures():
    names = ["CON", "com1", "x" * 300, "x" * 301, "Line A", "Line a", "line_a_535fbda4"]
    made = file_names(names)
    assert len(set(made.values())) == len(names)
    assert made["CON"].startswith("con_")
    assert made["com1"].startswith("com1_")
    assert max(map(len, made.values())) <= 89
    assert file_names(reversed(names)) == made
