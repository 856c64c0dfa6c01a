"""The faults of several inputs that do not depend on each other, named at once instead of one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from siteprior.core.errors import SitePriorError


class AllFaults:
    """Keeps what is refused of several inputs, until it is raised together.

    Examples
    --------
    >>> from siteprior.core.errors import InputError
    >>> faults = AllFaults()
    >>> for name in ("a.csv", "b.csv"):
    ...     with faults.kept():
    ...         raise InputError(f"{name}: is empty")
    >>> faults.refuse()
    Traceback (most recent call last):
    siteprior.core.errors.InputError: a.csv: is empty
    b.csv: is empty
    """

    def __init__(self) -> None:
        self._errors: list[SitePriorError] = []

    @property
    def sentences(self) -> tuple[str, ...]:
        """The faults kept, each once, in their order; one that stands with its place before it, too, only so."""
        every = list(dict.fromkeys(text for error in self._errors for text in error.faults))
        return tuple(text for text in every if not any(other.endswith(f": {text}") for other in every))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what goes wrong inside; what comes after the block is still done."""
        try:
            yield
        except SitePriorError as error:
            self._errors.append(error)

    def refuse(self) -> None:
        """Raise all that was kept as one error, of the kind of the first; nothing where there is none.

        Raises
        ------
        SitePriorError
            With every fault kept.
        """
        if self._errors:
            raise type(self._errors[0])(*self.sentences) from None
