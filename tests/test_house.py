"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from conftest import ROOT

SOURCE = ROOT / "src" / "siteprior"
STAGES = ("sources", "joins", "appraisal", "ranking", "programme", "publish")
GROUND = {
    "compiling",
    "draws",
    "errors",
    "files",
    "presets",
    "schema",
    "issues",
    "network",
    "layer_parsing",
    "layer_spec",
}
MODULES = sorted(SOURCE.rglob("*.py"))


def imported(path):
    """Yield the siteprior modules a file imports, as paths below the package, wherever in the file they stand."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides where a name comes from"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1:] for name in names if name.split(".")[0] == "siteprior")


def test_the_house_is_not_empty():
    assert {path.parent.name for path in MODULES} >= {"sources", "joins", "appraisal", "ranking", "publish"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_a_stage_imports_only_the_ground_floor(path):
    room = path.relative_to(SOURCE).parts[0]
    for first, *_ in imported(path):
        if room in STAGES:
            assert first in GROUND | {room, "__version__"}, f"{path} imports siteprior.{first}"
        elif room.removesuffix(".py") in GROUND:
            assert first in GROUND, f"{path} is ground floor and imports siteprior.{first}"


def test_only_the_pipeline_its_intake_the_audit_and_the_shell_know_the_stages():
    allowed = {
        "pipeline.py",
        "intake.py",
        "supply.py",
        "market.py",
        "appraising.py",
        "gathering.py",
        "publishing.py",
        "auditing.py",
        "accessing.py",
        "fetching.py",
        "cli.py",
        "__init__.py",
    }
    for path in MODULES:
        rooms = {first for first, *_ in imported(path)}
        if path.parent == SOURCE and rooms & set(STAGES):
            assert path.name in allowed, f"{path} imports a stage"


def test_no_import_cycles():
    graph = {}
    for path in MODULES:
        name = path.relative_to(SOURCE).with_suffix("").as_posix().replace("/", ".")
        known = {p.relative_to(SOURCE).with_suffix("").as_posix().replace("/", ".") for p in MODULES}
        targets = set()
        for parts in imported(path):
            for end in range(len(parts), 0, -1):
                if ".".join(parts[:end]) in known:
                    targets.add(".".join(parts[:end]))
                    break
        graph[name] = targets - {name}
    done = set()

    def visit(name, trail):
        assert name not in trail, f"import cycle: {' → '.join([*trail, name])}"
        if name not in done:
            for target in sorted(graph.get(name, ())):
                visit(target, [*trail, name])
            done.add(name)

    for name in graph:
        visit(name, [])


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
def test_no_clock_no_environment_in_a_stage(path):
    text = path.read_text(encoding="utf-8")
    if path.relative_to(SOURCE).parts[0] in STAGES:
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
