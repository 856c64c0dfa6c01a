"""Pages as PDF, printed by a browser of the Chromium family that is on the machine: no dependency, no network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from datetime import date
from pathlib import Path

from siteprior.core.errors import OutputError
from siteprior.core.files import whole_file

BROWSER_VARIABLE = "SITEPRIOR_CHROMIUM"
"""The environment variable that names the browser to print with."""

BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
    "microsoft-edge-stable", "msedge",
)  # fmt: skip
"""Names under which browsers that print are looked for on ``PATH``, in this order."""

PATIENCE_S = 60
"""Seconds after which a page that is not printed never will be; one takes a second or two."""

_DATES = re.compile(rb"/(CreationDate|ModDate) ?\(D:[^)]*\)")
_IDS = re.compile(rb"/ID ?\[ ?<[0-9A-Fa-f]*> ?<[0-9A-Fa-f]*> ?\]")


def find_browser() -> str | None:
    """Return the browser to print with: that of ``SITEPRIOR_CHROMIUM``, else the first found; ``None`` without one.

    Raises
    ------
    OutputError
        When ``SITEPRIOR_CHROMIUM`` names no program.

    Examples
    --------
    >>> found = find_browser()
    >>> found is None or Path(found).is_file()
    True
    """
    if named := os.environ.get(BROWSER_VARIABLE):
        if (found := shutil.which(named)) is None:
            raise OutputError(
                f"{BROWSER_VARIABLE}: {named} is no program; name Chromium, Chrome or Edge, or unset it to have one "
                "looked for on PATH"
            )
        return found
    return next((found for name in BROWSERS if (found := shutil.which(name)) is not None), None)


def print_pdf(page: Path | str, target: Path | str, *, browser: str, as_of: date) -> Path:
    """Print a page as PDF, whole or not at all: the same bytes from the same page, browser and fonts.

    The browser runs without a window, with a profile of its own that is thrown away, and can reach no host.

    Parameters
    ----------
    page
        An HTML file.
    target
        The PDF to write.
    browser
        Path of Chromium, Chrome or Edge (:func:`find_browser`).
    as_of
        The day that stands in the PDF as the day it was made.

    Raises
    ------
    OutputError
        When the browser prints nothing, or not in time.
    """
    with tempfile.TemporaryDirectory(prefix="siteprior-pdf-", ignore_cleanup_errors=True) as own:
        printed = Path(own) / "page.pdf"
        try:
            done = subprocess.run(
                _command(browser, Path(page), printed, Path(own) / "profile"), stdin=subprocess.DEVNULL,
                capture_output=True, timeout=PATIENCE_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise OutputError(f"{page}: {browser} did not print it within {PATIENCE_S} seconds") from None
        except OSError as fault:
            raise OutputError(f"{browser}: cannot be run ({fault.strerror or fault}); name another") from None
        if not printed.is_file() or not printed.read_bytes().startswith(b"%PDF"):
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise OutputError(f"{page}: {browser} printed nothing ({''.join(last) or 'no reason stated'})")
        data = without_moment(printed.read_bytes(), as_of)
    with whole_file(target) as temporary:
        temporary.write_bytes(data)
    return Path(target)


def without_moment(pdf: bytes, as_of: date) -> bytes:
    """Return a PDF that says nothing of the moment it was made: its dates are ``as_of``, its identities zero.

    Examples
    --------
    >>> without_moment(b"/CreationDate (D:20261129041422+00'00')", date(2026, 1, 31))
    b"/CreationDate (D:20260131000000+00'00')"
    """

    def dated(found: re.Match[bytes]) -> bytes:
        stamp = f"{as_of:%Y%m%d}000000+00'00'".encode()
        start = found[0].index(b"D:") + 2
        most = len(found[0]) - 1 - start
        return found[0][:start] + stamp[:most].ljust(most) + b")"

    def zeroed(found: re.Match[bytes]) -> bytes:
        return re.sub(rb"<([0-9A-Fa-f]*)>", lambda each: b"<" + b"0" * len(each[1]) + b">", found[0])

    return _IDS.sub(zeroed, _DATES.sub(dated, pdf))


def count_pages(pdf: bytes) -> int:
    """Return how many pages a PDF has that a browser printed.

    Examples
    --------
    >>> count_pages(b"<</Type /Pages /Count 2>> <</Type /Page >> <</Type /Page >>")
    2
    """
    return len(re.findall(rb"/Type ?/Page\b(?!s)", pdf))


def _command(browser: str, page: Path, target: Path, profile: Path) -> list[str]:
    """Return the command that prints a page."""
    command = [
        browser, "--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer", f"--user-data-dir={profile}",
        f"--print-to-pdf={target}",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--no-sandbox")  # Chromium refuses to run as root with it, as containers do
    return [*command, page.absolute().as_uri()]
