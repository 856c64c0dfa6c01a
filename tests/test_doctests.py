"""The examples in the docstrings run; that each name of the public face has one stands in ``test_face.py``."""

from __future__ import annotations

import doctest
import importlib
import re

import pytest

import siteprior
from conftest import ROOT

SOURCE = ROOT / "src"
MODULES = sorted(
    ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    for path in (SOURCE / "siteprior").rglob("*.py")
    if path.stem not in ("__init__", "__main__")
)


FINDER = doctest.DocTestFinder()


def examples_of(name):
    return [example.source for test in FINDER.find(importlib.import_module(name)) for example in test.examples]


@pytest.fixture
def sample_once(request, monkeypatch):
    """Let examples that work the sample through have what the session has made of it: once is enough.

    ``sp.demo``, ``sp.run`` and ``sp.assess`` are executed for real where ``sample_run`` and ``sample_assessment`` are
    made, with the arguments of the examples.
    """

    folder = request.getfixturevalue("sample_run")  # before demo is exchanged, for this calls it

    def of_the_sample(project):
        assert getattr(project, "file", project).name == "demo.toml"

    def run(project, **_):
        of_the_sample(project)
        return folder

    def assess(project):
        of_the_sample(project)
        return request.getfixturevalue("sample_assessment")

    monkeypatch.setattr(siteprior, "demo", lambda *, out: folder)
    monkeypatch.setattr(siteprior, "run", run)
    monkeypatch.setattr(siteprior, "assess", assess)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name, tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    if any(re.search(r"\bsp\.(demo|run|assess)\(", source) for source in examples_of(name)):
        request.getfixturevalue("sample_once")
    outcome = doctest.testmod(importlib.import_module(name), report=True)
    assert outcome.failed == 0


def test_there_are_examples_to_run():
    assert sum(len(examples_of(name)) for name in MODULES) > 400
