"""The built documentation site goes into the wheel where it was built (``python3 bootstrap.py docs --build``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = "build/docs"
TARGETS = {"wheel": "siteprior/docs", "sdist": BUILT}


class ShipDocs(BuildHookInterface):
    """Ship the site, or say that this build has none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the site to what is packed; an editable installation finds it in the checkout."""
        if version == "editable" or self.target_name not in TARGETS:
            return
        built = Path(self.root) / BUILT
        if (built / "index.html").is_file():
            build_data["force_include"][str(built)] = TARGETS[self.target_name]
        else:
            self.app.display_warning(f"no site in {BUILT}: siteprior docs will say that none came with it")
