"""Errors raised for a bad call; bad data is a row in the issue log instead (:mod:`siteprior.core.issues`).

:class:`RunWarning` is for what does not stop a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from siteprior.core.other_names import own_name
from siteprior.core.shown_text import without_keys


class SitePriorError(Exception):
    """Base of every error siteprior raises on purpose: what is wrong, where, and what to do about it.

    Parameters
    ----------
    *faults
        One sentence per fault; each names the input, the fault and the fix. The keys of addresses in it are hidden.

    Examples
    --------
    >>> import siteprior as sp
    >>> try:
    ...     sp.read_registers("no-such-file.csv")
    ... except sp.SitePriorError as error:
    ...     len(error.faults), type(error).__name__
    (1, 'InputError')
    """

    def __init__(self, *faults: str) -> None:
        self.faults = tuple(printable(without_keys(str(fault))) for fault in faults)
        super().__init__("\n".join(listed_once(self.faults)))

    def __reduce__(self) -> tuple[type[SitePriorError], tuple[str, ...]]:
        """Travel between processes fault by fault."""
        return type(self), self.faults


class InputError(SitePriorError, ValueError):
    """An input file or table cannot be used: missing, empty, unreadable, wrong columns, wrong CRS.

    Examples
    --------
    >>> import siteprior as sp
    >>> try:
    ...     sp.read_stops("no-such-file.csv")
    ... except sp.InputError as error:
    ...     "no-such-file.csv" in str(error)
    True
    """


class ProjectError(SitePriorError, ValueError):
    """The project file asks for something that does not exist or contradicts itself.

    Examples
    --------
    >>> import siteprior as sp
    >>> try:
    ...     sp.load_project("no-such-project.toml")
    ... except sp.SitePriorError as error:
    ...     "no-such-project.toml" in str(error)
    True
    """


class UnknownNameError(InputError, KeyError):
    """A mapping was asked for a name it does not hold: the nearest name and those it has stand in the message.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> try:
    ...     run["site"]
    ... except KeyError as error:
    ...     str(error).partition("?")[0]
    "the run has no table 'site'; did you mean 'sites'"
    """

    __str__ = Exception.__str__  # a KeyError would show the sentence in quotes


class OutputError(SitePriorError, OSError):
    """An output could not be written; whatever stood there before is untouched.

    Examples
    --------
    >>> import siteprior as sp
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> _ = sp.report.copy_notebooks(folder)
    >>> try:
    ...     sp.report.copy_notebooks(folder)
    ... except sp.OutputError as error:
    ...     isinstance(error, OSError)
    True
    """


class RunWarning(UserWarning):
    """Something of a run could not be made or found, and all else was: what, why, and what to do about it.

    Examples
    --------
    >>> import siteprior as sp
    >>> issubclass(sp.RunWarning, UserWarning)
    True
    """


def printable(text: str) -> str:
    r"""Return text with its control signs written out, as a damaged file brings them into a message.

    Examples
    --------
    >>> print(printable("it has c\x00o\x00d\x00e, or \x1b[31m"))
    it has c\x00o\x00d\x00e, or \x1b[31m
    """
    return "".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in text)


_LISTED = 150
"""Names a message lists at most, before it shows the nearest alone."""

_NEAREST = 5


def unknown(what: str, given: str, known: Iterable[str], *, where: str = "") -> str:
    """Say that a name is unknown, offer the nearest valid one and list them all; of very many the nearest alone.

    Parameters
    ----------
    what
        The kind of thing named, such as ``"criterion"``.
    given
        The name that was given.
    known
        The valid names.
    where
        The file, table or key in which the name stood.

    Returns
    -------
    str
        One sentence for an error message.

    Examples
    --------
    >>> unknown("criterion", "densty", ["density", "need"])
    "unknown criterion 'densty'; did you mean 'density'? Valid: density, need"
    """
    given, names = str(given), sorted(map(str, known))  # a call may give anything for a name
    near = nearest(given, names)
    hint = f" did you mean '{near}'?" if near else ""
    prefix = f"{where}: " if where else ""
    valid = ", ".join(names) or "(none)"
    if len(names) > _LISTED:
        valid = ", ".join(sorted(get_close_matches(given, names, n=_NEAREST, cutoff=0))) + f" and {len(names)} in all"
    return f"{prefix}unknown {what} '{given}';{hint} Valid: {valid}"


_VALID = re.compile(r" Valid: (.+)$", re.DOTALL)
_SHORT = 40
"""Characters of a list of valid names that may stand in each of several sentences."""


def listed_once(faults: Iterable[str]) -> list[str]:
    """Return the sentences with a long list of valid names that ends several of them in the last of these alone.

    Examples
    --------
    >>> names = [f"criterion_{n}" for n in range(5)]
    >>> first, last = listed_once([unknown("criterion", each, names) for each in ("criterion_9", "x")])
    >>> first
    "unknown criterion 'criterion_9'; did you mean 'criterion_4'? The valid ones stand below"
    >>> last
    "unknown criterion 'x'; Valid: criterion_0, criterion_1, criterion_2, criterion_3, criterion_4"
    """
    sentences = list(faults)
    lists = [None if (end := _VALID.search(text)) is None else end[1] for text in sentences]
    return [
        _VALID.sub(" The valid ones stand below", text)
        if valid is not None and len(valid) > _SHORT and valid in lists[place + 1 :]
        else text
        for place, (text, valid) in enumerate(zip(sentences, lists, strict=True))
    ]


def nearest(given: str, names: Iterable[str]) -> str | None:
    """Return the name a person most likely meant, ``None`` where none is like what was given.

    What is known by another name goes before what is spelt like it.

    Examples
    --------
    >>> nearest("densty", ["density", "need"]), nearest("NEED", ["density", "need"]), nearest("x", ["need"])
    ('density', 'need', None)
    >>> nearest("homes", ["capacity", "home"])
    'capacity'
    """
    listed = sorted(names)
    meant = own_name(given, listed)
    if meant is not None:
        return meant
    near = get_close_matches(given, listed, n=1)
    return next(iter(near or [name for name in listed if name.casefold() == given.strip().casefold()]), None)


def lacks(whose: str, what: str, given: str, names: Iterable[str]) -> str:
    """Say that something has no attribute of a name, offer the nearest, and list those it has, in their order.

    Examples
    --------
    >>> lacks("the run", "table", "site", ["sites", "stops"])
    "the run has no table 'site'; did you mean 'sites'? It has sites, stops"
    >>> lacks("the run", "table", "homes", ["sites", "stops"])
    "the run has no table 'homes'; it has sites, stops"
    """
    listed = list(names)
    near = nearest(given, listed)
    hint = f"did you mean '{near}'? It has" if near else "it has"
    return f"{whose} has no {what} '{given}'; {hint} {', '.join(listed)}"
