"""Everything a reader may copy is executed: every fenced block of every document, or it says that it is none to run."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import ROOT
from siteprior import assess, cli, open_run
from siteprior.cli.site.pages import PAGES as PAGES_MADE
from siteprior.core.files import shipped
from siteprior.pipeline.registered import load_project
from siteprior.project.registered import TakesRegistered
from siteprior.ranking import criteria

PAGES = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
         *sorted((ROOT / "docs").rglob("*.md")),
         *(ROOT / folder / "README.md" for folder in ("data", "benchmarks", "tests/real_slice"))]  # fmt: skip
REGISTERS = "python registers"
"""The language of a block that registers something: tests/test_adding.py runs those, in a process of their own."""

EXECUTED = {"sh", "python", "toml", REGISTERS}
SHOWN = {"text"}
"""The language of a block that is only to be read."""
WRITTEN = {ROOT / "docs" / f"reference/{name}.md" for name in (*PAGES_MADE, "api")}
"""Pages of the site that are made when it is built."""


class Block(NamedTuple):
    """A fenced block: its page, the line its fence stands on, the language the fence names, and what it holds."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def name(self):
        """The page and line."""
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


def fenced(page, text):
    """Return the fenced blocks of a page, in order; a fence that is never closed runs to its end, as in Markdown."""
    blocks, opened = [], None
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r" {0,3}(`{3,}|~{3,})\s*([^`]*)$", line)
        if opened is None and mark:
            opened = (number, mark[1], mark[2].strip(), [])
        elif opened and mark and mark[1].startswith(opened[1]) and not mark[2].strip():
            blocks.append(Block(page, opened[0], opened[2], "".join(f"{held}\n" for held in opened[3])))
            opened = None
        elif opened:
            opened[3].append(line)
    if opened:
        blocks.append(Block(page, opened[0], opened[2], "".join(f"{held}\n" for held in opened[3])))
    return blocks


BLOCKS = [block for page in PAGES for block in fenced(page, page.read_text(encoding="utf-8"))]


def of(language):
    return [block for block in BLOCKS if block.language == language]


def test_every_block_is_executed_or_says_that_it_is_not_to_be():
    languages = {block.name: block.language for block in BLOCKS if not block.language.startswith("{")}
    assert {name: language for name, language in languages.items() if language not in EXECUTED | SHOWN} == {}
    assert {block.language for block in BLOCKS} >= EXECUTED


def test_only_the_site_is_given_directions():
    """Blocks in braces are read by Sphinx alone, and nothing in them is for a reader to copy."""
    directives = {block.language.split("}")[0] + "}" for block in BLOCKS if block.language.startswith("{")}
    assert directives <= {"{toctree}", "{include}"}


def test_fences_are_found_with_and_without_a_language():
    text = "a\n```\nx = 1\n```\n~~~toml title\ny = 2\n```\n~~~\n\n```sh\nls\n"
    found = [(block.line, block.language, block.text) for block in fenced(ROOT / "a.md", text)]
    assert found == [(2, "", "x = 1\n"), (5, "toml title", "y = 2\n```\n"), (10, "sh", "ls\n")]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_block_is_fenced_by_indentation(page):
    """Indented blocks name no language, so nothing would run them."""
    text = page.read_text(encoding="utf-8")
    for block in fenced(page, text):
        text = text.replace(block.text, "")
    assert re.findall(r"\n\n {4,}(?![-*\d ]).*", text) == []


def is_project(block):
    """Whether a block is a whole project file: without a title it is a part of one."""
    return "title" in tomllib.loads(block.text).get("project", {})


FIRST = "siteprior run project.toml --out outputs/first"
SECOND = FIRST.replace("first", "second")
"""The same run next quarter; here it would be the first once more, which stands for it."""

