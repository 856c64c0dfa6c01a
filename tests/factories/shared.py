"""What all tests of a session share: made once, also where pytest-xdist runs them in several processes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

WAIT_S = 900
"""How long a process waits for what another one makes: a run of the sample on a busy machine, many times over."""


def session_folder(own: Path) -> Path:
    """Return the folder that all processes of the session share, from the base temporary folder of this one.

    pytest-xdist gives each worker a folder of its own inside the session's.
    """
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


def once(folder: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Return ``folder / name``, made by the process that asks first; the others wait until it is whole.

    Parameters
    ----------
    folder
        Where all processes look.
    name
        Of the file or folder to make.
    make
        Called with the path to make; whatever it raises ends the tests of every process that asks.
    """
    target, ended = folder / name, folder / f"{name}.ended"
    try:
        (folder / f"{name}.begun").touch(exist_ok=False)
    except FileExistsError:
        deadline = time.monotonic() + WAIT_S
        while not ended.exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name}: the process that makes it did not end within {WAIT_S} s") from None
            time.sleep(0.1)
    else:
        fault = "the process that made it was stopped"
        try:
            make(target)
            fault = ""
        except Exception as raised:
            fault = f"{type(raised).__name__}: {raised}"
            raise
        finally:
            whole = folder / f"{name}.ending"
            whole.write_text(fault, encoding="utf-8")
            whole.replace(ended)
    if fault := ended.read_text(encoding="utf-8"):
        raise RuntimeError(f"{name} could not be made: {fault}")
    return target
