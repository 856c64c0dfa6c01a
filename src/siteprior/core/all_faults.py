"""The faults of several inputs that do not depend on each other, named at once instead of one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Take what :meth:`refuse_or_go_on` would raise inside: a check goes on with the rest."""
        token = _COLLECTING.set(self)
        try:
            yield
        finally:
            _COLLECTING.reset(token)

    def refuse_or_go_on(self) -> None:
        """Raise all that was kept, as :meth:`refuse` does; while another collects, pass it on and return.

        What comes after it has to do with what could be read: that is what a check goes on with.

        Examples
        --------
        >>> from siteprior.core.errors import InputError
        >>> every, read = AllFaults(), AllFaults()
        >>> with read.kept():
        ...     raise InputError("a.csv: is empty")
        >>> with every.collecting():
        ...     read.refuse_or_go_on()
        >>> every.sentences
        ('a.csv: is empty',)
        """
        collecting = _COLLECTING.get()
        if collecting is None:
            self.refuse()
        else:
            collecting._errors += self._errors

    def only(self, counts: Callable[[str], bool]) -> AllFaults:
        """Return those of the faults that count, each as an error of its kind.

        Examples
        --------
        >>> from siteprior.core.errors import InputError
        >>> faults = AllFaults()
        >>> with faults.kept():
        ...     raise InputError("a.csv: is empty", "b.csv: is empty")
        >>> faults.only(lambda text: text.startswith("b")).sentences
        ('b.csv: is empty',)
        """
        kept = AllFaults()
        for error in self._errors:
            if texts := [text for text in error.faults if counts(text)]:
                kept._errors.append(type(error)(*texts))
        return kept


_COLLECTING: ContextVar[AllFaults | None] = ContextVar("collecting", default=None)
"""who takes faults that would be refused; nobody in a run."""
