"""What arrived, looked into: how files begin, web pages, messages of faults."""

from __future__ import annotations

import pytest

from siteprior.sources.fetch.client import Refused
from siteprior.sources.fetch.content import FIRST_BYTES, LONGEST_MESSAGE, is_page, refuse_other_kind


@pytest.mark.parametrize("ending", FIRST_BYTES)
def test_each_ending_is_known_by_its_first_bytes(ending, tmp_path):
    for begins in FIRST_BYTES[ending]:
        (tmp_path / "a").write_bytes(begins + b"rest")
        refuse_other_kind(tmp_path / "a", ending.upper())
    (tmp_path / "a").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(Refused, match=f"what came is no {ending} file"):
        refuse_other_kind(tmp_path / "a", ending)


@pytest.mark.parametrize(
    ("body", "ending", "says"),
    [
        (b"", ".csv", "is empty"),
        (b"\n<!DOCTYPE html>", ".gml", "a web page came"),
        (b"<?xml version='1.0'?><html>", ".gml", "a web page came"),
        (b'{"message": "no"}', ".csv", "JSON came instead of the table"),
        (b'{"message": "no"}', ".geojson", "the message of a fault"),
    ],
)
def test_what_is_no_file_of_its_ending_is_refused(body, ending, says, tmp_path):
    (tmp_path / "a").write_bytes(body)
    with pytest.raises(Refused, match=says):
        refuse_other_kind(tmp_path / "a", ending)


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (b"<html>", ".html"),
        (b"<?xml version='1.0'?><gml:Feature/>", ".gml"),
        (b'{"type": "FeatureCollection", "features": [], "error": null}', ".geojson"),
        (b"{odd},b\n1,2", ".csv"),
        (b'{"message": "' + b"x" * LONGEST_MESSAGE + b'"}', ".geojson"),
    ],
)
def test_what_only_looks_like_it_is_taken(body, ending, tmp_path):
    (tmp_path / "a").write_bytes(body)
    refuse_other_kind(tmp_path / "a", ending)


def test_what_the_server_calls_a_page_is_one():
    assert is_page("application/xhtml+xml")
    assert not is_page("")
