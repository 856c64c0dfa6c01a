"""The groups of the commands: every command in one of them, once, and in the help in their order."""

from __future__ import annotations

import pytest

from siteprior.cli import COMMANDS, main
from siteprior.cli.groups import GROUPS

LISTED = [name for names in GROUPS.values() for name in names]


def test_every_command_is_in_one_group():
    assert sorted(LISTED) == sorted(COMMANDS)


def test_the_help_lists_the_groups_and_their_commands_in_order(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    words = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.split()]
    at = [words.index(name) for name in LISTED]
    assert at == sorted(at)
