"""bootstrap.py: what it decides and says, without network and without installing anything."""

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path, PureWindowsPath

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def bootstrap(tmp_path, monkeypatch):
    """A copy of bootstrap.py in a small checkout of its own, where it may write as it likes."""
    monkeypatch.delenv("SITEPRIOR_VENV", raising=False)
    checkout = tmp_path / "check out"  # with a space, as on many desktops
    checkout.mkdir()
    (checkout / "bootstrap.py").write_text((ROOT / "bootstrap.py").read_text(encoding="utf-8"), encoding="utf-8")
    (checkout / "requirements.lock.txt").write_text("one==1.0\n", encoding="utf-8")
    (checkout / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("bootstrap_under_test", checkout / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Installer:
    """Stands for subprocess.run: plays the installer, and fails at a chosen step."""

    def __init__(self, bootstrap, *, fails_at=None, says=""):
        self.bootstrap = bootstrap
        self.fails_at = fails_at
        self.says = says
        self.commands = []

    def __call__(self, command, **options):
        self.commands.append(command)
        step = len(self.commands)
        if step == 1:
            python = self.bootstrap.venv_python(self.bootstrap.venv_folder())
            python.parent.mkdir(parents=True)
            python.touch()
        if isinstance(self.fails_at, type):
            raise self.fails_at
        if step == self.fails_at:
            return subprocess.CompletedProcess(command, 1, stdout=self.says)
        return subprocess.CompletedProcess(command, 0, stdout="all good\n")


class Child:
    """Stands for subprocess.Popen: keeps the call and ends with a chosen code."""

    def __init__(self, code=0, interrupts=0):
        self.code = code
        self.interrupts = interrupts
        self.calls = []

    def __call__(self, command, **options):
        self.calls.append((command, options))
        return self

    def wait(self):
        if self.interrupts:
            self.interrupts -= 1
            raise KeyboardInterrupt
        return self.code


@pytest.fixture
def install(bootstrap, monkeypatch):
    """Replace installer, uv and started program; returns a function that sets how the installer behaves."""

    def prepare(**behaviour):
        installer = Installer(bootstrap, **behaviour)
        monkeypatch.setattr(bootstrap.subprocess, "run", installer)
        monkeypatch.setattr(bootstrap, "find_uv", lambda: None)
        return installer

    return prepare


@pytest.fixture
def child(bootstrap, monkeypatch):
    child = Child()
    monkeypatch.setattr(bootstrap.subprocess, "Popen", child)
    return child


# --- usage --------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["lint", "src"]])
def test_wrong_usage_exits_2_with_the_commands_and_installs_nothing(bootstrap, install, capsys, arguments):
    installer = install()
    assert bootstrap.main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    for command in ("demo", *bootstrap.OWN_COMMANDS):
        assert f"  {command} " in printed.err
    assert installer.commands == []
    assert not (bootstrap.ROOT / ".venv").exists()


def test_help_is_an_answer_not_an_error(bootstrap, capsys):
    assert bootstrap.main(["--help"]) == 0
    assert "demo" in capsys.readouterr().out


def test_an_old_python_is_reported(bootstrap, install, monkeypatch, capsys):
    installer = install()
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 10, 13))
    assert bootstrap.main(["demo"]) == 1
    assert "needs Python 3.11" in capsys.readouterr().err
    assert installer.commands == []


def test_oldest_python_is_that_of_pyproject(bootstrap):
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert wanted == ">=" + ".".join(map(str, bootstrap.OLDEST_PYTHON))


# --- where things are ---------------------------------------------------------------------------


def test_python_of_the_environment_on_windows_and_elsewhere(bootstrap):
    assert bootstrap.venv_python(PureWindowsPath("C:/s/.venv"), "nt") == PureWindowsPath(
        "C:/s/.venv/Scripts/python.exe"
    )
    assert bootstrap.venv_python(Path("s/.venv"), "posix") == Path("s/.venv/bin/python")


def test_venv_stands_beside_the_file_unless_the_variable_says_otherwise(bootstrap, monkeypatch, tmp_path):
    assert bootstrap.venv_folder() == bootstrap.ROOT / ".venv"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SITEPRIOR_VENV", "elsewhere")
    assert bootstrap.venv_folder() == tmp_path / "elsewhere"


