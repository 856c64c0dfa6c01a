"""The reference of the project file, ``docs/project-file.md``: ``python -m siteprior.pipeline.reference`` prints it."""

from __future__ import annotations

import sys

from siteprior.project.reference import reference
from siteprior.sources.registry import discover

if __name__ == "__main__":
    discover()
    sys.stdout.write(reference())
