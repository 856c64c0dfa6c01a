"""The built copy: found where it is, and what pages link to and load."""

from __future__ import annotations

import webbrowser

import pytest

from siteprior import cli
from siteprior.cli.site import built
from siteprior.core.errors import InputError


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A package with a built copy beside it, as the wheel has it."""
    package = tmp_path / "lib" / "siteprior"
    (package / "docs").mkdir(parents=True)
    monkeypatch.setattr(built.resources, "files", lambda _name: package)
    return package / "docs"


def test_docs_opens_the_copy_that_came_with_the_wheel(copy, monkeypatch, capsys):
    (copy / "index.html").touch()
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    assert cli.main(["docs"]) == 0
    assert opened == [(copy / "index.html").as_uri()]
    assert capsys.readouterr().out.strip() == str(copy / "index.html")


def test_docs_opens_what_was_built_in_a_checkout(copy, monkeypatch):
    page = copy.parents[2] / "build" / "docs" / "index.html"
    page.parent.mkdir(parents=True)
    page.touch()
    assert built.built_site() == page


def test_without_a_copy_it_says_how_to_build_one(copy, capsys):
    with pytest.raises(InputError, match="docs --build"):
        built.built_site()
    assert cli.main(["docs"]) == 1
    shown = capsys.readouterr().err
    for command in ("siteprior docs --build", "siteprior criteria", "siteprior columns", "siteprior fetch --list"):
        assert command in shown


def test_what_pages_and_stylesheets_load_from_elsewhere_is_found(tmp_path):
    (tmp_path / "a.html").write_text(
        '<link rel="stylesheet" href="https://cdn.example/a.css"><script src="//x.example/a.js"></script>'
        '<link rel="next" href="https://example.org/b"><a href="https://example.org/c">c</a><img src="b.png">',
        encoding="utf-8",
    )
    (tmp_path / "a.css").write_text('@font-face{src:url("https://fonts.example/a")}', encoding="utf-8")
    assert built.loaded_from_elsewhere(tmp_path) == [
        "a.html: https://cdn.example/a.css",
        "a.html: //x.example/a.js",
        "a.css: url(http…",
    ]
    assert built.outward_links(tmp_path) == {"https://example.org/c": ["a.html"]}
