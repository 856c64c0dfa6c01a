"""The audit as one page: what was wrong, what was repaired how, what only the councils can put right, and maps."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from siteprior import __version__
from siteprior.core.files import write_text
from siteprior.core.parameters import load_parameters
from siteprior.report.audit.map import WIDTH
from siteprior.report.audit.summary import Findings, issue_totals, left_totals, repair_totals, totals
from siteprior.report.html.render import render


def write_page(
    path: Path | str,
    found: Findings,
    councils: Sequence[Findings],
    *,
    title: str,
    pictures: Mapping[str, bytes | None],
    passed_over: Sequence[str] = (),
    bounded: bool,
    workbooks: bool = True,
    illustrative: bool = False,
) -> Path:
    """Write the audit as one self-contained HTML file; it links only to the workbooks beside it.

    Parameters
    ----------
    path
        The file to write, whole or not at all.
    found, councils
        What was found in all registers, and of each council in the order to show them.
    title
        Stands above it all.
    pictures
        Code of the council → map before and after, as PNG.
    passed_over
        Files not looked into.
    bounded
        Whether places were checked against boundaries.
    workbooks
        Whether there are workbooks to link to.
    illustrative
        Whether the page has to say that its sites are invented.

    Returns
    -------
    Path
        The file written; the same bytes from the same findings.

    Raises
    ------
    OutputError
        When the file is open elsewhere or the folder cannot be written.
    """
    plain = found.files.astype(object)
    page = render(
        "audit.html.j2",
        styles=("audit.css.j2",),
        version=__version__,
        title=title,
        illustrative=illustrative,
        bounded=bounded,
        workbooks=workbooks,
        near_m=float(load_parameters("registers")["near_m"].value),
        totals=totals(found),
        issues=issue_totals(found.issues),
        repairs=repair_totals(found.sites),
        left=left_totals(found.issues),
        councils=[_council(council, pictures.get(council.code)) for council in councils],
        files=plain.where(plain.notna(), None).to_dict("records"),
        passed_over=list(passed_over),
    )
    return write_text(path, page)


def slug(code: str) -> str:
    """Return a council's code as the name of a file.

    Examples
    --------
    >>> slug("E08000025"), slug("a/../b")
    ('E08000025', 'a-b')
    """
    return re.sub(r"[^A-Za-z0-9]+", "-", code).strip("-") or "-"


def _council(found: Findings, picture: bytes | None) -> dict[str, Any]:
    """Return what the page shows of one council."""
    width, height = struct.unpack(">II", picture[16:24]) if picture else (0, 0)
    return {
        "code": found.code,
        "slug": slug(found.code),
        "name": found.name,
        "totals": totals(found),
        "entries": len(found.issues),
        "issues": issue_totals(found.issues),
        "repairs": repair_totals(found.sites),
        "left": left_totals(found.issues),
        "picture": base64.b64encode(picture).decode("ascii") if picture else "",
        "width": width,
        "height": height,
        "half": width < WIDTH,
    }
