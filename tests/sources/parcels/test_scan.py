"""The loop through the bytes: every number as Python reads it, and what is none marked."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.parcels import gml, squares
from siteprior.sources.parcels.published_form import _scanned

ONE = gml(*squares(1, (400000, 290000)))


def rings_of(text):
    """Return the numbers of each ring, ``None`` where one is no number."""
    piece = _scanned(text.encode(), "a.gml")
    ends = np.cumsum(piece.counts)
    return [
        piece.numbers[end - count : end].tolist() if count else None
        for end, count in zip(ends, piece.counts, strict=True)
    ]


def wrapped(numbers):
    return f"<LR:PREDEFINED><gml:exterior><gml:posList>{numbers}</gml:posList></gml:exterior></LR:PREDEFINED>"


decimals = st.one_of(
    st.decimals(-2_000_000, 2_000_000, places=3).map(str),
    st.integers(-(10**9), 10**9).map(str),
    st.floats(1, 1e6).map(lambda value: f"{value:.9f}"),
    st.sampled_from(["+5", "5.", ".5", "-0", "4E5", "4.125e+05", "1.5E-3", "000400000.25"]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(decimals, min_size=1, max_size=12), st.sampled_from([" ", "\n", "  ", "\t "]))
def test_numbers_are_those_python_reads(texts, between):
    [read] = rings_of(wrapped(f" {between.join(texts)}\n"))
    assert read == [float(text) for text in texts]


def test_digits_beyond_a_float_are_read_as_near_as_makes_no_difference():
    [read] = rings_of(wrapped("412345.123456789012345678901 123456789012345678901234567890"))
    assert read == pytest.approx([412345.123456789, 1.2345678901234568e29], rel=1e-14)


@pytest.mark.parametrize("number", ["x", "-", ".", "1e", "1.2.3", "1,5", "nan", "0x9", "1-2", "４", "&#49;"])
def test_what_is_no_number_is_marked(number):
    assert rings_of(wrapped(f"400000 {number} 1 2") + wrapped("1 2")) == [None, [1, 2]]


def test_features_ids_and_holes_by_hand():
    text = (
        '<a:PREDEFINED gml:id="PREDEFINED.1"><exterior><posList srsDimension="2">1 2</posList></exterior>'
        "<gml:interior ><gml:posList>3 4</gml:posList></gml:interior><INSPIREID>77</INSPIREID></a:PREDEFINED>"
        "<PREDEFINED><LR:INSPIREID/><x><posList>5 6</posList></x><LR:OTHER>9</LR:OTHER></PREDEFINED><posList>7"
    )
    piece = _scanned(text.encode(), "a.gml")
    assert [text[start:stop] for start, stop in piece.ids.tolist()] == ["77", ""]
    assert piece.owners.tolist() == [0, 0, 1, 1]
    assert piece.inner.tolist() == [False, True, False, False]
    assert piece.numbers.tolist() == [1, 2, 3, 4, 5, 6, 7]


@settings(max_examples=150, deadline=None)
@given(st.text("<>/:= \"'0123456789.eE-+PREDEFINEDposListINSPIREIDexteriorinterior", max_size=200), st.data())
def test_no_text_reads_beyond_its_arrays(noise, data):
    at = data.draw(st.integers(0, len(ONE)))
    text = ONE[:at] + noise + ONE[at:]
    piece = _scanned(text.encode(), "a.gml")
    assert piece.counts.sum() == len(piece.numbers) <= len(text) / 2
    assert len(piece.counts) <= text.count("posList")
    assert len(piece.ids) <= len(re.findall("PREDEFINED", text))
    assert (piece.ids <= len(text)).all()
