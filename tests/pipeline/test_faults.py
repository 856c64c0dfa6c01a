"""Faults that are the project's: each sentence names its file, and once."""

from __future__ import annotations

import pytest

from factories.results import sample_project
from siteprior.core.errors import InputError, OutputError, ProjectError, SitePriorError
from siteprior.pipeline.faults import faults_of, placed
from siteprior.project.value_places import place_of

PROJECT = sample_project()


@pytest.mark.parametrize("kind", [SitePriorError, InputError, OutputError, ProjectError])
def test_every_sentence_gets_file_and_part(kind):
    with pytest.raises(ProjectError) as raised, faults_of(PROJECT, "[gates]"):
        raise kind("unknown gate 'x'", f"{PROJECT.file}:3: stands there twice")
    assert raised.value.faults == (
        f"{PROJECT.file}: [gates]: unknown gate 'x'",
        f"{PROJECT.file}:3: stands there twice",
    )
    assert raised.value.__cause__ is None


def test_without_a_part_the_file_alone_stands_before_it():
    with pytest.raises(ProjectError, match=r"demo\.toml: no sites$"), faults_of(PROJECT):
        raise InputError("no sites")


def test_what_is_no_fault_of_siteprior_goes_its_way():
    with pytest.raises(KeyError), faults_of(PROJECT):
        raise KeyError("walk_m")
    with faults_of(PROJECT):
        pass


@pytest.mark.parametrize("before", ["", "registers: "])
@pytest.mark.parametrize("sign", [": ", "!inner.csv: "])
def test_a_fault_of_a_file_or_of_a_member_stands_at_the_entry_of_the_file(before, sign):
    entries = PROJECT.sources.registers
    text = f"{before}{entries[1].path}{sign}is broken"
    with pytest.raises(InputError) as raised, placed(PROJECT, *entries):
        raise InputError(text)
    assert str(raised.value) == PROJECT.at(place_of(entries[1], PROJECT), text)
