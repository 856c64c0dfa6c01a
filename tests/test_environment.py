"""What siteprior needs is said once in meaning: by its imports, pyproject.toml, environment.yml, the lock and CI."""

import ast
import os
import re
import shlex
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]

# What conda-forge calls by another name.
CONDA_NAMES = {"duckdb": "python-duckdb", "matplotlib": "matplotlib-base", "osmium": "pyosmium"}
# What environment.yml adds: the interpreter, the installer of step two, the grid that pip's packages lack, and what
# PIP_ONLY needs beside our own dependencies.
CONDA_ONLY = {"python", "pip", "proj-data", "tabulate"}
# What conda-forge lacks, each with the reason; it stands in the pip: section, and must bring nothing with it.
PIP_ONLY = {
    "pmtiles": "whether conda-forge has it was not looked up; it is Python alone and needs nothing",
    "pymcdm": "conda-forge had 1.1 when it was added, whose PROMETHEE is called otherwise",
}
# Declared though no file imports it, each with its reason.
NOT_IMPORTED = {
    "jupyterlab": "bootstrap.py starts it (lab) and the contract names it: analysts work in it",
    "mapclassify": "geopandas asks for it in .explore()",
    "xyzservices": "geopandas takes the map's tiles from it in .explore()",
}
# Imported by a test and not declared apart: pandas requires the first, distributed the others, of its own versions.
COMES_WITH_OTHERS = {"python-dateutil", "dask", "psutil"}
# The part of the test extra that an analyst needs to run the tests.
CONDA_TESTS = {"distributed", "hypothesis", "openpyxl", "pytest", "pytest-xdist"}

SYSTEMS = {
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    "macos": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    "windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
}
PYTHONS = {
    name: {"python_version": name, "python_full_version": f"{name}.7", "implementation_name": "cpython"}
    for name in ("3.11", "3.12", "3.13")
}


@pytest.fixture(scope="module")
def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def runtime(pyproject):
    return by_name(pyproject["project"]["dependencies"])


@pytest.fixture(scope="module")
def cluster_extra(pyproject):
    return by_name(pyproject["project"]["optional-dependencies"]["cluster"])


@pytest.fixture(scope="module")
def test_extra(pyproject):
    return by_name(pyproject["project"]["optional-dependencies"]["test"])


@pytest.fixture(scope="module")
def conda():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lock_lines():
    """The lock's own lines: pins and hashes, without our comment."""
    text = (ROOT / "requirements.lock.txt").read_text(encoding="utf-8")
    return [line.rstrip(" \\") for line in text.splitlines() if line.strip() and not line.startswith("#")]


@pytest.fixture(scope="module")
def pins(lock_lines):
    """The pins by name; one name may be pinned more than once, for different Pythons."""
    pins = {}
    for line in lock_lines:
        if not line.startswith(" "):
            pin = Requirement(line)
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    return pins


def by_name(requirements):
    return {canonicalize_name(found.name): found for found in map(Requirement, requirements)}


def lower_bound(requirement):
    """The version after >=; every dependency of ours has exactly this one bound."""
    (bound,) = requirement.specifier
    assert bound.operator == ">=", f"{requirement} should have a lower bound and nothing else"
    return Version(bound.version)


def pinned_version(pin):
    (exact,) = pin.specifier
    assert exact.operator == "==", f"{pin} is not pinned"
    return Version(exact.version)


# --- what is imported ---------------------------------------------------------------------------


def imported_by(*folders):
    """The distributions whose modules the files of these folders import, wherever in the file the import stands."""
    modules = set()
    for path in sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules.add(node.module.partition(".")[0])
    shipped_by = packages_distributions()
    names = {canonicalize_name(name) for module in modules for name in shipped_by.get(module, ())}
    return names - {"siteprior"}


def test_what_the_package_imports_is_declared(runtime, cluster_extra):
    assert imported_by("src") - runtime.keys() == cluster_extra.keys()


def test_what_is_optional_is_tested(cluster_extra, test_extra):
    assert not set(map(str, cluster_extra.values())) - set(map(str, test_extra.values()))


def test_what_no_file_imports_is_not_declared(runtime):
    assert runtime.keys() - imported_by("src") == NOT_IMPORTED.keys()


def test_what_the_tests_import_is_declared(runtime, test_extra):
    undeclared = imported_by("tests", "benchmarks", "data") - runtime.keys() - test_extra.keys()
    assert undeclared <= COMES_WITH_OTHERS


