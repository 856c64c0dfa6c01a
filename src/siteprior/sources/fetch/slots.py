"""Where downloads lie until they are whole: a folder of the cache, with a lock for each address and each file."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from siteprior.core.cache_folder import cache_folder
from siteprior.core.errors import OutputError
from siteprior.core.open_elsewhere import programs_for, refuse_open_elsewhere

DOWNLOADS = "downloads"
LONGEST_NAME = 60
"""Signs of a file's name that a slot keeps, for people who look into the folder."""


@dataclass(frozen=True)
class Slot:
    """The place of one address in the cache.

    Attributes
    ----------
    part
        What arrived of a download that is not whole yet.
    whole
        The last whole file, kept where the server can say later whether it still is the newest.
    """

    part: Path
    whole: Path

    def made(self, ending: str) -> Path:
        """Return where a file is made of what arrived, before it goes to its place."""
        made = self.whole.with_name(f"{self.whole.name}.made{ending}")
        _remove_link(made)
        return made

    def facts(self, of: Path) -> dict[str, str]:
        """Return what the server stated of a file of this slot; nothing where that is not known."""
        try:
            stated = json.loads(_facts_path(of).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(name): str(fact) for name, fact in stated.items()} if isinstance(stated, dict) else {}

    def state(self, of: Path, facts: Mapping[str, str]) -> None:
        """Write down what the server stated of a file of this slot."""
        beside = _facts_path(of)
        new = beside.with_name(f"{beside.name}.new")
        new.write_text(json.dumps(dict(facts)), encoding="utf-8")
        new.replace(beside)

    def forget(self, of: Path) -> None:
        """Remove a file of this slot, and what is known of it."""
        _facts_path(of).unlink(missing_ok=True)
        of.unlink(missing_ok=True)

    def keep(self) -> None:
        """Make the part the whole: it came to its end and was found right."""
        facts = self.facts(self.part)
        self.forget(self.whole)
        self.part.replace(self.whole)
        _facts_path(self.part).unlink(missing_ok=True)
        self.state(self.whole, facts)


def _remove_link(path: Path) -> None:
    """Remove a link from the place of a file that is written: it would lead elsewhere."""
    if path.is_symlink():
        path.unlink()


def _facts_path(of: Path) -> Path:
    return of.with_name(f"{of.name}.json")


@contextmanager
def downloads() -> Iterator[Path]:
    """Give the folder of downloads in the cache (``SITEPRIOR_CACHE``); one for this time where none can be written."""
    kept = cache_folder()
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="siteprior-") as folder:
            yield Path(folder)
        return
    place_of = kept / DOWNLOADS
    place_of.mkdir(parents=True, exist_ok=True)
    yield place_of


@contextmanager
def slot_of(address: str, folder: Path) -> Iterator[Slot]:
    """Give the slot of an address, to one process at a time."""
    digest = hashlib.sha256(address.encode()).hexdigest()[:24]
    called = PurePosixPath(unquote(urlsplit(address).path)).name[-LONGEST_NAME:]
    safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in called)
    name = f"{digest}-{safe or 'answer'}"
    with locked(folder / f"{digest}.lock"):
        slot = Slot(folder / f"{name}.part", folder / name)
        for path in (slot.part, slot.whole, _facts_path(slot.part), _facts_path(slot.whole)):
            _remove_link(path)
        yield slot


@contextmanager
def target_lock(target: Path, folder: Path) -> Iterator[None]:
    """Hold the lock of a file that is to be written, against another fetch of the same project."""
    digest = hashlib.sha256(str(target.resolve()).encode()).hexdigest()[:24]
    with locked(folder / f"file-{digest}.lock"):
        yield


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes; the system takes it back from one that was killed."""
    from filelock import FileLock

    with FileLock(path):
        yield


def place(source: Path, target: Path) -> None:
    """Put a whole file where the project names it: the earlier one stays until the new one is complete.

    On its way from another disk it bears the name of the file with ``.part`` behind, which no pattern of a project
    finds; a fetch that is killed then leaves that, and the next replaces it.

    Raises
    ------
    OutputError
        When the folder cannot be written, or the file is open in another program.
    """
    refuse_open_elsewhere([target])
    arriving = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        arriving.unlink(missing_ok=True)  # also a link, which would lead elsewhere
        with source.open("rb") as whole, arriving.open("xb") as file:
            shutil.copyfileobj(whole, file)
        arriving.chmod(0o644)
        arriving.replace(target)
    except PermissionError:
        with suppress(OSError):
            arriving.unlink(missing_ok=True)
        raise OutputError(
            f"{target}: the file cannot be written: its folder is closed to you, or it is open in another program "
            f"({programs_for(target)}?); close it there and fetch again. The earlier file is untouched"
        ) from None
    except OSError as fault:
        with suppress(OSError):
            arriving.unlink(missing_ok=True)
        raise OutputError(f"{target}: could not be written ({fault.strerror or fault})") from None
