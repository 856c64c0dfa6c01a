"""The rules of the code that no linter knows; who may import whom stands in :mod:`architecture`."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import architecture
from conftest import ROOT

SOURCE = architecture.SOURCE
MODULES = architecture.modules()
WORKING = ("registers", "sources", "walking", "joins", "appraisal", "ranking", "programme", "scenarios", "report")
"""The packages whose results rest on their arguments alone."""


def test_every_package_is_there():
    assert set(architecture.arrows()) == {room for floor in architecture.FLOORS for room in floor}


def test_a_package_imports_only_the_layers_below_its_own():
    allowed = architecture.may_import()
    wrong = {
        f"{room} imports {target}"
        for room, targets in architecture.arrows().items()
        for target in targets - set(allowed[room])
    }
    assert not wrong


def test_no_circle_of_packages_and_none_of_modules():
    assert architecture.circles(architecture.arrows()) == []
    assert architecture.circles(architecture.module_graph()) == []


def test_a_circle_is_found():
    assert architecture.circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [["b", "c", "b"]]


def test_few_packages_layers_and_arrows():
    arrows = architecture.arrows()
    heights = architecture.floors(arrows)
    assert len(arrows) <= architecture.MOST_ROOMS
    assert max(heights.values()) <= architecture.MOST_FLOORS
    assert sum(map(len, arrows.values())) <= architecture.MOST_ARROWS
    assert all(heights[target] < heights[room] for room, targets in arrows.items() for target in targets)


def test_the_root_holds_the_face_and_the_shell_alone():
    here = {path.name for path in SOURCE.iterdir() if path.is_file()}
    assert here <= architecture.ROOT_FILES


def test_an_import_inside_a_function_or_by_name_counts(tmp_path):
    module = tmp_path / "module.py"
    module.write_text(
        "def late():\n    from siteprior.core import files\n\nimport_module('siteprior.report.tables')\n", "utf-8"
    )
    assert list(architecture.imported(module)) == ["core.files", "report.tables"]


@pytest.mark.parametrize(
    "code",
    [
        "from . import report", "import siteprior", "import siteprior as sp", "from siteprior import *",
        "from importlib import import_module as load", "getattr(importlib, 'import_module')('siteprior.report')",
        "exec('from siteprior.report import tables')", "eval('1')", "load = __import__\nload(name)",
        "import_module('siteprior.' + 'report')", "pkgutil.resolve_name('siteprior.report')",
        "sys.modules['siteprior.report']", "runpy.run_module('siteprior.report')",
    ],
)  # fmt: skip
def test_what_hides_an_import_is_refused(code, tmp_path):
    module = tmp_path / "module.py"
    module.write_text(code, encoding="utf-8")
    with pytest.raises(ValueError, match=r"module\.py"):
        list(architecture.imported(module))


@pytest.mark.parametrize("name", ["CONTRIBUTING.md"])
def test_documents_show_the_table_of_who_may_import_whom(name):
    assert architecture.table() in (ROOT / name).read_text(encoding="utf-8")


def test_every_module_has_its_tests_in_the_place_of_its_name():
    missing = architecture.untested()
    assert sorted(missing) == sorted(architecture.WITHOUT_TESTS), "write its tests there, or say why it needs none"


@pytest.mark.parametrize(
    ("module", "place"),
    [
        ("joins/areas.py", "joins/test_areas.py"),
        ("report/html/_common.py", "report/html/test_common.py"),
        ("__main__.py", "test_main.py"),
    ],
)
def test_the_tests_of_a_module_stand_where_it_stands(module, place):
    assert architecture.test_of(SOURCE / module) == ROOT / "tests" / place


def test_import_is_light():
    heavy = "geopandas|pandas|numpy|osmnx|rasterio|sklearn|matplotlib|pydantic|jupyter"
    code = f"import sys, siteprior; print([m for m in sys.modules if m.split('.')[0] in {heavy.split('|')!r}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_face_resolves():
    import siteprior

    for name in siteprior.__all__:
        assert getattr(siteprior, name).__doc__ or name == "__version__"
    with pytest.raises(AttributeError, match="siteprior has no name 'shortlst'"):
        siteprior.shortlst  # noqa: B018


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_no_clock_in_a_working_package(path):
    text = path.read_text(encoding="utf-8")
    if path.relative_to(SOURCE).as_posix() == "sources/fetch/clock.py":
        return  # sources.lock says when a file came
    if path.relative_to(SOURCE).parts[0] in WORKING:
        found = re.findall(r"\b(?:datetime\.now|date\.today|time\.time|os\.getcwd|Path\.cwd|Timestamp\.now)\b", text)
        assert not found
        assert "np.random.seed" not in text


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_modules_stay_readable(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if path.name == "schema.py":
        return  # one line per declared column: it is read as a table, not as code
    assert lines <= 420, f"{path} has {lines} lines; split it"


def test_nothing_committed_names_a_machine_or_an_index():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    wrong = re.compile(r"py" r"pi\.org|files\.python" r"hosted|--(?:extra-)?index" r"-url|/ro" r"ot/|/ho" r"me/\w+/")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".txt", ".yml", ".ipynb", ".json", ".j2"} and path.is_file():
            found = wrong.search(path.read_text(encoding="utf-8"))
            assert found is None, f"{name} names {found.group()}"
