"""The examples of docs/simulate.md do what the page says."""

from __future__ import annotations

import re

from click.testing import CliRunner

from policycc.cli.app import app
from policycc.iam.simulate import _KEYS
from tests.support.matrices import ROOT

TEXT = (ROOT / "docs" / "simulate.md").read_text("utf-8")
FENCES = {match[1]: match[2] for match in re.finditer(r"^```(.+)\n((?:.*\n)*?)```$", TEXT, re.MULTILINE)}


def test_the_answers_are_those_of_the_requests() -> None:
    found = CliRunner().invoke(app, ["simulate", "--format", "text"], input=FENCES["json requests"])
    assert found.stdout == FENCES["text answers"]
    assert found.exit_code == 1


def test_the_program_runs() -> None:
    exec(compile(FENCES["python"], "docs/simulate.md", "exec"), {})


def test_the_table_has_every_key() -> None:
    rows = [line.split("|")[1] for line in TEXT.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == _KEYS - {"expect", "source", "why"}
