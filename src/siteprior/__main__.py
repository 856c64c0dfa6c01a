"""``python -m siteprior``: the command line."""

from siteprior.cli import main

raise SystemExit(main())
