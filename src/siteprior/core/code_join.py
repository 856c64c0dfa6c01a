"""The one rule of every join by code: one spelling, a wrong file refused, and how many codes met put on record.

Two tables that share no code are of two places or two kinds, and a join of them leaves every value blank without a
word. So each join by code goes through here: :func:`normal_codes` makes spellings one, :func:`join_codes` refuses two
sides of which no code agrees, and whoever runs the work collects what each join came to (:func:`recorded_joins`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import pandas as pd
from pydantic import JsonValue

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters

EXAMPLES = 3
"""Codes named in an issue, at most."""


@dataclass(frozen=True)
class CodeJoin:
    """What a join by code came to.

    Attributes
    ----------
    name
        What was joined to what, such as ``"deprivation of areas"``.
    of
        What the codes looked up are of, in the plural: ``"areas"``.
    file
        The file, as the project names it, they were looked up in.
    codes, met
        How many codes were looked up, and how many of them the file has.
    unmet
        The first of those it has not, in the order of the codes.
    lost
        What becomes of the rows whose code is not met: ``"their deprivation stays missing"``.
    enough
        The share (0–1) of codes below which few met; 0 where nothing is lost by it.
    remark
        What the end of a run states whatever the share; blank where there is nothing.

    Examples
    --------
    >>> join = CodeJoin("deprivation of areas", "areas", "iod.csv", 4, 1, ("E01000002",), "it stays missing", 0.8)
    >>> join.share, join.few
    (0.25, True)
    >>> join.sentence
    'deprivation of areas: 1 of the 4 areas found in iod.csv (not E01000002, for example): it stays missing'
    """

    name: str
    of: str
    file: str
    codes: int
    met: int
    unmet: tuple[str, ...]
    lost: str
    enough: float
    remark: str = ""

    @classmethod
    def counted(
        cls, name: str, of: str, file: str, codes: int, missing: Sequence[str], lost: str, enough: float,
        remark: str = "",
    ) -> CodeJoin:  # fmt: skip
        """Return the join of which these codes, in their order, did not meet.

        Examples
        --------
        >>> join = CodeJoin.counted("homes of areas", "areas", "homes.csv", 9, list("abcd"), "they stay missing", 0.8)
        >>> join.met, join.unmet
        (5, ('a', 'b', 'c'))
        """
        return cls(name, of, file, codes, codes - len(missing), tuple(missing[:EXAMPLES]), lost, enough, remark)

    @property
    def share(self) -> float | None:
        """The share (0–1) of the codes that met; ``None`` where none was looked up."""
        return self.met / self.codes if self.codes else None

    @property
    def few(self) -> bool:
        """Whether fewer met than are enough."""
        return self.share is not None and self.share < self.enough

    @property
    def sentence(self) -> str:
        """What the end of a run states of the join; blank where enough met and nothing else is to be stated."""
        if not self.few and not self.remark:
            return ""
        found = f"{self.met:,} of the {self.codes:,} {self.of} found in {self.file}"
        if self.remark:
            return f"{self.name}: {found}: {self.remark}"
        example = f" (not {self.unmet[0]}, for example)" if self.unmet else ""
        return f"{self.name}: {found}{example}: {self.lost}"

    def row(self) -> dict[str, JsonValue]:
        """Return the join as a row of ``run.json``, ``joins``."""
        return {
            "join": self.name,
            "file": self.file,
            "of": self.of,
            "codes": self.codes,
            "met": self.met,
            "share": None if self.share is None else round(self.share, 4),
            "unmatched": self.unmet[0] if self.unmet else "",
            "note": "; ".join(filter(None, [self.lost if self.met < self.codes else "", self.remark])),
        }

    def log(self, log: IssueLog, *, field: str) -> None:
        """Log the codes that did not meet as one issue with their number; nothing where all met."""
        missing = self.codes - self.met
        if missing:
            more = ", …" if missing > len(self.unmet) else ""
            log.add("unknown entity", field=field,
                    value=f"{missing:,} of {self.codes:,} {self.of}: {', '.join(self.unmet)}{more}",
                    action=f"{self.lost}; {self.met:,} of {self.codes:,} {self.of} are matched")  # fmt: skip


_RECORDED: ContextVar[list[CodeJoin] | None] = ContextVar("joins by code", default=None)


@contextmanager
def recorded_joins() -> Iterator[list[CodeJoin]]:
    """Collect every join by code that is made inside, in their order.

    Examples
    --------
    >>> with recorded_joins() as joins:
    ...     _ = join_codes(["E01"], ["E01"], name="deprivation of areas", of="areas", file="iod.csv", lost="")
    >>> [(join.name, join.met) for join in joins]
    [('deprivation of areas', 1)]
    """
    joins: list[CodeJoin] = []
    before = _RECORDED.set(joins)
    try:
        yield joins
    finally:
        _RECORDED.reset(before)


def normal_code(text: str) -> str:
    """Return a code in the spelling in which it is compared: capitals, no blanks.

    Examples
    --------
    >>> normal_code(" e01000001 "), normal_code("9400 ZZWMbul")
    ('E01000001', '9400ZZWMBUL')
    """
    return "".join(text.split()).upper()


def normal_codes(codes: pd.Series) -> pd.Series:
    """Return codes in the spelling in which they are compared (:func:`normal_code`); missing ones stay missing.

    Examples
    --------
    >>> normal_codes(pd.Series([" e01000001", None])).tolist()
    ['E01000001', nan]
    """
    return codes.astype("str").str.replace(r"\s+", "", regex=True).str.upper()


def join_codes(
    sought: Iterable[str],
    known: Iterable[str],
    *,
    name: str,
    of: str,
    file: str,
    lost: str,
    fix: str = "",
    enough: float | None = None,
    remark: str = "",
) -> CodeJoin:
    """Look codes up among others, refuse two sides that share none, and record what the join came to.

    Parameters
    ----------
    sought
        The codes looked up, in the spelling of :func:`normal_codes`; each counts once, blank and missing ones do not.
    known
        The codes of the file.
    name, of, file, lost, enough, remark
        As in :class:`CodeJoin`; ``enough`` is the parameter ``joins.enough`` when ``None``.
    fix
        What to do where none agrees.

    Returns
    -------
    CodeJoin

    Raises
    ------
    InputError
        When both sides hold codes and none agrees, with a code of each side.

    Examples
    --------
    >>> join = join_codes(["E01", "E02"], ["E02", "E03"], name="homes of areas", of="areas", file="homes.csv", lost="")
    >>> join.met, join.unmet
    (1, ('E01',))
    >>> join_codes(["E01"], ["W01"], name="homes of areas", of="areas", file="homes.csv", lost="", fix="give England's")
    Traceback (most recent call last):
        ...
    siteprior.core.errors.InputError: homes.csv: has a row for none of the 1 areas; it has codes such as W01, the \
