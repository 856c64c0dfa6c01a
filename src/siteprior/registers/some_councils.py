"""Of a file of many councils the rows of some: the national file for one borough."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.core.issues import IssueLog
from siteprior.registers.assign_council import NOT_A_COUNCIL
from siteprior.registers.councils import Councils, resolve
from siteprior.registers.rows import Rows


def councils_asked(asked: Iterable[str], councils: Councils) -> frozenset[str]:
    """Return the ONS codes of the councils asked for, each by name or code.

    Raises
    ------
    InputError
        Naming each that no council known is called, with the nearest that is.

    Examples
    --------
    >>> from siteprior.registers.councils import councils
    >>> sorted(councils_asked(["Oldham", "E08000009"], councils(None)))
    ['E08000004', 'E08000009']
    """
    listed = [asked] if isinstance(asked, str) else list(asked)
    meant = {text: resolve(text, councils) for text in listed}
    names = sorted(set(councils.names.values()))
    faults = [unknown("council", text, names, where="councils") for text, code in meant.items() if code is None]
    if faults:
        raise InputError(*faults)
    return frozenset(code for code in meant.values() if code is not None)


def registers_with(rows: Rows, asked: frozenset[str], councils: Councils) -> Rows:
    """Return the rows of the registers in which one row at least may be of a council asked for.

    A national file says with ``resource`` which register a row comes from. A register is kept whole, for a code that
    was run down its column makes no row another council's; what is not asked for is left out when the rows have their
    council (:func:`only_councils`).

    Parameters
    ----------
    rows
        The rows of the file.
    asked
        From :func:`councils_asked`.
    councils
        The councils known.
    """
    texts = list(zip(rows.texts("organisation_uri"), rows.texts("organisation_label"), strict=True))
    # a register of a park or a development corporation is no council's
    codes = {
        text: resolve(text, councils) or bool(NOT_A_COUNCIL.search(text)) for pair in texts for text in pair if text
    }
    sources = rows.texts("resource")
    possible = {
        source
        for source, (address, label) in zip(sources, texts, strict=True)
        if {codes.get(address), codes.get(label)} & asked or not (codes.get(address) or codes.get(label))
    }
    return rows.take([place for place, source in enumerate(sources) if source in possible])


def only_councils(
    rows: Rows, table: pd.DataFrame, asked: frozenset[str], councils: Councils, log: IssueLog, *, read: int
) -> tuple[Rows, pd.DataFrame]:
    """Return the rows of the councils asked for, and report how many others the file holds.

    Parameters
    ----------
    rows, table
        The rows, and what was read of them.
    asked
        From :func:`councils_asked`.
    councils
        The councils known, for their names.
    log
        The issues of the file; those of rows left out are taken out again, and one row counts them.
    read
        How many rows the file holds.
    """
    kept = [place for place, code in enumerate(table["organisation"]) if code in asked]
    own = {rows.numbers[place] for place in kept}
    names = ", ".join(councils.names[code] for code in sorted(asked))
    without = int(table["organisation"].isna().sum())
    others = set(rows.numbers) - own
    log.rows[:] = [issue for issue in log.rows if issue["row"] not in others]
    doubt = f"; of {without} of them the council was not found" if without else ""
    log.add(
        "patch", field="organisation", value=names,
        action=f"{read - len(kept)} records passed over: only those of the councils named are read{doubt}",
    )  # fmt: skip
    return rows.take(kept), table.iloc[kept].reset_index(drop=True)