def test_another_programs_python_variables_are_not_passed_on(bootstrap, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/qgis/python")
    monkeypatch.setenv("PYTHONHOME", "/qgis")
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    passed = bootstrap.clean_environment()
    assert passed["HTTPS_PROXY"] == "proxy.example:3128"
    assert not passed.keys() & {"PYTHONPATH", "PYTHONHOME"}
    assert os.environ["PYTHONHOME"] == "/qgis"


# --- the stamp ----------------------------------------------------------------------------------


def test_second_call_installs_nothing(bootstrap, install, child):
    installer = install()
    assert bootstrap.main(["demo"]) == 0
    assert len(installer.commands) == 3
    assert bootstrap.main(["demo"]) == 0
    assert len(installer.commands) == 3
    assert len(child.calls) == 2


@pytest.mark.parametrize("changed", ["requirements.lock.txt", "pyproject.toml", "python", "interpreter gone"])
def test_a_change_makes_the_environment_again_from_nothing(bootstrap, install, child, monkeypatch, changed):
    install()
    bootstrap.main(["demo"])
    venv = bootstrap.venv_folder()
    (venv / "left over").touch()
    if changed == "python":
        monkeypatch.setattr(bootstrap.platform, "python_version", lambda: "3.99.0")
    elif changed == "interpreter gone":
        bootstrap.venv_python(venv).unlink()
    else:
        (bootstrap.ROOT / changed).write_text("two==2.0\n", encoding="utf-8")
    assert not bootstrap.is_ready(venv)

    again = install()
    assert bootstrap.main(["demo"]) == 0
    assert len(again.commands) == 3
    assert not (venv / "left over").exists()
    assert bootstrap.is_ready(venv)


def test_a_moved_checkout_is_set_up_again(bootstrap, install, child, monkeypatch):
    install()
    bootstrap.main(["demo"])
    monkeypatch.setattr(bootstrap, "ROOT", bootstrap.ROOT.parent / "moved")
    assert not bootstrap.is_ready(bootstrap.LOCK.parent / ".venv")


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_failed_step_exits_1_says_which_and_leaves_no_stamp(bootstrap, install, child, capsys, step):
    says = "\n".join(f"line {number}" for number in range(40))
    installer = install(fails_at=step, says=says)
    assert bootstrap.main(["test"]) == 1
    message = capsys.readouterr().err
    assert f"step {step} of 3 failed" in message
    assert "What to try" in message
    assert "line 39" in message
    assert "line 20" not in message
    assert len(installer.commands) == step
    assert not (bootstrap.venv_folder() / bootstrap.STAMP).exists()
    assert child.calls == []

    again = install()
    assert bootstrap.main(["test"]) == 0
    assert len(again.commands) == 3


def test_a_failed_update_leaves_no_stamp_of_the_former_state(bootstrap, install, child):
    install()
    bootstrap.main(["test"])
    old = bootstrap.LOCK.read_text(encoding="utf-8")
    bootstrap.LOCK.write_text("two==2.0\n", encoding="utf-8")
    install(fails_at=2)
    assert bootstrap.main(["test"]) == 1
    bootstrap.LOCK.write_text(old, encoding="utf-8")
    assert not bootstrap.is_ready(bootstrap.venv_folder())


def test_an_interrupted_installation_leaves_no_stamp(bootstrap, install, child, capsys):
    install(fails_at=KeyboardInterrupt)
    assert bootstrap.main(["test"]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert not bootstrap.is_ready(bootstrap.venv_folder())
    install()
    assert bootstrap.main(["test"]) == 0


def test_an_installer_that_cannot_start_is_a_failed_step(bootstrap, install, child, capsys):
    install(fails_at=FileNotFoundError)
    assert bootstrap.main(["test"]) == 1
    assert "step 1 of 3 failed" in capsys.readouterr().err


def test_an_incomplete_checkout_is_named(bootstrap, install, capsys):
    install()
    bootstrap.LOCK.unlink()
    assert bootstrap.main(["demo"]) == 1
    assert "requirements.lock.txt" in capsys.readouterr().err
    assert not bootstrap.venv_folder().exists()


# --- the chosen folder --------------------------------------------------------------------------


def test_a_folder_of_somebody_else_is_never_removed(bootstrap, install, monkeypatch, tmp_path, capsys):
    installer = install()
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "pyvenv.cfg").write_text("mine", encoding="utf-8")
    monkeypatch.setenv("SITEPRIOR_VENV", str(precious))
    assert bootstrap.main(["demo"]) == 1
    assert "SITEPRIOR_VENV" in capsys.readouterr().err
    assert (precious / "pyvenv.cfg").read_text(encoding="utf-8") == "mine"
    assert installer.commands == []


def test_a_chosen_folder_is_ours_once_begun(bootstrap, install, child, monkeypatch, tmp_path):
    monkeypatch.setenv("SITEPRIOR_VENV", str(tmp_path / "new" / "venv"))
    install(fails_at=2)
    assert bootstrap.main(["demo"]) == 1
    install()
    assert bootstrap.main(["demo"]) == 0
    assert not (bootstrap.ROOT / ".venv").exists()


def test_a_place_that_cannot_be_written_to_is_named(bootstrap, install, monkeypatch, tmp_path, capsys):
    install()
    (tmp_path / "file").touch()
    monkeypatch.setenv("SITEPRIOR_VENV", str(tmp_path / "file" / "venv"))
    assert bootstrap.main(["demo"]) == 1
    message = capsys.readouterr().err
    assert "cannot write" in message
    assert "SITEPRIOR_VENV" in message


# --- what the installer is asked and what it said -----------------------------------------------


@pytest.mark.parametrize("uv", [None, "/tools/uv"])
def test_hashes_are_required_and_siteprior_itself_needs_no_network(bootstrap, uv):
    create, packages, itself = bootstrap.installation(Path("venv"), uv)
    assert str(Path("venv")) in create.command
    assert {"--require-hashes", str(bootstrap.LOCK)} <= set(packages.command)
    assert packages.command[packages.command.index("--only-binary") + 1] == ":all:"
    assert {"--no-index", "--no-deps", "--no-build-isolation", "-e"} <= set(itself.command)
    for step in (create, packages, itself):
        assert (step.command[0] == uv) == (uv is not None)
    for step in (packages, itself):
        assert str(bootstrap.venv_python(Path("venv"))) in step.command


@pytest.mark.parametrize(("uv", "forbidden", "compiles"), [("uv", "1", True), ("uv", "", False), (None, "1", False)])
def test_uv_compiles_at_once_where_python_may_not_keep_it(bootstrap, monkeypatch, uv, forbidden, compiles):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", forbidden)
    steps = bootstrap.installation(Path("venv"), uv)
    assert ["--compile-bytecode" in step.command for step in steps] == [False, compiles, False]


def test_the_environment_is_not_made_with_its_own_python(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "_base_executable", "/usr/bin/python3", raising=False)
    monkeypatch.setattr(bootstrap.sys, "executable", str(bootstrap.ROOT / ".venv" / "bin" / "python"))
    assert bootstrap.installation(bootstrap.ROOT / ".venv", None)[0].command[0] == "/usr/bin/python3"


@pytest.mark.parametrize(("code", "found"), [(0, "/shims/uv"), (127, None)])
def test_a_uv_that_does_not_run_is_no_uv(bootstrap, monkeypatch, code, found):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: "/shims/uv")
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda line, **_: subprocess.CompletedProcess(line, code))
    assert bootstrap.find_uv() == found


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "HASH_ADVICE"),
        ("error: Hash mismatch for `one==1.0`", "HASH_ADVICE"),
        ("OSError: [Errno 28] No space left on device", "DISK_ADVICE"),
        ("Because one==1.0 has no usable wheels", "SYSTEM_ADVICE"),
        ("ERROR: Could not find a version that satisfies one==1.0 (from versions: none)", "SYSTEM_ADVICE"),
        ("Retrying (Retry(total=4))\nERROR: Could not find one==1.0 (from versions: none)", "NETWORK_ADVICE"),
        ("connection timed out", "NETWORK_ADVICE"),
    ],
)
def test_advice_fits_what_the_installer_reported(bootstrap, output, advice):
    assert bootstrap.advice_for(output, bootstrap.NETWORK_ADVICE) == getattr(bootstrap, advice)


