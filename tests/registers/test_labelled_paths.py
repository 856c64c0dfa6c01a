"""What the files of a reader of registers are called, and every fault of a call at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.registers.labelled_paths import label_paths

NAMES = st.lists(st.text("ab", min_size=1, max_size=2), max_size=5)


@given(NAMES)
def test_without_labels_files_are_called_by_their_paths(names):
    distinct = list(dict.fromkeys(names))
    if not distinct:
        with pytest.raises(InputError, match="paths: no register given; give one file at least"):
            label_paths(distinct, None, role="register")
        return
    given_paths = (Path(name) for name in distinct)  # any iterable
    assert label_paths(given_paths, None, role="register") == [(Path(name), name) for name in distinct]


def test_one_path_and_one_label_need_no_list():
    assert label_paths(Path("a.csv"), "A", role="register") == [(Path("a.csv"), "A")]
    assert label_paths("a.csv", ["A"], role="register") == [(Path("a.csv"), "A")]


@pytest.mark.parametrize(
    ("labels", "fault"),
    [
        ([], "files: 0 names for 2 paths; give one name per path"),
        (["A"], "files: 1 names for 2 paths"),
        ("A", "files: 1 names for 2 paths"),
        (["A", "A"], "files: named twice: A; each register is given once"),
    ],
)
def test_every_path_has_a_label_of_its_own(labels, fault):
    with pytest.raises(InputError, match=fault):
        label_paths(["a.csv", "b.csv"], labels, role="register")


def test_a_label_may_stand_twice_where_no_row_bears_it(tmp_path):
    path = tmp_path / "codepo.csv"
    assert label_paths([path, path], None, role="file", unique=False) == [(path, str(path))] * 2
    with pytest.raises(InputError, match="named twice"):
        label_paths([path, path], None, role="file")


def test_all_faults_of_a_call_are_named_at_once():
    with pytest.raises(InputError) as caught:
        label_paths(["a", "b", "c"], ["A", "A"], role="register", more_faults=["organisations: 1 codes"])
    assert caught.value.faults == (
        "files: 2 names for 3 paths; give one name per path",
        "files: named twice: A; each register is given once",
        "organisations: 1 codes",
    )
