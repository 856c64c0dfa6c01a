"""Faults that are the project's: each sentence names its file, and once."""

from __future__ import annotations

import pytest

from factories.results import sample_project
from siteprior.core.errors import InputError, OutputError, ProjectError, SitePriorError
from siteprior.pipeline.faults import faults_of

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