areas such as E01; give England's
    """
    wanted, there = _distinct(sought), _distinct(known)
    missing = wanted.difference(there)
    return record_join(
        CodeJoin.counted(
            name, of, file, len(wanted), list(missing), lost, share_enough() if enough is None else enough, remark
        ),
        known=str(there[0]) if len(there) else "",
        fix=fix,
    )


def record_join(join: CodeJoin, *, known: str, fix: str = "") -> CodeJoin:
    """Refuse a join in which no code agrees, else record it: for joins that are counted elsewhere, as by a database.

    Parameters
    ----------
    join
        What it came to; the first of ``unmet`` is named where it is refused.
    known
        A code of the file; blank where it holds none.
    fix
        What to do where none agrees.

    Raises
    ------
    InputError
        When both sides hold codes and none agrees.

    Examples
    --------
    >>> record_join(CodeJoin("homes of areas", "areas", "homes.csv", 0, 0, (), "", 0.8), known="E01").share is None
    True
    """
    if join.codes and not join.met and known:
        what = f"{join.file}: has a row for none of the {join.codes:,} {join.of}"
        examples = f"it has codes such as {known}, the {join.of} such as {join.unmet[0]}"
        raise InputError("; ".join(filter(None, [what, examples, fix])))
    joins = _RECORDED.get()
    if joins is not None:
        joins.append(join)
    return join


def files_in_words(files: Iterable[str]) -> str:
    """Return the names of the files a join reads, the first of them where there are many.

    Examples
    --------
    >>> files_in_words(["a.csv"]), files_in_words(["a.csv", "b.csv", "c.csv"])
    ('a.csv', 'a.csv and 2 more files')
    """
    first, *more = dict.fromkeys(files)
    return f"{first} and {len(more)} more file{'s' * (len(more) > 1)}" if more else first


def share_enough(kind: str = "all") -> float:
    """Return the share (0–1) of codes that are enough in joins of a kind: the parameter ``joins.enough.<kind>``.

    Examples
    --------
    >>> 0 < share_enough() < 1
    True
    """
    return float(load_parameters("joins").table("enough").number(kind))


def _distinct(codes: Iterable[str]) -> pd.Index:
    """Return the codes once each, in their order, without blank and missing ones."""
    every = pd.Index(codes if isinstance(codes, pd.Series | pd.Index) else list(codes), dtype="str").dropna().unique()
    return every[every != ""].sort_values()
