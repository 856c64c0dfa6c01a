"""The sample's project file as text, whole or without what a test does not ask about."""

from __future__ import annotations

from siteprior.core.files import shipped


def sample_text(*, plain: bool = False) -> str:
    """Return the sample's project file; ``plain`` with registers, stops and corridors alone."""
    text = (shipped("data") / "demo.toml").read_text(encoding="utf-8")
    if not plain:
        return text
    text = text.partition("\n# What would change if")[0] + "\n"
    text = text.partition("\n# What £20 million")[0] + "\n"
    before, _, rest = text.partition("\n# Published evidence")
    text = before + "\n[corridors]" + rest.partition("\n[corridors]")[2]
    before, _, rest = text.partition("history = [")
    text = before + rest.partition("]\n")[2]
    before, _, rest = text.partition("\n# ILLUSTRATIVE")
    text = before + "\n[shortlist]" + rest.partition("\n[shortlist]")[2]
    optional = ("streets = ", "timetables = ", "postcodes = ", "sales = ", "floor_areas = ", "site_facts = ")
    kept = [line for line in text.splitlines() if not line.startswith(optional)]
    start = [number for number, line in enumerate(kept) if line.startswith("[access]")]
    if start:
        end = next((n for n in range(start[0] + 1, len(kept)) if kept[n].startswith("[")), len(kept))
        del kept[start[0] : end]
    return "\n".join(kept) + "\n"