# --- the version --------------------------------------------------------------------------------


def test_the_version_stands_once(pyproject):
    """A wheel and an sdist bear the version of the package: the build tool reads it there."""
    from hatchling.metadata.core import ProjectMetadata
    from hatchling.plugin.manager import PluginManager

    import siteprior

    assert "version" not in pyproject["project"]
    assert ProjectMetadata(str(ROOT), PluginManager()).version == siteprior.__version__


# --- environment.yml ----------------------------------------------------------------------------


def test_conda_environment_has_the_same_packages_with_the_same_lower_bounds(conda, runtime, test_extra):
    wanted = runtime | {name: test_extra[name] for name in CONDA_TESTS}
    expected = {
        CONDA_NAMES.get(name, name): lower_bound(found) for name, found in wanted.items() if name not in PIP_ONLY
    }
    listed = [found for found in map(Requirement, spelled_for_pip(conda)) if found.name not in CONDA_ONLY]
    assert {found.name: lower_bound(found) for found in listed} == expected
    assert len(listed) == len(expected), "a package stands twice"


def test_conda_only_packages_are_there(conda, pyproject):
    extras = {found.name: found for found in map(Requirement, spelled_for_pip(conda)) if found.name in CONDA_ONLY}
    assert set(extras) == CONDA_ONLY
    (python,) = extras["python"].specifier
    assert python.version in Requirement(f"python{pyproject['project']['requires-python']}").specifier


def test_conda_channels_are_conda_forge_alone(conda):
    assert conda["channels"] == ["conda-forge", "nodefaults"]


def test_the_pip_section_holds_what_conda_forge_lacks_and_brings_no_second_gdal(conda, runtime):
    (nested,) = [line["pip"] for line in conda["dependencies"] if not isinstance(line, str)]
    listed = by_name(nested)
    assert {name: lower_bound(found) for name, found in listed.items()} == {
        name: lower_bound(runtime[name]) for name in PIP_ONLY
    }
    there = {found.name for found in map(Requirement, spelled_for_pip(conda))}
    for name in PIP_ONLY:
        needs = {found.name for found in map(Requirement, requires(name) or ()) if found.marker is None}
        assert {CONDA_NAMES.get(need, need) for need in needs} <= there, f"{name} would bring packages of pip's"


def spelled_for_pip(conda):
    """The conda list with python=3.12 written as pip would; of nested sections there is pip's alone."""
    lines = [line for line in conda["dependencies"] if isinstance(line, str)]
    assert all(list(line) == ["pip"] for line in conda["dependencies"] if not isinstance(line, str))
    return [line.replace("python=3", "python==3") for line in lines]


# --- the lock -----------------------------------------------------------------------------------


def test_lock_names_no_host(lock_lines):
    text = (ROOT / "requirements.lock.txt").read_text(encoding="utf-8")
    assert "://" not in text
    for option in ("index-url", "find-links", "trusted-host", " @ "):
        assert not [line for line in lock_lines if option in line]


def test_every_pin_has_a_hash(lock_lines, pins):
    pins_and_hashes = list(zip(lock_lines, [*lock_lines[1:], "end"], strict=True))
    bare = [line for line, after in pins_and_hashes if not line.startswith(" ") and "--hash=sha256:" not in after]
    assert bare == []
    assert len(pins) > 100


def test_lock_holds_every_dependency_above_its_lower_bound(pins, runtime, test_extra, pyproject):
    wanted = runtime | test_extra
    assert wanted.keys() <= pins.keys()
    for name, requirement in wanted.items():
        for pin in pins[name]:
            assert pinned_version(pin) >= lower_bound(requirement), name
    # bootstrap.py builds siteprior without network, so what builds it has to be in the lock too.
    for name, requirement in by_name(pyproject["build-system"]["requires"]).items():
        assert all(pinned_version(pin) >= lower_bound(requirement) for pin in pins[name])


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_lock_pins_one_version_for_each_system_and_python(pins, runtime, test_extra, system, python):
    machine = SYSTEMS[system] | PYTHONS[python]
    for name, choices in pins.items():
        fitting = [pin for pin in choices if pin.marker is None or pin.marker.evaluate(machine)]
        assert len(fitting) <= 1, f"{name}: {fitting}"
        if name in runtime or name in test_extra:
            assert len(fitting) == 1, f"{name} is missing on {system} with Python {python}"


