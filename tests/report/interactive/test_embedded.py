"""Data inside a page: no text in it ends a script, and every number is read to the last digit."""

from __future__ import annotations

import base64
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.report.interactive.embedded import json_block, packed


@given(
    st.dictionaries(
        st.text(), st.one_of(st.none(), st.text(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
    )
)
def test_what_goes_in_comes_out(facts):
    assert json.loads(json_block(facts)) == facts


@given(st.text(alphabet="<>!-/script&\u2028\u2029\"'\\"))
def test_no_sign_stands_that_could_end_a_script(text):
    block = json_block({"text": text})
    assert not set(block) & set("<>&\u2028\u2029")
    assert json.loads(block)["text"] == text


def test_a_number_that_json_lacks_is_refused():
    with pytest.raises(ValueError):
        json_block({"x": float("nan")})


@given(st.lists(st.floats(allow_nan=False)))
def test_packed_numbers_are_those_of_any_reader_of_floats(values):
    raw = base64.b64decode(packed(values))
    assert list(struct.unpack(f"<{len(values)}d", raw)) == values
