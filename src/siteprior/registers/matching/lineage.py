"""What a site was part of or grew out of: by the register's own field, its notes, or a letter added to a reference."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np

from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.registers.matching.link_versions import Council, Sighting, Site
from siteprior.registers.matching.similarity import disc_radius_m, reference_key, sub_references

_BETWEEN = re.compile(r"[,;&()]|\band\b|\s/\s", re.IGNORECASE)
_FILLERS = re.compile(
    r"^(?:(?:the|former|revised|site|sites|ref|reference|no|number|part|of)\b[\s.:]*)+", re.IGNORECASE
)
_LONGEST = 5  # words of a reference


class Origins(NamedTuple):
    """Of each site, by id: the events that tell of an origin, and its chain of origins, nearest first."""

    events: dict[str, list[dict[str, Any]]]
    chains: dict[str, list[str]]


def origins(councils: list[Council], log: IssueLog) -> Origins:
    """Read what each site was part of; only references of the same council count.

    Parameters
    ----------
    councils
        From :func:`siteprior.registers.matching.link_versions.follow`.
    log
        Takes every stated origin that is no reference of the council.
    """
    events: dict[str, list[dict[str, Any]]] = {}
    chains: dict[str, list[str]] = {}
    for council in councils:
        parents = _parents(council, log)
        for (child, parent), event in sorted(parents.items()):
            events.setdefault(child, []).append({**event, "event": "part of", "after": parent})
        direct: dict[str, list[str]] = {}
        for child, parent in sorted(parents, key=lambda pair: (parents[pair]["published"], pair)):
            direct.setdefault(child, []).append(parent)
        chains.update({child: _chain(child, direct) for child in direct})
    return Origins(events, chains)


def _chain(child: str, direct: dict[str, list[str]]) -> list[str]:
    """Return all a site came from, nearest first."""
    chain: list[str] = []
    layer = [child]
    while layer:
        found = [parent for site in layer for parent in direct.get(site, ())]
        layer = [parent for parent in dict.fromkeys(found) if parent != child and parent not in chain]
        chain += layer
    return chain


def _parents(council: Council, log: IssueLog) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the earliest statement of each origin, by (site, origin)."""
    known: dict[str, str] = {}
    for site in council.sites:
        for seen in site.seen:
            known.setdefault(seen.key, site.id)
    known.pop("", None)
    presets = load_parameters("history")
    patterns = {way: _pattern(presets[way].value) for way in ("grew_out_of", "became")}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for site in council.sites:
        for seen in site.seen:
            for parent, text in _stated(seen, known, log):
                _keep(found, site.id, parent, seen, "part_of_stated", f"stated: {text}")
            for way, pattern in patterns.items():
                for other, text in _noted(seen.facts["notes"], pattern, known):
                    child, parent = (site.id, other) if way == "grew_out_of" else (other, site.id)
                    _keep(found, child, parent, seen, "notes", f"notes of {seen.id}: {text}")
    _lettered(council, found)
    return found


def _keep(found: dict[Any, dict[str, Any]], child: str, parent: str, seen: Sighting, field: str, basis: str) -> None:
    """Keep the first statement of an origin."""
    before = found.get((child, parent))
    if child != parent and (before is None or before["published"] > seen.date):
        origin = {"file": seen.facts["file"], "row": seen.facts["row"]}
        found[child, parent] = {"published": seen.date, "field": field, "basis": basis, **origin}


def _stated(seen: Sighting, known: dict[str, str], log: IssueLog) -> list[tuple[str, str]]:
    """Return the sites the register's own field names."""
    text = seen.facts["part_of_stated"]
    if not text or not text.strip("0- "):
        return []
    found = []
    for piece in _BETWEEN.split(text):
        key = reference_key(_FILLERS.sub("", piece.strip()))
        if key in known:
            found.append((known[key], text))
    if not found:
        log.add(
            "unknown entity", file=seen.facts["file"], row=seen.facts["row"], field="part_of_stated", value=text,
            action="names no reference of this council's vintages; kept as text", site_id=seen.id,
        )  # fmt: skip
    return found


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    """Return a pattern for any of the phrases and what follows, the longest first."""
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    words = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in ordered)
    return re.compile(rf"\b(?:{words})\b\s*:?\s*(.{{1,80}})", re.IGNORECASE)


def _noted(notes: str | None, pattern: re.Pattern[str], known: dict[str, str]) -> list[tuple[str, str]]:
    """Return the sites whose references follow a declared phrase, one after the other."""
    found = []
    for match in pattern.finditer(notes or ""):
        for piece in _BETWEEN.split(match.group(1)):
            words = _FILLERS.sub("", piece.strip()).split()
            length = _reference(words, known)
            if not length:
                break
            found.append((known[reference_key(" ".join(words[:length]))], match.group(0)[:80].strip()))
            if length < len(words):
                break
    return found


def _reference(words: list[str], known: dict[str, str]) -> int:
    """Return how many of the first words are a known reference; a bare number counts only where it stands alone."""
    for length in range(min(_LONGEST, len(words)), 0, -1):
        key = reference_key(" ".join(words[:length]))
        if key in known and (length == len(words) or not key.isdigit()):
            return length
    return 0


def _lettered(council: Council, found: dict[Any, dict[str, Any]]) -> None:
    """Take a new reference that is an older one with a letter added, inside the older site's disc, as a part of it."""
    stems: dict[str, list[Site]] = {}
    for site in council.sites:
        for key in {seen.key for seen in site.seen}:
            stems.setdefault(key, []).append(site)
    least = load_parameters("history")["same_site_m"].value
    for site in council.sites:
        first = site.seen[0]
        for older in stems.get(first.key[:-2], []):
            before = [seen for seen in older.seen if seen.date < first.date and sub_references(seen.key, first.key)]
            if not before:
                continue
            apart = np.hypot(before[-1].place[0] - first.place[0], before[-1].place[1] - first.place[1])
            if apart <= max(least, float(disc_radius_m(before[-1].facts["hectares"] or 0))):
                basis = f"the reference with a letter added, {apart:.0f} m from its point"
                _keep(found, site.id, older.id, first, "reference", basis)
