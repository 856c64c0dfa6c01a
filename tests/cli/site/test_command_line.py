"""The page of the commands has every command and every argument."""

from __future__ import annotations

import argparse

from siteprior.cli import commands, parser_of_commands
from siteprior.cli.groups import GROUPS
from siteprior.cli.site.command_line import command_line


def test_every_command_has_its_section_and_every_argument_its_row():
    page = command_line(parser_of_commands())
    (inner,) = (each for each in parser_of_commands()._actions if isinstance(each, argparse._SubParsersAction))
    assert set(inner.choices) == set(commands())
    for name, parser in inner.choices.items():
        section = page.partition(f"\n## siteprior {name}\n")[2].partition("\n## ")[0]
        options = [option for action in parser._actions for option in action.option_strings if action.dest != "help"]
        assert section
        assert [option for option in options if option not in section] == []


def test_the_commands_stand_in_the_groups_of_the_help():
    page = command_line(parser_of_commands()).partition("\n## ")[0]
    for group, names in GROUPS.items():
        below = page.partition(f"**{group}**")[2].partition("\n**")[0]
        assert [name for name in commands() if f"(#siteprior-{name})" in below] == list(names)


def test_defaults_stand_in_words():
    assert "default: outputs/demo" in command_line(parser_of_commands())
    assert "%(default)s" not in command_line(parser_of_commands())
