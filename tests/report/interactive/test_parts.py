"""The parts of the page: every script that lies there is in it, once, and asks for no network."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

from siteprior.report import interactive
from siteprior.report.interactive.parts import SCRIPTS, interactive_parts

FOLDER = Path(interactive.__file__).parents[1] / "templates" / "interactive"


def test_every_script_is_in_the_page_once():
    assert sorted(SCRIPTS) == sorted(path.stem for path in FOLDER.glob("*.js"))
    assert SCRIPTS[-1] == "start"


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_writes_markup_or_asks_for_anything(name):
    text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "XMLHttpRequest",
                 "import(", "setHTML", "new Function"):  # fmt: skip
        assert word not in text
    assert len(text.splitlines()) <= 300
    assert max(map(len, text.splitlines())) <= 120


def test_the_policy_knows_each_script_and_the_sheet_by_its_hash(working_page):
    page = working_page.read_text(encoding="utf-8")
    (policy,) = re.findall(r'Content-Security-Policy" content="(.*?)"', page)
    policy = policy.replace("&#39;", "'")
    assert policy.startswith(
        "default-src 'none'; img-src data: blob:; base-uri 'none'; form-action 'none'; worker-src blob:;"
    )
    assert "unsafe" not in policy
    assert "connect-src" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 3
    for kind, texts in (("script", scripts), ("style", re.findall(r"<style>(.*?)</style>", page, re.DOTALL))):
        hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts]
        assert f"{kind}-src {' '.join(hashes)}" in policy


def test_parts_are_found():
    assert set(interactive_parts()) == {"library", "look", "scripts", "styles"}
