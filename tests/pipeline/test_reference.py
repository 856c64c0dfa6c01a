"""``python -m siteprior.pipeline.reference`` prints the page of the documents."""

from __future__ import annotations

import runpy
import sys

from conftest import ROOT


def test_it_prints_the_page(capsys, monkeypatch):
    # runpy warns of a module that another test has imported
    monkeypatch.delitem(sys.modules, "siteprior.pipeline.reference", raising=False)
    runpy.run_module("siteprior.pipeline.reference", run_name="__main__")
    assert capsys.readouterr().out == (ROOT / "docs" / "reference" / "project-file.md").read_text(encoding="utf-8")
