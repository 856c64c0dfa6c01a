"""The three ways to say what siteprior needs agree: pyproject.toml, environment.yml and the lock."""

import ast
import os
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]

# What conda-forge calls by another name.
CONDA_NAMES = {"duckdb": "python-duckdb", "matplotlib": "matplotlib-base", "osmium": "pyosmium"}
# What environment.yml adds: the interpreter, the installer of step two, the grid that pip's packages lack.
CONDA_ONLY = {"python", "pip", "proj-data"}
# The part of the test extra that an analyst needs to run the tests.
CONDA_TESTS = {"hypothesis", "pytest", "pytest-xdist"}

SYSTEMS = {
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    "macos": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    "windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
}
PYTHONS = {
    name: {"python_version": name, "python_full_version": f"{name}.7", "implementation_name": "cpython"}
    for name in ("3.11", "3.12")
}


@pytest.fixture(scope="module")
def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def runtime(pyproject):
    return by_name(pyproject["project"]["dependencies"])


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


# --- environment.yml ----------------------------------------------------------------------------


def test_conda_environment_has_the_same_packages_with_the_same_lower_bounds(conda, runtime, test_extra):
    wanted = runtime | {name: test_extra[name] for name in CONDA_TESTS}
    expected = {CONDA_NAMES.get(name, name): lower_bound(found) for name, found in wanted.items()}
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


def spelled_for_pip(conda):
    """The conda list with python=3.12 written as pip would; a nested pip section is refused."""
    lines = conda["dependencies"]
    assert all(isinstance(line, str) for line in lines), "no pip: section, it brings a second GDAL"
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
    assert "--extra test -o requirements.lock.txt" in comment


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


def test_ci_runs_the_tests_through_bootstrap():
    script = ROOT / ".ci" / "run"
    lines = script.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert lines[-1] == "python3 bootstrap.py test"
    if os.name == "posix":
        assert os.access(script, os.X_OK)