SMALL, PROJECT = sorted((block for block in of("toml") if is_project(block)), key=lambda block: len(block.text))
"""The documents' project files: the least one needs, and a full one."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """An analyst's folder: the documents' project files beside a copy of the sample, and two runs of the full one."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(shipped("data"), folder / "data")
    (folder / "small.toml").write_text(SMALL.text, encoding="utf-8")
    (folder / "project.toml").write_text(PROJECT.text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def first_run(desk):
    """The full project file as the documents run it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(desk)
        patch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
        assert cli.main(FIRST.split()[1:]) == 0
    return desk / "outputs" / "first"


@pytest.fixture
def at_desk(desk, monkeypatch):
    monkeypatch.chdir(desk)
    # The sample's files stand in the analyst's folder; another data root would hide them.
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    return desk


def test_the_project_file_does_the_main_job(first_run):
    """The full project file of the documents, run by their own command."""
    assert [SMALL.page.name, PROJECT.page.name] == ["own-area.md", "whole-project.md"]
    opened = open_run(first_run)
    assert len(opened["shortlist"]) == 25
    assert opened["criteria"]["criterion"].tolist() == list(tomllib.loads(PROJECT.text)["weights"])


def test_the_least_project_file_is_checked_and_ranks_a_shortlist(at_desk, capsys):
    """What a newcomer writes first, by the commands the page gives for it."""
    assert cli.main(["check", "small.toml", "--quiet"]) == 0
    assert "of severity error" in capsys.readouterr().out
    assert len(assess("small.toml").shortlist) == 25


def test_next_quarters_project_has_the_days_vintages_and_older_registers_the_page_names(at_desk):
    (block,) = [block for block in of("toml") if block.page.name == "compare-runs.md"]
    part = tomllib.loads(block.text)
    assert set(part["project"]) == {"as_of", "network_date", "price_date"}
    now, before = part["sources"]["registers"], part["sources"]["history"]
    assert [Path(entry["path"]).name for entry in now] == [Path(entry["path"]).name for entry in before]
    assert all(new["vintage"] > old["vintage"] for new, old in zip(now, before, strict=True))
    text = block.page.read_text(encoding="utf-8")
    assert f"data/{Path(before[0]['path']).parent.as_posix()}/" in text  # where step 1 copies them to


def as_toml(tables):
    """Write tables of values as TOML, each nested value in one line."""

    def value(held):
        if isinstance(held, dict):
            return "{" + ", ".join(f"{json.dumps(name)} = {value(held[name])}" for name in held) + "}"
        if isinstance(held, list):
            return "[" + ", ".join(map(value, held)) + "]"
        return json.dumps(held, ensure_ascii=False) if isinstance(held, str | bool) else str(held)

    lines = [f"{name} = {value(held)}" for name, held in tables.items() if not isinstance(held, dict)]
    for name, held in tables.items():
        if isinstance(held, dict):
            lines += [f"[{name}]", *(f"{json.dumps(key)} = {value(held[key])}" for key in held)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("block", [block for block in of("toml") if not is_project(block)], ids=lambda b: b.name)
def test_parts_of_a_project_file_are_accepted_in_it(block, at_desk):
    """A part stands in a whole: its keys are put into the sample's project file, which then loads with them in it."""
    tables = tomllib.loads((at_desk / "data" / "demo.toml").read_text(encoding="utf-8"))
    part = tomllib.loads(block.text)
    for name, held in part.items():
        tables[name] = {**tables.get(name, {}), **held} if isinstance(held, dict) else held
    path = at_desk / "from-page.toml"
    path.write_text(as_toml(tables), encoding="utf-8")
    assert tomllib.loads(path.read_text(encoding="utf-8")) == tables
    loaded = load_project(path)
    for name, held in part.items():
        table = getattr(loaded, name)
        registered = {key for key in held if table.named(key)} if isinstance(table, TakesRegistered) else set()
        assert set(held) <= {*dict(table), *registered} if isinstance(held, dict) else table


COMMANDS = [
    pytest.param(line, id=f"{block.page.name}: {line}")
    for block in of("sh")
    for line in re.sub(r"\s+# .*", "", block.text).splitlines()
    if line.strip()
]


def as_it_can_be_run_here(words):
    """No test asks the network: fetching is planned alone, and what init writes is checked and run on the sample."""
    folder = next((Path(word).parts[0] for word in words if word.endswith("/project.toml")), None)
    if words[1] == "init":
        shutil.rmtree(words[words.index("--out") + 1] if "--out" in words else words[2], ignore_errors=True)
    elif folder and not Path(folder).exists():
        assert cli.main(["init", "wmca", "--out", folder]) == 0
    if words[1] == "fetch" and not {"--list", "--offline"} & {*words}:
        cli.parser_of_commands().parse_args(words[1:])
        return [*(word for word in words if word != "--refresh"), *({"--dry-run"} - {*words})]
    return [word if words[1] == "fetch" or Path(word).name != "project.toml" else "project.toml" for word in words]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_work(line, at_desk, capsys, request):
    words = shlex.split(line)
    if words[0] == "siteprior":
        if "outputs/first" in line or line == SECOND:
            assert (request.getfixturevalue("first_run") / "report.html").is_file()
        words = as_it_can_be_run_here(words)
        if " ".join(words) in (FIRST, SECOND):
            return
        if "--write project.toml" in line:  # the other commands run the project as the page has it
            shutil.copy(at_desk / "project.toml", at_desk / "mine.toml")
            words[words.index("project.toml")] = "mine.toml"
        if words[1] == "compare":  # the page compares with a second run of the analyst's
            shutil.copytree(at_desk / "outputs/first", at_desk / "outputs/second", dirs_exist_ok=True)
        assert cli.main(words[1:]) == 0
        assert capsys.readouterr().out.strip()
    elif words[:2] == ["python3", "bootstrap.py"]:
        run_bootstrap(words[2:], at_desk)
    elif line.startswith("python -m pip install"):
        assert words[3:] == ["install", "--no-deps", "-e", "."]
        assert (ROOT / "pyproject.toml").is_file()
    elif words[0] == "python":
        done = subprocess.run([sys.executable, *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()
    elif words[0] == "pre-commit":
        assert (ROOT / ".pre-commit-config.yaml").is_file()
        assert words[1:] in (["install"], ["run", "--all-files"])
    else:
        assert words[0] == "conda"
        if shutil.which("conda") is None:
            pytest.skip("conda is not on this machine; tests/test_environment.py holds environment.yml to pyproject")
        subprocess.run([*words, "--dry-run"] if "create" in words else ["conda", "--version"], cwd=ROOT, check=True)


def run_bootstrap(words, folder):
    """Run a bootstrap command for real where its environment stands; ``test`` with one file, or it would never end."""
    if words[0] == "lint":
        # CI runs it before the tests: here it would check the same files a second time.
        assert "python3 bootstrap.py lint" in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
        return
    if Path(sys.prefix).resolve() != Path(os.environ.get("SITEPRIOR_VENV", ROOT / ".venv")).resolve():
        pytest.skip("these tests do not run from the environment that bootstrap.py made")
    extra = {"demo": ["--out", str(folder / "outputs" / "demo")], "test": ["tests/core/test_issues.py", "-q"]}
    given = words[1:] or extra[words[0]]
    assert all((ROOT / word).exists() for word in given if word.startswith("tests"))
    done = subprocess.run(
        [sys.executable, "bootstrap.py", words[0], *extra[words[0]]],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert ("Written to" if words[0] == "demo" else " passed") in done.stdout


@pytest.fixture
def criteria_as_before():
    """Take back the criteria that a page registers: for the next test they are not there."""
    before = dict(criteria.CRITERIA)
    yield
    criteria._REGISTERED.clear()
    criteria._REGISTERED.update(before)


@pytest.mark.parametrize("page", sorted({block.page for block in of("python")}), ids=lambda p: p.name)
def test_python_blocks_run_in_order(page, at_desk, capsys, criteria_as_before, request):
    if any("outputs/first" in block.text for block in of("python") if block.page == page):
        assert (request.getfixturevalue("first_run") / "report.html").is_file()
    namespace = {"__name__": "page"}
    for block in of("python"):
        if block.page == page:
            exec(compile("\n" * block.line + block.text, str(page), "exec"), namespace)
    if page.name == "README.md":
        assert "Name: score" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_pictures_and_links_to_files_exist(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target and (page.parent / target).resolve() not in WRITTEN:
            assert (page.parent / target).exists(), f"{page.name} points to {target}"
