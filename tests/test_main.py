"""``python -m siteprior`` is the command line."""

from __future__ import annotations

import runpy
import signal
import subprocess
import sys

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


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_ctrl_c_while_it_loads_ends_it_without_a_traceback():
    command = [sys.executable, "-X", "importtime", "-m", "siteprior", "criteria"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # also under nohup
    ) as process:  # fmt: skip
        lines = []
        while not lines or "siteprior.core.errors" not in lines[-1]:  # the first of its own that the command line needs
            lines.append(process.stderr.readline())
            assert lines[-1], "it has ended"
        process.send_signal(signal.SIGINT)
        out, rest = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert out == ""
    assert "Traceback" not in "".join(lines) + rest


def test_from_its_start_on_ctrl_c_is_an_interrupt_again(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["siteprior", "--version"])
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(SystemExit):
            runpy.run_module("siteprior", run_name="__main__")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