def test_messages_show_no_server_and_no_password(bootstrap):
    said = (
        "HTTPSConnectionPool(host='mirror.example', port=443): Max retries exceeded with url: /wheels/one/ "
        "(Failed to resolve 'files.example')\n"
        "error: Failed to fetch `https://user:secret@mirror.example/wheels/one/`\n"
        "mirror.example refused; no file of that name in requirements.lock.txt"
    )
    shown = bootstrap.without_addresses(said)
    for hidden in ("mirror.example", "files.example", "user", "secret", "://"):
        assert hidden not in shown
    assert "Max retries exceeded" in shown
    assert "requirements.lock.txt" in shown


# --- running ------------------------------------------------------------------------------------


@pytest.fixture
def ready(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "ready_python", lambda venv: Path("venv python"))


def test_test_runs_pytest_in_the_checkout_and_returns_its_code(bootstrap, ready, child):
    child.code = 5
    assert bootstrap.main(["test", "-k", "nothing"]) == 5
    ((command, options),) = child.calls
    assert command == ["venv python", "-m", "pytest", "-k", "nothing"]
    assert options["cwd"] == bootstrap.ROOT


def test_the_whole_suite_runs_on_every_core(bootstrap, ready, child):
    assert bootstrap.main(["test"]) == 0
    ((command, _),) = child.calls
    assert command == ["venv python", "-m", "pytest", *bootstrap.WHOLE_SUITE]


