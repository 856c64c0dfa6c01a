"""The command ``siteprior``, also as ``python -m siteprior``: the command line, once it has loaded."""

import signal
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code, as :func:`siteprior.cli.main` does.

    Ctrl-C while the command line loads ends the process at once, for nothing has begun.
    """
    own = arguments is None  # else a script calls it, whose signals are its own
    if own and signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not under nohup
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from siteprior.cli import main as run_command

    return run_command(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