def test_lock_says_how_to_make_it_again():
    text = (ROOT / "requirements.lock.txt").read_text(encoding="utf-8")
    comment = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    assert "uv pip compile --universal --generate-hashes --python-version 3.11" in comment
    assert "--extra test --extra docs -o requirements.lock.txt" in comment


# --- bootstrap.py and .ci/run -------------------------------------------------------------------


def test_bootstrap_needs_only_the_standard_library():
    tree = ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            imported.add(node.module.partition(".")[0])
    assert imported, "no import found: is this still bootstrap.py?"
    assert imported <= sys.stdlib_module_names


def test_bootstrap_can_be_read_by_the_pythons_it_turns_away():
    ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8"), feature_version=(3, 8))


def test_ci_runs_lint_and_the_tests_through_bootstrap():
    script = ROOT / ".ci" / "run"
    lines = script.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines  # so that a fault of style or types ends it
    assert lines[-1] == "python3 bootstrap.py test"
    assert lines.index("python3 bootstrap.py lint") < len(lines) - 1
    assert any(line.startswith("export PYTEST_ADDOPTS=") and "--cov" in line for line in lines)
    if os.name == "posix":
        assert os.access(script, os.X_OK)


# --- workflows and pre-commit -------------------------------------------------------------------

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def jobs():
    return [
        pytest.param(job, id=f"{path.stem}-{name}")
        for path in WORKFLOWS
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items()
    ]


def own_commands():
    """The commands that bootstrap.py names as its own, and demo, which its usage names."""
    tree = ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8"))
    (named,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "OWN_COMMANDS"
    )
    return {*named, "demo"}


def check_command(words, test_extra):
    """Hold one command of a workflow or a hook to what it calls."""
    program, *rest = words
    if program in ("python", "python3") and rest[0] == "bootstrap.py":
        assert rest[1:]
        assert set(rest[1:]) <= own_commands()
    elif program == "bash":
        assert (ROOT / rest[0]).is_file()
    elif program == "python" and rest[:2] == ["-m", "pytest"]:
        assert "pytest-xdist" in test_extra
    elif program == "python":
        assert rest == ["-m", "pip", "install", "uv"]
    else:
        assert [program, *rest[:2]] == ["uv", "pip", "install"]
        assert rest[-2:] == ["-e", ".[test]"]
        assert rest[rest.index("--resolution") + 1] in ("lowest-direct", "highest")


@pytest.mark.parametrize("job", jobs())
def test_every_command_of_the_workflows_is_one_that_exists(job, test_extra):
    choices = job.get("strategy", {}).get("matrix", {})
    cases = choices.get("include") or [{name: values[0] for name, values in choices.items()}]
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert commands
    for case in cases:
        for command in commands:
            line = re.sub(r"\$\{\{ matrix\.(\w+) \}\}", lambda found: case[found[1]], command)  # noqa: B023
            assert "${{" not in line
            check_command(shlex.split(line), test_extra)


def test_the_suite_runs_on_every_system_and_python_that_is_promised(pyproject):
    checks = yaml.safe_load((ROOT / ".github/workflows/checks.yml").read_text(encoding="utf-8"))
    matrix = checks["jobs"]["suite"]["strategy"]["matrix"]
    named = [line.rpartition(" ")[2] for line in pyproject["project"]["classifiers"] if "Python :: 3." in line]
    assert matrix["python"] == named == list(PYTHONS)
    assert [system.partition("-")[0] for system in matrix["system"]] == ["ubuntu", "macos", "windows"]


def test_the_suite_runs_with_the_oldest_and_the_newest_dependencies(pyproject):
    text = (ROOT / ".github/workflows/dependencies.yml").read_text(encoding="utf-8")
    cases = yaml.safe_load(text)["jobs"]["suite"]["strategy"]["matrix"]["include"]
    assert {case["resolution"]: case["python"] for case in cases} == {
        "lowest-direct": min(PYTHONS), "highest": max(PYTHONS),
    }  # fmt: skip


def test_pre_commit_runs_what_ci_runs(test_extra):
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [repo["repo"] for repo in hooks] == ["local"]
    entries = [hook["entry"] for repo in hooks for hook in repo["hooks"]]
    assert entries == ["python3 bootstrap.py lint"]
    for entry in entries:
        check_command(shlex.split(entry), test_extra)
