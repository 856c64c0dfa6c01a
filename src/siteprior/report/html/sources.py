"""Where the inputs come from: what nobody stated is called so, with the form in which the project file takes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

NOT_STATED = "not stated"

_KEYS = {
    "own sites": ("sources", "own_sites = [{{path = {file}, {facts}}}]"),
    "site facts": ("sources", "site_facts = [{{path = {file}, {facts}}}]"),
    "decisions": ("sources", "decisions = [{{path = {file}, {facts}}}]"),
    "shapes": ("sources", "shapes = [{{path = {file}, {facts}}}]"),
    "openings": ("sources", "openings = [{{path = {file}, {facts}}}]"),
    "corridors": ("corridors", "paths = [{{path = {file}, {facts}}}]"),
    "base map": ("publish", "basemap = {{path = {file}, {facts}}}"),
    "layer": ("[layers]", "path = {file}, {facts}"),
}
"""Table of the project file in which a role's files stand, and the form of an entry that states its origin."""

_FACTS = {"publisher": "Example Council", "licence": "OGL v3", "vintage": "2026-01"}


def unstated_origins(inputs: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the inputs whose publisher or licence nobody stated, and how to state them, one row per role.

    Parameters
    ----------
    inputs
        ``role``, ``file``, ``publisher``, ``licence`` and ``vintage`` of what was read, as ``run.json`` records it.

    Returns
    -------
    list of dict
        ``role``; ``files``, their names; ``table``, that of the project file; ``form``, the entry for the first.

    Examples
    --------
    >>> read = {"role": "corridors", "file": "lines.csv", "publisher": "", "licence": "OGL v3", "vintage": ""}
    >>> (row,) = unstated_origins([read])
    >>> row["table"], row["form"]
    ('[corridors]', 'paths = [{path = "lines.csv", publisher = "Example Council", vintage = "2026-01"}]')
    """
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for read in inputs:
        if not read.get("publisher") or not read.get("licence"):
            rows.setdefault(str(read["role"]), []).append(read)
    return [
        {
            "role": role,
            "files": ", ".join(dict.fromkeys(str(read["file"]) for read in reads)),
            "table": f"[{table}]",
            "form": form.format(file=json.dumps(str(reads[0]["file"]), ensure_ascii=False), facts=_facts(reads[0])),
        }
        for role, reads in rows.items()
        for table, form in [_KEYS.get(role, ("sources", "{{path = {file}, {facts}}}"))]
    ]


def _facts(read: Mapping[str, Any]) -> str:
    """Return as TOML the facts that are wanting of an input."""
    return ", ".join(f'{key} = "{example}"' for key, example in _FACTS.items() if not read.get(key))
