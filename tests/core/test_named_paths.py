"""What the files of a reader are called, and every fault of a call at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.named_paths import named_paths, one_path, read_each

NAMES = st.lists(st.text("ab", min_size=1, max_size=2), max_size=5)


@given(NAMES)
def test_without_labels_files_are_called_by_their_paths(names):
    distinct = list(dict.fromkeys(names))
    if not distinct:
        with pytest.raises(InputError, match="registers: no file given; give one at least"):
            named_paths(distinct, None, what="registers")
        return
    given_paths = (Path(name) for name in distinct)  # any iterable
    assert named_paths(given_paths, None, what="registers") == [(Path(name), name) for name in distinct]


def test_one_path_and_one_label_need_no_list():
    assert named_paths(Path("a.csv"), "A", what="registers") == [(Path("a.csv"), "A")]
    assert named_paths("a.csv", ["A"], what="registers") == [(Path("a.csv"), "A")]


@pytest.mark.parametrize(
    ("labels", "fault"),
    [
        ([], "registers: 0 names for 2 files; give each file one name"),
        (["A"], "registers: 1 names for 2 files"),
        ("A", "registers: 1 names for 2 files"),
        (["A", "A"], "registers: named twice: A; give each file a name of its own"),
    ],
)
def test_every_path_has_a_label_of_its_own(labels, fault):
    with pytest.raises(InputError, match=fault):
        named_paths(["a.csv", "b.csv"], labels, what="registers")


def test_a_label_may_stand_twice_where_no_row_bears_it(tmp_path):
    path = tmp_path / "codepo.csv"
    assert named_paths([path, path], None, what="files", unique=False) == [(path, str(path))] * 2
    with pytest.raises(InputError, match="files: given twice"):
        named_paths([path, path], None, what="files")


def test_all_faults_of_a_call_are_named_at_once():
    with pytest.raises(InputError) as caught:
        named_paths(["a", "b", "c"], ["A", "A"], what="registers", more_faults=["organisations: 1 codes"])
    assert caught.value.faults == (
        "registers: 2 names for 3 files; give each file one name",
        "registers: named twice: A; give each file a name of its own",
        "organisations: 1 codes",
    )


def test_names_go_with_paths_in_order():
    assert named_paths(iter(["a", Path("b")]), iter(["A", "B"]), what="x") == [(Path("a"), "A"), (Path("b"), "B")]
    assert one_path(["a"], "A", what="x", instead="") == (Path("a"), "A")
    with pytest.raises(InputError, match="x: 2 names for 1 files; give each file one name"):
        named_paths("a", ["A", "B"], what="x")


def test_what_is_read_comes_in_the_order_of_the_files():
    assert read_each(named_paths(["b", "a"], None, what="x"), lambda path, name: (path, name)) == [
        (Path("b"), "b"), (Path("a"), "a"),
    ]  # fmt: skip


def test_a_file_given_twice_is_refused():
    with pytest.raises(InputError, match=r"stops: given twice: a\.csv; each file is read once, name it once"):
        named_paths(["a.csv", "b.csv", "a.csv"], ["x", "y", "z"], what="stops")


def test_a_name_stands_once_whatever_its_file():
    with pytest.raises(InputError, match="stops: named twice: x; give each file a name of its own"):
        named_paths(["a.csv", "b.csv"], ["x", "x"], what="stops")


def test_one_file_given_twice_is_one_fault_and_not_two():
    with pytest.raises(InputError) as caught:
        named_paths(["a.csv", "c/../a.csv"], ["x", "x"], what="stops")
    assert len(caught.value.faults) == 1
