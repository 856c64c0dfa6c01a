"""Which council a row belongs to, whatever an auto-filled column says.

A register is one council's: a code that a spreadsheet ran down the column (Stafford's E07000197, E07000198, …) must
assign no row to another. Some files are collated and hold many councils; there a row is its stated council's as long
as that council's rows lie where they should. What a row states is a *token*: the ONS code it resolves to, or, where
that council's area is not known, a question mark and its code, or the text where no council known is meant, so that a
council without known area still counts as one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from siteprior.core.councils import in_force
from siteprior.core.parameters import load_parameters
from siteprior.registers.coordinates.candidates import NOTHING_STATED, Candidates
from siteprior.registers.councils import Councils, resolve

Tokens = list[str | None]
"""The council each row states, ``None`` where it states none."""

CouncilsByReading = list[dict[int, str]]
"""For each row: column of the reading → ONS code of the council it lies in."""

UNKNOWN = NOTHING_STATED
NOT_A_COUNCIL = re.compile(r"park|broads|corp|E26\d{6}", re.IGNORECASE)
"""Planning authorities that are no council and span several."""


class CouncilAssignment(NamedTuple):
    """The council each row is assigned to, and what to report about it.

    Attributes
    ----------
    council
        ONS code per row, ``None`` where no known council can be assigned.
    group
        Rows of one group are one council's, known or not.
    misstated
        Whether the row states another council than the one it is assigned to.
    notes
        What was decided against or beyond the statements.
    """

    council: npt.NDArray[np.object_]
    group: npt.NDArray[np.object_]
    misstated: npt.NDArray[np.bool_]
    notes: list[str]


class _Register(NamedTuple):
    """The rows of one register: the councils they state, those they lie in, and whether they have coordinates."""

    by_address: Tokens
    by_label: Tokens
    lies_in: Tokens
    by_reading: CouncilsByReading
    placed: list[bool]


def assign_councils(
    addresses: Sequence[str],
    labels: Sequence[str],
    sources: Sequence[str],
    candidates: Candidates,
    councils: Councils,
    *,
    stated: str | None,
    entities: Sequence[str] = (),
    by_place: bool = False,
) -> CouncilAssignment:
    """Decide which council each row of a file belongs to.

    Parameters
    ----------
    addresses, labels
        What each row states as its organisation, as an address or code and as a name.
    sources
        The register each row of a national file comes from; one text throughout for any other file.
    candidates
        The points each row's coordinates may mean.
    councils
        The councils known.
    stated
        The ONS code of the council the caller says the file is of; it overrides what the rows state.
    entities
        The ``organisation-entity`` number of each row, as today's national file has it in place of a name; no number
        says which council it is, so the rows of one are taken for a register whose council is found by its places.
    by_place
        Whether the rows are each by themselves, as in a list of one's own, and not of the one council whose register
        the file is: of the council the row states, else of the one it lies in.
    """
    notes: list[str] = []
    stated = None if stated is None else in_force(stated, among=councils.codes)
    by_reading = _councils_by_reading(candidates, councils)
    lies_in = _council_of_label(candidates, by_reading)
    placed = [bool(finite.any()) for finite in np.isfinite(candidates.east)]
    learnt = {} if by_place else _learn_codes(addresses, lies_in, placed, councils, notes)
    by_address, by_label = _tokens(addresses, councils, learnt), _tokens(labels, councils, {})
    tokens: Tokens = [None] * len(by_reading)
    numbered = _numbered(entities, by_address, by_label) if stated is None else {}
    registers: dict[tuple[str, str], list[int]] = {}
    for row, source in enumerate(sources):
        registers.setdefault((source, numbered.get(row, "")), []).append(row)
    for (_, entity), rows in registers.items():
        if stated is not None:
            decided: Tokens = [stated] * len(rows)
        elif by_place:
            decided = [by_address[row] or by_label[row] or lies_in[row] for row in rows]
        elif entity:
            decided = _by_place([lies_in[row] for row in rows], [placed[row] for row in rows])
        else:
            register = _Register(
                [by_address[row] for row in rows], [by_label[row] for row in rows], [lies_in[row] for row in rows],
                [by_reading[row] for row in rows], [placed[row] for row in rows],
            )  # fmt: skip
            decided = _one_register(register, councils.with_areas, notes)
        for row, token in zip(rows, decided, strict=True):
            tokens[row] = token
    if numbered:
        found = sum(tokens[row] is not None for row in numbered)
        notes.append(
            f"{len(numbered)} rows have an organisation-entity number and no name; the council of {found} of them is "
            "found by where they lie"
        )
    own = [stated or _code_of(token, councils) for token in tokens]
    first = [a or b for a, b in zip(by_address, by_label, strict=True)]
    misstated = [bool(a) and a != token and (a, token) != (None, None) for a, token in zip(first, tokens, strict=True)]
    several = len(set(sources)) > 1
    group = [  # rows of no council known are still one register's where the file says which
        token or f"{UNKNOWN}{numbered.get(row, '') or (source if several else '')}"
        for row, (token, source) in enumerate(zip(tokens, sources, strict=True))
    ]
    return CouncilAssignment(
        np.array(own, dtype=object), np.array(group, dtype=object), np.array(misstated, dtype=bool), notes
    )


def _tokens(texts: Sequence[str], councils: Councils, learnt: dict[str, str]) -> Tokens:
    """Return the council each text states, each distinct text resolved once."""
    tokens = {}
    for text in set(texts) - {""}:
        code = resolve(text, councils)
        tokens[text] = code if code and councils.assignable(code) else learnt.get(text) or f"{UNKNOWN}{code or text}"
    return [tokens.get(text) for text in texts]


def _code_of(token: str | None, councils: Councils) -> str | None:
    """Return the ONS code a token stands for, ``None`` where no council is meant by it that is known."""
    code = None if token is None else token.removeprefix(UNKNOWN)
    return code if code in councils.names else None


def _numbered(entities: Sequence[str], by_address: Tokens, by_label: Tokens) -> dict[int, str]:
    """Return the entity number of the rows that state no more of their organisation, by row."""
    return {
        row: entity
        for row, entity in enumerate(entities)
        if entity and by_address[row] is None and by_label[row] is None
    }


def _by_place(lies_in: Tokens, placed: Sequence[bool]) -> Tokens:
    """Return the council of rows of one unknown organisation: the one all but few lie in, else each row's own."""
    dominant = _dominant(lies_in, placed)
    return list(lies_in) if dominant is None else [dominant] * len(lies_in)


