"""The page of the commands, made from the parsers that read them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping

from siteprior.cli.groups import GROUPS
from siteprior.cli.site.markdown import code, plain, table


def command_line(parser: argparse.ArgumentParser) -> str:
    """Write every command with its usage, arguments and defaults, in the order ``siteprior --help`` lists them.

    Examples
    --------
    >>> from siteprior.cli import parser_of_commands
    >>> "## siteprior reweight" in command_line(parser_of_commands())
    True
    """
    (inner,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    listed = {str(action.dest): action.help or "" for action in inner._choices_actions}
    parts = [
        "# Command line\n",
        "This page is made from the parsers of the commands. Exit code 0: done; 1: it could not be, and the reason "
        "stands on one line each; 2: wrong usage.\n",
        *(_group(group, {name: listed[name] for name in names}) for group, names in GROUPS.items()),
    ]
    for name, one in _inner(parser):
        words = listed.get(name.split()[0], "") if " " not in name else ""
        parts += [f"## siteprior {name}\n", plain(words) + "\n" if words else "", "```text", _usage(one), "```\n"]
        rows = [_row(action, one) for action in one._actions if not isinstance(action, _SILENT)]
        parts += [table(["argument", "what"], rows)] if rows else []
    return "\n".join(parts)


def _group(title: str, listed: Mapping[str, str]) -> str:
    """Write a group of commands as a table with a line each."""
    rows = [[f"[`siteprior {name}`](#siteprior-{name})", plain(words)] for name, words in listed.items()]
    return f"**{title}**\n\n{table(['command', 'what it does'], rows)}\n"


_SILENT = (argparse._HelpAction, argparse._SubParsersAction, argparse._VersionAction)


def _inner(parser: argparse.ArgumentParser, before: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield the parsers below one, with what is typed for each."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, one in action.choices.items():
                yield f"{before}{name}", one
                yield from _inner(one, f"{before}{name} ")


def _usage(parser: argparse.ArgumentParser) -> str:
    """Return the usage, in lines that do not hang on the width of a terminal."""
    lines = argparse.HelpFormatter(parser.prog, width=90)
    lines.add_usage(parser.usage, parser._actions, parser._mutually_exclusive_groups)
    return lines.format_help().strip()


def _row(action: argparse.Action, parser: argparse.ArgumentParser) -> list[str]:
    named = ", ".join(action.option_strings) or str(action.metavar or action.dest)
    taken = "" if not action.option_strings or action.nargs == 0 else f" {_taken(action)}"
    words = (action.help or "") % {"default": action.default, "prog": parser.prog} if action.help else ""
    return [code(named + taken), plain(words)]


def _taken(action: argparse.Action) -> str:
    if action.choices:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return " ".join(action.metavar) if isinstance(action.metavar, tuple) else str(action.metavar or action.dest.upper())
