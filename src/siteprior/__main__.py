"""The command ``siteprior``, also as ``python -m siteprior``: the command line, once it has loaded."""

import signal


def main() -> int:
    """Run the command line and return its exit code; Ctrl-C while it loads ends the process, for nothing has begun."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is to be passed over: nohup, say
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from siteprior.cli import main as run_command

    return run_command()


if __name__ == "__main__":
    raise SystemExit(main())
