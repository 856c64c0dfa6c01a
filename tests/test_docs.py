"""Everything a reader may copy is executed: the README and the pages under docs, block by block."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from siteprior import cli
from siteprior.core.files import shipped
from siteprior.pipeline.run import assess
from siteprior.project.load import load_project

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [
    pytest.param(page, language, text, id=f"{page.name}-{number}-{language}")
    for page in PAGES
    for number, (language, text) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")), 1)
]
LANGUAGES = {"sh", "python", "toml"}


def of(language):
    return [block for block in BLOCKS if block.values[1] == language]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """An analyst's folder: the README's own project file beside a copy of the sample, and two runs of it."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(shipped("data"), folder, dirs_exist_ok=True)
    (_, _, toml), *_ = (block.values for block in of("toml"))
    (folder / "project.toml").write_text(toml, encoding="utf-8")
    return folder


@pytest.fixture
def at_desk(desk, monkeypatch):
    monkeypatch.chdir(desk)
    # The sample's files stand in the analyst's folder; another data root would hide them.
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    return desk


def test_every_block_is_of_a_kind_that_is_executed():
    assert {block.values[1] for block in BLOCKS} <= LANGUAGES


@pytest.mark.parametrize(("page", "language", "text"), of("toml"))
def test_project_files_do_the_main_job(page, language, text, at_desk):
    path = at_desk / "from-page.toml"
    path.write_text(text, encoding="utf-8")
    done = assess(load_project(path))
    assert len(done.shortlist) == 25
    assert list(done.criteria["criterion"]) == list(load_project(path).weights)


COMMANDS = [
    pytest.param(line, id=f"{block.values[0].name}: {line}")
    for block in of("sh")
    for line in block.values[2].splitlines()
    if line.strip()
]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_work(line, at_desk, capsys):
    words = shlex.split(line)
    if words[0] == "siteprior":
        if words[1] == "compare":  # the page compares with a second run of the analyst's
            shutil.copytree(at_desk / "outputs/first", at_desk / "outputs/second", dirs_exist_ok=True)
        assert cli.main(words[1:]) == 0
        assert capsys.readouterr().out.strip()
    elif words[:2] == ["python3", "bootstrap.py"]:
        run_bootstrap(words[2:], at_desk)
    elif line.startswith("python -m pip install"):
        assert words[3:] == ["install", "--no-deps", "-e", "."]
        assert (ROOT / "pyproject.toml").is_file()
    else:
        assert words[0] == "conda"
        if shutil.which("conda") is None:
            pytest.skip("conda is not on this machine; tests/test_environment.py holds environment.yml to pyproject")
        subprocess.run([*words, "--dry-run"] if "create" in words else ["conda", "--version"], cwd=ROOT, check=True)


def run_bootstrap(words, folder):
    """Run a bootstrap command for real where its environment stands; ``test`` with one file, or it would never end."""
    if Path(sys.prefix).resolve() != Path(os.environ.get("SITEPRIOR_VENV", ROOT / ".venv")).resolve():
        pytest.skip("these tests do not run from the environment that bootstrap.py made")
    extra = {"demo": ["--out", str(folder / "outputs" / "demo")], "test": ["tests/test_issues.py", "-q"]}[words[0]]
    done = subprocess.run(
        [sys.executable, "bootstrap.py", *words, *extra], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert ("Written to" if words[0] == "demo" else " passed") in done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_python_blocks_run_in_order(page, at_desk, capsys):
    blocks = [block.values[2] for block in of("python") if block.values[0] == page]
    namespace = {"__name__": "page"}
    for text in blocks:
        exec(compile(text, str(page), "exec"), namespace)
    if blocks and page.name == "README.md":
        assert "Name: score" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_pictures_and_links_to_files_exist(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} points to {target}"
