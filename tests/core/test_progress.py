"""Progress: lines where somebody only takes lines, bars with counts where there is a screen, nothing when quiet."""

from __future__ import annotations

import io
import re
import sys

import pytest

from siteprior.core import progress as module
from siteprior.core.errors import InputError
from siteprior.core.progress import Bars, above_bars, counting, no_progress, print_line, progress_of


class Terminal(io.StringIO):
    """Standard error as a terminal: keeps what is written."""

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("LINES", "30")

    def looked_at():  # by the test itself: pytest exchanges standard error after the fixtures
        screen = Terminal()
        monkeypatch.setattr(sys, "stderr", screen)
        return screen

    return looked_at


def frames(screen):
    """Return what a terminal showed, each state of a line by itself, without the times."""
    return (
        re.sub(r"\[\d\d:\d\d[^]]*\]", "[time]", re.sub(r"\x1b\[A", "", screen.getvalue()))
        .replace("\r", "\n")
        .split("\n")
    )


def work(progress):
    """Two stages, the second with a loop of four steps."""
    with counting(progress, "Reading", total=2, unit="stages", staged=True) as stage:
        progress("Reading sites")
        stage()
        progress("Reading sales")
        with counting(progress, "Fitting the price surface", total=4, unit="folds") as fold:
            for _ in range(4):
                fold()
        stage()


def test_a_function_of_ones_own_gets_the_lines():
    lines = []
    work(progress_of(lines.append))
    assert lines == ["Reading sites", "Reading sales", "Fitting the price surface"]


def test_without_a_screen_lines_go_to_standard_error(capsys):
    assert progress_of(True) is print_line
    work(progress_of(True))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "Reading sites …\nReading sales …\nFitting the price surface …\n"


@pytest.mark.parametrize("given", [None, False])
def test_quiet_shows_nothing_on_a_terminal_either(given, terminal):
    screen = terminal()
    assert progress_of(given) is no_progress
    work(progress_of(given))
    assert screen.getvalue() == ""


@pytest.mark.parametrize("given", [1, "yes", 0.5])
def test_what_takes_no_line_is_refused(given):
    with pytest.raises(InputError, match="progress: needs True, False, or a function that takes a line"):
        progress_of(given)


def test_a_terminal_shows_bars_with_counts_and_time(terminal):
    screen = terminal()
    work(progress_of(True))
    shown = frames(screen)
    stages = [line for line in shown if line.startswith("Reading:")]
    folds = [line for line in shown if line.startswith("Fitting the price surface:")]
    assert stages[0].startswith("Reading:   0%|")
    assert stages[0].endswith("| 0/2 stages [time]")
    assert any(line.endswith("| 0/2 stages [time], Reading sites") for line in stages)
    assert any(line.endswith("| 1/2 stages [time], Reading sales") for line in stages)
    assert folds[0].endswith("| 0/4 folds [time]")
    assert [line for line in shown if line.strip()][-1].startswith("Reading: 100%|")  # the loop's bar is gone
    assert [line for line in shown if line.strip()][-1].endswith("| 2/2 stages [time]")
    assert screen.getvalue().endswith("\n")


def test_lines_between_bars_are_lines(terminal):
    screen = terminal()
    bars = progress_of(True)
    assert isinstance(bars, Bars)
    bars("Writing")
    assert screen.getvalue() == "Writing …\n"


def test_bytes_are_counted_although_their_number_comes_later(terminal):
    screen = terminal()
    with counting(progress_of(True), "transit/naptan.csv", total=None, unit="B", staged=True) as step:
        step(1_000_000, total=4_000_000)
        step(3_000_000, total=4_000_000)
    assert "4.00M/4.00M" in frames(screen)[-2]


def test_a_long_name_leaves_space_for_the_count(terminal):
    screen = terminal()
    with counting(progress_of(True), "x" * 200, total=3, unit="files") as step:
        step(3)
    assert frames(screen)[-2].endswith("| 3/3 files [time]")


def test_a_fault_closes_the_bar_before_its_message(terminal):
    screen = terminal()

    def refused():
        with counting(progress_of(True), "Reading", total=3, unit="files") as step:
            step()
            raise InputError("sites.csv: is empty")

    with pytest.raises(InputError):
        refused()
    assert screen.getvalue().endswith("\n")
    assert "1/3 files" in frames(screen)[-2]


def test_what_is_printed_beside_a_bar_stands_on_a_line_of_its_own(terminal):
    screen = terminal()
    with counting(progress_of(True), "Reading", total=3, unit="files"), above_bars():
        sys.stderr.write("siteprior: 'say' is 'progress' now\n")
    assert "siteprior: 'say' is 'progress' now" in frames(screen)


def test_a_notebook_that_shows_text_alone_has_one_bar_and_the_count_beside_it(monkeypatch):
    text = io.StringIO()
    monkeypatch.setattr(sys, "stderr", text)
    monkeypatch.setattr(module, "_in_notebook", lambda: True)
    bars = progress_of(True)
    assert isinstance(bars, Bars)
    with counting(bars, "Reading", total=1, unit="stages", staged=True) as stage:
        with counting(bars, "Price surface", total=2, unit="folds") as fold:
            fold()
            fold()
        with counting(bars, "Fetching", total=None, unit="B") as arrived:
            arrived(5)
            arrived(5, total=20)
        stage()
    shown = "\n".join(frames(text))
    for words in (
        "Price surface: 1 of 2 folds",
        "Price surface: 2 of 2 folds",
        "Fetching: 5 B",
        "Fetching: 10 of 20 B",
    ):
        assert words in shown
    assert "Price surface:  " not in shown


def test_who_takes_lines_learns_every_so_often_how_far_it_is():
    lines = []
    with counting(lines.append, "Reading 2,000 registers", total=2_000, unit="files", every=1_000) as step:
        for _ in range(2_000):
            step()
    assert lines == ["Reading 2,000 registers", "1,000 of 2,000 files"]
