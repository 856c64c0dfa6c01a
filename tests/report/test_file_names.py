"""Names of files made from names in the data."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from siteprior.report.file_names import dossier_files, file_names


def test_names_that_would_be_one_get_their_own_figures():
    assert file_names(["Line A", "Line a", "B"]) == {"Line A": "line_a_535fbda4", "Line a": "line_a_f4704c39", "B": "b"}


def test_a_dossier_is_named_after_its_site():
    assert dossier_files(["E08000025:S112"]) == {"E08000025:S112": "dossiers/e08000025_s112.html"}


@given(st.sets(st.text(min_size=0, max_size=20), max_size=20))
def test_no_name_leaves_its_folder_and_no_two_are_alike(names):
    made = file_names(names)
    assert all(re.fullmatch("[a-z0-9_]+", name) for name in made.values())
    assert len(set(made.values())) == len(names)
    assert file_names(reversed(sorted(names))) == made