def test_lint_runs_all_three_tools_in_the_checkout_and_fails_when_one_does(bootstrap, ready, child):
    assert bootstrap.main(["lint"]) == 0
    assert [command[2:] for command, _ in child.calls] == [
        ["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"],
    ]  # fmt: skip
    assert {options["cwd"] for _, options in child.calls} == {bootstrap.ROOT}
    child.code = 1
    assert bootstrap.main(["lint"]) == 1
    assert len(child.calls) == 6


def test_lint_ends_with_the_code_of_the_first_tool_that_fails(bootstrap, ready, monkeypatch):
    codes = iter([0, 2, 1])
    monkeypatch.setattr(bootstrap, "run_python", lambda *_: next(codes))
    assert bootstrap.main(["lint"]) == 2


@pytest.fixture(scope="module")
def commands():
    """The commands siteprior's own help lists."""
    shown = subprocess.run([sys.executable, "-m", "siteprior", "--help"], capture_output=True, text=True, check=True)
    return re.findall(r"^ {2}([a-z]+(?:-[a-z]+)*) ", shown.stdout, flags=re.MULTILINE)


def test_every_command_of_the_command_line_is_passed_on(commands, bootstrap, ready, child):
    """No list of siteprior's commands stands in bootstrap.py."""
    assert {"demo", "run", "check", "audit", "access", "criteria", "columns", "compare", "fetch"} <= set(commands)
    assert not set(commands) & set(bootstrap.OWN_COMMANDS)
    for command in commands:
        assert bootstrap.main([command, "--quiet"]) == 0
        assert child.calls[-1][0] == ["venv python", "-m", "siteprior", command, "--quiet"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["demo"],
        ["run", "my project.toml", "--out", "here"],
        ["access", "my project.toml", "--cell", "500"],
        ["criteria", "--json"],
        ["fetch", "--list"],
        ["nonsense"],
        ["--version"],
    ],
)
def test_siteprior_commands_are_passed_on_in_the_callers_folder(bootstrap, ready, child, arguments, capsys):
    assert bootstrap.main(arguments) == 0
    ((command, options),) = child.calls
    assert command == ["venv python", "-m", "siteprior", *arguments]
    assert options["cwd"] is None
    assert capsys.readouterr().out == ""


def test_lab_opens_in_notebooks(bootstrap, ready, child):
    assert bootstrap.main(["lab"]) == 0
    ((command, options),) = child.calls
    assert command == ["venv python", "-m", "jupyterlab"]
    assert options["cwd"] == bootstrap.ROOT / "notebooks"


def test_ctrl_c_is_left_to_the_command(bootstrap, ready, child):
    child.interrupts, child.code = 2, 3
    assert bootstrap.main(["lab"]) == 3


def test_a_command_ended_by_a_signal_reports_as_a_shell_does(bootstrap, ready, child):
    child.code = -9
    assert bootstrap.main(["demo"]) == 137


def test_from_the_command_line():
    line = [sys.executable, str(ROOT / "bootstrap.py"), "lint", "nonsense"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "lint takes no arguments" in done.stderr


# --- how long it takes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["test"], "about 20 minutes on two cores"),
        (["demo"], "about half a minute"),
        (["demo", "--out", "here"], "about half a minute"),
        (["demo", "--quiet"], ""),
        (["test", "tests/joins"], ""),
        (["lint"], ""),
        (["run", "project.toml"], ""),
    ],
)
def test_what_takes_long_says_so_at_its_start(bootstrap, ready, child, capsys, arguments, says):
    assert bootstrap.main(arguments) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert says in shown.err if says else shown.err == ""
