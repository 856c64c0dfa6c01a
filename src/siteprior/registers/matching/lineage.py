"""What a site was part of or grew out of: by the register's own field, its notes, or a letter added to a reference."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.registers.matching.events import Event, event_of
from siteprior.registers.matching.link_versions import CouncilSites, Observation, Site
from siteprior.registers.matching.similarity import reference_key, sub_references

_BETWEEN = re.compile(r"[,;&()]|\band\b|\s/\s", re.IGNORECASE)
_FILLERS = re.compile(
    r"^(?:(?:the|former|revised|site|sites|ref|reference|no|number|part|of)\b[\s.:]*)+", re.IGNORECASE
)
_LONGEST = 5  # words of a reference


class Origins(NamedTuple):
    """Of each site, by id: the events that state an origin, and its chain of origins, nearest first."""

    events: dict[str, list[Event]]
    chains: dict[str, list[str]]


def origins(councils: list[CouncilSites], log: IssueLog) -> Origins:
    """Read what each site was part of; only references of the same council count.

    Parameters
    ----------
    councils
        From :func:`siteprior.registers.matching.link_versions.link_versions`.
    log
        Takes every stated origin that is no reference of the council.
    """
    events: dict[str, list[Event]] = {}
    chains: dict[str, list[str]] = {}
    for council in councils:
        statements = _statements(council, log)
        for (child, _), event in sorted(statements.items()):
            events.setdefault(child, []).append(event)
        parents: dict[str, list[str]] = {}
        for child, parent in sorted(statements, key=lambda pair: (statements[pair].published, pair)):
            parents.setdefault(child, []).append(parent)
        chains.update({child: _chain(child, parents) for child in parents})
    return Origins(events, chains)


def _chain(child: str, parents: dict[str, list[str]]) -> list[str]:
    """Return all a site came from, nearest first."""
    chain: list[str] = []
    generation = [child]
    while generation:
        older = [parent for site in generation for parent in parents.get(site, ())]
        generation = [parent for parent in dict.fromkeys(older) if parent != child and parent not in chain]
        chain += generation
    return chain


class _Statements(dict[tuple[str, str], Event]):
    """The earliest statement of each origin, by (site, origin)."""

    def keep_earliest(self, child: str, parent: str, observation: Observation, field: str, basis: str) -> None:
        """Keep a statement unless there is an earlier one of the same origin."""
        before = self.get((child, parent))
        if child != parent and (before is None or before.published > observation.date):
            self[child, parent] = event_of(observation, "part of", field=field, after=parent, basis=basis)


def _statements(council: CouncilSites, log: IssueLog) -> _Statements:
    """Return the earliest statement of each origin: by the register's field, the notes, or a letter added."""
    id_of_key: dict[str, str] = {}
    for site in council.sites:
        for row in site.observations:
            id_of_key.setdefault(row.key, site.id)
    id_of_key.pop("", None)
    parameters = load_parameters("history")
    patterns = {way: _pattern(parameters.texts(way)) for way in ("grew_out_of", "became")}
    statements = _Statements()
    for site in council.sites:
        for row in site.observations:
            for parent, text in _stated_in_field(row, id_of_key, log):
                statements.keep_earliest(site.id, parent, row, "part_of_stated", f"stated: {text}")
            for way, pattern in patterns.items():
                for other, text in _stated_in_notes(row.attributes.notes, pattern, id_of_key):
                    child, parent = (site.id, other) if way == "grew_out_of" else (other, site.id)
                    statements.keep_earliest(child, parent, row, "notes", f"notes of {row.id}: {text}")
    _add_lettered(council, statements)
    return statements


def _stated_in_field(row: Observation, id_of_key: dict[str, str], log: IssueLog) -> list[tuple[str, str]]:
    """Return the sites the register's own field names."""
    text = row.attributes.part_of_stated
    if not text or not text.strip("0- "):
        return []
    keys = (reference_key(_FILLERS.sub("", piece.strip())) for piece in _BETWEEN.split(text))
    named = [(id_of_key[key], text) for key in keys if key in id_of_key]
    if not named:
        log.add(
            "unknown entity", file=row.attributes.file, row=row.attributes.row, field="part_of_stated", value=text,
            action="names no reference of this council's vintages; kept as text", site_id=row.id,
        )  # fmt: skip
    return named


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern for any of the phrases and what follows, the longest first."""
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    words = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in ordered)
    return re.compile(rf"\b(?:{words})\b\s*:?\s*(.{{1,80}})", re.IGNORECASE)


def _stated_in_notes(notes: str | None, pattern: re.Pattern[str], id_of_key: dict[str, str]) -> list[tuple[str, str]]:
    """Return the sites whose references follow a declared phrase, one after the other."""
    named = []
    for match in pattern.finditer(notes or ""):
        for piece in _BETWEEN.split(match.group(1)):
            words = _FILLERS.sub("", piece.strip()).split()
            length = _reference_length(words, id_of_key)
            if not length:
                break
            named.append((id_of_key[reference_key(" ".join(words[:length]))], match.group(0)[:80].strip()))
            if length < len(words):
                break
    return named


def _reference_length(words: list[str], id_of_key: dict[str, str]) -> int:
    """Return how many of the first words are a reference; a bare number counts only where it stands alone."""
    for length in range(min(_LONGEST, len(words)), 0, -1):
        key = reference_key(" ".join(words[:length]))
        if key in id_of_key and (length == len(words) or not key.isdigit()):
            return length
    return 0


def _add_lettered(council: CouncilSites, statements: _Statements) -> None:
    """Take a new reference that is an older one with a letter added, inside the older site's disc, as a part of it."""
    sites_of: dict[str, list[Site]] = {}
    for site in council.sites:
        for key in {row.key for row in site.observations}:
            sites_of.setdefault(key, []).append(site)
    least = load_parameters("history").number("same_site_m")
    for site in council.sites:
        first = site.first
        for older in sites_of.get(first.key[:-2], []):
            earlier = [
                row for row in older.observations if row.date < first.date and sub_references(row.key, first.key)
            ]
            if not earlier:
                continue
            distance = earlier[-1].distance_m(first)
            if distance <= max(least, earlier[-1].radius_m):
                basis = f"the reference with a letter added, {distance:.0f} m from its point"
                statements.keep_earliest(site.id, older.id, first, "reference", basis)
