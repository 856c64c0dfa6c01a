"""The audit's page: whole, the same each time, names of files that cannot lead elsewhere."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import audit as pieces
from siteprior.report.audit.page import slug, write_page
from siteprior.report.audit.summary import by_council, find


@pytest.fixture(scope="module")
def found():
    return find(**pieces.pile())


@pytest.fixture(scope="module")
def councils(found):
    areas = pieces.boundaries()
    return list(by_council(found, areas["name"].to_dict(), areas))


def png(width, height):
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"rest"


def page(path, found, councils, **changes):
    given_ = {"title": "T & U", "pictures": {}, "bounded": True, **changes}
    return write_page(path, found, councils, **given_).read_text(encoding="utf-8")


@given(st.text(max_size=20))
def test_a_code_becomes_a_plain_name_of_a_file(code):
    assert re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*|-", slug(code))
    assert slug(slug(code)) == slug(code)


def test_the_page_holds_each_council_and_its_own_words_as_text(found, councils, tmp_path):
    told = page(tmp_path / "a.html", found, councils, passed_over=["guide <b>.pdf"])
    assert [told.index(council.name) for council in councils] == sorted(told.index(each.name) for each in councils)
    assert "T &amp; U" in told
    assert "guide &lt;b&gt;.pdf" in told
    assert "<b>.pdf" not in told
    assert page(tmp_path / "b.html", found, councils, passed_over=["guide <b>.pdf"]) == told


def test_a_picture_keeps_its_size(found, councils, tmp_path):
    picture = png(640, 480)
    told = page(tmp_path / "a.html", found, councils, pictures={councils[0].code: picture, councils[1].code: None})
    assert f"data:image/png;base64,{base64.b64encode(picture).decode()}" in told
    assert 'width="640" height="480"' in told
    assert told.count("<img") == 1


@pytest.mark.parametrize("workbooks", [True, False])
def test_workbooks_are_linked_only_where_there_are_some(found, councils, tmp_path, workbooks):
    told = page(tmp_path / "a.html", found, councils, workbooks=workbooks)
    assert (f"councils/{slug(councils[0].code)}.xlsx" in told) == workbooks


@pytest.mark.parametrize("illustrative", [True, False])
def test_invented_sites_are_called_so(found, councils, tmp_path, illustrative):
    told = page(tmp_path / "a.html", found, councils, illustrative=illustrative)
    assert ("llustrative data" in told) == illustrative
