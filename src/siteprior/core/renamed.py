"""Arguments that bear another name than in an earlier release: the old one is read for one release, with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Returned = TypeVar("Returned")

GONE_IN = "0.3"
"""The release that reads no old name any more."""


def renamed_argument(**names: str) -> Callable[[Callable[Given, Returned]], Callable[Given, Returned]]:
    """Let a function take arguments by their old names as well, old to new, each with a ``DeprecationWarning``.

    Raises
    ------
    TypeError
        From the function made, when an argument is given by both names.

    Examples
    --------
    >>> @renamed_argument(say="progress")
    ... def job(*, progress):
    ...     return progress
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     job(say="a line")
    'a line'
    >>> print(caught[0].message)
    job: the argument 'say' is now 'progress'; the old name goes in 0.3
    """

    def accept(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
        @wraps(function)
        def call(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
            for old in [old for old in names if old in kwargs]:
                new = names[old]
                if new in kwargs:
                    raise TypeError(f"{function.__name__}: got '{old}' and '{new}', which are one argument")
                warnings.warn(
                    f"{function.__name__}: the argument '{old}' is now '{new}'; the old name goes in {GONE_IN}",
                    DeprecationWarning,
                    stacklevel=2,
                )
                kwargs[new] = kwargs.pop(old)
            return function(*args, **kwargs)

        return call

    return accept
