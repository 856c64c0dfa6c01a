"""Which council a row belongs to, whatever an auto-filled column says.

A register is one council's: a code that a spreadsheet ran down the column (Stafford's E07000197, E07000198, …) must
credit no row to another. Some files are collated and hold many councils; there a row is its stated council's as long
as that council's rows lie where they should. What a row states is a *token*: the ONS code it resolves to, or, where
no council known is meant, a question mark and the text, so that a council without known area still counts as one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from siteprior.core.parameters import load_parameters
from siteprior.registers.coordinates.candidates import Candidates
from siteprior.registers.councils import Councils, resolve

Tokens = list[str | None]
At = list[dict[int, str]]

UNKNOWN = "?"
NOT_A_COUNCIL = re.compile(r"park|broads|corp|E26\d{6}", re.IGNORECASE)
"""Planning authorities that are no council and span several."""


class Credit(NamedTuple):
    """Whose each row is, and what to say about it.

    Attributes
    ----------
    own
        ONS code per row, ``None`` where no council known can be told.
    group
        Rows of one group are one council's, known or not.
    wrong
        Whether the row states another council than the one it is credited to.
    notes
        What was decided against or beyond the statements.
    """

    own: npt.NDArray[np.object_]
    group: npt.NDArray[np.object_]
    wrong: npt.NDArray[np.bool_]
    notes: list[str]


class _Part(NamedTuple):
    """The rows of one register: what they state, where they lie as labelled and by each reading, and if anywhere."""

    by_address: Tokens
    by_label: Tokens
    lies: Tokens
    at: At
    placed: list[bool]


def credit(
    addresses: Sequence[str],
    labels: Sequence[str],
    sources: Sequence[str],
    found: Candidates,
    councils: Councils,
    *,
    stated: str | None,
) -> Credit:
    """Decide which council each row of a file belongs to.

    Parameters
    ----------
    addresses, labels
        What each row states as its organisation, as an address or code and as a name.
    sources
        The register each row of a national file comes from; one text throughout for any other file.
    found
        Where each row may lie.
    councils
        The councils known.
    stated
        The ONS code of the council the caller says the file is of; it wins.
    """
    notes: list[str] = []
    at = _councils_at(found, councils)
    lies = _lies_in(found, at)
    placed = [bool(stands.any()) for stands in np.isfinite(found.east)]
    learnt = _learn(addresses, lies, placed, councils, notes)
    by_address, by_label = _tokens(addresses, councils, learnt), _tokens(labels, councils, {})
    tokens: Tokens = [None] * len(at)
    parts: dict[str, list[int]] = {}
    for row, source in enumerate(sources):
        parts.setdefault(source, []).append(row)
    for rows in parts.values():
        if stated is not None:
            said: Tokens = [stated] * len(rows)
        else:
            part = _Part(
                [by_address[row] for row in rows], [by_label[row] for row in rows], [lies[row] for row in rows],
                [at[row] for row in rows], [placed[row] for row in rows],
            )  # fmt: skip
            said = _one_source(part, councils.known, notes)
        for row, token in zip(rows, said, strict=True):
            tokens[row] = token
    own = [token if token and not token.startswith(UNKNOWN) else None for token in tokens]
    first = [a or b for a, b in zip(by_address, by_label, strict=True)]
    wrong = [bool(a) and a != token and (a, token) != (None, None) for a, token in zip(first, tokens, strict=True)]
    return Credit(
        np.array(own, dtype=object), np.array([token or UNKNOWN for token in tokens], dtype=object),
        np.array(wrong, dtype=bool), notes,
    )  # fmt: skip


def _tokens(texts: Sequence[str], councils: Councils, learnt: dict[str, str]) -> Tokens:
    """Resolve each distinct text once."""
    known = {text: resolve(text, councils) or learnt.get(text) or f"{UNKNOWN}{text}" for text in set(texts) if text}
    return [known.get(text) for text in texts]


def _councils_at(found: Candidates, councils: Councils) -> At:
    """Return for each row the councils its readings lie in, by reading."""
    at: At = [{} for _ in range(len(found.labelled))]
    if not councils.known:
        return at
    rows, columns = np.nonzero(np.isfinite(found.east))
    codes = councils.at(found.east[rows, columns], found.north[rows, columns])
    for row, column, code in zip(rows, columns, codes, strict=True):
        if code is not None:
            at[row][int(column)] = code
    return at


def _lies_in(found: Candidates, at: At) -> Tokens:
    """Return the council each row lies in as labelled; where that is no place, the one all its readings agree on."""
    stands = np.isfinite(found.east[np.arange(len(at)), found.labelled])
    return [
        row.get(int(column)) if labelled else next(iter(set(row.values()))) if len(set(row.values())) == 1 else None
        for row, column, labelled in zip(at, found.labelled, stands, strict=True)
    ]


def _dominant(codes: Tokens, placed: Sequence[bool]) -> str | None:
    """Return the council in which all but few of the rows that have a place lie, if there is one."""
    presets = load_parameters("registers")
    counts = Counter(code for code in codes if code is not None)
    code, count = max(counts.items(), key=lambda item: (item[1], item[0]), default=(None, 0))
    enough = count >= presets["genuine_rows"].value and count >= presets["dominant_share"].value * sum(placed)
    return code if enough else None


def _learn(
    addresses: Sequence[str], lies: Tokens, placed: Sequence[bool], councils: Councils, notes: list[str]
) -> dict[str, str]:
    """Find out what codes unknown to siteprior stand for: the council in which (nearly) all their rows lie."""
    rows: dict[str, list[int]] = {}
    for row, text in enumerate(addresses):
        if text:
            rows.setdefault(text, []).append(row)
    learnt = {}
    for text, of in rows.items():
        code = None if NOT_A_COUNCIL.search(text) else _dominant([lies[i] for i in of], [placed[i] for i in of])
        if code is not None and resolve(text, councils) is None:
            learnt[text] = code
            notes.append(f"'{text}' is no council known by name; all but few of its sites lie in {code}")
    return learnt


def _one_source(part: _Part, areas: bool, notes: list[str]) -> Tokens:
    """Decide for the rows of one register."""
    by_address, by_label, lies, at, placed = part
    counts = Counter(token for token in (*by_address, *by_label) if token is not None)
    if not areas:
        return _by_statements(by_address, by_label, counts)
    most = _dominant(lies, placed)
    if not counts:
        if most is not None:
            notes.append(f"no organisation is stated; all but few sites lie in {most}")
        return [most] * len(at)
    support = Counter(code for row in at for code in set(row.values()) & counts.keys())
    best = max(counts, key=lambda token: (support[token], counts[token], not token.startswith(UNKNOWN)))
    presets = load_parameters("registers")
    few = (1 - float(presets["dominant_share"].value)) * sum(placed)
    elsewhere = most not in (None, best) and support[best] <= few
    if elsewhere and not any(NOT_A_COUNCIL.search(token) for token in counts):
        notes.append(f"the file states {best.lstrip(UNKNOWN)}, its sites lie in {most}")
        return [most] * len(at)
    known = [token for token in counts if not token.startswith(UNKNOWN)]
    if len(counts) == 1 or (known == [best] and support[best]):
        return [best] * len(at)
    return _row_by_row(by_address, by_label, at, best, float(presets["genuine_share"].value))


def _by_statements(by_address: Tokens, by_label: Tokens, counts: Counter[str]) -> Tokens:
    """Without areas: one known label, or one known address, names the file; then the majority, then the first row.

    A file in which every council repeats is taken as collated, row by row.
    """
    rows = len(by_address)
    for column in (by_label, by_address):
        named = {token for token in column if token is not None}
        if len(named) == 1 and not next(iter(named)).startswith(UNKNOWN):
            return [next(iter(named))] * rows
    if not counts:
        return [None] * rows
    first = [a or b for a, b in zip(by_address, by_label, strict=True)]
    told = Counter(token for token in first if token is not None)
    if min(told.values()) >= load_parameters("registers")["genuine_rows"].value:
        return first
    token, count = counts.most_common(1)[0]
    start = next(token for token in first if token is not None)
    return [token if 2 * count > told.total() else start] * rows


def _row_by_row(by_address: Tokens, by_label: Tokens, at: At, best: str, genuine_share: float) -> Tokens:
    """Credit each row to the council it states where that council's rows lie in it, else to the file's own."""
    least = int(load_parameters("registers")["genuine_rows"].value)
    chosen: Tokens = []
    for a, b, places in zip(by_address, by_label, at, strict=True):
        stated = sorted((token for token in (a, b) if token), key=lambda token: token.startswith(UNKNOWN))
        chosen.append(next((token for token in stated if token in places.values()), stated[0] if stated else None))
    told, agreed, unplaced = Counter[str](), Counter[str](), Counter[str]()
    for token, places in zip(chosen, at, strict=True):
        if token is not None:
            told[token] += bool(places)
            agreed[token] += token in places.values()
            unplaced[token] += not places
    genuine = {
        token
        for token in {*told, *unplaced}
        if (agreed[token] >= genuine_share * told[token] if told[token] else unplaced[token] >= least)
    } | {best}
    own: Tokens = []
    for token, places in zip(chosen, at, strict=True):
        if token is not None and (token in genuine or NOT_A_COUNCIL.search(token)):
            own.append(token)
        elif len(genuine) == 1:
            own.append(best)
        else:
            collated = token is not None and told[token] + unplaced[token] >= least
            own.append(next((code for code in places.values() if code in genuine), token if collated else best))
    return own