def _councils_by_reading(candidates: Candidates, councils: Councils) -> CouncilsByReading:
    """Return for each row the councils its readings lie in."""
    by_reading: CouncilsByReading = [{} for _ in range(len(candidates.labelled))]
    if not councils.with_areas:
        return by_reading
    rows, columns = np.nonzero(np.isfinite(candidates.east))
    codes = councils.at(candidates.east[rows, columns], candidates.north[rows, columns])
    for row, column, code in zip(rows, columns, codes, strict=True):
        if code is not None:
            by_reading[row][int(column)] = code
    return by_reading


def _council_of_label(candidates: Candidates, by_reading: CouncilsByReading) -> Tokens:
    """Return the council each row lies in as labelled; where that is no point, the one all its readings agree on."""
    valid = np.isfinite(candidates.east[np.arange(len(by_reading)), candidates.labelled])
    return [
        row.get(int(column)) if labelled else next(iter(set(row.values()))) if len(set(row.values())) == 1 else None
        for row, column, labelled in zip(by_reading, candidates.labelled, valid, strict=True)
    ]


def _led_home(lies_in: Tokens, by_reading: CouncilsByReading) -> Tokens:
    """Return the council each row lies in as labelled, else by all its readings, where other rows of the file lie.

    For a register that states no organisation and of whose rows some have their axes exchanged: read as labelled these
    lie in the sea. One row at least has to lie in the council as labelled, for mirrored places can meet a council too.
    """
    labelled = {code for code in lies_in if code is not None}
    led = [next(iter(set(row.values()))) if len(set(row.values())) == 1 else None for row in by_reading]
    return [code or (other if other in labelled else None) for code, other in zip(lies_in, led, strict=True)]


def _dominant(codes: Tokens, placed: Sequence[bool]) -> str | None:
    """Return the council in which all but few of the rows with coordinates lie, if there is one."""
    parameters = load_parameters("registers")
    counts = Counter(code for code in codes if code is not None)
    code, count = max(counts.items(), key=lambda item: (item[1], item[0]), default=(None, 0))
    enough = parameters.integer("genuine_rows"), parameters.number("dominant_share") * sum(placed)
    return code if count >= max(enough) else None


def _only(codes: Tokens, placed: Sequence[bool]) -> str | None:
    """Return the council in which all rows with coordinates lie, however few; ``None`` where there is none such."""
    found = {code for code, has_place in zip(codes, placed, strict=True) if has_place}
    return found.pop() if len(found) == 1 else None


