"""Building the site: refused with the reason where it cannot be, and a fault of Sphinx is one here.

The whole site is built by ``.ci/run`` (``bootstrap.py docs --build``), where every warning is a fault; it takes three
minutes, most of them for the notebooks, so that the suite builds a site of two pages.
"""

from __future__ import annotations

import re
import shutil

import pytest

from conftest import ROOT
from siteprior.cli import parser_of_commands
from siteprior.cli.site import build
from siteprior.core.errors import InputError, SitePriorError
from siteprior.report import style


def test_a_folder_that_is_no_checkout_is_refused(tmp_path):
    with pytest.raises(InputError, match="no checkout of siteprior"):
        build.build_site(tmp_path, parser=parser_of_commands())


def test_missing_packages_are_named_with_the_way_to_get_them(monkeypatch):
    monkeypatch.setattr(build, "find_spec", lambda name: None if name == "numpydoc" else object())
    with pytest.raises(InputError, match=r"needs numpydoc; python3 bootstrap\.py docs --build"):
        build.build_site(ROOT, parser=parser_of_commands())


@pytest.fixture
def two_pages(tmp_path):
    """The look and the settings of the site with a first page and one more."""
    for package in build.NEEDED:
        pytest.importorskip(package)
    source = tmp_path / "source"
    shutil.copytree(ROOT / "docs" / "_static", source / "_static")
    shutil.copy(ROOT / "docs" / "conf.py", source / "conf.py")
    (source / "index.md").write_text("# First\n\n```{toctree}\nmore\n```\n\n[more](more.md)\n", encoding="utf-8")
    (source / "more.md").write_text(
        "# More\n\nAs $a^2$, <https://example.org/x>.\n\n$$\n\\frac{a}{b}\n$$\n", encoding="utf-8"
    )
    return source, tmp_path / "built"


def test_pages_are_built_and_load_nothing_from_elsewhere(two_pages):
    source, target = two_pages
    build._sphinx(source, target, execute=False)
    build._check_and_tidy(target)
    more = (target / "more.html").read_text(encoding="utf-8")
    assert "<msup>" in more
    assert "<mfrac>" in more
    assert (target / build.EXTERNAL).read_text(encoding="utf-8") == "https://example.org/x  more.html\n"
    assert (target / "searchindex.js").is_file()
    assert list(target.rglob("*.map")) == []


def test_a_dead_link_stops_the_build(two_pages):
    source, target = two_pages
    (source / "more.md").write_text("# More\n\n[gone](gone.md)\n", encoding="utf-8")
    with pytest.raises(SitePriorError, match="gone"):
        build._sphinx(source, target, execute=False)


def test_a_page_that_loads_from_elsewhere_stops_the_build(tmp_path):
    (tmp_path / "a.html").write_text('<script src="https://cdn.example/a.js"></script>', encoding="utf-8")
    with pytest.raises(SitePriorError, match=re.escape("a.html: https://cdn.example/a.js")):
        build._check_and_tidy(tmp_path)


def test_the_colours_are_those_of_the_palette():
    sheet = (ROOT / "docs" / "_static" / "siteprior.css").read_text(encoding="utf-8")
    palette = {style.WHITE, style.PAPER, style.INK, style.GREY, style.ACCENT, style.DEEP, style.TRACK}
    assert set(re.findall(r"#[0-9a-f]{6}", sheet)) == palette
