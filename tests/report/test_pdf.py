"""Printing: the browser found, one file whole, the same bytes each time, and what happens without one."""

from __future__ import annotations

import stat
from datetime import date

import pytest

from siteprior.core.errors import OutputError
from siteprior.report import pdf
from siteprior.report.pdf import BROWSER_VARIABLE, count_pages, find_browser, print_pdf, without_moment

AS_OF = date(2026, 1, 31)


@pytest.fixture
def browser(monkeypatch):
    monkeypatch.delenv(BROWSER_VARIABLE, raising=False)
    found = find_browser()
    if found is None:
        pytest.skip("no browser of the Chromium family is on this machine")
    return found


def program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_dates_and_identities_keep_their_lengths():
    made = b"<</CreationDate (D:20261129041422+00'00')/ModDate (D:20261129041422Z)>> /ID [<0aF1> <99>]"
    plain = without_moment(made, AS_OF)
    assert len(plain) == len(made)
    assert plain == b"<</CreationDate (D:20260131000000+00'00')/ModDate (D:20260131000000+)>> /ID [<0000> <00>]"
    assert without_moment(b"(D:2026) text", AS_OF) == b"(D:2026) text"


def test_the_named_browser_is_taken_and_one_that_is_none_is_refused(monkeypatch, tmp_path):
    own = program(tmp_path / "own", "exit 0")
    monkeypatch.setenv(BROWSER_VARIABLE, own)
    assert find_browser() == own
    monkeypatch.setenv(BROWSER_VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(OutputError, match="is no program"):
        find_browser()


def test_without_a_browser_there_is_none(monkeypatch, tmp_path):
    monkeypatch.delenv(BROWSER_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser() is None
    own = program(tmp_path / "msedge", "exit 0")
    assert find_browser() == own


def test_a_browser_that_prints_nothing_or_never_ends_is_refused(monkeypatch, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<p>x</p>", encoding="utf-8")
    with pytest.raises(OutputError, match=r"printed nothing \(no display\)"):
        print_pdf(page, tmp_path / "p.pdf", browser=program(tmp_path / "a", "echo no display >&2"), as_of=AS_OF)
    monkeypatch.setattr(pdf, "PATIENCE_S", 0.2)
    with pytest.raises(OutputError, match="within"):
        print_pdf(page, tmp_path / "p.pdf", browser=program(tmp_path / "b", "exec sleep 20"), as_of=AS_OF)
    with pytest.raises(OutputError, match="cannot be run"):
        print_pdf(page, tmp_path / "p.pdf", browser=str(tmp_path / "gone"), as_of=AS_OF)
    assert not (tmp_path / "p.pdf").exists()


def test_two_prints_of_a_page_are_the_same_bytes(browser, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<p>one</p><p style='break-before: page'>two</p>", encoding="utf-8")
    one, two = (
        print_pdf(page, tmp_path / name, browser=browser, as_of=AS_OF).read_bytes() for name in ("1.pdf", "2.pdf")
    )
    assert one == two
    assert count_pages(one) == 2
    assert b"D:20260131000000" in one
