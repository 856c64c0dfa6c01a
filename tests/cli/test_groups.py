"""Every command stands in one group."""

from __future__ import annotations

from siteprior.cli import COMMANDS
from siteprior.cli.groups import GROUPS


def test_every_command_stands_in_one_group_and_no_other_word_does():
    listed = [name for names in GROUPS.values() for name in names]
    assert sorted(listed) == sorted(COMMANDS)
