"""``python -m siteprior`` is the command line."""

from __future__ import annotations

import runpy

import pytest

from siteprior import __version__


@pytest.mark.parametrize(
    ("words", "code", "said"), [(["--version"], 0, f"siteprior {__version__}\n"), (["rank"], 2, "")]
)
def test_it_takes_the_words_of_the_process_and_ends_with_its_exit_code(words, code, said, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["siteprior", *words])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module("siteprior", run_name="__main__")
    assert stopped.value.code == code
    assert capsys.readouterr().out == said


def test_what_a_command_returns_is_the_exit_code(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["siteprior", "compare", "no-such-run", "none-either"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module("siteprior", run_name="__main__")
    assert stopped.value.code == 1
    assert "no-such-run" in capsys.readouterr().err
