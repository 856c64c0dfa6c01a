"""Line ends: a carriage return alone ends a line as well as a line feed."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.io import line_ends
from siteprior.core.io.line_ends import has_mixed_ends, line_feeds

TEXTS = st.lists(st.sampled_from([b"a", b",", b"\r", b"\n", b"\r\n"]), max_size=12).map(b"".join)


@given(TEXTS, st.integers(1, 5))
def test_every_line_ends_with_a_line_feed_however_the_text_is_cut(text, size):
    assert b"".join(line_feeds(io.BytesIO(text), size)) == re.sub(rb"\r\n?", b"\n", text)


@given(TEXTS, st.integers(1, 5))
def test_ends_are_mixed_where_a_return_stands_alone_beside_a_line_feed(text, size):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(line_ends, "PIECE", size)
        assert has_mixed_ends(io.BytesIO(text)) == (bool(re.search(rb"\r(?!\n)", text)) and b"\n" in text)
