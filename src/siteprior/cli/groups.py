"""What the commands are for: their groups, as the help and the page of the commands list them."""

from __future__ import annotations

GROUPS: dict[str, tuple[str, ...]] = {
    "Start": ("demo", "init", "fetch"),
    "Run a project": ("check", "run"),
    "Read a run, try other weights": ("gaps", "reweight", "rank", "notebooks"),
    "Compare and hand over": ("compare", "hand-over"),
    "Registers or access alone": ("audit", "access"),
    "Look up": ("criteria", "columns", "stages", "cache", "docs"),
}
"""The commands by what they are for, in the order ``siteprior --help`` and the page of the commands list them."""
