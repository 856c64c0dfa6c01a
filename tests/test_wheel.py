"""The wheel, built without a network and used outside the checkout, by an environment that has nothing of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT

BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
USE = """
import contextlib, importlib.metadata, io, json, sys
from pathlib import Path

import siteprior
from siteprior.core.files import shipped

command = next(iter(importlib.metadata.entry_points(group="console_scripts", name="siteprior"))).load()
seen = {"file": siteprior.__file__, "version": importlib.metadata.version("siteprior"), "sample": str(shipped("data"))}
for words in json.loads(sys.argv[1]):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = command([word.replace("{sample}", seen["sample"]) for word in words])
    seen[" ".join(words)] = [code, printed.getvalue()]
seen["written"] = sorted(path.as_posix() for path in Path().rglob("*") if path.is_file())
print(json.dumps(seen))
"""
COMMANDS = (
    ["criteria", "--json"],
    ["audit", "{sample}/sites/birmingham.csv", "--out", "audit", "--quiet"],
    ["init", "--combined-authority", "E47000001", "--out", "manchester", "--as-of", "2026-11-29"],
    ["fetch", "manchester/project.toml", "--dry-run", "--quiet"],
    ["notebooks", "copy", "mine"],
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build it from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def used(wheel, tmp_path_factory):
    """Use it in a new environment, from an empty folder: what each command returned and printed, what was written."""
    place = tmp_path_factory.mktemp("clean")
    venv.create(place / "env", with_pip=False, symlinks=os.name != "nt")
    where = {"base": str(place / "env"), "platbase": str(place / "env")}
    site = Path(sysconfig.get_path("purelib", "venv", vars=where))
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    # The packages siteprior needs, as this environment has them. Folders named so are not read for .pth files of their
    # own, so that an editable siteprior is not found by way of them.
    (site / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    desk = place / "desk"
    desk.mkdir()
    python = Path(sysconfig.get_path("scripts", "venv", vars=where)) / ("python.exe" if os.name == "nt" else "python")
    done = subprocess.run(
        [str(python), "-I", "-c", USE, json.dumps(COMMANDS)], cwd=desk, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return site, json.loads(done.stdout.splitlines()[-1])


def test_holds_the_package_the_sample_and_the_notebooks_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    source = [path for path in (ROOT / "src" / "siteprior").rglob("*") if path.is_file()]
    ours = {path.relative_to(ROOT / "src").as_posix() for path in source if "__pycache__" not in path.parts}
    assert ours <= names
    assert {f"siteprior/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "notebooks").glob("*.ipynb")} <= names
    assert {"siteprior/data/demo.toml", "siteprior/data/sites/birmingham.csv"} <= names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"siteprior"}
    assert not any(name.startswith("siteprior/tests/") or name.endswith(".pyc") for name in names)


def test_the_built_site_travels_where_it_was_built(wheel):
    with zipfile.ZipFile(wheel) as packed:
        shipped = "siteprior/docs/index.html" in packed.namelist()
    assert shipped == (ROOT / "build" / "docs" / "index.html").is_file()


def test_is_found_there_and_not_in_the_checkout(used):
    site, seen = used
    assert Path(seen["file"]).resolve().is_relative_to(site.resolve())
    assert Path(seen["sample"]).resolve().is_relative_to(site.resolve())
    from siteprior import __version__

    assert seen["version"] == __version__


def test_its_commands_work_outside_the_checkout(used):
    _, seen = used
    codes = {" ".join(words): seen[" ".join(words)][0] for words in COMMANDS}
    assert set(codes.values()) == {0}, codes
    printed = [seen[" ".join(words)][1] for words in COMMANDS]
    assert "corridor_access" in printed[0]
    assert "manchester/project.toml" in printed[2]
    assert "boundaries/lsoa_2021.geojson" in printed[3]
    assert {"audit/sites.csv", "manchester/project.toml", "manchester/README.md", "mine/01_shortlist.ipynb"} <= set(
        seen["written"]
    )
