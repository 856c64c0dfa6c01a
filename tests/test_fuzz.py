"""Damaged files end in the same result, in issue rows or in a named error: 200 of them, over every reader.

``python benchmarks/fuzz_readers.py`` does the same with 2,000, and shows one case again by its seed and number.
"""

from __future__ import annotations

import time
import warnings
from random import Random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fuzz_readers
from fuzz_inputs import Case, Read, cases, records
from fuzz_mutations import damaged
from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog, issue_table

CASES = 200
SEED = 2026

KINDS = ("a.csv", "a.geojson", "a.xml", "a.zip", "a.gz", "a.toml", "a.tif")


def test_every_reader_ends_well_on_damaged_files():
    found = [outcome for outcome, _ in fuzz_readers.fuzz(CASES, SEED)]
    assert len(found) == CASES
    assert {outcome.kind for outcome in found} == set(cases())
    faults = [f"{outcome.ended}: --seed {SEED} --only '{outcome.kind}' --case {outcome.number}\n{outcome.detail}"
              for outcome in found if outcome.is_fault]  # fmt: skip
    assert faults == [], "\n".join(faults)


@given(st.binary(min_size=1, max_size=400), st.sampled_from(KINDS), st.integers())
def test_one_seed_makes_one_damage_whatever_the_file(data, name, seed):
    first, again = damaged(data, name, Random(seed)), damaged(data, name, Random(seed))
    assert first == again


def _read(rows, issues=(), fault=None, warned=False, slow=False):
    """Return a reader of a table that ends as it is asked to."""

    def read(path):
        if fault is not None:
            raise fault
        if warned:
            warnings.warn("of a library", UserWarning, stacklevel=1)
        if slow:
            time.sleep(3)
        log = IssueLog("a")
        for row in issues:
            log.add("patch", row=row)
        return Read(rows, log.table())

    return read


class Panic(BaseException):
    """As a library in Rust raises it."""


@pytest.mark.parametrize(
    ("ended", "data", "read"),
    [
        ("same", b"a\n1\n2\n", _read(2)),
        ("same", b"a\n1\n2\n", _read(None)),
        ("issues", b"a\n1\n2\n", _read(2, [2])),
        ("issues", b"a\n1\n2\n", _read(1, [2])),
        ("unexplained", b"a\n1\n2\n", _read(1)),
        ("issues", b"a\n1\n2\n3\n", _read(3)),
        ("unexplained", b"a\n1\n2\n3\n", _read(2)),
        ("refused", b"a\n1\n2\n", _read(0, fault=InputError("a.csv: is broken; save it again"))),
        ("unprintable", b"a\n1\n2\n", _read(0, fault=InputError(""))),
        ("traceback", b"a\n1\n2\n", _read(0, fault=KeyError("a"))),
        ("traceback", b"a\n1\n2\n", _read(0, fault=MemoryError())),
        ("traceback", b"a\n1\n2\n", _read(0, fault=Panic())),
        ("warning", b"a\n1\n2\n", _read(2, warned=True)),
        ("hang", b"a\n1\n2\n", _read(2, slow=True)),
    ],
)
def test_how_a_reader_ended_is_judged(tmp_path, monkeypatch, ended, data, read):
    monkeypatch.setattr(fuzz_readers, "LIMIT_S", 1)
    case = Case("a.csv", b"a\n1\n2\n", read)
    assert fuzz_readers.judge(case, data, Read(2, issue_table([])), tmp_path / "a.csv")[0] == ended


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.csv", b"a,b\n1,2\n\n , \n3,4", 3),
        ("a.csv", 'a,b\n1,"x\ny"\n'.encode("utf-16"), 2),
        ("a.csv", b"a,b,c,d,e,f\n" + b'1,2,3,4,5,"6\n' + b"1,2,3,4,5,6\n" + b'1,2,3,4,5,6"\n', 4),
        ("a.geojson", b'{"features": [1, 2]}', 2),
        ("a.geojson", b"{", None),
        ("a.gpkg", b"SQLite", None),
    ],
)
def test_records_are_counted_without_the_reader(name, data, expected):
    assert records(name, data) == expected


def test_a_whole_file_of_every_kind_is_read():
    assert all(isinstance(case.data, bytes) and case.data for case in cases().values())
    assert pd.Series([case.name.rpartition(".")[2] for case in cases().values()]).nunique() >= 12
