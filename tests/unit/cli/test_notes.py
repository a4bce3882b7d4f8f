"""Notes are counted, and shown when they are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from policycc.cli.app import status_of_run

MATRIX = """
version = 1
name = "shop"
[environments.dev]
[environments.prod]
[access.people]
dev = ["ec2:DescribeInstances"]
[fallback]
reads = "grant"
"""


@pytest.fixture
def matrix(tmp_path: Path) -> str:
    path = tmp_path / "matrix.toml"
    path.write_text(MATRIX)
    return str(path)


def test_notes_are_counted(matrix: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["check", matrix]) == 0
    said = capsys.readouterr()
    assert said.err == "1 note: --notes shows it\n"
    assert said.out == "shop: 1 note\n"


def test_notes_are_shown_when_asked_for(matrix: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["check", "--notes", matrix]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("note[PCC403]: `ec2:DescribeInstances` for `people` in `dev`: granted in the whole")


def test_other_formats_have_them_always(matrix: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["check", "--format", "json", matrix]) == 0
    assert '"PCC403"' in capsys.readouterr().out
