"""``python -m siteprior.pipeline.reference`` prints the reference of the project file, ``docs`` has it as a page."""

from __future__ import annotations

import sys

from siteprior.project.reference import reference
from siteprior.sources.registry import discover

if __name__ == "__main__":
    discover()
    sys.stdout.write(reference())
