"""Data inside a page: JSON that no text in it can end, and numbers packed without loss."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

_CODED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""What could end a script or open a comment in HTML, or a line in JavaScript: it stands as JSON's own code."""


def json_block(facts: Mapping[str, Any]) -> str:
    r"""Return facts as JSON that may stand in a ``<script type="application/json">``, the same for the same facts.

    Raises
    ------
    ValueError
        When a number is not finite: JSON has none, and missing is ``None``.

    Examples
    --------
    >>> json_block({"name": "</script><!--", "walk_m": None})
    '{"name":"\\u003c/script\\u003e\\u003c!--","walk_m":null}'
    """
    return json.dumps(facts, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(_CODED)


def packed(values: npt.ArrayLike) -> str:
    """Return numbers as base64 of 64-bit floats, the lowest byte first: the page reads each to the last digit.

    Examples
    --------
    >>> packed([1.0])
    'AAAAAAAA8D8='
    """
    return base64.b64encode(np.asarray(values, dtype="<f8").tobytes()).decode("ascii")