def _learn_codes(
    addresses: Sequence[str], lies_in: Tokens, placed: Sequence[bool], councils: Councils, notes: list[str]
) -> dict[str, str]:
    """Return the councils that codes unknown to siteprior stand for: those in which (nearly) all their rows lie."""
    rows_of: dict[str, list[int]] = {}
    for row, text in enumerate(addresses):
        if text:
            rows_of.setdefault(text, []).append(row)
    learnt = {}
    for text, rows in rows_of.items():
        if NOT_A_COUNCIL.search(text):
            continue
        code = _dominant([lies_in[row] for row in rows], [placed[row] for row in rows])
        stated = resolve(text, councils)
        if code is not None and not (stated and councils.assignable(stated)):
            learnt[text] = code
            what = f"{stated}, whose area is not known" if stated else "no council known by name"
            notes.append(f"'{text}' is {what}; all but few of its sites lie in {code}")
    return learnt


def _one_register(register: _Register, with_areas: bool, notes: list[str]) -> Tokens:
    """Decide for the rows of one register."""
    by_address, by_label, lies_in, by_reading, placed = register
    counts = Counter(token for token in (*by_address, *by_label) if token is not None)
    if not with_areas:
        return _by_statements(by_address, by_label, counts)
    dominant = _dominant(lies_in, placed)
    if not counts:
        led = _led_home(lies_in, by_reading)
        dominant, only = dominant or _dominant(led, placed), _only(led, placed)
        if dominant is not None:
            notes.append(f"no organisation is stated; all but few sites lie in {dominant}")
        elif only is not None:
            notes.append(f"no organisation is stated; every site with coordinates ({sum(placed)}) lies in {only}")
        return [dominant or only] * len(by_reading)
    support = Counter(code for row in by_reading for code in set(row.values()) & counts.keys())
    best = max(counts, key=lambda token: (support[token], counts[token], not token.startswith(UNKNOWN)))
    parameters = load_parameters("registers")
    few = (1 - parameters.number("dominant_share")) * sum(placed)
    elsewhere = dominant not in (None, best) and support[best] <= few
    if elsewhere and not any(NOT_A_COUNCIL.search(token) for token in counts):
        notes.append(f"the file states {best.lstrip(UNKNOWN)}, its sites lie in {dominant}")
        return [dominant] * len(by_reading)
    named = [token for token in counts if not token.startswith(UNKNOWN)]
    if len(counts) == 1 or (named == [best] and support[best]):
        return [best] * len(by_reading)
    return _row_by_row(by_address, by_label, by_reading, best, parameters.number("genuine_share"))


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
    stated = Counter(token for token in first if token is not None)
    if min(stated.values()) >= load_parameters("registers").integer("genuine_rows"):
        return first
    token, count = counts.most_common(1)[0]
    start = next(token for token in first if token is not None)
    return [token if 2 * count > stated.total() else start] * rows


def _row_by_row(
    by_address: Tokens, by_label: Tokens, by_reading: CouncilsByReading, best: str, genuine_share: float
) -> Tokens:
    """Assign each row to the council it states where that council's rows lie in it, else to the file's own."""
    least = load_parameters("registers").integer("genuine_rows")
    chosen: Tokens = []
    for a, b, readings in zip(by_address, by_label, by_reading, strict=True):
        stated = sorted((token for token in (a, b) if token), key=lambda token: token.startswith(UNKNOWN))
        chosen.append(next((token for token in stated if token in readings.values()), stated[0] if stated else None))
    placed, agreed, unplaced = Counter[str](), Counter[str](), Counter[str]()
    for token, readings in zip(chosen, by_reading, strict=True):
        if token is not None:
            placed[token] += bool(readings)
            agreed[token] += token in readings.values()
            unplaced[token] += not readings
    genuine = {
        token
        for token in {*placed, *unplaced}
        if (agreed[token] >= genuine_share * placed[token] if placed[token] else unplaced[token] >= least)
    } | {best}
    assigned: Tokens = []
    for token, readings in zip(chosen, by_reading, strict=True):
        if token is not None and (token in genuine or NOT_A_COUNCIL.search(token)):
            assigned.append(token)
        elif len(genuine) == 1:
            assigned.append(best)
        else:
            collated = token is not None and placed[token] + unplaced[token] >= least
            assigned.append(next((code for code in readings.values() if code in genuine), token if collated else best))
    return assigned
