"""Whose line a warning names: that of the person who called siteprior, however deep inside it the warning arises."""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = str(Path(__file__).resolve().parents[1])


def callers_level() -> int:
    """Return the ``stacklevel`` for a :func:`warnings.warn` beside this call: the first line outside siteprior.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     warnings.warn("mind", stacklevel=callers_level())
    >>> caught[0].filename.startswith("<doctest")
    True
    """
    frame, level = sys._getframe(1), 1
    while frame.f_code.co_filename.startswith(_HERE) and frame.f_back is not None:
        frame, level = frame.f_back, level + 1
    return level
