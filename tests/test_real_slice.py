"""The slice of real data that travels: small, of open licence, said to be a slice; what needs more is listed once."""

from __future__ import annotations

import ast
from pathlib import Path

from conftest import HERE, SLICE
from factories.real import NEED_THE_WHOLE, needs_the_whole

FILES = sorted(p for p in SLICE.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
LICENCES = ("OGL v3", "ODbL 1.0", "MIT")


def test_it_is_under_one_megabyte():
    assert sum(path.stat().st_size for path in FILES) < 1_000_000


def rows():
    """The table of README.md: patterns of files, publisher and licence, where from."""
    lines = (SLICE / "README.md").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            yield [name.strip().strip("`") for name in cells[0].split(",")], cells[2], cells[4]


def test_every_file_has_its_source_and_an_open_licence():
    named = {}
    for patterns, licence, _ in rows():
        folder = Path(patterns[0]).parent
        for pattern in patterns:
            where = pattern if "/" in pattern else (folder / pattern).as_posix()
            for path in SLICE.glob(where):
                named.setdefault(path, []).append(licence)
    data = {path for path in FILES if path.parent != SLICE}
    assert data == set(named)
    for path, licences in named.items():
        assert len(licences) == 1, path
        assert any(licence in licences[0] for licence in LICENCES), path


def test_a_cut_is_reported():
    assert all(cut for *_, cut in rows())


def test_the_tests_that_need_the_whole_are_there():
    for name in NEED_THE_WHOLE:
        file, _, test = name.partition("::")
        tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
        assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, name


def test_a_case_of_a_test_is_found_by_its_name():
    listed = "registers/test_corpus.py::test_at_least_98_percent_lie_in_their_own_council"
    assert needs_the_whole(f"{listed}[True]") == needs_the_whole(listed) == NEED_THE_WHOLE[listed]
    assert needs_the_whole("registers/test_corpus.py::test_no_row_is_lost_silently") is None
    assert needs_the_whole("registers/test_messy.py::test_anything") is None
