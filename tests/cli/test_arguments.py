"""The arguments of the commands: each is declared, and says what it is."""

from __future__ import annotations

import argparse
import inspect

import pytest

from siteprior.cli import COMMANDS, arguments

DECLARED = {name: one for name, one in inspect.getmembers(arguments, inspect.isfunction) if not name.startswith("_")}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_arguments_of_its_own_or_those_of_a_listing(name):
    assert COMMANDS[name].declare in DECLARED.values()


@pytest.mark.parametrize("name", DECLARED)
def test_an_optional_argument_says_what_it_is(name):
    parser = argparse.ArgumentParser()
    DECLARED[name](parser)
    optional = [action for action in parser._actions if action.option_strings and action.dest != "help"]
    assert [action.dest for action in optional if not action.help] == []


def test_run_takes_the_audience_and_leaves_the_rest_to_the_project():
    parser = argparse.ArgumentParser()
    arguments.run_arguments(parser)
    options = parser.parse_args(["p.toml", "--audience", "public"])
    assert (options.audience, options.gis, options.geoparquet, options.pdf) == ("public", None, None, None)
