"""Set up siteprior beside this file, then run it: from a fresh checkout to a result in one command.

The first call makes the folder ``.venv`` (or the one named by ``SITEPRIOR_VENV``, for a checkout
that cannot be written to), installs ``requirements.lock.txt`` with its hashes checked, then
siteprior itself. Later calls start at once, until the lock, pyproject.toml or the Python changes.
It uses uv where uv is installed, else the venv and pip that come with Python. The folder ``.venv``
belongs to this file: what does not match is removed and made again.
"""

from __future__ import annotations  # so that an older Python can read the file and state what it lacks

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock.txt"
PYPROJECT = ROOT / "pyproject.toml"
OLDEST_PYTHON = (3, 11)

MARK = "made-by-siteprior-bootstrap"  # written first: the folder is ours to remove, finished or not
STAMP = "siteprior-stamp.txt"  # written last: everything it describes is installed

OWN_COMMANDS = ("test", "lint", "lab")

USAGE = """\
usage: python3 bootstrap.py COMMAND [arguments]      (on Windows: py bootstrap.py ...)

  demo                the main job on the sample in data/, without network: half a minute
  test [pytest ...]   the test suite, 20 minutes on two cores; arguments go to pytest
  lint                style, format and types: ruff check, ruff format --check, mypy
  lab                 JupyterLab in notebooks/
  docs [--build]      open the documentation site; --build makes it first, in three minutes

Every other command is siteprior's own and is passed on with its arguments:
"python3 bootstrap.py --version" shows that it is installed, and a command that siteprior does not know
lists those it does.
"""

