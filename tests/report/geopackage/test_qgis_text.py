"""Texts and colours as QGIS writes them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from siteprior.report.geopackage.qgis_text import expression_text, rgba


def test_colours_are_three_channels_and_an_opacity():
    assert rgba("#0072b2") == "0,114,178,255"
    assert rgba("#0072b2", 0) == "0,114,178,0"


@given(st.text())
def test_no_text_ends_its_own_quotation(value):
    quoted = expression_text(value)
    assert re.fullmatch(r"'(?:[^'\\]|\\.)*'", quoted, flags=re.DOTALL)
    assert re.sub(r"\\(.)", r"\1", quoted[1:-1], flags=re.DOTALL) == value