WHOLE_SUITE = ["-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]
HOW_LONG = {
    "demo": "the main job on the sample: about half a minute",
    "test": "the whole suite, some 8,000 tests: about 20 minutes on two cores; a part goes faster (test tests/joins)",
}
"""What a command says at its start; ``test`` only without arguments."""

LINT = (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"])

NETWORK_ADVICE = (
    "check the network connection; behind a proxy set HTTPS_PROXY, and SSL_CERT_FILE if your organisation "
    "has a certificate of its own. Then give the same command again."
)
HASH_ADVICE = (
    "a file that arrived is not the one the lock describes, so nothing of it was installed. "
    "Give the same command again; if it repeats, report it to whoever runs your package mirror."
)
SYSTEM_ADVICE = (
    "a package is not published ready-built for this system (Intel Macs, macOS older than 15, a very new Python). "
    "Try Python 3.11 or 3.12, else the conda way: environment.yml says how."
)
DISK_ADVICE = "free about 1.5 GB, or set SITEPRIOR_VENV to a folder on another disk."


class SetupError(Exception):
    """The environment could not be made; the message says why and what to try."""


class Step(NamedTuple):
    """One command of the installation, and what to try when it fails."""

    doing: str
    command: list[str]
    advice: str


def main(arguments: list[str]) -> int:
    """Set up if needed, run the command, and return its exit code (1: set-up failed, 2: wrong usage)."""
    if sys.version_info < OLDEST_PYTHON:
        say(f"siteprior needs Python 3.11 or newer; this is Python {platform.python_version()}.")
        say("Install a newer Python and call bootstrap.py with it, for example: python3.12 bootstrap.py demo")
        return 1
    if arguments[:1] in (["-h"], ["--help"]):
        print(USAGE, end="")
        return 0
    if not arguments or (arguments[0] == "lint" and arguments[1:]):
        say("lint takes no arguments" if arguments else "which command?")
        print(USAGE, end="", file=sys.stderr)
        return 2
    try:
        python = ready_python(venv_folder())
    except SetupError as fault:
        say(str(fault))
        return 1
    except KeyboardInterrupt:
        say("interrupted; the next call starts the set-up afresh.")
        return 130
    return run_command(python, arguments)


def say(message: str) -> None:
    """Print one message of our own, on stderr: stdout belongs to the command (``criteria --json``)."""
    print(f"bootstrap: {message}", file=sys.stderr, flush=True)


# --- where things are ---------------------------------------------------------------------------


def venv_folder() -> Path:
    """Return the folder of the environment: ``SITEPRIOR_VENV``, else ``.venv`` beside this file."""
    chosen = os.environ.get("SITEPRIOR_VENV")
    return Path(chosen).expanduser().absolute() if chosen else ROOT / ".venv"


def venv_python(venv: Path, system: str = os.name) -> Path:
    """Return the path of the environment's Python; Windows (``nt``) keeps it elsewhere."""
    return venv / "Scripts" / "python.exe" if system == "nt" else venv / "bin" / "python"


def clean_environment() -> dict[str, str]:
    """Return the environment variables for child processes.

    QGIS, ArcGIS and others may set PYTHONHOME and PYTHONPATH for a Python of their own; passed on,
    their packages would take the place of the locked ones.
    """
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}


# --- the stamp ----------------------------------------------------------------------------------


def fingerprint() -> str:
    """Return the text that changes whenever the environment has to be made again.

    The folder is part of it because the environment points to it: a moved checkout needs a new one.
    """
    lines = [f"python {platform.python_version()} {sys.platform} {platform.machine()}", f"folder {ROOT}"]
    for path in (LOCK, PYPROJECT):
        try:
            lines.append(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}")
        except OSError as fault:
            raise SetupError(f"cannot read {path}: {fault.strerror}. Is the checkout complete?") from fault
    return "\n".join(lines) + "\n"


def is_ready(venv: Path) -> bool:
    """Say whether the environment is complete and made from the present lock, pyproject and Python."""
    stamp = venv / STAMP
    return stamp.is_file() and venv_python(venv).is_file() and stamp.read_text(encoding="utf-8") == fingerprint()


# --- making the environment ---------------------------------------------------------------------


def ready_python(venv: Path) -> Path:
    """Return the environment's Python, after making the environment if it is missing or out of date."""
    try:
        if not is_ready(venv):
            make_environment(venv)
    except OSError as fault:
        raise SetupError(
            f"cannot write the environment in {venv}: {fault}.\n"
            "What to try: close what may be using it (notebooks, a terminal where it is activated), "
            "or set SITEPRIOR_VENV to another folder."
        ) from fault
    return venv_python(venv)


def make_environment(venv: Path) -> None:
    """Make the environment from nothing; the stamp is written only after the last step."""
    wanted = fingerprint()
    clear(venv)
    uv = find_uv()
    steps = installation(venv, uv)
    how_long = "with uv: under a minute" if uv else "with pip: a minute or two"
    say(f"setting up {venv}, once, {how_long} on a good connection")
    for number, step in enumerate(steps, start=1):
        say(f"step {number} of {len(steps)}: {step.doing}")
        carry_out(step, f"step {number} of {len(steps)}")
    (venv / STAMP).write_text(wanted, encoding="utf-8")


def clear(venv: Path) -> None:
    """Leave an empty folder marked as ours; refuse to remove a folder that somebody else made."""
    if venv.exists():
        ours = venv == ROOT / ".venv" or (venv / MARK).is_file() or not any(venv.iterdir())
        if not ours:
            raise SetupError(
                f"{venv} (SITEPRIOR_VENV) holds files that bootstrap.py did not make.\n"
                "What to try: set SITEPRIOR_VENV to a new or empty folder."
            )
        (venv / STAMP).unlink(missing_ok=True)  # first, so that a removal cut short leaves no stamp
        shutil.rmtree(venv)
    venv.mkdir(parents=True)
    (venv / MARK).touch()


def find_uv() -> str | None:
    """Return the path of a uv that works, or None (a pyenv shim may be on PATH with no uv behind it)."""
    uv = shutil.which("uv")
    if uv is None:
        return None
    try:
        answer = subprocess.run([uv, "--version"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return None
    return uv if answer.returncode == 0 else None


def installation(venv: Path, uv: str | None) -> list[Step]:
    """List the steps that make the environment, in order, for uv or (``uv=None``) for venv and pip."""
    # Not sys.executable: called from the activated .venv, that one is about to be removed.
    base = getattr(sys, "_base_executable", None) or sys.executable
    python = str(venv_python(venv))
    if uv:
        create = [uv, "venv", "--allow-existing", "--python", base, str(venv)]
        install = [uv, "pip", "install", "--python", python]
        # uv leaves compiling to the first import; where Python may not keep the result (containers
        # often say so), every single start would compile everything again: seconds each time.
        compiling = ["--compile-bytecode"] if os.environ.get("PYTHONDONTWRITEBYTECODE") else []
    else:
        create = [base, "-m", "venv", str(venv)]
        install = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-user"]
        compiling = []  # pip always does
    return [
        Step(
            "creating the environment",
            create,
            "check that this Python is complete (on Debian and Ubuntu its venv module is the package "
            "python3-venv), or install uv.",
        ),
        Step(
            "installing the packages of requirements.lock.txt",
            # Built packages only: what a source package downloads to build itself has no hash in the lock.
            # The lock names all that is needed, so no package may pull in another.
            [*install, "--only-binary", ":all:", "--require-hashes", "--no-deps", *compiling, "-r", str(LOCK)],
            NETWORK_ADVICE,
        ),
        Step(
            "installing siteprior itself",
            # The build tools (hatchling, editables) are in the lock, so this needs no network.
            [*install, "--no-index", "--no-deps", "--no-build-isolation", "-e", "."],
            "check that the checkout is complete (git status), then give the same command again.",
        ),
    ]


def carry_out(step: Step, name: str) -> None:
    """Run one step quietly; when it fails, raise with its last lines and what to try."""
    try:
        done = subprocess.run(
            step.command,
            cwd=ROOT,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        failed, output = done.returncode != 0, done.stdout
    except OSError as fault:
        failed, output = True, str(fault)
    if failed:
        lines = [line.rstrip() for line in without_addresses(output).splitlines() if line.strip()]
        raise SetupError(
            f"{name} failed: {step.doing}.\n"
            f"What to try: {advice_for(output, step.advice)}\n"
            "The installer's last lines:\n" + "\n".join(f"    {line}" for line in lines[-8:])
        )


def advice_for(output: str, usual: str) -> str:
    """Choose what to advise from the installer's messages; ``usual`` when nothing special is found."""
    if re.search(r"hash mismatch|do not match the hashes", output, flags=re.IGNORECASE):
        return HASH_ADVICE
    if re.search(r"no space left|not enough space", output, flags=re.IGNORECASE):
        return DISK_ADVICE
    # Without a network pip finds no version either, but then it has tried again and reported it.
    if re.search(r"no usable wheels|no wheels with|from versions:", output) and "Retrying (" not in output:
        return SYSTEM_ADVICE
    return usual


def without_addresses(text: str) -> str:
    """Take server addresses out of an installer's message: a private mirror's may hold a password."""
    hosts = re.findall(r"host='([^']+)'|resolve '([^']+)'|\w+://(?:[^/@\s]*@)?([\w.-]+)", text)
    text = re.sub(r"\w+://[^\s'\"`<>)]+", "<address>", text)
    for host in sorted({name for found in hosts for name in found if name}, key=len, reverse=True):
        text = text.replace(host, "<address>")
    return text


# --- running ------------------------------------------------------------------------------------


def run_command(python: Path, arguments: list[str]) -> int:
    """Run one command with the environment's Python and return its exit code."""
    command, rest = arguments[0], arguments[1:]
    if command in HOW_LONG and (not rest or command == "demo") and not {"--quiet", "--help", "-h"} & set(rest):
        say(HOW_LONG[command])
    if command == "lint":
        # All three run, so that one call shows every fault; the first that fails gives the exit code.
        codes = [run_python(python, ["-m", *line], ROOT) for line in LINT]
        return next((code for code in codes if code), 0)
    if command == "test":
        # The whole suite runs file by file on every core; a part that is named runs in one process.
        return run_python(python, ["-m", "pytest", *(rest or WHOLE_SUITE)], ROOT)
    if command == "lab":
        return run_python(python, ["-m", "jupyterlab", *rest], ROOT / "notebooks")
    # The caller's folder stays: the paths among the arguments are relative to it.
    return run_python(python, ["-m", "siteprior", *arguments], None)


def run_python(python: Path, line: list[str], folder: Path | None) -> int:
    """Run Python in a folder (the caller's own when ``None``) and return its exit code."""
    child = subprocess.Popen([str(python), *line], cwd=folder, env=clean_environment())
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue  # Ctrl-C reached the child too; it knows how to end (JupyterLab asks first)
        return code if code >= 0 else 128 - code  # ended by a signal: the shell's way to say so


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
